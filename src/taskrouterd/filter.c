/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/filter.h"

#include <string.h>

#include "expr/expr.h"
#include "router/field.h"
#include "store/store.h"
#include "taskrouterd/parameters.h"
#include "taskrouterd/present.h"
#include "taskrouterd/refusal.h"

/* JSON values that EvaluateWorkerAttributes may hold: as many as 4,096
 * characters can. */
#define ATTRIBUTES_VALUES_MOST 4096

#define OF(kind, id) FIELD_##kind##_##id
#define EVENT(member) offsetof(struct store_events_query, member)
#define NO_DETAIL 0
static const struct filter_row rows[] = {
#define FILTER(resource, parameter, test, detail) \
	{RESOURCE_##resource, parameter, FILTER_##test, (size_t)(detail)},
#include "taskrouterd/filters.h"
#undef FILTER
};

/* A filter of one list, with what its value became. */
struct filter {
	const struct filter_row *row;
	struct str text;
	bool boolean;
	int64_t integer;
	uint32_t choices; /* bit 1 << value */
	const struct expr *expression;
	const struct expr_pack *attributes;
	const struct worker *worker;
	const struct task_queue **queues;
	size_t queue_count;
};

/* What reading a filter may need. */
struct reading {
	struct arena *arena;
	const struct router *router;
	const struct workspace *workspace;
	const struct form *query;
	struct err err;
};

const struct filter_row *
filter_next(const struct resource *resource, const struct filter_row *previous)
{
	const struct filter_row *row = previous == NULL ? rows : previous + 1;

	for (; row < rows + ARRAY_LENGTH(rows); row++)
		if (row->resource == resource->id)
			return row;
	return NULL;
}

const struct filter_row *
filter_find(const struct resource *resource, struct str parameter)
{
	const struct filter_row *row = NULL;

	while ((row = filter_next(resource, row)) != NULL)
		if (str_is(parameter, row->parameter))
			return row;
	return NULL;
}

static const struct field *
field_of(const struct filter *filter)
{
	return &field_rows[filter->row->detail];
}

/* ---- what a value means */

static bool
read_text(struct filter *filter, struct reading *r, struct str value)
{
	(void)r;
	filter->text = value;
	return true;
}

static bool
read_boolean(struct filter *filter, struct reading *r, struct str value)
{
	(void)r;
	filter->boolean = parameters_boolean(value);
	return true;
}

static bool
read_integer(struct filter *filter, struct reading *r, struct str value)
{
	uint64_t number;

	if (!str_to_uint(value, INT64_MAX, &number))
		return err_set(&r->err, 0,
		    "expected a whole number that is not negative");
	filter->integer = (int64_t)number;
	return true;
}

/* The parameter may come several times, each time with a list. */
static bool
read_choices(struct filter *filter, struct reading *r, struct str value)
{
	const struct field *field = field_of(filter);
	int64_t choice;

	(void)value;
	for (size_t i = 0; i < r->query->count; i++) {
		struct str rest = r->query->fields[i].value;
		if (!str_is(r->query->fields[i].name, filter->row->parameter))
			continue;
		while (rest.at != NULL) {
			struct str word = str_trim(str_cut(&rest, ','));
			if (word.len == 0)
				continue;
			if (!parameters_choice(field, word, &choice, &r->err))
				return false;
			filter->choices |= UINT32_C(1) << choice;
		}
	}
	return true;
}

static bool
read_expression(struct filter *filter, struct reading *r, struct str value)
{
	bool is_task = filter->row->test == FILTER_TASK_EXPRESSION;

	filter->expression = expr_parse(r->arena, value,
	    is_task ? EXPR_IN_FILTER : EXPR_IN_WORKERS, &r->err);
	return filter->expression != NULL;
}

static bool
read_queue(struct filter *filter, struct reading *r, struct str value)
{
	struct object *queue =
	    router_find_in(r->router, r->workspace, KIND_TASK_QUEUE, value);

	filter->queues = arena_array(r->arena, 1, sizeof *filter->queues);
	if (queue != NULL && filter->queues != NULL)
		filter->queues[filter->queue_count++] =
		    (const struct task_queue *)queue;
	return true;
}

/* Friendly names of TaskQueues need not be unique. */
static bool
read_queues(struct filter *filter, struct reading *r, struct str value)
{
	struct object *object = NULL;

	filter->queues = arena_array(r->arena,
	    r->workspace->counts[KIND_TASK_QUEUE], sizeof *filter->queues);
	if (filter->queues == NULL)
		return err_set(&r->err, 0, "too many TaskQueues");
	while ((object = router_next(r->router, r->workspace, KIND_TASK_QUEUE,
		    object == NULL ? 0 : object->number)) != NULL) {
		const struct task_queue *queue =
		    (const struct task_queue *)object;
		if (str_equal(queue->friendly_name, value))
			filter->queues[filter->queue_count++] = queue;
	}
	return true;
}

static bool
read_worker(struct filter *filter, struct reading *r, struct str value)
{
	filter->worker = (const struct worker *)router_find_in(
	    r->router, r->workspace, KIND_WORKER, value);
	return true;
}

static void
free_pack(void *pack)
{
	expr_pack_free(pack);
}

static bool
read_attributes(struct filter *filter, struct reading *r, struct str value)
{
	struct expr_pack *pack =
	    expr_pack_make(value, ATTRIBUTES_VALUES_MOST, &r->err);

	if (pack == NULL)
		return false;
	if (!arena_defer(r->arena, free_pack, pack))
		return err_set(&r->err, 0, "too large");
	if (expr_pack_root(pack).type != EXPR_RECORD)
		return err_set(&r->err, 0, "expected a JSON object");
	filter->attributes = pack;
	return true;
}

/* ---- whether an object has it */

static bool
has_text(const struct filter *filter, const struct object *object)
{
	return str_equal(*field_text(field_of(filter), object), filter->text);
}

static bool
has_boolean(const struct filter *filter, const struct object *object)
{
	return field_boolean(field_of(filter), object) == filter->boolean;
}

static bool
has_integer(const struct filter *filter, const struct object *object)
{
	return field_integer(field_of(filter), object) == filter->integer;
}

static bool
has_choice(const struct filter *filter, const struct object *object)
{
	int64_t choice = field_integer(field_of(filter), object);

	return filter->choices == 0 || (filter->choices >> choice & 1) != 0;
}

static bool
has_sid(const struct filter *filter, const struct object *object)
{
	const struct object *other = field_object(field_of(filter), object);

	return other != NULL &&
	    str_equal_nocase(str_from(other->sid), filter->text);
}

static bool
has_name(const struct filter *filter, const struct object *object)
{
	const struct object *other = field_object(field_of(filter), object);

	return other != NULL &&
	    str_equal(present_name(other), filter->text);
}

static bool
is_available(const struct filter *filter, const struct object *object)
{
	const struct object *other = field_object(field_of(filter), object);
	const struct activity *activity =
	    (const struct activity *)other;

	return (activity != NULL && activity->available) == filter->boolean;
}

static bool
suits_worker(const struct filter *filter, const struct object *object)
{
	struct expr_names names = router_worker_names(
	    (const struct worker *)object);
	size_t steps = 0;

	return expr_evaluate(filter->expression, &names, &steps) == EXPR_TRUE;
}

static bool
suits_task(const struct filter *filter, const struct object *object)
{
	struct expr_names names =
	    router_task_names((const struct task *)object);
	size_t steps = 0;

	return expr_evaluate(filter->expression, &names, &steps) == EXPR_TRUE;
}

static bool
is_member(const struct filter *filter, const struct object *object)
{
	const struct worker *worker =
	    (const struct worker *)object;

	for (size_t i = 0; i < filter->queue_count; i++)
		if (router_is_member(filter->queues[i], worker))
			return true;
	return false;
}

static bool
has_member(const struct filter *filter, const struct object *object)
{
	return filter->worker != NULL &&
	    router_is_member((const struct task_queue *)object,
		filter->worker);
}

/* The attributes of a Worker who does not exist. */
static struct expr_value
find_attribute(void *context, enum expr_root root,
    const struct expr_step *steps, size_t count)
{
	const struct expr_pack *pack = context;

	if (root != EXPR_ROOT_WORKER)
		return (struct expr_value){.type = EXPR_NULL};
	return expr_value_follow(expr_pack_root(pack), steps, count);
}

static bool
accepts(const struct filter *filter, const struct object *object)
{
	const struct task_queue *queue =
	    (const struct task_queue *)object;
	struct expr_names names = {
		.find = find_attribute,
		.context = (void *)(uintptr_t)filter->attributes,
	};
	size_t steps = 0;

	return queue->eligible != NULL &&
	    expr_evaluate(queue->eligible, &names, &steps) == EXPR_TRUE;
}

static bool
has_addons(const struct filter *filter, const struct object *object)
{
	(void)object;
	return !filter->boolean;
}

static const struct {
	bool (*read)(
	    struct filter *filter, struct reading *r, struct str value);
	bool (*holds)(
	    const struct filter *filter, const struct object *object);
} tests[FILTER_TESTS] = {
	[FILTER_TEXT] = {read_text, has_text},
	[FILTER_BOOLEAN] = {read_boolean, has_boolean},
	[FILTER_INTEGER] = {read_integer, has_integer},
	[FILTER_CHOICES] = {read_choices, has_choice},
	[FILTER_SID] = {read_text, has_sid},
	[FILTER_NAME] = {read_text, has_name},
	[FILTER_AVAILABLE] = {read_boolean, is_available},
	[FILTER_WORKER_EXPRESSION] = {read_expression, suits_worker},
	[FILTER_TASK_EXPRESSION] = {read_expression, suits_task},
	[FILTER_MEMBER_BY_SID] = {read_queue, is_member},
	[FILTER_MEMBER_BY_NAME] = {read_queues, is_member},
	[FILTER_HAS_MEMBER] = {read_worker, has_member},
	[FILTER_ACCEPTS] = {read_attributes, accepts},
	[FILTER_ADDONS] = {read_boolean, has_addons},
};

static size_t
count_rows(const struct resource *resource)
{
	const struct filter_row *row = NULL;
	size_t count = 0;

	while ((row = filter_next(resource, row)) != NULL)
		count++;
	return count;
}

bool
filters_read(struct filters *filters, struct arena *arena,
    const struct router *router, const struct workspace *workspace,
    const struct resource *resource, const struct form *query,
    struct refusal *refusal)
{
	struct reading r = {arena, router, workspace, query, {0}};
	struct filter *items =
	    arena_array(arena, count_rows(resource), sizeof *items);
	const struct filter_row *row = NULL;
	size_t count = 0;

	*filters = (struct filters){items, 0};
	if (items == NULL)
		return refuse_parameter(refusal, "the query is too large");
	while ((row = filter_next(resource, row)) != NULL) {
		struct str value = form_get(query, row->parameter);
		if (value.len == 0 || tests[row->test].read == NULL)
			continue;
		items[count].row = row;
		if (!tests[row->test].read(&items[count], &r, value))
			return refuse_parameter(refusal, "%s: %s",
			    row->parameter, r.err.text);
		count++;
	}
	filters->count = count;
	return true;
}

bool
filters_hold(const struct filters *filters, const struct object *object)
{
	for (size_t i = 0; i < filters->count; i++) {
		const struct filter *filter = &filters->items[i];
		if (!tests[filter->row->test].holds(filter, object))
			return false;
	}
	return true;
}
