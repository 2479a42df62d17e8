/* SPDX-License-Identifier: MIT
 *
 * GET /tasks/{sid}: a Task. POST: completes, cancels or wraps it up, or
 * changes its priority or attributes.
 * Source: https://www.twilio.com/docs/taskrouter/api/task (fetch, update).
 */
#include "base/compat.h"

#include "responder/checks.h"
#include "responder/parameters.h"
#include "responder/resource.h"
#include "twilio/task.h"

enum {
	ASSIGNMENT_STATUS,
	ATTRIBUTES,
	PRIORITY,
	REASON,
	TASK_CHANNEL,
	VIRTUAL_START_TIME,
	PARAMETER_COUNT,
};

static const struct parameter parameters[PARAMETER_COUNT] = {
	[ASSIGNMENT_STATUS] = {"AssignmentStatus", "assignment_status",
	    check_new_task_status, false},
	[ATTRIBUTES] = {"Attributes", "attributes", task_check_attributes,
	    false},
	[PRIORITY] = {"Priority", "priority", task_check_priority, false},
	[REASON] = {"Reason", "reason", check_text, false},
	[TASK_CHANNEL] = {"TaskChannel", "task_channel", task_check_channel,
	    false},
	[VIRTUAL_START_TIME] = {"VirtualStartTime", "virtual_start_time",
	    task_check_virtual_start_time, false},
};

/* https://www.twilio.com/docs/taskrouter/lifecycle-task-state */
static const struct resource_move moves[] = {
	{"canceled", {"pending", "reserved"}},
	{"completed", {"assigned", "wrapping"}},
	{"wrapping", {"assigned", NULL}},
};

/* False: refused. Source of the second rule: the same page, "Attributes". */
static bool
check_together(struct exchange *exchange, const struct str *values)
{
	struct str status = values[ASSIGNMENT_STATUS];

	if (values[REASON].at != NULL && !str_is(status, "completed") &&
	    !str_is(status, "canceled"))
		exchange_refuse(exchange, 400,
		    "Reason: goes with AssignmentStatus completed or canceled");
	else if (status.at != NULL && values[ATTRIBUTES].at != NULL)
		exchange_refuse(exchange, 400,
		    "Attributes: TaskRouter takes them and AssignmentStatus "
		    "in two requests");
	else
		return parameters_check_any(
		    exchange, parameters, PARAMETER_COUNT, values);
	return false;
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
		.update = REST_UPDATE_TASK,
		.read = REST_READ_TASK,
		.status = values[ASSIGNMENT_STATUS],
		.reason = values[REASON],
		.status_alone = values[PRIORITY].at == NULL &&
		    values[TASK_CHANNEL].at == NULL &&
		    values[VIRTUAL_START_TIME].at == NULL,
		.property = "assignment_status",
		.moves = moves,
		.move_count = ARRAY_LENGTH(moves),
	};
	resource_change(exchange, &wanted);
	buf_release(&form);
}

void
handle_task(struct exchange *exchange)
{
	struct str sid = resource_sid(exchange, "WT");

	if (sid.at == NULL)
		return;
	exchange->facts.task_sid = sid;
	struct str path =
	    arena_format(&exchange->arena, "/Tasks/%.*s", STR_ARGS(sid));
	if (exchange->request.method == METHOD_GET)
		resource_read(exchange, REST_READ_TASK, path);
	else
		change(exchange, path);
}
