/* SPDX-License-Identifier: MIT
 *
 * How calls to Workers go: rules that a test sets, the first that fits counts.
 */
#ifndef TASKROUTERD_OUTCOMES_H
#define TASKROUTERD_OUTCOMES_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"
#include "router/model.h"

#define OUTCOMES_MOST 100
#define OUTCOME_TO_MOST 255

enum outcome_kind {
	OUTCOME_ANSWERED,
	OUTCOME_BUSY,
	OUTCOME_NO_ANSWER,
	OUTCOME_FAILED,
};
enum outcome_side { SIDE_WORKER, SIDE_CALLER };

struct outcome {
	enum outcome_kind kind;
	int64_t answer_after; /* ms */
	int64_t talk;         /* ms; ROUTER_NEVER: until somebody ends it */
	enum outcome_side hangs_up;
};

struct outcome_rule {
	char to[OUTCOME_TO_MOST + 1]; /* "": any; "client:*" what begins so */
	int instruction; /* index into outcome_instructions; 0: any */
	int64_t count;   /* how often it counts yet; ROUTER_NEVER: always */
	struct outcome outcome;
};

struct outcomes {
	struct outcome_rule rules[OUTCOMES_MOST];
	size_t count;
};

/* End with NULL. */
extern const char *const outcome_instructions[]; /* "any", "dequeue", … */
extern const char *const outcome_kinds[];        /* "answered", … */
extern const char *const outcome_sides[];        /* "worker", "caller" */

/* What the first rule says that fits, of which one use is gone then; without
 * one: answered at once, and they talk until somebody ends it. */
struct outcome outcomes_pick(
    struct outcomes *outcomes, struct str to, struct str instruction);

/* False: there are too many. */
MUST_USE bool outcomes_add(
    struct outcomes *outcomes, const struct outcome_rule *rule);

/* {"outcomes":[…]}, in the order in which they are looked at. */
void outcomes_put(struct buf *out, const struct outcomes *outcomes);

#endif
