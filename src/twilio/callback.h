/* SPDX-License-Identifier: MIT
 *
 * The assignment callback: what TaskRouter tells about a Reservation that it
 * has just made. Source: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks
 * (the twelve documented parameters; others may come at any time).
 */
#ifndef TWILIO_CALLBACK_H
#define TWILIO_CALLBACK_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "codec/form.h"

/* Absent where the parameter is absent. SIDs that are no SIDs are kept as
 * they came. */
struct callback {
	struct str timestamp;
	struct str account_sid;
	struct str workspace_sid;
	struct str workflow_sid;
	struct str task_queue_sid;
	struct str worker_sid;
	struct str worker_attributes;
	struct str task_sid;
	struct str task_attributes;
	struct str task_age;
	struct str task_priority;
	struct str reservation_sid;
};

/* Never fails. Returns the names of the documented parameters that are
 * missing or have a SID of the wrong form, joined by blanks, in the arena;
 * absent if all is well. */
struct str callback_read(
    const struct form *form, struct arena *arena, struct callback *callback);

/* The form of those that are present, in the table's order, in the arena; the
 * values are not copied. False: no memory. */
MUST_USE bool callback_write(
    const struct callback *callback, struct arena *arena, struct form *form);

#endif
