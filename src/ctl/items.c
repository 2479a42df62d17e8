/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "ctl/items.h"

#include <stdlib.h>

#include "base/buf.h"

/* Of all the items of a list; a seed of more would be of no use. */
#define ITEMS_CEILING ((size_t)2 << 30)

void
items_init(struct items *items, const char *name)
{
	*items = (struct items){.name = name};
	arena_init(&items->arena, ITEMS_CEILING);
}

void
items_release(struct items *items)
{
	arena_release(&items->arena);
	items_init(items, items->name);
}

bool
items_add(struct items *items, struct json_object *object)
{
	struct arena *arena = &items->arena;
	struct item *item = arena_alloc(arena, sizeof *item);

	if (item == NULL)
		return false;
	*item = (struct item){
	    .sid = arena_str(arena, json_get_text(object, "sid")),
	    .name = items->name == NULL
		? STR_NONE
		: arena_str(arena, json_get_text(object, items->name)),
	    .text = json_write(arena, object),
	    .date_created =
		arena_str(arena, json_get_text(object, "date_created")),
	    .number = items->count,
	};
	if (arena->overflow)
		return false;
	if (items->last == NULL)
		items->first = item;
	else
		items->last->next = item;
	items->last = item;
	items->count++;
	return true;
}

static int
compare_numbers(const struct item *a, const struct item *b)
{
	return (a->number > b->number) - (a->number < b->number);
}

static int
compare_ascending(const void *a, const void *b)
{
	const struct item *one = *(struct item *const *)a;
	const struct item *other = *(struct item *const *)b;
	int order = str_compare(one->date_created, other->date_created);

	return order != 0 ? order : compare_numbers(one, other);
}

static int
compare_reversed(const void *a, const void *b)
{
	const struct item *one = *(struct item *const *)a;
	const struct item *other = *(struct item *const *)b;
	int order = str_compare(one->date_created, other->date_created);

	return order != 0 ? order : compare_numbers(other, one);
}

bool
items_sort(struct items *items)
{
	size_t count = 0;

	items->sorted = arena_array(
	    &items->arena, items->count + 1, sizeof *items->sorted);
	if (items->sorted == NULL)
		return false;
	for (struct item *i = items->first; i != NULL; i = i->next)
		items->sorted[count++] = i;
	if (count == 0)
		return true;
	bool reversed = str_compare(items->first->date_created,
			    items->last->date_created) > 0;
	qsort(items->sorted, count, sizeof *items->sorted,
	    reversed ? compare_reversed : compare_ascending);
	return true;
}

struct str
items_array(const struct items *items, struct arena *arena)
{
	struct buf out;

	buf_init(&out, ITEMS_CEILING);
	buf_add_byte(&out, '[');
	for (const struct item *i = items->first; i != NULL; i = i->next) {
		if (i != items->first)
			buf_add_byte(&out, ',');
		buf_add_str(&out, i->text);
	}
	buf_add_byte(&out, ']');
	struct str text = arena_str(arena, buf_str(&out));
	buf_release(&out);
	return text;
}
