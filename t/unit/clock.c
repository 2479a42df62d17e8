/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "tap.h"

static const struct {
	const char *what, *text;
	int64_t seconds;
} valid[] = {
	{"the epoch", "1970-01-01T00:00:00Z", 0},
	{"of the documentation", "2019-09-05T12:28:13Z", 1567686493},
	{"a billion seconds", "2001-09-09T01:46:40Z", 1000000000},
	{"the end of 32 bits", "2038-01-19T03:14:08Z", INT64_C(2147483648)},
	{"29 February of a leap year", "2024-02-29T00:00:00Z", 1709164800},
	{"the day after", "2024-03-01T00:00:00Z", 1709251200},
	{"29 February of a fourth century", "2000-02-29T23:59:59Z", 951868799},
	{"31 December of a leap year", "2020-12-31T23:59:59Z", 1609459199},
	{"the second before the epoch", "1969-12-31T23:59:59Z", -1},
	{"1900, no leap year", "1900-03-01T00:00:00Z", INT64_C(-2203891200)},
	{"the first day of all", "0001-01-01T00:00:00Z", INT64_C(-62135596800)},
	{"the last second of all", "9999-12-31T23:59:59Z",
	    INT64_C(253402300799)},
	{"east of Greenwich", "2026-01-31T02:00:00+02:00", 1769817600},
	{"west of Greenwich", "2026-01-30T19:00:00-05:00", 1769817600},
	{"half an hour off", "2026-01-31T05:30:00+05:30", 1769817600},
	{"+00:00", "2026-01-31T00:00:00+00:00", 1769817600},
	{"-00:00", "2026-01-31T00:00:00-00:00", 1769817600},
	{"the widest offset", "2026-01-31T23:59:00+23:59", 1769817600},
	{"a fraction", "2026-01-31T00:00:00.123Z", 1769817600},
	{"a long fraction", "2026-01-31T00:00:00.999999999999Z", 1769817600},
	{"a fraction and an offset", "2026-01-31T01:00:00.5+01:00", 1769817600},
	{"small letters", "2026-01-31t00:00:00z", 1769817600},
	{"a blank", "2026-01-31 00:00:00Z", 1769817600},
	{"a leap second", "2016-12-31T23:59:60Z", 1483228800},
};

static const struct {
	const char *what, *text;
} invalid[] = {
	{"nothing", ""},
	{"a date alone", "2026-01-31"},
	{"no zone", "2026-01-31T00:00:00"},
	{"29 February of a common year", "2026-02-29T00:00:00Z"},
	{"29 February 1900", "1900-02-29T00:00:00Z"},
	{"29 February 2100", "2100-02-29T00:00:00Z"},
	{"30 February", "2024-02-30T00:00:00Z"},
	{"31 April", "2026-04-31T00:00:00Z"},
	{"month 0", "2026-00-10T00:00:00Z"},
	{"month 13", "2026-13-10T00:00:00Z"},
	{"day 0", "2026-01-00T00:00:00Z"},
	{"day 32", "2026-01-32T00:00:00Z"},
	{"hour 24", "2026-01-31T24:00:00Z"},
	{"minute 60", "2026-01-31T00:60:00Z"},
	{"second 61", "2026-01-31T00:00:61Z"},
	{"year 0", "0000-01-01T00:00:00Z"},
	{"a year of two digits", "26-01-31T00:00:00Z"},
	{"a year of five digits", "12026-01-31T00:00:00Z"},
	{"a negative year", "-2026-01-31T00:00:00Z"},
	{"a month of one digit", "2026-1-31T00:00:00Z"},
	{"a blank for a digit", "2026- 1-31T00:00:00Z"},
	{"a sign for a digit", "2026-+1-31T00:00:00Z"},
	{"slashes", "2026/01/31T00:00:00Z"},
	{"no separator", "2026013100:00:00Z"},
	{"a bare point", "2026-01-31T00:00:00.Z"},
	{"a comma", "2026-01-31T00:00:00,5Z"},
	{"an offset without colon", "2026-01-31T00:00:00+0200"},
	{"an offset of hours alone", "2026-01-31T00:00:00+02"},
	{"an offset of 24 hours", "2026-01-31T00:00:00+24:00"},
	{"an offset of 60 minutes", "2026-01-31T00:00:00+00:60"},
	{"an offset cut short", "2026-01-31T00:00:00+02:0"},
	{"text behind it", "2026-01-31T00:00:00Zx"},
	{"two zones", "2026-01-31T00:00:00Z+00:00"},
	{"text before it", " 2026-01-31T00:00:00Z"},
	{"a name of a zone", "2026-01-31T00:00:00GMT"},
	{"the date of e-mail", "Sat, 31 Jan 2026 00:00:00 +0000"},
	{"seconds since 1970", "1769817600"},
};

