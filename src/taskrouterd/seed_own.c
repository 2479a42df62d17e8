/* SPDX-License-Identifier: MIT
 *
 * Activities and TaskChannels: a new Workspace has some of both by itself. The
 * seed's array says which there shall be, in this order, which is the order of
 * creation: so those that it begins with may be the Workspace's own, and from
 * the first one on that is none of them, all are made. Own ones that are not
 * listed go, unless the seed refers to them all the same.
 */
#include "base/compat.h"

#include <string.h>

#include "taskrouterd/seed_reader.h"

/* The one that always stays: https://www.twilio.com/docs/taskrouter/api/task-channel */
#define DEFAULT_CHANNEL "default"

/* ---- which of them the seed means */

static bool
is_same(const struct seed_item *own, const struct seed_item *item)
{
	struct json_object *available = json_get(item->json, "available");

	if (!str_equal(own->name, item->name))
		return false;
	return own->kind != SEED_ACTIVITY || available == NULL ||
	    (json_type(available) == JSON_BOOLEAN &&
		json_boolean(available) == own->available);
}

static void
take(struct seed_item *own, struct seed_item *item)
{
	own->is_taken = true;
	item->object = own->object;
}

/* TaskRouter lets nobody delete it: so it is the first one, wherever the seed
 * has it. */
static void
take_default(struct seed_index *index)
{
	struct seed_item *own, *item;

	for (size_t i = 0; i < index->counts[SEED_TASK_CHANNEL]; i++) {
		item = &index->items[index->first[SEED_TASK_CHANNEL] + i];
		if (!str_is(item->name, DEFAULT_CHANNEL))
			continue;
		for (own = index->items; own < index->items + index->own; own++)
			if (own->kind == SEED_TASK_CHANNEL &&
			    is_same(own, item))
				take(own, item);
		return;
	}
}

static void
take_own(struct seed_index *index, enum seed_kind kind)
{
	size_t next = 0;

	for (size_t i = 0; i < index->counts[kind]; i++) {
		struct seed_item *item = &index->items[index->first[kind] + i];
		if (item->object != NULL)
			continue;
		while (next < index->own &&
		    (index->items[next].kind != kind ||
			index->items[next].is_taken ||
			!is_same(&index->items[next], item)))
			next++;
		if (next == index->own)
			return;
		take(&index->items[next], item);
	}
}

/* ---- which of the others the seed refers to */

static bool
says(struct json_object *object, const struct seed_property *property,
    struct str name)
{
	struct str text = json_get_text(object, property->name);

	if (text.at == NULL && property->preset != NULL &&
	    property->kind == SEED_WORKSPACE)
		text = str_from(property->preset);
	return str_equal(text, name);
}

static bool
one_says(struct json_object *array, const struct seed_property *property,
    struct str name)
{
	for (size_t i = 0; i < json_length(array); i++)
		if (says(json_item(array, i), property, name))
			return true;
	return false;
}

static bool
one_channel_says(struct json_object *workers,
    const struct seed_property *property, struct str name)
{
	const char *key = seed_kind_rows[SEED_CHANNEL].key;

	for (size_t i = 0; i < json_length(workers); i++)
		if (one_says(json_get(json_item(workers, i), key), property,
			name))
			return true;
	return false;
}

static bool
some_say(struct json_object *workspace, const struct seed_property *property,
    struct str name)
{
	if (property->kind == SEED_WORKSPACE)
		return says(workspace, property, name);
	if (property->kind == SEED_CHANNEL)
		return one_channel_says(
		    json_get(workspace, seed_kind_rows[SEED_WORKER].key),
		    property, name);
	return one_says(
	    json_get(workspace, seed_kind_rows[property->kind].key),
	    property, name);
}

static bool
is_named(struct json_object *workspace, const struct seed_item *own)
{
	for (size_t i = 0; i < seed_property_count; i++)
		if (seed_properties[i].type == SEED_REFERENCE &&
		    seed_properties[i].refers == own->kind &&
		    some_say(workspace, &seed_properties[i], own->name))
			return true;
	return false;
}

static bool
is_wanted(struct seed_reader *reader, struct json_object *workspace,
    const struct seed_item *own)
{
	return own->is_taken ||
	    (!seed_index_lists(&reader->index, own->kind, own->name) &&
		is_named(workspace, own));
}

