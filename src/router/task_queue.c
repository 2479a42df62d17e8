/* SPDX-License-Identifier: MIT
 *
 * TaskQueues. Source: https://www.twilio.com/docs/taskrouter/api/task-queue
 */
#include "base/compat.h"

#include <stdlib.h>

#include "router/lines.h"
#include "router/plan.h"
#include "router/record.h"
#include "router/rules.h"

static void
tell(struct router *router, struct task_queue *queue, enum record_type type)
{
	record_event(router, type,
	    &(struct record_subject){
		.workspace = queue->object.workspace,
		.task_queue = queue,
	    });
}

/* ---- TargetWorkers */

/* TargetWorkers, read: in an arena of its own, since the TaskQueue's holds the
 * one that is still in force. */
struct eligibility {
	struct arena memory;
	struct expr *expression; /* NULL: nobody is eligible */
};

static bool
read_target(struct str text, struct eligibility *eligibility,
    struct refusal *refusal)
{
	struct arena *memory = &eligibility->memory;
	struct err err;

	arena_init(memory, QUEUE_MEMORY);
	eligibility->expression = NULL;
	if (text.len == 0)
		return true;
	eligibility->expression =
	    expr_parse(memory, text, EXPR_IN_WORKERS, &err);
	if (eligibility->expression != NULL)
		return true;
	(void)REFUSE(refusal, "TargetWorkers: %s\n%.*s", err.text,
	    STR_ARGS(expr_caret(memory, text, err.at)));
	arena_release(memory);
	return false;
}

static void
put_target(struct task_queue *queue, const struct eligibility *eligibility)
{
	arena_release(&queue->memory);
	queue->memory = eligibility->memory;
	queue->eligible = eligibility->expression;
}

/* ---- Activities */

static void
count_user(struct activity *activity, bool joins)
{
	if (activity != NULL)
		activity->users += joins ? 1 : SIZE_MAX;
}

static void
count_users(const struct task_queue *queue, bool joins)
{
	count_user(queue->reservation_activity, joins);
	count_user(queue->assignment_activity, joins);
}

static struct object *
create(struct router *router, struct workspace *workspace,
    const struct changes *changes, struct refusal *refusal)
{
	struct eligibility eligibility;
	struct task_queue *queue;

	if (!rules_has_room(
		workspace, KIND_TASK_QUEUE, TASK_QUEUES_MOST, refusal) ||
	    !read_target(
		rules_text(changes, FIELD_TASK_QUEUE_TARGET_WORKERS),
		&eligibility, refusal))
		return NULL;
	queue = (struct task_queue *)rules_new(
	    router, KIND_TASK_QUEUE, workspace, changes);
	put_target(queue, &eligibility);
	count_users(queue, true);
	(void)lines_enlist_queue(router, queue);
	tell(router, queue, RECORD_TASK_QUEUE_CREATED);
	return &queue->object;
}

/* ---- updating */

/* The Tasks that wait in it, taken out of their places, since the TaskQueue's
 * order is what those go by. */
struct waiting {
	struct task **tasks;
	size_t count;
};

static void
take_waiting(struct router *router, struct task_queue *queue,
    struct waiting *waiting)
{
	struct workspace *workspace = queue->object.workspace;
	struct object *object;

	waiting->tasks =
	    router_alloc((queue->tasks + 1) * sizeof(struct task *));
	waiting->count = 0;
	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK]) {
		struct task *task = (struct task *)object;
		if (task->task_queue != queue || task->demand == NULL)
			continue;
		wait_end(router, task);
		waiting->tasks[waiting->count++] = task;
	}
}

static void
put_waiting(struct router *router, struct waiting *waiting)
{
	for (size_t i = 0; i < waiting->count; i++)
		wait_begin(router, waiting->tasks[i]);
	free(waiting->tasks);
}

static bool
assign(struct router *router, struct task_queue *queue,
    const struct changes *changes)
{
	const struct change *order =
	    change_find(changes, FIELD_TASK_QUEUE_TASK_ORDER);
	bool sorts = order != NULL && order->integer != queue->task_order;
	struct waiting waiting;
	bool differs;

	if (sorts)
		take_waiting(router, queue, &waiting);
	count_users(queue, false);
	differs = fields_assign(router, &queue->object, changes);
	count_users(queue, true);
	if (sorts)
		put_waiting(router, &waiting);
	return differs;
}

