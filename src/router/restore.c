/* SPDX-License-Identifier: MIT
 *
 * From rows back to a state: first every object with what it holds itself,
 * references as SIDs; then references; then what follows from them (counts,
 * indexes, timers), kind by kind.
 */
#include "base/compat.h"

#include <stdlib.h>
#include <string.h>

#include "router/lines.h"
#include "router/plan.h"
#include "router/state.h"

#define DATES_MOST ((int64_t)1 << 52) /* ms since 1970, or before it */

/* What an object is to refer to when all of them are there. */
struct pending_reference {
	struct object *object;
	const struct field *field; /* NULL: its Workspace */
	char sid[ROUTER_SID + 1];
};

static bool
remember(struct router *router, struct object *object,
    const struct field *field, struct str sid)
{
	struct pending_reference *reference;

	if (sid.len != ROUTER_SID)
		return false;
	router->references = router_grow(router->references,
	    router->reference_count + 1, &router->reference_room,
	    sizeof *router->references);
	reference = &router->references[router->reference_count++];
	reference->object = object;
	reference->field = field;
	memcpy(reference->sid, sid.at, ROUTER_SID);
	reference->sid[ROUTER_SID] = '\0';
	return true;
}

static bool
choice_index(const struct field *field, struct str word, int64_t *index)
{
	for (*index = 0; field->choices[*index] != NULL; (*index)++)
		if (str_is(word, field->choices[*index]))
			return true;
	return false;
}

/* Sums of dates and durations must not overflow, nor arrays that have room for
 * what a row allows. */
static bool
is_in_range(const struct field *field, int64_t number)
{
	if (field->type == FIELD_INTEGER)
		return number >= field->least && number <= field->most;
	return number == ROUTER_NEVER ||
	    (number > -DATES_MOST && number < DATES_MOST);
}

/* One value of a row; references are only remembered. */
static bool
take_value(struct router *router, struct object *object,
    const struct stored_value *value)
{
	struct change change = {.field = value->field};

	switch ((int)value->field->type) {
	case FIELD_REFERENCE:
		return value->text.at == NULL ||
		    remember(router, object, value->field, value->text);
	case FIELD_CHOICE:
		if (!choice_index(value->field, value->text, &change.integer))
			return false;
		break;
	case FIELD_BOOLEAN:
		change.boolean = value->integer != 0;
		break;
	case FIELD_INTEGER:
	case FIELD_DATE:
		change.integer = value->integer;
		if (!is_in_range(value->field, value->integer))
			return false;
		break;
	default:
		change.text = value->text;
	}
	(void)field_put(object, &change);
	return true;
}

static bool
is_sid_of(struct str sid, enum kind kind)
{
	return sid.len == ROUTER_SID &&
	    memcmp(sid.at, kind_rows[kind].prefix, 2) == 0;
}

bool
router_restore(struct router *router, const struct stored_object *row,
    const struct stored_value *values, size_t count, struct err *err)
{
	const char *noun = kind_rows[row->kind].noun;
	struct object *object;

	if (!is_sid_of(row->sid, row->kind))
		return err_set(err, 0, "%.*s is no SID of a %s",
		    STR_ARGS(row->sid), noun);
	object = object_blank(row->kind);
	memcpy(object->sid, row->sid.at, ROUTER_SID);
	object->number = row->number;
	object->version = row->version;
	object->date_created = row->date_created;
	object->date_updated = row->date_updated;
	object->is_stored = true;
	if (!object_insert_sid(router, object)) {
		object_free(object);
		return err_set(err, 0, "%s %.*s is there twice", noun,
		    STR_ARGS(row->sid));
	}
	fields_preset(router, object);
	if (!remember(router, object, NULL, row->workspace))
		return err_set(err, 0, "%s %s: its Workspace is no SID", noun,
		    object->sid);
	for (size_t i = 0; i < count; i++)
		if (!take_value(router, object, &values[i]))
			return err_set(err, 0, "%s %s: %s is none", noun,
			    object->sid, values[i].field->property);
	return true;
}

/* ---- references */

static bool
connect(struct router *router, const struct pending_reference *reference,
    struct err *err)
{
	enum kind kind = reference->field != NULL ? reference->field->refers
						  : KIND_WORKSPACE;
	struct object *to =
	    router_find_in(router, NULL, kind, str_from(reference->sid));

