/* SPDX-License-Identifier: MIT
 *
 * Who gets whom. Private to router/.
 * Source: https://www.twilio.com/docs/taskrouter/workflow-configuration,
 * .../queue-ordering-last-first-out-lifo, .../order-workers
 */
#ifndef ROUTER_MATCH_H
#define ROUTER_MATCH_H

#include "base/compat.h"
#include "router/model.h"
#include "router/plan.h"


/* Reserves free Workers of the line for the Task, as many as its TaskQueue
 * allows, the longest idle first or as the target's order_by says. False:
 * nobody suits. The Task is pending, in the line's TaskQueue, and does not
 * wait. */
bool match_task(struct router *router, struct task *task, struct line *line,
    const struct plan_target *target);

/* Whether the Worker, as he is now, could be reserved for the Task: a member
 * of its TaskQueue, free, and to the liking of its target. */
bool match_may_have(const struct worker *worker, const struct task *task);

/* What keeps the Worker, who may be imagined, from the Task: bits of enum
 * obstacle. 0 where match_may_have is true and, of a Task that waits in a
 * TaskQueue, where its Worker would be reserved. */
unsigned match_obstacles(const struct worker *worker, const struct task *task);

/* The Task that waits which the Worker, who may be imagined, would take first
 * if he became free as he is; NULL: none. Costs an evaluation for each
 * TaskQueue of his Workspace. */
struct task *match_first(const struct worker *worker);

/* Reserves the one Worker that the Task is for, if he is free and, in a
 * TaskQueue, a member and to the liking of the target. */
bool match_wanted(struct router *router, struct task *task);

/* Reserves the Worker whatever else he has. */
void match_force(struct router *router, struct task *task,
    struct worker *worker);

/* Lets the Worker, who may have become free, take the most urgent Task that
 * waits for one like him; if there was one he comes on the agenda again. */
void match_worker(struct router *router, struct worker *worker);

#endif