static void
test_parse(void)
{
	int64_t seconds;

	for (size_t i = 0; i < ARRAY_LENGTH(valid); i++) {
		seconds = 4711;
		ok(clock_parse(valid[i].text, strlen(valid[i].text), &seconds),
		    "taken: %s", valid[i].what);
		is_int(seconds, valid[i].seconds, "seconds: %s", valid[i].what);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(invalid); i++) {
		seconds = 4711;
		ok(!clock_parse(
		       invalid[i].text, strlen(invalid[i].text), &seconds),
		    "refused: %s", invalid[i].what);
		is_int(seconds, 4711, "left alone: %s", invalid[i].what);
	}
	for (size_t cut = 0; cut < 20; cut++)
		ok(!clock_parse("2026-01-31T00:00:00Z", cut, &seconds),
		    "refused: cut after %zu bytes", cut);
	ok(!clock_parse(NULL, 0, &seconds), "refused: absent");
	ok(!clock_parse("2026-01-31T00:00:00Z\0", 21, &seconds),
	    "refused: a NUL behind it");
}

static void
test_format(void)
{
	static const struct {
		const char *what;
		int64_t ms;
		const char *text;
	} rows[] = {
		{"the epoch", 0, "1970-01-01T00:00:00.000Z"},
		{"a millisecond", 1, "1970-01-01T00:00:00.001Z"},
		{"the same second again", 999, "1970-01-01T00:00:00.999Z"},
		{"the next second", 1000, "1970-01-01T00:00:01.000Z"},
		{"a leap day", INT64_C(1709164800123),
		    "2024-02-29T00:00:00.123Z"},
		{"a second earlier", INT64_C(1709164799123),
		    "2024-02-28T23:59:59.123Z"},
		{"before 1970", -1, "1969-12-31T23:59:59.999Z"},
		{"a second before 1970", -1000, "1969-12-31T23:59:59.000Z"},
		{"1900", INT64_C(-2208988800000), "1900-01-01T00:00:00.000Z"},
		{"the last one", INT64_C(253402300799999),
		    "9999-12-31T23:59:59.999Z"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char text[CLOCK_TEXT_SIZE];
		int64_t seconds = 0;

		clock_format(rows[i].ms, text);
		is_str(str_from(text), rows[i].text, "format: %s",
		    rows[i].what);
		ok(clock_parse(text, strlen(text), &seconds),
		    "format and parse: %s", rows[i].what);
		ok(seconds * 1000 <= rows[i].ms &&
			seconds * 1000 > rows[i].ms - 1000,
		    "format and parse give the same second: %s", rows[i].what);
	}
}

static void
test_every_day(void)
{
	int64_t day = -25567; /* 1900-01-01 */
	unsigned wrong = 0;

	for (; day < 84006; day++) { /* 2200-01-01 */
		char text[CLOCK_TEXT_SIZE];
		int64_t seconds;

		clock_format(day * 86400000, text);
		wrong += !clock_parse(text, strlen(text), &seconds) ||
		    seconds != day * 86400;
	}
	is_int(wrong, 0, "each day of three centuries there and back");
}

static void
test_clocks(void)
{
	int64_t before = clock_monotonic_us();
	int64_t wall = clock_wall_ms();

	ok(clock_monotonic_us() >= before, "monotonic time does not go back");
	ok(wall > INT64_C(1577836800000) && wall < INT64_C(4102444800000),
	    "wall time lies between 2020 and 2100");
}

int
main(void)
{
	test_parse();
	test_format();
	test_every_day();
	test_clocks();
	return tap_done();
}
