/* SPDX-License-Identifier: MIT
 *
 * What must be true of a state between two events, found out the slow way:
 * from the objects alone, without the indexes that routing goes by.
 */
#include "base/compat.h"

#include <inttypes.h>
#include <stdio.h>

#include "router/lines.h"
#include "router/match.h"
#include "router/names.h"
#include "router/record.h"
#include "router/state.h"
#include "router/step.h"

/* ---- Tasks */

static size_t
count_reservations(const struct task *task, unsigned statuses)
{
	const struct reservation *reservation;
	size_t count = 0;

	TAILQ_FOREACH(reservation, &task->reservations, of_task)
		if ((statuses & 1U << reservation->status) != 0)
			count++;
	return count;
}

#define PENDING (1U << RESERVATION_PENDING)
#define WORKED_ON (1U << RESERVATION_ACCEPTED | 1U << RESERVATION_WRAPPING)

static bool
is_timed(const struct timer *timer)
{
	return timer->position != 0;
}

/* One row a status: how many Reservations it goes with. */
static const struct {
	size_t pending_least, pending_most;
	size_t worked_on_least, worked_on_most;
} reservations_of[] = {
	[TASK_PENDING] = {0, 0, 0, 0},
	[TASK_RESERVED] = {1, 50, 0, 0},
	[TASK_ASSIGNED] = {0, 0, 1, 1},
	[TASK_WRAPPING] = {0, 0, 1, 1},
	[TASK_COMPLETED] = {0, 0, 0, 0},
	[TASK_CANCELED] = {0, 0, 0, 0},
};

static bool
check_counts(const struct task *task, struct err *err)
{
	size_t pending = count_reservations(task, PENDING);
	size_t worked_on = count_reservations(task, WORKED_ON);
	int64_t status = task->status;

	if (pending < reservations_of[status].pending_least ||
	    pending > reservations_of[status].pending_most ||
	    worked_on < reservations_of[status].worked_on_least ||
	    worked_on > reservations_of[status].worked_on_most)
		return err_set(err, 0, "Task %s is %s with %zu pending and %zu "
		    "accepted or wrapping Reservations", task->object.sid,
		    task_status_name(status), pending, worked_on);
	if (pending + worked_on != task->open)
		return err_set(err, 0, "Task %s miscounts its Reservations",
		    task->object.sid);
	return true;
}

/* The crowds of where the Task waits. */
static const struct crowds *
crowds_of(const struct task *task)
{
	const struct line *line;

	if (step_is_for_one(task))
		return task->wanted != NULL ? &task->wanted->wanted : NULL;
	LIST_FOREACH(line, &task->task_queue->lines, of_queue)
		if (line->channel == task->task_channel)
			return &line->crowds;
	return NULL;
}

static bool
check_demand(const struct task *task, struct err *err)
{
	struct demand *demand = task->demand;
	struct crowd *crowd = demand->crowd;

	if (crowd->among != crowds_of(task) ||
	    crowd->queue != task->task_queue ||
	    crowd->channel != task->task_channel ||
	    crowd->expression != step_expression(task) ||
	    RB_FIND(crowds, crowd->among, crowd) != crowd ||
	    RB_FIND(demands, &crowd->demands, demand) != demand ||
	    RB_FIND(urgent_demands, &crowd->urgent, demand) != demand ||
	    demand->first != RB_MIN(waiting_tasks, &demand->tasks) ||
	    RB_FIND(waiting_tasks, &demand->tasks,
	        (struct task *)(uintptr_t)task) != task)
		return err_set(err, 0, "Task %s waits where nobody finds it",
		    task->object.sid);
	return true;
}

static bool
is_listed_as_resting(const struct task *task)
{
	const struct task *resting;

	TAILQ_FOREACH(resting, &task->object.workspace->resting, stray)
		if (resting == task)
			return true;
	return false;
}

/* One that was offered too often is in no line until its time. */
static bool
check_resting(
    const struct router *router, const struct task *task, struct err *err)
{
	int64_t until = task->status == TASK_PENDING
	    ? wait_rests_until(router, task)
	    : ROUTER_NEVER;
	bool rests = until != ROUTER_NEVER;

	if (task->is_resting != rests || is_listed_as_resting(task) != rests)
		return err_set(err, 0, "Task %s rests%s", task->object.sid,
		    rests ? " nowhere" : " and need not");
	if (is_timed(&task->rest_timer) != rests ||
	    (rests && task->rest_timer.due != until))
		return err_set(err, 0, "Task %s has a timer of its rest wrongly",
		    task->object.sid);
	if (rests && until < router->now)
		return err_set(err, 0, "Task %s: the end of its rest was "
		    "forgotten", task->object.sid);
	if (rests && (task->demand != NULL || task->is_stray))
		return err_set(err, 0, "Task %s rests and can be found",
		    task->object.sid);
	return true;
}

