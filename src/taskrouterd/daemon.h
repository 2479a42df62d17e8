/* SPDX-License-Identifier: MIT
 *
 * taskrouterd as one thing: the router, its store, what goes out, and the
 * exchanges that wait for the store.
 *
 * One turn of the event loop is one transaction: requests and answers that
 * came in change the router at once, their exchanges are held; at the end of
 * the turn daemon_settle stores what has changed, and only then answers them
 * and sends callbacks.
 */
#ifndef TASKROUTERD_DAEMON_H
#define TASKROUTERD_DAEMON_H

#include <sys/queue.h>

#include "base/compat.h"
#include "base/err.h"
#include "http/exchange.h"
#include "router/engine.h"
#include "store/store.h"
#include "taskrouterd/chance.h"
#include "taskrouterd/faults.h"
#include "taskrouterd/rate_limits.h"
#include "taskrouterd/settings.h"
#include "taskrouterd/timekeeper.h"

struct event_base;
struct callbacks;       /* taskrouterd/callbacks.h: assignment callbacks */
struct event_callbacks; /* taskrouterd/event_callbacks.h */
struct debugger;        /* taskrouterd/debugger.h */
struct calls;           /* taskrouterd/calls.h: simulated telephone calls */

/* An exchange that waits for the end of the turn. */
struct held_exchange {
	STAILQ_ENTRY(held_exchange) entry;
	struct exchange *exchange;
};

struct daemon {
	struct application application; /* first: see daemon_of */
	struct event_base *loop;
	const struct settings *settings;
	struct router *router;
	struct store *store;
	struct callbacks *callbacks;
	struct event_callbacks *event_callbacks;
	struct debugger *debugger;
	struct calls *calls;
	STAILQ_HEAD(, held_exchange) held;
	size_t in_hand;          /* exchanges begun and not yet ended */
	STAILQ_HEAD(, held_exchange) resetting; /* that ask for a reset */
	struct timekeeper timekeeper;
	struct chance chance;
	struct faults faults;
	struct rate_limits rate_limits;
	bool stopping;
	bool broken; /* the store failed and could not be read again */
};

/* Opens the store, makes credentials up where there are none, loads the
 * router, and takes up what was left: timers, callbacks. `settings` and `loop`
 * must outlive the daemon. False: *err; daemon_close is due all the same. */
MUST_USE bool daemon_open(struct daemon *daemon, struct event_base *loop,
    struct settings *settings, struct err *err);

/* After the transports were closed. */
void daemon_close(struct daemon *daemon);

/* The stop has begun: nothing new goes out. */
void daemon_stop(struct daemon *daemon);
/* Whether nothing is in hand, of exchanges and callbacks. What is asked for
 * calls, which end with the process, is not waited for. */
bool daemon_is_idle(const struct daemon *daemon);

/* The daemon of an exchange. */
struct daemon *daemon_of(const struct exchange *exchange);

/* Whether nothing is under way that may change anything by itself, but for
 * timers: no callback is. */
bool daemon_is_quiet(const struct daemon *daemon);

/* The time that the router goes by: ms, of a simulated clock. */
int64_t daemon_now(const struct daemon *daemon);

/* router_apply at daemon_now. */
struct object *daemon_apply(struct daemon *daemon,
    const struct router_event *event, struct refusal *refusal);

/* The exchange's response is complete: sends it at the end of the turn, after
 * the store has what the turn changed. */
void daemon_answer(struct daemon *daemon, struct exchange *exchange);

/* At the end of the turn everything is forgotten, and is as after a start on an
 * empty store; then the exchange is answered. */
void daemon_reset(struct daemon *daemon, struct exchange *exchange);

/* The end of a turn: one transaction, then answers and callbacks. Where the
 * store fails, the held exchanges get 503 and the router goes back to what the
 * store has. */
void daemon_settle(struct daemon *daemon);

#endif
