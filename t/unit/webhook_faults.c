/* SPDX-License-Identifier: MIT
 *
 * Webhooks while calls of libcurl fail in turn, the first of each function,
 * the second, … until a run is through untouched; once only, and from there on
 * for good. Whatever fails, a webhook has one end that says what it was,
 * nothing stays behind, and the next webhook of the same client arrives.
 */
#include "base/compat.h"

#include "twilio/webhook.h"

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
#define STEPS 3
/* Where libcurl loses its thread a webhook ends at its deadline. */
#define FAULTY_TIMEOUT_MS 200
#define TIMEOUT_MS 5000
#define CALLS_MOST 500

#define ACCEPT \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" \
	"Content-Length: 24\r\n\r\n{\"instruction\":\"accept\"}"
#define EMPTY(head) "HTTP/1.1 " head "\r\nContent-Length: 0\r\n\r\n"

struct hook {
	struct world *world;
	unsigned ends;
	struct webhook_result result;
	bool is_accept; /* the answer as the server gave it */
};

struct world {
	struct event_base *loop;
	struct webhook_client *client;
	struct server server;
	unsigned pending;
};

static const struct scenario {
	const char *name, *user, *path;
	struct step steps[STEPS];
} scenarios[] = {
	{"an answer", "", "/", {{ACCEPT, ANSWER}}},
	{"a second attempt", "", "/#rp=5xx",
	    {{EMPTY("503 X"), ANSWER}, {ACCEPT, ANSWER}}},
	{"a password", "alice:secret@", "/",
	    {{EMPTY("401 X\r\nWWW-Authenticate: Basic realm=\"x\""), ANSWER},
	        {ACCEPT, ANSWER}}},
	{"a connection that breaks", "", "/", {{NULL, ANSWER_CLOSE}}},
};

static bool
compose(void *context, struct arena *arena, struct form *form)
{
	(void)context;
	form->fields = arena_array(arena, 1, sizeof *form->fields);
	if (form->fields == NULL)
		return false;
	form->fields[form->count++] =
	    (struct form_field){STR("TaskAge"), STR("5")};
	return true;
}

static void
on_done(void *context, const struct webhook_result *result)
{
	struct hook *hook = context;

	hook->ends++;
	hook->result = *result;
	hook->is_accept = result->status == 200 &&
	    str_equal(result->content_type, STR("application/json")) &&
	    str_equal(result->body, STR("{\"instruction\":\"accept\"}"));
	if (--hook->world->pending == 0)
		(void)event_base_loopbreak(hook->world->loop);
}

static bool
start(struct world *world, struct hook *hook, const struct scenario *scenario,
    int64_t timeout_ms)
{
	char url[200];
	const char *host = strstr(world->server.url, "//") + 2;

	(void)snprintf(url, sizeof url, "http://%s%s%s", scenario->user, host,
	    scenario->path);
	const struct webhook_request request = {
		.url = str_from(url),
		.token = STR("01234567-89ab-cdef-0123-456789abcdef"),
		.timeout_ms = timeout_ms,
		.answer_limit = 4096,
		.compose = compose,
		.done = on_done,
		.context = hook,
	};

	*hook = (struct hook){.world = world};
	bool started = webhook_start(world->client, &request);
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

/* What is wrong with the end of a webhook; NULL: nothing. */
static const char *
fault_of_end(const struct hook *hook)
{
	const struct webhook_result *result = &hook->result;

	if (hook->ends != 1)
		return hook->ends == 0 ? "no end" : "two ends";
	if (result->outcome == WEBHOOK_ANSWERED)
		return hook->is_accept || result->status >= 400
		    ? NULL /* no time was left for the second attempt */
		    : "another answer";
	if (result->outcome != WEBHOOK_FAILED)
		return "another outcome";
	return result->error > 0 && result->reason[0] != '\0'
	    ? NULL
	    : "it does not say why";
}

static void
play(struct world *world, const struct scenario *scenario)
{
	server_script(&world->server, scenario->steps,
	    scenario->steps[1].answer == NULL ? 1 : 2);
}

/* The webhook that calls fail for. It may be refused; the client may, too. */
static const char *
send_faulty(struct world *world, const struct scenario *scenario)
{
	const struct webhook_options options = {
		.auth_token = STR("12345"),
		.connections = 4,
	};
	struct hook hook;
	struct err err = {0};

	play(world, scenario);
	world->client = webhook_client_open(world->loop, &options, &err);
	if (world->client == NULL)
		return err.text[0] != '\0' ? NULL : "no client and no reason";
	if (!start(world, &hook, scenario, FAULTY_TIMEOUT_MS))
		return hook.ends == 0 ? NULL : "an end without a beginning";
	run(world);
	return fault_of_end(&hook);
}

static const char *
send_good(struct world *world, const struct scenario *scenario)
{
	struct hook hook;

	play(world, scenario);
	if (!start(world, &hook, scenario, TIMEOUT_MS))
		return "a good one is refused";
	run(world);
	return hook.ends == 1 && hook.is_accept ? NULL : "a good one fails";
}

/* What is wrong with a run in which these calls fail, or NULL. */
static const char *
try_run(const struct scenario *scenario, enum curl_fault fault, unsigned first,
    unsigned more, bool *untouched)
{
	struct world world = {.loop = event_base_new()};
	const char *wrong, *next = NULL;

	if (world.loop == NULL)
		abort();
	server_open(&world.server, world.loop);
	curl_fault_arm(fault, first, more);
	wrong = send_faulty(&world, scenario);
	*untouched = curl_fault_disarm() == 0;
	if (world.client != NULL)
		next = send_good(&world, &scenarios[0]);
	webhook_client_close(world.client);
	for (unsigned i = 0; i < 50 && world.server.open > 0; i++)
		world_wait(&world, 2);
	bool clean = world.server.open == 0 && curl_fault_handles() == 0;
	server_close(&world.server);
	event_base_free(world.loop);
	if (wrong != NULL || next != NULL)
		return wrong != NULL ? wrong : next;
	return clean ? NULL : "something stays behind";
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

/* Without a fault the scenarios end as the webhooks should. */
static void
test_scenario(const struct scenario *scenario)
{
	struct world world = {.loop = event_base_new()};
	const struct webhook_options options = {
		.auth_token = STR("12345"),
		.connections = 4,
	};
	struct err err;

	if (world.loop == NULL)
		abort();
	server_open(&world.server, world.loop);
	world.client = webhook_client_open(world.loop, &options, &err);
	const char *wrong =
	    world.client == NULL ? err.text : send_good(&world, scenario);
	bool breaks = scenario->steps[0].answer == NULL;
	ok((wrong != NULL) == breaks, "%s: without a fault it %s",
	    scenario->name, breaks ? "fails" : "arrives");
	ok(curl_fault_handles() > 0, "%s: handles are counted",
	    scenario->name);
	webhook_client_close(world.client);
	world_wait(&world, 20);
	server_close(&world.server);
	event_base_free(world.loop);
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	curl_faults_install();
	for (size_t i = 0; i < ARRAY_LENGTH(scenarios); i++) {
		test_scenario(&scenarios[i]);
		for (unsigned fault = 0; fault < CURL_FAULTS; fault++) {
			test_fault(&scenarios[i], fault, 0);
			test_fault(&scenarios[i], fault, UINT_MAX);
		}
	}
	return tap_done();
}
