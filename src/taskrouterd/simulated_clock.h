/* SPDX-License-Identifier: MIT
 *
 * The time that a TaskRouter of one's own goes by: the wall clock's, or ahead
 * of it, faster, slower, or standing still. Times are wall clock ms. Knows no
 * clock of its own: `real` is what the machine's shows. At the end of the year
 * 9999 it stops: no date is written with more digits.
 */
#ifndef TASKROUTERD_SIMULATED_CLOCK_H
#define TASKROUTERD_SIMULATED_CLOCK_H

#include "base/compat.h"

#define CLOCK_FACTOR_ONE 1000     /* as fast as the machine's clock */
#define CLOCK_FACTOR_MOST 100000000 /* 100,000 times */

/* At the machine's `real` it showed `shown`; since then it has gone by
 * `factor` thousandths of the machine's time, or not at all. */
struct simulated_clock {
	int64_t shown;
	int64_t real;
	int64_t factor; /* 0 to CLOCK_FACTOR_MOST */
	bool is_frozen;
};

/* Goes with the machine's clock, also where that is set. */
struct simulated_clock simulated_clock_real(void);

int64_t simulated_clock_read(const struct simulated_clock *clock, int64_t real);

/* Each changes how it goes on from what it shows at `real`. */
void simulated_clock_freeze(
    struct simulated_clock *clock, bool frozen, int64_t real);
void simulated_clock_set_factor(
    struct simulated_clock *clock, int64_t factor, int64_t real);
/* It shows `time` at `real`; nothing where that is not later than what it
 * shows. */
void simulated_clock_forward(
    struct simulated_clock *clock, int64_t time, int64_t real);

/* How many of the machine's milliseconds until it shows `time`, rounded up; 0:
 * it does already; -1: it stands still, or never will. */
int64_t simulated_clock_wait(
    const struct simulated_clock *clock, int64_t time, int64_t real);

/* Whether it shows what the machine's clock does, and will. */
bool simulated_clock_is_real(const struct simulated_clock *clock);

#endif
