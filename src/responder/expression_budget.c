/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/expression_budget.h"

#include <event2/event.h>

#include "base/clock.h"
#include "responder/errand.h"
#include "responder/responder.h"
#include "store/ledger_budget.h"

#define WAIT_MOST_MS ((int64_t)2000)
/* Of the store: an operator waits. */
#define STORE_TIMEOUT_MS ((int64_t)5000)

struct turn {
	struct errand errand;
	int64_t at_ms;
	void (*then)(struct exchange *exchange);
};

/* An exchange that waits for its turn. */
struct waiting {
	struct exchange *exchange;
	void (*then)(struct exchange *exchange);
};

static bool
take(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct turn *turn = (struct turn *)(void *)job;

	return ledger_take_moment(ledger, EXPRESSION_BUDGET, clock_wall_ms(),
	    EXPRESSION_APART_MS, WAIT_MOST_MS, &turn->at_ms, err);
}

static void
on_time(evutil_socket_t fd, short what, void *context)
{
	const struct waiting *waiting = context;

	(void)fd;
	(void)what;
	waiting->then(waiting->exchange);
}

static void
wait_for_turn(
    struct exchange *exchange, const struct turn *turn, int64_t wait_ms)
{
	struct waiting *waiting =
	    arena_alloc(&exchange->arena, sizeof *waiting);
	struct timeval after = {wait_ms / 1000, wait_ms % 1000 * 1000};

	if (waiting == NULL) {
		exchange_complete(exchange);
		return;
	}
	*waiting = (struct waiting){exchange, turn->then};
	if (event_base_once(responder_of(exchange)->loop, -1, EV_TIMEOUT,
		on_time, waiting, &after) != 0)
		exchange_refuse(exchange, 500, "out of memory");
}

static void
answer(struct exchange *exchange, struct errand *errand)
{
	const struct turn *turn = (const struct turn *)(const void *)errand;
	int64_t wait_ms = turn->at_ms - clock_wall_ms();

	if (wait_ms <= 0) {
		turn->then(exchange);
	} else if (wait_ms <= WAIT_MOST_MS) {
		wait_for_turn(exchange, turn, wait_ms);
	} else {
		response_header(&exchange->response, "Retry-After", STR("2"));
		exchange_refuse(exchange, 429,
		    "TaskRouter takes 3 requests with an expression a second, "
		    "and as many as can be made in 2 seconds are waiting");
	}
}

void
expression_budget_ask(
    struct exchange *exchange, void (*then)(struct exchange *exchange))
{
	struct turn *turn;

	if (settings_of(exchange)->store.file.at == NULL) {
		then(exchange);
		return;
	}
	turn = errand_new(exchange, sizeof *turn, 1024);
	if (turn == NULL)
		return;
	turn->errand.job.writes = true;
	turn->errand.job.run = take;
	turn->errand.answer = answer;
	turn->then = then;
	errand_start(exchange, &turn->errand, STORE_TIMEOUT_MS);
}
