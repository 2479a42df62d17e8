/* SPDX-License-Identifier: MIT
 *
 * What taskrouterctl does without a REST API: the table of commands, paths of
 * next_page_url, lists in memory, what is left of SIDs in a seed.
 */
#include "base/compat.h"

#include "tap.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "codec/json.h"
#include "ctl/command.h"
#include "ctl/items.h"
#include "ctl/pages.h"
#include "ctl/workspace.h"

#define DIGITS "0123456789abcdefABCDEF0123456789"
#define WQ "WQ" DIGITS
#define API "https://taskrouter.twilio.com"

/* ---- the table of commands */

static void
test_options(const struct command *command)
{
	ok(command->option_count <= COMMAND_OPTIONS_MOST,
	    "%s: its options fit", command->name);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *row = &command->options[i];
		ok(row->letter != 0 || row->name != NULL,
		    "%s: option %zu can be given", command->name, i);
		ok(row->help != NULL && row->help[0] != '\0',
		    "... and has help");
		ok(row->letter == 0 || strchr("chvV", row->letter) == NULL,
		    "... and is not everybody's letter");
		for (size_t k = 0; k < i; k++) {
			const struct command_option *other =
			    &command->options[k];
			ok((row->letter == 0 ||
			       row->letter != other->letter) &&
				(row->name == NULL || other->name == NULL ||
				    strcmp(row->name, other->name) != 0),
			    "... and differs from option %zu", k);
		}
	}
}

static void
test_commands(void)
{
	ok(command_count > 0, "there are commands");
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = &commands[i];
		ok(i == 0 ||
			strcmp(commands[i - 1].name, command->name) < 0,
		    "%s stands in the order of the alphabet", command->name);
		ok(command_find(command->name) == command,
		    "%s is found", command->name);
		ok(command->run != NULL && command->summary != NULL,
		    "... and does something");
		test_options(command);
	}
	ok(command_find("") == NULL, "no command without a name");
	ok(command_find("expor") == NULL, "no command by its beginning");
	is_str(str_from(command_nearest("exprot")), "export", "nearly export");
	ok(command_nearest("status") == NULL, "nearly nothing");
}

/* ---- next_page_url */

