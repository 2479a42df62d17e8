/* SPDX-License-Identifier: MIT
 *
 * Calls of Workers, as dial.c, legs.c and leg_task.c share them.
 */
#ifndef TASKROUTERD_LEGS_H
#define TASKROUTERD_LEGS_H

#include "base/compat.h"
#include "codec/json.h"
#include "taskrouterd/call.h"

/* ---- dial.c */

/* Rings, or is answered at once, as a rule says. False: it was, but the
 * Reservation could not be accepted, and the call is over. */
MUST_USE bool leg_begin(struct call *leg, struct json_object *parameters);
/* Nobody answered: the Reservation that it was to accept is canceled. */
void leg_ring_ended(struct call *leg, enum call_status status);

/* ---- legs.c */

/* The caller, who waits in the queue, is connected: what his waitUrl said does
 * not matter any more. */
void leg_bridge(struct call *leg, struct call *caller);
/* They talk, as long as the rule says. */
void leg_talk(struct call *leg);
/* What happens in its conference; nothing if it has none. */
void leg_tell(struct call *leg, enum call_event event,
    const struct call *participant);

/* ---- leg_task.c */

/* False: the Reservation is not pending any more. */
MUST_USE bool leg_accept(struct call *leg);
/* It rings until then, and the Reservation waits for it. */
void leg_hold(struct call *leg, int64_t until);
/* Worker and caller were on the line, and no longer are. */
void leg_after_call(struct call *leg);
/* The Task's attributes name the call. */
void leg_name(struct call *leg);

#endif
