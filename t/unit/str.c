/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <limits.h>

#include "base/str.h"
#include "tap.h"

static void
test_compare(void)
{
	static const struct {
		const char *what;
		struct str a, b;
		bool equal, nocase;
		int order;
	} rows[] = {
		{"the same", {"abc", 3}, {"abc", 3}, true, true, 0},
		{"another case", {"abc", 3}, {"aBC", 3}, false, true, 1},
		{"a shorter one first", {"ab", 2}, {"abc", 3}, false, false, -1},
		{"absent and empty have the same bytes", {NULL, 0}, {"", 0},
		    true, true, 0},
		{"absent comes first", {NULL, 0}, {"a", 1}, false, false, -1},
		{"a NUL is a byte", {"a\0b", 3}, {"a\0c", 3}, false, false, -1},
		{"bytes have no sign", {"\xff", 1}, {"a", 1}, false, false, 1},
		{"only ASCII letters have cases", {"\xc4", 1}, {"\xe4", 1},
		    false, false, -1},
		{"'@' is no letter", {"@", 1}, {"`", 1}, false, false, -1},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str a = rows[i].a, b = rows[i].b;
		int order = str_compare(a, b), back = str_compare(b, a);

		ok(str_equal(a, b) == rows[i].equal, "equal: %s", rows[i].what);
		ok(str_equal_nocase(a, b) == rows[i].nocase,
		    "equal but for case: %s", rows[i].what);
		is_int((order > 0) - (order < 0), rows[i].order, "order: %s",
		    rows[i].what);
		is_int((back > 0) - (back < 0), -rows[i].order,
		    "order turned round: %s", rows[i].what);
	}
	ok(str_is(STR("abc"), "abc"), "is: the same text");
	ok(str_is(STR(""), ""), "is: empty");
	ok(!str_is(STR_NONE, ""), "is: absent is not the empty text");
	ok(!str_is((struct str){"a\0", 2}, "a"), "is: a NUL behind it counts");
	ok(str_from(NULL).at == NULL, "from NULL: absent");
	is_int((int64_t)str_from("four").len, 4, "from text: its length");
	is_int(str_int_length((struct str){"", (size_t)INT_MAX + 1}), INT_MAX,
	    "the length for %%.*s is cut");
}

static void
test_parts(void)
{
	static const struct {
		const char *what;
		struct str s, part;
		bool prefix, suffix, contains;
	} rows[] = {
		{"at the front", {"/a/b", 4}, {"/a", 2}, true, false, true},
		{"at the end", {"/a/b", 4}, {"/b", 2}, false, true, true},
		{"in the middle", {"/a/b", 4}, {"a/", 2}, false, false, true},
		{"all of it", {"/a", 2}, {"/a", 2}, true, true, true},
		{"longer than the text", {"/a", 2}, {"/ab", 3}, false, false,
		    false},
		{"empty", {"/a", 2}, {"", 0}, true, true, true},
		{"empty in empty", {"", 0}, {"", 0}, true, true, true},
		{"in an absent text", {NULL, 0}, {"a", 1}, false, false, false},
		{"behind a NUL", {"\0ab", 3}, {"ab", 2}, false, true, true},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str s = rows[i].s, part = rows[i].part;
		const char *what = rows[i].what;

		ok(str_has_prefix(s, part) == rows[i].prefix, "prefix: %s", what);
		ok(str_has_suffix(s, part) == rows[i].suffix, "suffix: %s", what);
		ok(str_contains(s, part.at) == rows[i].contains, "contains: %s",
		    what);
	}
	ok(str_has_byte(STR("a%b"), '%'), "byte: there");
	ok(!str_has_byte(STR("ab"), '%'), "byte: not there");
	ok(!str_has_byte(STR("ab"), '\0'), "byte: the NUL behind is not of it");
	ok(!str_has_byte(STR_NONE, 'a'), "byte: none in an absent text");
}

