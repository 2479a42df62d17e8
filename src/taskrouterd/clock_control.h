/* SPDX-License-Identifier: MIT
 *
 * /_local/clock: reads the clock, freezes it, makes it faster, advances it.
 */
#ifndef TASKROUTERD_CLOCK_CONTROL_H
#define TASKROUTERD_CLOCK_CONTROL_H

#include <stdio.h>

#include "base/compat.h"
#include "http/exchange.h"

struct daemon;

void clock_show(struct exchange *exchange);
void clock_set(struct exchange *exchange);

/* The advance is over: the clock is there, or something went on for too
 * long. */
void clock_answer_advance(struct daemon *daemon, struct exchange *exchange);
void clock_refuse_advance(struct daemon *daemon, struct exchange *exchange);

/* The parameters, as mdoc(7). */
void clock_write_manual(FILE *out);

#endif
