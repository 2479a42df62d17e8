/* SPDX-License-Identifier: MIT
 *
 * What a seed calls the objects of one of its Workspaces: by labels, by names,
 * and by the names of what a new Workspace has by itself. In this order: what
 * stands in the seed comes first.
 */
#ifndef TASKROUTERD_SEED_INDEX_H
#define TASKROUTERD_SEED_INDEX_H

#include "base/arena.h"
#include "base/compat.h"
#include "router/model.h"
#include "twilio/seed_form.h"

struct seed_item {
	enum seed_kind kind;
	struct str name;          /* ends in NUL; absent: it has none */
	struct str label;         /* ends in NUL; absent: it has none */
	struct json_object *json; /* NULL: it is there by itself */
	struct object *object;    /* NULL: not yet made, or refused */
	bool available; /* of an Activity that is there by itself */
	bool is_taken;  /* there by itself, and an item of the seed is it */
	bool is_doomed; /* there by itself, and nothing keeps it */
};

struct seed_index {
	struct seed_item *items; /* those by themselves, then the seed's */
	size_t count;
	size_t own;                /* how many are there by themselves */
	size_t first[SEED_KINDS];  /* where the seed's of each kind begin */
	size_t counts[SEED_KINDS]; /* how many there are of the seed's */
	struct seed_entry *entries; /* by text */
	size_t entry_count;
};

/* Kinds as a set. */
#define SEED_SET(kind) (1U << (unsigned)(kind))

/* The items are there: makes them findable. False: no memory. */
MUST_USE bool seed_index_build(
    struct seed_index *index, struct arena *arena);

/* How many items of these kinds `text` means, and the first of them: those
 * with such a label if there are any, else those of such a name, else what is
 * there by itself. */
size_t seed_index_find(const struct seed_index *index, unsigned kinds,
    struct str text, struct seed_item **found);

/* Whether an item of the seed itself has this label or, else, name. */
bool seed_index_lists(
    const struct seed_index *index, enum seed_kind kind, struct str name);

/* The nearest name of those kinds; NULL: none is near. */
const char *seed_index_nearest(const struct seed_index *index,
    struct arena *arena, unsigned kinds, struct str text);

#endif
