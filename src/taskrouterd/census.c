/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/census.h"

#include <string.h>

#include "router/engine.h"
#include "taskrouterd/json_put.h"

/* ---- Tasks */

/* Where the priority stands, or would. */
static size_t
find_priority(const struct census *census, int64_t priority)
{
	size_t low = 0, high = census->priority_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (census->priorities[middle].priority < priority)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
make_room(struct census *census, struct arena *arena)
{
	size_t room = census->priority_room > 0 ? 2 * census->priority_room : 8;
	struct census_priority *priorities;

	if (census->priority_count < census->priority_room)
		return true;
	priorities = arena_array(arena, room, sizeof *priorities);
	if (priorities == NULL)
		return false;
	if (census->priority_count > 0)
		memcpy(priorities, census->priorities,
		    census->priority_count * sizeof *priorities);
	census->priorities = priorities;
	census->priority_room = room;
	return true;
}

static bool
add_priority(struct census *census, struct arena *arena, int64_t priority)
{
	size_t at = find_priority(census, priority);

	if (at < census->priority_count &&
	    census->priorities[at].priority == priority) {
		census->priorities[at].tasks++;
		return true;
	}
	if (!make_room(census, arena))
		return false;
	memmove(&census->priorities[at + 1], &census->priorities[at],
	    (census->priority_count - at) * sizeof census->priorities[0]);
	census->priorities[at] = (struct census_priority){priority, 1};
	census->priority_count++;
	return true;
}

bool
census_add(struct census *census, struct arena *arena, const struct task *task)
{
	const struct task *longest = census->longest_waiting;

	if (task->status < 0 || task->status >= TASK_COMPLETED)
		return true;
	census->by_status[task->status]++;
	if (!add_priority(census, arena, task->priority))
		return false;
	if (task->status != TASK_PENDING && task->status != TASK_RESERVED)
		return true;
	if (longest == NULL ||
	    task->object.date_created < longest->object.date_created)
		census->longest_waiting = task;
	longest = census->longest_in_queue;
	if (task->task_queue_entered_date != ROUTER_NEVER &&
	    (longest == NULL ||
		task->task_queue_entered_date <
		    longest->task_queue_entered_date))
		census->longest_in_queue = task;
	return true;
}

static void
put_longest(struct buf *out, const char *age_key, const char *sid_key,
    const struct task *task, int64_t ms)
{
	json_put_key(out, age_key);
	json_put_integer(out, task != NULL && ms > 0 ? ms / 1000 : 0);
	json_put_key(out, sid_key);
	json_put_text(
	    out, task != NULL ? str_from(task->object.sid) : STR_NONE);
}

static void
put_priorities(struct buf *out, const struct census *census)
{
	json_put_key(out, "tasks_by_priority");
	buf_add_byte(out, '{');
	for (size_t i = 0; i < census->priority_count; i++) {
		json_put_item(out);
		buf_format(out, "\"%jd\":%ju",
		    (intmax_t)census->priorities[i].priority,
		    (uintmax_t)census->priorities[i].tasks);
	}
	buf_add_byte(out, '}');
}

void
census_put(struct buf *out, const struct census *census, int64_t now,
    bool of_queue)
{
	static const char *const names[TASK_COMPLETED] = {
		"pending", "reserved", "assigned", "wrapping"};
	const struct task *oldest = census->longest_waiting;
	const struct task *longest = census->longest_in_queue;
	uint64_t total = 0;

	put_longest(out, "longest_task_waiting_age", "longest_task_waiting_sid",
	    oldest, oldest != NULL ? now - oldest->object.date_created : 0);
	if (of_queue)
		put_longest(out, "longest_relative_task_age_in_queue",
		    "longest_relative_task_sid_in_queue", longest,
		    longest != NULL ? now - longest->task_queue_entered_date
				    : 0);
	put_priorities(out, census);
	json_put_key(out, "tasks_by_status");
	buf_add_byte(out, '{');
	for (size_t i = 0; i < TASK_COMPLETED; i++) {
		json_put_key(out, names[i]);
		json_put_integer(out, (int64_t)census->by_status[i]);
		total += census->by_status[i];
	}
	buf_add_byte(out, '}');
	json_put_key(out, "total_tasks");
	json_put_integer(out, (int64_t)total);
}

/* ---- Workers */

bool
staff_init(struct staff *staff, struct arena *arena,
    const struct router *router, const struct workspace *workspace)
{
	size_t most = workspace->counts[KIND_ACTIVITY];
	const struct object *object =
	    router_next(router, workspace, KIND_ACTIVITY, 0);

	*staff = (struct staff){
		.activities =
		    arena_array(arena, most, sizeof staff->activities[0]),
		.workers = arena_array(arena, most, sizeof staff->workers[0]),
	};
	if (staff->activities == NULL || staff->workers == NULL)
		return false;
	for (; object != NULL && staff->count < most;
	     object = router_after(object))
		staff->activities[staff->count++] =
		    (const struct activity *)object;
	return true;
}

void
staff_add(
    struct staff *staff, const struct activity *activity, uint64_t workers)
{
	staff->total += workers;
	staff->available += activity->available ? workers : 0;
	for (size_t i = 0; i < staff->count; i++)
		if (staff->activities[i] == activity)
			staff->workers[i] += workers;
}

void
staff_put(struct buf *out, const struct staff *staff)
{
	json_put_key(out, "activity_statistics");
	buf_add_byte(out, '[');
	for (size_t i = 0; i < staff->count; i++) {
		const struct activity *activity = staff->activities[i];
		json_put_item(out);
		buf_add_byte(out, '{');
		json_put_key(out, "friendly_name");
		json_put_text(out, activity->friendly_name);
		json_put_key(out, "sid");
		json_put_text(out, str_from(activity->object.sid));
		json_put_key(out, "workers");
		json_put_integer(out, (int64_t)staff->workers[i]);
		buf_add_byte(out, '}');
	}
	buf_add_byte(out, ']');
}
