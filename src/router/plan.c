/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "router/plan_reader.h"

/* A configuration of Twilio's largest size, 1,038,576 bytes, fits: an
 * expression takes up to thirty times its text. */
#define KEPT_MEMORY ((size_t)64 << 20)
#define SCRATCH_MEMORY ((size_t)32 << 20)
#define VALUES_MOST 200000

/* Source for all that follows:
 * https://www.twilio.com/docs/taskrouter/workflow-configuration */

static bool
read_target(struct plan_reader *reader, struct json_object *object,
    struct plan_target *target)
{
	struct expr *expression, *skip_if;
	struct expr_order *order;

	if (json_type(object) != JSON_OBJECT)
		return err_set(reader->err, 0, "%s: expected an object, not %s",
		    reader->place, json_type_name(json_type(object)));
	target->priority = PLAN_NO_PRIORITY;
	if (!plan_queue(reader, object, &target->queue) ||
	    !plan_number(reader, object, "priority", 0, "a whole number",
		&target->priority) ||
	    !plan_number(reader, object, "timeout", 1,
		"a whole number of seconds", &target->timeout) ||
	    !plan_expression(
		reader, object, "expression", EXPR_IN_TARGET, &expression) ||
	    !plan_expression(
		reader, object, "skip_if", EXPR_IN_SKIP_IF, &skip_if) ||
	    !plan_order(reader, object, &order) ||
	    !plan_known_worker(reader, object, target))
		return false;
	target->expression = expression;
	target->skip_if = skip_if;
	target->order = order;
	return true;
}

/* What a target takes from those before it; `before` NULL: it is the first.
 * Timeouts add up: they are of the Task's age.
 * Source: https://www.twilio.com/docs/taskrouter/task-evaluation */
static bool
follow_target(struct plan_reader *reader, struct plan_target *target,
    const struct plan_target *before, int64_t *age)
{
	if (target->queue.at == NULL && before == NULL)
		return plan_refuse(reader, "queue",
		    "missing: the first target names the TaskQueue");
	if (target->queue.at == NULL)
		target->queue = before->queue;
	*age += target->timeout;
	if (target->timeout != PLAN_NO_TIMEOUT)
		target->deadline = *age;
	return true;
}

static bool
read_targets(struct plan_reader *reader, struct json_object *array,
    struct plan_filter *filter)
{
	size_t count = json_length(array), end = 0;
	struct plan_target *targets;
	int64_t age = 0;

	if (count == 0)
		return plan_refuse(reader, "targets",
		    "expected an array of at least one target");
	if (count > PLAN_TARGETS_MOST)
		return plan_refuse(reader, "targets",
		    "more than %d targets", PLAN_TARGETS_MOST);
	targets = arena_array(reader->kept, count, sizeof *targets);
	filter->targets = targets;
	filter->target_count = count;
	while (reader->place[end] != '\0')
		end++;
	for (size_t i = 0; targets != NULL && i < count; i++) {
		(void)snprintf(reader->place + end,
		    sizeof reader->place - end, ".targets[%zu]", i);
		if (!read_target(reader, json_item(array, i), &targets[i]) ||
		    !follow_target(reader, &targets[i],
			i == 0 ? NULL : &targets[i - 1], &age))
			return false;
	}
	return true;
}

/* Both other spellings are of Twilio's library for Java. */
static bool
read_friendly_name(struct plan_reader *reader, struct json_object *object,
    struct str *name)
{
	static const char *const keys[] = {
		"filter_friendly_name", "friendly_name", "friendlyName"};
	struct str text = STR_NONE;

	for (size_t i = 0; i < ARRAY_LENGTH(keys) && text.at == NULL; i++)
		if (!plan_text(reader, object, keys[i], &text))
			return false;
	*name = arena_str(reader->kept, text);
	return true;
}

static bool
read_filter(struct plan_reader *reader, struct json_object *object,
    struct plan_filter *filter)
{
	struct expr *expression;

	if (json_type(object) != JSON_OBJECT)
		return err_set(reader->err, 0, "%s: expected an object, not %s",
		    reader->place, json_type_name(json_type(object)));
	if (!read_friendly_name(reader, object, &filter->friendly_name) ||
	    !plan_expression(
		reader, object, "expression", EXPR_IN_FILTER, &expression))
		return false;
	filter->expression = expression;
	if (expression == NULL)
		return plan_refuse(reader, "expression", "missing");
	return read_targets(reader, json_get(object, "targets"), filter);
}

static bool
read_filters(struct plan_reader *reader, const char *routing,
    struct json_object *array, struct plan *plan)
{
	size_t count = json_length(array);
	struct plan_filter *filters;

	if (json_type(array) != JSON_ARRAY)
		return err_set(reader->err, 0,
		    "%sfilters: expected an array, not %s", routing,
		    json_type_name(json_type(array)));
	if (count > PLAN_FILTERS_MOST)
		return err_set(reader->err, 0,
		    "%sfilters: more than %d filters", routing,
		    PLAN_FILTERS_MOST);
	filters = arena_array(reader->kept, count, sizeof *filters);
	plan->filters = filters;
	plan->filter_count = count;
	for (size_t i = 0; filters != NULL && i < count; i++) {
		(void)snprintf(reader->place, sizeof reader->place,
		    "%sfilters[%zu]", routing, i);
		if (!read_filter(reader, json_item(array, i), &filters[i]))
			return false;
	}
	return true;
}