/* Its members take the Tasks that wait in it; who was one before finds none. */
static void
free_members(struct router *router, const struct task_queue *queue)
{
	struct membership *membership;

	LIST_FOREACH(membership, &queue->members, of_queue)
		agenda_free(router, membership->worker);
}

static void
retarget(struct router *router, struct task_queue *queue,
    const struct eligibility *eligibility)
{
	put_target(queue, eligibility);
	if (lines_enlist_queue(router, queue))
		free_members(router, queue);
	tell(router, queue, RECORD_TASK_QUEUE_EXPRESSION_UPDATED);
}

static bool
update(struct router *router, struct object *object,
    const struct changes *changes, struct refusal *refusal)
{
	struct task_queue *queue = (struct task_queue *)object;
	bool retargets = rules_differs(
	    changes, FIELD_TASK_QUEUE_TARGET_WORKERS, queue->target_workers);
	struct eligibility eligibility;

	if (retargets &&
	    !read_target(
		rules_text(changes, FIELD_TASK_QUEUE_TARGET_WORKERS),
		&eligibility, refusal))
		return false;
	if (assign(router, queue, changes))
		object_changed(router, object);
	if (retargets)
		retarget(router, queue, &eligibility);
	return true;
}

/* ---- deleting */

static bool
names_queue(const struct plan *plan, const struct task_queue *queue)
{
	for (size_t i = 0; i < plan->queue_count; i++)
		if (str_equal_nocase(
			plan->queues[i], str_from(queue->object.sid)))
			return true;
	return false;
}

static const struct workflow_revision *
revision_with(const struct task_queue *queue)
{
	struct workspace *workspace = queue->object.workspace;
	struct object *object;

	RB_FOREACH(
	    object, object_list, &workspace->lists[KIND_WORKFLOW_REVISION]) {
		struct workflow_revision *revision =
		    (struct workflow_revision *)object;
		if (names_queue(revision->plan, queue))
			return revision;
	}
	return NULL;
}

static const struct object *
task_in(const struct task_queue *queue)
{
	struct workspace *workspace = queue->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK]) {
		struct task *task = (struct task *)object;
		if (task->task_queue == queue && !task_is_finished(task))
			return object;
	}
	return NULL;
}

/* Twilio: 400 while Tasks drain; of Workflows it says nothing. */
static bool
is_unused(const struct task_queue *queue, struct refusal *refusal)
{
	const char *sid = queue->object.sid;
	const struct object *task =
	    queue->tasks == 0 ? NULL : task_in(queue);
	const struct workflow_revision *revision =
	    queue->plans == 0 ? NULL : revision_with(queue);

	if (task != NULL)
		return REFUSE(refusal,
		    "Cannot delete TaskQueue %s because Task %s is in it",
		    sid, task->sid);
	if (revision == NULL)
		return true;
	if (revision == revision->workflow->revision)
		return REFUSE(refusal,
		    "Cannot delete TaskQueue %s because Workflow %s names it",
		    sid, revision->workflow->object.sid);
	return REFUSE(refusal,
	    "Cannot delete TaskQueue %s because an earlier configuration of "
	    "Workflow %s, by which Tasks still go, names it",
	    sid, revision->workflow->object.sid);
}

/* Finished Tasks and their Reservations keep no trace of it. */
static void
forget_everywhere(struct router *router, const struct task_queue *queue)
{
	struct workspace *workspace = queue->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK]) {
		struct task *task = (struct task *)object;
		if (task->task_queue != queue)
			continue;
		task->task_queue = NULL;
		object_touch(router, object);
	}
	RB_FOREACH(object, object_list, &workspace->lists[KIND_RESERVATION]) {
		struct reservation *reservation = (struct reservation *)object;
		if (reservation->task_queue != queue)
			continue;
		reservation->task_queue = NULL;
		object_touch(router, object);
	}
}

void
task_queue_discard(struct router *router, struct task_queue *queue)
{
	lines_forget_queue(queue);
	count_users(queue, false);
	object_remove(router, &queue->object);
}

static bool
delete(struct router *router, struct object *object, struct refusal *refusal)
{
	struct task_queue *queue = (struct task_queue *)object;

	if (!is_unused(queue, refusal))
		return false;
	tell(router, queue, RECORD_TASK_QUEUE_DELETED);
	forget_everywhere(router, queue);
	task_queue_discard(router, queue);
	return true;
}

const struct kind_rules task_queue_rules = {create, update, delete};
