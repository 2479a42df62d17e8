/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/timekeeper.h"

#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "taskrouterd/calls.h"
#include "taskrouterd/clock_control.h"
#include "taskrouterd/daemon.h"

/* The wall clock can be set, and stands still in no sleep of the machine: the
 * timer, which goes by another clock, is set anew at least so often. */
#define WAIT_MOST_MS 60000
/* After the store failed, timers wait so long: they would fail, too. */
#define PAUSE_US 1000000
/* Events are looked through for those that are too old so often, and so many
 * are forgotten at once, while requests wait. */
#define PURGE_INTERVAL_US 600000000
#define PURGE_NEXT_US 20000
#define PURGE_MOST 500
#define DAY_MS ((int64_t)86400000)
/* So soon an advance looks again whether all is quiet; what ends in the loop
 * is seen at once. */
#define LOOK_US 20000

static struct timeval
interval(int64_t us)
{
	return (struct timeval){us / 1000000, us % 1000000};
}

/* ---- the clock */

int64_t
timekeeper_now(const struct daemon *daemon)
{
	return simulated_clock_read(
	    &daemon->timekeeper.clock, clock_wall_ms());
}

bool
timekeeper_keep(struct daemon *daemon, struct err *err)
{
	const struct simulated_clock *clock = &daemon->timekeeper.clock;
	const struct advance *advance = &daemon->timekeeper.advance;
	bool is_advancing = advance->exchange != NULL;
	const struct store_setting settings[] = {
		{"clock_shown", clock->shown},
		{"clock_real", clock->real},
		{"clock_factor", clock->factor},
		{"clock_frozen",
		    is_advancing ? advance->was_frozen : clock->is_frozen},
		{"clock_advancing", is_advancing},
	};

	return store_keep(
	    daemon->store, settings, ARRAY_LENGTH(settings), err);
}

/* As the settings say it starts. */
static void
start_clock(struct daemon *daemon)
{
	const struct settings *settings = daemon->settings;
	struct simulated_clock *clock = &daemon->timekeeper.clock;
	int64_t real = clock_wall_ms(), start;

	*clock = simulated_clock_real();
	if (settings->clock.start.len > 0 &&
	    clock_parse(settings->clock.start.at, settings->clock.start.len,
		&start))
		*clock = (struct simulated_clock){
			.shown = start * 1000,
			.real = real,
			.factor = CLOCK_FACTOR_ONE,
		};
	if (settings->clock.frozen)
		simulated_clock_freeze(clock, true, real);
}

bool
timekeeper_reset(struct daemon *daemon, struct err *err)
{
	start_clock(daemon);
	return timekeeper_keep(daemon, err);
}

/* An advance that a kill broke off has left dates that lie ahead, also of a
 * clock that was the machine's when it began. */
static bool
catch_up(struct daemon *daemon, bool was_advancing, struct err *err)
{
	struct simulated_clock *clock = &daemon->timekeeper.clock;
	int64_t latest = store_extent(daemon->store).at;

	if (!was_advancing && simulated_clock_is_real(clock))
		return true;
	if (latest != ROUTER_NEVER)
		simulated_clock_forward(clock, latest, clock_wall_ms());
	return timekeeper_keep(daemon, err);
}

static bool
recall_clock(struct daemon *daemon, struct err *err)
{
	struct store_setting settings[] = {
		{"clock_shown", 0},
		{"clock_real", 0},
		{"clock_factor", -1},
		{"clock_frozen", 0},
		{"clock_advancing", 0},
	};

	if (!store_recall(
		daemon->store, settings, ARRAY_LENGTH(settings), err))
		return false;
	if (settings[2].value < 0)
		return timekeeper_reset(daemon, err);
	daemon->timekeeper.clock = (struct simulated_clock){
		.shown = settings[0].value,
		.real = settings[1].value,
		.factor = settings[2].value,
		.is_frozen = settings[3].value != 0,
	};
	return catch_up(daemon, settings[4].value != 0, err);
}

/* ---- what is due */

