/* SPDX-License-Identifier: MIT
 *
 * The lists behind /_local/debugger and /_local/calls: what they show, what
 * they hide, and that they stay small.
 */
#include "base/compat.h"

#include "taskrouterd/debugger.h"

#include <string.h>

#include "base/log.h"
#include "codec/json.h"
#include "tap.h"
#include "twilio/sid.h"

#define WS "WS00000000000000000000000000000001"
#define WR "WR00000000000000000000000000000002"
#define WT "WT00000000000000000000000000000003"

static struct arena arena;

static struct json_object *
parse(struct str json)
{
	struct json_object *value = NULL;
	struct err err;

	if (!json_parse(&arena, json, (struct json_limits){.values = 100000},
		&value, &err))
		ok(false, "JSON: %s", err.text);
	return value;
}

static struct json_object *
alert(const struct debugger *debugger, size_t index)
{
	struct json_object *all = parse(debugger_write(debugger, &arena));

	return json_item(json_get(all, "alerts"), index);
}

static int64_t
total_of(struct str json)
{
	return json_integer(json_get(parse(json), "total"));
}

static void
test_alert(void)
{
	struct debugger *debugger = debugger_open(10);
	const struct debugger_note note = {
		.code = 40001,
		.text = STR("byte 3: expected ':'"),
		.date = 1433874423000,
		.workspace = STR(WS),
		.task = STR(WT),
		.reservation = STR(WR),
		.url = STR("http://user:secret@h:1/a?b=c#rc=2"),
		.status = 200,
		.content_type = STR("application/json"),
		.body = STR("a\"b\x01\xff\n"),
	};
	static const struct {
		const char *key, *value;
	} texts[] = {
		{"error_code", "40001"},
		{"log_level", "warning"},
		{"more_info", "https://www.twilio.com/docs/errors/40001"},
		{"message", "Could not parse Assignment Instruction response "
		    "as JSON"},
		{"alert_text", "byte 3: expected ':'"},
		{"date_generated", "2015-06-09T18:27:03Z"},
		{"request_method", "POST"},
		{"request_url", "http://h:1/a?b=c"},
		{"resource_sid", WR},
		{"workspace_sid", WS},
		{"task_sid", WT},
		{"reservation_sid", WR},
		{"worker_sid", NULL},
		{"event_sid", NULL},
		{"response_content_type", "application/json"},
		{"response_body", "a\"b.\xef\xbf\xbd\n"},
	};

	is_str(debugger_write(debugger, &arena),
	    "{\"alerts\":[],\"total\":0,\"lost\":0}", "nothing yet");
	debugger_note(debugger, &note);
	struct json_object *seen = alert(debugger, 0);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		is_str(json_get_text(seen, texts[i].key), texts[i].value,
		    "alert: %s", texts[i].key);
	is_int(json_integer(json_get(seen, "response_status")), 200,
	    "alert: response_status");
	debugger_note(debugger,
	    &(struct debugger_note){.code = 40135, .workspace = STR(WS)});
	seen = alert(debugger, 0);
	is_str(json_get_text(seen, "error_code"), "40135", "the newest first");
	is_str(json_get_text(seen, "log_level"), "error", "an error");
	is_str(json_get_text(seen, "resource_sid"), WS, "of the Workspace");
	ok(json_get(seen, "request_url") == NULL &&
	        json_get(seen, "request_method") == NULL &&
	        json_get(seen, "response_status") == NULL,
	    "without a request: null");
	debugger_note(debugger, &(struct debugger_note){.text = STR("x")});
	ok(json_get(alert(debugger, 0), "error_code") == NULL,
	    "without a number: null");
	is_int(total_of(debugger_write(debugger, &arena)), 3, "three in all");
	debugger_clear(debugger);
	is_str(debugger_write(debugger, &arena),
	    "{\"alerts\":[],\"total\":0,\"lost\":0}", "cleared");
	debugger_close(debugger);
	debugger_close(NULL);
}

static void
test_bounds(void)
{
	static char large[100000];
	struct debugger *debugger = debugger_open(3);
	struct arena small;

	memset(large, '"', sizeof large);
	for (unsigned i = 0; i < 5; i++) {
		char digit[] = {(char)('0' + (int)i), '\0'};
		debugger_note(debugger,
		    &(struct debugger_note){.text = str_from(digit)});
	}
	is_int(total_of(debugger_write(debugger, &arena)), 5, "five in all");
	is_str(json_get_text(alert(debugger, 0), "alert_text"), "4",
	    "the newest is kept");
	is_str(json_get_text(alert(debugger, 2), "alert_text"), "2",
	    "and two before it");
	ok(alert(debugger, 3) == NULL, "no more");
	arena_init(&small, 100);
	is_str(debugger_write(debugger, &small), NULL,
	    "what does not fit the arena is absent");
	arena_release(&small);
	debugger_close(debugger);

	debugger = debugger_open(500);
	const struct str text = {large, sizeof large};
	for (unsigned i = 0; i < 500; i++)
		debugger_note(debugger,
		    &(struct debugger_note){.code = 40001, .text = text,
		        .url = text, .content_type = text, .body = text});
	struct str json = debugger_write(debugger, &arena);
	ok(json.len > 100000 && json.len < 400000,
	    "an answer of %zu bytes, whatever was noted", json.len);
	is_int((int64_t)json_text(json_get(alert(debugger, 0), "alert_text")).len,
	    DEBUGGER_TEXT_MOST, "texts are cut");
	is_int((int64_t)json_get_text(alert(debugger, 0), "response_body").len,
	    DEBUGGER_BODY_MOST, "bodies are cut");
	debugger_close(debugger);

	debugger = debugger_open(0);
	debugger_note(debugger, &(struct debugger_note){.text = STR("x")});
	ok(alert(debugger, 0) != NULL && alert(debugger, 1) == NULL,
	    "one is kept in any case");
	debugger_close(debugger);
}

/* Each number of 4.8 is there, sorted, with its level. */
static void
test_table(void)
{
	static const unsigned numbers[] = {
#define ALERT(code, level, message) code,
#include "taskrouterd/alerts.h"
#undef ALERT
	};
	static const unsigned warnings[] = {40000, 40001, 40005, 40153, 14241};
	unsigned disorder = 0, missing = 0, known = 0;
	const char *none = debugger_message(1);

	for (size_t i = 1; i < ARRAY_LENGTH(numbers); i++)
		disorder += numbers[i - 1] >= numbers[i];
	is_int(disorder, 0, "the table is sorted");
	for (unsigned code = 40100; code <= 40159; code++)
		known += debugger_message(code) != none;
	is_int(known, 38, "4.8: the numbers from 40100 to 40159");
	for (size_t i = 0; i < ARRAY_LENGTH(warnings); i++)
		missing += !debugger_is_warning(warnings[i]);
	is_int(missing, 0, "4.8: what is a warning");
	ok(!debugger_is_warning(55555) && !debugger_is_warning(40100) &&
	        !debugger_is_warning(11200),
	    "4.8: what is an error");
}

int
main(void)
{
	log_open(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	arena_init(&arena, (size_t)64 << 20);
	test_alert();
	test_bounds();
	test_table();
	arena_release(&arena);
	return tap_done();
}
