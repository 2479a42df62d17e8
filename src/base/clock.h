/* SPDX-License-Identifier: MIT
 *
 * The two clocks: wall time is for people and for stored dates, monotonic
 * time for every deadline and duration.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/compat.h"

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);

/* Microseconds since an arbitrary start; never goes back. */
int64_t clock_monotonic_us(void);

/* "2026-01-31T23:59:59.123Z"; for the years 1 to 9999. */
#define CLOCK_TEXT_SIZE 25
void clock_format(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);

/* Seconds since 1970 of "2019-09-05T12:28:13Z", with an offset such as
 * "+02:00" or a fraction too (RFC 3339 section 5.6). False if it is not such
 * a date or not one of the Gregorian calendar. */
MUST_USE bool clock_parse(const char *text, size_t length, int64_t *seconds);

#endif