int64_t
timekeeper_next(const struct daemon *daemon)
{
	int64_t router = router_next_due(daemon->router);
	int64_t calls = calls_next_due(daemon->calls);

	return router == ROUTER_NEVER || (calls != ROUTER_NEVER && calls < router)
	    ? calls
	    : router;
}

/* Runs what is due by `now`, some of it: router and calls in turn, each up to
 * where the other one has something to do. */
static void
run_due(struct daemon *daemon, int64_t now)
{
	for (int64_t i = 0; i < daemon->settings->limits.timers; i++) {
		int64_t next = timekeeper_next(daemon);
		if (next == ROUTER_NEVER || next > now)
			return;
		if (router_next_due(daemon->router) == next)
			(void)router_tick(daemon->router, next, 1);
		else
			calls_run(daemon->calls, next);
	}
}

/* Leaves the timer alone where it is set well. */
void
timekeeper_set_due(struct daemon *daemon)
{
	struct timekeeper *keeper = &daemon->timekeeper;
	int64_t next = keeper->advance.exchange != NULL
	    ? ROUTER_NEVER
	    : timekeeper_next(daemon);
	int64_t pause = keeper->pause_until_us - clock_monotonic_us();

	if (event_pending(keeper->due, EV_TIMEOUT, NULL) &&
	    keeper->due_at == next)
		return;
	keeper->due_at = next;
	int64_t wait = next == ROUTER_NEVER ? -1
	    : simulated_clock_wait(&keeper->clock, next, clock_wall_ms());
	if (wait < 0) {
		(void)event_del(keeper->due);
		return;
	}
	if (wait > WAIT_MOST_MS)
		wait = WAIT_MOST_MS;
	struct timeval delay =
	    interval(wait * 1000 > pause ? wait * 1000 : pause);
	(void)event_add(keeper->due, &delay);
}

void
timekeeper_changed(struct daemon *daemon)
{
	(void)event_del(daemon->timekeeper.due);
}

static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct daemon *daemon = argument;

	(void)fd;
	(void)what;
	if (daemon->timekeeper.advance.exchange == NULL)
		run_due(daemon, timekeeper_now(daemon));
}

void
timekeeper_pause(struct daemon *daemon)
{
	daemon->timekeeper.pause_until_us = clock_monotonic_us() + PAUSE_US;
}

static void
on_purge(evutil_socket_t fd, short what, void *argument)
{
	struct daemon *daemon = argument;
	int64_t before = timekeeper_now(daemon) -
	    daemon->settings->limits.events_days * DAY_MS;
	struct timeval next = interval(PURGE_INTERVAL_US);
	size_t count = 0;
	struct err err;

	(void)fd;
	(void)what;
	if (!store_purge(daemon->store, before, PURGE_MOST, &count, &err))
		log_event(LOG_LEVEL_WARNING, "store",
		    "old Events stay for now: %s", err.text);
	else if (count == PURGE_MOST)
		next = interval(PURGE_NEXT_US);
	(void)event_add(daemon->timekeeper.purge, &next);
}

/* ---- advancing */

void
timekeeper_note_activity(struct daemon *daemon)
{
	daemon->timekeeper.active_us = clock_monotonic_us();
}

static void
look_again(struct daemon *daemon, int64_t us)
{
	struct timeval delay = interval(us);

	(void)event_add(daemon->timekeeper.advance.wake, &delay);
}

/* What there is to do is done at the end of the turn that it makes. */
static void
on_wake(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	(void)argument;
}

bool
timekeeper_advance(
    struct daemon *daemon, const struct advance *advance, struct err *err)
{
	struct timekeeper *keeper = &daemon->timekeeper;
	struct event *wake = keeper->advance.wake;
	int64_t real = clock_wall_ms();

	keeper->advance = *advance;
	keeper->advance.wake = wake;
	keeper->advance.was_frozen = keeper->clock.is_frozen;
	simulated_clock_freeze(&keeper->clock, true, real);
	keeper->advance.from = simulated_clock_read(&keeper->clock, real);
	if (timekeeper_keep(daemon, err)) {
		look_again(daemon, 0);
		return true;
	}
	keeper->advance.exchange = NULL;
	return false;
}

