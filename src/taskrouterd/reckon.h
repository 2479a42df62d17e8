/* SPDX-License-Identifier: MIT
 *
 * Statistics gathered: real-time ones from the router, cumulative ones from the
 * Events of the store and those that are about to be stored.
 *
 * Real-time ones cost a look at every Task of the Workspace, and at every
 * Worker only where a TaskChannel or a filter is given. Cumulative ones cost a
 * look at every Event of the span that names the TaskQueue, Workflow or Worker;
 * of several TaskQueues, or of a Workspace, at every Event of the Workspace,
 * once.
 */
#ifndef TASKROUTERD_RECKON_H
#define TASKROUTERD_RECKON_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "router/engine.h"
#include "taskrouterd/census.h"
#include "taskrouterd/filter.h"
#include "taskrouterd/span.h"
#include "taskrouterd/tally.h"

struct store;

/* What one set of numbers is about. */
struct subject {
	/* The TaskQueue or Workflow; NULL: the Workspace, its Workers, or a
	 * TaskQueue that is not there, of which all numbers are 0. */
	const struct object *object;
	struct str sid; /* of the TaskQueue or Workflow; absent: of neither */
	struct census census;
	struct staff staff;
	struct tally tally;
};

struct reckoning {
	/* The caller's: */
	struct arena *arena;
	const struct router *router;
	struct store *store;
	const struct workspace *workspace;
	int64_t now;
	struct span span;
	struct tally_rules rules;
	const struct task_channel *task_channel; /* NULL: all */
	/* Of Workers: whose numbers; NULL: all who pass the filters. */
	const struct worker *worker;
	struct filters filters;
	/* reckon_subjects: */
	struct subject *subjects; /* sorted by SID */
	size_t count;
	/* reckon_cumulative, of Workers: the times in each Activity, in the
	 * order of subjects[0].staff. */
	struct tally_duration *stays;
};

/* Makes room for these subjects: the SIDs of TaskQueues or of one Workflow;
 * one that is absent is the Workspace or its Workers. A SID that comes twice
 * is one subject. False: no memory. */
MUST_USE bool reckon_subjects(
    struct reckoning *r, const struct str *sids, size_t count);
/* The subject with this SID; NULL: it is not among them. */
struct subject *reckon_find(const struct reckoning *r, struct str sid);

/* Fills in census and staff. False: no memory. */
MUST_USE bool reckon_real_time(struct reckoning *r);
/* Fills in tallies, and the stays of Workers. False: no memory, as the arena
 * knows, or the store failed: *err says why. */
MUST_USE bool reckon_cumulative(struct reckoning *r, struct err *err);

#endif
