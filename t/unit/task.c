/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "base/clock.h"
#include "tap.h"
#include "twilio/task.h"

#define SID_32 "0123456789abcdef0123456789abcdef"

static const struct {
	const char *name;
	bool (*check)(struct str value, struct err *err);
} properties[] = {
	{"Attributes", task_check_attributes},
	{"Priority", task_check_priority},
	{"Timeout", task_check_timeout},
	{"TaskChannel", task_check_channel},
	{"RoutingTarget", task_check_routing_target},
	{"VirtualStartTime", task_check_virtual_start_time},
};

enum {
	ATTRIBUTES,
	PRIORITY,
	TIMEOUT,
	CHANNEL,
	TARGET,
	START,
};

static const struct {
	size_t property;
	const char *value;
	const char *why; /* NULL: taken */
} rows[] = {
	{ATTRIBUTES, "{}", NULL},
	{ATTRIBUTES, "{\"selected_language\":\"es\"}", NULL},
	{ATTRIBUTES, " { \"a\" : [ 1.50 , null ] } ", NULL},
	{ATTRIBUTES, "{\"name\":\"J\xc3\xbcrgen\"}", NULL},
	{ATTRIBUTES, "", "expected a JSON object; at byte 0: empty"},
	{ATTRIBUTES, NULL, "expected a JSON object"},
	{ATTRIBUTES, "[]", "expected a JSON object"},
	{ATTRIBUTES, "null", "expected a JSON object"},
	{ATTRIBUTES, "\"a\"", "expected a JSON object"},
	{ATTRIBUTES, "{a:1}", "at byte 1: unexpected 'a'"},
	{ATTRIBUTES, "{\"a\":1", "ends too early"},
	{ATTRIBUTES, "{\"a\":1,\"a\":2}", "repeated"},
	{ATTRIBUTES, "{\"a\":NaN}", "unexpected 'NaN'"},
	{ATTRIBUTES, "{} x", "unexpected 'x'"},
	{ATTRIBUTES, "{/* c */}", "unexpected '/'"},
	{ATTRIBUTES, "{\"a\":\"\xff\"}", "UTF-8"},
	{PRIORITY, "0", NULL},
	{PRIORITY, "2147483647", NULL},
	{PRIORITY, "2147483648", "from 0 to 2147483647"},
	{PRIORITY, "-1", "whole number"},
	{PRIORITY, "", "whole number"},
	{PRIORITY, "1.5", "whole number"},
	{PRIORITY, "high", "whole number"},
	{TIMEOUT, "1", NULL},
	{TIMEOUT, "1209600", NULL},
	{TIMEOUT, "0", "from 1 to 1209600"},
	{TIMEOUT, "1209601", "from 1 to 1209600"},
	{TIMEOUT, " 1", "whole number"},
	{CHANNEL, "TC" SID_32, NULL},
	{CHANNEL, "voice", NULL},
	{CHANNEL, "my_Channel$2", NULL},
	{CHANNEL, "_", NULL},
	{CHANNEL, "a123456789b123456789c123456789d123456789e123456789f123456789"
		  "g123",
	    NULL},
	{CHANNEL, "a123456789b123456789c123456789d123456789e123456789f123456789"
		  "g1234",
	    "unique name"},
	{CHANNEL, "2voice", "unique name"},
	{CHANNEL, "", "unique name"},
	{CHANNEL, "my channel", "unique name"},
	{CHANNEL, "sip-calls", "unique name"},
	{CHANNEL, "../Workers", "unique name"},
	{CHANNEL, "stra\xc3\x9f" "e", "unique name"},
	{TARGET, "WK" SID_32, NULL},
	{TARGET, "WQ" SID_32, NULL},
	{TARGET, "WW" SID_32, NULL},
	{TARGET, "WT" SID_32, "Worker (WK), TaskQueue (WQ) or Workflow (WW)"},
	{TARGET, "wk" SID_32, "Worker (WK)"},
	{TARGET, "WK" SID_32 "0", "Worker (WK)"},
	{TARGET, "WK", "Worker (WK)"},
	{TARGET, "", "Worker (WK)"},
	{START, "2019-09-05T12:28:13Z", NULL},
	{START, "2019-09-05T14:28:13.25+02:00", NULL},
	{START, "1900-01-01T00:00:00Z", NULL},
	{START, "1899-12-31T23:59:59Z", "from 1900 on"},
	{START, "1900-01-01T00:00:00+00:01", "from 1900 on"},
	{START, "9999-12-31T23:59:59Z", "not in the future"},
	{START, "2019-02-29T00:00:00Z", "a date such as"},
	{START, "yesterday", "a date such as"},
	{START, "", "a date such as"},
	{START, NULL, "a date such as"},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *name = properties[rows[i].property].name;
		const char *value = rows[i].value;
		struct err err = {.at = 0};
		bool taken =
		    properties[rows[i].property].check(str_from(value), &err);

		if (value == NULL)
			value = "(absent)";
		ok(taken == (rows[i].why == NULL), "%s '%s': %s", name, value,
		    rows[i].why == NULL ? "taken" : "refused");
		ok(rows[i].why == NULL ||
			str_contains(str_from(err.text), rows[i].why),
		    "%s '%s': why: %s", name, value, err.text);
	}
}

