/* SPDX-License-Identifier: MIT
 *
 * What a store is given and what it gives back, without a router: objects and
 * Events made for the purpose, and a router that only takes down as text what
 * it is told to restore. For the store's test programs.
 */
#ifndef UNIT_STORE_FAKE_H
#define UNIT_STORE_FAKE_H

#include "base/buf.h"
#include "base/compat.h"
#include "router/engine.h"

/* All that was restored, an object a line as fake_line writes it. */
struct router {
	struct buf lines;
	uint64_t number;    /* the largest, once it was told */
	bool is_restored;
	const char *refuse; /* the SID that router_restore refuses */
};

void router_fake_init(struct router *router);
void router_fake_release(struct router *router);

/* Objects and effects that live until fake_release. */
struct fake {
	struct arena memory;
	struct router_effects effects;
};

void fake_init(struct fake *fake);
void fake_release(struct fake *fake);
/* No effects any more. */
void fake_settle(struct fake *fake);

/* The SID of the object or Event of a number. */
void fake_sid(
    const char *prefix, uint64_t number, char sid[ROUTER_SID + 1]);
/* All members zero, dates made of the number; in no list. NULL as Workspace:
 * itself. */
struct object *fake_object(struct fake *fake, enum kind kind, uint64_t number,
    struct object *workspace);
void fake_change(struct fake *fake, struct object *object);
void fake_remove(struct fake *fake, const struct object *object);
/* Its date is its number; filters are empty. */
struct record *fake_record(
    struct fake *fake, uint64_t number, const struct object *workspace);

/* The members of an object, by the row of router/fields.h. */
void fake_set_text(struct fake *fake, const struct field *field,
    struct object *object, struct str text);
void fake_set_boolean(
    const struct field *field, struct object *object, bool value);
void fake_set_integer(
    const struct field *field, struct object *object, int64_t value);
void fake_set_object(const struct field *field, struct object *object,
    struct object *value);

/* "TASK WT…1 number=1 … attributes=[{}] priority=0\n": everything that is kept
 * of it. */
void fake_line(struct buf *out, const struct object *object);

#endif
