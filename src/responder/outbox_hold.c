/* SPDX-License-Identifier: MIT
 *
 * Entries that were put in ahead of an answer: the answer has left, or it was
 * another one.
 */
#include "base/compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "responder/keeper.h"
#include "responder/outbox.h"
#include "store/ledger_outbox.h"

struct let_go {
	struct keeper_job job;
	struct responder *responder;
	bool is_withdrawn;
	size_t count;
	int64_t numbers[];
};

static bool
let_go(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	const struct let_go *held = (const void *)job;
	int64_t now = clock_wall_ms();

	for (size_t i = 0; i < held->count; i++)
		if (held->is_withdrawn
			? !ledger_outbox_withdraw(ledger, held->numbers[i], err)
			: !ledger_outbox_release(
			      ledger, held->numbers[i], now, err))
			return false;
	return true;
}

static void
report(const struct let_go *held, const char *reason)
{
	log_event(LOG_LEVEL_ERROR, "outbox",
	    "%zu entries from %jd on could not be %s: %s", held->count,
	    (intmax_t)held->numbers[0],
	    held->is_withdrawn ? "withdrawn" : "released", reason);
}

static void
on_let_go(struct keeper_job *job, const struct err *err)
{
	struct let_go *held = (void *)job;

	if (err != NULL)
		report(held, err->text);
	else if (!held->is_withdrawn)
		outbox_wake(held->responder);
	free(held);
}

static void
submit(struct responder *responder, const int64_t *numbers, size_t count,
    bool is_withdrawn)
{
	struct let_go *held =
	    calloc(1, sizeof *held + count * sizeof *numbers);

	if (held == NULL || count == 0) {
		free(held);
		return;
	}
	held->job = (struct keeper_job){
		.writes = true, .run = let_go, .done = on_let_go};
	held->responder = responder;
	held->is_withdrawn = is_withdrawn;
	held->count = count;
	memcpy(held->numbers, numbers, count * sizeof *numbers);
	if (responder->keeper != NULL &&
	    keeper_submit(responder->keeper, &held->job))
		return;
	report(held, "too many requests wait for the store");
	free(held);
}

void
outbox_release(
    struct responder *responder, const int64_t *numbers, size_t count)
{
	submit(responder, numbers, count, false);
}

void
outbox_withdraw(
    struct responder *responder, const int64_t *numbers, size_t count)
{
	submit(responder, numbers, count, true);
}
