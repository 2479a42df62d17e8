/* SPDX-License-Identifier: MIT
 *
 * REST calls while calls of libcurl fail in turn, as webhook_faults.c does it
 * for webhooks. Above all no POST is said not to have been sent that was.
 */
#include "base/compat.h"

#include "twilio/rest.h"

#include <event2/event.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "curl_faults.h"
#include "server.h"
#include "tap.h"

#define RUN_MOST_S 8
#define STEPS 2
/* Where libcurl loses its thread a call ends at its deadline. A pause is only
 * made where half a second is left for the call itself. */
#define FAULTY_TIMEOUT_MS 200
#define TIMEOUT_MS 5000
#define CALLS_MOST 500

#define CREATED \
	"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n" \
	"Content-Length: 8\r\n\r\n{\"a\":1}\n"
#define BUSY \
	"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\n" \
	"Content-Length: 0\r\n\r\n"

struct call {
	struct world *world;
	struct arena arena;
	unsigned ends;
	struct rest_result result;
	bool is_created; /* the answer as the server gave it */
};

struct world {
	struct event_base *loop;
	struct rest_client *client;
	struct server server;
	unsigned pending;
};

static const struct scenario {
	const char *name;
	struct step steps[STEPS];
	size_t step_count;
	int64_t timeout_ms; /* while calls fail */
	unsigned status;    /* without a fault; 0: it fails */
} scenarios[] = {
	{"an answer", {{CREATED, ANSWER}}, 1, FAULTY_TIMEOUT_MS, 201},
	{"a pause", {{BUSY, ANSWER}, {CREATED, ANSWER}}, 2, 800, 201},
	{"a connection that breaks", {{NULL, ANSWER_CLOSE}}, 1,
	    FAULTY_TIMEOUT_MS, 0},
};

static void
on_done(void *context, const struct rest_result *result)
{
	struct call *call = context;

	call->ends++;
	call->result = *result;
	call->is_created = result->status == 201 &&
	    str_equal(result->body, STR("{\"a\":1}\n"));
	if (--call->world->pending == 0)
		(void)event_base_loopbreak(call->world->loop);
}

static bool
start(struct world *world, struct call *call, int64_t timeout_ms)
{
	const struct rest_options options = {
		.base_url = str_from(world->server.url),
		.user = STR("AC0123"),
		.password = STR("geheim:1"),
		.connect_timeout_ms = 1000,
		.timeout_ms = timeout_ms,
		.answer_limit = 4096,
	};
	const struct rest_request request = {
		.method = "POST",
		.path = STR("/v1/Workspaces"),
		.form = STR("A=1"),
		.arena = &call->arena,
		.done = on_done,
		.context = call,
	};

	*call = (struct call){.world = world};
	arena_init(&call->arena, 65536);
	bool started = rest_start(world->client, &options, &request);
	world->pending += started;
	return started;
}

static void
run(struct world *world)
{
	struct timeval most = {RUN_MOST_S, 0};

	(void)event_base_loopexit(world->loop, &most);
	if (world->pending > 0)
		(void)event_base_dispatch(world->loop);
}

static void
world_wait(struct world *world, unsigned ms)
{
	struct timeval wait = {ms / 1000, (int)(ms % 1000) * 1000};

	(void)event_base_loopexit(world->loop, &wait);
	(void)event_base_dispatch(world->loop);
}

/* What is wrong with the end of a call; NULL: nothing. */
static const char *
fault_of_end(const struct world *world, const struct scenario *scenario,
    const struct call *call)
{
	const struct rest_result *result = &call->result;
	/* What was answered with 429 was not executed. */
	size_t refused = scenario->step_count - 1;

	if (call->ends != 1)
		return call->ends == 0 ? "no end" : "two ends";
	if (result->outcome == REST_ANSWERED)
		return call->is_created || result->status == 429
		    ? NULL /* no time was left for a pause */
		    : "another answer";
	if (world->server.requests > refused && !result->sent)
		return "it was sent and is said not to have been";
	return result->error[0] != '\0' ? NULL : "it does not say why";
}

