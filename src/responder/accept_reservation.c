/* SPDX-License-Identifier: MIT
 *
 * GET or POST /accept_reservation: accepts a Reservation for its Worker.
 * Source: https://www.twilio.com/docs/taskrouter/api/reservations
 */
#include "base/compat.h"

#include "responder/parameters.h"
#include "responder/upstream.h"
#include "twilio/sid.h"

static bool
check_task(struct str value, struct err *err)
{
	return sid_check(value, "WT", err);
}

static bool
check_reservation(struct str value, struct err *err)
{
	return sid_check(value, "WR", err);
}

enum {
	TASK_SID,
	RESERVATION_SID,
	PARAMETER_COUNT,
};

static const struct parameter parameters[PARAMETER_COUNT] = {
	[TASK_SID] = {"TaskSid", "task_sid", check_task, false},
	[RESERVATION_SID] = {"ReservationSid", "reservation_sid",
	    check_reservation, false},
};

static struct str
reservation_path(struct exchange *exchange)
{
	return arena_format(&exchange->arena, "/Tasks/%.*s/Reservations/%.*s",
	    STR_ARGS(exchange->facts.task_sid),
	    STR_ARGS(exchange->facts.reservation_sid));
}

static void
answer_accepted(struct exchange *exchange, struct str decision)
{
	exchange->facts.decision = decision;
	response_body(&exchange->response, 200, "application/json",
	    STR("{\"reservation_status\":\"accepted\"}"));
	exchange_complete(exchange);
}

/* The refusal of the update, kept while the Reservation is read. */
struct refusal_kept {
	struct rest_result result;
	struct upstream upstream;
};

/* A Reservation that is neither accepted nor still pending is gone for
 * whoever wants to accept it. */
static void
on_read(struct exchange *exchange, const struct upstream *upstream)
{
	const struct upstream *refused = exchange->handler_state;
	unsigned status = refused->result->status;
	struct str now =
	    json_get_text(upstream->json, "reservation_status");

	if (upstream->success && str_is(now, "accepted")) {
		answer_accepted(exchange, STR("accepted already"));
		return;
	}
	bool gone = upstream->success
	    ? !str_is(now, "pending")
	    : status != 400 || upstream->result->status == 404;
	exchange->facts.decision = now;
	upstream_refuse_as(exchange, refused, gone ? 409 : 502);
}

/* After these the Reservation may have been accepted before, by a callback's
 * instruction or another client (400 "not in expected state", 410 for one
 * that was rescinded). */
static bool
is_worth_reading(const struct upstream *upstream)
{
	unsigned status = upstream->result->status;

	return status == 400 || status == 409 || status == 410;
}

static void
read_reservation(struct exchange *exchange, const struct upstream *upstream)
{
	struct refusal_kept *kept =
	    arena_alloc(&exchange->arena, sizeof *kept);

	if (kept == NULL) {
		exchange_complete(exchange);
		return;
	}
	kept->result = *upstream->result;
	kept->upstream = *upstream;
	kept->upstream.result = &kept->result;
	exchange->handler_state = &kept->upstream;
	upstream_start(exchange, REST_READ_RESERVATION,
	    reservation_path(exchange), NULL, on_read);
}

static void
on_updated(struct exchange *exchange, const struct upstream *upstream)
{
	struct str now =
	    json_get_text(upstream->json, "reservation_status");

	if (upstream->success && str_is(now, "accepted"))
		answer_accepted(exchange, STR("accepted"));
	else if (is_worth_reading(upstream))
		read_reservation(exchange, upstream);
	else if (upstream->result->status == 404)
		upstream_refuse_as(exchange, upstream, 409);
	else
		upstream_refuse(exchange, upstream);
}

void
handle_accept_reservation(struct exchange *exchange)
{
	struct str values[PARAMETER_COUNT];
	struct buf form;

	if (!parameters_read(exchange, parameters, PARAMETER_COUNT, values))
		return;
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		if (values[i].at == NULL) {
			exchange_refuse(
			    exchange, 400, "%s is missing", parameters[i].name);
			return;
		}
	exchange->facts.task_sid = values[TASK_SID];
	exchange->facts.reservation_sid = values[RESERVATION_SID];
	buf_init(&form, 256);
	form_add(&form, "ReservationStatus", STR("accepted"));
	upstream_start(exchange, REST_ACCEPT_RESERVATION,
	    reservation_path(exchange), &form, on_updated);
	buf_release(&form);
}
