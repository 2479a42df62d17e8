/* SPDX-License-Identifier: MIT
 *
 * A Workflow's configuration, read: filters, their targets, expressions.
 * Immutable; belongs to a Workflow revision. Others may read it.
 * Source: https://www.twilio.com/docs/taskrouter/workflow-configuration
 */
#ifndef ROUTER_PLAN_H
#define ROUTER_PLAN_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "expr/expr.h"

#define PLAN_DEFAULT (-1)       /* as a filter's index: the default filter */
#define PLAN_NO_PRIORITY (-1)
#define PLAN_NO_TIMEOUT 0
#define PLAN_FILTERS_MOST 10000
#define PLAN_TARGETS_MOST 1000  /* of one filter */

struct plan_target {
	/* SID, its digits in lower case; inherited from the target before if
	 * left out. */
	struct str queue;
	int64_t priority;   /* or PLAN_NO_PRIORITY */
	int64_t timeout;    /* seconds, or PLAN_NO_TIMEOUT */
	/* Sum of the timeouts up to and with this one, in seconds of the Task's
	 * age; PLAN_NO_TIMEOUT where it has none of its own. */
	int64_t deadline;
	struct expr *expression;  /* or NULL */
	struct expr *skip_if;     /* or NULL */
	struct expr_order *order; /* or NULL */
	bool has_known_worker;
	bool known_by_name; /* known_worker_friendly_name */
	struct expr_reference known_worker;
};

struct plan_filter {
	struct str friendly_name;
	struct expr *expression; /* NULL for the default filter */
	const struct plan_target *targets;
	size_t target_count;
};

struct plan {
	struct arena arena;
	const struct plan_filter *filters;
	size_t filter_count;
	bool has_default;
	/* One target, of which only TaskQueue and priority are read. */
	struct plan_filter default_filter;
	/* Every TaskQueue that it names, each once. */
	const struct str *queues;
	size_t queue_count;
};

/* Reads and checks a configuration: everything but whether its TaskQueues
 * exist. *compact (NULL allowed) becomes the text without white space, unknown
 * keys kept, in the plan's arena. NULL: *err names the place, such as
 * "task_routing.filters[1].targets[0].timeout: expected a whole number of
 * seconds, at least 1", and for expressions has the caret in its words. */
struct plan *plan_make(struct str json, struct str *compact, struct err *err);
/* NULL is allowed. */
void plan_free(struct plan *plan);

/* The filter of an index of the plan or PLAN_DEFAULT. */
const struct plan_filter *plan_filter(const struct plan *plan, int64_t index);

#endif
