/* SPDX-License-Identifier: MIT
 *
 * The router's state as a seed, taskrouter-seed(5).
 */
#ifndef TASKROUTERD_DUMP_H
#define TASKROUTERD_DUMP_H

#include "base/buf.h"
#include "base/compat.h"
#include "router/engine.h"

/* Appends one Workspace (NULL: all) as a seed. False: it does not fit into the
 * buffer, or there is no memory. */
MUST_USE bool dump_write(struct buf *out, const struct router *router,
    const struct workspace *workspace);

#endif
