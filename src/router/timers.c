/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/timers.h"

#include <stdlib.h>

#include "router/state.h"

void
timers_init(struct timers *timers)
{
	*timers = (struct timers){NULL, 0, 0};
}

void
timers_release(struct timers *timers)
{
	free(timers->heap);
	timers_init(timers);
}

static bool
runs_before(const struct timer *a, const struct timer *b)
{
	if (a->due != b->due)
		return a->due < b->due;
	return a->what != b->what ? a->what < b->what : a->order < b->order;
}

static void
place(struct timers *timers, struct timer *timer, size_t position)
{
	timers->heap[position] = timer;
	timer->position = position;
}

/* Each parent runs before its two children; only `timer`, which belongs to
 * `position`, may not be where it should. */
static void
sift_up(struct timers *timers, struct timer *timer, size_t position)
{
	while (position > 1) {
		struct timer *parent = timers->heap[position / 2];
		if (!runs_before(timer, parent))
			break;
		place(timers, parent, position);
		position /= 2;
	}
	place(timers, timer, position);
}

static void
sift_down(struct timers *timers, struct timer *timer, size_t position)
{
	for (;;) {
		size_t child = 2 * position;
		if (child < timers->count &&
		    runs_before(
			timers->heap[child + 1], timers->heap[child]))
			child++;
		if (child > timers->count ||
		    !runs_before(timers->heap[child], timer))
			break;
		place(timers, timers->heap[child], position);
		position = child;
	}
	place(timers, timer, position);
}

/* Whichever way it has to go, the other one does nothing. */
static void
sift(struct timers *timers, struct timer *timer, size_t position)
{
	sift_up(timers, timer, position);
	sift_down(timers, timer, timer->position);
}

void
timers_set(struct timers *timers, struct timer *timer, int64_t due)
{
	timer->due = due;
	if (timer->position == 0) {
		/* Position 0 is left free. */
		timers->heap = router_grow(timers->heap, timers->count + 2,
		    &timers->room, sizeof *timers->heap);
		timer->position = ++timers->count;
	}
	sift(timers, timer, timer->position);
}

void
timers_clear(struct timers *timers, struct timer *timer)
{
	size_t position = timer->position;

	if (position == 0)
		return;
	struct timer *last = timers->heap[timers->count--];
	timer->position = 0;
	if (last != timer)
		sift(timers, last, position);
}

struct timer *
timers_first(const struct timers *timers)
{
	return timers->count > 0 ? timers->heap[1] : NULL;
}
