/* SPDX-License-Identifier: MIT
 *
 * Workers: their names, and where they go.
 * Sources: https://www.twilio.com/docs/taskrouter/api/worker, .../api/activity
 */
#include "base/compat.h"

#include <string.h>

#include "router/lines.h"
#include "router/record.h"
#include "router/state.h"

/* ---- names */

static int
compare_nocase(struct str a, struct str b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < shorter; i++) {
		unsigned char x = (unsigned char)ascii_lower(a.at[i]);
		unsigned char y = (unsigned char)ascii_lower(b.at[i]);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static int
compare_names(const struct worker *a, const struct worker *b)
{
	return compare_nocase(a->friendly_name, b->friendly_name);
}
RB_PROTOTYPE(worker_names, worker, by_name, compare_names)
RB_GENERATE(worker_names, worker, by_name, compare_names)

bool
worker_insert_name(struct worker *worker)
{
	return RB_INSERT(worker_names, &worker->object.workspace->names,
		   worker) == NULL;
}

struct worker *
worker_by_name(const struct workspace *workspace, struct str name)
{
	struct worker *worker = RB_ROOT(&workspace->names);

	while (worker != NULL) {
		int order = compare_nocase(name, worker->friendly_name);
		if (order == 0)
			break;
		worker = order < 0 ? RB_LEFT(worker, by_name)
				   : RB_RIGHT(worker, by_name);
	}
	return worker;
}

void
worker_remove_name(struct worker *worker)
{
	RB_REMOVE(worker_names, &worker->object.workspace->names, worker);
}

/* ---- idleness */

void
worker_rank_last(struct router *router, struct worker *worker,
    struct worker_channel *channel)
{
	worker->idle_rank = router_next_rank(router);
	object_touch(router, &worker->object);
	channel->idle_rank = worker->idle_rank;
	object_touch(router, &channel->object);
}

/* Who comes back to work is idle from now on. */
static void
begin_idleness(struct router *router, struct worker *worker)
{
	struct worker_channel *channel;

	worker->idle_rank = router_next_rank(router);
	LIST_FOREACH(channel, &worker->channels, of_worker) {
		if (!channel->task_channel->channel_optimized_routing)
			continue;
		channel->idle_rank = worker->idle_rank;
		object_touch(router, &channel->object);
	}
}

/* ---- moving */

static void
put_into(struct router *router, struct worker *worker,
    struct activity *activity)
{
	struct activity *from = worker->activity;

	from->workers--;
	activity->workers++;
	worker->activity = activity;
	worker->date_status_changed = router->now;
	presence_move(worker, from, activity);
	lines_enlist_moved(router, worker);
	if (!from->available && activity->available)
		begin_idleness(router, worker);
	lines_unseat(worker);
	if (activity->available)
		agenda_free(router, worker);
}

/* Where he is now is not where a Reservation put him: none takes him back. */
static void
forget_previous(struct router *router, struct worker *worker)
{
	struct reservation *reservation;

	if (worker->open == 0)
		return;
	TAILQ_FOREACH(reservation, &worker->reservations, of_worker) {
		if (reservation->previous == NULL)
			continue;
		reservation->previous = NULL;
		object_touch(router, &reservation->object);
	}
}

void
worker_move(
    struct router *router, struct worker *worker, struct activity *activity)
{
	struct record_subject subject = {
		.workspace = worker->object.workspace,
		.worker = worker,
		.previous_activity = worker->activity,
		.previous_ms = router->now - worker->date_status_changed,
	};

	if (activity == NULL || activity == worker->activity)
		return;
	forget_previous(router, worker);
	put_into(router, worker, activity);
	object_changed(router, &worker->object);
	record_event(router, RECORD_WORKER_ACTIVITY_UPDATE, &subject);
}