/* The clock goes on as before, from where it is. */
static struct exchange *
end_advance(struct daemon *daemon)
{
	struct timekeeper *keeper = &daemon->timekeeper;
	struct exchange *exchange = keeper->advance.exchange;
	static const struct timeval at_once = {0, 0};

	keeper->advance.exchange = NULL;
	(void)event_del(keeper->advance.wake);
	simulated_clock_freeze(
	    &keeper->clock, keeper->advance.was_frozen, clock_wall_ms());
	(void)event_add(keeper->purge, &at_once);
	return exchange;
}

/* Where it is left is kept; a store that fails knows that it was under way. */
static struct exchange *
give_up(struct daemon *daemon)
{
	struct exchange *exchange = end_advance(daemon);
	struct err err;

	if (!timekeeper_keep(daemon, &err))
		log_event(LOG_LEVEL_WARNING, "store",
		    "the clock is not kept: %s", err.text);
	return exchange;
}

void
timekeeper_interrupt(struct daemon *daemon, unsigned status, const char *why)
{
	if (daemon->timekeeper.advance.exchange != NULL)
		exchange_refuse(give_up(daemon), status, "%s", why);
}

static void
arrive(struct daemon *daemon)
{
	struct exchange *exchange = end_advance(daemon);
	struct err err;

	if (timekeeper_keep(daemon, &err))
		clock_answer_advance(daemon, exchange);
	else
		exchange_refuse(exchange, 503, "%s", err.text);
}

static bool
is_quiet(struct daemon *daemon)
{
	const struct timekeeper *keeper = &daemon->timekeeper;

	if (!daemon_is_quiet(daemon))
		timekeeper_note_activity(daemon);
	else if (clock_monotonic_us() - keeper->active_us >=
	    keeper->advance.linger_us)
		return true;
	return false;
}

bool
timekeeper_step(struct daemon *daemon)
{
	struct timekeeper *keeper = &daemon->timekeeper;
	struct advance *advance = &keeper->advance;
	int64_t next = timekeeper_next(daemon);
	bool is_last = next == ROUTER_NEVER || next > advance->target;

	if (advance->exchange == NULL || daemon->broken)
		return false;
	if (clock_monotonic_us() >= advance->give_up_us) {
		clock_refuse_advance(daemon, give_up(daemon));
		return false;
	}
	if (!is_quiet(daemon)) {
		look_again(daemon, LOOK_US);
		return false;
	}
	simulated_clock_forward(&keeper->clock,
	    is_last ? advance->target : next, clock_wall_ms());
	if (is_last) {
		arrive(daemon);
		return false;
	}
	advance->steps++;
	look_again(daemon, 0);
	run_due(daemon, next);
	return true;
}

/* ---- beginning and end */

static bool
make_timers(struct daemon *daemon, struct err *err)
{
	struct timekeeper *keeper = &daemon->timekeeper;
	struct timeval at_once = {0, 0};

	keeper->due = event_new(daemon->loop, -1, 0, on_due, daemon);
	keeper->purge = event_new(daemon->loop, -1, 0, on_purge, daemon);
	keeper->advance.wake = event_new(daemon->loop, -1, 0, on_wake, daemon);
	return (keeper->due != NULL && keeper->purge != NULL &&
		   keeper->advance.wake != NULL &&
		   event_add(keeper->purge, &at_once) == 0) ||
	    err_set(err, 0, "timers cannot be made");
}

bool
timekeeper_open(struct daemon *daemon, struct err *err)
{
	daemon->timekeeper = (struct timekeeper){.due_at = ROUTER_NEVER};
	return make_timers(daemon, err) && recall_clock(daemon, err);
}

void
timekeeper_close(struct daemon *daemon)
{
	struct timekeeper *keeper = &daemon->timekeeper;

	if (keeper->due != NULL)
		event_free(keeper->due);
	if (keeper->purge != NULL)
		event_free(keeper->purge);
	if (keeper->advance.wake != NULL)
		event_free(keeper->advance.wake);
}
