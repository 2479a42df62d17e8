/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/list.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "router/field.h"
#include "taskrouterd/refusal.h"

/* ---- order */

/* Numbers are given in the order of the dates, and tell objects of the same
 * millisecond apart in both directions. */
static int64_t
date_created(const struct object *object)
{
	return (int64_t)object->number;
}

static int64_t
date_updated(const struct object *object)
{
	return object->date_updated;
}

static int64_t
priority(const struct object *object)
{
	return ((const struct task *)object)->priority;
}

static int64_t
virtual_start_time(const struct object *object)
{
	return ((const struct task *)object)->virtual_start_time;
}

/* Source: https://www.twilio.com/docs/taskrouter/api/task, Ordering; the pages
 * of Workers and TaskQueues do not say what they take. */
static const struct order_row {
	enum resource_id resource;
	const char *name;
	int64_t (*value)(const struct object *object);
	const char *excludes; /* what it cannot be combined with, or NULL */
} orders[] = {
	{RESOURCE_TASKS, "DateCreated", date_created, "VirtualStartTime"},
	{RESOURCE_TASKS, "Priority", priority, NULL},
	{RESOURCE_TASKS, "VirtualStartTime", virtual_start_time, "DateCreated"},
	{RESOURCE_TASK_QUEUES, "DateCreated", date_created, NULL},
	{RESOURCE_TASK_QUEUES, "DateUpdated", date_updated, NULL},
	{RESOURCE_WORKERS, "DateCreated", date_created, NULL},
	{RESOURCE_WORKERS, "DateUpdated", date_updated, NULL},
};

static const struct order_row *
find_order(enum resource_id resource, struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++)
		if (orders[i].resource == resource &&
		    str_equal_nocase(name, str_from(orders[i].name)))
			return &orders[i];
	return NULL;
}

/* Whether what is ordered by already leaves room for the row. */
static bool
may_add(const struct ordering *ordering, const struct order_row *row)
{
	const struct order_row *excluded = row->excludes == NULL
	    ? NULL
	    : find_order(row->resource, str_from(row->excludes));

	for (size_t i = 0; i < ordering->count; i++)
		if (ordering->keys[i].value == row->value ||
		    (excluded != NULL &&
			ordering->keys[i].value == excluded->value))
			return false;
	return ordering->count < PAGE_KEYS_MOST;
}

/* "Priority:desc" */
static bool
read_order(struct list *list, struct str pair, struct refusal *refusal)
{
	struct str way = pair;
	struct str name = str_trim(str_cut(&way, ':'));
	const struct order_row *row = find_order(list->resource->id, name);
	struct ordering *ordering = &list->ordering;

	way = str_trim(way);
	bool descending = str_equal_nocase(way, STR("desc"));
	if (row == NULL || (!descending && !str_equal_nocase(way, STR("asc"))))
		return refuse_parameter(refusal,
		    "Ordering: expected %s, with :asc or :desc behind it",
		    list->resource->id == RESOURCE_TASKS
			? "DateCreated, Priority or VirtualStartTime"
			: "DateCreated or DateUpdated");
	if (!may_add(ordering, row))
		return refuse_parameter(refusal,
		    "Ordering: %s cannot be combined with what stands before "
		    "it", row->name);
	ordering->keys[ordering->count].value = row->value;
	ordering->keys[ordering->count].descending = descending;
	ordering->count++;
	return true;
}

static bool
read_ordering(
    struct list *list, const struct form *query, struct refusal *refusal)
{
	struct str rest = form_get(query, "Ordering");

	list->ordering.count = 0;
	if (rest.len == 0 ||
	    filter_find(list->resource, STR("Ordering")) == NULL)
		return true;
	while (rest.at != NULL)
		if (!read_order(
			list, str_trim(str_cut(&rest, ',')), refusal))
			return false;
	return true;
}

bool
list_read(struct list *list, const struct form *query, struct refusal *refusal)
{
	return read_ordering(list, query, refusal) &&
	    paging_read(&list->paging, query, list->ordering.count, refusal) &&
	    filters_read(&list->filters, list->arena, list->router,
		list->workspace, list->resource, query, refusal);
}

static struct list_item
item_of(const struct list *list, const struct object *object)
{
	struct list_item item = {object, {{0}, object->number}};

	for (size_t i = 0; i < list->ordering.count; i++)
		item.position.keys[i] = list->ordering.keys[i].value(object);
	return item;
}

/* < 0: `a` comes first in the list. */
static int
compare_positions(const struct list *list, const struct position *a,
    const struct position *b)
{
	for (size_t i = 0; i < list->ordering.count; i++) {
		int order = (a->keys[i] > b->keys[i]) -
		    (a->keys[i] < b->keys[i]);
		if (order != 0)
			return list->ordering.keys[i].descending ? -order
								 : order;
	}
	return (a->number > b->number) - (a->number < b->number);
}

