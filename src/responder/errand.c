/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/errand.h"

#include <event2/event.h>
#include <stdlib.h>

#include "responder/responder.h"

/* Seconds. Twilio does not look at it; other clients should not all be back at
 * once. */
#define RETRY_AFTER STR("2")

static void
release(void *pointer)
{
	struct errand *errand = pointer;

	if (errand->deadline != NULL)
		event_free(errand->deadline);
	arena_release(&errand->arena);
	free(errand);
}

static void
refuse(struct exchange *exchange, const struct errand *errand,
    const char *detail)
{
	if (errand->refused != NULL)
		errand->refused(exchange);
	if (errand->answer_refused != NULL) {
		errand->answer_refused(exchange);
		return;
	}
	response_header(&exchange->response, "Retry-After", RETRY_AFTER);
	exchange_refuse(exchange, 503, "%s", detail);
}

void *
errand_new(struct exchange *exchange, size_t size, size_t ceiling)
{
	struct errand *errand = calloc(1, size);

	if (errand == NULL) {
		exchange_refuse(exchange, 503, "out of memory");
		return NULL;
	}
	arena_init(&errand->arena, ceiling);
	return errand;
}

void
errand_discard(struct errand *errand)
{
	release(errand);
}

/* The errand lives as long as the exchange, which shows what is in it. */
static void
on_done(struct keeper_job *job, const struct err *err)
{
	struct errand *errand = (struct errand *)(void *)job;
	struct exchange *exchange = errand->exchange;

	if (err == NULL && errand->kept != NULL)
		errand->kept(errand->responder, errand);
	if (exchange == NULL) {
		release(errand);
		return;
	}
	if (!arena_defer(&exchange->arena, release, errand)) {
		exchange_complete(exchange);
		return;
	}
	errand->exchange = NULL;
	(void)event_del(errand->deadline);
	if (err == NULL)
		errand->answer(exchange, errand);
	else
		refuse(exchange, errand,
		    "the store cannot do it now; the log says why");
}

static void
on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct errand *errand = context;
	struct exchange *exchange = errand->exchange;

	(void)fd;
	(void)what;
	errand->exchange = NULL;
	refuse(exchange, errand, "the store did not answer in time");
}

static bool
set_deadline(struct responder *responder, struct errand *errand,
    int64_t timeout_ms)
{
	struct timeval timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000,
	};

	errand->deadline = evtimer_new(responder->loop, on_deadline, errand);
	return errand->deadline != NULL &&
	    evtimer_add(errand->deadline, &timeout) == 0;
}

void
errand_start(
    struct exchange *exchange, struct errand *errand, int64_t timeout_ms)
{
	struct responder *responder = responder_of(exchange);
	const char *fault = NULL;
	struct err err;

	errand->responder = responder;
	errand->exchange = exchange;
	errand->job.done = on_done;
	if (responder->settings->store.file.at == NULL)
		fault = "no store is configured (store.file)";
	else if (!responder_need_keeper(responder, &err) ||
	    !set_deadline(responder, errand, timeout_ms))
		fault = "the store's thread cannot be started";
	else if (!keeper_submit(responder->keeper, &errand->job))
		fault = "as many requests as may wait for the store do";
	if (fault == NULL)
		return;
	refuse(exchange, errand, fault);
	release(errand);
}
