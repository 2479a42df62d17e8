/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/page.h"

#include "base/buf.h"
#include "codec/form.h"
#include "codec/json.h"
#include "codec/json_scan.h"

/* "meta" has eight members at most, none of them an object. */
#define META_VALUES 64

static const char *const url_names[] = {
	"first_page_url", "next_page_url", "previous_page_url", "url"};
static const char *const page_parameters[] = {
	"PageSize", "Page", "PageToken"};

/* ---- where a value ends: in a text that may be anything */

/* Behind the string that begins at `at`; 0: it has no end. */
static size_t
skip_string(struct str text, size_t at)
{
	for (at++; at < text.len; at++) {
		if (text.at[at] == '"')
			return at + 1;
		if (text.at[at] == '\\')
			at++;
	}
	return 0;
}

static size_t
skip_nested(struct str text, size_t at)
{
	size_t depth = 0;

	while (at < text.len) {
		char c = text.at[at];
		if (c == '"') {
			at = skip_string(text, at);
			if (at == 0)
				return 0;
			continue;
		}
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		at++;
		if (depth == 0)
			return at;
	}
	return 0;
}

/* Behind the value that begins at `at`; 0: it has none, or no end. */
static size_t
skip_value(struct str text, size_t at)
{
	size_t from = at;

	if (at >= text.len)
		return 0;
	if (text.at[at] == '"')
		return skip_string(text, at);
	if (text.at[at] == '{' || text.at[at] == '[')
		return skip_nested(text, at);
	while (at < text.len &&
	    !str_has_byte(STR(" \t\r\n,:{}[]\""), text.at[at]))
		at++;
	return at > from ? at : 0;
}

/* ---- the members of an object, one after the other */

struct member {
	size_t at;    /* what comes next; 0 before the first */
	struct str key;   /* with its quotes */
	struct str value;
	bool failed;  /* this is no object */
};

/* Behind the byte, which comes next but for blanks; 0: it does not. */
static size_t
skip_byte(struct str text, size_t at, char byte)
{
	at = json_skip_blanks(text, at);
	return at < text.len && text.at[at] == byte ? at + 1 : 0;
}

static bool
fail(struct member *member)
{
	member->failed = true;
	return false;
}

/* False: that was the last, and nothing but blanks stands behind the object;
 * or it failed. */
static bool
next_member(struct str text, struct member *member)
{
	bool first = member->at == 0;
	size_t at = first ? skip_byte(text, 0, '{') : member->at;

	if (at == 0)
		return fail(member);
	size_t end = skip_byte(text, at, '}');
	if (end > 0) {
		member->at = end;
		return json_skip_blanks(text, end) < text.len ? fail(member)
							      : false;
	}
	if (!first)
		at = skip_byte(text, at, ',');
	if (!first && at == 0)
		return fail(member);
	at = json_skip_blanks(text, at);
	size_t behind = at < text.len && text.at[at] == '"'
	    ? skip_string(text, at)
	    : 0;
	if (behind == 0)
		return fail(member);
	member->key = str_slice(text, at, behind);
	at = skip_byte(text, behind, ':');
	if (at == 0)
		return fail(member);
	at = json_skip_blanks(text, at);
	behind = skip_value(text, at);
	if (behind == 0)
		return fail(member);
	member->value = str_slice(text, at, behind);
	member->at = behind;
	return true;
}

/* ---- the replacing */

static bool
is_key(struct str key, const char *name)
{
	return str_is(str_slice(key, 1, key.len - 1), name);
}

static bool
is_url(struct str key)
{
	for (size_t i = 0; i < ARRAY_LENGTH(url_names); i++)
		if (is_key(key, url_names[i]))
			return true;
	return false;
}

/* The address of the page that TaskRouter has at `theirs`. */
static bool
make_url(struct arena *arena, struct str theirs,
    const struct page_address *address, struct str *url, struct err *err)
{
	struct form form = {NULL, 0};
	struct buf query;

	(void)str_cut(&theirs, '?');
	if (theirs.len > 0 && !form_decode(arena, theirs, &form, err))
		return false;
	buf_init(&query, address->filters.len + 3 * theirs.len + 64);
	buf_add_str(&query, address->filters);
	for (size_t i = 0; i < ARRAY_LENGTH(page_parameters); i++) {
		struct str value = form_get(&form, page_parameters[i]);
		if (value.at != NULL)
			form_add(&query, page_parameters[i], value);
	}
	struct str parts[] = {
		address->url, STR("?"), arena_str(arena, buf_str(&query))};
	*url = arena_join(
	    arena, parts, query.len > 0 ? ARRAY_LENGTH(parts) : 1);
	buf_release(&query);
	return url->at != NULL || err_set(err, 0, "no room for a URL");
}

/* Appends `meta` with its URLs replaced. */
static bool
write_meta(struct arena *arena, struct str meta,
    const struct page_address *address, struct buf *out, struct err *err)
{
	struct json_limits limits = {.values = META_VALUES};
	struct json_object *json;
	struct member member = {0};
	size_t written = 0;

	if (!json_parse(arena, meta, limits, &json, err))
		return false;
	while (next_member(meta, &member)) {
		struct json_object *value;
		struct str url;
		if (!is_url(member.key) || str_is(member.value, "null"))
			continue;
		if (!json_parse(arena, member.value, limits, &value, err))
			return false;
		if (json_type(value) != JSON_STRING)
			return err_set(err, 0, "expected URLs in meta");
		if (!make_url(arena, json_text(value), address, &url, err))
			return false;
		size_t at = (size_t)(member.value.at - meta.at);
		buf_add_str(out, str_slice(meta, written, at));
		buf_add_str(out, json_quote(arena, url));
		written = at + member.value.len;
	}
	buf_add_str(out, str_slice(meta, written, meta.len));
	return true;
}

/* The object "meta" of a page; the list must be there too. */
static bool
find_meta(struct str body, struct str *meta, struct err *err)
{
	struct member member = {0};

	*meta = STR_NONE;
	while (next_member(body, &member))
		if (is_key(member.key, "meta") && meta->at == NULL)
			*meta = member.value;
	if (member.failed)
		return err_set(err, member.at, "expected a JSON object");
	return str_has_prefix(*meta, STR("{")) ||
	    err_set(err, 0, "expected an object meta");
}

bool
page_move(struct arena *arena, struct str body,
    const struct page_address *address, struct str *page, struct err *err)
{
	struct str meta;
	struct buf out;

	*page = STR_NONE;
	if (!find_meta(body, &meta, err))
		return false;
	buf_init(&out, arena->ceiling);
	if (!write_meta(arena, meta, address, &out, err)) {
		buf_release(&out);
		return false;
	}
	bool failed = out.failed;
	size_t at = (size_t)(meta.at - body.at);
	struct str parts[] = {
		str_slice(body, 0, at),
		arena_str(arena, buf_str(&out)),
		str_slice(body, at + meta.len, body.len),
	};
	buf_release(&out);
	*page = arena_join(arena, parts, ARRAY_LENGTH(parts));
	return (!failed && !arena->overflow) ||
	    err_set(err, 0, "no room for the page");
}
