/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/present.h"
#include "taskrouterd/seed_reader.h"

/* What a Workspace of the seed is called while it is checked, if it cannot
 * have its own name. */
#define TRIAL_NAME "-"
#define CHANNEL_NAME "task_channel_unique_name"

void
seed_each(struct seed_reader *reader, const char *key,
    struct json_object *array,
    void (*each)(struct seed_reader *reader, size_t index,
	struct json_object *object))
{
	if (array != NULL && json_type(array) != JSON_ARRAY)
		(void)seed_error_type(reader, key, JSON_ARRAY, array);
	size_t outer = seed_enter(reader, key);
	for (size_t i = 0; i < json_length(array) && !seed_is_full(reader);
	     i++) {
		struct json_object *object = json_item(array, i);
		size_t before = seed_enter_item(reader, i);
		if (json_type(object) == JSON_OBJECT)
			each(reader, i, object);
		else
			(void)seed_error(reader, "expected %s, got %s",
			    json_type_name(JSON_OBJECT),
			    json_type_name(json_type(object)));
		seed_leave(reader, before);
	}
	seed_leave(reader, outer);
}

struct seed_item *
seed_item_of(struct seed_reader *reader, enum seed_kind kind, size_t index)
{
	return &reader->index.items[reader->index.first[kind] + index];
}

/* ---- the index */

static const enum seed_kind own_kinds[] = {
	SEED_ACTIVITY, SEED_TASK_CHANNEL, SEED_TASK_QUEUE, SEED_WORKFLOW,
};

static void
add_own(struct seed_reader *reader, enum seed_kind kind)
{
	struct seed_index *index = &reader->index;
	struct object *object = NULL;

	while ((object = router_next(reader->router, reader->workspace,
		    seed_router_kind(kind),
		    object == NULL ? 0 : object->number)) != NULL)
		index->items[index->count++] = (struct seed_item){
		    .kind = kind,
		    .name = arena_str(reader->kept, present_name(object)),
		    .object = object,
		    .available = kind == SEED_ACTIVITY &&
			((const struct activity *)object)->available,
		};
	index->own = index->count;
}

static size_t
count_own(const struct workspace *workspace)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(own_kinds); i++)
		count += workspace->counts[seed_router_kind(own_kinds[i])];
	return count;
}

static void
add_listed(struct seed_index *index, enum seed_kind kind,
    struct json_object *array)
{
	const char *name = seed_kind_rows[kind].name;

	index->first[kind] = index->count;
	index->counts[kind] = json_length(array);
	for (size_t i = 0; i < json_length(array); i++) {
		struct json_object *json = json_item(array, i);
		index->items[index->count++] = (struct seed_item){
			.kind = kind,
			.name = name == NULL ? STR_NONE
					     : json_get_text(json, name),
			.label = json_get_text(json, SEED_LABEL),
			.json = json,
		};
	}
}

static struct json_object *
array_of(struct json_object *workspace, size_t kind)
{
	return kind == SEED_WORKSPACE || kind == SEED_CHANNEL
	    ? NULL
	    : json_get(workspace, seed_kind_rows[kind].key);
}

static bool
make_index(struct seed_reader *reader, struct json_object *workspace)
{
	struct seed_index *index = &reader->index;
	size_t count = count_own(reader->workspace);

	*index = (struct seed_index){.items = NULL};
	for (size_t i = 0; i < SEED_KINDS; i++)
		count += json_length(array_of(workspace, i));
	index->items = arena_array(reader->kept, count, sizeof *index->items);
	if (index->items == NULL)
		return seed_error(reader, "there is not enough memory");
	for (size_t i = 0; i < ARRAY_LENGTH(own_kinds); i++)
		add_own(reader, own_kinds[i]);
	for (size_t i = 0; i < SEED_KINDS; i++)
		add_listed(index, (enum seed_kind)i, array_of(workspace, i));
	return seed_index_build(index, reader->kept) ||
	    seed_error(reader, "there is not enough memory");
}

void
seed_check_label(
    struct seed_reader *reader, enum seed_kind kind, size_t position)
{
	struct seed_item *item = seed_item_of(reader, kind, position), *first;

	if (item->label.len > 0 &&
	    seed_index_find(&reader->index, SEED_SET(kind), item->label,
		&first) > 1 &&
	    first != item)
		(void)seed_error_at(reader, SEED_LABEL,
		    "another %s has the label \"%.*s\"",
		    seed_kind_rows[kind].noun, STR_ARGS(item->label));
}

/* ---- what is in a Workspace */

