/* SPDX-License-Identifier: MIT
 *
 * The telephone calls that instructions ask for and that nobody makes here: a
 * list of what would have been dialled. The newest are kept, in memory alone.
 */
#ifndef TASKROUTERD_CALLS_H
#define TASKROUTERD_CALLS_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "router/engine.h"

struct calls;

/* Absent texts are shown as null; all are copied. */
struct call {
	struct str instruction; /* "dequeue" */
	struct str to;
	struct str from;
	struct str workspace;
	struct str task;
	struct str worker;
	struct str reservation;
	struct str call_sid;    /* the caller's: what is dequeued, redirected */
	struct str parameters;  /* the instruction as JSON, passwords masked */
	int64_t date;           /* ms */
};

/* Keeps at most `most` calls (at least 1). SIDs are made of options->random;
 * the options are copied. NULL: no memory. */
struct calls *calls_open(size_t most, const struct router_options *options);
/* NULL is allowed. */
void calls_close(struct calls *calls);

/* The oldest makes room. `sid` becomes the call's own, CA and 32 digits. False:
 * no memory. */
MUST_USE bool calls_add(struct calls *calls, const struct call *call,
    char sid[ROUTER_SID + 1]);

/* Whether a call of this SID is kept. */
bool calls_has(const struct calls *calls, struct str sid);

/* Calls that one answer shows, the newest. */
#define CALLS_SHOWN 100

/* {"calls":[…newest first…],"total":N}: `total` is how many there were since
 * the start. Absent when it does not fit the arena. */
struct str calls_write(const struct calls *calls, struct arena *arena);

#endif
