/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/clock.h"

#include <string.h>
#include <time.h>

#include "base/str.h"

int64_t
clock_wall_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_monotonic_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Digits of a fixed width, from `*at` on; -1 if they are not there. */
static int
fixed_digits(struct str s, size_t *at, size_t width)
{
	uint64_t value;
	struct str digits = str_slice(s, *at, *at + width);

	if (digits.len != width || !str_to_uint(digits, 9999, &value))
		return -1;
	*at += width;
	return (int)value;
}

static bool
accept_byte(struct str s, size_t *at, const char *allowed)
{
	if (*at >= s.len || !str_has_byte(str_from(allowed), s.at[*at]))
		return false;
	(*at)++;
	return true;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar. */
static int64_t
days_from_epoch(int year, int month, int day)
{
	int64_t days = 365 * (int64_t)(year - 1970);

	days += (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
	days -= 1969 / 4 - 1969 / 100 + 1969 / 400;
	for (int m = 1; m < month; m++)
		days += days_in_month(year, m);
	return days + day - 1;
}

static void
put_number(char *to, unsigned value, size_t width)
{
	while (width > 0) {
		to[--width] = (char)('0' + value % 10);
		value /= 10;
	}
}

static int64_t
floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* gmtime_r(3) would read the time zone's file first, in every CGI process. */
static void
format_second(int64_t second, char *text)
{
	int64_t days = floor_divide(second, 86400);
	unsigned clock = (unsigned)(second - days * 86400);
	int year = 1970, month = 1;

	while (days_from_epoch(year, 1, 1) > days)
		year--;
	while (days_from_epoch(year + 1, 1, 1) <= days)
		year++;
	while (month < 12 && days_from_epoch(year, month + 1, 1) <= days)
		month++;
	memcpy(text, "0000-00-00T00:00:00.", 20);
	put_number(text, (unsigned)year, 4);
	put_number(text + 5, (unsigned)month, 2);
	put_number(text + 8,
	    (unsigned)(days - days_from_epoch(year, month, 1)) + 1, 2);
	put_number(text + 11, clock / 3600, 2);
	put_number(text + 14, clock / 60 % 60, 2);
	put_number(text + 17, clock % 60, 2);
}

void
clock_format(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	/* A log line needs this each time; the date changes once a second. */
	static _Thread_local int64_t cached_second = INT64_MIN;
	static _Thread_local char cached[20];
	int64_t second = floor_divide(wall_ms, 1000);

	if (second != cached_second) {
		format_second(second, cached);
		cached_second = second;
	}
	memcpy(text, cached, sizeof cached);
	put_number(text + 20, (unsigned)(wall_ms - second * 1000), 3);
	text[23] = 'Z';
	text[24] = '\0';
}

/* "Z", or an offset from UTC, in seconds. */
static bool
parse_offset(struct str s, size_t *at, int *seconds)
{
	*seconds = 0;
	if (accept_byte(s, at, "Zz"))
		return true;
	bool west = *at < s.len && s.at[*at] == '-';
	if (!accept_byte(s, at, "+-"))
		return false;
	int hours = fixed_digits(s, at, 2);
	if (hours < 0 || hours > 23 || !accept_byte(s, at, ":"))
		return false;
	int minutes = fixed_digits(s, at, 2);
	if (minutes < 0 || minutes > 59)
		return false;
	*seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

/* ".123": its digits are read and dropped; a bare "." is refused. */
static bool
skip_fraction(struct str s, size_t *at)
{
	if (!accept_byte(s, at, "."))
		return true;
	size_t first = *at;
	while (accept_byte(s, at, "0123456789"))
		continue;
	return *at > first;
}

bool
clock_parse(const char *text, size_t length, int64_t *seconds)
{
	static const struct {
		size_t width;
		int least, most;
		const char *then;
	} parts[] = {
		{4, 1, 9999, "-"}, {2, 1, 12, "-"}, {2, 1, 31, "Tt "},
		{2, 0, 23, ":"},   {2, 0, 59, ":"}, {2, 0, 60, NULL},
	};
	struct str s = {text, length};
	int v[ARRAY_LENGTH(parts)], offset;
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
		v[i] = fixed_digits(s, &at, parts[i].width);
		if (v[i] < parts[i].least || v[i] > parts[i].most)
			return false;
		if (parts[i].then != NULL && !accept_byte(s, &at, parts[i].then))
			return false;
	}
	if (v[2] > days_in_month(v[0], v[1]) || !skip_fraction(s, &at) ||
	    !parse_offset(s, &at, &offset) || at != length)
		return false;
	*seconds = days_from_epoch(v[0], v[1], v[2]) * 86400 + v[3] * 3600 +
	    v[4] * 60 + v[5] - offset;
	return true;
}
