/* SPDX-License-Identifier: MIT
 *
 * The table of filters (taskrouterd/filters.h) in memory, and the filters of
 * one list: all must hold.
 */
#ifndef TASKROUTERD_FILTER_H
#define TASKROUTERD_FILTER_H

#include "base/arena.h"
#include "base/compat.h"
#include "codec/form.h"
#include "router/engine.h"
#include "taskrouterd/resource.h"

enum filter_test {
	FILTER_TEXT,      /* the same text */
	FILTER_BOOLEAN,   /* true, 1, yes; everything else is false */
	FILTER_INTEGER,
	FILTER_CHOICES,   /* one of several, by commas or repeated */
	FILTER_SID,       /* of the object that a property refers to */
	FILTER_NAME,      /* friendly name of that object */
	FILTER_AVAILABLE, /* of that Activity */
	FILTER_WORKER_EXPRESSION,
	FILTER_TASK_EXPRESSION,
	FILTER_MEMBER_BY_SID,  /* Workers that the TaskQueue accepts */
	FILTER_MEMBER_BY_NAME, /* that one of the TaskQueues does */
	FILTER_HAS_MEMBER,     /* TaskQueues that accept the Worker */
	FILTER_ACCEPTS,        /* that would accept one of these attributes */
	FILTER_ADDONS,         /* no Task has any */
	/* Not of objects: */
	FILTER_ORDERING,       /* list.h */
	FILTER_STORED,         /* events.c */
	FILTER_STORED_SID,
	FILTER_STORED_CHANNEL,
	FILTER_WINDOW,  /* events.c, span.c */
	FILTER_SPLIT,   /* span.c */
	FILTER_CHANNEL, /* statistics.c */
	FILTER_TESTS,
};

struct filter_row {
	enum resource_id resource;
	const char *parameter;
	enum filter_test test;
	/* Of the object's property: a field_id. Of Events: an offset in struct
	 * store_events_query. */
	size_t detail;
};

/* The rows of a resource; NULL ends them: filter_next(resource, NULL) is the
 * first. */
const struct filter_row *filter_next(
    const struct resource *resource, const struct filter_row *previous);
/* The row of a parameter, or NULL. */
const struct filter_row *filter_find(
    const struct resource *resource, struct str parameter);

struct filter;

struct filters {
	const struct filter *items;
	size_t count;
};

/* Reads what the query has for the resource; empty values count as not given.
 * `workspace` NULL: for the list of Workspaces. In the arena, good until the
 * router is given an event. False: refused. */
MUST_USE bool filters_read(struct filters *filters, struct arena *arena,
    const struct router *router, const struct workspace *workspace,
    const struct resource *resource, const struct form *query,
    struct refusal *refusal);

bool filters_hold(const struct filters *filters, const struct object *object);

#endif
