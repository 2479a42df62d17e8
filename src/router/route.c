/* SPDX-License-Identifier: MIT
 *
 * A Task's way through its Workflow.
 * Source: https://www.twilio.com/docs/taskrouter/workflow-configuration,
 * .../task-evaluation, .../lifecycle-task-workflows-and-assignment
 */
#include "base/compat.h"

#include "router/lines.h"
#include "router/match.h"
#include "router/names.h"
#include "router/plan.h"
#include "router/record.h"
#include "router/state.h"
#include "router/step.h"

/* After so many Reservations a Task is given up.
 * Source: https://www.twilio.com/docs/taskrouter/limits */
#define ASSIGNMENTS_MOST 1000

static const struct plan *
plan_of(const struct task *task)
{
	return task->step.revision->plan;
}

/* ---- entering a target */

static void
announce(struct router *router, struct task *task)
{
	if (task->is_announced)
		return;
	task->is_announced = true;
	record_task(router, task, RECORD_TASK_CREATED);
}

/* Being routed for the first time is part of its creation: version 0. */
static void
note_entered(struct router *router, struct task *task)
{
	if (task->is_announced)
		object_changed(router, &task->object);
	else
		object_touch(router, &task->object);
}

/* Into the TaskQueue; nothing if it is there. */
static void
enter_queue(struct router *router, struct task *task,
    struct task_queue *queue)
{
	struct task_queue *old = task->task_queue;

	if (old != queue) {
		if (old != NULL)
			old->tasks--;
		if (old != NULL && task->is_announced)
			record_task(router, task, RECORD_TASK_QUEUE_MOVED);
		task->task_queue = queue;
		queue->tasks++;
		task->task_queue_entered_date = router->now;
		note_entered(router, task);
		record_task(router, task, RECORD_TASK_QUEUE_ENTERED);
	}
	announce(router, task);
}

static void
note_unknown(struct router *router, const struct task *task,
    const struct plan_target *target)
{
	unsigned code = wait_unknown(task, target);

	if (code != 0)
		router_note(
		    router, task, code, wait_known_worker(task, target));
}

/* It stays until another target sets one. That it moves too is one change. */
static void
take_priority(struct router *router, struct task *task,
    const struct plan_target *target, const struct task_queue *queue)
{
	if (target->priority == PLAN_NO_PRIORITY ||
	    target->priority == task->priority)
		return;
	task->priority = target->priority;
	if (task->task_queue == queue)
		note_entered(router, task);
}

static void
enter_target(struct router *router, struct task *task, int64_t filter,
    int64_t index)
{
	const struct plan_filter *in = plan_filter(plan_of(task), filter);
	const struct plan_target *target = &in->targets[index];
	bool moves = task->step.filter != filter || task->step.target != index;
	struct object *queue = router_find(router, target->queue);

	task->step.filter = filter;
	task->step.target = index;
	object_touch(router, &task->object);
	take_priority(router, task, target, (struct task_queue *)queue);
	enter_queue(router, task, (struct task_queue *)queue);
	wait_find_wanted(router, task);
	if (!moves)
		return;
	note_unknown(router, task, target);
	record_event(router, RECORD_WORKFLOW_TARGET_MATCHED,
	    &(struct record_subject){
		.workspace = task->object.workspace,
		.task = task,
		.workflow = task->workflow,
		.task_queue = task->task_queue,
		.known_worker_sid = task->wanted != NULL
		    ? str_from(task->wanted->object.sid)
		    : STR_NONE,
		.filter_name = in->friendly_name,
	    });
}

static bool
must_rest(const struct router *router, const struct task *task)
{
	return wait_rests_until(router, task) != ROUTER_NEVER;
}

/* Reservations for the Task where it stands. Where others wait who ask for the
 * same, nobody is free. */
static bool
try_target(struct router *router, struct task *task)
{
	struct line *line;

	if (must_rest(router, task))
		return false;
	if (step_is_for_one(task))
		return match_wanted(router, task);
	line = lines_find(router, task->task_queue, task->task_channel);
	return !wait_has_others(line, task) &&
	    match_task(router, task, line, step_target(task));
}

/* One that rests has not been tried there yet. */
static bool
is_skipped(const struct router *router, const struct task *task)
{
	struct names context = {.task = task, .queue = task->task_queue};
	struct expr_names names = names_of(&context);
	const struct expr *skip_if = step_target(task)->skip_if;

	return skip_if != NULL && !must_rest(router, task) &&
	    expr_evaluate(skip_if, &names, NULL) == EXPR_TRUE;
}

