/* SPDX-License-Identifier: MIT
 *
 * Assignment callbacks: for each Reservation the Workflow's application is
 * asked what to do, its fallback where it fails, and what it answers is done.
 * Source: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks
 *
 * Only SIDs are kept from turn to turn: the router may have become another one
 * meanwhile, and the Reservation be gone.
 */
#ifndef TASKROUTERD_CALLBACKS_H
#define TASKROUTERD_CALLBACKS_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

struct callbacks;
struct daemon;

/* Loads libcurl. The program must ignore SIGPIPE. Refers to daemon->loop,
 * ->settings (callback.*, auth_tokens, account_sid) and, when callbacks are
 * sent and answered, to its router, debugger and calls. NULL: *err says why. */
struct callbacks *callbacks_open(struct daemon *daemon, struct err *err);

/* Callbacks under way are dropped: the store still has them as due. NULL is
 * allowed. */
void callbacks_close(struct callbacks *callbacks);

/* Asks the application about the Reservation of this SID, after the store has
 * it. Nothing where that is under way already, or while the daemon stops: then
 * it is sent after the next start. What is applied is applied in later turns,
 * never from within this. */
void callbacks_start(struct callbacks *callbacks, struct str reservation);

/* For the stop: forgets those that have not been sent. */
void callbacks_stop(struct callbacks *callbacks);
/* How many are under way or wait to be sent. */
size_t callbacks_in_hand(const struct callbacks *callbacks);

#endif
