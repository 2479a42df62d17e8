/* SPDX-License-Identifier: MIT
 *
 * Where a Task stands in its Workflow.
 */
#include "base/compat.h"

#include "router/step.h"

#include "router/plan.h"
#include "router/state.h"

void
step_release(struct router *router, struct workflow_revision *revision)
{
	const struct plan *plan = revision->plan;

	if (revision->tasks > 0 || revision->workflow->revision == revision)
		return;
	for (size_t i = 0; i < plan->queue_count; i++) {
		struct object *queue = router_find(router, plan->queues[i]);
		if (queue != NULL)
			((struct task_queue *)queue)->plans--;
	}
	object_remove(router, &revision->object);
}

void
step_enter(struct router *router, struct task *task,
    struct workflow_revision *revision)
{
	struct workflow_revision *old = task->step.revision;

	if (old == revision)
		return;
	task->step.revision = revision;
	task->step.target = revision != NULL ? STEP_NO_TARGET : 0;
	if (revision != NULL)
		revision->tasks++;
	if (old == NULL)
		return;
	old->tasks--;
	step_release(router, old);
}

const struct plan_target *
step_target(const struct task *task)
{
	const struct task_step *step = &task->step;

	if (step->revision == NULL)
		return NULL;
	return &plan_filter(step->revision->plan, step->filter)
	            ->targets[step->target];
}

const struct expr *
step_expression(const struct task *task)
{
	const struct plan_target *target = step_target(task);

	return target != NULL ? target->expression : NULL;
}

int64_t
step_deadline(const struct task *task)
{
	const struct plan_target *target = step_target(task);

	if (target == NULL || target->deadline == PLAN_NO_TIMEOUT)
		return ROUTER_NEVER;
	return task->object.date_created + target->deadline * 1000;
}

bool
step_is_for_one(const struct task *task)
{
	const struct plan_target *target = step_target(task);

	return target != NULL ? target->has_known_worker
			      : task->task_queue == NULL;
}
