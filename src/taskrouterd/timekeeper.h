/* SPDX-License-Identifier: MIT
 *
 * The time that the daemon goes by, and what is due in it: a simulated clock,
 * the timers of the router and of simulated calls, the age of Events, and the
 * way from one timer to the next when the clock is advanced.
 */
#ifndef TASKROUTERD_TIMEKEEPER_H
#define TASKROUTERD_TIMEKEEPER_H

#include "base/compat.h"
#include "base/err.h"
#include "http/exchange.h"
#include "taskrouterd/simulated_clock.h"

struct daemon;
struct event;

/* The clock on its way to a time: from timer to timer, and on only when all is
 * quiet. Meanwhile it stands still. */
struct advance {
	struct exchange *exchange; /* that asked for it; NULL: none under way */
	int64_t from, target;      /* ms */
	uint64_t steps;            /* timers that were run */
	int64_t linger_us;  /* how long it must have been quiet, real time */
	int64_t give_up_us; /* monotonic: when it is left where it is */
	struct event *wake;
	bool was_frozen;
};

struct timekeeper {
	struct simulated_clock clock;
	struct event *due;      /* the next timer of router or calls */
	int64_t due_at;         /* what it is set for: ms */
	struct event *purge;    /* of Events that are too old */
	int64_t pause_until_us; /* monotonic: the store failed a moment ago */
	int64_t active_us;      /* monotonic: when something last happened */
	struct advance advance;
};

/* Takes the clock up as the store has it; in a store that has none it starts
 * as the settings say. daemon->store must be open. False: *err. */
MUST_USE bool timekeeper_open(struct daemon *daemon, struct err *err);
void timekeeper_close(struct daemon *daemon);

/* Sets the clock as the settings say: the store was cleared. False: *err. */
MUST_USE bool timekeeper_reset(struct daemon *daemon, struct err *err);

/* ms; see daemon_now. */
int64_t timekeeper_now(const struct daemon *daemon);
/* When the next timer is due; ROUTER_NEVER: none is set. */
int64_t timekeeper_next(const struct daemon *daemon);
/* Keeps the clock in the store. False: *err. */
MUST_USE bool timekeeper_keep(struct daemon *daemon, struct err *err);

/* The clock was changed. */
void timekeeper_changed(struct daemon *daemon);
/* The store failed: timers, which would fail too, wait a second. */
void timekeeper_pause(struct daemon *daemon);
/* A request or an answer came: linger_us begins anew. */
void timekeeper_note_activity(struct daemon *daemon);

/* Begins to advance. The exchange is answered when the clock is there. False:
 * *err, and the clock stands still. */
MUST_USE bool timekeeper_advance(struct daemon *daemon,
    const struct advance *advance, struct err *err);
/* The advance under way, if there is one, is over: its exchange is refused. */
void timekeeper_interrupt(
    struct daemon *daemon, unsigned status, const char *why);

/* For the end of a turn, when everything is settled: takes the clock to the
 * next timer where that may be. True: one was run, and there may be something
 * to settle again. At most TIMEKEEPER_STEPS a turn: requests wait. */
#define TIMEKEEPER_STEPS 256
MUST_USE bool timekeeper_step(struct daemon *daemon);
/* Sets the timer for what is due next. */
void timekeeper_set_due(struct daemon *daemon);

#endif