	if (to == NULL)
		return err_set(err, 0, "%s %s refers to %s %s, which is not "
		    "there", kind_rows[reference->object->kind].noun,
		    reference->object->sid, kind_rows[kind].noun,
		    reference->sid);
	if (reference->field != NULL)
		(void)field_put(reference->object, &(struct change){
		    .field = reference->field, .object = to});
	else
		reference->object->workspace = (struct workspace *)to;
	return true;
}

static bool
connect_all(struct router *router, struct err *err)
{
	for (size_t i = 0; i < router->reference_count; i++)
		if (!connect(router, &router->references[i], err))
			return false;
	free(router->references);
	router->references = NULL;
	router->reference_count = router->reference_room = 0;
	return true;
}

/* ---- what follows, kind by kind; everything referred to is connected and of
 * earlier kinds complete */

static bool
missing(const struct object *object, const char *what, struct err *err)
{
	return err_set(err, 0, "%s %s has no %s",
	    kind_rows[object->kind].noun, object->sid, what);
}

static bool
complete_workspace(
    struct router *router, struct object *object, struct err *err)
{
	const struct workspace *workspace = (struct workspace *)object;

	(void)router;
	if (workspace->object.workspace != workspace)
		return missing(object, "place of its own", err);
	if (router_find_channel(workspace, STR("default")) == NULL)
		return missing(object, "default TaskChannel", err);
	return (workspace->default_activity != NULL &&
	           workspace->timeout_activity != NULL) ||
	    missing(object, "default or timeout Activity", err);
}

static bool
complete_queue(struct router *router, struct object *object, struct err *err)
{
	struct task_queue *queue = (struct task_queue *)object;

	(void)router;
	if (queue->reservation_activity != NULL)
		queue->reservation_activity->users++;
	if (queue->assignment_activity != NULL)
		queue->assignment_activity->users++;
	if (queue->target_workers.len == 0)
		return true;
	queue->eligible = expr_parse(&queue->memory, queue->target_workers,
	    EXPR_IN_WORKERS, err);
	return queue->eligible != NULL;
}

static bool
complete_workflow(
    struct router *router, struct object *object, struct err *err)
{
	(void)router;
	return ((struct workflow *)object)->revision != NULL ||
	    missing(object, "configuration", err);
}

static bool
complete_revision(
    struct router *router, struct object *object, struct err *err)
{
	struct workflow_revision *revision =
	    (struct workflow_revision *)object;

	if (revision->workflow == NULL)
		return missing(object, "Workflow", err);
	revision->plan = plan_make(revision->configuration, NULL, err);
	if (revision->plan == NULL)
		return false;
	for (size_t i = 0; i < revision->plan->queue_count; i++) {
		struct object *queue = router_find_in(router, object->workspace,
		    KIND_TASK_QUEUE, revision->plan->queues[i]);
		if (queue == NULL)
			return missing(object, "TaskQueue", err);
		((struct task_queue *)queue)->plans++;
	}
	return true;
}

/* Ranks are numbers too; a Worker's is never below those of his channels. */
static void
keep_rank(struct router *router, int64_t rank)
{
	if ((uint64_t)rank > router->number)
		router->number = (uint64_t)rank;
}

static bool
complete_worker(struct router *router, struct object *object, struct err *err)
{
	struct worker *worker = (struct worker *)object;

	keep_rank(router, worker->idle_rank);
	if (worker->activity == NULL)
		return missing(object, "Activity", err);
	if (!worker_insert_name(worker))
		return missing(object, "name of its own", err);
	worker->activity->workers++;
	worker->values =
	    expr_pack_make(worker->attributes, WORKER_VALUES_MOST, err);
	return worker->values != NULL;
}

static bool
complete_channel(
    struct router *router, struct object *object, struct err *err)
{
	struct worker_channel *channel = (struct worker_channel *)object;

	(void)router;
	if (channel->worker == NULL || channel->task_channel == NULL)
		return missing(object, "Worker or TaskChannel", err);
	LIST_INSERT_HEAD(&channel->worker->channels, channel, of_worker);
	return true;
}

static bool
has_step(const struct task *task)
{
	const struct plan_filter *filter;

	if (task->step.revision == NULL)
		return true;
	if (task->step.filter < PLAN_DEFAULT || task->step.filter >=
	        (int64_t)task->step.revision->plan->filter_count)
		return false;
	filter = plan_filter(task->step.revision->plan, task->step.filter);
	return filter != NULL && task->step.target >= 0 &&
	    task->step.target < (int64_t)filter->target_count;
}

