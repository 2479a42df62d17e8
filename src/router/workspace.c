/* SPDX-License-Identifier: MIT
 *
 * Workspaces. Source: https://www.twilio.com/docs/taskrouter/api/workspace;
 * what a new one holds as recordings of TaskRouter show it.
 */
#include "base/compat.h"

#include <stdio.h>

#include "router/lines.h"
#include "router/record.h"
#include "router/rules.h"

/* Of field_templates. */
enum template { TEMPLATE_NONE, TEMPLATE_FIFO };

static void
tell(struct router *router, struct workspace *workspace,
    enum record_type type)
{
	record_event(router, type,
	    &(struct record_subject){.workspace = workspace});
}

/* ---- what a new one holds */

/* As a request would, which cannot be refused here. */
static struct object *
make(struct router *router, struct workspace *workspace,
    const struct kind_rules *rules, struct change *items, size_t count)
{
	struct refusal refusal;
	struct object *object = rules->create(router, workspace,
	    &(struct changes){items, count}, &refusal);

	if (object == NULL)
		router_fatal();
	return object;
}
#define MAKE(router, workspace, rules, ...) \
	make(router, workspace, rules, (struct change[]){__VA_ARGS__}, \
	    ARRAY_LENGTH(((struct change[]){__VA_ARGS__})))
