/* SPDX-License-Identifier: MIT
 *
 * Workflows. Source: https://www.twilio.com/docs/taskrouter/api/workflow,
 * https://www.twilio.com/docs/taskrouter/workflow-configuration
 */
#include "base/compat.h"

#include <stdlib.h>
#include <string.h>

#include "router/plan.h"
#include "router/record.h"
#include "router/rules.h"
#include "router/step.h"

static void
tell(struct router *router, struct workflow *workflow, enum record_type type)
{
	record_event(router, type,
	    &(struct record_subject){
		.workspace = workflow->object.workspace,
		.workflow = workflow,
	    });
}

/* ---- the configuration */

struct configuration {
	struct plan *plan;
	struct str text; /* compact, in the plan's memory */
};

static struct task_queue *
queue_of(const struct router *router, const struct workspace *workspace,
    struct str sid)
{
	return (struct task_queue *)router_find_in(
	    router, workspace, KIND_TASK_QUEUE, sid);
}

static bool
knows_queues_of(const struct router *router,
    const struct workspace *workspace, const struct plan *plan,
    int64_t filter, struct refusal *refusal)
{
	const struct plan_filter *in = plan_filter(plan, filter);

	for (size_t i = 0; i < in->target_count; i++) {
		struct str queue = in->targets[i].queue;
		if (queue_of(router, workspace, queue) != NULL)
			continue;
		if (filter == PLAN_DEFAULT)
			return REFUSE(refusal,
			    "Configuration: task_routing.default_filter.queue: "
			    "there is no TaskQueue %.*s in Workspace %s",
			    STR_ARGS(queue), workspace->object.sid);
		return REFUSE(refusal,
		    "Configuration: task_routing.filters[%jd].targets[%zu]"
		    ".queue: there is no TaskQueue %.*s in Workspace %s",
		    (intmax_t)filter, i, STR_ARGS(queue),
		    workspace->object.sid);
	}
	return true;
}

static bool
knows_queues(const struct router *router, const struct workspace *workspace,
    const struct plan *plan, struct refusal *refusal)
{
	for (size_t i = 0; i < plan->filter_count; i++)
		if (!knows_queues_of(
			router, workspace, plan, (int64_t)i, refusal))
			return false;
	return !plan->has_default ||
	    knows_queues_of(router, workspace, plan, PLAN_DEFAULT, refusal);
}

static bool
read_configuration(const struct router *router,
    const struct workspace *workspace, struct str json,
    struct configuration *configuration, struct refusal *refusal)
{
	struct err err;

	configuration->plan = plan_make(json, &configuration->text, &err);
	if (configuration->plan == NULL)
		return REFUSE(refusal, "Configuration: %s", err.text);
	if (knows_queues(router, workspace, configuration->plan, refusal))
		return true;
	plan_free(configuration->plan);
	return false;
}

/* As fields_assign, with the compact text in place of the one given. */
static bool
assign(struct router *router, struct workflow *workflow,
    const struct changes *changes, struct str text)
{
	struct changes compact = {
		.items = router_alloc(
		    (changes->count + 1) * sizeof *compact.items),
		.count = changes->count,
	};
	bool differs;

	for (size_t i = 0; i < changes->count; i++) {
		compact.items[i] = changes->items[i];
		if (changes->items[i].field->id == FIELD_WORKFLOW_CONFIGURATION)
			compact.items[i].text = text;
	}
	differs = fields_assign(router, &workflow->object, &compact);
	free(compact.items);
	return differs;
}

/* The plan becomes what Tasks are routed by from now on. */
static void
revise(struct router *router, struct workflow *workflow, struct plan *plan)
{
	struct workspace *workspace = workflow->object.workspace;
	struct workflow_revision *old = workflow->revision;
	struct workflow_revision *revision =
	    (struct workflow_revision *)object_new(
		router, KIND_WORKFLOW_REVISION, workspace);

	fields_preset(router, &revision->object);
	revision->workflow = workflow;
	revision->plan = plan;
	router_set_text(&revision->configuration, workflow->configuration);
	for (size_t i = 0; i < plan->queue_count; i++)
		queue_of(router, workspace, plan->queues[i])->plans++;
	workflow->revision = revision;
	if (old != NULL)
		step_release(router, old);
}

