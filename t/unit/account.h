/* SPDX-License-Identifier: MIT
 *
 * A router driven by forms, as requests drive it, for the tests of what the
 * REST API is made of.
 */
#ifndef UNIT_ACCOUNT_H
#define UNIT_ACCOUNT_H

#include "base/arena.h"
#include "base/compat.h"
#include "router/engine.h"

#define ACCOUNT_SID "AC00000000000000000000000000000001"

struct account {
	struct router *router;
	struct arena arena; /* of forms and what was read from them */
	int64_t now;        /* the tests' to change */
	unsigned sids;
	struct refusal refusal; /* of the last call */
};

void account_open(struct account *account);
void account_close(struct account *account);

/* "A=b&C=d" as a form, in the arena. */
struct form account_form(struct account *account, const char *text);

/* What a POST with this form does; NULL: refused. */
struct object *account_create(struct account *account, enum kind kind,
    struct workspace *workspace, const char *form);
struct object *account_update(
    struct account *account, struct object *object, const char *form);
/* True: deleted. */
bool account_delete(struct account *account, struct object *object);

/* The first Activity of the Workspace with this name. */
struct activity *account_activity(
    struct account *account, struct workspace *workspace, const char *name);

#endif
