/* SPDX-License-Identifier: MIT
 *
 * Sources: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks,
 * https://www.twilio.com/docs/taskrouter/twiml-queue-calls and the error pages
 * https://www.twilio.com/docs/api/errors/40100 to 40159.
 */
#include "base/compat.h"

#include "taskrouterd/order.h"

#include "taskrouterd/calls.h"
#include "taskrouterd/daemon.h"
#include "twilio/domain.h"

/* Whom to call: the parameter, else the Worker's contact_uri. */
static bool
find_address(struct order *order, unsigned error)
{
	struct json_object *uri = json_get(order->worker_values, "contact_uri");

	order->to = json_get_text(order->value, "to");
	if (order->to.at != NULL)
		return true;
	if (uri != NULL && domain_check(&domain_address, uri) == DOMAIN_HOLDS) {
		order->to = json_text(uri);
		return true;
	}
	return order_refuse(order, error,
	    "to: missing, and the Worker has %s attribute contact_uri",
	    uri == NULL ? "no" : "no valid");
}

/* What the Worker sees as the caller: the parameter, else the number that was
 * dialled, which <Enqueue> puts into the Task's attributes. */
static bool
find_caller_id(struct order *order)
{
	order->from = json_get_text(order->value, "from");
	if (order->from.len == 0)
		order->from = json_get_text(order->task_values, "to");
	if (order->from.len == 0)
		order->from = json_get_text(order->task_values, "called");
	return order->from.len > 0;
}

static bool
find_post_work_activity(struct order *order, unsigned error)
{
	struct str sid = json_get_text(order->value, "post_work_activity_sid");

	if (sid.at == NULL || order_find_activity(order, sid) != NULL)
		return true;
	return order_refuse(order, error,
	    "post_work_activity_sid: there is no Activity %.*s in this "
	    "Workspace", STR_ARGS(sid));
}

bool
order_check_dequeue(struct order *order)
{
	order->call_sid = json_get_text(order->task_values, "call_sid");
	if (order->call_sid.len == 0)
		return order_refuse(order, 40140,
		    "the Task has no attribute call_sid: it was not made by "
		    "Enqueue");
	(void)find_caller_id(order);
	return find_address(order, 40131) &&
	    find_post_work_activity(order, 40130);
}

bool
order_check_call(struct order *order)
{
	(void)find_caller_id(order);
	order->call_sid = json_get_text(order->task_values, "call_sid");
	return find_address(order, 40110);
}

/* The calls that are known here: the Task's own, and those that instructions
 * have made. */
bool
order_check_redirect(struct order *order)
{
	static const char *const attributes[] = {"call_sid", "worker_call_sid"};

	order->call_sid = json_get_text(order->value, "call_sid");
	for (size_t i = 0; i < ARRAY_LENGTH(attributes); i++)
		if (str_equal_nocase(order->call_sid,
			json_get_text(order->task_values, attributes[i])))
			return true;
	if (calls_has(order->daemon->calls, order->call_sid))
		return true;
	return order_refuse(order, 40122,
	    "call_sid: %.*s is neither the Task's call nor one that an "
	    "instruction has made", STR_ARGS(order->call_sid));
}

bool
order_check_conference(struct order *order)
{
	struct str outbound = json_get_text(order->task_values, "outbound_to");

	order->call_sid = json_get_text(order->task_values, "call_sid");
	if (order->call_sid.len == 0 && outbound.len == 0)
		return order_refuse(order, 40142,
		    "the Task has neither attribute call_sid nor outbound_to");
	if (!find_caller_id(order))
		return order_refuse(order, 40138,
		    "from: missing, and the Task's attributes tell no number "
		    "that was dialled");
	return find_address(order, 40137) &&
	    find_post_work_activity(order, 40139);
}

/* The supervisor's Worker SID or address. */
static bool
find_supervisor(struct order *order)
{
	struct str name = form_get(order->form, "Supervisor");
	const struct worker *worker = (struct worker *)(void *)router_find_in(
	    order->daemon->router, order->reservation->object.workspace,
	    KIND_WORKER, name);
	const struct json_limits limits = {.values = ORDER_VALUES};
	struct json_object *value = NULL;
	struct err err;

	if (worker == NULL) {
		struct str quoted = json_quote(order->arena, name);
		if (name.at == NULL ||
		    !json_parse(order->arena, quoted, limits, &value, &err))
			value = NULL;
	} else if (json_parse(order->arena, worker->attributes, limits, &value,
		       &err)) {
		value = json_get(value, "contact_uri");
	}
	if (value == NULL ||
	    domain_check(&domain_address, value) != DOMAIN_HOLDS)
		return order_refuse(order, 40147,
		    "Supervisor: expected the SID of a Worker with a valid "
		    "attribute contact_uri, or an address");
	order->to = json_text(value);
	return true;
}

static bool
check_mode(struct order *order)
{
	static const char *const modes[] = {"monitor", "whisper", "barge"};
	struct str mode = form_get(order->form, "SupervisorMode");

	if (mode.at == NULL)
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(modes); i++)
		if (str_is(mode, modes[i]))
			return true;
	return order_refuse(order, 20001,
	    "SupervisorMode: expected monitor, whisper or barge");
}

bool
order_check_supervise(struct order *order)
{
	const struct reservation *reservation = order->reservation;

	if (reservation->status != RESERVATION_ACCEPTED &&
	    reservation->status != RESERVATION_WRAPPING)
		return order_refuse(order, 40146,
		    "Unable to execute Supervise instruction. Reservation %s "
		    "is not accepted.", reservation->object.sid);
	order->call_sid = json_get_text(order->task_values, "call_sid");
	order->from = json_get_text(order->task_values, "from");
	if (order->from.len == 0)
		return order_refuse(
		    order, 40148, "the Task has no attribute from");
	return find_supervisor(order) && check_mode(order);
}
