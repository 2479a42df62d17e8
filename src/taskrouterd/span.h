/* SPDX-License-Identifier: MIT
 *
 * The span of time that cumulative statistics are asked for, and the thresholds
 * that waits are split by.
 * Source: Twilio's OpenAPI description, Minutes, StartDate, EndDate and
 * SplitByWaitTime.
 */
#ifndef TASKROUTERD_SPAN_H
#define TASKROUTERD_SPAN_H

#include "base/arena.h"
#include "base/compat.h"
#include "codec/form.h"
#include "router/engine.h"

#define SPAN_MINUTES_PRESET 15
/* As long as Events are kept.
 * Source: https://www.twilio.com/docs/api/errors/14241 */
#define SPAN_DAYS_MOST 30
#define SPAN_THRESHOLDS_MOST 32 /* of one SplitByWaitTime */

struct span {
	int64_t from, to; /* ms, both inclusive */
};

/* Reads Minutes, or StartDate and EndDate; without them the last 15 minutes.
 * It never ends after `now`. False: refused. */
MUST_USE bool span_read(struct span *span, const struct form *query,
    int64_t now, struct refusal *refusal);

struct thresholds {
	int64_t *seconds; /* each once, as they were given */
	size_t count;
};

/* Reads SplitByWaitTime into the arena. False: refused. */
MUST_USE bool thresholds_read(struct thresholds *thresholds,
    struct arena *arena, const struct form *query, struct refusal *refusal);

#endif
