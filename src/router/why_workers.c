/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/why_workers.h"

#include <stdlib.h>

#include "router/lines.h"
#include "router/match.h"
#include "router/state.h"
#include "router/step.h"
#include "router/why_explain.h"

/* What lies in the channel alone: a copy can be given what it lacks. */
#define OF_CHANNEL (OBSTACLE_CHANNEL | OBSTACLE_CAPACITY)
#define OF_WORKER (OBSTACLE_ACTIVITY | OBSTACLE_BUSY | OF_CHANNEL)

/* ---- a Worker who is imagined */

struct imagined {
	struct worker worker;
	struct worker_channel *channels; /* copies of all of his */
};

static size_t
count_channels(const struct worker *worker)
{
	const struct worker_channel *channel;
	size_t count = 0;

	LIST_FOREACH(channel, &worker->channels, of_worker)
		count++;
	return count;
}

/* False: no memory. */
static bool
imagine(struct imagined *imagined, const struct worker *worker,
    struct arena *arena)
{
	struct worker_channel *channel;
	size_t i = 0;

	imagined->worker = *worker;
	imagined->channels = arena_array(
	    arena, count_channels(worker), sizeof *imagined->channels);
	if (imagined->channels == NULL)
		return false;
	LIST_INIT(&imagined->worker.channels);
	LIST_FOREACH(channel, &worker->channels, of_worker) {
		imagined->channels[i] = *channel;
		LIST_INSERT_HEAD(&imagined->worker.channels,
		    &imagined->channels[i], of_worker);
		i++;
	}
	return true;
}

/* As if all that he has were completed. */
static void
end_reservations(struct imagined *imagined)
{
	const struct reservation *reservation;

	TAILQ_FOREACH(reservation, &imagined->worker.reservations, of_worker) {
		struct worker_channel *channel = worker_channel_of(
		    &imagined->worker, reservation->channel->task_channel);
		if (!reservation_is_open(reservation))
			continue;
		channel->open--;
		channel->assigned -=
		    reservation->status == RESERVATION_ACCEPTED;
	}
	imagined->worker.open = 0;
}

/* What a host could change about him, but for his Activity. */
static void
lift(struct imagined *imagined, const struct task *task, unsigned obstacles)
{
	struct worker_channel *channel =
	    worker_channel_of(&imagined->worker, task->task_channel);

	if ((obstacles & OBSTACLE_CHANNEL) != 0)
		channel->available = true;
	if ((obstacles & OBSTACLE_CAPACITY) != 0)
		channel->configured_capacity = (int64_t)channel->open + 1;
	if ((obstacles & OBSTACLE_BUSY) != 0)
		end_reservations(imagined);
}

static bool
suits_now(struct imagined *imagined, const struct task *task,
    struct why_worker *told)
{
	if (match_obstacles(&imagined->worker, task) != 0)
		return false;
	told->first = match_first(&imagined->worker);
	return true;
}

/* His own Activity first. */
static void
try_to_help(
    struct why_worker *told, const struct task *task, struct arena *arena)
{
	struct workspace *workspace = task->object.workspace;
	struct imagined imagined;
	struct object *object;

	if ((told->obstacles & OF_WORKER) == 0 ||
	    !imagine(&imagined, told->worker, arena))
		return;
	lift(&imagined, task, told->obstacles);
	if (suits_now(&imagined, task, told) ||
	    (told->obstacles & OBSTACLE_ACTIVITY) == 0)
		return;
	RB_FOREACH(object, object_list, &workspace->lists[KIND_ACTIVITY]) {
		struct activity *activity = (struct activity *)object;
		imagined.worker.activity = activity;
		if (!suits_now(&imagined, task, told))
			continue;
		told->activity = activity;
		return;
	}
}

/* ---- telling of one */

static const struct reservation *
open_reservation(const struct why_worker *told)
{
	bool any = !told->worker->object.workspace->multi_task_enabled;
	const struct reservation *reservation;

	if (told->worker->open == 0)
		return NULL;
	TAILQ_FOREACH(reservation, &told->worker->reservations, of_worker)
		if (reservation_is_open(reservation) &&
		    (any || reservation->channel == told->channel))
			break;
	return reservation;
}

static void
explain(struct why_worker *told, const struct task *task, struct arena *arena)
{
	const struct task_queue *queue = task->task_queue;
	const struct names own = {.worker = told->worker};
	const struct names both = {
	    .task = task, .worker = told->worker, .queue = queue};

	if ((told->obstacles & OBSTACLE_MEMBER) != 0)
		told->membership = why_explain(arena, queue->eligible, &own);
	if ((told->obstacles & OBSTACLE_EXPRESSION) != 0)
		told->expression =
		    why_explain(arena, step_expression(task), &both);
}

