/* SPDX-License-Identifier: MIT
 *
 * Event callbacks: each Workspace's EventCallbackUrl is told of its Events, in
 * their order, one at a time, and never twice unless the program broke off:
 * what was delivered is noted in the store a little later, since each note
 * costs a transaction. A second delivery bears the first one's
 * I-Twilio-Idempotency-Token. An application that fails is noted and does not
 * hold up what comes after. Source: https://www.twilio.com/docs/taskrouter/api/event/reference
 */
#ifndef TASKROUTERD_EVENT_CALLBACKS_H
#define TASKROUTERD_EVENT_CALLBACKS_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

struct daemon;
struct event_callbacks;

/* As callbacks_open; also reads daemon->store. */
struct event_callbacks *event_callbacks_open(
    struct daemon *daemon, struct err *err);

/* NULL is allowed. */
void event_callbacks_close(struct event_callbacks *event_callbacks);

/* The store has Events of the Workspace, new ones or since it was loaded.
 * Cheap; nothing is read before the next turn of the loop. */
void event_callbacks_wake(
    struct event_callbacks *event_callbacks, struct str workspace);

/* For the stop: no other Event is sent. */
void event_callbacks_stop(struct event_callbacks *event_callbacks);
/* How many are under way; after event_callbacks_stop it only falls. */
size_t event_callbacks_in_hand(const struct event_callbacks *event_callbacks);

/* Whether there is none under way, and none to be sent at once. */
bool event_callbacks_are_quiet(const struct event_callbacks *event_callbacks);

/* How many were sent, and how many of them failed, since the start. */
uint64_t event_callbacks_sent(const struct event_callbacks *event_callbacks);
uint64_t event_callbacks_failed(const struct event_callbacks *event_callbacks);

#endif
