/* SPDX-License-Identifier: MIT
 *
 * The filters of TaskRouter that run an expression over Tasks or Workers
 * (EvaluateTaskAttributes, TargetWorkersExpression) may be used 3 times a
 * second; everything here that uses one asks first.
 * Source: https://www.twilio.com/docs/taskrouter/limits
 */
#ifndef RESPONDER_EXPRESSION_BUDGET_H
#define RESPONDER_EXPRESSION_BUDGET_H

#include "base/compat.h"
#include "http/exchange.h"

/* Calls `then` when one such request may be made, at once or later. */
void expression_budget_ask(
    struct exchange *exchange, void (*then)(struct exchange *exchange));

#endif
