/* SPDX-License-Identifier: MIT
 *
 * Why a Task is given to nobody, or to whom it was: found out by the predicates
 * that routing itself goes by, without changing anything.
 *
 * What a change would bring is told of Workers that are imagined: copies with
 * another Activity or capacity, for whom the same predicates are asked.
 */
#ifndef ROUTER_WHY_H
#define ROUTER_WHY_H

#include "base/arena.h"
#include "base/compat.h"
#include "router/engine.h"
#include "router/model.h"
#include "router/plan.h"

/* What is told at most; counts are always of all. */
#define WHY_FILTERS_MOST 100
#define WHY_TARGETS_MOST 100
#define WHY_COMPARISONS_MOST 16 /* of one expression */
#define WHY_TEXT_MOST 200       /* bytes of a value, of an expression's text */
#define WHY_DOUBTS_MOST 8
#define WHY_WORKERS_MOST 1000
#define WHY_EXPLAINED_MOST 100 /* Workers of whom values are told */
#define WHY_IMAGINED_MOST 20   /* … and what would bring them the Task */

/* A comparison that decided, with the values that it had. */
struct why_comparison {
	size_t depth; /* ANDs, ORs and NOTs that it stands in */
	struct str text;
	struct str left, right; /* JSON, cut */
	bool holds;
	struct str note; /* why it does not hold; absent: it is plain */
	bool is_mistake; /* … which is likely to be one of who wrote it */
};

struct why_expression {
	struct str text; /* as expr_print, cut */
	bool holds;
	struct why_comparison comparisons[WHY_COMPARISONS_MOST];
	size_t count;
};

/* What is odd about an expression whatever the values: expr_check. */
struct why_doubts {
	struct str texts[WHY_DOUBTS_MOST];
	size_t count;
};

struct why_filter {
	int64_t index; /* or PLAN_DEFAULT */
	struct str friendly_name;
	bool matches;
	bool is_current; /* the Task is routed with it */
	struct why_expression *expression; /* NULL: the default filter */
	struct why_doubts doubts;
};

enum why_stand {
	WHY_TIMED_OUT, /* its time was over, or was when it came to its turn */
	WHY_SKIPPED,   /* skip_if held */
	WHY_CURRENT,
	WHY_AHEAD,
	WHY_NEVER,     /* the Task never leaves one before it */
};

/* A target of the filter that the Task is routed with. */
struct why_target {
	int64_t index;
	const struct plan_target *plan;
	const struct task_queue *queue;
	enum why_stand stand;
	int64_t begins, ends; /* ROUTER_NEVER: past, not known or never */
	struct why_expression *skip_if; /* as it is now; NULL: it has none */
	struct str expression, order; /* absent: it has none */
	struct str known; /* what its known worker is; absent: nothing */
	size_t members;   /* of its TaskQueue */
	size_t available; /* of them: in an Activity that is available */
};

/* Where the Task goes when the time of its target is over. */
enum why_next {
	WHY_NEXT_NONE,     /* it stays */
	WHY_NEXT_TARGET,   /* of the same filter */
	WHY_NEXT_FILTER,   /* another filter that matches */
	WHY_NEXT_CANCELED, /* there is nothing left */
};

struct why_worker {
	const struct worker *worker;
	const struct worker_channel *channel; /* of the Task's TaskChannel */
	unsigned obstacles; /* bits of enum obstacle; 0: none */
	/* NULL: it holds, or is not told of so many. */
	struct why_expression *membership, *expression;
	/* The first open one that he has (of that channel, multitasking). */
	const struct reservation *busy;
	/* If he were in `activity` (NULL: as he is) and had what he lacks of a
	 * channel: the Task that he would take first. NULL: not tried, or this
	 * would not help. */
	const struct activity *activity;
	const struct task *first;
};

struct why_counts {
	size_t total;   /* Workers of the Workspace */
	size_t members; /* eligible for the TaskQueue, or the one wanted */
	size_t free;     /* of the members: for the channel */
	size_t suitable; /* of the members: for the target's expression */
	size_t ready;    /* of the members: both */
	size_t obstacles[OBSTACLE_COUNT]; /* of the members: who has it */
};

/* Tasks that wait in the same TaskQueue and channel, or for the same Worker,
 * and are served first. */
struct why_before {
	size_t count;
	const struct task *first; /* of them; NULL: there are none */
};

struct why {
	const struct task *task;
	int64_t now;
	bool is_imagined; /* finished: the filters are those of today */
	bool is_earlier;  /* it goes by an earlier configuration */
	const struct workflow *workflow; /* NULL: it was routed directly */
	struct why_filter *filters;
	size_t filter_count, filter_total;
	size_t matching;
	bool has_default;
	const struct why_filter *current; /* NULL: none */
	struct why_target *targets;
	size_t target_count, target_total;
	const struct why_target *target; /* the current one; NULL: none */
	enum why_next next;
	int64_t next_at;     /* ms; ROUTER_NEVER: it stays */
	int64_t next_filter; /* of WHY_NEXT_FILTER; else the current one */
	int64_t next_target;
	int64_t life_due; /* when it is given up, or removed */
	int64_t rests_until; /* ms; ROUTER_NEVER: it does not rest */
	size_t offers; /* Reservations within the second that it rests for */
	struct str target_workers; /* of its TaskQueue, cut */
	struct why_doubts queue_doubts, target_doubts;
	unsigned unknown; /* 40152, 40154, 40155: nobody is wanted; or 0 */
	struct why_counts counts;
	struct why_worker *workers; /* who lacks least first */
	size_t worker_count;
	struct why_before before;
};

/* All in the arena; refers to the state, until that changes. `workers` is how
 * many Workers are told of. NULL: the arena is full. The cost grows with the
 * Workers of the Workspace and the Tasks of the TaskQueue, no faster. */
struct why *router_why(const struct task *task, int64_t now, size_t workers,
    struct arena *arena);

#endif
