/* SPDX-License-Identifier: MIT
 *
 * /_local/seed and /_local/dump.
 */
#ifndef TASKROUTERD_SEED_CONTROL_H
#define TASKROUTERD_SEED_CONTROL_H

#include <stdio.h>

#include "base/compat.h"
#include "http/exchange.h"

/* The body is a seed: 201 with the SIDs of what was made, by name; 400 with
 * all that is wrong with it, and nothing has changed. */
void seed_control_plant(struct exchange *exchange);

/* Everything as a seed, or the Workspace that the parameter `workspace` names
 * by SID or friendly name. */
void seed_control_dump(struct exchange *exchange);

/* The parameters of a dump as an mdoc(7) list. */
void seed_control_write_manual(FILE *out);

#endif
