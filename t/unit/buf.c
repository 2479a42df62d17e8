/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "base/buf.h"
#include "tap.h"

static void
test_growth(void)
{
	struct buf buf;
	bool same = true;

	buf_init(&buf, 100000);
	is_str(buf_str(&buf), "", "a new one is empty, not absent");
	is_int((int64_t)buf.size, 0, "a new one holds no memory");
	for (int i = 0; i < 50000; i++)
		buf_add(&buf, i % 2 == 0 ? "ab" : "cd", 2);
	for (size_t i = 0; i < buf.len; i++)
		same = same && buf.at[i] == "abcd"[i % 4];
	ok(same && !buf.failed && buf.len == 100000,
	    "grows piece by piece up to the ceiling");
	buf_add(&buf, "", 0);
	ok(!buf.failed, "nothing more fits even then");
	buf_add_byte(&buf, 'x');
	ok(buf.failed, "one byte more fails");
	is_str(buf_str(&buf), NULL, "what failed is absent");
	is_int((int64_t)buf.len, 100000, "nothing of it was added");
	buf_release(&buf);
	ok(buf.at == NULL && buf.size == 0 && !buf.failed &&
		buf.ceiling == 100000,
	    "released: as new");
}

static void
test_ceilings(void)
{
	static const struct {
		const char *what;
		size_t ceiling, first, second;
		bool failed;
	} rows[] = {
		{"within", 10, 5, 4, false},
		{"exactly", 10, 5, 5, false},
		{"one byte too many", 10, 5, 6, true},
		{"too many at once", 10, 11, 0, true},
		{"no room at all", 0, 1, 0, true},
		{"nothing into no room", 0, 0, 0, false},
		{"a ceiling that is no power of two", 300, 257, 43, false},
		{"and one byte more", 300, 257, 44, true},
	};
	static const char bytes[512];

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buf buf;

		buf_init(&buf, rows[i].ceiling);
		buf_add(&buf, bytes, rows[i].first);
		buf_add(&buf, bytes, rows[i].second);
		ok(buf.failed == rows[i].failed, "ceiling: %s", rows[i].what);
		buf_release(&buf);
	}
	struct buf buf;
	buf_init(&buf, 10);
	buf_add(&buf, "ab", 2);
	buf_add(&buf, bytes, SIZE_MAX);
	ok(buf.failed, "ceiling: a length that would wrap round");
	buf_add(&buf, "c", 1);
	is_int((int64_t)buf.len, 2, "after a failure nothing is added");
	buf_release(&buf);
}

static void
test_clear(void)
{
	struct buf buf;

	buf_init(&buf, 10000);
	buf_add_str(&buf, STR("abc"));
	size_t size = buf.size;
	buf_clear(&buf, 4096);
	ok(buf.len == 0 && buf.size == size, "little memory is kept");
	buf_add_str(&buf, STR("xy"));
	is_str(buf_str(&buf), "xy", "and used again");
	buf_clear(&buf, size - 1);
	ok(buf.len == 0 && buf.size == 0, "more than may be kept is given back");
	buf_add(&buf, "", 20000);
	ok(buf.failed, "failed");
	buf_clear(&buf, 4096);
	ok(!buf.failed, "cleared: not failed any more");
	is_str(buf_str(&buf), "", "cleared: empty");
	buf_release(&buf);
}

static void
test_numbers(void)
{
	static const struct {
		uint64_t number;
		const char *text;
	} rows[] = {
		{0, "0"}, {9, "9"}, {10, "10"}, {65536, "65536"},
		{UINT64_MAX, "18446744073709551615"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buf buf;

		buf_init(&buf, 32);
		buf_add_number(&buf, rows[i].number);
		is_str(buf_str(&buf), rows[i].text, "number %s", rows[i].text);
		buf_release(&buf);
	}
}

static void
test_text(void)
{
	struct buf buf;
	char text[1100];

	memset(text, 'x', sizeof text);
	buf_init(&buf, 4096);
	buf_add_str(&buf, STR("a"));
	buf_add_byte(&buf, '\0');
	buf_add_str(&buf, STR_NONE);
	buf_format(&buf, "%s=%d", "n", -5);
	ok(str_equal(buf_str(&buf), STR("a\0n=-5")),
	    "text, a byte, nothing, and formatted");
	buf_clear(&buf, 4096);
	buf_format(&buf, "%.*s", 1023, text);
	is_int((int64_t)buf.len, 1023, "formatted: as much as there is room");
	buf_format(&buf, "%.*s", 1024, text);
	ok(buf.failed, "formatted: too long is a failure, not a cut text");
	buf_release(&buf);
}

int
main(void)
{
	test_growth();
	test_ceilings();
	test_clear();
	test_numbers();
	test_text();
	return tap_done();
}
