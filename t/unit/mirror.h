/* SPDX-License-Identifier: MIT
 *
 * A store in memory: takes a router's effects as a store would, and gives the
 * objects back to another router. What the engine forgets to note is missing
 * here.
 */
#ifndef T_UNIT_MIRROR_H
#define T_UNIT_MIRROR_H

#include "base/compat.h"
#include "router/engine.h"

struct mirror;

struct mirror *mirror_new(void);
void mirror_free(struct mirror *mirror);

/* Takes what the router has not settled, and settles it. */
void mirror_take(struct mirror *mirror, struct router *router);

/* A router with what the mirror has; NULL: *err. */
struct router *mirror_restore(const struct mirror *mirror,
    const struct router_options *options, struct err *err);

bool mirror_is_empty(const struct mirror *mirror);

/* Makes one value of one row what no router stores: absent, a text that means
 * nothing, a number out of all bounds; the value behind the last one is the
 * row's Workspace. Rows, values and ways are counted from 0. */
enum mirror_spoiling { SPOIL_DONE, SPOIL_NO_WAY, SPOIL_NO_VALUE, SPOIL_NO_ROW };
enum mirror_spoiling mirror_spoil(
    struct mirror *mirror, size_t row, size_t value, size_t way);
/* What was spoilt last is as it was. */
void mirror_mend(struct mirror *mirror);

/* Effects of one kind that were taken so far. */
size_t mirror_records(const struct mirror *mirror, const char *type);
size_t mirror_callbacks(const struct mirror *mirror);

#endif
