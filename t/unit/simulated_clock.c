/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/simulated_clock.h"
#include "tap.h"

#define START ((int64_t)1767225600000) /* 2026-01-01T00:00:00Z */
#define LATEST ((int64_t)253402300799999)

static void
test_real(void)
{
	struct simulated_clock clock = simulated_clock_real();

	is_int(simulated_clock_read(&clock, START), START, "shows what is");
	is_int(simulated_clock_read(&clock, START - 5), START - 5,
	    "also where the machine's clock is set back");
	is_int(simulated_clock_wait(&clock, START + 70, START), 70, "waits");
	is_int(simulated_clock_wait(&clock, START, START), 0, "no longer");
	is_int(simulated_clock_wait(&clock, START - 1, START), 0, "the past");
	ok(simulated_clock_is_real(&clock), "is real");
}

static void
test_freeze(void)
{
	struct simulated_clock clock = simulated_clock_real();

	simulated_clock_freeze(&clock, true, START);
	is_int(simulated_clock_read(&clock, START + 9000), START, "stands");
	is_int(simulated_clock_wait(&clock, START + 1, START), -1,
	    "would wait for ever");
	is_int(simulated_clock_wait(&clock, START, START + 50), 0,
	    "but not for now");
	ok(!simulated_clock_is_real(&clock), "is not real");
	simulated_clock_forward(&clock, START + 60000, START + 9000);
	is_int(simulated_clock_read(&clock, START + 9500), START + 60000,
	    "is put forward, and stands");
	simulated_clock_forward(&clock, START, START + 9000);
	is_int(simulated_clock_read(&clock, START + 9500), START + 60000,
	    "is never put back");
	simulated_clock_freeze(&clock, false, START + 10000);
	is_int(simulated_clock_read(&clock, START + 10000), START + 60000,
	    "goes on from where it stood");
	is_int(simulated_clock_read(&clock, START + 10001), START + 60001,
	    "... as fast as before");
}

static const struct {
	const char *what;
	int64_t factor, gone, shown;
} speeds[] = {
	{"standing", 0, 100000, 0},
	{"half", 500, 1000, 500},
	{"half of an odd time", 500, 1001, 500},
	{"one", 1000, 1234, 1234},
	{"a thousandth", 1, 5999, 5},
	{"sixty", 60000, 1000, 60000},
	{"the most", CLOCK_FACTOR_MOST, 1000, 100000000},
	{"a fraction", 1500, 3, 4},
	{"the machine's was set back", 60000, -1000, 0},
};

static void
test_factor(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(speeds); i++) {
		struct simulated_clock clock = simulated_clock_real();
		int64_t end = START + speeds[i].shown;

		simulated_clock_set_factor(&clock, speeds[i].factor, START);
		is_int(simulated_clock_read(&clock, START + speeds[i].gone),
		    end, "speed: %s", speeds[i].what);
		if (speeds[i].gone <= 0 || speeds[i].factor == 0)
			continue;
		int64_t wait = simulated_clock_wait(&clock, end, START);
		ok(simulated_clock_read(&clock, START + wait) >= end,
		    "speed: %s: has come after the wait", speeds[i].what);
		ok(wait <= speeds[i].gone + 1, "speed: %s: waits no longer",
		    speeds[i].what);
	}
}

static void
test_change_of_speed(void)
{
	struct simulated_clock clock = simulated_clock_real();

	simulated_clock_set_factor(&clock, 60000, START);
	simulated_clock_set_factor(&clock, 1000, START + 1000);
	is_int(simulated_clock_read(&clock, START + 3000), START + 62000,
	    "what has gone by at one speed stays");
	is_int(simulated_clock_wait(&clock, START + 62000, START + 2500), 500,
	    "the wait is of the speed now");
}

static void
test_far_away(void)
{
	struct simulated_clock clock = simulated_clock_real();

	simulated_clock_set_factor(&clock, CLOCK_FACTOR_MOST, START);
	is_int(simulated_clock_read(&clock, START * 2), LATEST,
	    "never shows a year that has five digits");
	is_int(simulated_clock_read(&clock, INT64_MAX / 2), LATEST,
	    "... however long it goes");
	clock = simulated_clock_real();
	simulated_clock_forward(&clock, LATEST - 5, START);
	is_int(simulated_clock_read(&clock, START + 6), LATEST,
	    "nor at the machine's own speed");
	is_int(simulated_clock_wait(&clock, LATEST + 1, START + 6), -1,
	    "what is later is never waited for");
}

int
main(void)
{
	test_real();
	test_freeze();
	test_factor();
	test_change_of_speed();
	test_far_away();
	return tap_done();
}