#define SET(id, member, value) \
	{.field = &field_rows[FIELD_##id], .member = (value)}

static void
make_activities(struct router *router, struct workspace *workspace)
{
	struct activity *offline = (struct activity *)MAKE(router, workspace,
	    &activity_rules, SET(ACTIVITY_FRIENDLY_NAME, text, STR("Offline")));

	workspace->default_activity = offline;
	workspace->timeout_activity = offline;
	(void)MAKE(router, workspace, &activity_rules,
	    SET(ACTIVITY_FRIENDLY_NAME, text, STR("Available")),
	    SET(ACTIVITY_AVAILABLE, boolean, true));
	(void)MAKE(router, workspace, &activity_rules,
	    SET(ACTIVITY_FRIENDLY_NAME, text, STR("Unavailable")));
}

/* Source: https://www.twilio.com/docs/taskrouter/multitasking; single-tasking
 * Workspaces too, since each Task is on one. */
static void
make_channels(struct router *router, struct workspace *workspace)
{
	static const struct {
		struct str friendly_name, unique_name;
	} rows[] = {
		{{"Default", 7}, {"default", 7}},
		{{"Voice", 5}, {"voice", 5}},
		{{"Programmable Chat", 17}, {"chat", 4}},
		{{"SMS", 3}, {"sms", 3}},
		{{"Video", 5}, {"video", 5}},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		(void)MAKE(router, workspace, &task_channel_rules,
		    SET(TASK_CHANNEL_FRIENDLY_NAME, text,
			rows[i].friendly_name),
		    SET(TASK_CHANNEL_UNIQUE_NAME, text, rows[i].unique_name));
}

static void
make_template(struct router *router, struct workspace *workspace)
{
	const struct object *queue = MAKE(router, workspace,
	    &task_queue_rules,
	    SET(TASK_QUEUE_FRIENDLY_NAME, text, STR("Sample Queue")));
	char json[128];

	(void)snprintf(json, sizeof json,
	    "{\"task_routing\":{\"filters\":[],"
	    "\"default_filter\":{\"queue\":\"%s\"}}}",
	    queue->sid);
	(void)MAKE(router, workspace, &workflow_rules,
	    SET(WORKFLOW_FRIENDLY_NAME, text, STR("Default Fifo Workflow")),
	    SET(WORKFLOW_CONFIGURATION, text, str_from(json)));
}

static struct object *
create(struct router *router, struct workspace *none,
    const struct changes *changes, struct refusal *refusal)
{
	const struct change *template =
	    change_find(changes, FIELD_WORKSPACE_TEMPLATE);
	struct workspace *workspace;

	(void)none;
	if (router->workspace_count >= WORKSPACES_MOST) {
		(void)REFUSE(refusal,
		    "An account can have at most %d Workspaces",
		    WORKSPACES_MOST);
		return NULL;
	}
	workspace = (struct workspace *)rules_new(
	    router, KIND_WORKSPACE, NULL, changes);
	tell(router, workspace, RECORD_WORKSPACE_CREATED);
	make_activities(router, workspace);
	make_channels(router, workspace);
	if (template != NULL && template->integer == TEMPLATE_FIFO)
		make_template(router, workspace);
	return &workspace->object;
}

/* ---- updating */

static bool
keeps_activity(const struct changes *changes, enum field_id id,
    struct refusal *refusal)
{
	const struct change *change = change_find(changes, id);

	if (change == NULL || change->object != NULL)
		return true;
	return REFUSE(refusal, "%s: a Workspace cannot be without one",
	    field_rows[id].parameter);
}

/* Source: https://www.twilio.com/docs/taskrouter/multitasking */
static bool
keeps_tasking(const struct workspace *workspace,
    const struct changes *changes, struct refusal *refusal)
{
	const struct change *change =
	    change_find(changes, FIELD_WORKSPACE_MULTI_TASK_ENABLED);

	if (change == NULL || change->boolean || !workspace->multi_task_enabled)
		return true;
	return REFUSE(refusal,
	    "MultiTaskEnabled: multitasking cannot be disabled once it is "
	    "enabled");
}

static bool
update(struct router *router, struct object *object,
    const struct changes *changes, struct refusal *refusal)
{
	struct workspace *workspace = (struct workspace *)object;
	bool had_url = workspace->event_callback_url.len > 0;
	bool was_multitasking = workspace->multi_task_enabled;

	if (!keeps_activity(
		changes, FIELD_WORKSPACE_DEFAULT_ACTIVITY, refusal) ||
	    !keeps_activity(
		changes, FIELD_WORKSPACE_TIMEOUT_ACTIVITY, refusal) ||
	    !keeps_tasking(workspace, changes, refusal))
		return false;
	if (!fields_assign(router, object, changes))
		return true;
	/* A new EventCallbackUrl is told what happens from now on. */
	if (!had_url && workspace->event_callback_url.len > 0)
		router_note_delivered(router, workspace, router->number);
	object_changed(router, object);
	tell(router, workspace, RECORD_WORKSPACE_UPDATED);
	if (workspace->multi_task_enabled != was_multitasking)
		rules_workers_differ(router, workspace, NULL);
	return true;
}

/* ---- deleting */

static void
discard_task(struct router *router, struct object *object)
{
	task_delete(router, (struct task *)object);
}

static void
discard_worker(struct router *router, struct object *object)
{
	worker_discard(router, (struct worker *)object);
}

static void
discard_workflow(struct router *router, struct object *object)
{
	workflow_discard(router, (struct workflow *)object);
}

static void
discard_queue(struct router *router, struct object *object)
{
	task_queue_discard(router, (struct task_queue *)object);
}

/* In this order nothing goes that something else still refers to. Reservations
 * go with their Tasks, WorkerChannels with their Workers, revisions with their
 * Workflows. */
static const struct {
	enum kind kind;
	void (*discard)(struct router *router, struct object *object);
} order[] = {
	{KIND_TASK, discard_task},
	{KIND_WORKER, discard_worker},
	{KIND_WORKFLOW, discard_workflow},
	{KIND_TASK_QUEUE, discard_queue},
	{KIND_TASK_CHANNEL, object_remove},
	{KIND_ACTIVITY, object_remove},
};

static bool
delete(struct router *router, struct object *object, struct refusal *refusal)
{
	struct workspace *workspace = (struct workspace *)object;

	(void)refusal;
	tell(router, workspace, RECORD_WORKSPACE_DELETED);
	for (size_t i = 0; i < ARRAY_LENGTH(order); i++) {
		struct object_list *list = &workspace->lists[order[i].kind];
		while (!RB_EMPTY(list))
			order[i].discard(
			    router, RB_MIN(object_list, list));
	}
	object_remove(router, object);
	return true;
}

const struct kind_rules workspace_rules = {create, update, delete};
