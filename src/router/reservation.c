/* SPDX-License-Identifier: MIT
 *
 * What becomes of Reservations.
 * Sources: https://www.twilio.com/docs/taskrouter/api/reservations,
 * .../lifecycle-task-state, .../handle-assignment-callbacks
 */
#include "base/compat.h"

#include <string.h>

#include "router/lines.h"
#include "router/record.h"
#include "router/state.h"

/* Where a Task comes without a Workflow, which would say it. */
#define TIMEOUT_PRESET 120

bool
reservation_is_open(const struct reservation *reservation)
{
	return reservation->status == RESERVATION_PENDING ||
	    reservation->status == RESERVATION_ACCEPTED ||
	    reservation->status == RESERVATION_WRAPPING;
}

static void
tell(struct router *router, struct reservation *reservation,
    enum record_type type)
{
	record_event(router, type,
	    &(struct record_subject){
		.workspace = reservation->object.workspace,
		.reservation = reservation,
		.task = reservation->task,
		.worker = reservation->worker,
		.workflow = reservation->workflow,
		.task_queue = reservation->task_queue,
	    });
}

static bool
is_single_tasking(const struct reservation *reservation)
{
	return !reservation->object.workspace->multi_task_enabled;
}

/* ---- making */

static bool
has_url(const struct workflow *workflow)
{
	return workflow != NULL &&
	    (workflow->assignment_callback_url.len > 0 ||
	        workflow->fallback_assignment_callback_url.len > 0);
}

static void
call_back(struct router *router, struct reservation *reservation)
{
	struct router_effects *effects = &router->effects;

	reservation->callback = CALLBACK_DUE;
	effects->callbacks = router_grow(effects->callbacks,
	    effects->callback_count + 1, &router->callback_room,
	    sizeof *effects->callbacks);
	memcpy(effects->callbacks[effects->callback_count++].reservation,
	    reservation->object.sid, sizeof reservation->object.sid);
}

void
reservation_call_back(struct router *router, struct reservation *reservation)
{
	if (reservation->callback == CALLBACK_DUE)
		call_back(router, reservation);
}

void
reservation_link(struct reservation *reservation)
{
	TAILQ_INSERT_TAIL(
	    &reservation->task->reservations, reservation, of_task);
	TAILQ_INSERT_TAIL(
	    &reservation->worker->reservations, reservation, of_worker);
	if (!reservation_is_open(reservation))
		return;
	reservation->task->open++;
	reservation->worker->open++;
	reservation->channel->open++;
	if (reservation->status == RESERVATION_ACCEPTED)
		reservation->channel->assigned++;
}

static int64_t
timeout_ms(const struct task *task)
{
	return 1000 * (task->workflow != NULL
	    ? task->workflow->task_reservation_timeout
	    : TIMEOUT_PRESET);
}

static void
take_worker(struct router *router, struct reservation *reservation)
{
	struct worker *worker = reservation->worker;
	struct activity *previous = worker->activity;
	struct task_queue *queue = reservation->task_queue;

	worker_rank_last(router, worker, reservation->channel);
	if (is_single_tasking(reservation) && queue != NULL &&
	    queue->reservation_activity != NULL) {
		worker_move(router, worker, queue->reservation_activity);
		reservation->previous = previous;
	}
	lines_enlist_taken(router, worker);
	lines_unseat(worker);
}

struct reservation *
reservation_make(
    struct router *router, struct task *task, struct worker *worker)
{
	struct reservation *reservation = (struct reservation *)object_new(
	    router, KIND_RESERVATION, task->object.workspace);

	fields_preset(router, &reservation->object);
	reservation->task = task;
	reservation->worker = worker;
	reservation->channel = worker_channel_of(worker, task->task_channel);
	reservation->workflow = task->workflow;
	reservation->task_queue = task->task_queue;
	reservation->deadline = router->now + timeout_ms(task);
	router_set_timer(router, &reservation->timer, &reservation->object,
	    reservation->deadline);
	reservation_link(reservation);
	tell(router, reservation, RECORD_RESERVATION_CREATED);
	take_worker(router, reservation);
	if (has_url(task->workflow))
		call_back(router, reservation);
	return reservation;
}

/* ---- ending */

static const enum record_type ends[] = {
	[RESERVATION_REJECTED] = RECORD_RESERVATION_REJECTED,
	[RESERVATION_TIMEOUT] = RECORD_RESERVATION_TIMEOUT,
	[RESERVATION_CANCELED] = RECORD_RESERVATION_CANCELED,
	[RESERVATION_RESCINDED] = RECORD_RESERVATION_RESCINDED,
};

