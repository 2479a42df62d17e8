/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/paging.h"

#include "taskrouterd/filter.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/refusal.h"

/* Tokens: "PA" (what comes behind the position) or "PB" (what comes before
 * it), then 16 digits for each number of the position. Twilio's begin so too;
 * the rest is nobody's business. */
#define FORWARD STR("PA")
#define BACKWARD STR("PB")
#define TOKEN_DIGITS ((size_t)16)

static bool
read_digits(struct str *rest, uint64_t *value)
{
	*value = 0;
	if (rest->len < TOKEN_DIGITS)
		return false;
	for (size_t i = 0; i < TOKEN_DIGITS; i++) {
		int digit = ascii_hex(rest->at[i]);
		if (digit < 0)
			return false;
		*value = *value << 4 | (unsigned)digit;
	}
	*rest = str_slice(*rest, TOKEN_DIGITS, rest->len);
	return true;
}

static bool
read_token(struct paging *paging, struct str token)
{
	struct str rest = str_slice(token, FORWARD.len, token.len);
	uint64_t value;

	paging->has_token = true;
	paging->backward = str_has_prefix(token, BACKWARD);
	if (!paging->backward && !str_has_prefix(token, FORWARD))
		return false;
	if (!read_digits(&rest, &paging->from.number) ||
	    paging->from.number > INT64_MAX)
		return false;
	for (size_t i = 0; i < paging->keys; i++) {
		if (!read_digits(&rest, &value))
			return false;
		paging->from.keys[i] = (int64_t)value;
	}
	return rest.len == 0;
}

static void
add_token(struct buf *out, const struct paging *paging, struct str way,
    const struct position *position)
{
	buf_add_str(out, STR("&PageToken="));
	buf_add_str(out, way);
	buf_format(out, "%016jx", (uintmax_t)position->number);
	for (size_t i = 0; i < paging->keys; i++)
		buf_format(out, "%016jx", (uintmax_t)position->keys[i]);
}

bool
paging_read(struct paging *paging, const struct form *query, size_t keys,
    struct refusal *refusal)
{
	struct str size = form_get(query, "PageSize");
	struct str page = form_get(query, "Page");
	struct str token = form_get(query, "PageToken");
	uint64_t number = PAGE_SIZE_PRESET;

	*paging = (struct paging){.keys = keys};
	if (size.at != NULL &&
	    (!str_to_uint(size, PAGE_SIZE_MOST, &number) || number == 0))
		return refuse_parameter(refusal,
		    "PageSize: expected a whole number from 1 to %d",
		    PAGE_SIZE_MOST);
	paging->size = (size_t)number;
	if (page.at != NULL && !str_to_uint(page, INT32_MAX, &paging->page))
		return refuse_parameter(refusal,
		    "Page: expected a whole number that is not negative");
	if (token.at != NULL && !read_token(paging, token))
		return refuse_parameter(refusal,
		    "PageToken: expected one of this list, as it stands in "
		    "next_page_url");
	if (paging->page == 0 || paging->has_token)
		return true;
	(void)refuse_parameter(refusal,
	    "Absolute paging is not supported: expected a PageToken with Page, "
	    "as it stands in next_page_url");
	refusal->code = API_ERROR_ABSOLUTE_PAGING;
	return false;
}

/* The list's URL with the caller's filters, PageSize and Page. */
static void
add_url(struct buf *out, const struct paging *paging,
    const struct resource *resource, struct str url, const struct form *query,
    uint64_t page)
{
	char separator = '?';

	buf_add_str(out, url);
	for (size_t i = 0; i < query->count; i++) {
		const struct form_field *field = &query->fields[i];
		if (filter_find(resource, field->name) == NULL)
			continue;
		buf_add_byte(out, separator);
		form_encode(out, field->name);
		buf_add_byte(out, '=');
		form_encode(out, field->value);
		separator = '&';
	}
	buf_format(out, "%cPageSize=%zu&Page=%ju", separator, paging->size,
	    (uintmax_t)page);
}

/* The position that the next page begins behind. */
static struct position
end_of(const struct paging *paging, const struct page_result *result)
{
	struct position end = paging->from;

	if (result->count > 0)
		return result->last;
	/* Whatever stood there is gone: the next page begins with `from`. */
	end.number -= end.number > 0;
	return end;
}

/* The position that the previous page ends before. */
static struct position
beginning_of(const struct paging *paging, const struct page_result *result)
{
	struct position beginning = paging->from;

	if (result->count > 0)
		return result->first;
	beginning.number++;
	return beginning;
}

struct neighbour {
	bool exists;
	uint64_t page;
	struct str way;
	struct position position;
};

static void
put_neighbour(struct buf *out, const char *key, const struct paging *paging,
    const struct neighbour *neighbour, const struct resource *resource,
    struct str url, const struct form *query)
{
	json_put_key(out, key);
	if (!neighbour->exists) {
		json_put_text(out, STR_NONE);
		return;
	}
	buf_add_byte(out, '"');
	add_url(out, paging, resource, url, query, neighbour->page);
	if (neighbour->way.at != NULL)
		add_token(out, paging, neighbour->way, &neighbour->position);
	buf_add_byte(out, '"');
}

void
paging_put_meta(struct buf *out, const struct paging *paging,
    const struct page_result *result, const struct resource *resource,
    struct str url, const struct form *query)
{
	bool back = paging->has_token && paging->backward;
	uint64_t page = paging->page;
	const struct {
		const char *key;
		struct neighbour neighbour;
	} urls[] = {
		{"first_page_url", {true, 0, STR_NONE, {{0}, 0}}},
		{"previous_page_url",
		    {back ? result->has_more : paging->has_token,
			page > 0 ? page - 1 : 0, BACKWARD,
			beginning_of(paging, result)}},
		{"url",
		    {true, page,
			!paging->has_token ? STR_NONE
			    : back         ? BACKWARD
					   : FORWARD,
			paging->from}},
		{"next_page_url",
		    {back || result->has_more, page + 1, FORWARD,
			end_of(paging, result)}},
	};

	json_put_key(out, "meta");
	buf_add_byte(out, '{');
	json_put_key(out, "page");
	json_put_integer(out, (int64_t)page);
	json_put_key(out, "page_size");
	json_put_integer(out, (int64_t)paging->size);
	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++)
		put_neighbour(out, urls[i].key, paging, &urls[i].neighbour,
		    resource, url, query);
	json_put_key(out, "key");
	json_put_text(out, str_from(resource->key));
	buf_add_byte(out, '}');
}
