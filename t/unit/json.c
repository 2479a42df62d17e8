/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "base/buf.h"
#include "codec/json.h"
#include "tap.h"

#define MOST_VALUES 5000

static struct arena arena;

static bool
parse(struct str text, bool comments, struct json_object **value,
    struct err *err)
{
	struct json_limits limits = {MOST_VALUES, comments};

	*err = (struct err){.at = 0};
	return json_parse(&arena, text, limits, value, err);
}

/* With and without comments allowed. */
static const struct {
	const char *what, *text;
	const char *written; /* compact */
} valid[] = {
	{"null", "null", "null"},
	{"true", "true", "true"},
	{"a number", "-12.50e+3", "-12.50e+3"},
	{"a string", "\"a\"", "\"a\""},
	{"an empty object", "{}", "{}"},
	{"an empty array", "[]", "[]"},
	{"white space", " \t\r\n{ \"a\" :\n[ 1 , 2 ] }\r\n",
	    "{\"a\":[1,2]}"},
	{"members in their order", "{\"b\":1,\"a\":2}", "{\"b\":1,\"a\":2}"},
	{"the same key in two objects", "[{\"a\":1},{\"a\":2}]",
	    "[{\"a\":1},{\"a\":2}]"},
	{"the same key on two levels", "{\"a\":{\"a\":{\"a\":1}}}",
	    "{\"a\":{\"a\":{\"a\":1}}}"},
	{"a key that is also a value", "{\"a\":\"a\",\"b\":\"a\"}",
	    "{\"a\":\"a\",\"b\":\"a\"}"},
	{"keys that differ in case", "{\"a\":1,\"A\":2}",
	    "{\"a\":1,\"A\":2}"},
	{"an empty key", "{\"\":1}", "{\"\":1}"},
	{"a colon within a string", "{\"a:\":\":b\"}", "{\"a:\":\":b\"}"},
	{"a quotation mark within a string", "{\"a\\\"\":\"\\\"\"}",
	    "{\"a\\\"\":\"\\\"\"}"},
	{"brackets within a string", "{\"}\":\"]{[\"}", "{\"}\":\"]{[\"}"},
	{"escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"",
	    "\"\\\"\\\\/\\b\\f\\n\\r\\tA\""},
	{"an escaped NUL in a value", "\"a\\u0000b\"", "\"a\\u0000b\""},
	{"\\u0000 behind an escaped backslash, in a key",
	    "{\"\\\\u0000\":1}", "{\"\\\\u0000\":1}"},
	{"a surrogate pair", "\"\\ud83d\\udce3\"", "\"\xf0\x9f\x93\xa3\""},
	{"UTF-8", "\"\xc3\xa4\xe2\x82\xac\"", "\"\xc3\xa4\xe2\x82\xac\""},
	{"what looks like a comment within a string",
	    "\"// no /* comment */\"", "\"// no /* comment */\""},
	{"a large number", "1e400", "1e400"},
	{"the largest whole number", "18446744073709551615",
	    "18446744073709551615"},
	{"the smallest whole number", "-9223372036854775808",
	    "-9223372036854775808"},
	{"digits that no double keeps", "0.1000000000000000055511151231257827",
	    "0.1000000000000000055511151231257827"},
};

