/* SPDX-License-Identifier: MIT
 *
 * POST /reservations/{sid}: accepts or rejects a Reservation, wraps it up or
 * completes it.
 * Source: https://www.twilio.com/docs/taskrouter/api/reservations and
 * https://www.twilio.com/docs/taskrouter/api/worker-reservations
 */
#include "base/compat.h"

#include "responder/checks.h"
#include "responder/parameters.h"
#include "responder/resource.h"

enum {
	RESERVATION_STATUS,
	TASK_SID,
	WORKER_ACTIVITY_SID,
	WORKER_SID,
	PARAMETER_COUNT,
};

static const struct parameter parameters[PARAMETER_COUNT] = {
	[RESERVATION_STATUS] = {"ReservationStatus", "reservation_status",
	    check_new_reservation_status, false},
	[TASK_SID] = {"TaskSid", "task_sid", check_task_sid, false},
	[WORKER_ACTIVITY_SID] = {"WorkerActivitySid", "worker_activity_sid",
	    check_activity_sid, false},
	[WORKER_SID] = {"WorkerSid", "worker_sid", check_worker_sid, false},
};

/* https://www.twilio.com/docs/taskrouter/api/reservations */
static const struct resource_move moves[] = {
	{"accepted", {"pending", NULL}},
	{"completed", {"accepted", "wrapping"}},
	{"rejected", {"pending", NULL}},
	{"wrapping", {"accepted", NULL}},
};

/* False: refused. */
static bool
check_together(struct exchange *exchange, const struct str *values)
{
	struct str status = values[RESERVATION_STATUS];

	if (status.at == NULL)
		exchange_refuse(exchange, 400, "ReservationStatus is missing");
	else if ((values[TASK_SID].at == NULL) ==
	    (values[WORKER_SID].at == NULL))
		exchange_refuse(exchange, 400,
		    "expected TaskSid or WorkerSid: whose Reservation it is");
	else if (values[WORKER_ACTIVITY_SID].at != NULL &&
	    !str_is(status, "rejected"))
		exchange_refuse(exchange, 400,
		    "WorkerActivitySid: goes with ReservationStatus rejected");
	else
		return true;
	return false;
}

/* TaskRouter has each Reservation below its Task, and below its Worker. */
static struct str
make_path(struct exchange *exchange, const struct str *values, struct str sid)
{
	bool of_task = values[TASK_SID].at != NULL;
	struct str owner = values[of_task ? TASK_SID : WORKER_SID];

	return arena_format(&exchange->arena, "/%s/%.*s/Reservations/%.*s",
	    of_task ? "Tasks" : "Workers", STR_ARGS(owner), STR_ARGS(sid));
}

void
handle_reservation(struct exchange *exchange)
{
	struct str sid = resource_sid(exchange, "WR");
	struct str values[PARAMETER_COUNT];
	struct buf form;

	if (sid.at == NULL ||
	    !parameters_read(exchange, parameters, PARAMETER_COUNT, values) ||
	    !check_together(exchange, values))
		return;
	exchange->facts.reservation_sid = sid;
	exchange->facts.task_sid = values[TASK_SID];
	exchange->facts.worker_sid = values[WORKER_SID];
	struct str path = make_path(exchange, values, sid);
	values[TASK_SID] = values[WORKER_SID] = STR_NONE;
	parameters_begin_form(
	    exchange, &form, parameters, PARAMETER_COUNT, values);
	const struct resource_change wanted = {
		.path = path,
		.form = &form,
		.update = REST_UPDATE_RESERVATION,
		.read = REST_READ_RESERVATION,
		.status = values[RESERVATION_STATUS],
		.status_alone = values[WORKER_ACTIVITY_SID].at == NULL,
		.property = "reservation_status",
		.moves = moves,
		.move_count = ARRAY_LENGTH(moves),
	};
	resource_change(exchange, &wanted);
	buf_release(&form);
}
