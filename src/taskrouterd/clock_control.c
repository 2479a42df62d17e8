/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/clock_control.h"

#include "base/buf.h"
#include "base/clock.h"
#include "taskrouterd/callbacks.h"
#include "taskrouterd/calls.h"
#include "taskrouterd/controls.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/event_callbacks.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/local.h"

#define ANSWER_MOST 4096
#define ADVANCE_MOST ((int64_t)3660 * 86400 * 1000)
#define LATEST ((int64_t)253402300799999) /* 9999-12-31T23:59:59.999Z */
#define NOT_GIVEN INT64_MIN

struct wish {
	bool frozen;
	int64_t factor;
	int64_t advance; /* ms */
	int64_t until;   /* ms since 1970 */
	int64_t linger;  /* ms */
	int64_t limit;   /* ms */
};

#define MEMBER(name) .offset = offsetof(struct wish, name)

static const struct control controls[] = {
	{
	    .name = "frozen", .type = CONTROL_BOOLEAN, MEMBER(frozen),
	    .help = "Whether the clock stands still.",
	},
	{
	    .name = "factor", .type = CONTROL_DECIMAL, MEMBER(factor),
	    .least = 0, .most = CLOCK_FACTOR_MOST,
	    .help = "How many times as fast as the machine's clock it goes.",
	},
	{
	    .name = "advance", .type = CONTROL_SECONDS, MEMBER(advance),
	    .least = 0, .most = ADVANCE_MOST,
	    .help = "Takes the clock forward by so much. It goes from timer to "
		    "timer, such as the timeout of a Reservation, and at each "
		    "waits until the callbacks that came of it are answered; "
		    "the answer comes when all is quiet. With 0 it only waits "
		    "for that.",
	},
	{
	    .name = "until", .type = CONTROL_DATE, MEMBER(until),
	    .help = "As advance, but to this date.",
	},
	{
	    .name = "linger", .type = CONTROL_SECONDS, MEMBER(linger),
	    .preset = "0", .least = 0, .most = 10000,
	    .help = "How long it must have been quiet before the clock goes "
		    "on: for applications that answer a callback with {} and "
		    "go on by requests of their own. Real time.",
	},
	{
	    .name = "limit", .type = CONTROL_SECONDS, MEMBER(limit),
	    .preset = "60", .least = 100, .most = 3600000,
	    .help = "After so long it is given up, with status 504, and the "
		    "clock stays where it is. Real time.",
	},
};

void
clock_write_manual(FILE *out)
{
	controls_write_manual(controls, ARRAY_LENGTH(controls), out);
}

/* ---- what it shows */

static void
put_count(struct buf *out, const char *key, size_t count)
{
	json_put_key(out, key);
	json_put_integer(out, (int64_t)count);
}

/* Three digits after the point, without needless ones. */
static void
put_factor(struct buf *out, int64_t factor)
{
	json_put_key(out, "factor");
	if (factor % 1000 == 0)
		json_put_integer(out, factor / 1000);
	else
		buf_format(out, "%.10g", (double)factor / 1000);
}

static void
put_time(struct buf *out, const char *key, int64_t time)
{
	json_put_key(out, key);
	json_put_date(out, time);
}

static void
put_clock(struct buf *out, const struct daemon *daemon)
{
	const struct timekeeper *keeper = &daemon->timekeeper;
	int64_t now = timekeeper_now(daemon);

	put_time(out, "now", now);
	json_put_key(out, "now_ms");
	json_put_integer(out, now);
	json_put_key(out, "frozen");
	json_put_boolean(out, keeper->advance.exchange != NULL
		? keeper->advance.was_frozen
		: keeper->clock.is_frozen);
	put_factor(out, keeper->clock.factor);
	json_put_key(out, "advancing");
	json_put_boolean(out, keeper->advance.exchange != NULL);
	put_time(out, "next_timer", timekeeper_next(daemon));
	put_count(out, "assignment_callbacks_in_hand",
	    callbacks_in_hand(daemon->callbacks));
	put_count(out, "event_callbacks_in_hand",
	    event_callbacks_in_hand(daemon->event_callbacks));
}

