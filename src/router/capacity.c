/* SPDX-License-Identifier: MIT
 *
 * Whether a Worker can take more.
 * Source: https://www.twilio.com/docs/taskrouter/multitasking
 */
#include "base/compat.h"

#include "router/state.h"

unsigned
worker_obstacles(
    const struct worker *worker, const struct worker_channel *channel)
{
	unsigned obstacles = 0;

	if (!worker->activity->available)
		obstacles |= OBSTACLE_ACTIVITY;
	if (!worker->object.workspace->multi_task_enabled)
		return obstacles | (worker->open == 0 ? 0 : OBSTACLE_BUSY);
	if (!channel->available)
		obstacles |= OBSTACLE_CHANNEL;
	if (channel->open >= (size_t)channel->configured_capacity)
		obstacles |= OBSTACLE_CAPACITY;
	return obstacles;
}

bool
worker_is_free(
    const struct worker *worker, const struct worker_channel *channel)
{
	return worker_obstacles(worker, channel) == 0;
}

struct worker_channel *
worker_channel_of(
    const struct worker *worker, const struct task_channel *channel)
{
	struct worker_channel *of;

	LIST_FOREACH(of, &worker->channels, of_worker)
		if (of->task_channel == channel)
			break;
	return of;
}

int64_t
router_percentage(const struct worker_channel *channel)
{
	int64_t capacity = channel->configured_capacity;
	int64_t open = (int64_t)channel->open;

	if (capacity <= 0 || open >= capacity)
		return 0;
	return (capacity - open) * 100 / capacity;
}