/* Only its TaskQueue and priority count; TaskRouter lets other keys stand. */
static bool
read_default(struct plan_reader *reader, const char *routing,
    struct json_object *object, struct plan *plan)
{
	struct plan_target *target =
	    arena_alloc(reader->kept, sizeof *target);

	(void)snprintf(reader->place, sizeof reader->place,
	    "%sdefault_filter", routing);
	if (json_type(object) != JSON_OBJECT)
		return err_set(reader->err, 0, "%s: expected an object, not %s",
		    reader->place, json_type_name(json_type(object)));
	plan->has_default = true;
	plan->default_filter.targets = target;
	plan->default_filter.target_count = 1;
	if (target == NULL)
		return true;
	target->priority = PLAN_NO_PRIORITY;
	if (!plan_queue(reader, object, &target->queue) ||
	    !plan_number(reader, object, "priority", 0, "a whole number",
		&target->priority))
		return false;
	return target->queue.at != NULL ||
	    plan_refuse(reader, "queue", "missing");
}

static bool
read_routing(struct plan_reader *reader, const char *routing,
    struct json_object *object, struct plan *plan)
{
	struct json_object *filters = json_get(object, "filters");
	struct json_object *default_filter = json_get(object, "default_filter");

	if (filters == NULL && default_filter == NULL)
		return err_set(reader->err, 0, routing[0] == '\0'
			? "task_routing: missing"
			: "task_routing: expected filters, a default_filter or "
			  "both");
	return (filters == NULL ||
		   read_filters(reader, routing, filters, plan)) &&
	    (default_filter == NULL ||
		read_default(reader, routing, default_filter, plan));
}

/* A page of Twilio's shows filters without the object task_routing around
 * them: .../workflow-configuration/known-agent-routing */
static bool
read_root(struct plan_reader *reader, struct json_object *root,
    struct plan *plan)
{
	struct json_object *routing = json_get(root, "task_routing");

	if (json_type(root) != JSON_OBJECT)
		return err_set(reader->err, 0, "expected an object, not %s",
		    json_type_name(json_type(root)));
	if (routing == NULL)
		return read_routing(reader, "", root, plan);
	if (json_type(routing) != JSON_OBJECT)
		return err_set(reader->err, 0,
		    "task_routing: expected an object, not %s",
		    json_type_name(json_type(routing)));
	return read_routing(reader, "task_routing.", routing, plan);
}

static bool
read_json(struct plan_reader *reader, struct str json,
    struct json_object **root)
{
	static const struct json_limits limits = {VALUES_MOST, false};
	unsigned line, column;
	struct err err;

	if (json_parse(reader->scratch, json, limits, root, &err))
		return true;
	json_position(json, err.at, &line, &column);
	return err_set(reader->err, err.at, "line %u, column %u: %.200s", line,
	    column, err.text);
}

/* ---- the TaskQueues */

static int
compare_queues(const void *a, const void *b)
{
	const struct str *left = a, *right = b;

	return str_compare(*left, *right);
}

static void
list_queues(struct plan *plan)
{
	size_t count = plan->has_default, unique = 0;
	struct str *queues;

	for (size_t i = 0; i < plan->filter_count; i++)
		count += plan->filters[i].target_count;
	queues = arena_array(&plan->arena, count, sizeof *queues);
	if (queues == NULL)
		return;
	count = 0;
	if (plan->has_default)
		queues[count++] = plan->default_filter.targets[0].queue;
	for (size_t i = 0; i < plan->filter_count; i++)
		for (size_t t = 0; t < plan->filters[i].target_count; t++)
			queues[count++] = plan->filters[i].targets[t].queue;
	qsort(queues, count, sizeof *queues, compare_queues);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !str_equal(queues[i], queues[unique - 1]))
			queues[unique++] = queues[i];
	plan->queues = queues;
	plan->queue_count = unique;
}

/* ---- the whole */

static bool
fill_plan(struct plan_reader *reader, struct str json, struct str *compact,
    struct plan *plan)
{
	struct json_object *root;

	if (!read_json(reader, json, &root))
		return false;
	bool held = read_root(reader, root, plan);
	if (held && !plan->arena.overflow)
		list_queues(plan);
	if (held && compact != NULL)
		*compact = json_write(&plan->arena, root);
	if (plan->arena.overflow || reader->scratch->overflow)
		return err_set(
		    reader->err, 0, "the configuration is too large");
	return held;
}

struct plan *
plan_make(struct str json, struct str *compact, struct err *err)
{
	struct plan *plan = calloc(1, sizeof *plan);
	struct arena scratch;

	if (plan == NULL) {
		(void)err_set(err, 0, "out of memory");
		return NULL;
	}
	arena_init(&plan->arena, KEPT_MEMORY);
	arena_init(&scratch, SCRATCH_MEMORY);
	struct plan_reader reader = {
	    .kept = &plan->arena, .scratch = &scratch, .err = err};
	bool held = fill_plan(&reader, json, compact, plan);
	arena_release(&scratch);
	if (held)
		return plan;
	plan_free(plan);
	return NULL;
}

void
plan_free(struct plan *plan)
{
	if (plan == NULL)
		return;
	arena_release(&plan->arena);
	free(plan);
}

const struct plan_filter *
plan_filter(const struct plan *plan, int64_t index)
{
	return index == PLAN_DEFAULT ? &plan->default_filter
				     : &plan->filters[index];
}
