/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/seed_index.h"

#include <stdlib.h>

#include "config/config.h"

enum rank { RANK_LABEL, RANK_NAME, RANK_OWN };

struct seed_entry {
	struct str text;
	enum rank rank;
	struct seed_item *item;
};

static int
compare(const void *left, const void *right)
{
	const struct seed_entry *a = left, *b = right;
	int order = str_compare(a->text, b->text);

	if (order != 0)
		return order;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return (a->item > b->item) - (a->item < b->item);
}

static void
add(struct seed_index *index, struct str text, enum rank rank,
    struct seed_item *item)
{
	if (text.at != NULL)
		index->entries[index->entry_count++] =
		    (struct seed_entry){text, rank, item};
}

bool
seed_index_build(struct seed_index *index, struct arena *arena)
{
	index->entry_count = 0;
	index->entries =
	    arena_array(arena, 2 * index->count + 1, sizeof *index->entries);
	if (index->entries == NULL)
		return false;
	for (size_t i = 0; i < index->count; i++) {
		struct seed_item *item = &index->items[i];
		add(index, item->label, RANK_LABEL, item);
		add(index, item->name,
		    item->json != NULL ? RANK_NAME : RANK_OWN, item);
	}
	qsort(index->entries, index->entry_count, sizeof *index->entries,
	    compare);
	return true;
}

/* The first entry of this text. */
static size_t
first_of(const struct seed_index *index, struct str text)
{
	size_t low = 0, high = index->entry_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (str_compare(index->entries[middle].text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
seed_index_find(const struct seed_index *index, unsigned kinds,
    struct str text, struct seed_item **found)
{
	enum rank rank = RANK_OWN;
	size_t count = 0;

	*found = NULL;
	for (size_t i = first_of(index, text); i < index->entry_count; i++) {
		const struct seed_entry *entry = &index->entries[i];
		if (!str_equal(entry->text, text) ||
		    (count > 0 && entry->rank != rank))
			break;
		if ((SEED_SET(entry->item->kind) & kinds) == 0)
			continue;
		if (count++ == 0)
			*found = entry->item;
		rank = entry->rank;
	}
	return count;
}

bool
seed_index_lists(
    const struct seed_index *index, enum seed_kind kind, struct str name)
{
	struct seed_item *found;

	return seed_index_find(index, SEED_SET(kind), name, &found) > 0 &&
	    found->json != NULL;
}

const char *
seed_index_nearest(const struct seed_index *index, struct arena *arena,
    unsigned kinds, struct str text)
{
	const char **known =
	    arena_array(arena, index->entry_count + 1, sizeof *known);
	size_t count = 0;

	if (known == NULL)
		return NULL;
	for (size_t i = 0; i < index->entry_count; i++)
		if ((SEED_SET(index->entries[i].item->kind) & kinds) != 0)
			known[count++] = index->entries[i].text.at;
	return config_nearest(text, known);
}
