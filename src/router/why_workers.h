/* SPDX-License-Identifier: MIT
 *
 * The Workers of router/why.h. Private to router/.
 */
#ifndef ROUTER_WHY_WORKERS_H
#define ROUTER_WHY_WORKERS_H

#include "base/compat.h"
#include "router/why.h"

/* Fills in counts, workers and before of a pending Task. */
void why_workers(struct why *why, size_t most, struct arena *arena);

#endif
