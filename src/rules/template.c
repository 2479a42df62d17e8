/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "rules/template.h"

#include <string.h>

#include "rules/names.h"

#define OPEN STR("${")
#define ESCAPED_OPEN STR("$${")

/* The offset of `needle` from `at` on; the length of `text` if there is
 * none. */
static size_t
find(struct str text, size_t at, struct str needle)
{
	struct str rest = str_slice(text, at, text.len);

	for (; rest.len >= needle.len; rest = str_slice(rest, 1, rest.len))
		if (str_has_prefix(rest, needle))
			return text.len - rest.len;
	return text.len;
}

bool
template_is_one(struct str text)
{
	return find(text, 0, OPEN) < text.len;
}

bool
template_is_whole(const struct template *template)
{
	return template->count == 1 && template->parts[0].literal.at == NULL;
}

static bool
is_of_name(char c)
{
	return ascii_is_alpha((unsigned char)c) ||
	    ascii_is_digit((unsigned char)c) || c == '_' || c == '.';
}

/* The name that a text begins with, or something like one. */
static struct str
leading_name(struct str text)
{
	size_t length = 0;

	while (length < text.len && is_of_name(text.at[length]))
		length++;
	while (length > 0 && text.at[length - 1] == '.')
		length--;
	return str_slice(text, 0, length);
}

static bool
is_name(struct arena *arena, struct str text)
{
	struct expr_reference reference;
	struct err err;

	return text.len > 0 && expr_reference_parse(arena, text,
	    EXPR_IN_RULE, &reference, &err) && names_check(&reference, &err);
}

bool
template_is_meant(struct arena *arena, struct str text, struct str *name)
{
	static const struct str signs[] = {{"$", 1}, {"{{", 2}};

	for (size_t at = 0; at < text.len; at++)
		for (size_t i = 0; i < ARRAY_LENGTH(signs); i++) {
			struct str rest = str_slice(text, at, text.len);
			if (!str_has_prefix(rest, signs[i]))
				continue;
			rest = str_slice(rest, signs[i].len, rest.len);
			*name = leading_name(str_trim(rest));
			if (is_name(arena, *name))
				return true;
		}
	return false;
}

/* Shells have other ways to write a default; == is none of them. */
static void
suggest_default(struct str name, struct err *err)
{
	for (size_t i = 1; i < name.len; i++) {
		char c = name.at[i];
		if (c != '-' && c != ':' && c != '=')
			continue;
		if (c == '=' && i + 1 < name.len && name.at[i + 1] == '=')
			return;
		struct str rest = str_slice(name, i, name.len);
		while (rest.len > 0 && str_has_byte(STR(":=-"), rest.at[0]))
			rest = str_slice(rest, 1, rest.len);
		(void)err_set(err, i,
		    "a default is written behind ':-', such as "
		    "${%.*s:-%.*s}; a hyphen is part of no name",
		    STR_ARGS(str_slice(name, 0, i < 64 ? i : 64)),
		    STR_ARGS(str_slice(rest, 0, 64)));
		return;
	}
}

/* What stands between the braces, which `at` is the offset of. */
static bool
parse_place(struct arena *arena, struct str inside, size_t at,
    struct template_part *part, struct err *err)
{
	size_t split = find(inside, 0, STR(":-"));
	struct str name = str_slice(inside, 0, split);

	part->name = arena_str(arena, name);
	if (split < inside.len)
		part->fallback = arena_str(
		    arena, str_slice(inside, split + 2, inside.len));
	if (part->name.at == NULL)
		return err_set(err, at, "the template is too large");
	if (str_trim(name).len != name.len || name.len == 0)
		return err_set(err, at,
		    "expected a name without blanks between ${ and }");
	if (!expr_reference_parse(
		arena, name, EXPR_IN_RULE, &part->reference, err)) {
		suggest_default(name, err);
		err->at += at;
		return false;
	}
	if (!names_check(&part->reference, err)) {
		err->at = at;
		return false;
	}
	return true;
}

/* The text up to the next place, `$${` being `${`; moves *at behind it. */
static struct str
parse_literal(struct arena *arena, struct str text, size_t *at)
{
	char *to = arena_alloc(arena, text.len - *at + 1);
	size_t length = 0;

	while (to != NULL && *at < text.len) {
		struct str rest = str_slice(text, *at, text.len);
		if (str_has_prefix(rest, OPEN))
			break;
		if (str_has_prefix(rest, ESCAPED_OPEN)) {
			memcpy(to + length, "${", 2);
			length += 2;
			*at += ESCAPED_OPEN.len;
		} else {
			to[length++] = text.at[(*at)++];
		}
	}
	return (struct str){to, length};
}