static void
test_trim_and_slice(void)
{
	static const struct {
		const char *text, *trimmed;
	} trims[] = {
		{"a", "a"}, {" \t\r\na b\n\r\t ", "a b"}, {"", ""}, {" \t ", ""},
		{"\va\f", "\va\f"},
	};
	static const struct {
		const char *what;
		size_t from, to;
		const char *part;
	} slices[] = {
		{"the middle", 1, 3, "bc"},
		{"all", 0, 4, "abcd"},
		{"nothing", 2, 2, ""},
		{"a far end", 2, SIZE_MAX, "cd"},
		{"a byte beyond the end", 2, 5, "cd"},
		{"beyond the end", 9, 12, ""},
		{"the end before the start", 3, 1, ""},
	};
	struct str s = STR("abcd");

	for (size_t i = 0; i < ARRAY_LENGTH(trims); i++)
		is_str(str_trim(str_from(trims[i].text)), trims[i].trimmed,
		    "trim, row %zu", i);
	for (size_t i = 0; i < ARRAY_LENGTH(slices); i++)
		is_str(str_slice(s, slices[i].from, slices[i].to),
		    slices[i].part, "slice: %s", slices[i].what);
	is_str(str_trim(STR_NONE), NULL, "trim: absent stays absent");
	is_str(str_slice(STR_NONE, 0, 5), NULL, "slice: absent stays absent");
}

static void
test_cut(void)
{
	static const struct {
		const char *what, *text, *front, *rest;
	} rows[] = {
		{"one separator", "a=b", "a", "b"},
		{"the first of two", "a=b=c", "a", "b=c"},
		{"none", "ab", "ab", NULL},
		{"at the front", "=b", "", "b"},
		{"at the end", "a=", "a", ""},
		{"an empty text", "", "", NULL},
		{"an absent text", NULL, NULL, NULL},
	};
	struct str rest = STR("a,,b");
	size_t parts = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str s = str_from(rows[i].text);
		struct str front = str_cut(&s, '=');

		is_str(front, rows[i].front, "cut, %s: in front", rows[i].what);
		is_str(s, rows[i].rest, "cut, %s: the rest", rows[i].what);
	}
	for (; rest.at != NULL; parts++)
		(void)str_cut(&rest, ',');
	is_int((int64_t)parts, 3, "cut in a loop gives every part");
}

