/* SPDX-License-Identifier: MIT
 *
 * What the objects of a Workspace are called in a seed: their names, and
 * labels where a name is not enough. Private to the writer of seeds.
 */
#ifndef TWILIO_SEED_NAMES_H
#define TWILIO_SEED_NAMES_H

#include "base/arena.h"
#include "base/compat.h"
#include "twilio/seed_form.h"

#define SEED_SID_MOST 34

struct seed_name {
	char sid[SEED_SID_MOST + 1]; /* in lower case */
	enum seed_kind kind;
	size_t number; /* order of creation */
	bool is_target;
	struct str name;
	struct str label; /* absent: the name is enough */
};

struct seed_names {
	struct arena memory; /* of texts, and of what follows */
	struct seed_name *items;
	size_t count, room;
	char (*targets)[SEED_SID_MOST + 1];
	size_t target_count, target_room;
	bool failed; /* for want of memory */
};

void seed_names_init(struct seed_names *names);
void seed_names_release(struct seed_names *names);

void seed_names_add(struct seed_names *names, enum seed_kind kind,
    struct str sid, struct str name);
void seed_names_add_target(struct seed_names *names, struct str sid);

/* All are there: gives labels to those that need some. */
void seed_names_label(struct seed_names *names);
/* NULL: there is none of that SID. Only after seed_names_label. */
const struct seed_name *seed_names_find(
    const struct seed_names *names, struct str sid);

/* What a reference holds. */
struct str seed_name_shown(const struct seed_name *name);

#endif