static bool
complete_task(struct router *router, struct object *object, struct err *err)
{
	struct task *task = (struct task *)object;

	if (task->task_channel == NULL)
		return missing(object, "TaskChannel", err);
	if (!has_step(task))
		return missing(object, "place in its Workflow", err);
	if (task->step.revision != NULL && task->task_queue == NULL)
		return missing(object, "TaskQueue", err);
	task->is_announced = true;
	task->task_channel->tasks++;
	task_restore_values(task);
	task_set_life_timer(router, task);
	if (task->step.revision != NULL)
		task->step.revision->tasks++;
	if (task_is_finished(task))
		return true;
	if (task->task_queue != NULL)
		task->task_queue->tasks++;
	if (task->workflow != NULL)
		task->workflow->tasks++;
	return true;
}

static bool
complete_reservation(
    struct router *router, struct object *object, struct err *err)
{
	struct reservation *reservation = (struct reservation *)object;

	if (reservation->task == NULL || reservation->worker == NULL ||
	    reservation->channel == NULL)
		return missing(object, "Task, Worker or WorkerChannel", err);
	if (reservation->channel->worker != reservation->worker)
		return missing(object, "WorkerChannel of its Worker", err);
	reservation_link(reservation);
	if (reservation->status == RESERVATION_PENDING)
		router_set_timer(router, &reservation->timer, object,
		    reservation->deadline);
	reservation_call_back(router, reservation);
	return true;
}

/* One for each TaskChannel. */
static bool
check_channels(struct router *router, struct object *object, struct err *err)
{
	struct object_list *channels =
	    &object->workspace->lists[KIND_TASK_CHANNEL];
	struct object *channel;

	(void)router;
	RB_FOREACH(channel, object_list, channels)
		if (worker_channel_of((struct worker *)object,
		        (struct task_channel *)channel) == NULL)
			return missing(object, "WorkerChannel", err);
	return true;
}

/* In this order: each needs what stands before it. */
static const struct {
	enum kind kind;
	bool (*complete)(
	    struct router *router, struct object *object, struct err *err);
} completions[] = {
	{KIND_WORKSPACE, complete_workspace},
	{KIND_TASK_QUEUE, complete_queue},
	{KIND_WORKFLOW, complete_workflow},
	{KIND_WORKFLOW_REVISION, complete_revision},
	{KIND_WORKER, complete_worker},
	{KIND_WORKER_CHANNEL, complete_channel},
	{KIND_WORKER, check_channels},
	{KIND_TASK, complete_task},
	{KIND_RESERVATION, complete_reservation},
};

static bool
for_all(struct router *router, enum kind kind,
    bool (*run)(struct router *, struct object *, struct err *),
    struct err *err)
{
	struct object *workspace, *object;

	if (kind == KIND_WORKSPACE) {
		RB_FOREACH(workspace, object_list, &router->workspaces)
			if (!run(router, workspace, err))
				return false;
		return true;
	}
	RB_FOREACH(workspace, object_list, &router->workspaces)
		RB_FOREACH(object, object_list,
		    &((struct workspace *)workspace)->lists[kind])
			if (!run(router, object, err))
				return false;
	return true;
}

/* ---- who waits where, and who is free; nothing changes by it */

static bool
enlist(struct router *router, struct object *object, struct err *err)
{
	(void)err;
	(void)lines_enlist_queue(router, (struct task_queue *)object);
	return true;
}

static bool
wait_again(struct router *router, struct object *object, struct err *err)
{
	struct task *task = (struct task *)object;

	(void)err;
	if (task->status != TASK_PENDING)
		return true;
	wait_find_wanted(router, task);
	wait_begin(router, task);
	return true;
}

static void
put_in_lists(struct router *router)
{
	struct object *object;

	for (object = object_first(router); object != NULL;
	     object = object_after(object))
		object_insert(router, object);
}

bool
router_restored(struct router *router, uint64_t number, struct err *err)
{
	router->number = number;
	if (!connect_all(router, err))
		return false;
	put_in_lists(router);
	for (size_t i = 0; i < ARRAY_LENGTH(completions); i++)
		if (!for_all(router, completions[i].kind,
		        completions[i].complete, err))
			return false;
	(void)for_all(router, KIND_TASK_QUEUE, enlist, err);
	(void)for_all(router, KIND_TASK, wait_again, err);
	router->effects.warning_count = 0;
	return true;
}