/* Neither with nor without comments. */
static const struct {
	const char *what, *text;
	size_t at;
	const char *why; /* part of the message */
} invalid[] = {
	{"nothing", "", 0, "empty"},
	{"white space alone", " \n", 0, "empty"},
	{"text behind the value", "{} x", 3, "unexpected 'x'"},
	{"a second value", "{} {}", 3, NULL},
	{"a second value at once", "{}[]", 2, NULL},
	{"a bracket behind the value", "[]]", 2, "unexpected ']'"},
	{"a brace before the value", "}{}", 0, "unexpected '}'"},
	{"NaN", "NaN", 0, "unexpected 'NaN'"},
	{"NaN in small letters", "[nan]", 1, "unexpected 'nan'"},
	{"-NaN", "[-NaN]", 1, "unexpected '-NaN'"},
	{"Infinity", "{\"a\":Infinity}", 5, "unexpected 'Infinity'"},
	{"-Infinity", "{\"a\":-Infinity}", 5, "unexpected '-Infinity'"},
	{"TRUE", "TRUE", 0, "unexpected 'TRUE'"},
	{"a word without quotes", "{a:1}", 1, "unexpected 'a'"},
	{"a string in single quotes", "'a'", 0, "unexpected ''a''"},
	{"a number with a leading zero", "01", 0, "unexpected '01'"},
	{"a negative one", "[-00]", 1, "unexpected '-00'"},
	{"a number with a plus", "+1", 0, "unexpected '+1'"},
	{"a hexadecimal number", "0x10", 0, "unexpected"},
	{"a number that ends in a point", "[1.]", 1, "unexpected '1.'"},
	{"a number that begins with a point", "[.5]", 1, "unexpected '.5'"},
	{"an exponent without digits", "[1e]", 1, "unexpected '1e'"},
	{"an exponent with a sign alone", "[1e-]", 1, "unexpected"},
	{"a point and an exponent", "[1.e5]", 1, "unexpected"},
	{"a minus alone", "[-]", 1, "unexpected '-'"},
	{"a whole number that would be rounded", "[18446744073709551616]", 1,
	    "64 bits"},
	{"a negative one", "[-9223372036854775809]", 1, "64 bits"},
	{"a missing comma", "[1 2]", 3, "','"},
	{"a comma too many in an array", "[1,]", 3, NULL},
	{"a comma too many in an object", "{\"a\":1,}", 7, NULL},
	{"a comma alone", "[,]", 1, NULL},
	{"a missing colon", "{\"a\" 1}", 5, "':'"},
	{"a missing value", "{\"a\":}", 5, NULL},
	{"a key that is a number", "{1:2}", 1, "key"},
	{"an array without end", "[1", 2, "ends too early"},
	{"an object without end", "{\"a\":1", 6, "ends too early"},
	{"brackets crossed", "[1}", 2, "']'"},
	{"a string without end", "[\"a", 1, "without closing quote"},
	{"a string that ends in an escape", "[\"a\\", 1,
	    "without closing quote"},
	{"an unknown escape", "\"\\x41\"", 2, "bad escape"},
	{"\\u with three digits", "\"\\u004\"", 6, NULL},
	{"a line feed in a string", "\"a\nb\"", 2, "control character"},
	{"a tab in a string", "\"\t\"", 1, "write \\u0009"},
	{"no UTF-8", "\"\xff\"", 1, "UTF-8"},
	{"overlong UTF-8", "\"\xc0\xaf\"", 1, "UTF-8"},
	{"a byte order mark", "\xef\xbb\xbf{}", 0, "unexpected"},
	{"a comment without end", "/* 1", 0, NULL},
	{"one that ends in its own star", "/*/ 1", 0, NULL},
	{"a slash", "[/]", 1, "unexpected '/'"},
	{"a slash at the end", "1/", 1, "unexpected '/'"},
	{"a repeated key", "{\"a\":1,\"b\":2,\"a\":3}", 13, "repeated"},
	{"a repeated key further in", "{\"a\":[{\"b\":1,\"b\":2}]}", 13,
	    "repeated"},
	{"a repeated key, written with an escape", "{\"a\":1,\"\\u0061\":2}",
	    0, "repeated"},
	{"a repeated key, two spellings of an escape",
	    "{\"\\u00e4\":1,\"\xc3\xa4\":2}", 0, "repeated"},
	{"a repeated empty key", "{\"\":1,\"\":2}", 6, "repeated"},
	{"a repeated key with equal values", "{\"a\":1,\"a\":1}", 7,
	    "repeated"},
	{"a repeated key whose values are objects", "{\"a\":{},\"a\":{}}", 8,
	    "repeated"},
	{"\\u0000 in a key", "{\"a\\u0000b\":1}", 1, "\\u0000 in a key"},
	{"\\u0000 in a key before a blank", "{\"\\u0000\" \n:1}", 1,
	    "\\u0000 in a key"},
};

static void
test_valid(void)
{
	struct json_object *value, *again;
	struct err err;

	for (size_t i = 0; i < 2 * ARRAY_LENGTH(valid); i++) {
		size_t row = i / 2;
		const char *note = i % 2 == 0 ? "" : " (comments allowed)";

		ok(parse(str_from(valid[row].text), i % 2 != 0, &value, &err),
		    "valid: %s%s%s", valid[row].what, note, err.text);
		struct str text = json_write(&arena, value);
		is_str(text, valid[row].written, "written: %s%s",
		    valid[row].what, note);
		ok(parse(text, false, &again, &err) &&
			str_equal(json_write(&arena, again), text),
		    "there and back: %s%s", valid[row].what, note);
	}
}

