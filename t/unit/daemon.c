/* SPDX-License-Identifier: MIT
 *
 * Turns of taskrouterd: what is stored, answered and sent, and in which order;
 * what happens when the store fails. The REST API is one that creates a
 * Workspace for each POST; what goes out is only taken down.
 */
#include "base/compat.h"

#include "tap.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "taskrouterd/api.h"
#include "taskrouterd/callbacks.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/event_callbacks.h"
#include "taskrouterd/local.h"
#include "taskrouterd/seed.h"

/* Everything that happens, in order, a word each. */
static struct buf trace;

static void
happened(const char *word)
{
	buf_format(&trace, "%s%s", trace.len > 0 ? " " : "", word);
}

static void
is_trace(const char *expected, const char *what)
{
	is_str(trace.len > 0 ? buf_str(&trace) : STR(""), expected, "%s", what);
	buf_clear(&trace, 4096);
}

/* ---- what stands in for the rest of the program */

struct callbacks {
	size_t started;
};
struct event_callbacks {
	size_t woken;
};

static struct callbacks callbacks;
static struct event_callbacks event_callbacks;

struct callbacks *
callbacks_open(struct daemon *daemon, struct err *err)
{
	(void)daemon;
	(void)err;
	return &callbacks;
}

void
callbacks_close(struct callbacks *c)
{
	(void)c;
}

void
callbacks_start(struct callbacks *c, struct str reservation)
{
	(void)reservation;
	c->started++;
	happened("callback");
}

void
callbacks_stop(struct callbacks *c)
{
	(void)c;
	happened("stop-callbacks");
}

size_t
callbacks_in_hand(const struct callbacks *c)
{
	(void)c;
	return 0;
}

struct event_callbacks *
event_callbacks_open(struct daemon *daemon, struct err *err)
{
	(void)daemon;
	(void)err;
	return &event_callbacks;
}

void
event_callbacks_close(struct event_callbacks *e)
{
	(void)e;
}

void
event_callbacks_wake(struct event_callbacks *e, struct str workspace)
{
	(void)workspace;
	e->woken++;
	happened("wake");
}

void
event_callbacks_stop(struct event_callbacks *e)
{
	(void)e;
	happened("stop-events");
}

bool
event_callbacks_are_quiet(const struct event_callbacks *e)
{
	(void)e;
	return true;
}

size_t
event_callbacks_in_hand(const struct event_callbacks *e)
{
	(void)e;
	return 0;
}

bool
local_owns(struct str path)
{
	(void)path;
	return false;
}

void
local_serve(struct exchange *exchange)
{
	exchange_complete(exchange);
}

void
local_answer(struct exchange *exchange, unsigned status, struct str json)
{
	response_body(&exchange->response, status, "application/json", json);
	exchange_complete(exchange);
}

/* A Workspace as a seed; none is set: nothing. */
static bool seeds, seed_is_bad;

bool
seed_check(const struct settings *settings, struct err *err)
{
	(void)settings;
	return !seed_is_bad || err_set(err, 0, "a bad seed");
}

bool
seed_plant(struct daemon *daemon, struct err *err)
{
	struct change name = {
		.field = &field_rows[FIELD_WORKSPACE_FRIENDLY_NAME],
		.text = STR("seed"),
	};
	struct router_event event = {
		.verb = ROUTER_CREATE,
		.kind = KIND_WORKSPACE,
		.changes = {&name, 1},
	};
	struct refusal refusal;

	if (seed_is_bad)
		return err_set(err, 0, "a bad seed");
	return !seeds || daemon_apply(daemon, &event, &refusal) != NULL;
}

/* A POST creates a Workspace, a GET changes nothing. */
void
api_serve(struct daemon *daemon, struct exchange *exchange)
{
	struct change name = {
		.field = &field_rows[FIELD_WORKSPACE_FRIENDLY_NAME],
		.text = STR("name"),
	};
	struct router_event event = {
		.verb = ROUTER_CREATE,
		.kind = KIND_WORKSPACE,
		.changes = {&name, 1},
	};
	struct refusal refusal;

	exchange->response.status = 200;
	if (exchange->request.method == METHOD_POST)
		exchange->response.status =
		    daemon_apply(daemon, &event, &refusal) != NULL ? 201 : 400;
	daemon_answer(daemon, exchange);
}

/* ---- the store, with faults */

static struct {
	struct store store;
	struct store *real;
	bool fails_to_write, fails_to_load, fails_to_purge;
	size_t purged;  /* the next purge says that it forgot so many */
	size_t purges;
	int64_t before; /* of the last purge */
} faulty;

static bool
load(struct store *store, struct router *router, struct err *err)
{
	(void)store;
	happened("load");
	return faulty.fails_to_load ? err_set(err, 0, "no reading")
				    : store_load(faulty.real, router, err);
}

static bool
write_effects(struct store *store, const struct router_effects *effects,
    struct err *err)
{
	(void)store;
	happened("write");
	return faulty.fails_to_write ? err_set(err, 0, "no writing")
				     : store_write(faulty.real, effects, err);
}

