/* SPDX-License-Identifier: MIT
 *
 * The filters of TaskRouter that run an expression over Tasks or Workers
 * (EvaluateTaskAttributes, TargetWorkersExpression) may be used 3 times a
 * second; everything here that uses one asks first, and all processes on one
 * store share the budget.
 * Source: https://www.twilio.com/docs/taskrouter/limits
 */
#ifndef RESPONDER_EXPRESSION_BUDGET_H
#define RESPONDER_EXPRESSION_BUDGET_H

#include "base/compat.h"
#include "http/exchange.h"

/* For ledger_take_moment. Four of them are further apart than a second even
 * where the last one is some milliseconds faster on its way. */
#define EXPRESSION_BUDGET "expression"
#define EXPRESSION_APART_MS ((int64_t)350)

/* Calls `then` when one such request may be made, at once or up to two seconds
 * later; where more are waiting the exchange is refused with 429 and
 * Retry-After. Where no store is configured TaskRouter alone refuses what is
 * too much. */
void expression_budget_ask(
    struct exchange *exchange, void (*then)(struct exchange *exchange));

#endif