static void
test_invalid(void)
{
	struct json_object *value;
	struct err err;

	for (size_t i = 0; i < 2 * ARRAY_LENGTH(invalid); i++) {
		size_t row = i / 2;
		const char *note = i % 2 == 0 ? "" : " (comments allowed)";
		const char *why = invalid[row].why;

		ok(!parse(str_from(invalid[row].text), i % 2 != 0, &value,
		       &err) &&
			value == NULL,
		    "refused: %s%s", invalid[row].what, note);
		is_int((int64_t)err.at, (int64_t)invalid[row].at,
		    "where: %s%s", invalid[row].what, note);
		ok(why == NULL || str_contains(str_from(err.text), why),
		    "why: %s%s: %s", invalid[row].what, note, err.text);
	}
}

static void
test_bytes(void)
{
	static const struct {
		const char *what;
		struct str text;
	} rows[] = {
		{"a NUL behind the value", {"{}\0", 3}},
		{"a NUL behind a number", {"1\0", 2}},
		{"a NUL within a number", {"1\0002", 3}},
		{"a NUL within a word", {"tr\0ue", 5}},
		{"a NUL within a string", {"\"a\0b\"", 5}},
		{"a NUL within a key", {"{\"a\0b\":1}", 9}},
		{"a NUL alone", {"\0", 1}},
		{"an absent text", {NULL, 0}},
	};
	struct json_object *value;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		ok(!parse(rows[i].text, false, &value, &err),
		    "refused: %s: %s", rows[i].what, err.text);
}

static void
test_comments(void)
{
	static const struct {
		const char *what, *text, *written;
	} rows[] = {
		{"to the end of the line", "// c\n{} // d", "{}"},
		{"to the end of the text", "1//", "1"},
		{"in C style", "/* c */{/**/}/* d */", "{}"},
		{"over several lines", "[1,/*\n{\n*/2]", "[1,2]"},
		{"with a quotation mark", "[1, // say \"no\n2]", "[1,2]"},
		{"with stars", "/***/1/* * / **/", "1"},
		{"between a key and its colon", "{\"a\" /* c */ : 1}",
		    "{\"a\":1}"},
		{"between two keys and their colons",
		    "{\"a\"//\n:1,\"b\"/**/:2}", "{\"a\":1,\"b\":2}"},
		{"between a colon and a value", "{\"a\":/**/1}", "{\"a\":1}"},
		{"that would join two tokens is white space", "[1/**/,2]",
		    "[1,2]"},
	};
	struct json_object *value;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str text = str_from(rows[i].text);

		ok(parse(text, true, &value, &err), "comment %s: allowed%s",
		    rows[i].what, err.text);
		is_str(json_write(&arena, value), rows[i].written,
		    "comment %s: value", rows[i].what);
		ok(!parse(text, false, &value, &err),
		    "comment %s: refused where none is allowed", rows[i].what);
		ok(str_contains(str_from(err.text), "unexpected '/'"),
		    "comment %s: and why", rows[i].what);
	}
	ok(!parse(STR("[1/**/2]"), true, &value, &err),
	    "a comment does not replace a comma");
	ok(!parse(STR("{\"a\\u0000\"/**/:1}"), true, &value, &err) &&
		str_contains(str_from(err.text), "\\u0000"),
	    "a comment does not hide \\u0000 in a key");
	ok(!parse(STR("/* c\n */ {\"a\": 1,\n \"a\": 2}"), true, &value,
	       &err) &&
		err.at == 19,
	    "a place behind a comment is a place in the text");
}

/* `count` times `part`, then `last`, then `count` times `end`. */
static struct str
nested(const char *part, const char *last, const char *end, size_t count)
{
	struct str text = STR("");
	struct buf buf;

	buf_init(&buf, (size_t)1 << 21);
	for (size_t i = 0; i < count; i++)
		buf_add_str(&buf, str_from(part));
	buf_add_str(&buf, str_from(last));
	for (size_t i = 0; i < count; i++)
		buf_add_str(&buf, str_from(end));
	text = arena_str(&arena, buf_str(&buf));
	buf_release(&buf);
	return text;
}

