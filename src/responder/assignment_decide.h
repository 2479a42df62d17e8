/* SPDX-License-Identifier: MIT
 *
 * What an assignment callback is answered with.
 */
#ifndef RESPONDER_ASSIGNMENT_DECIDE_H
#define RESPONDER_ASSIGNMENT_DECIDE_H

#include "base/compat.h"
#include "http/exchange.h"
#include "responder/settings.h"
#include "rules/rules.h"
#include "twilio/callback.h"

/* By the rules, or where there are none by the TaskQueue and the Workflow.
 * Never fails: what lacks a parameter (`gaps`, of callback_read, is present)
 * gets the fallback or the default. Logs the decision's notes, and counts
 * which rule it was. Without rules the decision has no rule and no work. */
void assignment_decide(struct exchange *exchange,
    const struct callback *callback, struct str gaps,
    struct rules_decision *decision);

/* The decision of a configuration without rules. */
void assignment_choose(const struct settings *settings,
    const struct callback *callback, struct str gaps,
    struct rules_decision *decision);

#endif
