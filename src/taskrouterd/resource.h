/* SPDX-License-Identifier: MIT
 *
 * The table of resources (taskrouterd/resources.h) in memory, and paths on
 * their way to objects.
 */
#ifndef TASKROUTERD_RESOURCE_H
#define TASKROUTERD_RESOURCE_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "router/engine.h"

enum resource_id {
#define RESOURCE(id, ...) RESOURCE_##id,
#include "taskrouterd/resources.h"
#undef RESOURCE
	RESOURCE_COUNT
};
#define RESOURCE_NONE RESOURCE_COUNT

enum resource_use {
	RESOURCE_TAGGED = 1 << 0,
	RESOURCE_NAMED = 1 << 1,
	RESOURCE_JSON = 1 << 2,
};

struct api_operations; /* taskrouterd/api.h */

struct resource {
	enum resource_id id;
	enum kind kind;
	const char *segment;
	enum resource_id parent;
	const char *key;
	unsigned list_methods;   /* METHOD_GET | … */
	unsigned object_methods; /* METHOD_GET | … */
	unsigned uses;           /* enum resource_use */
	const struct api_operations *operations;
};

extern const struct resource resource_rows[RESOURCE_COUNT];

/* The deepest path: Workspaces/{}/Tasks/{}/Reservations/{}. */
#define RESOURCE_DEPTH 3

/* A path, taken apart. */
struct resource_path {
	const struct resource *resource;
	/* The objects' segments from the Workspace's on, as they stand in the
	 * path; as many as the resource lies deep, one less for a list; absent
	 * for an object without a name. */
	struct str names[RESOURCE_DEPTH];
	size_t depth; /* of the resource: 1 for Workspaces */
	bool is_list;
};

/* Takes the raw path of a request apart. False: it is none of the API's. */
MUST_USE bool resource_path_read(struct str path, struct resource_path *found);

/* What may be done with what the path names: METHOD_GET | … */
unsigned resource_methods(const struct resource_path *path);

/* The objects that a path goes through. */
struct resource_place {
	struct workspace *workspace; /* NULL for the list of Workspaces */
	/* The Worker, Task, TaskQueue or Workflow that it is below, or NULL */
	struct object *parent;
	/* NULL for a list, an Event, and what is counted */
	struct object *object;
};

/* Finds them. False: one of them is not there. */
MUST_USE bool resource_find(const struct resource_path *path,
    const struct router *router, struct arena *arena,
    struct resource_place *place);

/* The resource directly below a Workspace that shows objects with this
 * prefix of SIDs; NULL: there is none. */
const struct resource *resource_of_prefix(struct str prefix);

#endif
