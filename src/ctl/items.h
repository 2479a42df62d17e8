/* SPDX-License-Identifier: MIT
 *
 * Objects of the REST API kept as text, a list of one kind: whole contact
 * centers fit into memory so, where parsed they would take ten times that.
 */
#ifndef CTL_ITEMS_H
#define CTL_ITEMS_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "codec/json.h"

struct item {
	struct item *next;
	struct str sid;
	struct str name;         /* see items.name; absent: it has none */
	struct str text;         /* JSON */
	struct str date_created; /* as the API writes it: sorts as text */
	size_t number;           /* in the order of the API */
};

struct items {
	struct arena arena;
	const char *name; /* the property that names them, or NULL */
	struct item *first, *last;
	size_t count;
	struct item **sorted; /* `count` of them; NULL before items_sort */
};

void items_init(struct items *items, const char *name);
void items_release(struct items *items);

/* Keeps a copy. False: no memory. */
MUST_USE bool items_add(struct items *items, struct json_object *object);

/* Oldest first. The API does not say which order a list is in; where it is the
 * other way round, so are objects of the same second. False: no memory. */
MUST_USE bool items_sort(struct items *items);

/* All items as one JSON array, in the API's order, in the arena. Absent: no
 * memory. */
struct str items_array(const struct items *items, struct arena *arena);

#endif
