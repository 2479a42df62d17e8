/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "ctl/workspace.h"

#include "ctl/command.h"
#include "ctl/pages.h"
#include "ctl/worker_channels.h"
#include "twilio/sid.h"

/* One object as text and parsed; the largest is a Workflow whose
 * configuration is as long as it may be. */
#define OBJECT_CEILING ((size_t)1 << 28)
#define OBJECT_VALUES ((size_t)2000000)
#define TASK_QUEUE_PREFIX "WQ"

static const struct list_row {
	enum seed_kind kind;
	const char *segment; /* of the path */
	const char *prefix;  /* of SIDs */
} lists[] = {
	{SEED_ACTIVITY, "Activities", "WA"},
	{SEED_TASK_CHANNEL, "TaskChannels", "TC"},
	{SEED_WORKER, "Workers", "WK"},
	{SEED_TASK_QUEUE, "TaskQueues", TASK_QUEUE_PREFIX},
	{SEED_WORKFLOW, "Workflows", "WW"},
	{SEED_TASK, "Tasks", "WT"},
};

/* One Workspace in hand. */
struct reading {
	const struct workspace_copy *copy;
	const struct item *workspace;
	struct items items[SEED_KINDS]; /* of those that have rows above */
	size_t workers_done;
};

static void
fail_memory(const struct reading *reading)
{
	fetcher_fail(reading->copy->fetcher, STR_NONE, "out of memory");
}

static bool
is_wanted(const struct reading *reading, const struct list_row *row)
{
	return row->kind != SEED_TASK || reading->copy->tasks;
}

/* ---- reading */

static void
end_list(void *context)
{
	(void)context;
}

static bool
read_list(struct reading *reading, const struct list_row *row)
{
	struct fetcher *fetcher = reading->copy->fetcher;
	struct items *items = &reading->items[row->kind];
	struct pages list = {
		.prefix = row->prefix,
		.items = items,
		.done = end_list,
	};
	struct str path = arena_format(&items->arena, "/v1/Workspaces/%.*s/%s",
	    STR_ARGS(reading->workspace->sid), row->segment);

	progress_show(reading->copy->progress, "%.*s: %s",
	    STR_ARGS(reading->workspace->name), row->segment);
	if (path.at == NULL) {
		fail_memory(reading);
		return false;
	}
	pages_start(&list, fetcher, path);
	bool good = fetcher_run(fetcher);
	pages_release(&list);
	if (good && !items_sort(items))
		fail_memory(reading);
	if (good)
		progress_tell(reading->copy->progress, "%.*s: %zu %s",
		    STR_ARGS(reading->workspace->name), items->count,
		    row->segment);
	return fetcher->error.at == NULL;
}

static bool
read_lists(struct reading *reading)
{
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
		if (is_wanted(reading, &lists[i]) &&
		    !read_list(reading, &lists[i]))
			return false;
	return true;
}

/* ---- one object */

static bool
parse(struct reading *reading, struct arena *arena, struct str text,
    struct json_object **value)
{
	struct json_limits limits = {.values = OBJECT_VALUES};
	struct err err;

	if (text.at != NULL && json_parse(arena, text, limits, value, &err))
		return true;
	fail_memory(reading);
	return false;
}

/* Adds it to the seed; `channels` is the text of an array, or absent. */
static bool
add_object(struct reading *reading, enum seed_kind kind, struct str text,
    const struct items *channels)
{
	struct json_object *object, *array = NULL;
	struct arena arena;

	arena_init(&arena, OBJECT_CEILING);
	bool good = parse(reading, &arena, text, &object) &&
	    (channels == NULL ||
		parse(reading, &arena, items_array(channels, &arena),
		    &array));
	if (good)
		seed_form_add(reading->copy->form, kind, object, array);
	arena_release(&arena);
	return good;
}

static bool
take_worker(
    void *context, const struct item *worker, const struct items *channels)
{
	struct reading *reading = context;
	struct progress *progress = reading->copy->progress;

	reading->workers_done++;
	if (channels == NULL) {
		progress_clear(progress);
		command_complain(
		    "Worker \"%.*s\" (%.*s) was deleted meanwhile: left out",
		    STR_ARGS(worker->name), STR_ARGS(worker->sid));
		return true;
	}
	progress_show(progress, "%.*s: channels of Workers %zu/%zu",
	    STR_ARGS(reading->workspace->name), reading->workers_done,
	    reading->items[SEED_WORKER].count);
	return add_object(reading, SEED_WORKER, worker->text, channels);
}

/* ---- TaskQueues that Workflows refer to and that have no name */