static bool
purge(struct store *store, int64_t before, size_t most, size_t *count,
    struct err *err)
{
	(void)store;
	faulty.purges++;
	faulty.before = before;
	*count = faulty.purged < most ? faulty.purged : most;
	faulty.purged -= *count;
	return !faulty.fails_to_purge || err_set(err, 0, "no purging");
}

static bool
keep(struct store *store, const struct store_setting *settings, size_t count,
    struct err *err)
{
	(void)store;
	return store_keep(faulty.real, settings, count, err);
}

static bool
recall(struct store *store, struct store_setting *settings, size_t count,
    struct err *err)
{
	(void)store;
	return store_recall(faulty.real, settings, count, err);
}

static bool
clear(struct store *store, struct err *err)
{
	(void)store;
	happened("clear");
	return faulty.fails_to_write ? err_set(err, 0, "no clearing")
				     : store_clear(faulty.real, err);
}

static struct store_extent
extent(const struct store *store)
{
	(void)store;
	return store_extent(faulty.real);
}

static void
close_store(struct store *store)
{
	(void)store;
	store_close(faulty.real);
}

static const struct store_driver driver = {
	.load = load,
	.write = write_effects,
	.purge = purge,
	.keep = keep,
	.recall = recall,
	.clear = clear,
	.extent = extent,
	.close = close_store,
};

/* ---- exchanges */

static struct daemon daemon_;
static unsigned next_requests; /* that come with the next answer */
static char body[256];

static void send_request(const char *method);

static void
respond(struct exchange *exchange)
{
	char word[32];

	(void)snprintf(
	    word, sizeof word, "answer-%u", exchange->response.status);
	happened(word);
	(void)snprintf(body, sizeof body, "%.*s",
	    STR_ARGS(exchange->response.body));
	exchange_free(exchange);
	/* A connection whose next request was there already. */
	if (next_requests > 0) {
		next_requests--;
		send_request("POST");
	}
}

static const struct transport transport = {.respond = respond};

static void
send_request(const char *method)
{
	struct exchange *exchange =
	    exchange_new(&daemon_.application, &transport);
	struct request *request = &exchange->request;

	request_set(request, STR("REQUEST_METHOD"), str_from(method));
	request_set(request, STR("REQUEST_URI"), STR("/v1/Workspaces"));
	request_interpret(request);
	daemon_.application.serve(&daemon_.application, exchange);
}

static size_t
count_workspaces(void)
{
	struct object *object = NULL;
	size_t count = 0;

	while ((object = router_next(daemon_.router, NULL, KIND_WORKSPACE,
		    object == NULL ? 0 : object->number)) != NULL)
		count++;
	return count;
}

/* ---- cases */

static void
test_turns(void)
{
	daemon_settle(&daemon_);
	is_trace("", "a turn in which nothing happened");
	send_request("GET");
	is_trace("", "reading: not before the end of the turn");
	daemon_settle(&daemon_);
	is_trace("answer-200", "... and without the store");
	send_request("POST");
	is_trace("", "a change: nobody is told");
	is_int((int64_t)daemon_.in_hand, 1, "... one exchange is in hand");
	ok(!daemon_is_idle(&daemon_), "... so it is not idle");
	daemon_settle(&daemon_);
	is_trace("write wake answer-201", "... before the store has it");
	is_int((int64_t)daemon_.in_hand, 0, "... none is in hand then");
	ok(daemon_is_idle(&daemon_), "... it is idle");
	for (int i = 0; i < 3; i++)
		send_request(i == 1 ? "GET" : "POST");
	daemon_settle(&daemon_);
	is_trace("write wake wake answer-201 answer-200 answer-201",
	    "what one turn brought is one transaction");
	next_requests = 2;
	send_request("POST");
	daemon_settle(&daemon_);
	is_trace("write wake answer-201 write wake answer-201 write wake "
		 "answer-201", "requests that come with answers");
	is_int((int64_t)count_workspaces(), 6, "six Workspaces");
}

static void
test_failure(void)
{
	const struct router *before = daemon_.router;

	faulty.fails_to_write = true;
	send_request("POST");
	send_request("GET");
	daemon_settle(&daemon_);
	is_trace("write load wake wake wake wake wake wake answer-503 "
		 "answer-503", "the store fails: nothing was as it seemed");
	ok(str_contains(str_from(body), "\"code\":20503"), "... says the body");
	ok(daemon_.router != before, "... the router is another one");
	is_int((int64_t)count_workspaces(), 6, "... and has what is stored");
	ok(!daemon_.broken, "... and it goes on");
	faulty.fails_to_write = false;
	send_request("POST");
	daemon_settle(&daemon_);
	is_trace("write wake answer-201", "it works again");
	is_int((int64_t)count_workspaces(), 7, "... and stores");
}

