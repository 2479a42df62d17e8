/* SPDX-License-Identifier: MIT
 *
 * GET /activities: the Workspace's Activities, with TaskRouter's filters.
 * Source: https://www.twilio.com/docs/taskrouter/api/activity (read multiple).
 */
#include "base/compat.h"

#include "responder/list.h"

static const struct parameter filters[] = {
	LIST_PAGING,
	{"Available", "available", check_boolean, false},
	{"FriendlyName", "friendly_name", check_name, false},
};

_Static_assert(ARRAY_LENGTH(filters) <= LIST_FILTERS_MOST, "list.h");

void
handle_activities(struct exchange *exchange)
{
	static const struct list list = {
		.path = "/activities",
		.upstream_path = "/Activities",
		.operation = REST_LIST_ACTIVITIES,
		.table = filters,
		.count = ARRAY_LENGTH(filters),
	};

	list_answer(exchange, &list);
}