/* ---- from target to target */

static bool
is_past(const struct router *router, const struct task *task,
    const struct plan_target *target)
{
	return target->deadline != PLAN_NO_TIMEOUT &&
	    task->object.date_created + target->deadline * 1000 <=
	    router->now;
}

/* The first filter from `from` on whose expression is true; -1: none. */
static int64_t
find_filter(const struct task *task, int64_t from)
{
	const struct plan *plan = plan_of(task);
	struct names context = {.task = task};
	struct expr_names names = names_of(&context);

	for (int64_t i = from; i < (int64_t)plan->filter_count; i++)
		if (expr_evaluate(
		        plan->filters[i].expression, &names, NULL) == EXPR_TRUE)
			return i;
	return -1;
}

static void
give_up(struct router *router, struct task *task)
{
	announce(router, task);
	record_task(router, task, RECORD_WORKFLOW_TIMEOUT);
	task_cancel(router, task, STR("Task canceled on Workflow timeout"));
}

/* What ended the stay in the target before. */
enum walk_cause {
	WALK_BEGINS,
	WALK_SKIPPED,
	WALK_TIMED_OUT,
};

/* The Task stands at `index` of `filter` (which may be behind the last one)
 * and goes on from there until it is reserved, waits or is given up. */
static void
walk_targets(struct router *router, struct task *task, int64_t filter,
    int64_t index, enum walk_cause *cause, bool *done)
{
	const struct plan_filter *in = plan_filter(plan_of(task), filter);

	for (; index < (int64_t)in->target_count; index++) {
		if (is_past(router, task, &in->targets[index])) {
			*cause = WALK_TIMED_OUT;
			continue;
		}
		enter_target(router, task, filter, index);
		*done = true;
		if (try_target(router, task))
			return;
		if (!is_skipped(router, task)) {
			wait_begin(router, task);
			return;
		}
		*done = false;
		*cause = WALK_SKIPPED;
		record_task(router, task, RECORD_WORKFLOW_SKIPPED);
	}
}

/* Time limits never lead to the default filter; only no match and skipping do.
 * Source: https://www.twilio.com/docs/taskrouter/workflow-configuration */
static void
walk(struct router *router, struct task *task, int64_t filter, int64_t index,
    enum walk_cause cause)
{
	bool done = false;

	while (filter >= 0) {
		walk_targets(router, task, filter, index, &cause, &done);
		if (done)
			return;
		filter = find_filter(task, filter + 1);
		index = 0;
	}
	if (cause != WALK_TIMED_OUT && plan_of(task)->has_default)
		walk_targets(router, task, PLAN_DEFAULT, 0, &cause, &done);
	if (!done)
		give_up(router, task);
}

static void
route_in_workflow(struct router *router, struct task *task)
{
	step_enter(router, task, task->workflow->revision);
	if (!task->is_announced)
		record_task(router, task, RECORD_WORKFLOW_ENTERED);
	walk(router, task, find_filter(task, 0), 0, WALK_BEGINS);
}

/* To the Worker or TaskQueue that was given as RoutingTarget. */
static void
route_directly(struct router *router, struct task *task)
{
	if (task->task_queue != NULL && task->task_queue_entered_date ==
	        ROUTER_NEVER) {
		task->task_queue_entered_date = router->now;
		record_task(router, task, RECORD_TASK_QUEUE_ENTERED);
	}
	announce(router, task);
	wait_find_wanted(router, task);
	if (task->wanted != NULL && task->ignore_capacity &&
	    !must_rest(router, task))
		match_force(router, task, task->wanted);
	else if (!try_target(router, task))
		wait_begin(router, task);
}

void
route_task(struct router *router, struct task *task)
{
	bool goes_on = task->is_rested && task->step.revision != NULL;

	task->is_rested = false;
	if (task->status != TASK_PENDING)
		return;
	wait_end(router, task);
	if (task->assignments >= ASSIGNMENTS_MOST)
		task_cancel(router, task, STR("Task TTL Exceeded or Max "
		    "assignment count exceeded"));
	else if (goes_on)
		walk(router, task, task->step.filter, task->step.target,
		    WALK_BEGINS);
	else if (task->workflow != NULL)
		route_in_workflow(router, task);
	else
		route_directly(router, task);
}

void
route_timer(struct router *router, struct task *task)
{
	wait_end(router, task);
	record_task(router, task, RECORD_TASK_QUEUE_TIMEOUT);
	walk(router, task, task->step.filter, task->step.target + 1,
	    WALK_TIMED_OUT);
}
