/* SPDX-License-Identifier: MIT
 *
 * How many requests pass in a second.
 */
#include "base/compat.h"

#include "taskrouterd/rate_limits.h"

#include "tap.h"

#define START ((int64_t)1800000000000)

int
main(void)
{
	/* At most 3 in any second. */
	static const struct {
		int64_t at; /* ms after START */
		bool passes;
		size_t left;
		const char *what;
	} rows[] = {
		{0, true, 2, "the first"},
		{400, true, 1, "the second"},
		{400, true, 0, "the third"},
		{401, false, 0, "a fourth in the same second"},
		{999, false, 0, "... to its end"},
		{1000, true, 0, "the first one is a second old"},
		{1001, false, 0, "the second one is not"},
		{1400, true, 1, "two are"},
		{1400, true, 0, "one more"},
		{1400, false, 0, "... and no more"},
		{9000, true, 2, "after a while"},
		{500, true, 2, "a clock that was put back begins anew"},
		{500, true, 1, "... and counts on"},
	};
	struct rate rate = {.passed = 0};
	uint64_t passed = 0, refused = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		size_t left;
		bool passes =
		    rate_take(&rate, 3, START + rows[i].at, &left);
		passed += passes;
		refused += !passes;
		ok(passes == rows[i].passes, "%s %s", rows[i].what,
		    rows[i].passes ? "passes" : "does not pass");
		is_int((int64_t)left, (int64_t)rows[i].left, "... so many left");
	}
	is_int((int64_t)rate.passed, (int64_t)passed, "those that passed");
	is_int((int64_t)rate.refused, (int64_t)refused, "those that did not");

	struct rate five = {.passed = 0};
	for (int i = 0; i < 7; i++) {
		size_t left;
		ok(rate_take(&five, RATE_MOST, START, &left) == (i < RATE_MOST),
		    "%d of at most %d at once", i + 1, RATE_MOST);
	}
	return tap_done();
}
