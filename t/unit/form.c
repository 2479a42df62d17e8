/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "codec/form.h"
#include "tap.h"

static struct arena arena;

static const struct {
	const char *what, *text;
	size_t count;
	const char *shown; /* [name=value] of each field, decoded */
} rows[] = {
	{"one field", "a=b", 1, "[a=b]"},
	{"two fields in their order", "b=1&a=2", 2, "[b=1][a=2]"},
	{"the same name twice", "a=1&a=2", 2, "[a=1][a=2]"},
	{"nothing", "", 0, ""},
	{"no value", "a=", 1, "[a=]"},
	{"no equals sign", "a", 1, "[a=]"},
	{"no name", "=b", 1, "[=b]"},
	{"only an equals sign", "=", 1, "[=]"},
	{"the first equals sign parts", "a=b=c", 1, "[a=b=c]"},
	{"empty fields are none", "&&a=1&&b=2&", 2, "[a=1][b=2]"},
	{"a plus is a blank", "a+b=c+d", 1, "[a b=c d]"},
	{"an encoded plus is a plus", "a=%2B15005550006", 1,
	    "[a=+15005550006]"},
	{"digits of either case", "a=%c3%A4%C3%a4", 1,
	    "[a=\xc3\xa4\xc3\xa4]"},
	{"an encoded separator parts nothing", "a=1%262%3D3", 1, "[a=1&2=3]"},
	{"an encoded name", "%61=1", 1, "[a=1]"},
	{"decoded once", "a=%2525", 1, "[a=%25]"},
	{"no UTF-8", "a=%ff", 1, "[a=\xff]"},
	{"a semicolon parts nothing", "a=1;b=2", 1, "[a=1;b=2]"},
	{"a line feed is a byte", "a=1\nb", 1, "[a=1\nb]"},
};

static const struct {
	const char *what, *text;
	size_t at;
} malformed[] = {
	{"a percent sign alone", "a=%", 2},
	{"one digit", "a=%4", 2},
	{"a digit that is none", "a=%4g", 2},
	{"two that are none", "a=b&c=%zz", 6},
	{"in a name", "a=1&%=2", 4},
	{"a digit behind the separator", "a=%4&1", 2},
	{"a sign", "a=%+1", 2},
	{"of Unicode", "a=%u0041", 2},
};

static void
test_decode(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct form form;
		struct err err;
		struct str shown = STR("");

		ok(form_decode(&arena, str_from(rows[i].text), &form, &err),
		    "%s: taken", rows[i].what);
		is_int((int64_t)form.count, (int64_t)rows[i].count,
		    "%s: fields", rows[i].what);
		for (size_t f = 0; f < form.count; f++)
			shown = arena_format(&arena, "%.*s[%.*s=%.*s]",
			    STR_ARGS(shown), STR_ARGS(form.fields[f].name),
			    STR_ARGS(form.fields[f].value));
		is_str(shown, rows[i].shown, "%s: names and values",
		    rows[i].what);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(malformed); i++) {
		struct form form;
		struct err err = {.at = 999};

		ok(!form_decode(
		       &arena, str_from(malformed[i].text), &form, &err),
		    "%s: refused", malformed[i].what);
		is_int((int64_t)err.at, (int64_t)malformed[i].at,
		    "%s: and where", malformed[i].what);
	}
}

static void
test_limits(void)
{
	char text[2 * FORM_FIELDS + 2];
	struct arena small;
	struct form form;
	struct err err;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = "a&"[i % 2];
	ok(form_decode(&arena, (struct str){text, 2 * FORM_FIELDS - 1}, &form,
	       &err),
	    "as many fields as there may be");
	is_int((int64_t)form.count, FORM_FIELDS, "and all of them");
	ok(!form_decode(&arena, (struct str){text, 2 * FORM_FIELDS + 1}, &form,
	       &err),
	    "a field more is refused");
	is_int((int64_t)form.count, 0, "and none is left");
	ok(form_decode(&arena, STR_NONE, &form, &err) && form.count == 0,
	    "an absent text has no fields");
	ok(form_decode(&arena, (struct str){"a=\0%00", 6}, &form, &err) &&
		str_equal(form_get(&form, "a"), (struct str){"\0\0", 2}),
	    "a NUL is a byte, written either way");
	arena_init(&small, 100);
	ok(!form_decode(&small, STR("a=1&b=2&c=3&d=4"), &form, &err) &&
		small.overflow,
	    "no memory is an error");
	arena_release(&small);
}

static void
test_get(void)
{
	struct form form;
	struct err err;

	ok(form_decode(&arena, STR("a=1&a=2&b&A=3&=4"), &form, &err),
	    "a form to look into");
	is_str(form_get(&form, "a"), "1", "get: the first of two");
	is_str(form_get(&form, "A"), "3", "get: case matters");
	is_str(form_get(&form, "b"), "", "get: empty, not absent");
	is_str(form_get(&form, "c"), NULL, "get: absent");
	is_str(form_get(&form, ""), "4", "get: without a name");
}

static void
test_encode(void)
{
	struct buf out;
	char all[256];
	struct form form;
	struct err err;

	buf_init(&out, 4096);
	form_add(&out, "a b", STR("c&d=e"));
	form_add(&out, "plus", STR("+15 '\xc3\xa4"));
	form_add(&out, "unreserved", STR("Az09-._~"));
	form_add(&out, "empty", STR_NONE);
	is_str(buf_str(&out),
	    "a%20b=c%26d%3De&plus=%2B15%20%27%C3%A4&unreserved=Az09-._~&empty=",
	    "encoded");
	buf_clear(&out, 4096);
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)i;
	form_add(&out, "all", (struct str){all, sizeof all});
	ok(form_decode(&arena, buf_str(&out), &form, &err) &&
		str_equal(form_get(&form, "all"),
		    (struct str){all, sizeof all}),
	    "every byte there and back");
	buf_release(&out);
	buf_init(&out, 4);
	form_add(&out, "name", STR("value"));
	ok(out.failed, "what does not fit is a failure");
	buf_release(&out);
}

int
main(void)
{
	arena_init(&arena, (size_t)1 << 20);
	test_decode();
	test_limits();
	test_get();
	test_encode();
	arena_release(&arena);
	return tap_done();
}