static void
tell(struct why *why, size_t index, struct arena *arena)
{
	struct why_worker *told = &why->workers[index];

	told->channel =
	    worker_channel_of(told->worker, why->task->task_channel);
	told->busy = open_reservation(told);
	if (index < WHY_EXPLAINED_MOST)
		explain(told, why->task, arena);
	/* One that rests is taken by nobody. */
	if (index < WHY_IMAGINED_MOST && !why->task->is_resting)
		try_to_help(told, why->task, arena);
}

/* ---- all of them */

static void
count(struct why_counts *counts, unsigned obstacles)
{
	bool is_member = (obstacles & OBSTACLE_MEMBER) == 0;
	bool is_free = is_member && (obstacles & OF_WORKER) == 0;

	counts->members += is_member;
	for (size_t i = 0; i < OBSTACLE_COUNT; i++)
		counts->obstacles[i] += (obstacles >> i) & 1;
	counts->free += is_free;
	counts->suitable += is_member && (obstacles & OBSTACLE_EXPRESSION) == 0;
	counts->ready += obstacles == 0;
}

/* Who lacks least first; the bits are in the order of how easily what they
 * stand for is changed. */
static int
compare(const void *a, const void *b)
{
	const struct why_worker *left = a, *right = b;
	uint64_t x = left->worker->object.number;
	uint64_t y = right->worker->object.number;

	if (left->obstacles != right->obstacles)
		return left->obstacles < right->obstacles ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void
add(struct why *why, const struct worker *worker, unsigned obstacles)
{
	why->workers[why->worker_count++] = (struct why_worker){
	    .worker = worker, .obstacles = obstacles};
}

static void
add_member(struct why *why, const struct worker *worker)
{
	unsigned obstacles = match_obstacles(worker, why->task);

	count(&why->counts, obstacles);
	add(why, worker, obstacles);
}

/* Members have room for all of them; of others as many as are told of. */
static size_t
room_of(const struct why *why, size_t most)
{
	const struct task_queue *queue = why->task->task_queue;

	return (queue != NULL ? queue->member_count : 0) + most + 1;
}

static void
add_others(struct why *why, size_t most)
{
	struct workspace *workspace = why->task->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_WORKER]) {
		const struct worker *worker = (const struct worker *)object;
		if (why->worker_count >= most)
			return;
		unsigned obstacles = match_obstacles(worker, why->task);
		if ((obstacles & OBSTACLE_MEMBER) != 0)
			add(why, worker, obstacles);
	}
}

static void
add_all(struct why *why, size_t most)
{
	const struct task_queue *queue = why->task->task_queue;
	const struct membership *membership;

	LIST_FOREACH(membership, &queue->members, of_queue)
		add_member(why, membership->worker);
	qsort(why->workers, why->worker_count, sizeof *why->workers, compare);
	add_others(why, most);
}

/* ---- Tasks that stand before it */

static void
look_at(struct why *why, const struct task *other)
{
	struct why_before *before = &why->before;

	if (other == why->task || !lines_is_before(other, why->task))
		return;
	before->count++;
	if (before->first == NULL || lines_is_before(other, before->first))
		before->first = other;
}

static void
look_among(struct why *why, struct crowds *crowds)
{
	struct crowd *crowd;

	RB_FOREACH(crowd, crowds, crowds) {
		struct demand *demand;
		RB_FOREACH(demand, demands, &crowd->demands) {
			struct task *task;
			RB_FOREACH(task, waiting_tasks, &demand->tasks)
				look_at(why, task);
		}
	}
}

void
why_workers(struct why *why, size_t most, struct arena *arena)
{
	const struct task *task = why->task;

	why->counts.total = task->object.workspace->counts[KIND_WORKER];
	if (most > WHY_WORKERS_MOST)
		most = WHY_WORKERS_MOST;
	why->workers =
	    arena_array(arena, room_of(why, most), sizeof *why->workers);
	if (why->workers == NULL)
		return;
	if (!step_is_for_one(task))
		add_all(why, most);
	else if (task->wanted != NULL)
		add_member(why, task->wanted);
	if (why->worker_count > most)
		why->worker_count = most;
	for (size_t i = 0; i < why->worker_count; i++)
		tell(why, i, arena);
	if (task->demand != NULL)
		look_among(why, task->demand->crowd->among);
}
