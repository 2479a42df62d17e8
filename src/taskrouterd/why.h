/* SPDX-License-Identifier: MIT
 *
 * GET /_local/why/WT…: why a Task is given to nobody, or to whom it was given,
 * and what would change that. Parameters: `workers`, how many Workers are told
 * of; `format`, json or text.
 *
 * {"summary":"Task WT… is pending in TaskQueue Spanish (WQ…): …",
 *  "would_change":["Worker Alice (WK…) would get it if …",…],
 *  "task":{…},"workflow":{…},"task_queue":{…},"tasks_before":{…},
 *  "workers":{…},"reservations":{…}}
 *
 * A part that is not about the Task as it is now is null.
 */
#ifndef TASKROUTERD_WHY_H
#define TASKROUTERD_WHY_H

#include "base/compat.h"
#include "http/exchange.h"

#define WHY_WORKERS_PRESET 20

void why_serve(struct exchange *exchange);

#endif