/* {"a":"…"} with `count` characters in all. */
static struct str
attributes_of(const char *character, size_t count)
{
	static char text[4 * 5000];
	size_t length = 6;

	memcpy(text, "{\"a\":\"", 6);
	for (size_t i = 8; i < count; i++) {
		memcpy(text + length, character, strlen(character));
		length += strlen(character);
	}
	memcpy(text + length, "\"}", 2);
	return (struct str){text, length + 2};
}

static void
test_length(void)
{
	static const char *const characters[] = {"x", "\xc3\xa4",
	    "\xe2\x82\xac", "\xf0\x9f\x93\xa3"};
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(characters); i++) {
		size_t size = strlen(characters[i]);
		ok(task_check_attributes(
		       attributes_of(characters[i], 4096), &err),
		    "Attributes of 4096 characters of %zu bytes: taken", size);
		ok(!task_check_attributes(
		       attributes_of(characters[i], 4097), &err),
		    "Attributes of 4097 characters of %zu bytes: refused",
		    size);
		is_str(str_from(err.text),
		    "expected at most 4096 characters, got 4097", "and why");
	}
}

/* As many values, and as many keys, as 4,096 characters can hold. */
static void
test_many_values(void)
{
	static char text[4096];
	struct err err = {.at = 0};
	size_t length = 5;

	memcpy(text, "{\"\":[", 5);
	while (length < sizeof text - 4) {
		memcpy(text + length, "0,", 2);
		length += 2;
	}
	memcpy(text + length, "0]}", 3);
	ok(task_check_attributes((struct str){text, length + 3}, &err),
	    "Attributes with as many values as there can be: %s", err.text);
	length = 1;
	for (unsigned i = 0; length < sizeof text - 10; i++) {
		const char name[8] = {'"', (char)('A' + i % 26),
		    (char)('A' + i / 26 % 26), '"', ':', '0', ','};
		memcpy(text + length, name, 7);
		length += 7;
	}
	text[length - 1] = '}';
	ok(task_check_attributes((struct str){text, length}, &err),
	    "Attributes with many keys: %s", err.text);
	memcpy(text + length - 7, "\"AA\":0}", 7);
	ok(!task_check_attributes((struct str){text, length}, &err) &&
		str_contains(str_from(err.text), "repeated"),
	    "the last of them repeats the first: %s", err.text);
}

/* Our clock may be a little ahead of TaskRouter's. */
static void
test_future(void)
{
	static const struct {
		int64_t seconds;
		bool taken;
	} times[] = {{-1, true}, {0, true}, {30, true}, {90, false}};

	for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
		char text[CLOCK_TEXT_SIZE];
		struct err err;

		clock_format(clock_wall_ms() + times[i].seconds * 1000, text);
		ok(task_check_virtual_start_time(str_from(text), &err) ==
			times[i].taken,
		    "VirtualStartTime %jd s from now: %s",
		    (intmax_t)times[i].seconds,
		    times[i].taken ? "taken" : "refused");
	}
}

