/* SPDX-License-Identifier: MIT
 *
 * 
 */
#include "base/compat.h"

#include "router/lines.h"

#include <stdlib.h>
#include <string.h>

#include "router/names.h"
#include "router/state.h"

/* ---- orders */

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int
seat_compare(const struct seat *a, const struct seat *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return compare_numbers(
	    a->worker->object.number, b->worker->object.number);
}
RB_GENERATE(free_seats, seat, by_rank, seat_compare)

static int
compare_addresses(const void *a, const void *b)
{
	return compare_numbers((uintptr_t)a, (uintptr_t)b);
}

/* Addresses are chance: nothing must follow from the order of crowds. Those of
 * one expression stand together. */
int
crowd_compare(const struct crowd *a, const struct crowd *b)
{
	int order = compare_addresses(a->expression, b->expression);

	if (order == 0)
		order = compare_addresses(a->queue, b->queue);
	if (order == 0)
		order = compare_addresses(a->channel, b->channel);
	return order != 0 ? order : compare_numbers(a->value, b->value);
}
RB_GENERATE(crowds, crowd, by_key, crowd_compare)

int
signature_compare(const struct demand *a, const struct demand *b)
{
	return str_compare(a->signature, b->signature);
}
RB_GENERATE(demands, demand, by_signature, signature_compare)

int
oldest_compare(const struct task *a, const struct task *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	if (a->virtual_start_time != b->virtual_start_time)
		return a->virtual_start_time < b->virtual_start_time ? -1 : 1;
	return compare_numbers(a->object.number, b->object.number);
}

/* LIFO: the newest first, priority ignored. Source:
 * https://www.twilio.com/docs/taskrouter/queue-ordering-last-first-out-lifo */
static int
compare_newest(const struct task *a, const struct task *b)
{
	if (a->virtual_start_time != b->virtual_start_time)
		return a->virtual_start_time > b->virtual_start_time ? -1 : 1;
	return compare_numbers(b->object.number, a->object.number);
}

static int64_t
order_of(const struct task *task)
{
	return task->task_queue != NULL ? task->task_queue->task_order
					: ORDER_FIFO;
}

int
waiting_compare(const struct task *a, const struct task *b)
{
	return order_of(a) == ORDER_LIFO ? compare_newest(a, b)
					 : oldest_compare(a, b);
}
RB_GENERATE(waiting_tasks, task, waiting, waiting_compare)

int
urgency_compare(const struct demand *a, const struct demand *b)
{
	return waiting_compare(a->first, b->first);
}
RB_GENERATE(urgent_demands, demand, by_urgency, urgency_compare)

bool
lines_is_before(const struct task *a, const struct task *b)
{
	int64_t order = order_of(a);

	if (order != order_of(b))
		return order == a->object.workspace->prioritize_queue_order;
	return waiting_compare(a, b) < 0;
}

/* ---- seats */

static void
seat_take_away(struct seat *seat)
{
	if (!seat->is_free)
		return;
	RB_REMOVE(free_seats, &seat->line->free, seat);
	view_take_away(seat);
	seat->is_free = false;
}

int64_t
lines_rank(const struct seat *seat)
{
	return seat->line->channel->channel_optimized_routing
	    ? seat->channel->idle_rank
	    : seat->worker->idle_rank;
}

static void
seat_put(struct seat *seat)
{
	int64_t rank = lines_rank(seat);

	if (seat->is_free && seat->rank == rank)
		return;
	seat_take_away(seat);
	seat->rank = rank;
	RB_INSERT(free_seats, &seat->line->free, seat);
	view_put(seat->line, seat);
	seat->is_free = true;
}

static struct seat *
seat_new(struct line *line, struct worker *worker)
{
	struct seat *seat = router_alloc(sizeof *seat);

	seat->line = line;
	seat->worker = worker;
	seat->channel = worker_channel_of(worker, line->channel);
	LIST_INSERT_HEAD(&worker->seats, seat, of_worker);
	LIST_INSERT_HEAD(&line->seats, seat, of_line);
	return seat;
}