static void
test_limits(void)
{
	struct json_object *value;
	struct arena small;
	struct err err;

	ok(parse(nested("[", "", "]", JSON_DEPTH), false, &value, &err),
	    "as deep as may be: %s", err.text);
	ok(!parse(nested("[", "", "]", JSON_DEPTH + 1), false, &value, &err) &&
		err.at == JSON_DEPTH,
	    "a level more: %s", err.text);
	ok(parse(nested("{\"a\":", "1", "}", JSON_DEPTH), false, &value, &err),
	    "objects as deep as may be");
	ok(!parse(nested("{\"a\":", "1", "}", JSON_DEPTH + 1), false, &value,
	       &err),
	    "objects a level more");
	ok(!parse(nested("[", "", "", 1 << 20), false, &value, &err),
	    "a megabyte of brackets");
	is_int((int64_t)err.at, JSON_DEPTH, "is given up after %d", JSON_DEPTH);
	ok(!parse(nested("[{},", "{}]", "", 1), false, &value, &err) ||
		json_length(value) == 2,
	    "an array of objects");
	struct json_limits few = {4, false};
	ok(json_parse(&arena, STR("[1,2,3]"), few, &value, &err),
	    "as many values as may be");
	ok(!json_parse(&arena, STR("[1,2,3,4]"), few, &value, &err) &&
		str_contains(str_from(err.text), "more than 4 values"),
	    "a value more: %s", err.text);
	ok(!json_parse(&arena, STR("{\"a\":[{},{},1]}"), few, &value, &err),
	    "values are counted on all levels");
	ok(json_parse(&arena, STR("{\"a\":1,\"b\":2,\"c\":3}"), few, &value,
	       &err),
	    "keys are no values");
	struct str wide = nested("{},", "", "", 20000);
	ok(!parse(arena_format(&arena, "[%.*s{}]", STR_ARGS(wide)), false,
	       &value, &err),
	    "64 KiB of empty objects: %s", err.text);
	arena_init(&small, 64);
	ok(!json_parse(&small, nested("", "\"", "", 0), few, &value, &err),
	    "a quotation mark alone");
	ok(!json_parse(&small, nested(" ", "1", "", 99), few, &value, &err) &&
		small.overflow,
	    "more than the arena holds");
	arena_release(&small);
	arena_init(&small, 20);
	ok(!json_parse(&small, STR("[1,2]"), few, &value, &err) &&
		value == NULL,
	    "no room for the release: %s", err.text);
	arena_release(&small);
}

static void
test_types(void)
{
	static const struct {
		const char *text;
		enum json_type type;
		const char *name;
	} rows[] = {
		{"null", JSON_NULL, "null"},
		{"false", JSON_BOOLEAN, "true or false"},
		{"0", JSON_INTEGER, "a whole number"},
		{"-9223372036854775808", JSON_INTEGER, "a whole number"},
		{"9223372036854775807", JSON_INTEGER, "a whole number"},
		{"9223372036854775808", JSON_NUMBER, "a number"},
		{"18446744073709551615", JSON_NUMBER, "a number"},
		{"1.0", JSON_NUMBER, "a number"},
		{"1e2", JSON_NUMBER, "a number"},
		{"\"\"", JSON_STRING, "a string"},
		{"[]", JSON_ARRAY, "an array"},
		{"{}", JSON_OBJECT, "an object"},
	};
	struct json_object *value;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		bool text = rows[i].type == JSON_STRING;
		(void)!parse(str_from(rows[i].text), false, &value, &err);
		is_int(json_type(value), rows[i].type, "type of %s",
		    rows[i].text);
		is_str(str_from(json_type_name(json_type(value))),
		    rows[i].name, "name of the type of %s", rows[i].text);
		ok((json_text(value).at != NULL) == text, "%s %s",
		    rows[i].text, text ? "is text" : "is no text");
	}
	(void)!parse(STR("9223372036854775807"), false, &value, &err);
	is_int(json_integer(value), INT64_MAX, "the largest integer");
	(void)!parse(STR("true"), false, &value, &err);
	ok(json_boolean(value), "true is true");
	(void)!parse(STR("-2.5e1"), false, &value, &err);
	ok(json_number(value) > -25.1 && json_number(value) < -24.9,
	    "a number");
	(void)!parse(STR("\"a\\u0000b\""), false, &value, &err);
	ok(str_equal(json_text(value), (struct str){"a\0b", 3}),
	    "text with a NUL has all its bytes");
}