static void
test_numbers(void)
{
	static const struct {
		const char *text;
		uint64_t most;
		bool taken;
		uint64_t value;
	} rows[] = {
		{"0", 0, true, 0},
		{"007", 9, true, 7},
		{"65535", 65535, true, 65535},
		{"65536", 65535, false, 0},
		{"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, false, 0},
		{"99999999999999999999999999", UINT64_MAX, false, 0},
		{"", 9, false, 0},
		{NULL, 9, false, 0},
		{"-1", 9, false, 0},
		{"+1", 9, false, 0},
		{" 1", 9, false, 0},
		{"1 ", 9, false, 0},
		{"0x1", 9, false, 0},
		{"1e1", 99, false, 0},
		{"1.0", 99, false, 0},
		{"\xd9\xa1", 99, false, 0}, /* an Arabic-Indic digit */
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *text = rows[i].text;
		uint64_t value = 77;
		bool taken = str_to_uint(str_from(text), rows[i].most, &value);

		ok(taken == rows[i].taken, "number '%s' of at most %ju: %s",
		    text == NULL ? "(absent)" : text, (uintmax_t)rows[i].most,
		    rows[i].taken ? "taken" : "refused");
		ok(value == (taken ? rows[i].value : 77), "and its value");
	}
	uint64_t value;
	ok(!str_to_uint((struct str){"1\0", 2}, 9, &value),
	    "a number with a NUL behind it is refused");
}

static void
test_utf8(void)
{
	static const struct {
		const char *what, *text;
		size_t length;
	} rows[] = {
		{"nothing", "", 0},
		{"ASCII", "abc", 3},
		{"two bytes", "\xc3\xa4", 1},
		{"three bytes", "\xe2\x82\xac", 1},
		{"four bytes", "\xf0\x9f\x93\xa3", 1},
		{"the last character", "\xf4\x8f\xbf\xbf", 1},
		{"a mixture", "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa3z", 5},
		{"beyond U+10FFFF", "\xf4\x90\x80\x80", SIZE_MAX},
		{"a surrogate", "\xed\xa0\x80", SIZE_MAX},
		{"the character before the surrogates", "\xed\x9f\xbf", 1},
		{"overlong in two bytes", "\xc0\xaf", SIZE_MAX},
		{"overlong in two bytes, C1", "\xc1\xbf", SIZE_MAX},
		{"overlong in three bytes", "\xe0\x9f\xbf", SIZE_MAX},
		{"overlong in four bytes", "\xf0\x8f\xbf\xbf", SIZE_MAX},
		{"a continuation alone", "a\x80", SIZE_MAX},
		{"cut after one of two", "\xc3", SIZE_MAX},
		{"cut after two of three", "\xe2\x82", SIZE_MAX},
		{"cut after three of four", "\xf0\x9f\x93", SIZE_MAX},
		{"no continuation", "\xe2\x82z", SIZE_MAX},
		{"the fourth is no continuation", "\xf0\x9f\x93z", SIZE_MAX},
		{"five bytes", "\xf8\x88\x80\x80\x80", SIZE_MAX},
		{"FF", "\xff", SIZE_MAX},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		ok(str_utf8_length(str_from(rows[i].text)) == rows[i].length,
		    "UTF-8: %s", rows[i].what);
	struct str mixture = STR("a\xc3\xa4\xff");
	is_int((int64_t)str_utf8_sequence(mixture, 0), 1, "sequence: ASCII");
	is_int((int64_t)str_utf8_sequence(mixture, 1), 2, "sequence: two bytes");
	is_int((int64_t)str_utf8_sequence(mixture, 2), 0, "sequence: its middle");
	is_int((int64_t)str_utf8_sequence(mixture, 3), 0, "sequence: no UTF-8");
	is_int((int64_t)str_utf8_sequence(mixture, 4), 0, "sequence: the end");
	is_int((int64_t)str_utf8_length((struct str){"a\0b", 3}), 3,
	    "UTF-8: a NUL is a character");
}

static void
test_distance(void)
{
	static const char long_text[] =
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    "4";
	static const struct {
		const char *a, *b;
		size_t distance;
	} rows[] = {
		{"public_url", "public_url", 0},
		{"public_url", "PUBLIC_URL", 0},
		{"publicurl", "public_url", 1},
		{"pubic_url", "public_url", 1},
		{"public_uri", "public_url", 1},
		{"kitten", "sitting", 3},
		{"", "abc", 3},
		{"", "", 0},
		{"abc", "xyz", 3},
		{long_text, "a", SIZE_MAX},
		{"a", long_text, SIZE_MAX},
	};
	struct str most = {long_text, 64};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		ok(str_distance(str_from(rows[i].a), str_from(rows[i].b)) ==
			rows[i].distance,
		    "distance from '%s' to '%s'", rows[i].a, rows[i].b);
	is_int((int64_t)str_distance(most, most), 0,
	    "distance: 64 bytes are not too long");
}

static void
test_ascii(void)
{
	unsigned alpha = 0, digits = 0, hex = 0, lowered = 0;

	for (unsigned c = 0; c < 256; c++) {
		alpha += ascii_is_alpha((unsigned char)c);
		digits += ascii_is_digit((unsigned char)c);
		hex += ascii_hex((char)c) >= 0;
		lowered += ascii_lower((char)c) != (char)c;
	}
	is_int(alpha, 52, "52 of 256 bytes are letters");
	is_int(digits, 10, "10 are digits");
	is_int(hex, 22, "22 are hexadecimal digits");
	is_int(lowered, 26, "26 change in lower case");
	is_int(ascii_hex('9'), 9, "hexadecimal 9");
	is_int(ascii_hex('a'), 10, "hexadecimal a");
	is_int(ascii_hex('F'), 15, "hexadecimal F");
}

int
main(void)
{
	test_compare();
	test_parts();
	test_trim_and_slice();
	test_cut();
	test_numbers();
	test_utf8();
	test_distance();
	test_ascii();
	return tap_done();
}