static void
make_item(struct seed_reader *reader, enum seed_kind kind, size_t index,
    struct json_object *object)
{
	seed_check_label(reader, kind, index);
	seed_check_keys(reader, kind, object);
	seed_item_of(reader, kind, index)->object =
	    seed_make_object(reader, kind, object);
}

static void
make_queue(
    struct seed_reader *reader, size_t index, struct json_object *object)
{
	make_item(reader, SEED_TASK_QUEUE, index, object);
	arena_release(reader->scratch);
}

static void
make_workflow(
    struct seed_reader *reader, size_t index, struct json_object *object)
{
	make_item(reader, SEED_WORKFLOW, index, object);
	arena_release(reader->scratch);
}

static void
make_task(
    struct seed_reader *reader, size_t index, struct json_object *object)
{
	make_item(reader, SEED_TASK, index, object);
	arena_release(reader->scratch);
}

/* Whether one of the array's first `count` items names that TaskChannel. */
static bool
is_repeated(struct json_object *array, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(json_get_text(json_item(array, i),
			CHANNEL_NAME), name))
			return true;
	return false;
}

/* A Worker has a WorkerChannel on each TaskChannel by himself. */
static void
change_channel(
    struct seed_reader *reader, size_t index, struct json_object *object)
{
	struct worker *worker = (struct worker *)reader->parent;
	const char *key = CHANNEL_NAME;
	struct json_object *name = json_get(object, key);
	struct worker_channel *channel;
	struct seed_item *item;

	seed_check_keys(reader, SEED_CHANNEL, object);
	if (name == NULL) {
		(void)seed_error_at(reader, key, "is required");
		return;
	}
	if (json_type(name) != JSON_STRING) {
		(void)seed_error_type(reader, key, JSON_STRING, name);
		return;
	}
	item = seed_resolve(
	    reader, key, SEED_SET(SEED_TASK_CHANNEL), json_text(name));
	if (item == NULL || worker == NULL)
		return;
	if (is_repeated(reader->channels, index, json_text(name))) {
		(void)seed_error_at(reader, key,
		    "\"%.*s\" stands here for the second time",
		    STR_ARGS(json_text(name)));
		return;
	}
	channel = router_find_worker_channel(
	    worker, str_from(item->object->sid));
	seed_change_object(reader, SEED_CHANNEL, &channel->object, object);
}

static void
make_worker(
    struct seed_reader *reader, size_t index, struct json_object *object)
{
	const char *key = seed_kind_rows[SEED_CHANNEL].key;

	make_item(reader, SEED_WORKER, index, object);
	reader->parent = seed_item_of(reader, SEED_WORKER, index)->object;
	reader->channels = json_get(object, key);
	seed_each(reader, key, reader->channels, change_channel);
	arena_release(reader->scratch);
}

static void
make_contents(struct seed_reader *reader, struct json_object *workspace)
{
	static const struct {
		enum seed_kind kind;
		void (*each)(struct seed_reader *reader, size_t index,
		    struct json_object *object);
	} rows[] = {
		{SEED_WORKER, make_worker},
		{SEED_TASK_QUEUE, make_queue},
		{SEED_WORKFLOW, make_workflow},
		{SEED_TASK, make_task},
	};

	seed_make_activities(reader, workspace);
	seed_make_channels(reader, workspace);
	seed_change_object(reader, SEED_WORKSPACE,
	    &reader->workspace->object, workspace);
	arena_release(reader->scratch);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *key = seed_kind_rows[rows[i].kind].key;
		seed_each(
		    reader, key, json_get(workspace, key), rows[i].each);
	}
}

/* One that stands in for a Workspace that is refused. */
static struct object *
make_stand_in(struct seed_reader *reader)
{
	struct change name = {
		.field = &field_rows[FIELD_WORKSPACE_FRIENDLY_NAME],
		.text = STR(TRIAL_NAME),
	};
	struct router_event event = {
		.verb = ROUTER_CREATE,
		.kind = KIND_WORKSPACE,
		.changes = {&name, 1},
	};
	struct refusal refusal;

	return reader->apply(reader, &event, &refusal);
}

struct workspace *
seed_make_workspace(struct seed_reader *reader, struct json_object *json)
{
	struct object *object;

	reader->workspace = NULL;
	reader->index = (struct seed_index){.items = NULL};
	seed_check_keys(reader, SEED_WORKSPACE, json);
	object = seed_make_object(reader, SEED_WORKSPACE, json);
	if (object == NULL && reader->is_trial)
		object = make_stand_in(reader);
	if (object == NULL)
		return NULL;
	reader->workspace = object->workspace;
	if (make_index(reader, json))
		make_contents(reader, json);
	return reader->workspace;
}