static void
test_paths(void)
{
	static const struct {
		const char *what, *api, *url, *path;
	} rows[] = {
	    {"a next page", API, API "/v1/Workspaces?PageToken=PA1",
		"/v1/Workspaces?PageToken=PA1"},
	    {"another spelling of the host", API,
		"HTTPS://TaskRouter.Twilio.com/v1/x", "/v1/x"},
	    {"a port", "http://127.0.0.1:8015", "http://127.0.0.1:8015/v1/x",
		"/v1/x"},
	    {"a path before", "http://[::1]/api", "http://[::1]/api/v1/x",
		"/v1/x"},
	    {"without the path before", "http://[::1]/api", "http://[::1]/v1/x",
		NULL},
	    {"plain HTTP", API, "http://taskrouter.twilio.com/v1/x", NULL},
	    {"another host", API, "https://example.com/v1/x", NULL},
	    {"a longer host", API, API ".example.com/v1/x", NULL},
	    {"a user", API, API "@example.com/v1/x", NULL},
	    {"a longer port", "http://127.0.0.1:80",
		"http://127.0.0.1:8015/v1/x", NULL},
	    {"another version", API, API "/v2/x", NULL},
	    {"no path", API, API, NULL},
	    {"the version alone", API, API "/v1", NULL},
	    {"a path alone", API, "/v1/x", NULL},
	    {"nothing", API, "", NULL},
	    {"a blank", API, API "/v1/a b", NULL},
	    {"a line feed", API, API "/v1/a\nb", NULL},
	    {"DEL", API, API "/v1/a\x7f", NULL},
	    {"a byte above ASCII", API, API "/v1/\xc3\xa4", NULL},
	    {"a fragment", API, API "/v1/a#b", NULL},
	};
	char longest[sizeof API + PAGES_PATH_MOST + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		is_str(pages_path_of(
			   str_from(rows[i].api), str_from(rows[i].url)),
		    rows[i].path, "next_page_url: %s", rows[i].what);
	ok(pages_path_of(STR(API), STR_NONE).at == NULL, "none at all");
	memset(longest, 'a', sizeof longest);
	memcpy(longest, API "/v1/", sizeof API - 1 + 4);
	struct str url = {longest, sizeof API - 1 + PAGES_PATH_MOST - 1};
	is_int((int64_t)pages_path_of(STR(API), url).len,
	    PAGES_PATH_MOST - 1, "the longest path");
	url.len++;
	ok(pages_path_of(STR(API), url).at == NULL, "a longer one");
}

/* ---- lists in memory */

/* Adds objects named by a letter each, created in the second of the digit
 * behind it: "a2b1". */
static void
add_objects(struct items *items, const char *objects)
{
	for (; *objects != '\0'; objects += 2) {
		struct json_limits limits = {.values = 10};
		struct json_object *object = NULL;
		struct arena arena;
		struct err err;
		char text[128];
		(void)snprintf(text, sizeof text,
		    "{\"sid\":\"WK%c\",\"friendly_name\":\"%c\","
		    "\"date_created\":\"2026-01-01T00:00:0%cZ\"}",
		    objects[0], objects[0], objects[1]);
		arena_init(&arena, (size_t)1 << 20);
		ok(json_parse(&arena, str_from(text), limits, &object, &err) &&
			items_add(items, object),
		    "%.2s is kept", objects);
		arena_release(&arena);
	}
}

static void
test_items(void)
{
	static const struct {
		const char *what, *objects, *sorted;
	} rows[] = {
	    {"none", "", ""},
	    {"one", "a1", "a"},
	    {"in order", "a1b2c3", "abc"},
	    {"the same second", "a1b1c1", "abc"},
	    {"mixed", "b2a1c3", "abc"},
	    {"newest first", "c3b2a1", "abc"},
	    {"newest first, some in the same second", "d3c2b2a1", "abcd"},
	    {"oldest first, some in the same second", "a1b2c2d3", "abcd"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct items items;
		char names[8] = "";
		items_init(&items, "friendly_name");
		add_objects(&items, rows[i].objects);
		ok(items_sort(&items), "%s: sorted", rows[i].what);
		is_int((int64_t)items.count,
		    (int64_t)strlen(rows[i].objects) / 2, "... all there");
		for (size_t n = 0; n < items.count; n++)
			names[n] = items.sorted[n]->name.at[0];
		is_str(str_from(names), rows[i].sorted, "... oldest first");
		items_release(&items);
		is_int((int64_t)items.count, 0, "... and given back");
	}
}

static void
test_array(void)
{
	struct arena arena;
	struct items items;

	arena_init(&arena, (size_t)1 << 20);
	items_init(&items, NULL);
	is_str(items_array(&items, &arena), "[]", "an array of nothing");
	add_objects(&items, "b1a0");
	ok(items.first->name.at == NULL, "without a name");
	is_str(items_array(&items, &arena),
	    "[{\"sid\":\"WKb\",\"friendly_name\":\"b\","
	    "\"date_created\":\"2026-01-01T00:00:01Z\"},"
	    "{\"sid\":\"WKa\",\"friendly_name\":\"a\","
	    "\"date_created\":\"2026-01-01T00:00:00Z\"}]",
	    "an array as it came");
	items_release(&items);
	arena_release(&arena);
}

/* ---- SIDs in a seed */

static void
test_queues(void)
{
	static const struct {
		const char *what, *text;
		int64_t count;
	} rows[] = {
	    {"nothing", "", 0},
	    {"a name", "{\"queue\": \"English\"}", 0},
	    {"a SID", "{\"queue\": \"" WQ "\"}", 1},
	    {"two", "[\"" WQ "\", \"" WQ "\"]", 2},
	    {"two side by side", "\"" WQ "\"\"" WQ "\"", 2},
	    {"the whole text", "\"" WQ "\"", 1},
	    {"no end", "\"" WQ, 0},
	    {"no beginning", WQ "\"", 0},
	    {"one digit more", "\"" WQ "0\"", 0},
	    {"one digit less", "\"WQ" "123456789abcdefABCDEF0123456789" "\"",
		0},
	    {"another kind", "\"WW" DIGITS "\"", 0},
	    {"within an expression", "\"a == \\\"" WQ "\\\"\"", 0},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str text = str_from(rows[i].text);
		int64_t count = 0;
		size_t at = 0;
		for (struct str sid = workspace_next_queue(text, &at);
		     sid.at != NULL; sid = workspace_next_queue(text, &at)) {
			is_str(sid, WQ, "%s: the SID", rows[i].what);
			count++;
		}
		is_int(count, rows[i].count, "SIDs left: %s", rows[i].what);
		is_int((int64_t)at, (int64_t)text.len, "... to the end");
	}
}

int
main(void)
{
	test_commands();
	test_paths();
	test_items();
	test_array();
	test_queues();
	return tap_done();
}
