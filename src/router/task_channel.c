/* SPDX-License-Identifier: MIT
 *
 * TaskChannels.
 * Source: https://www.twilio.com/docs/taskrouter/api/task-channel,
 * https://www.twilio.com/docs/taskrouter/multitasking
 */
#include "base/compat.h"

#include "router/lines.h"
#include "router/record.h"
#include "router/rules.h"

static void
tell(struct router *router, struct task_channel *channel,
    enum record_type type)
{
	record_event(router, type,
	    &(struct record_subject){
		.workspace = channel->object.workspace,
		.task_channel = channel,
	    });
}

static bool
has_no_hyphen(const struct changes *changes, struct refusal *refusal)
{
	const struct change *change =
	    change_find(changes, FIELD_TASK_CHANNEL_FRIENDLY_NAME);

	if (change == NULL || !str_has_byte(change->text, '-'))
		return true;
	return REFUSE(refusal,
	    "FriendlyName: a TaskChannel's name cannot contain a hyphen");
}

static bool
is_new_name(const struct workspace *workspace, struct str unique_name,
    struct refusal *refusal)
{
	if (router_find_channel(workspace, unique_name) == NULL)
		return true;
	return REFUSE(refusal,
	    "TaskChannel with the same unique name already exists");
}

static struct object *
create(struct router *router, struct workspace *workspace,
    const struct changes *changes, struct refusal *refusal)
{
	struct task_channel *channel;
	struct object *object;

	if (!rules_has_room(workspace, KIND_TASK_CHANNEL, TASK_CHANNELS_MOST,
		refusal) ||
	    !has_no_hyphen(changes, refusal) ||
	    !is_new_name(workspace,
		rules_text(changes, FIELD_TASK_CHANNEL_UNIQUE_NAME), refusal))
		return NULL;
	channel = (struct task_channel *)rules_new(
	    router, KIND_TASK_CHANNEL, workspace, changes);
	tell(router, channel, RECORD_TASK_CHANNEL_CREATED);
	RB_FOREACH(object, object_list, &workspace->lists[KIND_WORKER])
		worker_channel_add(router, (struct worker *)object, channel);
	rules_workers_differ(router, workspace, NULL);
	return &channel->object;
}

/* Idleness may be measured otherwise now. */
static void
seat_anew(struct workspace *workspace)
{
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_WORKER])
		lines_unseat((struct worker *)object);
}

static bool
update(struct router *router, struct object *object,
    const struct changes *changes, struct refusal *refusal)
{
	if (!has_no_hyphen(changes, refusal))
		return false;
	if (!fields_assign(router, object, changes))
		return true;
	object_changed(router, object);
	tell(router, (struct task_channel *)object,
	    RECORD_TASK_CHANNEL_UPDATED);
	seat_anew(object->workspace);
	return true;
}

/* ---- deleting */

static const struct object *
task_on(const struct task_channel *channel)
{
	struct workspace *workspace = channel->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK])
		if (((struct task *)object)->task_channel == channel)
			return object;
	return NULL;
}

static bool
is_on(const struct reservation *reservation,
    const struct task_channel *channel)
{
	return reservation->channel->task_channel == channel;
}

/* A Task may have been moved to another TaskChannel since it was reserved. */
static const struct object *
reservation_on(const struct task_channel *channel)
{
	struct workspace *workspace = channel->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_RESERVATION]) {
		struct reservation *reservation = (struct reservation *)object;
		if (is_on(reservation, channel) &&
		    reservation_is_open(reservation))
			return object;
	}
	return NULL;
}

static bool
is_unused(const struct task_channel *channel, struct refusal *refusal)
{
	const char *sid = channel->object.sid;
	const struct object *user;

	/* Tasks that name no TaskChannel are on it. */
	if (str_is(channel->unique_name, "default"))
		return REFUSE(refusal,
		    "Cannot delete TaskChannel %s because it is the default "
		    "TaskChannel of Workspace %s",
		    sid, channel->object.workspace->object.sid);
	user = channel->tasks == 0 ? NULL : task_on(channel);
	if (user != NULL)
		return REFUSE(refusal,
		    "Cannot delete TaskChannel %s because Task %s is on it",
		    sid, user->sid);
	user = reservation_on(channel);
	if (user != NULL)
		return REFUSE(refusal,
		    "Cannot delete TaskChannel %s because Reservation %s is "
		    "on it",
		    sid, user->sid);
	return true;
}

/* Reservations that ended before their Task was moved to another TaskChannel
 * go there too. */
static void
move_ended(struct router *router, const struct task_channel *channel)
{
	struct workspace *workspace = channel->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_RESERVATION]) {
		struct reservation *reservation = (struct reservation *)object;
		if (!is_on(reservation, channel))
			continue;
		reservation->channel = worker_channel_of(
		    reservation->worker, reservation->task->task_channel);
		object_touch(router, object);
	}
}

static bool
delete(struct router *router, struct object *object, struct refusal *refusal)
{
	struct task_channel *channel = (struct task_channel *)object;
	struct workspace *workspace = object->workspace;
	struct object *worker;

	if (!is_unused(channel, refusal))
		return false;
	move_ended(router, channel);
	lines_forget_channel(router, channel);
	RB_FOREACH(worker, object_list, &workspace->lists[KIND_WORKER])
		worker_channel_remove(router,
		    worker_channel_of((struct worker *)worker, channel));
	tell(router, channel, RECORD_TASK_CHANNEL_DELETED);
	object_remove(router, object);
	rules_workers_differ(router, workspace, NULL);
	return true;
}

const struct kind_rules task_channel_rules = {create, update, delete};
