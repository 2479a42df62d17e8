/* SPDX-License-Identifier: MIT
 *
 * Creating, updating and deleting Tasks.
 * Source: https://www.twilio.com/docs/taskrouter/api/task, .../limits
 */
#include "base/compat.h"

#include "router/lines.h"
#include "router/record.h"
#include "router/state.h"

#define TASKS_MOST 500000     /* in a Workspace */
#define VALUES_MOST 4096      /* JSON values: fewer than characters */

/* ---- creating */

static void
pack_attributes(struct task *task)
{
	struct err err;

	expr_pack_free(task->values);
	task->values = expr_pack_make(task->attributes, VALUES_MOST, &err);
}

void
task_restore_values(struct task *task)
{
	pack_attributes(task);
}

/* Where a Task is to go. */
struct destination {
	struct workflow *workflow;
	struct task_queue *task_queue;
	struct worker *worker;
};

static bool
find_target(struct router *router, struct workspace *workspace,
    struct str target, struct destination *to, struct refusal *refusal)
{
	struct object *object = router_find(router, target);

	if (object == NULL || object->workspace != workspace)
		return REFUSE(refusal, "RoutingTarget: %.*s is not in Workspace "
		    "%s", STR_ARGS(target), workspace->object.sid);
	if (object->kind == KIND_WORKFLOW)
		to->workflow = (struct workflow *)object;
	else if (object->kind == KIND_TASK_QUEUE)
		to->task_queue = (struct task_queue *)object;
	else if (object->kind == KIND_WORKER)
		to->worker = (struct worker *)object;
	else
		return REFUSE(refusal, "RoutingTarget: expected the SID of a "
		    "Worker, TaskQueue or Workflow");
	return true;
}

/* Without any word of where to go, the only Workflow is meant; with several it
 * is an error. */
static bool
find_only_workflow(const struct workspace *workspace, struct destination *to,
    struct refusal *refusal)
{
	struct object_list list = workspace->lists[KIND_WORKFLOW];

	if (workspace->counts[KIND_WORKFLOW] != 1)
		return REFUSE(refusal, "WorkflowSid field is required");
	to->workflow = (struct workflow *)RB_MIN(object_list, &list);
	return true;
}

static bool
find_destination(struct router *router, struct workspace *workspace,
    const struct changes *changes, struct destination *to,
    struct refusal *refusal)
{
	const struct change *target =
	    change_find(changes, FIELD_TASK_ROUTING_TARGET);
	const struct change *workflow =
	    change_find(changes, FIELD_TASK_WORKFLOW);
	const struct change *queue =
	    change_find(changes, FIELD_TASK_TASK_QUEUE);

	if (target != NULL && target->text.len > 0)
		return find_target(
		    router, workspace, target->text, to, refusal);
	if (workflow != NULL && workflow->object != NULL)
		to->workflow = (struct workflow *)workflow->object;
	else if (queue != NULL && queue->object != NULL)
		to->task_queue = (struct task_queue *)queue->object;
	else
		return find_only_workflow(workspace, to, refusal);
	return true;
}

static void
place(struct task *task, const struct destination *to)
{
	task->workflow = to->workflow;
	task->task_queue = to->task_queue;
	if (to->workflow != NULL)
		to->workflow->tasks++;
	if (to->task_queue != NULL)
		to->task_queue->tasks++;
}

static bool
check_ignoring(const struct changes *changes, const struct destination *to,
    struct refusal *refusal)
{
	if (change_find(changes, FIELD_TASK_IGNORE_CAPACITY) != NULL &&
	    to->worker == NULL)
		return REFUSE(refusal, "IgnoreCapacity is only for a Task whose "
		    "RoutingTarget is a Worker");
	return true;
}

static struct task_channel *
channel_of(struct workspace *workspace, const struct changes *changes)
{
	const struct change *channel =
	    change_find(changes, FIELD_TASK_TASK_CHANNEL);

	if (channel != NULL && channel->object != NULL)
		return (struct task_channel *)channel->object;
	return router_find_channel(workspace, STR("default"));
}

static struct object *
create(struct router *router, struct workspace *workspace,
    const struct changes *changes, struct refusal *refusal)
{
	struct destination to = {0};
	struct task *task;

	if (workspace->counts[KIND_TASK] >= TASKS_MOST) {
		REFUSE(refusal, "Workspace %s has %d Tasks, which is the most",
		    workspace->object.sid, TASKS_MOST);
		return NULL;
	}
	if (!find_destination(router, workspace, changes, &to, refusal) ||
	    !check_ignoring(changes, &to, refusal))
		return NULL;
	task = (struct task *)object_new(router, KIND_TASK, workspace);
	fields_preset(router, &task->object);
	task->ignore_capacity = to.worker != NULL;
	(void)fields_assign(router, &task->object, changes);
	if (task->virtual_start_time == ROUTER_NEVER)
		task->virtual_start_time = router->now;
	task->task_channel = channel_of(workspace, changes);
	task->task_channel->tasks++;
	place(task, &to);
	pack_attributes(task);
	task_set_life_timer(router, task);
	agenda_route(router, task);
	return &task->object;
}

/* ---- updating */

