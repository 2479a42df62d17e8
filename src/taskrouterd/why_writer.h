/* SPDX-License-Identifier: MIT
 *
 * What the sentences of why_words.h have in common. Only for why_*.c.
 */
#ifndef TASKROUTERD_WHY_WRITER_H
#define TASKROUTERD_WHY_WRITER_H

#include "base/compat.h"
#include "taskrouterd/why_words.h"

struct why_writer {
	struct why_words *words;
	const struct why *why;
	struct arena *arena;
};

/* "Worker Alice (WK…)" */
struct str why_worker_name(
    struct why_writer *writer, const struct worker *worker);
struct str why_queue_name(
    struct why_writer *writer, const struct task_queue *queue);
/* Of the Task's, which must have one. */
struct str why_workflow_name(struct why_writer *writer);

/* Never below 0; a second that has begun counts until it is over. */
int64_t why_seconds_until(const struct why *why, int64_t due);
int64_t why_seconds_since(const struct why *why, int64_t date);

/* The latest Reservation that the Task is held by, or was completed by; NULL:
 * none. */
const struct reservation *why_holder(const struct task *task);
/* Whether its Workflow has neither a filter that matches nor a default one. */
bool why_has_no_way(const struct why *why);

/* Fills in words->would_change. */
void why_change(struct why_writer *writer);

#endif
