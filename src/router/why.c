/* SPDX-License-Identifier: MIT
 *
 * Where the Task stands in its Workflow, and where it goes next: what route.c
 * does, told instead of done.
 */
#include "base/compat.h"

#include "router/why.h"

#include "router/lines.h"
#include "router/names.h"
#include "router/state.h"
#include "router/step.h"
#include "router/why_explain.h"
#include "router/why_workers.h"

/* ---- filters */

static const struct plan *
plan_of(const struct why *why)
{
	const struct workflow_revision *revision = why->task->step.revision;

	if (revision == NULL && why->workflow != NULL)
		revision = why->workflow->revision;
	return revision != NULL ? revision->plan : NULL;
}

static bool
is_current(const struct why *why, int64_t filter)
{
	return !why->is_imagined && why->task->step.filter == filter;
}

static bool
matches(const struct plan_filter *filter, const struct task *task)
{
	struct names context = {.task = task};
	struct expr_names names = names_of(&context);

	return expr_evaluate(filter->expression, &names, NULL) == EXPR_TRUE;
}

static void
tell_filter(struct why *why, const struct plan *plan, int64_t index,
    struct arena *arena)
{
	const struct plan_filter *filter = plan_filter(plan, index);
	const struct names context = {.task = why->task};
	struct why_filter *told = &why->filters[why->filter_count++];

	*told = (struct why_filter){
	    .index = index,
	    .friendly_name = why_cut(arena, filter->friendly_name),
	    .matches = index == PLAN_DEFAULT || matches(filter, why->task),
	    .is_current = is_current(why, index),
	    .expression = why_explain(arena, filter->expression, &context),
	};
	why_doubt(arena, filter->expression, &told->doubts);
	if (told->is_current)
		why->current = told;
}

/* The first ones, the one it is routed with, the default filter. */
static bool
is_told(const struct why *why, int64_t index)
{
	return index < WHY_FILTERS_MOST || is_current(why, index);
}

static void
tell_filters(struct why *why, const struct plan *plan, struct arena *arena)
{
	why->filter_total = plan->filter_count;
	why->has_default = plan->has_default;
	why->filters = arena_array(
	    arena, WHY_FILTERS_MOST + 2, sizeof *why->filters);
	if (why->filters == NULL)
		return;
	for (int64_t i = 0; i < (int64_t)plan->filter_count; i++) {
		why->matching += matches(&plan->filters[i], why->task);
		if (is_told(why, i))
			tell_filter(why, plan, i, arena);
	}
	if (plan->has_default)
		tell_filter(why, plan, PLAN_DEFAULT, arena);
}

/* ---- targets */

static int64_t
end_of(const struct task *task, const struct plan_target *target)
{
	return target->deadline == PLAN_NO_TIMEOUT
	    ? ROUTER_NEVER
	    : task->object.date_created + target->deadline * 1000;
}

/* Those before the current one: their time was over, or it would stand there
 * now. */
static enum why_stand
stand_of_passed(const struct why *why, const struct plan_target *target)
{
	int64_t end = end_of(why->task, target);

	return end != ROUTER_NEVER && end <= why->now ? WHY_TIMED_OUT
						      : WHY_SKIPPED;
}

static void
tell_target(struct why *why, const struct plan_target *plan,
    const struct task_queue *queue, struct why_target *told,
    struct arena *arena)
{
	const struct names context = {.task = why->task, .queue = queue};

	told->plan = plan;
	told->queue = queue;
	told->begins = told->ends = ROUTER_NEVER;
	told->skip_if = why_explain(arena, plan->skip_if, &context);
	told->expression = why_print(arena, plan->expression);
	told->order = why_print_order(arena, plan->order);
	told->known = why_cut(arena, wait_known_worker(why->task, plan));
	if (queue == NULL)
		return;
	told->members = queue->member_count;
	told->available = presence_available(queue, true);
}

/* When a target ahead has its turn, if nothing happens until then. *at moves
 * on to the end of that; ROUTER_NEVER: the Task stays in one before it. */
static void
look_ahead(const struct why *why, struct why_target *told, int64_t *at)
{
	int64_t end = end_of(why->task, told->plan);

	told->stand = WHY_AHEAD;
	if (why->task->status != TASK_PENDING)
		return;
	if (*at == ROUTER_NEVER) {
		told->stand = WHY_NEVER;
		return;
	}
	if (end != ROUTER_NEVER && end <= *at) {
		told->stand = WHY_TIMED_OUT;
		return;
	}
	told->begins = *at;
	told->ends = *at = end;
}

static const struct task_queue *
queue_of(const struct why *why, struct str sid)
{
	struct workspace *workspace = why->task->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK_QUEUE])
		if (str_equal_nocase(str_from(object->sid), sid))
			return (const struct task_queue *)object;
	return NULL;
}

