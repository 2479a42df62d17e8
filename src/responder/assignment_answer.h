/* SPDX-License-Identifier: MIT
 *
 * The answer of an assignment callback.
 */
#ifndef RESPONDER_ASSIGNMENT_ANSWER_H
#define RESPONDER_ASSIGNMENT_ANSWER_H

#include "base/compat.h"
#include "http/exchange.h"
#include "store/ledger_answers.h"

/* Values of the label "reason" of answers that were the fallback. */
enum fallback_reason {
	FALLBACK_DEADLINE,
	FALLBACK_STORE,
	FALLBACK_QUEUE,
	FALLBACK_MEMORY,
};

/* Answers the exchange now. The texts must live as long as the exchange. */
void assignment_answer(
    struct exchange *exchange, const struct ledger_answer *answer);

/* The same with texts that need not outlive the call. False: there was no memory
 * for them, and the answer is 500. */
bool assignment_answer_copy(
    struct exchange *exchange, const struct ledger_answer *answer);

/* The same with the fallback, which is logged and counted. `detail`, which may
 * be NULL, says more about the reason. */
void assignment_fall_back(struct exchange *exchange,
    const struct ledger_answer *fallback, enum fallback_reason reason,
    const char *detail);

#endif
