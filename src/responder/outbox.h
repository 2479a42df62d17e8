/* SPDX-License-Identifier: MIT
 *
 * Works the outbox off (store/ledger_outbox.h): takes what is due, makes the
 * calls, and keeps what came of them, as many at once as outbox.calls allows
 * and one at a time in each lane.
 *
 * Who has something to be done puts it in within a job of his own, so that it
 * is kept with whatever it belongs to or not at all:
 *
 *	static bool
 *	run(struct keeper_job *job, struct ledger *ledger, struct err *err)
 *	{
 *		…
 *		return ledger_outbox_add(ledger, &order, now, &number, err);
 *	}
 *
 * and tells on the loop, in `done`: outbox_wake(responder). Where no answer
 * must leave first that is all. Otherwise the order's due_ms is
 * OUTBOX_HOLD_MS ahead, and once the answer has left outbox_release says that
 * it may be done now; or outbox_withdraw, that the answer was another one.
 *
 * In CGI mode nothing is worked off, and outbox_wake does nothing: the next
 * process that serves for long, or "taskrouterctl flush", does it.
 */
#ifndef RESPONDER_OUTBOX_H
#define RESPONDER_OUTBOX_H

#include "base/compat.h"
#include "base/err.h"
#include "responder/responder.h"

struct outbox;

/* Far enough for any answer to have left, should nobody come to say so. */
#define OUTBOX_HOLD_MS ((int64_t)10000)

/* Begins to work the outbox off, where a store is configured. For programs
 * that run for long; what goes wrong is logged. */
void outbox_start(struct responder *responder);

/* Something was put in, or has become due: takes it soon. */
void outbox_wake(struct responder *responder);

/* Takes nothing more; what is under way goes on. */
void outbox_stop(struct responder *responder);

/* Whether nothing is under way. */
bool outbox_is_idle(const struct responder *responder);

/* What it has done since it began. */
struct outbox_report {
	size_t results[OUTBOX_RESULTS]; /* by enum outbox_result */
	size_t looks;      /* into the store */
	int64_t next_ms;   /* of the last look: see ledger_outbox_next */
	bool store_fails;  /* the last look failed */
};
struct outbox_report outbox_tell(const struct responder *responder);

/* Gives its memory back; the REST client and the keeper must have been closed
 * before. */
void outbox_close(struct responder *responder);

/* The entries, put in ahead of an answer, may be done now; or must not be. The
 * numbers are copied. Where the store fails that is logged, and the entries
 * become due by themselves: whoever cannot bear that withdraws them in a job of
 * his own (ledger_outbox_withdraw). */
void outbox_release(
    struct responder *responder, const int64_t *numbers, size_t count);
void outbox_withdraw(
    struct responder *responder, const int64_t *numbers, size_t count);

#endif
