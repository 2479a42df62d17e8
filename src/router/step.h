/* SPDX-License-Identifier: MIT
 *
 * Where a Task stands in its Workflow: at a target of a filter of the
 * configuration that it was routed with. Private to router/.
 */
#ifndef ROUTER_STEP_H
#define ROUTER_STEP_H

#include "base/compat.h"
#include "router/model.h"
#include "router/plan.h"

#define STEP_NO_TARGET (-1) /* of this revision yet: the router must find one */

/* NULL: it was routed to a Worker or TaskQueue directly. */
const struct plan_target *step_target(const struct task *task);
/* The expression of its target; NULL: it has none. */
const struct expr *step_expression(const struct task *task);
/* Whether it is for one Worker, who may be unknown. */
bool step_is_for_one(const struct task *task);
/* When the time of its target is over; ROUTER_NEVER: it has none. */
int64_t step_deadline(const struct task *task);

/* The Task goes by this revision from now on; NULL: by none. The one before is
 * given up if it was the last to go by it. */
void step_enter(struct router *router, struct task *task,
    struct workflow_revision *revision);
/* Removes a revision that no Task goes by and that is not its Workflow's. */
void step_release(struct router *router, struct workflow_revision *revision);

#endif