static void
seat_end(struct seat *seat)
{
	seat_take_away(seat);
	LIST_REMOVE(seat, of_worker);
	LIST_REMOVE(seat, of_line);
	free(seat);
}

void
lines_seat(struct worker *worker)
{
	struct seat *seat;

	LIST_FOREACH(seat, &worker->seats, of_worker) {
		if (worker_is_free(worker, seat->channel))
			seat_put(seat);
		else
			seat_take_away(seat);
	}
}

void
lines_note_facts(struct worker *worker)
{
	struct seat *seat;

	LIST_FOREACH(seat, &worker->seats, of_worker) {
		if (!seat->is_free)
			continue;
		view_take_away(seat);
		view_put(seat->line, seat);
	}
}

void
lines_unseat(struct worker *worker)
{
	struct seat *seat;

	LIST_FOREACH(seat, &worker->seats, of_worker) {
		if (!worker_is_free(worker, seat->channel))
			seat_take_away(seat);
		else if (seat->is_free)
			seat_put(seat);
	}
}

/* ---- lines */

struct line *
lines_find(struct router *router, struct task_queue *queue,
    struct task_channel *channel)
{
	struct membership *membership;
	struct line *line;

	(void)router;
	LIST_FOREACH(line, &queue->lines, of_queue)
		if (line->channel == channel)
			return line;
	line = router_alloc(sizeof *line);
	line->queue = queue;
	line->channel = channel;
	LIST_INSERT_HEAD(&queue->lines, line, of_queue);
	LIST_FOREACH(membership, &queue->members, of_queue) {
		struct seat *seat = seat_new(line, membership->worker);
		if (worker_is_free(membership->worker, seat->channel))
			seat_put(seat);
	}
	return line;
}

static void
line_end(struct line *line)
{
	struct seat *seat;

	while ((seat = LIST_FIRST(&line->seats)) != NULL)
		seat_end(seat);
	view_end_all(line);
	LIST_REMOVE(line, of_queue);
	free(line);
}

/* ---- memberships */

static void
membership_begin(struct worker *worker, struct task_queue *queue)
{
	struct membership *membership = router_alloc(sizeof *membership);
	struct line *line;

	membership->queue = queue;
	membership->worker = worker;
	LIST_INSERT_HEAD(&queue->members, membership, of_queue);
	LIST_INSERT_HEAD(&worker->memberships, membership, of_worker);
	queue->member_count++;
	presence_change(queue, worker->activity, true);
	LIST_FOREACH(line, &queue->lines, of_queue)
		(void)seat_new(line, worker);
}

static void
membership_end(struct membership *membership)
{
	struct worker *worker = membership->worker;
	struct task_queue *queue = membership->queue;
	struct seat *seat = LIST_FIRST(&worker->seats);

	while (seat != NULL) {
		struct seat *next = LIST_NEXT(seat, of_worker);
		if (seat->line->queue == queue)
			seat_end(seat);
		seat = next;
	}
	presence_change(queue, worker->activity, false);
	queue->member_count--;
	LIST_REMOVE(membership, of_queue);
	LIST_REMOVE(membership, of_worker);
	free(membership);
}

bool
lines_is_member(const struct worker *worker, const struct task_queue *queue)
{
	const struct membership *membership;

	LIST_FOREACH(membership, &worker->memberships, of_worker)
		if (membership->queue == queue)
			return true;
	return false;
}

bool
router_is_member(const struct task_queue *queue, const struct worker *worker)
{
	return lines_is_member(worker, queue);
}

void
router_each_member(const struct task_queue *queue,
    void (*take)(void *context, const struct worker *worker), void *context)
{
	const struct membership *membership;

	LIST_FOREACH(membership, &queue->members, of_queue)
		take(context, membership->worker);
}

