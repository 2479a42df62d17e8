/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/daemon.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "taskrouterd/api.h"
#include "taskrouterd/callbacks.h"
#include "taskrouterd/calls.h"
#include "taskrouterd/debugger.h"
#include "taskrouterd/event_callbacks.h"
#include "taskrouterd/local.h"

#define SID_TIME_BYTES 6 /* of 16: milliseconds, for 8,000 years */
/* A body of limits.body and its values, a page of a list and its objects. */
#define EXCHANGE_MOST ((size_t)64 << 20)
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

static struct timeval
interval(int64_t us)
{
	return (struct timeval){us / 1000000, us % 1000000};
}

struct daemon *
daemon_of(const struct exchange *exchange)
{
	return (struct daemon *)(void *)exchange->application;
}

int64_t
daemon_now(const struct daemon *daemon)
{
	(void)daemon;
	return clock_wall_ms();
}

struct object *
daemon_apply(struct daemon *daemon, const struct router_event *event,
    struct refusal *refusal)
{
	return router_apply(
	    daemon->router, event, daemon_now(daemon), refusal);
}

/* ---- exchanges */

static void
serve(struct application *application, struct exchange *exchange)
{
	struct daemon *daemon = (struct daemon *)(void *)application;
	struct request *request = &exchange->request;

	daemon->in_hand++;
	if (request->path.at == NULL)
		request->path = request->meta[META_PATH_INFO];
	if (local_owns(request->path))
		local_serve(exchange);
	else
		api_serve(daemon, exchange);
}

static void
ended(struct application *application, struct exchange *exchange)
{
	struct daemon *daemon = (struct daemon *)(void *)application;

	daemon->in_hand--;
	exchange_log(exchange, clock_monotonic_us() - exchange->started_us);
}

void
daemon_answer(struct daemon *daemon, struct exchange *exchange)
{
	struct held_exchange *held =
	    arena_alloc(&exchange->arena, sizeof *held);

	/* Out of memory: the answer will say so, whatever the store says. */
	if (held == NULL) {
		exchange_complete(exchange);
		return;
	}
	held->exchange = exchange;
	STAILQ_INSERT_TAIL(&daemon->held, held, entry);
}

/* Completing an exchange may bring the next one of its connection, which is
 * then held anew. */
static void
answer_held(struct daemon *daemon)
{
	STAILQ_HEAD(, held_exchange) held = STAILQ_HEAD_INITIALIZER(held);
	struct held_exchange *first;

	STAILQ_CONCAT(&held, &daemon->held);
	while ((first = STAILQ_FIRST(&held)) != NULL) {
		STAILQ_REMOVE_HEAD(&held, entry);
		exchange_complete(first->exchange);
	}
}

/* What they were to be told is not so. */
static void
refuse_held(struct daemon *daemon)
{
	struct held_exchange *held;

	STAILQ_FOREACH(held, &daemon->held, entry) {
		struct response *response = &held->exchange->response;
		*response = (struct response){.status = 503};
		response_header(response, "Retry-After", STR("1"));
		response_body(response, 503,
		    "application/json; charset=utf-8",
		    STR("{\"code\":20503,\"message\":\"The store has failed: "
			"nothing was changed\",\"more_info\":"
			"\"https://www.twilio.com/docs/errors/20503\","
			"\"status\":503}"));
		held->exchange->facts.note = STR("the store has failed");
	}
}

/* ---- the end of a turn */

static bool
has_rows(const struct router_effects *effects)
{
	return !TAILQ_EMPTY(&effects->changed) ||
	    !STAILQ_EMPTY(&effects->removed) ||
	    !STAILQ_EMPTY(&effects->records);
}

static void
note_warnings(struct daemon *daemon, const struct router_effects *effects)
{
	for (size_t i = 0; i < effects->warning_count; i++) {
		const struct router_warning *warning = &effects->warnings[i];
		char text[128];
		(void)snprintf(text, sizeof text, warning->wanted[0] != '\0'
			? "no Worker of the Workspace is known as %s"
			: "the Task has nothing where known_worker refers to",
		    warning->wanted);
		debugger_note(daemon->debugger,
		    &(struct debugger_note){
			.code = warning->code,
			.text = str_from(text),
			.date = daemon_now(daemon),
			.workspace = str_from(warning->workspace),
			.workflow = str_from(warning->workflow),
			.task = str_from(warning->task),
		    });
	}
}