/* No Task is lost: a pending one waits in a line, or for one Worker, known or
 * not, or rests. */
static bool
check_waiting(const struct task *task, struct err *err)
{
	bool waits = task->demand != NULL || task->is_stray ||
	    task->is_resting;
	bool has_deadline = task->status == TASK_PENDING &&
	    step_deadline(task) != ROUTER_NEVER;

	if (task->demand != NULL && !check_demand(task, err))
		return false;
	if (waits && task->status != TASK_PENDING)
		return err_set(err, 0, "Task %s waits and is %s",
		    task->object.sid, task_status_name(task->status));
	if (task->status == TASK_PENDING && !waits)
		return err_set(
		    err, 0, "Task %s waits nowhere", task->object.sid);
	if (is_timed(&task->route_timer) != has_deadline ||
	    (has_deadline && task->route_timer.due != step_deadline(task)))
		return err_set(err, 0, "Task %s has a target's timer wrongly",
		    task->object.sid);
	if (!is_timed(&task->life_timer) ||
	    task->life_timer.due != task_life_due(task))
		return err_set(err, 0, "Task %s has no timer of its own",
		    task->object.sid);
	return true;
}

static bool
check_task(const struct router *router, struct object *object, struct err *err)
{
	const struct task *task = (struct task *)object;

	if (task->is_unrouted)
		return err_set(
		    err, 0, "Task %s is still to be routed", object->sid);
	if (task->life_timer.due < router->now)
		return err_set(err, 0, "Task %s: a timer was forgotten",
		    object->sid);
	return check_counts(task, err) && check_waiting(task, err) &&
	    check_resting(router, task, err);
}

/* ---- Workers */

static bool
ignores_capacity(const struct worker *worker)
{
	const struct reservation *reservation;

	TAILQ_FOREACH(reservation, &worker->reservations, of_worker)
		if (reservation_is_open(reservation) &&
		    reservation->task->ignore_capacity)
			return true;
	return false;
}

/* Capacity may be lowered below what is in use, never exceeded otherwise:
 * what was in use when it was lowered is remembered by nobody, so the test
 * that lowers it says so. */
static bool
check_capacity(const struct worker_channel *channel, struct err *err)
{
	const struct worker *worker = channel->worker;
	const struct reservation *reservation;
	size_t open = 0, assigned = 0;

	TAILQ_FOREACH(reservation, &worker->reservations, of_worker) {
		if (reservation->channel != channel)
			continue;
		if (reservation_is_open(reservation))
			open++;
		if (reservation->status == RESERVATION_ACCEPTED)
			assigned++;
	}
	if (open != channel->open || assigned != channel->assigned)
		return err_set(err, 0, "WorkerChannel %s miscounts",
		    channel->object.sid);
	if (worker->object.workspace->multi_task_enabled &&
	    open > (size_t)channel->configured_capacity &&
	    !ignores_capacity(worker) &&
	    channel->object.version == 0)
		return err_set(err, 0, "WorkerChannel %s: %zu Reservations, "
		    "capacity %" PRId64, channel->object.sid, open,
		    channel->configured_capacity);
	return true;
}

static bool
check_single(const struct worker *worker, struct err *err)
{
	if (worker->object.workspace->multi_task_enabled ||
	    worker->open <= 1 || ignores_capacity(worker))
		return true;
	return err_set(err, 0, "Worker %s has %zu Reservations in a "
	    "single-tasking Workspace", worker->object.sid, worker->open);
}

/* He sits in each line of his TaskQueues, among the free ones if he is free. */
static bool
check_seats(const struct worker *worker, struct err *err)
{
	const struct membership *membership;
	const struct line *line;
	struct seat *seat;
	size_t lines = 0, seats = 0;

	LIST_FOREACH(membership, &worker->memberships, of_worker)
		LIST_FOREACH(line, &membership->queue->lines, of_queue)
			lines++;
	LIST_FOREACH(seat, &worker->seats, of_worker) {
		bool found = RB_FIND(free_seats, &seat->line->free, seat) ==
		    seat;
		seats++;
		if (!lines_is_member(worker, seat->line->queue) ||
		    seat->channel->task_channel != seat->line->channel ||
		    found != worker_is_free(worker, seat->channel) ||
		    found != seat->is_free || !view_has(seat->line, seat) ||
		    (found && seat->rank != lines_rank(seat)))
			return err_set(err, 0, "Worker %s sits wrongly in "
			    "TaskQueue %s", worker->object.sid,
			    seat->line->queue->object.sid);
	}
	return seats == lines || err_set(err, 0, "Worker %s sits in %zu "
	    "lines, not in %zu", worker->object.sid, seats, lines);
}

