/* SPDX-License-Identifier: MIT
 *
 * TaskRouter's published rate limits: filters that run expressions, three
 * requests a second each; statistics of many TaskQueues, five. What is beyond
 * is answered with 429 and not executed. Off unless they are asked for.
 *
 * They go by the daemon's clock: with one that stands still the same requests
 * are let through whatever the machine is busy with.
 * Sources:
 * https://www.twilio.com/en-us/changelog/taskrouter-endpoint-rate-limit-correction
 * https://www.twilio.com/docs/taskrouter/api/taskqueue-statistics
 */
#ifndef TASKROUTERD_RATE_LIMITS_H
#define TASKROUTERD_RATE_LIMITS_H

#include <stdio.h>

#include "base/compat.h"
#include "http/exchange.h"

struct api_call;

#define RATE_LIMITS 4
#define RATE_MOST 5 /* requests in one second, of any of them */

struct rate_limits {
	bool enabled;
	struct rate {
		int64_t dates[RATE_MOST]; /* ms, of the last that passed */
		uint64_t passed, refused; /* since the start or a reset */
	} rates[RATE_LIMITS];
};

/* Whether one more may pass at `now`, of at most `most` in any second; counts
 * it. *left: how many more may. */
bool rate_take(struct rate *rate, size_t most, int64_t now, size_t *left);

/* Whether the call is within the limits; where one applies, its answer says
 * how far. False: it was answered. */
MUST_USE bool rate_limits_admit(struct api_call *call);

/* /_local/rate_limits: {"enabled":true,"rate_limits":[{"name":…,"method":…,
 * "route":…,"parameter":…,"per_second":3,"passed":0,"refused":0},…]} */
void rate_limits_serve(struct exchange *exchange);

/* The parameters of a POST, as mdoc(7). */
void rate_limits_write_manual(FILE *out);

#endif