static bool
parse_part(struct arena *arena, struct str text, size_t *at,
    struct template_part *part, struct err *err)
{
	if (!str_has_prefix(str_slice(text, *at, text.len), OPEN)) {
		part->literal = parse_literal(arena, text, at);
		return part->literal.at != NULL ||
		    err_set(err, *at, "the template is too large");
	}
	size_t from = *at + OPEN.len, end = find(text, from, STR("}"));
	if (end == text.len)
		return err_set(err, *at,
		    "expected a '}' behind ${, or $${ for the characters "
		    "themselves");
	*at = end + 1;
	return parse_place(arena, str_slice(text, from, end), from, part, err);
}

/* As many parts as a text can have, up to one more than it may. */
static size_t
bound_parts(struct str text)
{
	size_t parts = 1;

	for (size_t at = 0; parts <= TEMPLATE_PARTS_MOST; at++, parts += 2) {
		at = find(text, at, OPEN);
		if (at == text.len)
			break;
	}
	return parts;
}

bool
template_parse(struct arena *arena, struct str text,
    struct template *template, struct err *err)
{
	size_t at = 0;

	template->count = 0;
	template->parts = arena_array(
	    arena, bound_parts(text), sizeof *template->parts);
	if (template->parts == NULL)
		return err_set(err, 0, "the template is too large");
	while (at < text.len) {
		if (template->count == TEMPLATE_PARTS_MOST)
			return err_set(err, at,
			    "a template has at most %d places and texts "
			    "between them", TEMPLATE_PARTS_MOST);
		if (!parse_part(arena, text, &at,
			&template->parts[template->count++], err))
			return false;
	}
	return true;
}

struct expr_value
template_value(const struct template_part *part,
    const struct template_source *source, struct err *err)
{
	struct expr_value value =
	    source->find(source->context, &part->reference);
	struct str text = part->fallback;

	if (value.type != EXPR_NULL)
		return value;
	if (text.at == NULL)
		text = str_from(source->sample);
	if (text.at != NULL)
		return (struct expr_value){.type = EXPR_STRING, .text = text};
	(void)err_set(err, 0, "%.*s is missing and has no default",
	    STR_ARGS(part->name));
	return value;
}

/* The text of one place; absent, with *err, if there is none. */
static struct str
text_of(const struct template_part *part, const struct template_source *source,
    struct arena *arena, struct err *err)
{
	struct expr_value value = template_value(part, source, err);

	switch (value.type) {
	case EXPR_STRING:
		return value.text.at == NULL ? STR("") : value.text;
	case EXPR_BOOLEAN:
	case EXPR_INTEGER:
	case EXPR_NUMBER:
		return expr_value_json(arena, value);
	case EXPR_LIST:
	case EXPR_RECORD:
		(void)err_set(err, 0, "%.*s is a list or an object",
		    STR_ARGS(part->name));
		break;
	case EXPR_NULL:
		break;
	}
	return STR_NONE;
}

static bool
is_kept(unsigned char c, enum template_encoding encoding)
{
	return encoding == TEMPLATE_PLAIN || ascii_is_alpha(c) ||
	    ascii_is_digit(c) || str_has_byte(STR("-._~"), (char)c) ||
	    (encoding == TEMPLATE_IN_SIP && c == '+');
}

/* Text under construction. */
struct filling {
	char *at;
	size_t len, most;
};

static bool
add(struct filling *filling, struct str text, enum template_encoding encoding)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		bool kept = is_kept(c, encoding);
		if (filling->most - filling->len < (kept ? 1 : 3))
			return false;
		if (kept) {
			filling->at[filling->len++] = (char)c;
			continue;
		}
		filling->at[filling->len++] = '%';
		filling->at[filling->len++] = digits[c >> 4];
		filling->at[filling->len++] = digits[c & 15];
	}
	return true;
}

bool
template_fill(const struct template *template,
    const struct template_source *source, enum template_encoding encoding,
    size_t most, struct arena *arena, struct str *text, struct err *err)
{
	struct filling filling = {arena_alloc(arena, most + 1), 0, most};

	if (filling.at == NULL)
		return err_set(err, 0, "out of memory");
	for (size_t i = 0; i < template->count; i++) {
		const struct template_part *part = &template->parts[i];
		bool is_literal = part->literal.at != NULL;
		struct str piece = is_literal
		    ? part->literal
		    : text_of(part, source, arena, err);
		if (piece.at == NULL)
			return false;
		if (!add(&filling, piece,
			is_literal ? TEMPLATE_PLAIN : encoding))
			return err_set(
			    err, 0, "longer than %zu bytes", most);
	}
	*text = (struct str){filling.at, filling.len};
	return true;
}
