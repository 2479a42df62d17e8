/* SPDX-License-Identifier: MIT
 *
 * Decisions that ask for more than an answer.
 */
#ifndef RESPONDER_ASSIGNMENT_KEEP_H
#define RESPONDER_ASSIGNMENT_KEEP_H

#include "base/compat.h"
#include "http/exchange.h"
#include "rules/rules.h"
#include "twilio/callback.h"

/* Whether the answer must be kept before it is given. */
bool assignment_must_keep(const struct rules_decision *decision);

/* Answers the exchange with a decision that must be kept, by the store. Where
 * that is not possible at all (no store is configured, the callback names no
 * Reservation) it is answered without; work that cannot be done, and a warning
 * in the log says why, is left out. */
void assignment_keep(struct exchange *exchange, const struct callback *callback,
    const struct rules_decision *decision);

#endif
