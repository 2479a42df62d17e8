/* SPDX-License-Identifier: MIT
 *
 * Timers in a binary heap: the next one is at hand, setting and clearing cost
 * the logarithm of their number, and waiting costs nothing.
 */
#ifndef ROUTER_TIMERS_H
#define ROUTER_TIMERS_H

#include "base/compat.h"

/* Embedded in its owner; zeroed: not set. */
struct timer {
	int64_t due;     /* ms */
	size_t position; /* in the heap from 1; 0: not set */
	/* The owner's; neither changes while it is set. Timers that are due at
	 * once run in the order of `what`, then of `order`. */
	void *owner;
	int what;
	uint64_t order;
};

struct timers {
	struct timer **heap; /* from index 1 */
	size_t count;
	size_t room;
};

void timers_init(struct timers *timers);
void timers_release(struct timers *timers);

/* Sets, or sets anew, the timer to run at `due`. */
void timers_set(struct timers *timers, struct timer *timer, int64_t due);
/* Nothing if it is not set. */
void timers_clear(struct timers *timers, struct timer *timer);

/* The one that runs next; NULL: none is set. */
struct timer *timers_first(const struct timers *timers);

#endif