bool
lines_is_eligible(const struct worker *worker, const struct task_queue *queue)
{
	struct names context = {.worker = worker};
	struct expr_names names = names_of(&context);

	return queue->eligible != NULL &&
	    expr_evaluate(queue->eligible, &names, NULL) == EXPR_TRUE;
}

/* Begins or ends what `membership` (NULL: none) should not be. */
static bool
enlist(struct worker *worker, struct task_queue *queue,
    struct membership *membership)
{
	bool eligible = lines_is_eligible(worker, queue);

	if (eligible == (membership != NULL))
		return false;
	if (eligible)
		membership_begin(worker, queue);
	else
		membership_end(membership);
	return true;
}

static void
note_asking(bool *noted, bool asks, size_t *askers)
{
	if (asks != *noted)
		*askers += asks ? 1 : SIZE_MAX;
	*noted = asks;
}

/* By the text: a name in a string asks for nothing, and costs a little. */
static void
note_expression(struct task_queue *queue, struct str text)
{
	struct workspace *workspace = queue->object.workspace;

	note_asking(&queue->asks_activity, str_contains(text, "activity_"),
	    &workspace->activity_askers);
	note_asking(&queue->asks_channel, str_contains(text, "channel"),
	    &workspace->channel_askers);
}

/* Existing memberships are marked on their other side first, so that finding
 * them costs nothing however many there are. */
void
lines_enlist_worker(struct router *router, struct worker *worker)
{
	struct workspace *workspace = worker->object.workspace;
	struct membership *membership;
	struct object *object;

	(void)router;
	LIST_FOREACH(membership, &worker->memberships, of_worker)
		membership->queue->mark = membership;
	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK_QUEUE]) {
		struct task_queue *queue = (struct task_queue *)object;
		membership = queue->mark;
		queue->mark = NULL;
		(void)enlist(worker, queue, membership);
	}
}

bool
lines_enlist_queue(struct router *router, struct task_queue *queue)
{
	struct workspace *workspace = queue->object.workspace;
	struct membership *membership;
	struct object *object;
	bool changed = false;

	(void)router;
	note_expression(queue, queue->target_workers);
	LIST_FOREACH(membership, &queue->members, of_queue)
		membership->worker->mark = membership;
	RB_FOREACH(object, object_list, &workspace->lists[KIND_WORKER]) {
		struct worker *worker = (struct worker *)object;
		membership = worker->mark;
		worker->mark = NULL;
		if (enlist(worker, queue, membership))
			changed = true;
	}
	return changed;
}

void
lines_enlist_moved(struct router *router, struct worker *worker)
{
	if (worker->object.workspace->activity_askers > 0)
		lines_enlist_worker(router, worker);
}

void
lines_enlist_taken(struct router *router, struct worker *worker)
{
	if (worker->object.workspace->channel_askers > 0)
		lines_enlist_worker(router, worker);
}

void
lines_forget_worker(struct worker *worker)
{
	struct membership *membership;

	while ((membership = LIST_FIRST(&worker->memberships)) != NULL)
		membership_end(membership);
}

void
lines_forget_queue(struct task_queue *queue)
{
	struct membership *membership;
	struct line *line;

	while ((membership = LIST_FIRST(&queue->members)) != NULL)
		membership_end(membership);
	while ((line = LIST_FIRST(&queue->lines)) != NULL)
		line_end(line);
	/* Else its Workspace may not even be there: restoring has failed. */
	if (queue->asks_activity || queue->asks_channel)
		note_expression(queue, STR_NONE);
}

void
lines_forget_channel(struct router *router, struct task_channel *channel)
{
	struct object_list *queues =
	    &channel->object.workspace->lists[KIND_TASK_QUEUE];
	struct object *object;

	(void)router;
	RB_FOREACH(object, object_list, queues) {
		struct task_queue *queue = (struct task_queue *)object;
		struct line *line = LIST_FIRST(&queue->lines);
		while (line != NULL) {
			struct line *next = LIST_NEXT(line, of_queue);
			if (line->channel == channel)
				line_end(line);
			line = next;
		}
	}
}