static void
test_purge(void)
{
	int64_t days = daemon_.settings->limits.events_days;
	int64_t now = clock_wall_ms();

	faulty.purged = 1200;
	for (int i = 0; i < 50 && faulty.purges < 3; i++)
		(void)event_base_loop(daemon_.loop, EVLOOP_ONCE);
	is_int((int64_t)faulty.purges, 3, "1,200 old Events: three times");
	is_int((int64_t)faulty.purged, 0, "... until none is left");
	ok(now - days * 86400000 - faulty.before < 60000 &&
		faulty.before - (now - days * 86400000) < 60000,
	    "... those older than %jd days", (intmax_t)days);
	struct timeval when = {0, 0}, real;
	ok(event_pending(daemon_.timekeeper.purge, EV_TIMEOUT, &when) != 0,
	    "... and it will look again");
	(void)event_base_gettimeofday_cached(daemon_.loop, &real);
	ok(when.tv_sec - real.tv_sec > 60, "... in a while");
	faulty.fails_to_purge = true;
	event_active(daemon_.timekeeper.purge, EV_TIMEOUT, 0);
	(void)event_base_loop(daemon_.loop, EVLOOP_ONCE);
	is_int((int64_t)faulty.purges, 4, "a failure");
	ok(event_pending(daemon_.timekeeper.purge, EV_TIMEOUT, NULL) != 0,
	    "... is no reason not to look again");
}

static void
ask_for_reset(void)
{
	struct exchange *exchange =
	    exchange_new(&daemon_.application, &transport);

	request_set(&exchange->request, STR("REQUEST_METHOD"), STR("POST"));
	request_interpret(&exchange->request);
	daemon_.in_hand++;
	daemon_reset(&daemon_, exchange);
}

static void
test_reset(void)
{
	faulty.fails_to_write = true;
	ask_for_reset();
	daemon_settle(&daemon_);
	is_trace("clear answer-503", "a reset that cannot be stored");
	ok(str_contains(str_from(body), "no clearing"), "... says why");
	is_int((int64_t)count_workspaces(), 7, "... and changes nothing");
	faulty.fails_to_write = false;
	send_request("POST");
	ask_for_reset();
	ask_for_reset();
	daemon_settle(&daemon_);
	is_trace("write wake answer-201 clear load answer-204 answer-204",
	    "a reset comes after what came with it");
	is_int((int64_t)count_workspaces(), 0, "... and nothing is left");
	send_request("POST");
	daemon_settle(&daemon_);
	is_trace("write wake answer-201", "it goes on");
	seeds = true;
	ask_for_reset();
	daemon_settle(&daemon_);
	is_trace("clear load write wake answer-204",
	    "a reset, and it begins with its seed");
	is_int((int64_t)count_workspaces(), 1, "... which is stored");
	seed_is_bad = true;
	ask_for_reset();
	daemon_settle(&daemon_);
	is_trace("answer-503", "a reset where the seed has become bad");
	ok(str_contains(str_from(body), "a bad seed"), "... says so");
	is_int((int64_t)count_workspaces(), 1, "... and changes nothing");
	seeds = seed_is_bad = false;
}

static void
test_end(void)
{
	daemon_stop(&daemon_);
	is_trace("stop-callbacks stop-events", "a stop: nothing goes out");
	send_request("POST");
	daemon_settle(&daemon_);
	is_trace("write wake answer-201", "... but what comes is answered");
	faulty.fails_to_write = faulty.fails_to_load = true;
	send_request("POST");
	daemon_settle(&daemon_);
	is_trace("write load answer-503", "a store that cannot be read either");
	ok(daemon_.broken, "... is the end");
	daemon_settle(&daemon_);
	is_trace("", "... of all");
}

static void
test_bad_seed(struct event_base *loop, struct settings *settings)
{
	struct err err;

	seed_is_bad = true;
	ok(!daemon_open(&daemon_, loop, settings, &err),
	    "a seed that is refused: it does not open");
	is_str(str_from(err.text), "a bad seed", "... and says so");
	daemon_close(&daemon_);
}

static void
report(void *to, bool warning, const char *message)
{
	(void)to;
	(void)warning;
	printf("# %s\n", message);
}

int
main(void)
{
	static const struct config_option options[] = {
	    {"--store", "store", ":memory:", false}};
	struct settings_source source = {.options = options, .option_count = 1};
	struct event_base *loop = event_base_new();
	struct err err;

	log_open(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	buf_init(&trace, (size_t)1 << 20);
	struct settings *settings = settings_gather(&source, report, NULL);
	if (settings == NULL || loop == NULL ||
	    !ok(daemon_open(&daemon_, loop, settings, &err), "it opens"))
		return 1;
	is_int((int64_t)settings->auth_tokens.count, 1, "with a token");
	faulty.real = daemon_.store;
	faulty.store.driver = &driver;
	daemon_.store = &faulty.store;
	buf_clear(&trace, 4096);
	test_turns();
	test_failure();
	test_purge();
	test_reset();
	test_end();
	daemon_close(&daemon_);
	test_bad_seed(loop, settings);
	settings_discard(settings);
	event_base_free(loop);
	buf_release(&trace);
	return tap_done();
}
