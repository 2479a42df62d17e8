/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/resource.h"

#include "codec/form.h"
#include "http/request.h"
#include "taskrouterd/api.h"

#define READ METHOD_GET
#define CREATE METHOD_POST
#define UPDATE METHOD_POST
#define REMOVE METHOD_DELETE
#define TAGGED RESOURCE_TAGGED
#define NAMED RESOURCE_NAMED
#define JSON RESOURCE_JSON

const struct resource resource_rows[RESOURCE_COUNT] = {
#define RESOURCE(id, kind, segment, parent, key, list, object, uses, can) \
	[RESOURCE_##id] = {RESOURCE_##id, kind, segment, RESOURCE_##parent, \
	    key, list, object, uses, &can},
#include "taskrouterd/resources.h"
#undef RESOURCE
};

static const struct resource *
find_row(enum resource_id parent, struct str segment)
{
	for (size_t i = 0; i < RESOURCE_COUNT; i++)
		if (resource_rows[i].parent == parent &&
		    str_is(segment, resource_rows[i].segment))
			return &resource_rows[i];
	return NULL;
}

/* The row that the path goes on with. What ends the path as a whole is tried
 * first: in TaskQueues/Statistics no TaskQueue is named. */
static const struct resource *
next_row(enum resource_id parent, struct str *rest)
{
	const struct resource *row = find_row(parent, *rest);

	if (row == NULL)
		return find_row(parent, str_cut(rest, '/'));
	*rest = STR_NONE;
	return row;
}

/* The name behind the row's segment. False: none may be there, or must. */
static bool
read_name(const struct resource *row, struct str *rest, struct str *name)
{
	bool ends = rest->at == NULL;

	*name = str_cut(rest, '/');
	if (ends)
		return true;
	return row->list_methods != 0 && row->object_methods != 0 &&
	    name->len > 0;
}

bool
resource_path_read(struct str path, struct resource_path *found)
{
	enum resource_id parent = RESOURCE_NONE;
	struct str rest = path;

	*found = (struct resource_path){0};
	if (str_cut(&rest, '/').len > 0 || !str_is(str_cut(&rest, '/'), "v1"))
		return false;
	while (rest.at != NULL) {
		found->resource = next_row(parent, &rest);
		if (found->resource == NULL)
			return false;
		parent = found->resource->id;
		found->is_list =
		    rest.at == NULL && found->resource->list_methods != 0;
		if (!read_name(found->resource, &rest,
			&found->names[found->depth++]))
			return false;
	}
	return found->resource != NULL;
}

unsigned
resource_methods(const struct resource_path *path)
{
	return path->is_list ? path->resource->list_methods
			     : path->resource->object_methods;
}

/* A unique name may hold '$', which some clients encode. What separates the
 * fields of a form never stands in one. */
static struct str
decode_name(struct arena *arena, struct str name)
{
	struct form form;
	struct err err;

	if (str_has_byte(name, '&') || str_has_byte(name, '=') ||
	    str_has_byte(name, '+') ||
	    !form_decode(arena, name, &form, &err) || form.count != 1)
		return STR_NONE;
	return form.fields[0].name;
}

static struct object *
of_task_channel(struct task_channel *channel)
{
	return channel == NULL ? NULL : &channel->object;
}

static struct object *
of_worker_channel(struct worker_channel *channel)
{
	return channel == NULL ? NULL : &channel->object;
}

/* A Reservation is shown below its own Task and its own Worker only. */
static struct object *
of_parent(struct object *object, const struct object *parent)
{
	const struct reservation *reservation =
	    (const struct reservation *)object;

	if (object == NULL || object->kind != KIND_RESERVATION ||
	    parent == &reservation->task->object ||
	    parent == &reservation->worker->object)
		return object;
	return NULL;
}

static struct object *
find_object(const struct resource *resource, const struct router *router,
    struct arena *arena, const struct resource_place *place, struct str name)
{
	if (resource->kind == KIND_TASK_CHANNEL)
		return of_task_channel(router_find_channel(
		    place->workspace, decode_name(arena, name)));
	if (resource->kind == KIND_WORKER_CHANNEL)
		return of_worker_channel(router_find_worker_channel(
		    (const struct worker *)place->parent,
		    decode_name(arena, name)));
	return of_parent(router_find_in(router, place->workspace,
			     resource->kind, name),
	    place->parent);
}

bool
resource_find(const struct resource_path *path, const struct router *router,
    struct arena *arena, struct resource_place *place)
{
	const struct resource *resource = path->resource;
	const struct resource *chain[RESOURCE_DEPTH];
	size_t objects = path->depth - (path->is_list ? 1 : 0);

	*place = (struct resource_place){0};
	for (size_t i = path->depth; i > 0; i--) {
		chain[i - 1] = resource;
		if (resource->parent != RESOURCE_NONE)
			resource = &resource_rows[resource->parent];
	}
	for (size_t i = 0; i < objects; i++) {
		if (chain[i]->kind == KIND_COUNT)
			return true;
		struct object *object = find_object(
		    chain[i], router, arena, place, path->names[i]);
		if (object == NULL)
			return false;
		if (i == 0)
			place->workspace = object->workspace;
		if (i + 1 == path->depth)
			place->object = object;
		else if (i > 0)
			place->parent = object;
	}
	return true;
}

const struct resource *
resource_of_prefix(struct str prefix)
{
	for (size_t i = 0; i < RESOURCE_COUNT; i++) {
		const struct resource *row = &resource_rows[i];
		if (row->parent == RESOURCE_WORKSPACES &&
		    row->kind != KIND_COUNT &&
		    str_is(prefix, kind_rows[row->kind].prefix))
			return row;
	}
	return NULL;
}
