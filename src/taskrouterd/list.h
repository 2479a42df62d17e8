/* SPDX-License-Identifier: MIT
 *
 * Lists of a router's objects: which of them, in which order, which page.
 *
 * A page in the order of creation costs what it shows and what its filters
 * pass over on the way; any other order, and going back, costs a look at every
 * object of the list.
 */
#ifndef TASKROUTERD_LIST_H
#define TASKROUTERD_LIST_H

#include "base/arena.h"
#include "base/compat.h"
#include "codec/form.h"
#include "router/engine.h"
#include "taskrouterd/filter.h"
#include "taskrouterd/paging.h"
#include "taskrouterd/resource.h"

/* What a list is ordered by; then by creation. */
struct ordering {
	struct {
		int64_t (*value)(const struct object *object);
		bool descending;
	} keys[PAGE_KEYS_MOST];
	size_t count;
};

struct list {
	const struct resource *resource;
	enum kind kind; /* of its objects */
	const struct router *router;
	const struct workspace *workspace; /* NULL: the list of Workspaces */
	const struct object *parent; /* the Worker or Task whose they are */
	struct arena *arena;
	/* list_read: */
	struct filters filters;
	struct ordering ordering;
	struct paging paging;
};

struct list_item {
	const struct object *object;
	struct position position;
};

/* Reads filters, order and page from a query. The caller has filled in the
 * first half. False: refused. */
MUST_USE bool list_read(
    struct list *list, const struct form *query, struct refusal *refusal);

/* The items of the page, `*count` of them in the list's order, in the arena;
 * *has_more: others lie behind them (going back: before them). NULL: there is
 * no memory. Good until the router is given an event. */
const struct list_item *list_take(
    const struct list *list, size_t *count, bool *has_more);

#endif