static void
test_access(void)
{
	struct json_member member = {0};
	struct json_object *value;
	struct str shown = STR("");
	struct err err;

	ok(parse(STR("{\"b\":\"x\",\"a\":[1,2],\"n\":null,\"\":0}"), false,
	       &value, &err),
	    "an object to look into");
	is_str(json_get_text(value, "b"), "x", "a text");
	is_str(json_get_text(value, "a"), NULL, "an array is no text");
	is_str(json_get_text(value, "c"), NULL, "there is no c");
	ok(json_get(value, "n") == NULL && json_get(value, "c") == NULL,
	    "null is as absent");
	ok(json_get(NULL, "b") == NULL && json_get_text(NULL, "b").at == NULL,
	    "nothing has no members");
	struct json_object *array = json_get(value, "a");
	ok(json_get(array, "b") == NULL, "an array has no members");
	is_int((int64_t)json_length(array), 2, "length of an array");
	is_int((int64_t)json_length(value), 0, "an object has none");
	is_int((int64_t)json_length(NULL), 0, "nor has nothing");
	is_int(json_integer(json_item(array, 1)), 2, "an item");
	while (json_next(value, &member))
		shown = arena_format(&arena, "%.*s[%.*s %s]", STR_ARGS(shown),
		    STR_ARGS(member.key),
		    json_type_name(json_type(member.value)));
	is_str(shown, "[b a string][a an array][n null][ a whole number]",
	    "the members in their order");
	is_str(json_write(&arena, NULL), "null", "nothing is written as null");
}

static void
test_quote(void)
{
	static const struct {
		const char *what;
		struct str text;
		const char *quoted;
	} rows[] = {
		{"a word", {"abc", 3}, "\"abc\""},
		{"nothing", {"", 0}, "\"\""},
		{"absent", {NULL, 0}, "\"\""},
		{"what must be escaped", {"\"\\\n\x1f", 4},
		    "\"\\\"\\\\\\u000a\\u001f\""},
		{"a slash", {"</a>", 4}, "\"</a>\""},
		{"a NUL", {"a\0b", 3}, "\"a\\u0000b\""},
		{"UTF-8", {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa3", 9},
		    "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa3\""},
		{"a byte that is no UTF-8", {"a\xff z", 4},
		    "\"a\xef\xbf\xbd z\""},
		{"beside UTF-8", {"\xc3\xa4\xff\xc3\xa4", 5},
		    "\"\xc3\xa4\xef\xbf\xbd\xc3\xa4\""},
		{"a cut character", {"\xe2\x82", 2},
		    "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{"a surrogate", {"\xed\xa0\x80", 3},
		    "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	};
	struct json_object *value;
	struct err err;
	char all[128];

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		is_str(json_quote(&arena, rows[i].text), rows[i].quoted,
		    "quoted: %s", rows[i].what);
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)i;
	struct str text = {all, sizeof all};
	ok(parse(json_quote(&arena, text), false, &value, &err) &&
		str_equal(json_text(value), text),
	    "quoted and parsed: every byte of ASCII%s", err.text);
	memset(all, 0x80, sizeof all);
	ok(parse(json_quote(&arena, text), false, &value, &err) &&
		json_text(value).len == 3 * sizeof all,
	    "quoted and parsed: what is no UTF-8%s", err.text);
}

static void
test_position(void)
{
	static const struct {
		size_t offset;
		unsigned line, column;
	} rows[] = {
		{0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {4, 3, 1}, {5, 3, 2},
		{6, 3, 3}, {99, 3, 3},
	};
	struct str text = STR("ab\n\ncd");

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		unsigned line, column;

		json_position(text, rows[i].offset, &line, &column);
		ok(line == rows[i].line && column == rows[i].column,
		    "byte %zu is line %u, column %u", rows[i].offset,
		    rows[i].line, rows[i].column);
	}
}

int
main(void)
{
	static void (*const tests[])(void) = {test_valid, test_invalid,
	    test_bytes, test_comments, test_limits, test_types, test_access,
	    test_quote, test_position};

	for (size_t i = 0; i < ARRAY_LENGTH(tests); i++) {
		arena_init(&arena, (size_t)8 << 20);
		tests[i]();
		arena_release(&arena);
	}
	return tap_done();
}
