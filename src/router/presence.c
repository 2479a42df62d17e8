/* SPDX-License-Identifier: MIT
 *
 * How many members of a TaskQueue are in which Activity, which skip_if asks for.
 * Source: https://www.twilio.com/docs/taskrouter/worker-presence
 */
#include "base/compat.h"

#include "router/lines.h"
#include "router/state.h"

struct presence {
	const struct activity *activity;
	size_t workers;
};

void
presence_change(struct task_queue *queue, const struct activity *activity,
    bool joins)
{
	size_t i = 0;

	while (i < queue->presence_count &&
	    queue->presences[i].activity != activity)
		i++;
	if (i == queue->presence_count) {
		queue->presences = router_grow(queue->presences, i + 1,
		    &queue->presence_room, sizeof *queue->presences);
		queue->presences[i] = (struct presence){activity, 0};
		queue->presence_count++;
	}
	queue->presences[i].workers += joins ? 1 : SIZE_MAX;
	if (queue->presences[i].workers == 0)
		queue->presences[i] =
		    queue->presences[--queue->presence_count];
}

size_t
presence_in(
    const struct task_queue *queue, const struct activity *activity)
{
	for (size_t i = 0; i < queue->presence_count; i++)
		if (queue->presences[i].activity == activity)
			return queue->presences[i].workers;
	return 0;
}

size_t
router_members_in(
    const struct task_queue *queue, const struct activity *activity)
{
	return presence_in(queue, activity);
}

size_t
presence_available(const struct task_queue *queue, bool available)
{
	size_t count = 0;

	for (size_t i = 0; i < queue->presence_count; i++)
		if (queue->presences[i].activity->available == available)
			count += queue->presences[i].workers;
	return count;
}

void
presence_move(struct worker *worker, const struct activity *from,
    const struct activity *to)
{
	struct membership *membership;

	LIST_FOREACH(membership, &worker->memberships, of_worker) {
		presence_change(membership->queue, from, false);
		presence_change(membership->queue, to, true);
	}
}
