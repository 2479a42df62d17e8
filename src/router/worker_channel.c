/* SPDX-License-Identifier: MIT
 *
 * WorkerChannels: how many Tasks of a TaskChannel a Worker takes at once.
 * Source: https://www.twilio.com/docs/taskrouter/api/worker-channel,
 * https://www.twilio.com/docs/taskrouter/multitasking
 */
#include "base/compat.h"

#include "router/lines.h"
#include "router/record.h"
#include "router/rules.h"

void
worker_channel_add(struct router *router, struct worker *worker,
    struct task_channel *task_channel)
{
	struct worker_channel *channel = (struct worker_channel *)object_new(
	    router, KIND_WORKER_CHANNEL, worker->object.workspace);

	fields_preset(router, &channel->object);
	channel->worker = worker;
	channel->task_channel = task_channel;
	channel->idle_rank = worker->idle_rank;
	LIST_INSERT_HEAD(&worker->channels, channel, of_worker);
}

void
worker_channel_remove(struct router *router, struct worker_channel *channel)
{
	LIST_REMOVE(channel, of_worker);
	object_remove(router, &channel->object);
}

static void
tell(struct router *router, struct worker_channel *channel,
    enum record_type type, int64_t previous_capacity)
{
	record_event(router, type,
	    &(struct record_subject){
		.workspace = channel->object.workspace,
		.worker = channel->worker,
		.task_channel = channel->task_channel,
		.worker_channel = channel,
		.previous_capacity = previous_capacity,
	    });
}

/* Expressions see the capacity; what he has reserved or accepted stays his,
 * even if it is more than he may have now. */
static void
apply(struct router *router, struct worker *worker)
{
	lines_enlist_worker(router, worker);
	agenda_free(router, worker);
}

static bool
update(struct router *router, struct object *object,
    const struct changes *changes, struct refusal *refusal)
{
	struct worker_channel *channel = (struct worker_channel *)object;
	int64_t capacity = channel->configured_capacity;
	bool available = channel->available;

	(void)refusal;
	if (!fields_assign(router, object, changes))
		return true;
	object_changed(router, object);
	if (channel->configured_capacity != capacity)
		tell(router, channel, RECORD_WORKER_CAPACITY_UPDATE, capacity);
	if (channel->available != available)
		tell(router, channel,
		    RECORD_WORKER_CHANNEL_AVAILABILITY_UPDATE, capacity);
	apply(router, channel->worker);
	return true;
}

const struct kind_rules worker_channel_rules = {.update = update};