static bool
check_memberships(const struct worker *worker, struct err *err)
{
	struct object *object;
	struct object_list list =
	    worker->object.workspace->lists[KIND_TASK_QUEUE];
	struct names context = {.worker = worker};
	struct expr_names names = names_of(&context);

	RB_FOREACH(object, object_list, &list) {
		const struct task_queue *queue = (struct task_queue *)object;
		bool should = queue->eligible != NULL &&
		    expr_evaluate(queue->eligible, &names, NULL) == EXPR_TRUE;
		if (should != lines_is_member(worker, queue))
			return err_set(err, 0, "Worker %s is%s a member of "
			    "TaskQueue %s", worker->object.sid,
			    should ? " not" : "", object->sid);
	}
	return true;
}

/* Nobody who is free suits a Task that waits. */
static bool
check_matching(const struct worker *worker, struct err *err)
{
	struct object *object;
	struct object_list list = worker->object.workspace->lists[KIND_TASK];

	RB_FOREACH(object, object_list, &list) {
		const struct task *task = (struct task *)object;
		if (task->status == TASK_PENDING && !task->is_resting &&
		    (task->wanted == NULL ? task->demand != NULL
					  : task->wanted == worker) &&
		    match_may_have(worker, task))
			return err_set(err, 0, "Task %s waits although Worker "
			    "%s is free for it", object->sid,
			    worker->object.sid);
	}
	return true;
}

static bool
check_worker(
    const struct router *router, struct object *object, struct err *err)
{
	const struct worker *worker = (struct worker *)object;
	const struct worker_channel *channel;

	(void)router;
	if (worker->is_freed)
		return err_set(
		    err, 0, "Worker %s is still to be seated", object->sid);
	LIST_FOREACH(channel, &worker->channels, of_worker)
		if (!check_capacity(channel, err))
			return false;
	return check_single(worker, err) && check_memberships(worker, err) &&
	    check_seats(worker, err) && check_matching(worker, err);
}

/* ---- Reservations */

static bool
check_reservation(
    const struct router *router, struct object *object, struct err *err)
{
	const struct reservation *reservation = (struct reservation *)object;
	bool pending = reservation->status == RESERVATION_PENDING;

	if (is_timed(&reservation->timer) != pending ||
	    (pending && reservation->timer.due != reservation->deadline))
		return err_set(err, 0, "Reservation %s is %s with%s a timer",
		    object->sid, reservation_status_name(reservation->status),
		    pending ? "out" : "");
	if (pending && reservation->timer.due < router->now)
		return err_set(err, 0, "Reservation %s: its timer was "
		    "forgotten", object->sid);
	return true;
}

/* ---- counts of who refers to an object */

/* How many of the Workspace's objects of a kind refer to `to`. */
static size_t
count_users(const struct object *to, enum kind kind,
    bool (*refers)(const struct object *from, const struct object *to))
{
	struct object_list list = to->workspace->lists[kind];
	struct object *from;
	size_t count = 0;

	RB_FOREACH(from, object_list, &list)
		if (refers(from, to))
			count++;
	return count;
}

#define CAST(structure, object) ((const struct structure *)(const void *)(object))

static bool
task_in_queue(const struct object *from, const struct object *to)
{
	return (const void *)CAST(task, from)->task_queue == to &&
	    !task_is_finished(CAST(task, from));
}

static bool
task_in_workflow(const struct object *from, const struct object *to)
{
	return (const void *)CAST(task, from)->workflow == to &&
	    !task_is_finished(CAST(task, from));
}

static bool
task_by_revision(const struct object *from, const struct object *to)
{
	return (const void *)CAST(task, from)->step.revision == to;
}

static bool
task_on_channel(const struct object *from, const struct object *to)
{
	return (const void *)CAST(task, from)->task_channel == to;
}

static bool
worker_in_activity(const struct object *from, const struct object *to)
{
	return (const void *)CAST(worker, from)->activity == to;
}

static bool
worker_in_queue(const struct object *from, const struct object *to)
{
	return lines_is_member(CAST(worker, from), CAST(task_queue, to));
}

