/* SPDX-License-Identifier: MIT
 *
 * 
 */
#include "base/compat.h"

#include "router/match.h"

#include "router/lines.h"
#include "router/names.h"
#include "router/state.h"
#include "router/step.h"

#define RESERVED_MOST 50 /* MaxReservedWorkers */
#define SCAN_MOST 64     /* as router_options say, where they do not */

static bool
suits(const struct expr *expression, const struct task *task,
    const struct worker *worker)
{
	struct names context = {.task = task, .worker = worker,
	    .queue = task->task_queue};
	struct expr_names names = names_of(&context);

	return expression == NULL ||
	    expr_evaluate(expression, &names, NULL) == EXPR_TRUE;
}

/* ---- Workers for a Task */

/* The best so far, best first. */
struct selection {
	struct worker *workers[RESERVED_MOST];
	struct expr_rank ranks[RESERVED_MOST];
	size_t count;
	size_t most;
};

static size_t
place_of(const struct selection *selection, const struct expr_order *order,
    const struct expr_rank *rank)
{
	size_t place = selection->count;

	/* Who is equal waits less long: he came later. */
	while (place > 0 &&
	    expr_order_compare(order, rank, &selection->ranks[place - 1]) < 0)
		place--;
	return place;
}

static void
select_by_order(struct selection *selection, const struct expr_order *order,
    struct worker *worker)
{
	struct names context = {.worker = worker};
	struct expr_names names = names_of(&context);
	struct expr_rank rank;
	size_t place;

	expr_order_rank(order, &names, &rank);
	place = place_of(selection, order, &rank);
	if (place == selection->most)
		return;
	if (selection->count < selection->most)
		selection->count++;
	for (size_t i = selection->count - 1; i > place; i--) {
		selection->workers[i] = selection->workers[i - 1];
		selection->ranks[i] = selection->ranks[i - 1];
	}
	selection->workers[place] = worker;
	selection->ranks[place] = rank;
}

/* Whether the selection is complete: nobody who comes later can be part of it. */
static bool
consider(struct selection *selection, const struct task *task,
    const struct plan_target *target, struct worker *worker, bool is_ordered)
{
	const struct expr *expression =
	    target != NULL ? target->expression : NULL;
	const struct expr_order *order = target != NULL ? target->order : NULL;

	/* Who is on the agenda comes after the others, and first takes what has
	 * waited longer. */
	if (worker->is_freed || !suits(expression, task, worker))
		return false;
	if (order != NULL && !is_ordered) {
		select_by_order(selection, order, worker);
		return false;
	}
	selection->workers[selection->count++] = worker;
	return selection->count == selection->most;
}

/* One by one, the longest idle first. False: there are more than that. */
static bool
scan(struct selection *selection, const struct task *task, struct line *line,
    const struct plan_target *target, size_t most)
{
	struct seat *seat;
	size_t count = 0;

	RB_FOREACH(seat, free_seats, &line->free) {
		if (count++ == most)
			return false;
		if (consider(selection, task, target, seat->worker, false))
			return true;
	}
	return true;
}

static void
scan_view(struct selection *selection, const struct task *task,
    struct view *view, const struct plan_target *target)
{
	struct place *place;
	struct seat *seat = view_first(view, target, task, &place);

	while (seat != NULL && !consider(selection, task, target, seat->worker,
	                           view_is_ordered(view)))
		seat = view_next(view, &place);
}

static void
select_workers(const struct router *router, struct selection *selection,
    const struct task *task, struct line *line,
    const struct plan_target *target)
{
	size_t most = router->options.scan_most;
	struct view *view = view_find(line, target, false);

	if (view == NULL && !scan(selection, task, line, target,
	                        most > 0 ? most : SCAN_MOST))
		view = view_find(line, target, true);
	else if (view == NULL)
		return;
	selection->count = 0;
	if (view != NULL)
		scan_view(selection, task, view, target);
	else
		(void)scan(selection, task, line, target, SIZE_MAX);
}

static void
reserve(struct router *router, struct task *task,
    struct worker *const *workers, size_t count)
{
	task->status = TASK_RESERVED;
	task->wanted = NULL;
	task->assignments++;
	object_changed(router, &task->object);
	for (size_t i = 0; i < count; i++)
		(void)reservation_make(router, task, workers[i]);
}

/* Targets may ask how much of his capacity a Worker has left: who has just been
 * reserved may suit other Tasks than before. */
static void
reserve_and_go_on(struct router *router, struct task *task,
    struct worker *const *workers, size_t count)
{
	reserve(router, task, workers, count);
	for (size_t i = 0; i < count; i++)
		if (!workers[i]->is_freed)
			match_worker(router, workers[i]);
}

bool
match_task(struct router *router, struct task *task, struct line *line,
    const struct plan_target *target)
{
	struct selection selection;

	selection.count = 0;
	selection.most = (size_t)task->task_queue->max_reserved_workers;
	select_workers(router, &selection, task, line, target);
	if (selection.count == 0)
		return false;
	reserve_and_go_on(
	    router, task, selection.workers, selection.count);
	return true;
}

/* ---- one Worker for a Task that is for nobody else */

bool
match_may_have(const struct worker *worker, const struct task *task)
{
	return (task->task_queue == NULL ||
	           lines_is_member(worker, task->task_queue)) &&
	    worker_is_free(
	        worker, worker_channel_of(worker, task->task_channel)) &&
	    suits(step_expression(task), task, worker);
}

