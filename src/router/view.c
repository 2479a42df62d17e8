/* SPDX-License-Identifier: MIT
 *
 * The free seats of a line by what a target asks for: see router/lines.h.
 */
#include "base/compat.h"

#include <stdlib.h>

#include "router/lines.h"
#include "router/names.h"
#include "router/plan.h"
#include "router/state.h"

#define VIEWS_MOST 4 /* of a line; the one used longest ago makes room */
#define VIEW_MEMORY ((size_t)1 << 20)

enum view_kind {
	VIEW_VALUES, /* by what the Worker has where a pivot asks for it */
	VIEW_ITEMS,  /* by each item of his list there */
	VIEW_ORDER,  /* by an order_by */
};

/* A free seat in a view; in VIEW_ITEMS several of one seat. */
struct place {
	struct view *view;
	struct seat *seat;
	RB_ENTRY(place) in_view;
	LIST_ENTRY(place) of_seat;
	uint64_t value; /* hash; but for VIEW_ORDER */
	struct expr_rank rank[]; /* one, of VIEW_ORDER */
};
RB_HEAD(places, place);

/* Nothing in it refers to a plan: it outlives those. */
struct view {
	enum view_kind kind;
	struct arena memory;
	struct expr_reference reference; /* but for VIEW_ORDER */
	const struct expr_order *order;  /* of VIEW_ORDER */
	struct places places;
	LIST_ENTRY(view) of_line;
};

static int
compare_places(const struct place *a, const struct place *b)
{
	int order = 0;

	if (a->view->kind == VIEW_ORDER)
		order = expr_order_compare(a->view->order, a->rank, b->rank);
	else if (a->value != b->value)
		order = a->value < b->value ? -1 : 1;
	return order != 0 ? order : seat_compare(a->seat, b->seat);
}
RB_PROTOTYPE(places, place, in_view, compare_places)
RB_GENERATE(places, place, in_view, compare_places)

/* ---- places */

static void
put_place(struct view *view, struct seat *seat, uint64_t value,
    const struct expr_rank *rank)
{
	struct place *place = router_alloc(sizeof *place +
	    (rank != NULL ? sizeof *rank : 0));

	place->view = view;
	place->seat = seat;
	place->value = value;
	if (rank != NULL)
		place->rank[0] = *rank;
	/* A list may hold a thing twice. */
	if (RB_INSERT(places, &view->places, place) == NULL)
		LIST_INSERT_HEAD(&seat->places, place, of_seat);
	else
		free(place);
}

static void
end_place(struct place *place)
{
	RB_REMOVE(places, &place->view->places, place);
	LIST_REMOVE(place, of_seat);
	free(place);
}

static bool
is_inside(struct expr_value value)
{
	return value.type == EXPR_LIST || value.type == EXPR_RECORD;
}

static struct expr_value
find_value(const struct expr_reference *reference, const struct names *context)
{
	struct expr_names names = names_of(context);

	return names.find(names.context, reference->root, reference->steps,
	    reference->count);
}

static void
put(struct view *view, struct seat *seat)
{
	struct names context = {.worker = seat->worker};
	struct expr_names names = names_of(&context);
	struct expr_value value;
	struct expr_rank rank;

	if (view->kind == VIEW_ORDER) {
		expr_order_rank(view->order, &names, &rank);
		put_place(view, seat, 0, &rank);
		return;
	}
	value = find_value(&view->reference, &context);
	if (view->kind == VIEW_VALUES && !is_inside(value))
		put_place(view, seat, expr_value_hash(value), NULL);
	if (view->kind == VIEW_VALUES)
		return;
	for (size_t i = 0; i < expr_value_length(value); i++)
		put_place(view, seat,
		    expr_value_hash(expr_value_item(value, i)), NULL);
}

void
view_put(struct line *line, struct seat *seat)
{
	struct view *view;

	LIST_FOREACH(view, &line->views, of_line)
		put(view, seat);
}

void
view_take_away(struct seat *seat)
{
	while (!LIST_EMPTY(&seat->places))
		end_place(LIST_FIRST(&seat->places));
}

bool
view_has(const struct line *line, const struct seat *seat)
{
	const struct view *view;
	struct place *place;
	size_t views = 0, ordered = 0;

	LIST_FOREACH(view, &line->views, of_line)
		views += view->kind == VIEW_ORDER;
	LIST_FOREACH(place, &seat->places, of_seat) {
		if (RB_FIND(places, &place->view->places, place) != place)
			return false;
		ordered += place->view->kind == VIEW_ORDER;
	}
	return ordered == (seat->is_free ? views : 0);
}

/* ---- views */

/* What of a Worker may change while his seat stays free: by Reservations on
 * other channels, by a change to another available Activity. */
