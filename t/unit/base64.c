/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "codec/base64.h"
#include "tap.h"

static const struct {
	const char *what, *text;
	const char *decoded; /* NULL: refused */
} rows[] = {
	{"nothing", "", ""},
	{"one byte", "Zg==", "f"},
	{"two bytes", "Zm8=", "fo"},
	{"three bytes", "Zm9v", "foo"},
	{"six bytes", "Zm9vYmFy", "foobar"},
	{"user and password", "b3BlcmF0b3I6c2VjcmV0", "operator:secret"},
	{"every kind of digit", "+/+/", "\xfb\xff\xbf"},
	{"no padding", "Zg", NULL},
	{"half the padding", "Zg=", NULL},
	{"too much padding", "Zg===", NULL},
	{"padding alone", "====", NULL},
	{"one digit", "Z", NULL},
	{"text behind the padding", "Zg==Zg==", NULL},
	{"the alphabet of URLs", "-_-_", NULL},
	{"a foreign character", "Zm9v!", NULL},
	{"a byte above ASCII", "Zm9v\xc3\xa4", NULL},
	{"bits behind the last byte", "Zh==", NULL},
};

int
main(void)
{
	struct arena arena;
	char text[3000];

	arena_init(&arena, 4096);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		is_str(base64_decode(&arena, str_from(rows[i].text)),
		    rows[i].decoded, "%s", rows[i].what);
	struct str nul = base64_decode(&arena, STR("YQBi"));
	ok(str_equal(nul, (struct str){"a\0b", 3}), "a NUL is decoded");
	is_str(base64_decode(&arena, STR_NONE), "", "absent is empty");
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = 'A';
	ok(base64_decode(&arena, (struct str){text, 2400}).len == 1800,
	    "a long one that fits");
	ok(base64_decode(&arena, (struct str){text, sizeof text}).at == NULL &&
		arena.overflow,
	    "one that does not fit is absent");
	arena_release(&arena);
	return tap_done();
}