static bool
revision_names_queue(const struct object *from, const struct object *to)
{
	const struct plan *plan = CAST(workflow_revision, from)->plan;

	for (size_t i = 0; i < plan->queue_count; i++)
		if (str_equal(plan->queues[i], str_from(to->sid)))
			return true;
	return false;
}

static bool
reserves_in_activity(const struct object *from, const struct object *to)
{
	return (const void *)CAST(task_queue, from)->reservation_activity == to;
}

static bool
assigns_in_activity(const struct object *from, const struct object *to)
{
	return (const void *)CAST(task_queue, from)->assignment_activity == to;
}

static bool
check_count(const struct object *object, const char *what, size_t noted,
    size_t counted, struct err *err)
{
	return noted == counted || err_set(err, 0, "%s %s: %zu %s, not %zu",
	    kind_rows[object->kind].noun, object->sid, counted, what, noted);
}

/* How many of its members are in which Activity. */
static bool
check_presences(const struct task_queue *queue, struct err *err)
{
	struct object_list list =
	    queue->object.workspace->lists[KIND_ACTIVITY];
	struct object *object;

	RB_FOREACH(object, object_list, &list) {
		const struct activity *activity = CAST(activity, object);
		const struct membership *membership;
		size_t count = 0;
		LIST_FOREACH(membership, &queue->members, of_queue)
			count += membership->worker->activity == activity;
		if (!check_count(&queue->object, "members in an Activity",
		        presence_in(queue, activity), count, err))
			return false;
	}
	return true;
}

static bool
check_queue(const struct router *router, struct object *object,
    struct err *err)
{
	const struct task_queue *queue = (struct task_queue *)object;

	(void)router;
	return check_count(object, "Tasks", queue->tasks,
	           count_users(object, KIND_TASK, task_in_queue), err) &&
	    check_count(object, "Workers", queue->member_count,
	        count_users(object, KIND_WORKER, worker_in_queue), err) &&
	    check_count(object, "configurations", queue->plans,
	        count_users(object, KIND_WORKFLOW_REVISION,
	            revision_names_queue), err) &&
	    check_presences(queue, err);
}

static bool
check_workflow(const struct router *router, struct object *object,
    struct err *err)
{
	(void)router;
	return check_count(object, "Tasks", CAST(workflow, object)->tasks,
	    count_users(object, KIND_TASK, task_in_workflow), err);
}

/* Each is somebody's: else it should have been removed. */
static bool
check_revision(const struct router *router, struct object *object,
    struct err *err)
{
	const struct workflow_revision *revision =
	    (struct workflow_revision *)object;

	(void)router;
	if (revision->tasks == 0 && revision->workflow->revision != revision)
		return err_set(err, 0, "Workflow revision %s is nobody's",
		    object->sid);
	return check_count(object, "Tasks", revision->tasks,
	    count_users(object, KIND_TASK, task_by_revision), err);
}

static bool
check_channel(const struct router *router, struct object *object,
    struct err *err)
{
	(void)router;
	return check_count(object, "Tasks", CAST(task_channel, object)->tasks,
	    count_users(object, KIND_TASK, task_on_channel), err);
}

static bool
check_activity(const struct router *router, struct object *object,
    struct err *err)
{
	const struct activity *activity = (struct activity *)object;

	(void)router;
	return check_count(object, "Workers", activity->workers,
	           count_users(object, KIND_WORKER, worker_in_activity), err) &&
	    check_count(object, "TaskQueues", activity->users,
	        count_users(object, KIND_TASK_QUEUE, reserves_in_activity) +
	            count_users(object, KIND_TASK_QUEUE, assigns_in_activity),
	        err);
}

static bool (*const checks[KIND_COUNT])(
    const struct router *, struct object *, struct err *) = {
	[KIND_ACTIVITY] = check_activity,
	[KIND_TASK_CHANNEL] = check_channel,
	[KIND_TASK_QUEUE] = check_queue,
	[KIND_WORKFLOW] = check_workflow,
	[KIND_WORKFLOW_REVISION] = check_revision,
	[KIND_TASK] = check_task,
	[KIND_WORKER] = check_worker,
	[KIND_RESERVATION] = check_reservation,
};

bool
router_check(const struct router *router, struct err *err)
{
	struct object *object;

	for (object = object_first(router); object != NULL;
	     object = object_after(object))
		if (checks[object->kind] != NULL &&
		    !checks[object->kind](router, object, err))
			return false;
	return true;
}
