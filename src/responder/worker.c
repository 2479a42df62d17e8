/* SPDX-License-Identifier: MIT
 *
 * GET /workers/{sid}: a Worker. POST: changes its Activity, attributes or
 * name.
 * Source: https://www.twilio.com/docs/taskrouter/api/worker (fetch, update).
 */
#include "base/compat.h"

#include "responder/checks.h"
#include "responder/parameters.h"
#include "responder/resource.h"
#include "twilio/task.h"

enum {
	ACTIVITY_SID,
	ATTRIBUTES,
	FRIENDLY_NAME,
	REJECT_PENDING_RESERVATIONS,
	PARAMETER_COUNT,
};

/* Attributes are of the same form and size as a Task's. */
static const struct parameter parameters[PARAMETER_COUNT] = {
	[ACTIVITY_SID] = {"ActivitySid", "activity_sid", check_activity_sid,
	    false},
	[ATTRIBUTES] = {"Attributes", "attributes", task_check_attributes,
	    false},
	[FRIENDLY_NAME] = {"FriendlyName", "friendly_name", check_name, false},
	[REJECT_PENDING_RESERVATIONS] = {"RejectPendingReservations",
	    "reject_pending_reservations", check_boolean, false},
};

/* False: refused. TaskRouter says itself which Activities it goes with. */
static bool
check_together(struct exchange *exchange, const struct str *values)
{
	if (values[REJECT_PENDING_RESERVATIONS].at != NULL &&
	    values[ACTIVITY_SID].at == NULL) {
		exchange_refuse(exchange, 400,
		    "RejectPendingReservations: goes with ActivitySid");
		return false;
	}
	return parameters_check_any(
	    exchange, parameters, PARAMETER_COUNT, values);
}

static void
change(struct exchange *exchange, struct str path)
{
	struct str values[PARAMETER_COUNT];
	struct buf form;

	if (!parameters_read(exchange, parameters, PARAMETER_COUNT, values) ||
	    !check_together(exchange, values))
		return;
	parameters_begin_form(
	    exchange, &form, parameters, PARAMETER_COUNT, values);
	const struct resource_change wanted = {
		.path = path,
		.form = &form,
		.update = REST_UPDATE_WORKER,
		.read = REST_READ_WORKER,
	};
	resource_change(exchange, &wanted);
	buf_release(&form);
}

void
handle_worker(struct exchange *exchange)
{
	struct str sid = resource_sid(exchange, "WK");

	if (sid.at == NULL)
		return;
	exchange->facts.worker_sid = sid;
	struct str path =
	    arena_format(&exchange->arena, "/Workers/%.*s", STR_ARGS(sid));
	if (exchange->request.method == METHOD_GET)
		resource_read(exchange, REST_READ_WORKER, path);
	else
		change(exchange, path);
}
