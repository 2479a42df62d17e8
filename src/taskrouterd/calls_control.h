/* SPDX-License-Identifier: MIT
 *
 * /_local/calls: lists calls, lets one come in, hangs up, and says how calls to
 * Workers go.
 */
#ifndef TASKROUTERD_CALLS_CONTROL_H
#define TASKROUTERD_CALLS_CONTROL_H

#include <stdio.h>

#include "base/compat.h"
#include "http/exchange.h"

/* GET lists them; POST lets one come in. The answer to that comes when the call
 * has come to rest: it waits in the queue, or for digits, or is over; so its
 * Task is there when the test goes on. wait=false: at once. */
void calls_serve(struct exchange *exchange);
/* One call, by request.segment. */
void calls_serve_one(struct exchange *exchange);
void calls_serve_outcomes(struct exchange *exchange);

/* The parameters of each, as mdoc(7). */
void calls_write_manual(FILE *out);
void calls_write_manual_one(FILE *out);
void calls_write_manual_outcomes(FILE *out);

#endif
