/* SPDX-License-Identifier: MIT
 *
 * Reservations updated by hand.
 * Source: https://www.twilio.com/docs/taskrouter/api/reservations
 */
#include "base/compat.h"

#include "router/state.h"

static const char *
name_of(const struct reservation *reservation)
{
	return reservation_status_name(reservation->status);
}

/* What is said of a Reservation that is not pending any more. Source: error
 * texts in Twilio's support articles 40136086868507 and 42786996187419. */
static bool
refuse_late(const struct reservation *reservation, const char *wanted,
    struct refusal *refusal)
{
	if (reservation->status == RESERVATION_RESCINDED)
		return refuse(refusal, 410, 20001,
		    "Reservation %s was rescinded: another Worker accepted the "
		    "Task", reservation->object.sid);
	return REFUSE(refusal, "Reservation %s not in expected state [pending] "
	    "and cannot be updated to [%s]; it is %s",
	    reservation->object.sid, wanted, name_of(reservation));
}

static bool
accept_by_hand(struct router *router, struct reservation *reservation,
    struct activity *activity, struct refusal *refusal)
{
	(void)activity;
	if (reservation->status != RESERVATION_PENDING)
		return refuse_late(reservation, "onHold", refusal);
	reservation_accept(router, reservation);
	return true;
}

static bool
reject_by_hand(struct router *router, struct reservation *reservation,
    struct activity *activity, struct refusal *refusal)
{
	if (reservation->status != RESERVATION_PENDING)
		return refuse_late(reservation, "rejected", refusal);
	reservation_end(router, reservation, RESERVATION_REJECTED, activity);
	return true;
}

static bool
wrap_by_hand(struct router *router, struct reservation *reservation,
    struct activity *activity, struct refusal *refusal)
{
	struct task *task = reservation->task;

	(void)activity;
	if (reservation->status != RESERVATION_ACCEPTED)
		return REFUSE(refusal, "Reservation %s not in expected state "
		    "[accepted] and cannot be updated to [wrapping]; it is %s",
		    reservation->object.sid, name_of(reservation));
	reservation_wrap(router, reservation);
	task_wrapped(router, task);
	return true;
}

static bool
complete_by_hand(struct router *router, struct reservation *reservation,
    struct activity *activity, struct refusal *refusal)
{
	struct task *task = reservation->task;

	(void)activity;
	if (reservation->status != RESERVATION_ACCEPTED &&
	    reservation->status != RESERVATION_WRAPPING)
		return REFUSE(refusal, "Reservation %s not in expected state "
		    "[accepted, wrapping] and cannot be updated to "
		    "[completed]; it is %s",
		    reservation->object.sid, name_of(reservation));
	reservation_finish(router, reservation);
	if (task->open == 0)
		task_complete(
		    router, task, STR("All reservations were completed"));
	return true;
}

static bool (*const moves[])(struct router *, struct reservation *,
    struct activity *, struct refusal *) = {
	[RESERVATION_ACCEPTED] = accept_by_hand,
	[RESERVATION_REJECTED] = reject_by_hand,
	[RESERVATION_WRAPPING] = wrap_by_hand,
	[RESERVATION_COMPLETED] = complete_by_hand,
};

static bool
update(struct router *router, struct object *object,
    const struct changes *changes, struct refusal *refusal)
{
	const struct change *status =
	    change_find(changes, FIELD_RESERVATION_STATUS);
	const struct change *activity =
	    change_find(changes, FIELD_RESERVATION_WORKER_ACTIVITY);
	struct activity *to = activity != NULL
	    ? (struct activity *)activity->object
	    : NULL;

	if (status == NULL)
		return REFUSE(refusal,
		    "ReservationStatus or Instruction is required");
	if (moves[status->integer] == NULL)
		return REFUSE(refusal, "ReservationStatus: expected accepted, "
		    "rejected, wrapping or completed, not %s",
		    reservation_status_name(status->integer));
	if (to != NULL && status->integer != RESERVATION_REJECTED)
		return REFUSE(refusal, "WorkerActivitySid is only for "
		    "ReservationStatus rejected");
	return moves[status->integer](
	    router, (struct reservation *)object, to, refusal);
}

const struct kind_rules reservation_rules = {
	.update = update,
};
