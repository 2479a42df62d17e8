/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "twilio/page.h"

#define OURS "https://tr.example.com/taskrouter/tasks"
#define THEIRS "https://taskrouter.twilio.com/v1/Workspaces/WS1/Tasks"
#define FILTERS "Priority=1&EvaluateTaskAttributes=a%20%3D%3D%20%22%26%22"

/* `\"` in the expected text stands for a quote of JSON. */
static const struct {
	const char *what;
	const char *body;
	const char *url;
	const char *filters;
	const char *page; /* NULL: refused */
} rows[] = {
	{"a page as TaskRouter sends it",
	    "{\"meta\": {\"page\": 0, \"page_size\": 50, \"first_page_url\": "
	    "\"" THEIRS "?PageSize=50&Page=0\", \"previous_page_url\": null, "
	    "\"url\": \"" THEIRS "?PageSize=50&Page=0\", \"next_page_url\": "
	    "\"" THEIRS "?PageSize=50&Page=1&PageToken=PAWT9\", \"key\": "
	    "\"tasks\"}, \"tasks\": []}",
	    OURS, "",
	    "{\"meta\": {\"page\": 0, \"page_size\": 50, \"first_page_url\": "
	    "\"" OURS "?PageSize=50&Page=0\", \"previous_page_url\": null, "
	    "\"url\": \"" OURS "?PageSize=50&Page=0\", \"next_page_url\": "
	    "\"" OURS "?PageSize=50&Page=1&PageToken=PAWT9\", \"key\": "
	    "\"tasks\"}, \"tasks\": []}"},
	{"meta behind the list, other white space, escapes that stay",
	    " {\n\t\"tasks\" : [ {\"meta\":{\"url\":\"x\"}}, \"\\u00e9\\/\", "
	    "1.50e+01 ] ,\r\n\"meta\":{\"url\":\"" THEIRS "\" } }\n",
	    OURS, "",
	    " {\n\t\"tasks\" : [ {\"meta\":{\"url\":\"x\"}}, \"\\u00e9\\/\", "
	    "1.50e+01 ] ,\r\n\"meta\":{\"url\":\"" OURS "\" } }\n"},
	{"slashes that are escaped",
	    "{\"meta\":{\"url\":\"https:\\/\\/a\\/?Page=1\"}}", OURS, "",
	    "{\"meta\":{\"url\":\"" OURS "?Page=1\"}}"},
	{"the filters are ours, what pages have is theirs",
	    "{\"meta\":{\"next_page_url\":\"" THEIRS "?Priority=2&PageToken="
	    "PA%2B1&Other=x&Page=7&PageSize=3\"}}",
	    OURS, FILTERS,
	    "{\"meta\":{\"next_page_url\":\"" OURS "?" FILTERS "&PageSize=3"
	    "&Page=7&PageToken=PA%2B1\"}}"},
	{"filters alone", "{\"meta\":{\"url\":\"" THEIRS "\"}}", OURS, FILTERS,
	    "{\"meta\":{\"url\":\"" OURS "?" FILTERS "\"}}"},
	{"an empty query", "{\"meta\":{\"url\":\"" THEIRS "?\"}}", OURS, "",
	    "{\"meta\":{\"url\":\"" OURS "\"}}"},
	{"without an address of our own",
	    "{\"meta\":{\"url\":\"" THEIRS "?Page=1\"}}", "", "Priority=1",
	    "{\"meta\":{\"url\":\"?Priority=1&Page=1\"}}"},
	{"an address that needs quoting", "{\"meta\":{\"url\":\"x\"}}",
	    "https://a/\"\\", "", "{\"meta\":{\"url\":\"https://a/\\\"\\\\\"}}"},
	{"a token with control bytes",
	    "{\"meta\":{\"url\":\"x?PageToken=a%0d%0ab\\u0001\"}}", OURS, "",
	    "{\"meta\":{\"url\":\"" OURS "?PageToken=a%0D%0Ab%01\"}}"},
	{"other members of meta stay",
	    "{\"meta\":{\"more_url\":\"x\",\"urls\":[\"url\"],\"key\":\"url\"}}",
	    OURS, "",
	    "{\"meta\":{\"more_url\":\"x\",\"urls\":[\"url\"],\"key\":\"url\"}}"},
	{"an empty meta", "{\"meta\":{}}", OURS, "", "{\"meta\":{}}"},
	{"brackets and quotes in strings",
	    "{\"tasks\":[\"]}\\\"{[\",\"\\\\\"],\"meta\":{\"url\":\"x\"}}", OURS,
	    "", "{\"tasks\":[\"]}\\\"{[\",\"\\\\\"],\"meta\":{\"url\":\"" OURS
	    "\"}}"},
	{"no meta", "{\"tasks\":[]}", OURS, "", NULL},
	{"meta that is no object", "{\"meta\":[\"url\"]}", OURS, "", NULL},
	{"meta that is null", "{\"meta\":null}", OURS, "", NULL},
	{"a URL that is none", "{\"meta\":{\"url\":1}}", OURS, "", NULL},
	{"a URL that cannot be decoded", "{\"meta\":{\"url\":\"x?%zz\"}}", OURS,
	    "", NULL},
	{"meta that is no JSON", "{\"meta\":{\"url\":\"x\",}}", OURS, "", NULL},
	{"a name twice in meta",
	    "{\"meta\":{\"url\":\"x\",\"url\":\"y\"}}", OURS, "", NULL},
	{"nothing", "", OURS, "", NULL},
	{"a list", "[]", OURS, "", NULL},
	{"cut short", "{\"meta\":{\"url\":\"x\"}", OURS, "", NULL},
	{"cut short in a string", "{\"meta\":{\"url\":\"x\"},\"a\":\"b", OURS, "",
	    NULL},
	{"cut short in an escape", "{\"meta\":{\"url\":\"x\"},\"a\":\"b\\", OURS,
	    "", NULL},
	{"cut short in a list", "{\"meta\":{\"url\":\"x\"},\"a\":[1,", OURS, "",
	    NULL},
	{"cut short behind a colon", "{\"meta\":{\"url\":\"x\"},\"a\":", OURS,
	    "", NULL},
	{"something behind it", "{\"meta\":{\"url\":\"x\"}} x", OURS, "", NULL},
	{"no comma", "{\"meta\":{\"url\":\"x\"} \"a\":1}", OURS, "", NULL},
	{"a comma first", "{,\"meta\":{\"url\":\"x\"}}", OURS, "", NULL},
	{"no colon", "{\"meta\" {\"url\":\"x\"}}", OURS, "", NULL},
	{"a name without quotes", "{meta:{\"url\":\"x\"}}", OURS, "", NULL},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct page_address address = {
			.url = str_from(rows[i].url),
			.filters = str_from(rows[i].filters),
		};
		struct str page;
		struct arena arena;
		struct err err = {.at = 0};

		arena_init(&arena, 1 << 20);
		bool moved = page_move(
		    &arena, str_from(rows[i].body), &address, &page, &err);
		if (rows[i].page == NULL)
			ok(!moved && err.text[0] != '\0', "%s: %s",
			    rows[i].what, err.text);
		else
			is_str(page, rows[i].page, "%s", rows[i].what);
		arena_release(&arena);
	}
}

/* Each ceiling either holds all of it, or is told to be too low. */
static void
test_ceilings(void)
{
	const char *body = rows[0].body;
	int wrong = 0, moved = 0;

	for (size_t ceiling = 16; ceiling < 8192; ceiling += 16) {
		struct page_address address = {STR(OURS), STR(FILTERS)};
		struct str page;
		struct arena arena;
		struct err err;

		arena_init(&arena, ceiling);
		if (page_move(&arena, str_from(body), &address, &page, &err)) {
			moved++;
			wrong += page.len < strlen(body) ||
			    page.at[page.len - 1] != '}';
		}
		arena_release(&arena);
	}
	ok(moved > 0 && moved < 511, "%d ceilings are high enough", moved);
	is_int(wrong, 0, "and no page is half one");
}

int
main(void)
{
	test_rows();
	test_ceilings();
	return tap_done();
}