static void
discard(struct seed_reader *reader, struct seed_item *own)
{
	if (seed_delete_object(reader, own->kind, own->object))
		own->object = NULL;
}

/* Those that nothing keeps, so that there is room for the seed's. */
static void
discard_own(struct seed_reader *reader, enum seed_kind kind,
    struct json_object *workspace)
{
	struct seed_index *index = &reader->index;

	for (struct seed_item *own = index->items;
	     own < index->items + index->own; own++)
		if (own->kind == kind && own->object != NULL &&
		    !str_is(own->name, DEFAULT_CHANNEL) &&
		    !is_wanted(reader, workspace, own))
			discard(reader, own);
}

/* ---- TaskChannels */

static void
make_channel(
    struct seed_reader *reader, size_t index, struct json_object *object)
{
	struct seed_item *item =
	    seed_item_of(reader, SEED_TASK_CHANNEL, index);

	seed_check_label(reader, SEED_TASK_CHANNEL, index);
	seed_check_keys(reader, SEED_TASK_CHANNEL, object);
	if (item->object == NULL)
		item->object =
		    seed_make_object(reader, SEED_TASK_CHANNEL, object);
	else
		seed_change_object(
		    reader, SEED_TASK_CHANNEL, item->object, object);
}

void
seed_make_channels(
    struct seed_reader *reader, struct json_object *workspace)
{
	const char *key = seed_kind_rows[SEED_TASK_CHANNEL].key;
	struct json_object *array = json_get(workspace, key);

	if (array == NULL)
		return;
	take_default(&reader->index);
	take_own(&reader->index, SEED_TASK_CHANNEL);
	discard_own(reader, SEED_TASK_CHANNEL, workspace);
	seed_each(reader, key, array, make_channel);
}

/* ---- Activities */

/* A Workspace's default Activity cannot be deleted: where the seed has another
 * one, that is made the default before its turn. */
static void
replace_default(struct seed_reader *reader, struct object *object)
{
	struct change changes[] = {
		{.field = &field_rows[FIELD_WORKSPACE_DEFAULT_ACTIVITY],
		    .object = object},
		{.field = &field_rows[FIELD_WORKSPACE_TIMEOUT_ACTIVITY],
		    .object = object},
	};
	struct router_event event = {
		.verb = ROUTER_UPDATE,
		.kind = KIND_WORKSPACE,
		.workspace = reader->workspace,
		.object = &reader->workspace->object,
		.changes = {changes, ARRAY_LENGTH(changes)},
	};
	struct refusal refusal = {0};

	if (reader->apply(reader, &event, &refusal) == NULL)
		(void)seed_error_refusal(reader, SEED_WORKSPACE, &refusal);
}

static void
discard_default(struct seed_reader *reader, struct object *object)
{
	struct seed_index *index = &reader->index;

	for (struct seed_item *own = index->items;
	     own < index->items + index->own; own++)
		if (own->kind == SEED_ACTIVITY && own->is_doomed &&
		    own->object != NULL) {
			replace_default(reader, object);
			discard(reader, own);
		}
}

static void
make_activity(
    struct seed_reader *reader, size_t index, struct json_object *object)
{
	struct seed_item *item = seed_item_of(reader, SEED_ACTIVITY, index);

	seed_check_label(reader, SEED_ACTIVITY, index);
	seed_check_keys(reader, SEED_ACTIVITY, object);
	if (item->object == NULL)
		item->object = seed_make_object(reader, SEED_ACTIVITY, object);
	if (item->object != NULL)
		discard_default(reader, item->object);
}

static void
doom_own(struct seed_reader *reader, struct json_object *workspace)
{
	struct seed_index *index = &reader->index;

	for (size_t i = 0; i < index->own; i++)
		index->items[i].is_doomed =
		    index->items[i].kind == SEED_ACTIVITY &&
		    !is_wanted(reader, workspace, &index->items[i]);
}

void
seed_make_activities(
    struct seed_reader *reader, struct json_object *workspace)
{
	const char *key = seed_kind_rows[SEED_ACTIVITY].key;
	struct json_object *array = json_get(workspace, key);

	if (array == NULL)
		return;
	take_own(&reader->index, SEED_ACTIVITY);
	doom_own(reader, workspace);
	discard_own(reader, SEED_ACTIVITY, workspace);
	seed_each(reader, key, array, make_activity);
}
