/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/names.h"

#include "router/lines.h"
#include "router/state.h"

#define NOTHING ((struct expr_value){.type = EXPR_NULL})

static struct expr_value
text_value(struct str text)
{
	if (text.at == NULL)
		return NOTHING;
	return (struct expr_value){.type = EXPR_STRING, .text = text};
}

static struct expr_value
count_value(size_t count)
{
	return (struct expr_value){
	    .type = EXPR_INTEGER, .integer = (int64_t)count};
}

static struct expr_value
attribute(const struct expr_pack *values, const struct expr_step *steps,
    size_t count)
{
	if (values == NULL)
		return NOTHING;
	return expr_value_follow(expr_pack_root(values), steps, count);
}

/* ---- worker.… */

/* worker.channel.NAME.…; false: no such thing. */
static bool
find_in_channel(const struct worker *worker, const struct expr_step *steps,
    struct expr_value *value)
{
	const struct worker_channel *channel;

	LIST_FOREACH(channel, &worker->channels, of_worker)
		if (str_equal(channel->task_channel->unique_name,
			steps[1].name))
			break;
	if (channel == NULL)
		return false;
	const struct {
		const char *name;
		int64_t number;
	} rows[] = {
		{"configured_capacity", channel->configured_capacity},
		{"assigned_tasks", (int64_t)channel->assigned},
		{"available_capacity_percentage", router_percentage(channel)},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (str_is(steps[2].name, rows[i].name)) {
			*value = (struct expr_value){.type = EXPR_INTEGER,
			    .integer = rows[i].number};
			return true;
		}
	return false;
}

/* What every Worker has besides attributes; false: it is no such name. */
static bool
find_own(const struct worker *worker, const struct expr_step *steps,
    size_t count, struct expr_value *value)
{
	const struct activity *activity = worker->activity;
	const struct {
		const char *name;
		struct str text;
	} rows[] = {
		{"sid", str_from(worker->object.sid)},
		{"friendly_name", worker->friendly_name},
		{"activity_sid",
		    activity == NULL ? STR_NONE
				     : str_from(activity->object.sid)},
		{"activity_name",
		    activity == NULL ? STR_NONE : activity->friendly_name},
	};

	if (count == 3 && str_is(steps[0].name, "channel"))
		return find_in_channel(worker, steps, value);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (str_is(steps[0].name, rows[i].name)) {
			*value = expr_value_follow(
			    text_value(rows[i].text), steps + 1, count - 1);
			return true;
		}
	return false;
}

static struct expr_value
find_worker(const struct names *names, const struct expr_step *steps,
    size_t count)
{
	struct expr_value value;

	if (names->worker == NULL)
		return NOTHING;
	if (count > 0 && find_own(names->worker, steps, count, &value))
		return value;
	return attribute(names->worker->values, steps, count);
}

/* ---- workers.… */

/* At most a hundred Activities are in a Workspace. */
static const struct activity *
find_activity(const struct workspace *workspace, struct str sid)
{
	struct object_list list = workspace->lists[KIND_ACTIVITY];
	struct object *object;

	RB_FOREACH(object, object_list, &list)
		if (str_equal_nocase(str_from(object->sid), sid))
			return (const struct activity *)(const void *)object;
	return NULL;
}

static struct expr_value
find_workers(const struct names *names, const struct expr_step *steps,
    size_t count)
{
	const struct task_queue *queue = names->queue;

	if (queue == NULL || count != 1)
		return NOTHING;
	if (str_is(steps[0].name, "available"))
		return count_value(presence_available(queue, true));
	if (str_is(steps[0].name, "unavailable"))
		return count_value(presence_available(queue, false));
	const struct activity *activity =
	    find_activity(queue->object.workspace, steps[0].name);
	if (activity != NULL)
		return count_value(presence_in(queue, activity));
	/* Nobody is in an Activity that is gone. */
	return str_has_prefix(steps[0].name, STR("WA")) &&
		steps[0].name.len == ROUTER_SID
	    ? count_value(0)
	    : NOTHING;
}

/* ---- any of them */

static struct expr_value
find(void *context, enum expr_root root, const struct expr_step *steps,
    size_t count)
{
	const struct names *names = context;

	switch (root) {
	case EXPR_ROOT_TASK:
		return names->task == NULL
		    ? NOTHING
		    : attribute(names->task->values, steps, count);
	case EXPR_ROOT_WORKER:
		return find_worker(names, steps, count);
	case EXPR_ROOT_WORKERS:
		return find_workers(names, steps, count);
	case EXPR_ROOT_OTHER:
		break;
	}
	return NOTHING;
}

struct expr_names
names_of(const struct names *names)
{
	return (struct expr_names){find, (void *)(uintptr_t)names};
}

/* ---- for lists: one object each, which is the context itself */

static struct expr_value
find_of_task(void *context, enum expr_root root, const struct expr_step *steps,
    size_t count)
{
	struct names names = {.task = context};

	return find(&names, root, steps, count);
}

static struct expr_value
find_of_worker(void *context, enum expr_root root,
    const struct expr_step *steps, size_t count)
{
	struct names names = {.worker = context};

	return find(&names, root, steps, count);
}

struct expr_names
router_task_names(const struct task *task)
{
	return (struct expr_names){find_of_task, (void *)(uintptr_t)task};
}

struct expr_names
router_worker_names(const struct worker *worker)
{
	return (struct expr_names){find_of_worker, (void *)(uintptr_t)worker};
}