static void
answer(const struct daemon *daemon, struct exchange *exchange,
    const struct advance *advance)
{
	struct buf out;

	buf_init(&out, ANSWER_MOST);
	buf_add_byte(&out, '{');
	put_clock(&out, daemon);
	if (advance != NULL) {
		json_put_key(&out, "advanced_ms");
		json_put_integer(&out, advance->target - advance->from);
		put_count(&out, "timers", advance->steps);
	}
	buf_add_byte(&out, '}');
	local_answer(exchange, 200, buf_str(&out));
	buf_release(&out);
}

void
clock_show(struct exchange *exchange)
{
	answer(daemon_of(exchange), exchange, NULL);
}

void
clock_answer_advance(struct daemon *daemon, struct exchange *exchange)
{
	answer(daemon, exchange, &daemon->timekeeper.advance);
}

void
clock_refuse_advance(struct daemon *daemon, struct exchange *exchange)
{
	char now[CLOCK_TEXT_SIZE];

	clock_format(timekeeper_now(daemon), now);
	exchange_refuse(exchange, 504, "it has not become quiet: assignment "
	    "callbacks in hand: %zu, event callbacks: %zu, requests of calls: "
	    "%zu, held back by faults: %zu; the clock is left at %.19sZ",
	    callbacks_in_hand(daemon->callbacks),
	    event_callbacks_in_hand(daemon->event_callbacks),
	    calls_in_hand(daemon->calls), faults_in_hand(&daemon->faults), now);
}

/* ---- what is wished */

static bool
read_wish(struct exchange *exchange, struct wish *wish)
{
	*wish = (struct wish){
		.factor = NOT_GIVEN,
		.advance = NOT_GIVEN,
		.until = NOT_GIVEN,
	};
	if (!controls_read(controls, ARRAY_LENGTH(controls),
		&exchange->request.form, wish, exchange))
		return false;
	if (wish->advance == NOT_GIVEN || wish->until == NOT_GIVEN)
		return true;
	exchange_refuse(
	    exchange, 400, "advance and until: only one of them can be given");
	return false;
}

static void
apply_wish(struct daemon *daemon, const struct form *form,
    const struct wish *wish)
{
	struct simulated_clock *clock = &daemon->timekeeper.clock;
	int64_t real = clock_wall_ms();

	if (wish->factor != NOT_GIVEN)
		simulated_clock_set_factor(clock, wish->factor, real);
	if (form_get(form, "frozen").at != NULL)
		simulated_clock_freeze(clock, wish->frozen, real);
	timekeeper_changed(daemon);
}

/* To the time that is wished; false: the exchange was refused. */
static bool
find_target(const struct daemon *daemon, struct exchange *exchange,
    const struct wish *wish, int64_t *target)
{
	int64_t now = timekeeper_now(daemon);

	*target = wish->until != NOT_GIVEN ? wish->until
	    : wish->advance != NOT_GIVEN   ? now + wish->advance
					   : now;
	if (*target >= now && *target <= LATEST)
		return true;
	exchange_refuse(exchange, 400, "%s: the clock is never put back, "
	    "nor beyond the year 9999",
	    wish->until != NOT_GIVEN ? "until" : "advance");
	return false;
}

static bool
begin_advance(struct daemon *daemon, struct exchange *exchange,
    const struct wish *wish, int64_t target, struct err *err)
{
	return timekeeper_advance(daemon,
	    &(struct advance){
		.exchange = exchange,
		.target = target,
		.linger_us = wish->linger * 1000,
		.give_up_us = clock_monotonic_us() + wish->limit * 1000,
	    },
	    err);
}

void
clock_set(struct exchange *exchange)
{
	struct daemon *daemon = daemon_of(exchange);
	struct simulated_clock before = daemon->timekeeper.clock;
	struct wish wish;
	struct err err;
	int64_t target;

	if (!read_wish(exchange, &wish))
		return;
	if (daemon->timekeeper.advance.exchange != NULL) {
		exchange_refuse(exchange, 409,
		    "the clock is being advanced by another request");
		return;
	}
	/* First: whoever is refused has changed nothing. */
	if (!find_target(daemon, exchange, &wish, &target))
		return;
	apply_wish(daemon, &exchange->request.form, &wish);
	bool advances = wish.advance != NOT_GIVEN || wish.until != NOT_GIVEN;
	if (advances
		? begin_advance(daemon, exchange, &wish, target, &err)
		: timekeeper_keep(daemon, &err)) {
		if (!advances)
			clock_show(exchange);
	} else {
		daemon->timekeeper.clock = before;
		exchange_refuse(exchange, 503, "%s", err.text);
	}
}
