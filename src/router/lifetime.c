/* SPDX-License-Identifier: MIT
 *
 * How long a Task may wait, be worked on, and be seen.
 * Source: https://www.twilio.com/docs/taskrouter/lifecycle-task-state, .../limits
 */
#include "base/compat.h"

#include "router/state.h"

#define ASSIGNED_MOST 86400   /* seconds until an assigned Task is deleted */
#define FINISHED_KEPT 300     /* seconds that a finished one can be seen */

int64_t
task_age(const struct task *task, int64_t now)
{
	int64_t age = (now - task->object.date_created) / 1000;

	return age > 0 ? age : 0;
}

bool
task_is_waiting(const struct task *task)
{
	return task->status == TASK_PENDING || task->status == TASK_RESERVED;
}

bool
task_is_worked_on(const struct task *task)
{
	return task->status == TASK_ASSIGNED || task->status == TASK_WRAPPING;
}

bool
task_is_finished(const struct task *task)
{
	return !task_is_waiting(task) && !task_is_worked_on(task);
}

int64_t
task_life_due(const struct task *task)
{
	if (task_is_waiting(task))
		return task->object.date_created + task->timeout * 1000;
	return task->date_ended +
	    1000 * (task_is_worked_on(task) ? ASSIGNED_MOST : FINISHED_KEPT);
}

void
task_set_life_timer(struct router *router, struct task *task)
{
	router_set_timer(router, &task->life_timer, &task->object,
	    task_life_due(task));
}
