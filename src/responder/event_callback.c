/* SPDX-License-Identifier: MIT
 *
 * POST /event_callback: TaskRouter tells an Event. It is on disk before the
 * answer says so; TaskRouter wants 204 within 15 s.
 * Source: https://www.twilio.com/docs/taskrouter/api/event/reference
 */
#include "base/compat.h"

#include "base/clock.h"
#include "responder/errand.h"
#include "responder/event_purge.h"
#include "responder/recovery.h"
#include "responder/responder.h"
#include "store/ledger_events.h"

struct deposit {
	struct errand errand;
	struct taskrouter_event event; /* in the errand's arena */
	int64_t now_ms;
	int64_t keep_ms; /* of what is purged on this occasion; 0: nothing is */
	const struct recovery_options *recovery; /* NULL: it is off */
	bool is_new;
	struct recovery_outcome recovered;
};

static bool
store(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct deposit *deposit = (struct deposit *)(void *)job;
	size_t purged;

	deposit->recovered = (struct recovery_outcome){RECOVERY_NONE, 0, 0};
	if (!ledger_put_event(ledger, &deposit->event, deposit->now_ms,
		&deposit->is_new, err))
		return false;
	if (deposit->is_new && deposit->recovery != NULL &&
	    !ledger_plan_recovery(ledger, &deposit->event, deposit->now_ms,
		deposit->recovery, &deposit->recovered, err))
		return false;
	return deposit->keep_ms == 0 ||
	    ledger_purge_events(ledger, deposit->now_ms - deposit->keep_ms,
		deposit->now_ms, EVENT_PURGE_WITH_ONE, &purged, err);
}

static void
on_kept(struct responder *responder, struct errand *errand)
{
	const struct deposit *deposit = (struct deposit *)(void *)errand;

	recovery_note(responder, deposit->event.texts[EVENT_WORKER],
	    &deposit->recovered);
}

static void
on_stored(struct exchange *exchange, struct errand *errand)
{
	const struct deposit *deposit = (struct deposit *)(void *)errand;
	enum event_outcome outcome =
	    deposit->is_new ? EVENT_STORED : EVENT_REPEATED;

	exchange->facts.decision = str_from(event_outcome_name(outcome));
	count_event(exchange, COUNTER_EVENTS_STORED, outcome, 0);
	response_body(
	    &exchange->response, 204, "application/json", STR(""));
	exchange_complete(exchange);
}

static void
on_refused(struct exchange *exchange)
{
	count_event(exchange, COUNTER_EVENTS_STORED, EVENT_REFUSED, 0);
}

/* A process that serves for long purges by the clock. */
static int64_t
keep_for(const struct exchange *exchange)
{
	if (responder_of(exchange)->purge != NULL)
		return 0;
	return settings_of(exchange)->events.keep_ms;
}

void
handle_event_callback(struct exchange *exchange)
{
	size_t ceiling = exchange->arena.ceiling;
	struct deposit *deposit =
	    errand_new(exchange, sizeof *deposit, ceiling);
	struct taskrouter_event event;

	if (deposit == NULL)
		return;
	taskrouter_event_read(
	    &exchange->request.form, &exchange->arena, &event);
	/* The exchange may be answered, and gone, before it is stored. */
	taskrouter_event_copy(
	    &event, &deposit->errand.arena, &deposit->event);
	exchange->facts.worker_sid = event.texts[EVENT_WORKER];
	exchange->facts.task_sid = event.texts[EVENT_TASK];
	exchange->facts.reservation_sid = event.texts[EVENT_RESERVATION];
	deposit->now_ms = clock_wall_ms();
	deposit->keep_ms = keep_for(exchange);
	deposit->errand.job.writes = true;
	deposit->errand.job.run = store;
	deposit->errand.answer = on_stored;
	deposit->errand.refused = on_refused;
	deposit->errand.kept = on_kept;
	deposit->recovery =
	    recovery_options_of(exchange, &deposit->errand.arena);
	if (exchange->arena.overflow || deposit->errand.arena.overflow) {
		errand_discard(&deposit->errand);
		on_refused(exchange);
		exchange_refuse(exchange, 503, "out of memory");
		return;
	}
	errand_start(exchange, &deposit->errand,
	    settings_of(exchange)->events.timeout_ms);
}
