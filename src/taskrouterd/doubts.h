/* SPDX-License-Identifier: MIT
 *
 * Expressions that are taken and never match: TaskRouter accepts them without
 * a word, and people search for days. Here the log and /_local/debugger say it.
 */
#ifndef TASKROUTERD_DOUBTS_H
#define TASKROUTERD_DOUBTS_H

#include "base/compat.h"
#include "router/model.h"

struct daemon;

/* Looks through the expressions of a TaskQueue or Workflow; other kinds have
 * none. */
void doubts_tell(struct daemon *daemon, const struct object *object);

#endif
