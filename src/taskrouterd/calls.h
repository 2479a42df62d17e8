/* SPDX-License-Identifier: MIT
 *
 * Simulated telephone calls: those that come in at an application's TwiML
 * (/_local/calls), and those that instructions make. The newest are kept, in
 * memory alone: after a restart nobody waits in a queue, and the Tasks of who
 * did stay as they are.
 *
 * All waiting is done in simulated time: see calls_next_due. Requests to the
 * application take real time.
 * Sources: https://www.twilio.com/docs/voice/twiml,
 * https://www.twilio.com/docs/taskrouter/twiml-queue-calls,
 * https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks
 */
#ifndef TASKROUTERD_CALLS_H
#define TASKROUTERD_CALLS_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/json.h"
#include "router/engine.h"

struct calls;
struct daemon;

/* A call as an instruction asks for it. Absent texts are shown as null; all
 * are copied. */
struct call_order {
	struct str instruction; /* "dequeue"; absent: a call that came in */
	struct str to;
	struct str from;
	struct str workspace;
	struct str task;
	struct str worker;
	struct str reservation;
	struct str call_sid;    /* the caller's: what is dequeued, redirected */
	struct str parameters;  /* the instruction as JSON, passwords masked */
	int64_t date;           /* ms */
	bool is_dialled;        /* a Worker; else it is only noted */
	bool accepts;           /* the Reservation, once it is answered */
	unsigned error;         /* Twilio's error number where it is not */
};

/* NULL: *err. */
struct calls *calls_open(struct daemon *daemon, struct err *err);
/* After calls_interrupt, or after the transports were closed. NULL is
 * allowed. */
void calls_close(struct calls *calls);
/* Nothing new goes out. */
void calls_stop(struct calls *calls);
/* Exchanges that wait for a call to come to rest are refused. */
void calls_interrupt(struct calls *calls, unsigned status, const char *why);

/* Makes the call that an instruction asks for, given as JSON with all of its
 * parameters, or only notes it. The Task gets the attribute worker_call_sid;
 * where the Worker answers at once the Reservation is accepted when this
 * returns. `sid` becomes the SID of the new call, CA and 32 digits. False: the
 * router has not changed, *refusal says why. */
MUST_USE bool calls_begin(struct calls *calls, const struct call_order *order,
    struct json_object *parameters, char sid[ROUTER_SID + 1],
    struct refusal *refusal);

/* Sends a live call to other TwiML; nothing for one that is not known. */
void calls_redirect(struct calls *calls, struct str sid, struct str url);

/* Whether a call of this SID is kept; whether it is, and is over. */
bool calls_has(const struct calls *calls, struct str sid);
bool calls_is_over(const struct calls *calls, struct str sid);
/* Whether the Reservation waits for its Worker to answer the telephone. */
bool calls_is_held(const struct calls *calls, struct str reservation);

/* When something is due, simulated time; ROUTER_NEVER: nothing is. */
int64_t calls_next_due(const struct calls *calls);
/* Does everything that is due, each at its own time; may apply events to the
 * router. */
void calls_run(struct calls *calls, int64_t now);
/* Requests that are under way, or wait for their turn. */
size_t calls_in_hand(const struct calls *calls);

/* Calls that one answer shows, the newest. */
#define CALLS_SHOWN 100

/* {"calls":[…newest first…],"total":N}: `total` is how many there were since
 * the start. Absent when it does not fit the arena. */
struct str calls_write(const struct calls *calls, struct arena *arena);

#endif
