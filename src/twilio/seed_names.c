/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/seed_names.h"

#include <stdlib.h>
#include <string.h>

/* Of 15,000 Workers and 6,000 other objects the texts take a few megabytes. */
#define MEMORY_MOST ((size_t)256 << 20)

void
seed_names_init(struct seed_names *names)
{
	*names = (struct seed_names){.items = NULL};
	arena_init(&names->memory, MEMORY_MOST);
}

void
seed_names_release(struct seed_names *names)
{
	free(names->items);
	free(names->targets);
	arena_release(&names->memory);
	seed_names_init(names);
}

/* Room for one more; NULL: there is none. */
static void *
grow(void *items, size_t count, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 64 : *room * 2;

	if (count < *room)
		return items;
	if (more > SIZE_MAX / size / 2)
		return NULL;
	items = realloc(items, more * size);
	if (items != NULL)
		*room = more;
	return items;
}

static void
lower(char to[SEED_SID_MOST + 1], struct str sid)
{
	size_t length = sid.len < SEED_SID_MOST ? sid.len : SEED_SID_MOST;

	memset(to, 0, SEED_SID_MOST + 1);
	for (size_t i = 0; i < length; i++)
		to[i] = ascii_lower(sid.at[i]);
}

void
seed_names_add(struct seed_names *names, enum seed_kind kind, struct str sid,
    struct str name)
{
	struct seed_name *items = grow(
	    names->items, names->count, &names->room, sizeof *items);
	struct seed_name *item;

	if (items == NULL) {
		names->failed = true;
		return;
	}
	names->items = items;
	item = &items[names->count];
	*item = (struct seed_name){
		.kind = kind,
		.number = names->count++,
		.name = arena_str(
		    &names->memory, name.at != NULL ? name : STR("")),
		.label = STR_NONE,
	};
	lower(item->sid, sid);
}

void
seed_names_add_target(struct seed_names *names, struct str sid)
{
	void *targets;

	if (sid.len == 0)
		return;
	targets = grow(names->targets, names->target_count,
	    &names->target_room, sizeof *names->targets);
	if (targets == NULL) {
		names->failed = true;
		return;
	}
	names->targets = targets;
	lower(names->targets[names->target_count++], sid);
}

/* ---- labels */

static int
compare_sids(const void *left, const void *right)
{
	const struct seed_name *a = left, *b = right;

	return strcmp(a->sid, b->sid);
}

static int
compare_names(const void *left, const void *right)
{
	const struct seed_name *const *a = left, *const *b = right;
	int order = str_compare((*a)->name, (*b)->name);

	if (order != 0)
		return order;
	if ((*a)->kind != (*b)->kind)
		return (*a)->kind < (*b)->kind ? -1 : 1;
	return ((*a)->number > (*b)->number) - ((*a)->number < (*b)->number);
}

static int
compare_to_name(const void *key, const void *item)
{
	const struct seed_name *const *name = item;

	return str_compare(*(const struct str *)key, (*name)->name);
}

static bool
is_routed_to(const struct seed_name *item)
{
	return item->kind == SEED_WORKER || item->kind == SEED_TASK_QUEUE ||
	    item->kind == SEED_WORKFLOW;
}

/* Whether the item's name could mean another one of the run, which holds all
 * of that name. */
static bool
is_ambiguous(struct seed_name *const *run, size_t count, size_t index)
{
	const struct seed_name *item = run[index];

	for (size_t i = 0; i < count; i++)
		if (i != index && (run[i]->kind == item->kind ||
			(item->is_target && is_routed_to(run[i]))))
			return true;
	return false;
}

/* "Support #2", and on until nothing is called so. */
static struct str
make_label(struct seed_names *names, struct seed_name **sorted,
    struct str name, size_t *number)
{
	struct str label;

	do {
		(*number)++;
		label = arena_format(&names->memory, "%.*s #%zu",
		    STR_ARGS(name), *number);
	} while (label.at != NULL &&
	    bsearch(&label, sorted, names->count, sizeof *sorted,
		compare_to_name) != NULL);
	return label;
}

static void
label_run(struct seed_names *names, struct seed_name **sorted,
    struct seed_name **run, size_t count)
{
	size_t number = 0;

	for (size_t i = 0; i < count; i++)
		/* Two neighbours of a kind are enough, of a long run too. */
		if ((i > 0 && run[i - 1]->kind == run[i]->kind) ||
		    (i + 1 < count && run[i + 1]->kind == run[i]->kind) ||
		    (run[i]->is_target && is_ambiguous(run, count, i)))
			run[i]->label = make_label(
			    names, sorted, run[i]->name, &number);
}

static void
label_all(struct seed_names *names, struct seed_name **sorted)
{
	size_t begin = 0;

	for (size_t i = 0; i < names->count; i++)
		sorted[i] = &names->items[i];
	qsort(sorted, names->count, sizeof *sorted, compare_names);
	for (size_t end = 1; end <= names->count; end++) {
		if (end < names->count &&
		    str_equal(sorted[end]->name, sorted[begin]->name))
			continue;
		label_run(names, sorted, sorted + begin, end - begin);
		begin = end;
	}
}

static struct seed_name *
find(const struct seed_names *names, const char *sid)
{
	struct seed_name key;

	if (names->count == 0)
		return NULL;
	memcpy(key.sid, sid, sizeof key.sid);
	return bsearch(&key, names->items, names->count, sizeof key,
	    compare_sids);
}

void
seed_names_label(struct seed_names *names)
{
	struct seed_name **sorted =
	    arena_array(&names->memory, names->count + 1, sizeof *sorted);

	if (sorted == NULL || names->count == 0)
		return;
	qsort(names->items, names->count, sizeof *names->items, compare_sids);
	for (size_t i = 0; i < names->target_count; i++) {
		struct seed_name *item = find(names, names->targets[i]);
		if (item != NULL)
			item->is_target = true;
	}
	label_all(names, sorted);
	names->failed = names->failed || names->memory.overflow;
}

const struct seed_name *
seed_names_find(const struct seed_names *names, struct str sid)
{
	char text[SEED_SID_MOST + 1];

	if (sid.len != SEED_SID_MOST)
		return NULL;
	lower(text, sid);
	return find(names, text);
}

struct str
seed_name_shown(const struct seed_name *name)
{
	return name->label.at != NULL ? name->label : name->name;
}
