/* SPDX-License-Identifier: MIT
 *
 * A local time in the words of conditions.
 */
#include "base/compat.h"

#include <stdio.h>

#include "rules/names.h"

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* 0: Monday. 0001-01-01 was one in the Gregorian calendar. */
static int
weekday_of(int year, int month, int day)
{
	int before = year - 1;
	int days = before * 365 + before / 4 - before / 100 + before / 400;

	for (int m = 1; m < month; m++)
		days += days_of(year, m);
	return (days + day - 1) % NAMES_WEEKDAYS;
}

bool
rules_time_make(struct rules_time *time, int year, int month, int day,
    int hour, int minute)
{
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > days_of(year, month) || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59)
		return false;
	(void)snprintf(time->weekday, sizeof time->weekday, "%s",
	    names_weekdays[weekday_of(year, month, day)]);
	(void)snprintf(time->time_of_day, sizeof time->time_of_day,
	    "%02u:%02u", (unsigned)hour % 100, (unsigned)minute % 100);
	(void)snprintf(time->date, sizeof time->date, "%04u-%02u-%02u",
	    (unsigned)year % 10000, (unsigned)month % 100,
	    (unsigned)day % 100);
	return true;
}

/* Digits of a fixed width; -1 if something else stands there. */
static int
digits(struct str text, size_t at, size_t width)
{
	uint64_t value;

	if (!str_to_uint(str_slice(text, at, at + width), 9999, &value))
		return -1;
	return (int)value;
}

bool
rules_time_parse(struct rules_time *time, struct str text, struct err *err)
{
	static const char form[] = "0000-00-00T00:00";
	bool good = text.len == sizeof form - 1;

	for (size_t i = 0; good && i < text.len; i++)
		good = form[i] == '0' || text.at[i] == form[i];
	if (good &&
	    rules_time_make(time, digits(text, 0, 4), digits(text, 5, 2),
		digits(text, 8, 2), digits(text, 11, 2),
		digits(text, 14, 2)))
		return true;
	return err_set(
	    err, 0, "expected a date and a time such as 2026-11-22T17:59");
}