/* ---- candidates */

static const struct object *
next_reservation_of_task(const struct task *task, const struct object *previous)
{
	const struct reservation *reservation = previous == NULL
	    ? TAILQ_FIRST(&task->reservations)
	    : TAILQ_NEXT(
		  (const struct reservation *)previous, of_task);

	return reservation == NULL ? NULL : &reservation->object;
}

static const struct object *
next_reservation_of_worker(
    const struct worker *worker, const struct object *previous)
{
	const struct reservation *reservation = previous == NULL
	    ? TAILQ_FIRST(&worker->reservations)
	    : TAILQ_NEXT((const struct reservation *)previous,
		  of_worker);

	return reservation == NULL ? NULL : &reservation->object;
}

static const struct object *
next_channel_of_worker(
    const struct worker *worker, const struct object *previous)
{
	const struct worker_channel *channel = previous == NULL
	    ? LIST_FIRST(&worker->channels)
	    : LIST_NEXT((const struct worker_channel *)previous,
		  of_worker);

	return channel == NULL ? NULL : &channel->object;
}

/* The object after `previous`, NULL: the first that may be on the page. */
static const struct object *
next_candidate(const struct list *list, const struct object *previous)
{
	const void *parent = list->parent;
	uint64_t after = previous != NULL ? previous->number : 0;
	bool skips = previous == NULL && list->ordering.count == 0 &&
	    list->paging.has_token && !list->paging.backward;

	if (list->resource->id == RESOURCE_TASK_RESERVATIONS)
		return next_reservation_of_task(parent, previous);
	if (list->resource->id == RESOURCE_WORKER_RESERVATIONS)
		return next_reservation_of_worker(parent, previous);
	if (list->resource->id == RESOURCE_WORKER_CHANNELS)
		return next_channel_of_worker(parent, previous);
	if (skips)
		after = list->paging.from.number;
	return router_next(
	    list->router, list->workspace, list->kind, after);
}

/* Whether next_candidate gives them in the order that the page has. */
static bool
comes_in_order(const struct list *list)
{
	return list->ordering.count == 0 && !list->paging.backward &&
	    list->resource->id != RESOURCE_WORKER_CHANNELS;
}

/* Whether it lies on the side of the token's position that the page is on. */
static bool
is_beyond(const struct list *list, const struct list_item *item)
{
	const struct paging *paging = &list->paging;

	if (!paging->has_token)
		return true;
	int order = compare_positions(list, &item->position, &paging->from);
	return paging->backward ? order < 0 : order > 0;
}

/* ---- the page */

/* The best items so far, from the position on. Twice as many as are wanted
 * have room: when it is full, the worse half goes. */
struct selection {
	const struct list *list;
	struct list_item *items;
	size_t count, wanted;
};

static int
compare_items(const void *a, const void *b, void *context)
{
	const struct list_item *one = a, *other = b;
	const struct list *list = context;
	int order =
	    compare_positions(list, &one->position, &other->position);

	return list->paging.backward ? -order : order;
}

static void
prune(struct selection *selection)
{
	qsort_r(selection->items, selection->count, sizeof *selection->items,
	    compare_items, (void *)(uintptr_t)selection->list);
	if (selection->count > selection->wanted)
		selection->count = selection->wanted;
}

static void
select_items(struct selection *selection)
{
	const struct list *list = selection->list;
	const struct object *object = NULL;
	bool in_order = comes_in_order(list);

	while ((object = next_candidate(list, object)) != NULL) {
		struct list_item item = item_of(list, object);
		if (!is_beyond(list, &item) ||
		    !filters_hold(&list->filters, object))
			continue;
		selection->items[selection->count++] = item;
		if (in_order && selection->count == selection->wanted)
			return;
		if (selection->count == 2 * selection->wanted)
			prune(selection);
	}
	if (!in_order)
		prune(selection);
}

static void
reverse(struct list_item *items, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct list_item item = items[i];
		items[i] = items[count - 1 - i];
		items[count - 1 - i] = item;
	}
}

const struct list_item *
list_take(const struct list *list, size_t *count, bool *has_more)
{
	size_t wanted = list->paging.size + 1;
	struct selection selection = {
		.list = list,
		.items = arena_array(
		    list->arena, 2 * wanted, sizeof *selection.items),
		.wanted = wanted,
	};

	if (selection.items == NULL)
		return NULL;
	select_items(&selection);
	*has_more = selection.count == wanted;
	*count = *has_more ? wanted - 1 : selection.count;
	if (list->paging.backward)
		reverse(selection.items, *count);
	return selection.items;
}
