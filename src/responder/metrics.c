/* SPDX-License-Identifier: MIT
 *
 * GET /metrics: the counters of all processes that share metrics_file, and how
 * full the outbox is at the moment.
 */
#include "base/compat.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "responder/keeper.h"
#include "responder/responder.h"
#include "store/ledger_outbox.h"

#define METRICS_TEXT_MOST ((size_t)1 << 20)
/* Whoever collects metrics must have them when the store is stuck, too. */
#define STORE_PATIENCE_US 500000

/* The store's answer, or the wait for it, whichever ends later. */
struct gauges {
	struct keeper_job job;
	struct exchange *exchange; /* NULL: it has been answered */
	struct event *timer;
	struct outbox_count count;
};

static void
write_gauges(struct buf *text, const struct outbox_count *count)
{
	int64_t age_ms =
	    count->oldest_ms == 0 ? 0 : clock_wall_ms() - count->oldest_ms;

	metrics_write_gauge(text, "taskrouter_outbox_depth",
	    "Calls in the outbox that are still to be made.",
	    (double)count->open);
	metrics_write_gauge(text, "taskrouter_outbox_age_seconds",
	    "Since when the oldest of them has been there; 0: there is none.",
	    age_ms > 0 ? (double)age_ms / 1000 : 0);
}

/* `count` NULL: there is no outbox, or it cannot be seen. */
static void
answer(struct exchange *exchange, const struct outbox_count *count)
{
	struct buf text;

	buf_init(&text, METRICS_TEXT_MOST);
	metrics_write(responder_of(exchange)->metrics, &text);
	if (count != NULL)
		write_gauges(&text, count);
	response_body(&exchange->response, 200, "text/plain; version=0.0.4",
	    arena_str(&exchange->arena, buf_str(&text)));
	if (text.failed)
		exchange->arena.overflow = true;
	buf_release(&text);
	exchange_complete(exchange);
}

static bool
read_gauges(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct gauges *gauges = (struct gauges *)(void *)job;

	return ledger_outbox_count(ledger, &gauges->count, err);
}

static void
free_gauges(struct gauges *gauges)
{
	if (gauges->timer != NULL)
		event_free(gauges->timer);
	free(gauges);
}

static void
on_read(struct keeper_job *job, const struct err *err)
{
	struct gauges *gauges = (struct gauges *)(void *)job;

	if (gauges->exchange != NULL)
		answer(gauges->exchange, err == NULL ? &gauges->count : NULL);
	free_gauges(gauges);
}

static void
on_timer(evutil_socket_t fd, short what, void *context)
{
	struct gauges *gauges = context;
	struct exchange *exchange = gauges->exchange;

	(void)fd;
	(void)what;
	gauges->exchange = NULL;
	answer(exchange, NULL);
}

/* False: they cannot be had. */
static bool
ask_store(struct exchange *exchange)
{
	static const struct timeval patience = {0, STORE_PATIENCE_US};
	struct responder *responder = responder_of(exchange);
	struct gauges *gauges;
	struct err err;

	if (settings_of(exchange)->store.file.at == NULL ||
	    !responder_need_keeper(responder, &err))
		return false;
	gauges = calloc(1, sizeof *gauges);
	if (gauges == NULL)
		return false;
	gauges->job = (struct keeper_job){.run = read_gauges, .done = on_read};
	gauges->exchange = exchange;
	gauges->timer = evtimer_new(responder->loop, on_timer, gauges);
	if (gauges->timer != NULL &&
	    evtimer_add(gauges->timer, &patience) == 0 &&
	    keeper_submit(responder->keeper, &gauges->job))
		return true;
	free_gauges(gauges);
	return false;
}

void
handle_metrics(struct exchange *exchange)
{
	if (!ask_store(exchange))
		answer(exchange, NULL);
}