static void
wrap_by_hand(struct router *router, struct task *task, struct str reason)
{
	if (reason.at != NULL)
		router_set_text(&task->reason, reason);
	task_wrap(router, task);
}

/* Which status may be asked for, of which Tasks, and what is said otherwise:
 * Twilio's words, as people have met them. */
static const struct {
	unsigned from; /* 1 << enum task_status */
	void (*move)(struct router *router, struct task *task,
	    struct str reason);
	const char *verb;
	const char *why;
} moves[] = {
	[TASK_CANCELED] = {1 << TASK_PENDING | 1 << TASK_RESERVED,
	    task_cancel, "cancel task", "it is not pending or reserved."},
	[TASK_COMPLETED] = {1 << TASK_ASSIGNED | 1 << TASK_WRAPPING,
	    task_complete, "complete task", "it is not currently assigned."},
	[TASK_WRAPPING] = {1 << TASK_ASSIGNED,
	    wrap_by_hand, "wrap up a task", "it's not currently assigned"},
};

static bool
check_status(const struct router *router, const struct task *task,
    const struct changes *changes, struct refusal *refusal)
{
	const struct change *status = change_find(changes, FIELD_TASK_STATUS);
	size_t to = status != NULL ? (size_t)status->integer : 0;

	if (status == NULL)
		return true;
	if (to >= ARRAY_LENGTH(moves) || moves[to].move == NULL)
		return REFUSE(refusal, "AssignmentStatus: expected canceled, "
		    "completed or wrapping, not %s: TaskRouter itself does that",
		    task_status_name(status->integer));
	if ((moves[to].from & 1U << task->status) == 0)
		return REFUSE(refusal, "Cannot %s %s in workspace %s for "
		    "account %.*s because %s", moves[to].verb, task->object.sid,
		    task->object.workspace->object.sid,
		    STR_ARGS(router_account(router)), moves[to].why);
	return true;
}

static bool
check_channel(const struct task *task, const struct changes *changes,
    struct refusal *refusal)
{
	const struct change *channel =
	    change_find(changes, FIELD_TASK_TASK_CHANNEL);

	if (channel != NULL && channel->object == NULL)
		return REFUSE(refusal, "TaskChannel: expected the SID or unique "
		    "name of a TaskChannel");
	if (channel != NULL && task->status != TASK_PENDING &&
	    channel->object != &task->task_channel->object)
		return REFUSE(refusal, "TaskChannel: the Task %s is %s; only a "
		    "pending one can change its TaskChannel", task->object.sid,
		    task_status_name(task->status));
	return true;
}

/* Fields besides the status. */
static const enum field_id plain[] = {
	FIELD_TASK_ATTRIBUTES,
	FIELD_TASK_PRIORITY,
	FIELD_TASK_VIRTUAL_START_TIME,
	FIELD_TASK_TASK_CHANNEL,
};

static bool
assign_plain(
    struct router *router, struct task *task, const struct changes *changes)
{
	struct task_channel *channel = task->task_channel;
	bool differs = false;

	(void)router;
	for (size_t i = 0; i < ARRAY_LENGTH(plain); i++) {
		const struct change *change = change_find(changes, plain[i]);
		if (change != NULL && field_put(&task->object, change))
			differs = true;
	}
	channel->tasks--;
	task->task_channel->tasks++;
	return differs;
}

/* A Task goes through its Workflow again when what its filters see has
 * changed; else only its place among those that wait may be another. */
static void
change_plain(struct router *router, struct task *task,
    const struct changes *changes)
{
	bool waits = task->status == TASK_PENDING;
	bool again = change_find(changes, FIELD_TASK_ATTRIBUTES) != NULL ||
	    change_find(changes, FIELD_TASK_TASK_CHANNEL) != NULL;
	bool given = again ||
	    change_find(changes, FIELD_TASK_PRIORITY) != NULL ||
	    change_find(changes, FIELD_TASK_VIRTUAL_START_TIME) != NULL;

	if (!given)
		return;
	if (waits)
		wait_end(router, task);
	if (assign_plain(router, task, changes)) {
		object_changed(router, &task->object);
		pack_attributes(task);
		record_task(router, task, RECORD_TASK_UPDATED);
	}
	if (waits && again)
		agenda_route(router, task);
	else if (waits)
		wait_begin(router, task);
}

/* What may be refused is refused before anything has changed. */
static bool
update(struct router *router, struct object *object,
    const struct changes *changes, struct refusal *refusal)
{
	const struct change *status = change_find(changes, FIELD_TASK_STATUS);
	const struct change *reason = change_find(changes, FIELD_TASK_REASON);
	struct task *task = (struct task *)object;

	if (!check_status(router, task, changes, refusal) ||
	    !check_channel(task, changes, refusal))
		return false;
	change_plain(router, task, changes);
	if (status != NULL)
		moves[status->integer].move(router, task,
		    reason != NULL ? reason->text : STR_NONE);
	return true;
}

/* ---- deleting */

static bool
delete(struct router *router, struct object *object, struct refusal *refusal)
{
	(void)refusal;
	task_delete_by_hand(router, (struct task *)object);
	return true;
}

const struct kind_rules task_rules = {
	.create = create,
	.update = update,
	.remove = delete,
};
