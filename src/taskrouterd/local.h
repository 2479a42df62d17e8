/* SPDX-License-Identifier: MIT
 *
 * What is served beside the REST API: under /_local/ what only a TaskRouter of
 * one's own can show, with the account's credentials, and /healthz.
 */
#ifndef TASKROUTERD_LOCAL_H
#define TASKROUTERD_LOCAL_H

#include "base/compat.h"
#include "base/str.h"
#include "http/exchange.h"

/* Whether the path belongs here and not to the REST API. */
bool local_owns(struct str path);

/* Answers the exchange, now or at the end of the turn. */
void local_serve(struct exchange *exchange);

/* Completes the exchange with a copy of the JSON. */
void local_answer(struct exchange *exchange, unsigned status, struct str json);

#endif