unsigned
match_obstacles(const struct worker *worker, const struct task *task)
{
	const struct task_queue *queue = task->task_queue;
	unsigned obstacles = worker_obstacles(
	    worker, worker_channel_of(worker, task->task_channel));

	if (queue != NULL && !lines_is_eligible(worker, queue))
		obstacles |= OBSTACLE_MEMBER;
	if (!suits(step_expression(task), task, worker))
		obstacles |= OBSTACLE_EXPRESSION;
	return obstacles;
}

bool
match_wanted(struct router *router, struct task *task)
{
	struct worker *worker = task->wanted;

	if (worker == NULL || worker->is_freed || !match_may_have(worker, task))
		return false;
	reserve_and_go_on(router, task, &worker, 1);
	return true;
}

void
match_force(struct router *router, struct task *task, struct worker *worker)
{
	reserve_and_go_on(router, task, &worker, 1);
}

/* ---- Tasks for a Worker */

static bool
suits_target(const struct worker *worker, const struct task *task)
{
	return suits(step_expression(task), task, worker);
}

typedef bool judge(const struct worker *worker, const struct task *task);

/* The first of its demand stands for all of them. */
static struct task *
best_in_crowd(const struct crowd *crowd, const struct worker *worker,
    judge *may_have, struct task *best)
{
	struct urgent_demands urgent = crowd->urgent;
	struct demand *demand;

	RB_FOREACH(demand, urgent_demands, &urgent) {
		if (best != NULL && !lines_is_before(demand->first, best))
			break;
		if (may_have(worker, demand->first))
			return demand->first;
	}
	return best;
}

/* Of the crowds that this one, which has a pivot, stands for: those of its
 * expression. */
static struct task *
best_with_value(struct crowds *crowds, const struct crowd *any,
    struct expr_value value, const struct worker *worker, judge *may_have,
    struct task *best)
{
	struct crowd key = *any;
	const struct crowd *crowd;

	key.value = expr_value_hash(value);
	crowd = RB_FIND(crowds, crowds, &key);
	return crowd == NULL ? best
			     : best_in_crowd(crowd, worker, may_have, best);
}

static struct task *
best_by_pivot(struct crowds *crowds, const struct crowd *any,
    const struct worker *worker, judge *may_have, struct task *best)
{
	const struct expr_reference *reference = &any->pivot.worker;
	struct names context = {.worker = worker};
	struct expr_names names = names_of(&context);
	struct expr_value value = names.find(names.context, reference->root,
	    reference->steps, reference->count);

	if (!any->pivot.in_list)
		return best_with_value(
		    crowds, any, value, worker, may_have, best);
	for (size_t i = 0; i < expr_value_length(value); i++)
		best = best_with_value(crowds, any, expr_value_item(value, i),
		    worker, may_have, best);
	return best;
}

/* The first crowd of the next expression. */
static struct crowd *
crowd_behind(struct crowds *crowds, const struct crowd *crowd)
{
	struct crowd last = *crowd, *behind;

	last.value = UINT64_MAX;
	behind = RB_NFIND(crowds, crowds, &last);
	if (behind != NULL && crowd_compare(behind, &last) == 0)
		behind = RB_NEXT(crowds, crowds, behind);
	return behind;
}

static struct task *
best_among(struct crowds *crowds, const struct worker *worker,
    judge *may_have, struct task *best)
{
	struct crowd *crowd = RB_MIN(crowds, crowds);

	while (crowd != NULL) {
		best = crowd->has_pivot
		    ? best_by_pivot(crowds, crowd, worker, may_have, best)
		    : best_in_crowd(crowd, worker, may_have, best);
		crowd = crowd_behind(crowds, crowd);
	}
	return best;
}

static struct task *
best_for(struct worker *worker)
{
	struct task *best =
	    best_among(&worker->wanted, worker, match_may_have, NULL);
	struct seat *seat;

	LIST_FOREACH(seat, &worker->seats, of_worker)
		if (seat->is_free)
			best = best_among(
			    &seat->line->crowds, worker, suits_target, best);
	return best;
}

void
match_worker(struct router *router, struct worker *worker)
{
	struct task *task;

	lines_seat(worker);
	task = best_for(worker);
	if (task == NULL)
		return;
	wait_end(router, task);
	reserve(router, task, &worker, 1);
	/* Who can take more does so when others have had their turn. */
	agenda_free(router, worker);
}

/* ---- for one who is imagined: what his memberships and seats would be */

static bool
may_have_imagined(const struct worker *worker, const struct task *task)
{
	return match_obstacles(worker, task) == 0;
}

static struct task *
first_in_queue(const struct task_queue *queue, const struct worker *worker,
    struct task *best)
{
	struct line *line;

	LIST_FOREACH(line, &queue->lines, of_queue)
		if (worker_is_free(
		        worker, worker_channel_of(worker, line->channel)))
			best = best_among(
			    &line->crowds, worker, suits_target, best);
	return best;
}

struct task *
match_first(const struct worker *worker)
{
	struct workspace *workspace = worker->object.workspace;
	struct crowds wanted = worker->wanted;
	struct task *best =
	    best_among(&wanted, worker, may_have_imagined, NULL);
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK_QUEUE]) {
		const struct task_queue *queue =
		    (const struct task_queue *)object;
		if (!LIST_EMPTY(&queue->lines) &&
		    lines_is_eligible(worker, queue))
			best = first_in_queue(queue, worker, best);
	}
	return best;
}