/* The call that others fail for. It may be refused; the client may, too. */
static const char *
send_faulty(struct world *world, const struct scenario *scenario)
{
	struct call call;
	struct err err = {0};
	const char *wrong;

	server_script(&world->server, scenario->steps, scenario->step_count);
	world->client = rest_client_open(world->loop, 4, 4, &err);
	if (world->client == NULL)
		return err.text[0] != '\0' ? NULL : "no client and no reason";
	if (start(world, &call, scenario->timeout_ms)) {
		run(world);
		wrong = fault_of_end(world, scenario, &call);
	} else {
		wrong = call.ends == 0 ? NULL : "an end without a beginning";
	}
	arena_release(&call.arena);
	return wrong;
}

/* The status it is answered with while nothing fails; 0: it is not. */
static unsigned
send_good(struct world *world, const struct scenario *scenario)
{
	struct call call;

	server_script(&world->server, scenario->steps, scenario->step_count);
	if (start(world, &call, TIMEOUT_MS))
		run(world);
	unsigned status = call.ends == 1 ? call.result.status : 0;
	arena_release(&call.arena);
	return status;
}

/* Whether nothing stays behind. */
static bool
world_close(struct world *world)
{
	rest_client_close(world->client);
	for (unsigned i = 0; i < 50 && world->server.open > 0; i++)
		world_wait(world, 2);
	bool clean = world->server.open == 0 && curl_fault_handles() == 0;
	server_close(&world->server);
	event_base_free(world->loop);
	return clean;
}

static void
world_open(struct world *world)
{
	*world = (struct world){.loop = event_base_new()};
	if (world->loop == NULL)
		abort();
	server_open(&world->server, world->loop);
}

/* What is wrong with a run in which these calls fail, or NULL. */
static const char *
try_run(const struct scenario *scenario, enum curl_fault fault, unsigned first,
    unsigned more, bool *untouched)
{
	struct world world;
	const char *wrong;

	world_open(&world);
	curl_fault_arm(fault, first, more);
	wrong = send_faulty(&world, scenario);
	*untouched = curl_fault_disarm() == 0;
	if (wrong == NULL && world.client != NULL &&
	    send_good(&world, &scenarios[0]) != scenarios[0].status)
		wrong = "the next one fails";
	bool clean = world_close(&world);
	if (wrong == NULL && !clean)
		wrong = "something stays behind";
	return wrong;
}

static void
test_fault(
    const struct scenario *scenario, enum curl_fault fault, unsigned more)
{
	const char *name = curl_fault_name(fault);
	const char *until = more == 0 ? "once" : "from there on";
	bool untouched = false;
	unsigned failed = 0;

	for (unsigned first = 1; !untouched && first < CALLS_MOST; first++) {
		const char *wrong =
		    try_run(scenario, fault, first, more, &untouched);
		if (wrong == NULL)
			continue;
		failed++;
		printf("# %s %u, %s: %s\n", name, first, until, wrong);
	}
	ok(untouched && failed == 0, "%s: %s fails %s", scenario->name, name,
	    until);
}

/* Without a fault the scenarios end as the calls should. */
static void
test_scenario(const struct scenario *scenario)
{
	struct world world;
	struct err err;

	world_open(&world);
	world.client = rest_client_open(world.loop, 4, 4, &err);
	if (world.client != NULL)
		is_int(send_good(&world, scenario), scenario->status,
		    "%s: without a fault", scenario->name);
	ok(curl_fault_handles() > 0, "%s: handles are counted",
	    scenario->name);
	ok(world_close(&world), "%s: nothing stays behind", scenario->name);
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	curl_faults_install();
	for (size_t i = 0; i < ARRAY_LENGTH(scenarios); i++) {
		test_scenario(&scenarios[i]);
		/* With its pauses, the second one is for single faults. */
		for (unsigned fault = 0; fault < CURL_FAULTS; fault++) {
			test_fault(&scenarios[i], fault, 0);
			if (i != 1)
				test_fault(&scenarios[i], fault, UINT_MAX);
		}
	}
	return tap_done();
}
