/* SPDX-License-Identifier: MIT
 *
 * Real-time statistics: Tasks that are not finished and Workers, as the router
 * has them now.
 * Source: Twilio's OpenAPI description, schemas *_real_time_statistics.
 */
#ifndef TASKROUTERD_CENSUS_H
#define TASKROUTERD_CENSUS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/compat.h"
#include "router/model.h"

/* Tasks of one Workspace, TaskQueue or Workflow. Begins as all zeros. */
struct census {
	uint64_t by_status[TASK_COMPLETED]; /* those of unfinished Tasks */
	struct census_priority {
		int64_t priority;
		uint64_t tasks;
	} *priorities; /* sorted */
	size_t priority_count, priority_room;
	/* Of those that are pending or reserved: which was created first, and
	 * which entered its TaskQueue first. NULL: none is. */
	const struct task *longest_waiting;
	const struct task *longest_in_queue;
};

/* Counts the Task, unless it is finished. False: there is no memory. */
MUST_USE bool census_add(
    struct census *census, struct arena *arena, const struct task *task);

/* Appends longest_task_waiting_age and _sid, tasks_by_priority and _status,
 * total_tasks; of a TaskQueue also longest_relative_task_age_in_queue and
 * longest_relative_task_sid_in_queue. Ages are whole seconds at `now`. */
void census_put(struct buf *out, const struct census *census, int64_t now,
    bool of_queue);

/* Workers of one Workspace or TaskQueue. */
struct staff {
	size_t count;
	const struct activity **activities; /* all of the Workspace */
	uint64_t *workers;                  /* in each */
	uint64_t total, available;
};

/* The Workspace's Activities with nobody in them. False: no memory. */
MUST_USE bool staff_init(struct staff *staff, struct arena *arena,
    const struct router *router, const struct workspace *workspace);
/* So many more are in the Activity. */
void staff_add(
    struct staff *staff, const struct activity *activity, uint64_t workers);
/* Appends activity_statistics. */
void staff_put(struct buf *out, const struct staff *staff);

#endif