static void
wake_event_callbacks(
    struct daemon *daemon, const struct router_effects *effects)
{
	const struct record *record;
	struct str last = STR_NONE;

	STAILQ_FOREACH(record, &effects->records, entry) {
		struct str workspace = str_from(record->workspace);
		if (!str_equal(workspace, last))
			event_callbacks_wake(
			    daemon->event_callbacks, workspace);
		last = workspace;
	}
}

/* The store has the effects: what they ask for may be done. Nothing here
 * changes the router. */
static void
carry_out(struct daemon *daemon)
{
	const struct router_effects *effects = router_effects(daemon->router);

	for (size_t i = 0; i < effects->callback_count; i++)
		callbacks_start(daemon->callbacks,
		    str_from(effects->callbacks[i].reservation));
	wake_event_callbacks(daemon, effects);
	note_warnings(daemon, effects);
	router_settled(daemon->router);
}

/* Callbacks of Events that were not delivered yet. */
static void
wake_workspaces(struct daemon *daemon)
{
	struct object *workspace = NULL;

	while ((workspace = router_next(daemon->router, NULL, KIND_WORKSPACE,
		    workspace == NULL ? 0 : workspace->number)) != NULL)
		event_callbacks_wake(
		    daemon->event_callbacks, str_from(workspace->sid));
}

/* SIDs begin with the time, so that those of one turn stand together in the
 * store's indexes: groups of a hundred rows are written twice as fast. */
static void
fill_random(void *context, unsigned char bytes[16])
{
	uint64_t now = (uint64_t)clock_wall_ms();

	(void)context;
	/* Fails only where the kernel has none (getrandom(2)). */
	if (getrandom(bytes, 16, 0) != 16) {
		log_event(LOG_LEVEL_ERROR, "stop", "no random numbers: %s",
		    strerror(errno));
		abort();
	}
	for (size_t i = 0; i < SID_TIME_BYTES; i++)
		bytes[i] = (unsigned char)(now >> (8 * (SID_TIME_BYTES - 1 - i)));
}

/* The router as the store has it; NULL: *err. */
static struct router *
load(struct daemon *daemon, struct err *err)
{
	struct router_options options = {
		.account_sid = daemon->settings->account_sid,
		.random = fill_random,
	};
	struct router *router = router_new(&options);

	if (router != NULL && store_load(daemon->store, router, err))
		return router;
	if (router == NULL)
		err_set(err, 0, "out of memory");
	router_free(router);
	return NULL;
}

/* Nothing of this turn is in the store: so it has not been. */
static void
go_back(struct daemon *daemon, const struct err *why)
{
	struct err err;

	log_event(LOG_LEVEL_ERROR, "store", "%s: going back to what it has",
	    why->text);
	refuse_held(daemon);
	daemon->pause_until_us = clock_monotonic_us() + PAUSE_US;
	struct router *router = load(daemon, &err);
	if (router == NULL) {
		log_event(LOG_LEVEL_ERROR, "store", "%s", err.text);
		daemon->broken = true;
		return;
	}
	/* Whoever waits for something keeps SIDs, not objects. */
	router_free(daemon->router);
	daemon->router = router;
	carry_out(daemon);
	wake_workspaces(daemon);
}

static void
settle_once(struct daemon *daemon)
{
	const struct router_effects *effects = router_effects(daemon->router);
	struct err err;

	if (has_rows(effects) && !store_write(daemon->store, effects, &err))
		go_back(daemon, &err);
	else
		carry_out(daemon);
	answer_held(daemon);
}

/* ---- timers */

