/* SPDX-License-Identifier: MIT
 *
 * Answers that must be kept before they are given: since work goes with them,
 * or since another moment would have led to another one. They wait for the
 * store, but no longer than assignment.deadline: then, and where the store
 * fails, the callback gets assignment.fallback, and no work is done for it.
 *
 * What a callback was answered with is told to the store afterwards: that its
 * work may be done now, or that it was the fallback. Until the store knows,
 * which is tried again and again, nobody does that work, and no other process
 * gives another answer for the Reservation.
 *
 * A process that ends in between leaves a claim behind (store/ledger_answers.h).
 * Its answer may have left; so the next callback for the Reservation gets the
 * same one, and where none comes its work is done.
 */
#ifndef RESPONDER_ASSIGNMENT_GUARD_H
#define RESPONDER_ASSIGNMENT_GUARD_H

#include "base/compat.h"
#include "http/exchange.h"
#include "responder/responder.h"
#include "store/ledger_answers.h"

/* Answers the exchange with the claim's answer, or with the one that is kept
 * for the Reservation already, at the latest when `deadline_ms` have passed
 * since the exchange began; then with `fallback`. Copies what it is given. The
 * claim's number does not count. */
void assignment_guard(struct exchange *exchange,
    const struct ledger_answer_claim *claim,
    const struct instruction *fallback, int64_t deadline_ms);

/* Before the keeper is closed: what is still to be told to the store is
 * submitted once more, and nothing is tried again later. */
void assignment_guard_stop(struct responder *responder);

/* After the keeper was closed. */
void assignment_guard_close(struct responder *responder);

#endif
