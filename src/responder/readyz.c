/* SPDX-License-Identifier: MIT
 *
 * GET /readyz: callbacks that come now would be answered. Says which check
 * failed and nothing more, since anyone may ask.
 */
#include "base/compat.h"

#include "responder/errand.h"
#include "responder/keeper.h"
#include "responder/responder.h"

/* A store that has been at one transaction for so long is as good as none. */
#define STORE_STALL_US ((int64_t)5000000)
/* Of a process that has not used the store yet, for finding out. */
#define STORE_ANSWER_MS 1000
/* An errand's; this one reads and writes nothing. */
#define STORE_ARENA 1024

static bool
is_serving(const struct exchange *exchange)
{
	return !responder_of(exchange)->stopping;
}

static bool
can_take_callbacks(const struct exchange *exchange)
{
	return settings_callbacks_blocked(settings_of(exchange)) == NULL;
}

/* Where no store is configured, none can fail. */
static bool
can_store(const struct exchange *exchange)
{
	const struct keeper *keeper = responder_of(exchange)->keeper;

	return keeper == NULL ||
	    (keeper_fault(keeper) == NULL &&
		keeper_busy_us(keeper) < STORE_STALL_US);
}

static const struct {
	const char *name;
	bool (*holds)(const struct exchange *exchange);
} checks[] = {
	{"stopping", is_serving},
	{"callbacks", can_take_callbacks},
	{"store", can_store},
};

static void
answer_failed(struct exchange *exchange, const char *name)
{
	response_body(&exchange->response, 503, "text/plain",
	    arena_format(&exchange->arena, "failed: %s", name));
	exchange_complete(exchange);
}

static void
answer_ok(struct exchange *exchange)
{
	response_body(&exchange->response, 200, "text/plain", STR("ok"));
	exchange_complete(exchange);
}

/* ---- a store that this process has not used: as a CGI program it never has */

/* To be opened, and begun to be written, is all that it is for. */
static bool
look(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	(void)job;
	(void)ledger;
	(void)err;
	return true;
}

static void
answer_look(struct exchange *exchange, struct errand *errand)
{
	(void)errand;
	answer_ok(exchange);
}

static void
answer_no_store(struct exchange *exchange)
{
	answer_failed(exchange, "store");
}

static void
ask_store(struct exchange *exchange)
{
	struct errand *errand =
	    errand_new(exchange, sizeof *errand, STORE_ARENA);

	if (errand == NULL)
		return;
	errand->job.writes = true;
	errand->job.run = look;
	errand->answer = answer_look;
	errand->answer_refused = answer_no_store;
	errand_start(exchange, errand, STORE_ANSWER_MS);
}

void
handle_readyz(struct exchange *exchange)
{
	for (size_t i = 0; i < ARRAY_LENGTH(checks); i++)
		if (!checks[i].holds(exchange)) {
			answer_failed(exchange, checks[i].name);
			return;
		}
	if (settings_of(exchange)->store.file.at != NULL &&
	    responder_of(exchange)->keeper == NULL)
		ask_store(exchange);
	else
		answer_ok(exchange);
}
