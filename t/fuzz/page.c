/* SPDX-License-Identifier: MIT
 *
 * The body of a page of a list. What is JSON stays JSON, keeps its list, and
 * has URLs of ours only.
 */
#include "base/compat.h"

#include "codec/json.h"
#include "fuzz.h"
#include "twilio/page.h"

static const char *const urls[] = {
	"first_page_url", "next_page_url", "previous_page_url", "url"};

static void
check_page(struct arena *arena, struct str body, struct str page)
{
	struct json_limits limits = {.values = 100000};
	struct json_object *before, *after;
	struct err err;

	if (!json_parse(arena, body, limits, &before, &err))
		return;
	MUST(json_parse(arena, page, limits, &after, &err));
	MUST(json_type(after) == JSON_OBJECT);
	struct json_member old = {0}, new = {0};
	while (json_next(before, &old)) {
		MUST(json_next(after, &new));
		MUST(str_equal(old.key, new.key));
		MUST(str_is(old.key, "meta") ||
		    str_equal(json_write(arena, old.value),
			json_write(arena, new.value)));
	}
	struct json_object *meta = json_get(after, "meta");
	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
		struct str url = json_get_text(meta, urls[i]);
		MUST(url.at == NULL || str_has_prefix(url, STR("ours?a=b")) ||
		    str_contains(body, "\\u"));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct page_address address = {STR("ours"), STR("a=b")};
	struct str body = {(const char *)data, size}, page;
	struct arena arena;
	struct err err;

	arena_init(&arena, (size_t)16 << 20);
	if (page_move(&arena, body, &address, &page, &err))
		check_page(&arena, body, page);
	arena_release(&arena);
	return 0;
}
