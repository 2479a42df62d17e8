/* SPDX-License-Identifier: MIT
 *
 * Answers of assignment callbacks, so that a callback that is repeated gets
 * the answer that it got before, from whichever process, and the work that
 * goes with an answer is done once or not at all.
 *
 * Before an answer is given, its process claims it: from then on nobody else
 * gives another one. Afterwards it says whether it gave that answer
 * (ledger_answer_give) or another one (ledger_answer_refuse); until then nobody
 * takes its work out of the outbox. What a process had claimed when it ended is
 * for the first that asks; where nobody does, it counts as given, since it may
 * have been (ledger_answers_settle).
 *
 * Whether a process has ended is not told by any clock (ledger_holder.c).
 */
#ifndef STORE_LEDGER_ANSWERS_H
#define STORE_LEDGER_ANSWERS_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "store/ledger.h"
#include "store/ledger_outbox.h"

/* Orders that one answer can have with it. */
#define LEDGER_ANSWER_WORK ((size_t)2)

/* How long an answer is kept: a Reservation lives for a day at most
 * (https://www.twilio.com/docs/taskrouter/api/workflow, TaskReservationTimeout),
 * and is not asked about later. */
#define LEDGER_ANSWER_KEEP_MS ((int64_t)25 * 3600 * 1000)

struct ledger_answer {
	struct str rule;        /* absent: it is of none */
	struct str instruction; /* "accept" */
	struct str json;
};

/* Who wants to give which answer. */
struct ledger_answer_claim {
	struct str reservation;
	int64_t number; /* that this process uses for no other claim */
	struct ledger_answer answer;
	const struct outbox_order *work; /* their due_ms does not count */
	size_t work_count;
};

enum ledger_answer_state {
	LEDGER_ANSWER_OURS,    /* to be given, and then settled, by the caller */
	LEDGER_ANSWER_GIVEN,   /* may be given at any time, as it was before */
	LEDGER_ANSWER_CLAIMED, /* another claim is not settled yet: ask later */
};

/* In the caller's arena. */
struct ledger_answer_kept {
	enum ledger_answer_state state;
	bool is_new; /* it is the claim's own; else it was kept before */
	struct ledger_answer answer; /* not of LEDGER_ANSWER_CLAIMED */
};

/* Claims an answer for the Reservation, and puts its work in; or says which one
 * is there. An answer whose claimer has ended becomes the caller's, as it was
 * kept. Forgets a few answers that are older than LEDGER_ANSWER_KEEP_MS.
 * Writes. */
MUST_USE bool ledger_answer_claim(struct ledger *ledger,
    const struct ledger_answer_claim *claim, int64_t now_ms,
    struct arena *arena, struct ledger_answer_kept *kept, struct err *err);

/* The answer that was claimed has been given: its work may be done. Nothing is
 * done where the claim does not exist any more. Writes. */
MUST_USE bool ledger_answer_give(struct ledger *ledger, struct str reservation,
    int64_t number, int64_t now_ms, struct err *err);

/* Another answer has been given, `claim->answer`: it takes the place of the one
 * that was claimed with this number, whose work is withdrawn, and is kept where
 * there is none. Answers that others have given or claimed stay; the work of
 * `claim` does not count. Writes. */
MUST_USE bool ledger_answer_refuse(struct ledger *ledger,
    const struct ledger_answer_claim *claim, int64_t now_ms, struct err *err);

/* Whether there are claims of processes that have ended. */
MUST_USE bool ledger_answers_are_left(
    struct ledger *ledger, bool *are_left, struct err *err);

/* Lets claims of processes that have ended count as given, at most `most`;
 * *count says how many there were. Writes. */
MUST_USE bool ledger_answers_settle(struct ledger *ledger, size_t most,
    int64_t now_ms, size_t *count, struct err *err);

#endif