static const struct {
	const char *attributes;
	const char *with; /* a key of k; NULL: refused */
} keyed[] = {
	{"{}", "{\"idempotency_key\":\"k\"}"},
	{" { } \n", "{ \"idempotency_key\":\"k\"}"},
	{"{\"a\":1}", "{\"a\":1,\"idempotency_key\":\"k\"}"},
	{"{\"a\": 1.50 ,\"b\" : \"}\" }",
	    "{\"a\": 1.50 ,\"b\" : \"}\" ,\"idempotency_key\":\"k\"}"},
	{"{\"a\":{\"idempotency_key\":1}}",
	    "{\"a\":{\"idempotency_key\":1},\"idempotency_key\":\"k\"}"},
	{"{\"idempotency_key\":\"x\"}", NULL},
	{"{\"a\":1,\"idempotency_key\":null}", NULL},
	{"{\"\\u0069dempotency_key\":1}", NULL},
	{"[]", NULL},
	{"{", NULL},
};

static void
test_key(void)
{
	struct arena arena;
	struct err err;

	arena_init(&arena, (size_t)1 << 20);
	for (size_t i = 0; i < ARRAY_LENGTH(keyed); i++) {
		struct str with = task_add_key(&arena,
		    str_from(keyed[i].attributes), STR("k"), &err);
		if (keyed[i].with == NULL)
			ok(with.at == NULL, "with a key, %s: %s",
			    keyed[i].attributes, err.text);
		else
			is_str(with, keyed[i].with, "with a key, %s",
			    keyed[i].attributes);
	}
	arena_release(&arena);
}

/* 22 characters come to those that are there. */
static void
test_key_length(void)
{
	static char text[TASK_ATTRIBUTES_LENGTH + 64];
	size_t own = sizeof ",\"idempotency_key\":\"k\"" - 1;
	struct arena arena;
	struct err err;

	arena_init(&arena, (size_t)1 << 20);
	for (size_t over = 0; over < 2; over++) {
		size_t length = TASK_ATTRIBUTES_LENGTH - own + over;
		memset(text, 'x', sizeof text);
		memcpy(text, "{\"a\":\"", 6);
		memcpy(text + length - 2, "\"}", 2);
		struct str with = task_add_key(
		    &arena, (struct str){text, length}, STR("k"), &err);
		ok((with.at != NULL) == (over == 0),
		    "with a key, %zu characters: %s", length + own,
		    over == 0 ? "taken" : err.text);
	}
	arena_release(&arena);
}

static const struct {
	const char *attributes, *merge;
	const char *merged; /* NULL: refused */
} merges[] = {
	{"{}", "{}", "{}"},
	{"{\"a\":1}", "{}", "{\"a\":1}"},
	{"{}", "{\"a\":1}", "{\"a\":1}"},
	{"{\"a\":1,\"b\":2}", "{\"a\":3}", "{\"b\":2,\"a\":3}"},
	{"{\"a\":{\"x\":1}}", "{\"a\":{\"y\":2}}", "{\"a\":{\"y\":2}}"},
	{"{\"a\":1}", "{\"a\":null}", "{\"a\":null}"},
	{"{\"n\":1.50}", "{\"t\":\"\\u00e4\\\"\"}",
	    "{\"n\":1.50,\"t\":\"\xc3\xa4\\\"\"}"},
	{"[]", "{}", NULL},
	{"", "{}", NULL},
};

static void
test_merges(void)
{
	struct json_limits limits = {.values = 100};
	struct json_object *merge = NULL;
	struct arena arena;
	struct err err;

	arena_init(&arena, (size_t)1 << 20);
	for (size_t i = 0; i < ARRAY_LENGTH(merges); i++) {
		ok(json_parse(&arena, str_from(merges[i].merge), limits,
		       &merge, &err), "%s is read", merges[i].merge);
		struct str merged = task_merge_attributes(&arena,
		    str_from(merges[i].attributes), merge, &err);
		if (merges[i].merged == NULL)
			ok(merged.at == NULL, "%s cannot be merged: %s",
			    merges[i].attributes, err.text);
		else
			is_str(merged, merges[i].merged, "%s and %s",
			    merges[i].attributes, merges[i].merge);
	}
	arena_release(&arena);
}

int
main(void)
{
	test_rows();
	test_key();
	test_key_length();
	test_merges();
	test_length();
	test_many_values();
	test_future();
	return tap_done();
}
