/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/timers.h"
#include "tap.h"

#define TIMERS 200
#define STEPS 20000

/* The model: what is set, looked through from end to end. */
static struct {
	bool is_set;
	int64_t due;
} model[TIMERS];

static struct timer timers_of[TIMERS];

static uint32_t
chance(uint32_t below)
{
	static uint32_t state = 20150815;

	state = state * 1664525 + 1013904223;
	return (state >> 8) % below;
}

/* Timers due at once: by the owners' words, whenever they were set. */
static bool
runs_before(size_t i, size_t j)
{
	if (model[i].due != model[j].due)
		return model[i].due < model[j].due;
	if (timers_of[i].what != timers_of[j].what)
		return timers_of[i].what < timers_of[j].what;
	return timers_of[i].order < timers_of[j].order;
}

static size_t
model_first(void)
{
	size_t first = TIMERS;

	for (size_t i = 0; i < TIMERS; i++)
		if (model[i].is_set &&
		    (first == TIMERS || runs_before(i, first)))
			first = i;
	return first;
}

/* Few different times, so that many are due at once. */
static void
set(struct timers *timers, size_t i)
{
	int64_t due = (int64_t)chance(50) - 25;

	timers_set(timers, &timers_of[i], due);
	model[i].is_set = true;
	model[i].due = due;
}

static void
clear(struct timers *timers, size_t i)
{
	timers_clear(timers, &timers_of[i]);
	model[i].is_set = false;
}

static bool
agrees(const struct timers *timers)
{
	size_t first = model_first(), count = 0;

	for (size_t i = 0; i < TIMERS; i++) {
		count += model[i].is_set;
		if (model[i].is_set != (timers_of[i].position != 0))
			return false;
		if (model[i].is_set &&
		    timers->heap[timers_of[i].position] != &timers_of[i])
			return false;
	}
	return count == timers->count &&
	    timers_first(timers) ==
		(first == TIMERS ? NULL : &timers_of[first]);
}

static void
test_random(void)
{
	struct timers timers;
	size_t wrong = 0, set_again = 0, most = 0, runs = 0;

	timers_init(&timers);
	for (size_t i = 0; i < TIMERS; i++) {
		timers_of[i].what = (int)(i % 3);
		timers_of[i].order = i * 7 % TIMERS;
	}
	for (size_t step = 0; step < STEPS; step++) {
		size_t i = chance(TIMERS);
		switch (chance(8)) {
		case 0:
			clear(&timers, i);
			break;
		case 1: {
			struct timer *first = timers_first(&timers);
			if (first != NULL)
				clear(&timers, (size_t)(first - timers_of));
			runs += first != NULL;
			break;
		}
		default:
			set_again += model[i].is_set;
			set(&timers, i);
		}
		wrong += !agrees(&timers);
		most = timers.count > most ? timers.count : most;
	}
	is_int((int64_t)wrong, 0, "%d random steps as the model says", STEPS);
	ok(set_again > 1000 && runs > 1000 && most > 100,
	    "among them many that set anew, run, and grow");
	while (timers_first(&timers) != NULL) {
		size_t first = model_first();
		wrong += timers_first(&timers) != &timers_of[first];
		clear(&timers, first);
	}
	ok(wrong == 0 && model_first() == TIMERS, "then all run in order");
	timers_release(&timers);
}

static void
test_edges(void)
{
	struct timer a = {.order = 2}, b = {0}, c = {.order = 1};
	struct timer d = {.what = 1};
	struct timers timers;

	timers_init(&timers);
	ok(timers_first(&timers) == NULL, "none is set");
	timers_clear(&timers, &a);
	ok(timers.count == 0, "clearing one that is not set does nothing");
	timers_set(&timers, &a, INT64_MAX);
	timers_set(&timers, &b, INT64_MIN + 1);
	timers_set(&timers, &c, INT64_MAX);
	ok(timers_first(&timers) == &b, "the smallest time is first");
	timers_clear(&timers, &b);
	timers_set(&timers, &d, INT64_MAX);
	ok(timers_first(&timers) == &c, "of those at once the lowest order");
	timers_clear(&timers, &c);
	ok(timers_first(&timers) == &a, "what they are about counts first");
	timers_clear(&timers, &c);
	timers_clear(&timers, &d);
	ok(timers.count == 1 && timers_first(&timers) == &a,
	    "clearing twice takes one");
	timers_release(&timers);
	ok(timers_first(&timers) == NULL, "released: none is set");
}

int
main(void)
{
	test_random();
	test_edges();
	return tap_done();
}
