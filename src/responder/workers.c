/* SPDX-License-Identifier: MIT
 *
 * GET /workers: the Workspace's Workers, with TaskRouter's filters.
 * Source: https://www.twilio.com/docs/taskrouter/api/worker (read multiple).
 */
#include "base/compat.h"

#include "responder/list.h"

static const struct parameter filters[] = {
	LIST_PAGING,
	{"ActivityName", "activity_name", check_name, false},
	{"ActivitySid", "activity_sid", check_activity_sid, false},
	{"Available", "available", check_boolean, false},
	{"FriendlyName", "friendly_name", check_name, false},
	{"Ordering", "ordering", check_text, false},
	{"TargetWorkersExpression", "target_workers_expression", check_text,
	    false},
	{"TaskQueueName", "task_queue_name", check_name, false},
	{"TaskQueueSid", "task_queue_sid", check_task_queue_sid, false},
};

_Static_assert(ARRAY_LENGTH(filters) <= LIST_FILTERS_MOST, "list.h");

void
handle_workers(struct exchange *exchange)
{
	static const struct list list = {
		.path = "/workers",
		.upstream_path = "/Workers",
		.operation = REST_LIST_WORKERS,
		.expression = "TargetWorkersExpression",
		.table = filters,
		.count = ARRAY_LENGTH(filters),
	};

	list_answer(exchange, &list);
}
