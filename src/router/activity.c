/* SPDX-License-Identifier: MIT
 *
 * Activities. Source: https://www.twilio.com/docs/taskrouter/api/activity
 */
#include "base/compat.h"

#include "router/record.h"
#include "router/rules.h"

static void
tell(struct router *router, struct activity *activity, enum record_type type)
{
	record_event(router, type,
	    &(struct record_subject){
		.workspace = activity->object.workspace,
		.activity = activity,
	    });
}

static struct object *
create(struct router *router, struct workspace *workspace,
    const struct changes *changes, struct refusal *refusal)
{
	struct object *object;

	if (!rules_has_room(
		workspace, KIND_ACTIVITY, ACTIVITIES_MOST, refusal))
		return NULL;
	object = rules_new(router, KIND_ACTIVITY, workspace, changes);
	tell(router, (struct activity *)object, RECORD_ACTIVITY_CREATED);
	return object;
}

static bool
update(struct router *router, struct object *object,
    const struct changes *changes, struct refusal *refusal)
{
	struct activity *activity = (struct activity *)object;

	(void)refusal;
	if (!fields_assign(router, object, changes))
		return true;
	object_changed(router, object);
	tell(router, activity, RECORD_ACTIVITY_UPDATED);
	rules_workers_differ(router, object->workspace, activity);
	return true;
}

/* ---- deleting */

static const struct object *
worker_in(const struct activity *activity)
{
	struct workspace *workspace = activity->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_WORKER])
		if (((struct worker *)object)->activity == activity)
			return object;
	return NULL;
}

static const struct object *
queue_with(const struct activity *activity)
{
	struct workspace *workspace = activity->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK_QUEUE]) {
		struct task_queue *queue = (struct task_queue *)object;
		if (queue->reservation_activity == activity ||
		    queue->assignment_activity == activity)
			return object;
	}
	return NULL;
}

/* Twilio documents no answer; Activities that are referred to must stay. */
static bool
is_unused(const struct activity *activity, struct refusal *refusal)
{
	const struct workspace *workspace = activity->object.workspace;
	const char *sid = activity->object.sid;
	const struct object *user;

	if (workspace->default_activity == activity)
		return REFUSE(refusal,
		    "Cannot delete Activity %s because it is the default "
		    "Activity of Workspace %s",
		    sid, workspace->object.sid);
	if (workspace->timeout_activity == activity)
		return REFUSE(refusal,
		    "Cannot delete Activity %s because it is the timeout "
		    "Activity of Workspace %s",
		    sid, workspace->object.sid);
	user = activity->workers == 0 ? NULL : worker_in(activity);
	if (user != NULL)
		return REFUSE(refusal,
		    "Cannot delete Activity %s because Worker %s is in it",
		    sid, user->sid);
	user = activity->users == 0 ? NULL : queue_with(activity);
	if (user != NULL)
		return REFUSE(refusal,
		    "Cannot delete Activity %s because TaskQueue %s names it",
		    sid, user->sid);
	return true;
}

/* A Worker whose Reservation ends then stays where he is. */
static void
forget_previous(struct router *router, const struct activity *activity)
{
	struct workspace *workspace = activity->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_RESERVATION]) {
		struct reservation *reservation = (struct reservation *)object;
		if (reservation->previous != activity)
			continue;
		reservation->previous = NULL;
		object_touch(router, object);
	}
}

static bool
delete(struct router *router, struct object *object, struct refusal *refusal)
{
	struct activity *activity = (struct activity *)object;

	if (!is_unused(activity, refusal))
		return false;
	forget_previous(router, activity);
	tell(router, activity, RECORD_ACTIVITY_DELETED);
	object_remove(router, object);
	return true;
}

const struct kind_rules activity_rules = {create, update, delete};