/* No longer open: the Worker's capacity is his again. */
static void
give_back(struct router *router, struct reservation *reservation)
{
	reservation->channel->open--;
	if (reservation->status == RESERVATION_ACCEPTED)
		reservation->channel->assigned--;
	reservation->task->open--;
	reservation->worker->open--;
	timers_clear(&router->timers, &reservation->timer);
	lines_enlist_taken(router, reservation->worker);
}

/* Where the Worker goes: where he is sent, or, single-tasking, back to where
 * he was before he was reserved; there is no such place if he has been moved
 * since. */
static void
send_worker(struct router *router, struct reservation *reservation,
    struct activity *activity)
{
	struct worker *worker = reservation->worker;
	struct activity *previous = reservation->previous;

	reservation->previous = NULL;
	worker_move(router, worker, activity != NULL ? activity : previous);
}

void
reservation_end(struct router *router, struct reservation *reservation,
    enum reservation_status status, struct activity *activity)
{
	struct task *task = reservation->task;

	give_back(router, reservation);
	reservation->status = status;
	object_changed(router, &reservation->object);
	tell(router, reservation, ends[status]);
	send_worker(router, reservation, activity);
	agenda_free(router, reservation->worker);
	if (task->status != TASK_RESERVED || task->open > 0)
		return;
	task->status = TASK_PENDING;
	object_changed(router, &task->object);
	agenda_route(router, task);
}

void
reservation_timer(struct router *router, struct reservation *reservation)
{
	reservation_end(router, reservation, RESERVATION_TIMEOUT,
	    reservation->object.workspace->timeout_activity);
}

/* ---- accepting and finishing */

static void
rescind_others(struct router *router, struct reservation *taken)
{
	struct reservation *other;

	TAILQ_FOREACH(other, &taken->task->reservations, of_task)
		if (other != taken && other->status == RESERVATION_PENDING)
			reservation_end(
			    router, other, RESERVATION_RESCINDED, NULL);
}

/* Source: https://www.twilio.com/en-us/changelog/taskrouter-now-dials-only-one-worker-for-multi-reservation */
void
reservation_hold(
    struct router *router, struct reservation *reservation, int64_t deadline)
{
	reservation->deadline = deadline > router->now ? deadline : router->now;
	router_set_timer(router, &reservation->timer, &reservation->object,
	    reservation->deadline);
	object_touch(router, &reservation->object);
	rescind_others(router, reservation);
}

static void
assign_task(struct router *router, struct task *task)
{
	task->status = TASK_ASSIGNED;
	task->date_ended = router->now;
	object_changed(router, &task->object);
	task_set_life_timer(router, task);
}

/* assigned_tasks has changed, which expressions may ask for. */
static void
count_assigned(struct router *router, struct worker *worker)
{
	lines_enlist_taken(router, worker);
	agenda_free(router, worker);
}

void
reservation_accept(struct router *router, struct reservation *reservation)
{
	struct task_queue *queue = reservation->task_queue;
	struct worker *worker = reservation->worker;

	timers_clear(&router->timers, &reservation->timer);
	reservation->status = RESERVATION_ACCEPTED;
	reservation->channel->assigned++;
	reservation->previous = NULL;
	object_changed(router, &reservation->object);
	assign_task(router, reservation->task);
	tell(router, reservation, RECORD_RESERVATION_ACCEPTED);
	rescind_others(router, reservation);
	worker_rank_last(router, worker, reservation->channel);
	if (is_single_tasking(reservation) && queue != NULL)
		worker_move(router, worker, queue->assignment_activity);
	count_assigned(router, worker);
}

void
reservation_wrap(struct router *router, struct reservation *reservation)
{
	reservation->channel->assigned--;
	reservation->status = RESERVATION_WRAPPING;
	object_changed(router, &reservation->object);
	tell(router, reservation, RECORD_RESERVATION_WRAPUP);
	count_assigned(router, reservation->worker);
}

void
reservation_finish(struct router *router, struct reservation *reservation)
{
	give_back(router, reservation);
	reservation->status = RESERVATION_COMPLETED;
	object_changed(router, &reservation->object);
	tell(router, reservation, RECORD_RESERVATION_COMPLETED);
	agenda_free(router, reservation->worker);
}

void
reservation_delete(struct router *router, struct reservation *reservation)
{
	if (reservation_is_open(reservation)) {
		give_back(router, reservation);
		agenda_free(router, reservation->worker);
	}
	TAILQ_REMOVE(
	    &reservation->task->reservations, reservation, of_task);
	TAILQ_REMOVE(
	    &reservation->worker->reservations, reservation, of_worker);
	wait_reckon_rest(router, reservation->task);
	object_remove(router, &reservation->object);
}