/* Leaves the timer alone where it is set well. */
static void
set_due(struct daemon *daemon)
{
	int64_t next = router_next_due(daemon->router);
	int64_t now = daemon_now(daemon);
	int64_t pause = daemon->pause_until_us - clock_monotonic_us();

	if (event_pending(daemon->due, EV_TIMEOUT, NULL) &&
	    daemon->due_at == next)
		return;
	daemon->due_at = next;
	if (next == ROUTER_NEVER) {
		(void)event_del(daemon->due);
		return;
	}
	int64_t wait = next <= now ? 0
	    : next - now < WAIT_MOST_MS
	    ? next - now
	    : WAIT_MOST_MS;
	struct timeval delay =
	    interval(wait * 1000 > pause ? wait * 1000 : pause);
	(void)event_add(daemon->due, &delay);
}

static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct daemon *daemon = argument;

	(void)fd;
	(void)what;
	(void)router_tick(daemon->router, daemon_now(daemon),
	    (size_t)daemon->settings->limits.timers);
}

static void
on_purge(evutil_socket_t fd, short what, void *argument)
{
	struct daemon *daemon = argument;
	int64_t before = daemon_now(daemon) -
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
	(void)event_add(daemon->purge, &next);
}

static bool
make_timers(struct daemon *daemon, struct err *err)
{
	struct timeval at_once = {0, 0};

	daemon->due = event_new(daemon->loop, -1, 0, on_due, daemon);
	daemon->purge = event_new(daemon->loop, -1, 0, on_purge, daemon);
	return (daemon->due != NULL && daemon->purge != NULL &&
		   event_add(daemon->purge, &at_once) == 0) ||
	    err_set(err, 0, "timers cannot be made");
}

void
daemon_settle(struct daemon *daemon)
{
	while (!daemon->broken &&
	    (router_is_unsettled(daemon->router) ||
		!STAILQ_EMPTY(&daemon->held)))
		settle_once(daemon);
	set_due(daemon);
}

/* ---- beginning and end */

static bool
make_parts(struct daemon *daemon, struct err *err)
{
	const struct settings *settings = daemon->settings;
	struct router_options options = {
		.account_sid = settings->account_sid,
		.random = fill_random,
	};

	daemon->debugger =
	    debugger_open((size_t)settings->limits.debugger);
	daemon->calls = calls_open((size_t)settings->limits.calls, &options);
	if (daemon->debugger == NULL || daemon->calls == NULL)
		return err_set(err, 0, "out of memory");
	daemon->callbacks = callbacks_open(daemon, err);
	if (daemon->callbacks == NULL)
		return false;
	daemon->event_callbacks = event_callbacks_open(daemon, err);
	return daemon->event_callbacks != NULL && make_timers(daemon, err);
}

bool
daemon_open(struct daemon *daemon, struct event_base *loop,
    struct settings *settings, struct err *err)
{
	*daemon = (struct daemon){
		.application = {.serve = serve, .ended = ended,
		    .memory = EXCHANGE_MOST},
		.loop = loop,
		.settings = settings,
		.due_at = ROUTER_NEVER,
	};
	STAILQ_INIT(&daemon->held);
	daemon->store = store_open_sqlite(settings->store.at, err);
	if (daemon->store == NULL ||
	    !settings_make_credentials(settings, err))
		return false;
	daemon->router = load(daemon, err);
	if (daemon->router == NULL || !make_parts(daemon, err))
		return false;
	carry_out(daemon);
	wake_workspaces(daemon);
	set_due(daemon);
	return true;
}

void
daemon_stop(struct daemon *daemon)
{
	daemon->stopping = true;
	callbacks_stop(daemon->callbacks);
	event_callbacks_stop(daemon->event_callbacks);
}

bool
daemon_is_idle(const struct daemon *daemon)
{
	return daemon->in_hand == 0 &&
	    callbacks_in_hand(daemon->callbacks) == 0 &&
	    event_callbacks_in_hand(daemon->event_callbacks) == 0;
}

void
daemon_close(struct daemon *daemon)
{
	callbacks_close(daemon->callbacks);
	event_callbacks_close(daemon->event_callbacks);
	if (daemon->due != NULL)
		event_free(daemon->due);
	if (daemon->purge != NULL)
		event_free(daemon->purge);
	calls_close(daemon->calls);
	debugger_close(daemon->debugger);
	router_free(daemon->router);
	store_close(daemon->store);
}