static const struct str fleeting[] = {
	{"channel", 7}, {"activity_sid", 12}, {"activity_name", 13},
};

static bool
is_lasting(const struct expr_reference *reference)
{
	for (size_t i = 0; i < ARRAY_LENGTH(fleeting); i++)
		if (str_equal(reference->steps[0].name, fleeting[i]))
			return false;
	return true;
}

static bool
is_lasting_order(const struct expr_order *order)
{
	for (size_t i = 0; i < ARRAY_LENGTH(fleeting); i++)
		if (expr_order_asks(order, fleeting[i]))
			return false;
	return true;
}

/* What the view for a target would be; false: there can be none. */
static bool
describe(const struct plan_target *target, struct view *view)
{
	struct expr_pivot pivot;

	if (target->expression != NULL &&
	    expr_find_pivot(target->expression, &pivot) &&
	    is_lasting(&pivot.worker)) {
		view->kind = pivot.in_list ? VIEW_ITEMS : VIEW_VALUES;
		view->reference = pivot.worker;
		return true;
	}
	view->kind = VIEW_ORDER;
	view->order = target->order;
	return target->order != NULL && is_lasting_order(target->order);
}

static bool
is_same(const struct view *a, const struct view *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == VIEW_ORDER
	    ? expr_order_equal(a->order, b->order)
	    : expr_reference_equal(&a->reference, &b->reference);
}

static void
end(struct view *view)
{
	while (!RB_EMPTY(&view->places))
		end_place(RB_ROOT(&view->places));
	LIST_REMOVE(view, of_line);
	arena_release(&view->memory);
	free(view);
}

void
view_end_all(struct line *line)
{
	while (!LIST_EMPTY(&line->views))
		end(LIST_FIRST(&line->views));
}

static void
make_room(struct line *line)
{
	struct view *view, *last = NULL;
	size_t count = 0;

	LIST_FOREACH(view, &line->views, of_line) {
		last = view;
		count++;
	}
	if (count >= VIEWS_MOST)
		end(last);
}

/* Copies what the model takes from a plan. */
static bool
copy(const struct view *model, struct view *view)
{
	struct err err;

	view->kind = model->kind;
	if (view->kind != VIEW_ORDER)
		return expr_reference_copy(
		    &view->memory, &model->reference, &view->reference);
	view->order = expr_order_parse(&view->memory,
	    expr_order_print(&view->memory, model->order), &err);
	return view->order != NULL;
}

static struct view *
make(struct line *line, const struct view *model)
{
	struct view *view = router_alloc(sizeof *view);
	struct seat *seat;

	arena_init(&view->memory, VIEW_MEMORY);
	if (!copy(model, view))
		router_fatal();
	make_room(line);
	LIST_INSERT_HEAD(&line->views, view, of_line);
	RB_FOREACH(seat, free_seats, &line->free)
		put(view, seat);
	return view;
}

struct view *
view_find(struct line *line, const struct plan_target *target, bool may_make)
{
	struct view model, *view;

	if (target == NULL || !describe(target, &model))
		return NULL;
	LIST_FOREACH(view, &line->views, of_line)
		if (is_same(view, &model))
			break;
	if (view == NULL)
		return may_make ? make(line, &model) : NULL;
	LIST_REMOVE(view, of_line);
	LIST_INSERT_HEAD(&line->views, view, of_line);
	return view;
}

/* ---- running through one */

bool
view_is_ordered(const struct view *view)
{
	return view->kind == VIEW_ORDER;
}

static struct seat *
found(struct place *place)
{
	return place != NULL ? place->seat : NULL;
}

struct seat *
view_first(struct view *view, const struct plan_target *target,
    const struct task *task, struct place **place)
{
	struct seat least = {.rank = INT64_MIN};
	struct place key = {.view = view, .seat = &least};
	struct expr_pivot pivot;
	struct expr_value value;

	*place = NULL;
	if (view->kind == VIEW_ORDER) {
		*place = RB_MIN(places, &view->places);
		return found(*place);
	}
	if (!expr_find_pivot(target->expression, &pivot))
		return NULL;
	value = find_value(&pivot.task, &(struct names){.task = task});
	/* A list equals nothing and is in none. */
	if (is_inside(value))
		return NULL;
	key.value = expr_value_hash(value);
	*place = RB_NFIND(places, &view->places, &key);
	return *place != NULL && (*place)->value == key.value ? found(*place)
							      : NULL;
}

struct seat *
view_next(struct view *view, struct place **place)
{
	struct place *next = RB_NEXT(places, &view->places, *place);

	if (next != NULL && view->kind != VIEW_ORDER &&
	    next->value != (*place)->value)
		next = NULL;
	*place = next;
	return found(next);
}
