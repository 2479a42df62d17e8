/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/simulated_clock.h"

#define LATEST ((int64_t)253402300799999) /* 9999-12-31T23:59:59.999Z */

struct simulated_clock
simulated_clock_real(void)
{
	return (struct simulated_clock){.factor = CLOCK_FACTOR_ONE};
}

/* a * b / by without overflow for what a clock has: a to 2^62, b to 2^27. */
static int64_t
scale(int64_t a, int64_t b, int64_t by)
{
	return a / by * b + a % by * b / by;
}

int64_t
simulated_clock_read(const struct simulated_clock *clock, int64_t real)
{
	int64_t gone = real - clock->real;
	int64_t factor = clock->factor;

	if (clock->is_frozen || factor == 0)
		return clock->shown;
	if (factor == CLOCK_FACTOR_ONE)
		return gone < LATEST - clock->shown ? clock->shown + gone
						    : LATEST;
	/* The machine's clock was set back: this one stands until it is made
	 * up for. */
	if (gone <= 0)
		return clock->shown;
	if (gone / CLOCK_FACTOR_ONE >= (LATEST - clock->shown) / factor)
		return LATEST;
	return clock->shown + scale(gone, factor, CLOCK_FACTOR_ONE);
}

static void
begin_again(struct simulated_clock *clock, int64_t shown, int64_t real)
{
	clock->shown = shown;
	clock->real = real;
}

void
simulated_clock_freeze(struct simulated_clock *clock, bool frozen, int64_t real)
{
	begin_again(clock, simulated_clock_read(clock, real), real);
	clock->is_frozen = frozen;
}

void
simulated_clock_set_factor(
    struct simulated_clock *clock, int64_t factor, int64_t real)
{
	begin_again(clock, simulated_clock_read(clock, real), real);
	clock->factor = factor;
}

void
simulated_clock_forward(
    struct simulated_clock *clock, int64_t time, int64_t real)
{
	if (time > simulated_clock_read(clock, real))
		begin_again(clock, time, real);
}

int64_t
simulated_clock_wait(
    const struct simulated_clock *clock, int64_t time, int64_t real)
{
	int64_t left = time - simulated_clock_read(clock, real);

	if (left <= 0)
		return 0;
	if (clock->is_frozen || clock->factor == 0 || time > LATEST)
		return -1;
	if (clock->factor == CLOCK_FACTOR_ONE)
		return left;
	return scale(left, CLOCK_FACTOR_ONE, clock->factor) + 1;
}

bool
simulated_clock_is_real(const struct simulated_clock *clock)
{
	return !clock->is_frozen && clock->factor == CLOCK_FACTOR_ONE &&
	    clock->shown == clock->real;
}