/* Where it goes after this filter's last target, whose time ends at `at`. */
static void
find_next_filter(struct why *why, const struct plan *plan, int64_t at)
{
	int64_t from = why->task->step.filter + 1;

	why->next = WHY_NEXT_CANCELED;
	why->next_at = at;
	for (int64_t i = from; i < (int64_t)plan->filter_count; i++) {
		const struct plan_filter *filter = &plan->filters[i];
		if (!matches(filter, why->task))
			continue;
		for (size_t t = 0; t < filter->target_count; t++) {
			int64_t end = end_of(why->task, &filter->targets[t]);
			if (end != ROUTER_NEVER && end <= at)
				continue;
			why->next = WHY_NEXT_FILTER;
			why->next_filter = i;
			why->next_target = (int64_t)t;
			return;
		}
	}
}

static void
find_next(struct why *why, const struct plan *plan)
{
	const struct plan_filter *filter = plan_filter(plan, why->next_filter);
	int64_t at = step_deadline(why->task);

	why->next_at = at;
	if (at == ROUTER_NEVER)
		return;
	for (size_t i = (size_t)why->task->step.target + 1;
	     i < filter->target_count; i++) {
		int64_t end = end_of(why->task, &filter->targets[i]);
		if (end != ROUTER_NEVER && end <= at)
			continue;
		why->next = WHY_NEXT_TARGET;
		why->next_target = (int64_t)i;
		return;
	}
	find_next_filter(why, plan, at);
}

static void
tell_stand(struct why *why, struct why_target *told, int64_t *at)
{
	int64_t current = why->task->step.target;

	if (told->index < current) {
		told->stand = stand_of_passed(why, told->plan);
	} else if (told->index == current) {
		told->stand = WHY_CURRENT;
		told->ends = *at;
		why->target = told;
	} else {
		look_ahead(why, told, at);
	}
}

static void
tell_targets(struct why *why, const struct plan *plan, struct arena *arena)
{
	const struct task_step *step = &why->task->step;
	const struct plan_filter *filter = plan_filter(plan, step->filter);
	int64_t at = why->task->status == TASK_PENDING
	    ? step_deadline(why->task)
	    : ROUTER_NEVER; /* time runs only while it waits */
	int64_t first = 0, last = WHY_TARGETS_MOST - 1;

	why->target_total = filter->target_count;
	why->targets = arena_array(
	    arena, WHY_TARGETS_MOST, sizeof *why->targets);
	if (why->targets == NULL)
		return;
	/* The current one is among them. */
	if (step->target > last) {
		first = step->target - last;
		last = step->target;
	}
	for (int64_t i = first;
	     i <= last && i < (int64_t)filter->target_count; i++) {
		struct why_target *told = &why->targets[why->target_count++];
		told->index = i;
		tell_target(why, &filter->targets[i],
		    queue_of(why, filter->targets[i].queue), told, arena);
		tell_stand(why, told, &at);
	}
}

/* ---- resting */

static void
tell_rest(struct why *why)
{
	const struct task *task = why->task;
	const struct reservation *offer;

	why->rests_until = ROUTER_NEVER;
	if (!task->is_resting)
		return;
	why->rests_until = task->rest_timer.due;
	TAILQ_FOREACH_REVERSE(
	    offer, &task->reservations, task_reservations, of_task) {
		if (offer->object.date_created < why->rests_until - 1000)
			return;
		why->offers++;
	}
}

/* ---- the whole */

static void
tell_workflow(struct why *why, struct arena *arena)
{
	const struct task_step *step = &why->task->step;
	const struct plan *plan = plan_of(why);

	if (plan == NULL)
		return;
	why->is_imagined = step->revision == NULL;
	why->is_earlier =
	    !why->is_imagined && step->revision != why->workflow->revision;
	tell_filters(why, plan, arena);
	if (why->is_imagined || step->target == STEP_NO_TARGET)
		return;
	why->next_filter = step->filter;
	tell_targets(why, plan, arena);
	if (why->task->status == TASK_PENDING)
		find_next(why, plan);
	why_doubt(arena, step_expression(why->task), &why->target_doubts);
}

struct why *
router_why(const struct task *task, int64_t now, size_t workers,
    struct arena *arena)
{
	struct why *why = arena_alloc(arena, sizeof *why);
	const struct plan_target *target = step_target(task);

	if (why == NULL)
		return NULL;
	why->task = task;
	why->now = now;
	why->workflow = task->workflow;
	why->next_at = ROUTER_NEVER;
	why->life_due = task_life_due(task);
	tell_rest(why);
	tell_workflow(why, arena);
	if (task->task_queue != NULL) {
		why->target_workers =
		    why_cut(arena, task->task_queue->target_workers);
		why_doubt(
		    arena, task->task_queue->eligible, &why->queue_doubts);
	}
	if (task->status == TASK_PENDING) {
		why->unknown = target != NULL ? wait_unknown(task, target) : 0;
		why_workers(why, workers, arena);
	}
	return arena->overflow ? NULL : why;
}