struct str
workspace_next_queue(struct str text, size_t *at)
{
	while (*at + SID_LENGTH + 1 < text.len) {
		size_t from = *at + 1;
		struct str word = str_slice(text, from, from + SID_LENGTH);
		if (text.at[*at] == '"' &&
		    text.at[from + SID_LENGTH] == '"' &&
		    sid_is(word, TASK_QUEUE_PREFIX)) {
			*at = from + SID_LENGTH + 1;
			return word;
		}
		(*at)++;
	}
	*at = text.len;
	return STR_NONE;
}

/* `text` is what was written of the Workflow. */
static void
warn_of_queues(const struct reading *reading, const struct item *workflow,
    struct str text)
{
	size_t at = 0;
	struct str sid = workspace_next_queue(text, &at);

	for (; sid.at != NULL; sid = workspace_next_queue(text, &at)) {
		progress_clear(reading->copy->progress);
		command_complain("%.*s: Workflow \"%.*s\": TaskQueue %.*s has no "
		    "name: its SID stays in the seed",
		    STR_ARGS(reading->workspace->name),
		    STR_ARGS(workflow->name), STR_ARGS(sid));
	}
}

/* ---- writing */

static void
note_names(const struct reading *reading)
{
	struct seed_form *form = reading->copy->form;

	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		enum seed_kind kind = lists[i].kind;
		const struct items *items = &reading->items[kind];
		for (size_t n = 0; items->name != NULL && n < items->count; n++)
			seed_form_note(form, kind, items->sorted[n]->sid,
			    items->sorted[n]->name);
	}
}

/* A Task that has ended is not written: what it refers to needs no label. */
static bool
has_ended(struct json_object *task)
{
	struct str status = json_get_text(task, "assignment_status");

	return str_is(status, "completed") || str_is(status, "canceled");
}

static bool
note_targets(struct reading *reading)
{
	const struct item *task = reading->items[SEED_TASK].first;
	bool good = true;

	for (; good && task != NULL; task = task->next) {
		struct json_object *object;
		struct arena arena;
		arena_init(&arena, OBJECT_CEILING);
		good = parse(reading, &arena, task->text, &object);
		if (good && !has_ended(object))
			seed_form_note_target(reading->copy->form,
			    json_get_text(object, "routing_target"));
		arena_release(&arena);
	}
	return good;
}

static bool
begin(struct reading *reading)
{
	struct json_object *object;
	struct arena arena;

	note_names(reading);
	if (!note_targets(reading))
		return false;
	arena_init(&arena, OBJECT_CEILING);
	bool good = parse(reading, &arena, reading->workspace->text, &object);
	if (good)
		seed_form_begin(reading->copy->form, object);
	arena_release(&arena);
	return good;
}

static bool
write_workers(struct reading *reading)
{
	const struct worker_channels request = {
		.fetcher = reading->copy->fetcher,
		.workspace_sid = reading->workspace->sid,
		.workers = &reading->items[SEED_WORKER],
		.take = take_worker,
		.context = reading,
	};

	if (!worker_channels_read(&request))
		return false;
	progress_tell(reading->copy->progress,
	    "%.*s: channels of %zu Workers",
	    STR_ARGS(reading->workspace->name), reading->workers_done);
	return true;
}

static bool
write_kind(struct reading *reading, enum seed_kind kind)
{
	const struct items *items = &reading->items[kind];

	if (kind == SEED_WORKER)
		return write_workers(reading);
	for (size_t i = 0; i < items->count; i++) {
		const struct buf *seed = reading->copy->seed;
		size_t from = seed->len;
		if (!add_object(
			reading, kind, items->sorted[i]->text, NULL))
			return false;
		if (kind == SEED_WORKFLOW)
			warn_of_queues(reading, items->sorted[i],
			    str_slice(buf_str(seed), from, seed->len));
	}
	return true;
}

static bool
write_all(struct reading *reading)
{
	if (!begin(reading))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
		if (!write_kind(reading, lists[i].kind))
			return false;
	seed_form_end(reading->copy->form);
	return true;
}

bool
workspace_write(
    const struct workspace_copy *copy, const struct item *workspace)
{
	struct reading reading = {.copy = copy, .workspace = workspace};

	for (size_t i = 0; i < SEED_KINDS; i++)
		items_init(&reading.items[i], seed_kind_rows[i].name);
	bool good = read_lists(&reading) && write_all(&reading);
	for (size_t i = 0; i < SEED_KINDS; i++)
		items_release(&reading.items[i]);
	return good;
}
