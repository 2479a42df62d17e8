/* SPDX-License-Identifier: MIT
 *
 * Cumulative statistics: Events of a span of time, counted as the table
 * taskrouterd/measures.h says. Pure: it is given the Events one by one, and
 * knows neither store nor router nor clock.
 */
#ifndef TASKROUTERD_TALLY_H
#define TASKROUTERD_TALLY_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"

struct store_moment; /* store/store.h */

/* What statistics are about. */
enum tally_of {
	TALLY_OF_WORKSPACE = 1 << 0,
	TALLY_OF_TASK_QUEUE = 1 << 1,
	TALLY_OF_WORKFLOW = 1 << 2,
	TALLY_OF_WORKERS = 1 << 3,
};

enum tally_count {
#define COUNT(id, ...) TALLY_##id,
#define WAIT(id, ...)
#include "taskrouterd/measures.h"
#undef COUNT
#undef WAIT
	TALLY_COUNTS
};

enum tally_wait {
#define COUNT(id, ...)
#define WAIT(id, ...) TALLY_WAIT_##id,
#include "taskrouterd/measures.h"
#undef COUNT
#undef WAIT
	TALLY_WAITS
};

/* How long something took, several times; in ms. All 0 where it never did. */
struct tally_duration {
	uint64_t count;
	int64_t total, least, most;
};

/* SplitByWaitTime: how many waited shorter than a threshold, and how many as
 * long or longer. */
struct tally_split {
	struct tally_side {
		uint64_t tasks_canceled, reservations_accepted;
	} below, above;
};

/* How many Tasks are counted for one threshold, the first ones.
 * Source: Twilio's OpenAPI description, SplitByWaitTime. */
#define TALLY_SPLIT_TASKS_MOST 10000

/* How to count. */
struct tally_rules {
	enum tally_of of;
	struct str task_channel; /* SID; absent: all */
	const int64_t *thresholds; /* seconds */
	size_t threshold_count;
};

/* Begins as all zeros, but for `splits`: an array of zeros, one for each
 * threshold. */
struct tally {
	uint64_t counts[TALLY_COUNTS];
	struct tally_duration waits[TALLY_WAITS];
	struct tally_split *splits;
};

/* Counts one Event. The caller has seen that it lies in the span of time and
 * belongs to what is asked for. */
void tally_add(struct tally *tally, const struct tally_rules *rules,
    const struct store_moment *moment);

/* Appends the members that statistics of this have: the counts and, but for
 * Workers, avg_task_acceptance_time, waits and split_by_wait_time. Times are
 * whole seconds, the rest is cut off. */
void tally_put(struct buf *out, const struct tally *tally,
    const struct tally_rules *rules);

/* ---- times */

void tally_duration_add(struct tally_duration *duration, int64_t ms);
/* The part of [begin, end] that lies in [from, to]; nothing if none does. */
void tally_duration_add_part(struct tally_duration *duration, int64_t from,
    int64_t to, int64_t begin, int64_t end);
/* Appends the members avg, min, max and total, in whole seconds. */
void tally_duration_put(
    struct buf *out, const struct tally_duration *duration);

#endif
