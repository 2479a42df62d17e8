/* SPDX-License-Identifier: MIT
 *
 * GET /tasks: the Workspace's Tasks, with TaskRouter's filters.
 * Source: https://www.twilio.com/docs/taskrouter/api/task (read multiple).
 */
#include "base/compat.h"

#include "responder/list.h"
#include "twilio/task.h"

static const struct parameter filters[] = {
	LIST_PAGING,
	{"AssignmentStatus", "assignment_status", check_task_status, true},
	{"EvaluateTaskAttributes", "evaluate_task_attributes", check_text,
	    false},
	{"HasAddons", "has_addons", check_boolean, false},
	{"Ordering", "ordering", check_task_ordering, false},
	{"Priority", "priority", task_check_priority, false},
	{"RoutingTarget", "routing_target", task_check_routing_target, false},
	{"TaskQueueName", "task_queue_name", check_name, false},
	{"TaskQueueSid", "task_queue_sid", check_task_queue_sid, false},
	{"WorkflowName", "workflow_name", check_name, false},
	{"WorkflowSid", "workflow_sid", check_workflow_sid, false},
};

_Static_assert(ARRAY_LENGTH(filters) <= LIST_FILTERS_MOST, "list.h");

void
handle_tasks(struct exchange *exchange)
{
	static const struct list list = {
		.path = "/tasks",
		.upstream_path = "/Tasks",
		.operation = REST_LIST_TASKS,
		.expression = "EvaluateTaskAttributes",
		.table = filters,
		.count = ARRAY_LENGTH(filters),
	};

	list_answer(exchange, &list);
}
