/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/daemon.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "taskrouterd/api.h"
#include "taskrouterd/callbacks.h"
#include "taskrouterd/calls.h"
#include "taskrouterd/debugger.h"
#include "taskrouterd/event_callbacks.h"
#include "taskrouterd/local.h"
#include "taskrouterd/seed.h"

/* A body of limits.body and its values, a page of a list and its objects. */
#define EXCHANGE_MOST ((size_t)64 << 20)

struct daemon *
daemon_of(const struct exchange *exchange)
{
	return (struct daemon *)(void *)exchange->application;
}

int64_t
daemon_now(const struct daemon *daemon)
{
	return timekeeper_now(daemon);
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
	timekeeper_note_activity(daemon);
	if (request->path.at == NULL)
		request->path = request->meta[META_PATH_INFO];
	if (daemon->broken)
		exchange_refuse(exchange, 503, "the store has failed");
	else if (local_owns(request->path))
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

/* NULL: there is no memory, and the exchange was answered, which says so. */
static struct held_exchange *
hold(struct exchange *exchange)
{
	struct held_exchange *held =
	    arena_alloc(&exchange->arena, sizeof *held);

	if (held == NULL)
		exchange_complete(exchange);
	else
		held->exchange = exchange;
	return held;
}

void
daemon_answer(struct daemon *daemon, struct exchange *exchange)
{
	struct held_exchange *held = hold(exchange);

	if (held != NULL)
		STAILQ_INSERT_TAIL(&daemon->held, held, entry);
}

void
daemon_reset(struct daemon *daemon, struct exchange *exchange)
{
	if (daemon->stopping) {
		exchange_refuse(exchange, 503, "the program is stopping");
		return;
	}
	struct held_exchange *held = hold(exchange);
	if (held != NULL)
		STAILQ_INSERT_TAIL(&daemon->resetting, held, entry);
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

/* The router as the store has it; NULL: *err. */
static struct router *
load(struct daemon *daemon, struct err *err)
{
	struct router_options options = {
		.account_sid = daemon->settings->account_sid,
		.random = chance_fill_sid,
		.context = &daemon->chance,
		.offers_most = (size_t)daemon->settings->limits.offers,
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
	timekeeper_pause(daemon);
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
	timekeeper_interrupt(daemon, 503, "the store has failed");
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

static void
settle(struct daemon *daemon)
{
	while (!daemon->broken &&
	    (router_is_unsettled(daemon->router) ||
		!STAILQ_EMPTY(&daemon->held)))
		settle_once(daemon);
}

/* ---- parts */

static bool
make_parts(struct daemon *daemon, struct err *err)
{
	const struct settings *settings = daemon->settings;

	daemon->debugger =
	    debugger_open((size_t)settings->limits.debugger);
	if (daemon->debugger == NULL)
		return err_set(err, 0, "out of memory");
	daemon->calls = calls_open(daemon, err);
	if (daemon->calls == NULL)
		return false;
	daemon->callbacks = callbacks_open(daemon, err);
	if (daemon->callbacks == NULL)
		return false;
	daemon->event_callbacks = event_callbacks_open(daemon, err);
	return daemon->event_callbacks != NULL;
}

static void
close_parts(struct daemon *daemon)
{
	callbacks_close(daemon->callbacks);
	event_callbacks_close(daemon->event_callbacks);
	calls_close(daemon->calls);
	debugger_close(daemon->debugger);
	daemon->callbacks = NULL;
	daemon->event_callbacks = NULL;
	daemon->calls = NULL;
	daemon->debugger = NULL;
}

/* Chance goes on where this store has never been. */
static void
begin_chance(struct daemon *daemon)
{
	chance_init(&daemon->chance, daemon->settings->random_seed,
	    store_extent(daemon->store).number);
}

/* What the store begins with, before anybody can ask. */
static bool
plant_seed(struct daemon *daemon, struct err *err)
{
	const struct router *router = daemon->router;

	if (!seed_plant(daemon, err))
		return false;
	settle(daemon);
	return (daemon->router == router && !daemon->broken) ||
	    err_set(err, 0, "the store does not take the seed %s",
		daemon->settings->seed.at);
}

static void
begin_rates(struct daemon *daemon)
{
	daemon->rate_limits = (struct rate_limits){
		.enabled = daemon->settings->limits.rates,
	};
}

/* ---- reset */

/* Where it fails half-way the program ends: the store is empty then. */
static bool
begin_anew(struct daemon *daemon, struct err *err)
{
	calls_interrupt(daemon->calls, 409, "everything was reset meanwhile");
	faults_clear(&daemon->faults);
	daemon->faults.last = 0;
	begin_rates(daemon);
	close_parts(daemon);
	router_free(daemon->router);
	begin_chance(daemon);
	daemon->router = load(daemon, err);
	daemon->broken = daemon->router == NULL || !make_parts(daemon, err) ||
	    !timekeeper_reset(daemon, err) || !plant_seed(daemon, err);
	timekeeper_changed(daemon);
	return !daemon->broken;
}

static void
reset_asked(struct daemon *daemon)
{
	STAILQ_HEAD(, held_exchange) asked = STAILQ_HEAD_INITIALIZER(asked);
	struct held_exchange *first;
	struct err err;

	if (STAILQ_EMPTY(&daemon->resetting) || daemon->broken)
		return;
	STAILQ_CONCAT(&asked, &daemon->resetting);
	timekeeper_interrupt(daemon, 409, "everything was reset meanwhile");
	bool good = seed_check(daemon->settings, &err) &&
	    store_clear(daemon->store, &err) && begin_anew(daemon, &err);
	log_event(good ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "reset", "%s",
	    good ? "everything is forgotten" : err.text);
	while ((first = STAILQ_FIRST(&asked)) != NULL) {
		STAILQ_REMOVE_HEAD(&asked, entry);
		first->exchange->response.status = 204;
		if (good)
			exchange_complete(first->exchange);
		else
			exchange_refuse(first->exchange, 503, "%s", err.text);
	}
}

void
daemon_settle(struct daemon *daemon)
{
	unsigned steps = 0;

	settle(daemon);
	reset_asked(daemon);
	if (daemon->broken)
		return;
	while (steps++ < TIMEKEEPER_STEPS && timekeeper_step(daemon))
		settle(daemon);
	timekeeper_set_due(daemon);
}

/* ---- beginning and end */

bool
daemon_open(struct daemon *daemon, struct event_base *loop,
    struct settings *settings, struct err *err)
{
	*daemon = (struct daemon){
		.application = {.serve = serve, .ended = ended,
		    .memory = EXCHANGE_MOST},
		.loop = loop,
		.settings = settings,
	};
	STAILQ_INIT(&daemon->held);
	STAILQ_INIT(&daemon->resetting);
	faults_init(&daemon->faults, loop, (size_t)settings->limits.faults);
	begin_rates(daemon);
	daemon->store = store_open_sqlite(settings->store.at, err);
	if (daemon->store == NULL ||
	    !settings_make_credentials(settings, err) ||
	    !timekeeper_open(daemon, err))
		return false;
	begin_chance(daemon);
	daemon->router = load(daemon, err);
	if (daemon->router == NULL || !make_parts(daemon, err))
		return false;
	carry_out(daemon);
	wake_workspaces(daemon);
	if (!plant_seed(daemon, err))
		return false;
	timekeeper_set_due(daemon);
	return true;
}

void
daemon_stop(struct daemon *daemon)
{
	daemon->stopping = true;
	if (daemon->broken)
		return;
	callbacks_stop(daemon->callbacks);
	event_callbacks_stop(daemon->event_callbacks);
	calls_stop(daemon->calls);
	faults_release(&daemon->faults, 0);
	timekeeper_interrupt(daemon, 503, "the program is stopping");
	calls_interrupt(daemon->calls, 503, "the program is stopping");
}

bool
daemon_is_quiet(const struct daemon *daemon)
{
	return faults_in_hand(&daemon->faults) == 0 &&
	    callbacks_in_hand(daemon->callbacks) == 0 &&
	    calls_in_hand(daemon->calls) == 0 &&
	    event_callbacks_are_quiet(daemon->event_callbacks);
}

bool
daemon_is_idle(const struct daemon *daemon)
{
	if (daemon->broken)
		return true;
	return daemon->in_hand == 0 && faults_in_hand(&daemon->faults) == 0 &&
	    callbacks_in_hand(daemon->callbacks) == 0 &&
	    event_callbacks_in_hand(daemon->event_callbacks) == 0;
}

void
daemon_close(struct daemon *daemon)
{
	close_parts(daemon);
	faults_clear(&daemon->faults);
	timekeeper_close(daemon);
	router_free(daemon->router);
	store_close(daemon->store);
}
