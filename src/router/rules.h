/* SPDX-License-Identifier: MIT
 *
 * What the files of kind_rules share. Private to router/.
 */
#ifndef ROUTER_RULES_H
#define ROUTER_RULES_H

#include "base/compat.h"
#include "router/state.h"

/* How many there may be: of Workspaces in an account, of all others in one
 * Workspace. Source: https://www.twilio.com/docs/taskrouter/limits */
#define WORKSPACES_MOST 5000
#define ACTIVITIES_MOST 100
#define TASK_CHANNELS_MOST 15
#define TASK_QUEUES_MOST 5000
#define WORKFLOWS_MOST 1000
#define WORKERS_MOST 15000

/* Refuses where the Workspace has as many of the kind as it may have. */
bool rules_has_room(const struct workspace *workspace, enum kind kind,
    size_t most, struct refusal *refusal);
/* The text given for the field, else what the row presets. */
struct str rules_text(const struct changes *changes, enum field_id id);
/* Whether the field was given as true. */
bool rules_is_true(const struct changes *changes, enum field_id id);
/* Whether a text was given for the field, and is another one than this. */
bool rules_differs(
    const struct changes *changes, enum field_id id, struct str text);
/* A new object with its presets and the changes, no more. */
struct object *rules_new(struct router *router, enum kind kind,
    struct workspace *workspace, const struct changes *changes);

/* Expressions see something else of these Workers than before, or the
 * Workspace's rules for them are others: whose members they are is found out
 * again, and whether they are free. `activity` NULL: of all. */
void rules_workers_differ(struct router *router, struct workspace *workspace,
    const struct activity *activity);

/* An object goes with its Workspace and all else in it: no check, no event,
 * nothing is routed. No Task is left; of a Workflow and a TaskQueue, no Worker
 * either; of a TaskQueue, no Workflow either. */
void worker_discard(struct router *router, struct worker *worker);
void workflow_discard(struct router *router, struct workflow *workflow);
void task_queue_discard(struct router *router, struct task_queue *queue);

#endif