static struct object *
create(struct router *router, struct workspace *workspace,
    const struct changes *changes, struct refusal *refusal)
{
	struct configuration configuration;
	struct workflow *workflow;

	if (!rules_has_room(
		workspace, KIND_WORKFLOW, WORKFLOWS_MOST, refusal) ||
	    !read_configuration(router, workspace,
		rules_text(changes, FIELD_WORKFLOW_CONFIGURATION),
		&configuration, refusal))
		return NULL;
	workflow = (struct workflow *)object_new(
	    router, KIND_WORKFLOW, workspace);
	fields_preset(router, &workflow->object);
	(void)assign(router, workflow, changes, configuration.text);
	revise(router, workflow, configuration.plan);
	tell(router, workflow, RECORD_WORKFLOW_CREATED);
	return &workflow->object;
}

/* ---- updating */

static void
route_again(struct router *router, const struct workflow *workflow)
{
	struct workspace *workspace = workflow->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK]) {
		struct task *task = (struct task *)object;
		if (task->workflow != workflow || task->status != TASK_PENDING)
			continue;
		wait_end(router, task);
		agenda_route(router, task);
	}
}

static bool
update(struct router *router, struct object *object,
    const struct changes *changes, struct refusal *refusal)
{
	struct workflow *workflow = (struct workflow *)object;
	const struct change *given =
	    change_find(changes, FIELD_WORKFLOW_CONFIGURATION);
	struct configuration configuration = {NULL, STR_NONE};
	bool revises;

	if (given != NULL &&
	    !read_configuration(router, object->workspace, given->text,
		&configuration, refusal))
		return false;
	revises = given != NULL &&
	    !str_equal(configuration.text, workflow->configuration);
	if (assign(router, workflow, changes, configuration.text)) {
		object_changed(router, object);
		tell(router, workflow, RECORD_WORKFLOW_UPDATED);
	}
	if (revises)
		revise(router, workflow, configuration.plan);
	else
		plan_free(configuration.plan);
	if (rules_is_true(changes, FIELD_WORKFLOW_RE_EVALUATE))
		route_again(router, workflow);
	return true;
}

/* ---- deleting */

static const struct object *
task_in(const struct workflow *workflow)
{
	struct workspace *workspace = workflow->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK]) {
		struct task *task = (struct task *)object;
		if (task->workflow == workflow && !task_is_finished(task))
			return object;
	}
	return NULL;
}

/* Finished Tasks and their Reservations keep no trace of it. */
static void
forget_everywhere(struct router *router, const struct workflow *workflow)
{
	struct workspace *workspace = workflow->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK]) {
		struct task *task = (struct task *)object;
		if (task->workflow != workflow)
			continue;
		task->workflow = NULL;
		object_touch(router, object);
	}
	RB_FOREACH(object, object_list, &workspace->lists[KIND_RESERVATION]) {
		struct reservation *reservation = (struct reservation *)object;
		if (reservation->workflow != workflow)
			continue;
		reservation->workflow = NULL;
		object_touch(router, object);
	}
}

void
workflow_discard(struct router *router, struct workflow *workflow)
{
	struct workflow_revision *revision = workflow->revision;

	workflow->revision = NULL;
	step_release(router, revision);
	object_remove(router, &workflow->object);
}

static bool
delete(struct router *router, struct object *object, struct refusal *refusal)
{
	struct workflow *workflow = (struct workflow *)object;
	const struct object *user =
	    workflow->tasks == 0 ? NULL : task_in(workflow);

	if (user != NULL)
		return REFUSE(refusal,
		    "Cannot delete Workflow %s because Task %s is in it",
		    object->sid, user->sid);
	tell(router, workflow, RECORD_WORKFLOW_DELETED);
	forget_everywhere(router, workflow);
	workflow_discard(router, workflow);
	return true;
}

const struct kind_rules workflow_rules = {create, update, delete};
