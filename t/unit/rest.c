/* SPDX-License-Identifier: MIT
 *
 * REST calls against a scripted HTTP server in the same event loop. What the
 * server saw counts as much as what the caller was told: above all how often
 * a POST arrived.
 */
#include "base/compat.h"

#include "twilio/rest.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "server.h"
#include "tap.h"

#define RUN_MOST_S 8
#define STEPS 4

#define CREATED \
	"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n" \
	"Twilio-Request-Id: RQ1\r\nContent-Length: 8\r\n\r\n{\"a\":1}\n"
#define EMPTY(head) "HTTP/1.1 " head "\r\nContent-Length: 0\r\n\r\n"

/* One call and what its maker was told. */
struct call {
	struct world *world;
	struct arena arena;
	unsigned asked, abandon_at; /* the n-th question; 0: never */
	bool done;
	struct rest_result result;
};

struct world {
	struct event_base *loop;
	struct rest_client *client;
	struct server server;
	struct rest_options options;
	struct str if_match; /* of calls that start */
	unsigned pending;
	bool starting;
	bool called_early;
};

static bool
is_abandoned(void *context)
{
	struct call *call = context;

	return ++call->asked == call->abandon_at;
}

static void
on_done(void *context, const struct rest_result *result)
{
	struct call *call = context;
	struct world *world = call->world;

	world->called_early |= world->starting;
	call->done = true;
	call->result = *result;
	if (--world->pending == 0)
		(void)event_base_loopbreak(world->loop);
}

static void
world_open(struct world *world, size_t connections, size_t calls)
{
	struct err err;

	*world = (struct world){.loop = event_base_new()};
	if (world->loop == NULL)
		abort();
	server_open(&world->server, world->loop);
	world->client =
	    rest_client_open(world->loop, connections, calls, &err);
	if (world->client == NULL) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	world->options = (struct rest_options){
		.base_url = str_from(world->server.url),
		.user = STR("AC0123"),
		.password = STR("geheim:1"),
		.connect_timeout_ms = 1000,
		.timeout_ms = 3000,
		.answer_limit = 4096,
	};
}

/* Lets the loop run for a while, whatever happens in it. */
static void
world_wait(struct world *world, unsigned ms)
{
	struct timeval wait = {ms / 1000, (int)(ms % 1000) * 1000};

	(void)event_base_loopexit(world->loop, &wait);
	(void)event_base_dispatch(world->loop);
}

static void
world_close(struct world *world)
{
	rest_client_close(world->client);
	/* The connections that the client closed end here too. */
	world_wait(world, 20);
	is_int(world->server.open, 0, "closing the client closes connections");
	server_close(&world->server);
	event_base_free(world->loop);
	ok(!world->called_early, "done is never called from within rest_start");
}

static bool
start(struct world *world, struct call *call, const char *method,
    const char *path, struct str form)
{
	struct rest_request request = {
		.method = method,
		.path = str_from(path),
		.form = form,
		.if_match = world->if_match,
		.arena = &call->arena,
		.is_abandoned = is_abandoned,
		.done = on_done,
		.context = call,
	};

	call->world = world;
	arena_init(&call->arena, 65536);
	world->starting = true;
	bool started = rest_start(world->client, &world->options, &request);
	world->starting = false;
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

/* Whether the server saw this text in the last request. */
static bool
seen(const struct world *world, const char *text)
{
	return strstr(world->server.last, text) != NULL;
}

/* Filled by make_long_head. */
static char long_head[40100];

static void
make_long_head(void)
{
	int start = snprintf(long_head, sizeof long_head,
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: ");

	memset(long_head + start, 'x', 40000);
	memcpy(long_head + start + 40000, "\r\n\r\n", 5);
}

static const struct {
	const char *name, *method, *form;
	struct step steps[STEPS];
	int64_t timeout_ms;  /* 0: 3 s */
	size_t answer_limit; /* 0: 4096 */
	unsigned abandon_at;
	enum rest_outcome outcome;
	bool sent;
	unsigned status;
	const char *body, *error;
	unsigned requests;
	int64_t retry_after_s, least_ms, most_ms;
} rows[] = {
	{.name = "a POST that is answered", .method = "POST", .form = "A=1",
	    .steps = {{CREATED, ANSWER}}, .outcome = REST_ANSWERED,
	    .sent = true, .status = 201, .body = "{\"a\":1}\n", .error = "",
	    .requests = 1, .retry_after_s = -1, .most_ms = 900},
	{.name = "a POST without fields", .method = "POST", .form = "",
	    .steps = {{CREATED, ANSWER}}, .outcome = REST_ANSWERED,
	    .sent = true, .status = 201, .body = "{\"a\":1}\n", .error = "",
	    .requests = 1, .retry_after_s = -1, .most_ms = 900},
	{.name = "a GET with an empty answer", .method = "GET",
	    .steps = {{EMPTY("204 No Content"), ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 204, .body = "",
	    .error = "", .requests = 1, .retry_after_s = -1, .most_ms = 900},
	{.name = "an answer that comes late", .method = "GET",
	    .steps = {{CREATED, LATER}}, .outcome = REST_ANSWERED,
	    .sent = true, .status = 201, .body = "{\"a\":1}\n", .error = "",
	    .requests = 1, .retry_after_s = -1, .least_ms = 95,
	    .most_ms = 900},
	{.name = "an interim answer before the real one", .method = "POST",
	    .form = "A=1", .steps = {{"HTTP/1.1 103 Early Hints\r\n"
	    "Retry-After: 1\r\n\r\n" EMPTY("429 Too Many Requests"),
	    ANSWER}}, .outcome = REST_ANSWERED, .sent = true, .status = 429,
	    .body = "", .error = "", .requests = 1, .retry_after_s = -1,
	    .most_ms = 900},
	{.name = "429 with Retry-After, then success", .method = "POST",
	    .form = "A=1", .steps = {{EMPTY("429 Too Many Requests\r\n"
	    "Retry-After: 1"), ANSWER}, {CREATED, ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 201,
	    .body = "{\"a\":1}\n", .error = "", .requests = 2,
	    .retry_after_s = 1, .least_ms = 950, .most_ms = 1900},
	{.name = "503 with Retry-After, connection closed, then success",
	    .method = "POST", .form = "A=1",
	    .steps = {{EMPTY("503 Service Unavailable\r\nretry-after:1 \r\n"
	    "Connection: close"), ANSWER_CLOSE}, {CREATED, ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 201,
	    .body = "{\"a\":1}\n", .error = "", .requests = 2,
	    .retry_after_s = 1, .least_ms = 950, .most_ms = 1900},
	{.name = "Retry-After: 0 still pauses a little", .method = "POST",
	    .form = "A=1", .steps = {{EMPTY("429 Too Many Requests\r\n"
	    "Retry-After: 0"), ANSWER}, {CREATED, ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 201,
	    .body = "{\"a\":1}\n", .error = "", .requests = 2,
	    .retry_after_s = 0, .least_ms = 240, .most_ms = 900},
	{.name = "429 again and again ends with 429 before the deadline",
	    .method = "POST", .form = "A=1", .timeout_ms = 1450,
	    .steps = {{EMPTY("429 Too Many Requests\r\nRetry-After: 0"),
	    ANSWER}}, .outcome = REST_ANSWERED, .sent = true, .status = 429,
	    .body = "", .error = "", .requests = 4, .retry_after_s = 0,
	    .least_ms = 700, .most_ms = 1440},
	{.name = "Retry-After beyond the deadline", .method = "POST",
	    .form = "A=1", .steps = {{EMPTY("429 Too Many Requests\r\n"
	    "Retry-After: 30"), ANSWER}}, .outcome = REST_ANSWERED,
	    .sent = true, .status = 429, .body = "", .error = "",
	    .requests = 1, .retry_after_s = 30, .most_ms = 900},
	{.name = "Retry-After that leaves less than half a second",
	    .method = "POST", .form = "A=1", .timeout_ms = 1400,
	    .steps = {{EMPTY("429 Too Many Requests\r\nRetry-After: 1"),
	    ANSWER}}, .outcome = REST_ANSWERED, .sent = true, .status = 429,
	    .body = "", .error = "", .requests = 1, .retry_after_s = 1,
	    .most_ms = 900},
	{.name = "a Retry-After that is a date long past", .method = "GET",
	    .steps = {{EMPTY("503 Service Unavailable\r\n"
	    "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT"), ANSWER},
	    {CREATED, ANSWER}}, .outcome = REST_ANSWERED, .sent = true,
	    .status = 201, .body = "{\"a\":1}\n", .error = "", .requests = 2,
	    .retry_after_s = 0, .least_ms = 240, .most_ms = 900},
	{.name = "a Retry-After that is neither number nor date",
	    .method = "GET", .steps = {{EMPTY("503 Service Unavailable\r\n"
	    "Retry-After: soon"), ANSWER}}, .outcome = REST_ANSWERED,
	    .sent = true, .status = 503, .body = "", .error = "",
	    .requests = 1, .retry_after_s = -1, .most_ms = 900},
	{.name = "a Retry-After that is no sensible number", .method = "GET",
	    .steps = {{EMPTY("503 Service Unavailable\r\n"
	    "Retry-After: 99999999999999999999"), ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 503,
	    .body = "", .error = "", .requests = 1, .retry_after_s = -1,
	    .most_ms = 900},
	{.name = "a Retry-After with a date that is not HTTP's",
	    .method = "GET", .steps = {{EMPTY("503 Service Unavailable\r\n"
	    "Retry-After: 20370101 12:00:00"), ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 503,
	    .body = "", .error = "", .requests = 1, .retry_after_s = -1,
	    .most_ms = 900},
	{.name = "429 without Retry-After", .method = "POST", .form = "A=1",
	    .steps = {{EMPTY("429 Too Many Requests"), ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 429,
	    .body = "", .error = "", .requests = 1, .retry_after_s = -1,
	    .most_ms = 900},
	{.name = "503 without Retry-After", .method = "POST", .form = "A=1",
	    .steps = {{EMPTY("503 Service Unavailable"), ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 503,
	    .body = "", .error = "", .requests = 1, .retry_after_s = -1,
	    .most_ms = 900},
	{.name = "500 with Retry-After is not repeated", .method = "POST",
	    .form = "A=1", .steps = {{EMPTY("500 Internal Server Error\r\n"
	    "Retry-After: 1"), ANSWER}}, .outcome = REST_ANSWERED,
	    .sent = true, .status = 500, .body = "", .error = "",
	    .requests = 1, .retry_after_s = -1, .most_ms = 900},
	{.name = "a redirect is not followed", .method = "GET",
	    .steps = {{EMPTY("302 Found\r\nLocation: /elsewhere"), ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 302,
	    .body = "", .error = "", .requests = 1, .retry_after_s = -1,
	    .most_ms = 900},
	{.name = "no answer in time", .method = "POST", .form = "A=1",
	    .timeout_ms = 200, .steps = {{NULL, SILENCE}},
	    .outcome = REST_TIMEOUT, .sent = true, .error = "no whole answer",
	    .requests = 1, .retry_after_s = -1, .least_ms = 190,
	    .most_ms = 900},
	{.name = "the second half of an answer never comes", .method = "GET",
	    .timeout_ms = 200, .steps = {{"HTTP/1.1 200 OK\r\n"
	    "Content-Length: 9\r\n\r\nhalf", ANSWER}},
	    .outcome = REST_TIMEOUT, .sent = true, .error = "no whole answer",
	    .requests = 1, .retry_after_s = -1, .least_ms = 190,
	    .most_ms = 900},
	{.name = "no answer in time, after a 429", .method = "POST",
	    .form = "A=1", .timeout_ms = 900,
	    .steps = {{EMPTY("429 Too Many Requests\r\nRetry-After: 0"),
	    ANSWER}, {NULL, SILENCE}}, .outcome = REST_TIMEOUT, .sent = true,
	    .error = "no whole answer", .requests = 2, .retry_after_s = 0,
	    .least_ms = 890, .most_ms = 1900},
	{.name = "the server reads the request and closes", .method = "POST",
	    .form = "A=1", .steps = {{NULL, ANSWER_CLOSE}},
	    .outcome = REST_UNKNOWN, .sent = true, .error = "Empty reply",
	    .requests = 1, .retry_after_s = -1, .most_ms = 900},
	{.name = "an answer cut short", .method = "POST", .form = "A=1",
	    .steps = {{"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nhalf",
	    ANSWER_CLOSE}}, .outcome = REST_UNKNOWN, .sent = true,
	    .error = "transfer closed", .requests = 1, .retry_after_s = -1,
	    .most_ms = 900},
	{.name = "an answer cut within its head", .method = "POST",
	    .form = "A=1", .steps = {{"HTTP/1.1 201 Crea", ANSWER_CLOSE}},
	    .outcome = REST_UNKNOWN, .sent = true, .error = "", .requests = 1,
	    .retry_after_s = -1, .most_ms = 900},
	{.name = "an answer that is no HTTP", .method = "POST", .form = "A=1",
	    .steps = {{"220 smtp.example ESMTP\r\n", ANSWER_CLOSE}},
	    .outcome = REST_UNKNOWN, .sent = true, .error = "HTTP/0.9",
	    .requests = 1, .retry_after_s = -1, .most_ms = 900},
	{.name = "an answer as long as allowed", .method = "GET",
	    .answer_limit = 8, .steps = {{CREATED, ANSWER}},
	    .outcome = REST_ANSWERED, .sent = true, .status = 201,
	    .body = "{\"a\":1}\n", .error = "", .requests = 1,
	    .retry_after_s = -1, .most_ms = 900},
	{.name = "an answer one byte too long", .method = "GET",
	    .answer_limit = 7, .steps = {{CREATED, ANSWER}},
	    .outcome = REST_UNKNOWN, .sent = true,
	    .error = "the answer is too long", .requests = 1,
	    .retry_after_s = -1, .most_ms = 900},
	{.name = "a head of 40 kB", .method = "POST", .form = "A=1",
	    .steps = {{long_head, ANSWER}}, .outcome = REST_UNKNOWN,
	    .sent = true, .error = "head of the answer", .requests = 1,
	    .retry_after_s = -1, .most_ms = 900},
	{.name = "abandoned before it had a connection", .method = "POST",
	    .form = "A=1", .abandon_at = 1, .steps = {{CREATED, ANSWER}},
	    .outcome = REST_ABANDONED, .error = "nobody waits",
	    .requests = 0, .retry_after_s = -1, .most_ms = 900},
	{.name = "abandoned while it was connecting", .method = "POST",
	    .form = "A=1", .abandon_at = 2, .steps = {{CREATED, ANSWER}},
	    .outcome = REST_ABANDONED, .error = "nobody waits",
	    .requests = 0, .retry_after_s = -1, .most_ms = 900},
	{.name = "abandoned during a pause", .method = "POST", .form = "A=1",
	    .abandon_at = 3, .steps = {{EMPTY("429 Too Many Requests\r\n"
	    "Retry-After: 0"), ANSWER}}, .outcome = REST_ABANDONED,
	    .error = "nobody waits", .requests = 1, .retry_after_s = 0,
	    .most_ms = 900},
};

static size_t
count_steps(const struct step *steps)
{
	size_t count = 1;

	while (count < STEPS && steps[count].answer != NULL)
		count++;
	/* A silent step ends a script, and may be its second. */
	if (count < STEPS && steps[count].reaction == SILENCE)
		count++;
	return count;
}

static void
check_row(size_t i, const struct call *call, const struct world *world)
{
	const struct rest_result *result = &call->result;
	const char *name = rows[i].name;
	int64_t took_ms = result->duration_us / 1000;

	ok(call->done, "%s: done was called", name);
	is_int(result->outcome, rows[i].outcome, "%s: outcome", name);
	is_int(result->sent, rows[i].sent, "%s: sent", name);
	is_int(result->status, rows[i].status, "%s: status", name);
	is_str(result->body, rows[i].body, "%s: body", name);
	is_int(world->server.requests, rows[i].requests,
	    "%s: requests that the server saw", name);
	is_int(result->retry_after_s, rows[i].retry_after_s,
	    "%s: Retry-After", name);
	ok(took_ms >= rows[i].least_ms && took_ms <= rows[i].most_ms,
	    "%s: took %jd ms", name, (intmax_t)took_ms);
	is_int(result->oversized,
	    strcmp(rows[i].error, "the answer is too long") == 0,
	    "%s: oversized", name);
	if (!ok(strstr(result->error, rows[i].error) != NULL &&
	            (result->error[0] == '\0') ==
	                (result->outcome == REST_ANSWERED),
	        "%s: error text", name))
		printf("#      got: %s\n", result->error);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct world world;
		struct call call = {.abandon_at = rows[i].abandon_at};
		world_open(&world, 4, 10);
		server_script(
		    &world.server, rows[i].steps, count_steps(rows[i].steps));
		if (rows[i].timeout_ms != 0)
			world.options.timeout_ms = rows[i].timeout_ms;
		if (rows[i].answer_limit != 0)
			world.options.answer_limit = rows[i].answer_limit;
		ok(start(&world, &call, rows[i].method, "/v1/x",
		       str_from(rows[i].form)),
		    "%s: starts", rows[i].name);
		run(&world);
		check_row(i, &call, &world);
		is_int((int64_t)rest_client_calls(world.client), 0,
		    "%s: no call is left", rows[i].name);
		arena_release(&call.arena);
		world_close(&world);
	}
}

/* "AC0123:geheim:1" */
#define AUTHORIZATION "Authorization: Basic QUMwMTIzOmdlaGVpbTox\r\n"

static const struct step created[] = {{CREATED, ANSWER}};

static void
test_request(void)
{
	static const struct {
		const char *text, *name;
	} rows_seen[] = {
		{"POST /v1/Workspaces/WS1/Tasks HTTP/1.1\r\n", "method, path"},
		{AUTHORIZATION, "Basic authorization"},
		{"User-Agent: taskrouter-fcgi/" PACKAGE_VERSION "\r\n",
		    "user agent"},
		{"Accept: application/json\r\n", "accepts JSON"},
		{"Content-Type: application/x-www-form-urlencoded\r\n",
		    "content type"},
		{"\r\n\r\nAttributes=%7B%22a%22%3A%22%26%22%7D&B=+", "form"},
	};
	static char large[1100000]; /* from 1 MB on curl would ask */
	struct world world;
	struct call call = {0};

	world_open(&world, 4, 10);
	server_script(&world.server, created, 1);
	(void)start(&world, &call, "POST", "/v1/Workspaces/WS1/Tasks",
	    STR("Attributes=%7B%22a%22%3A%22%26%22%7D&B=+"));
	run(&world);
	for (size_t i = 0; i < ARRAY_LENGTH(rows_seen); i++)
		ok(seen(&world, rows_seen[i].text), "request: %s",
		    rows_seen[i].name);
	is_str(call.result.request_id, "RQ1", "Twilio-Request-Id is kept");
	arena_release(&call.arena);

	memset(large, 'x', sizeof large);
	call = (struct call){0};
	(void)start(&world, &call, "POST", "/v1/x",
	    (struct str){large, sizeof large});
	run(&world);
	is_int(call.result.status, 201, "a form of 1.1 MB arrives");
	ok(!seen(&world, "Expect:"), "a large form asks for no permission");
	is_int(world.server.accepted, 1, "the connection is used again");
	ok(call.result.duration_us < 500000, "a large form does not wait");
	arena_release(&call.arena);

	call = (struct call){0};
	world.options.user = STR_NONE;
	(void)start(&world, &call, "GET", "/v1/x?PageSize=1", STR_NONE);
	run(&world);
	ok(seen(&world, "GET /v1/x?PageSize=1 HTTP/1.1\r\n"), "GET request");
	ok(!seen(&world, "Authorization:"), "no user: no authorization");
	arena_release(&call.arena);
	world_close(&world);
}

static void
test_versions(void)
{
	static const struct step steps[] = {
		{EMPTY("200 OK\r\neTag:  W/\"7\" "), ANSWER},
		{EMPTY("200 OK"), ANSWER},
	};
	static char longest[REST_IF_MATCH_MOST + 1];
	struct world world;
	struct call call = {0};

	world_open(&world, 4, 10);
	server_script(&world.server, steps, 2);
	world.if_match = STR("\"6\", *");
	(void)start(&world, &call, "POST", "/v1/x", STR("A=1"));
	run(&world);
	ok(seen(&world, "\r\nIf-Match: \"6\", *\r\n"), "If-Match is sent");
	ok(seen(&world, "\r\nAccept: application/json\r\n") &&
		!seen(&world, "Expect:"),
	    "beside the other headers");
	is_str(call.result.etag, "W/\"7\"", "the ETag that came");
	arena_release(&call.arena);

	world.if_match = STR_NONE;
	call = (struct call){0};
	(void)start(&world, &call, "POST", "/v1/x", STR("A=1"));
	run(&world);
	ok(!seen(&world, "If-Match"), "the next call has none");
	ok(call.result.etag.at == NULL, "and got no ETag");
	arena_release(&call.arena);

	memset(longest, 'x', sizeof longest);
	world.if_match = (struct str){longest, REST_IF_MATCH_MOST};
	call = (struct call){0};
	ok(start(&world, &call, "POST", "/v1/x", STR("A=1")),
	    "the longest If-Match");
	run(&world);
	ok(seen(&world, "If-Match: xxx"), "is sent");
	arena_release(&call.arena);
	world.if_match.len++;
	call = (struct call){0};
	ok(!start(&world, &call, "POST", "/v1/x", STR("A=1")),
	    "a longer one is not");
	arena_release(&call.arena);
	is_int((int64_t)rest_client_calls(world.client), 0, "no call is left");
	world_close(&world);
}

/* A date is rounded down to its second, so 2 s ahead is 1 to 2 s away. */
static void
test_retry_after_date(void)
{
	char answer[200], date[64];
	struct step steps[] = {{answer, ANSWER}, {CREATED, ANSWER}};
	time_t then = (time_t)(clock_wall_ms() / 1000 + 2);
	struct tm utc;
	struct world world;
	struct call call = {0};

	(void)gmtime_r(&then, &utc);
	(void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
	(void)snprintf(answer, sizeof answer,
	    "HTTP/1.1 503 Busy\r\nRetry-After: %s\r\n"
	    "Content-Length: 0\r\n\r\n", date);
	world_open(&world, 4, 10);
	world.options.timeout_ms = 5000;
	server_script(&world.server, steps, 2);
	(void)start(&world, &call, "POST", "/v1/x", STR("A=1"));
	run(&world);
	is_int(call.result.status, 201, "Retry-After with a date: repeated");
	ok(call.result.duration_us >= 900000 &&
	        call.result.duration_us < 3500000,
	    "Retry-After with a date: waited %jd ms",
	    (intmax_t)call.result.duration_us / 1000);
	arena_release(&call.arena);
	world_close(&world);
}

/* The first call leaves a connection behind, which the second finds; then
 * the server does `second` with what comes over it. */
static void
two_calls(const char *method, const struct step *steps, size_t count,
    unsigned pause_ms, struct call *second, struct world *world)
{
	struct call first = {0};

	world_open(world, 4, 10);
	server_script(&world->server, steps, count);
	(void)start(world, &first, "GET", "/v1/x", STR_NONE);
	run(world);
	is_int(first.result.status, 201, "%s: the first call", method);
	arena_release(&first.arena);
	if (pause_ms > 0)
		world_wait(world, pause_ms);
	*second = (struct call){0};
	(void)start(world, second, method, "/v1/x", STR("A=1"));
	run(world);
}

static void
test_kept_connection(void)
{
	static const struct step breaks[] = {
		{CREATED, ANSWER}, {NULL, ANSWER_CLOSE}, {CREATED, ANSWER}};
	static const struct step idles[] = {
		{CREATED, ANSWER_IDLE}, {CREATED, ANSWER}};
	struct world world;
	struct call call;

	two_calls("POST", breaks, 3, 0, &call, &world);
	is_int(call.result.outcome, REST_UNKNOWN,
	    "a kept connection breaks under a POST: nobody knows");
	ok(call.result.sent, "a kept connection breaks: it was sent");
	world_wait(&world, 300);
	is_int(world.server.requests, 2,
	    "a kept connection breaks: the POST is sent exactly once");
	ok(strstr(call.result.error, "kept connection") != NULL,
	    "a kept connection breaks: %s", call.result.error);
	arena_release(&call.arena);
	world_close(&world);

	two_calls("GET", breaks, 3, 0, &call, &world);
	is_int(call.result.status, 201,
	    "a kept connection breaks under a GET: it is repeated");
	is_int(world.server.requests, 3, "a GET is repeated once");
	arena_release(&call.arena);
	world_close(&world);

	two_calls("POST", idles, 2, 80, &call, &world);
	is_int(call.result.status, 201,
	    "a kept connection that was closed meanwhile is not used");
	is_int(world.server.requests, 2, "closed meanwhile: one POST");
	is_int(world.server.accepted, 2, "closed meanwhile: a new connection");
	arena_release(&call.arena);
	world_close(&world);
}

/* The server would answer whatever reaches it, as plain HTTP, with 201. */
static void
check_not_sent(struct world *world, const char *name, struct str url,
    const char *error)
{
	struct call call = {0};

	world->options.base_url = url;
	world->options.timeout_ms = 1500;
	(void)start(world, &call, "POST", "/v1/x", STR("A=1"));
	run(world);
	/* What does not come about in the time to connect is too late. */
	ok((call.result.outcome == REST_NOT_SENT ||
	       call.result.outcome == REST_TIMEOUT) && !call.result.sent,
	    "%s: not sent, and known to be", name);
	ok((strstr(call.result.error, error) != NULL ||
	       strstr(call.result.error, "time") != NULL) &&
	        call.result.error[0] != '\0' &&
	        strstr(call.result.error, "secret") == NULL,
	    "%s: %s", name, call.result.error);
	arena_release(&call.arena);
}

static void
test_not_sent(void)
{
	static const struct {
		const char *name, *before, *error;
	} cases[] = {
		{"another protocol", "ftp://", "not supported"},
		{"credentials in the URL", "http://u:secret@", ""},
		{"TLS where there is none", "https://", "SSL"},
	};
	struct world world;

	world_open(&world, 4, 10);
	server_script(&world.server, created, 1);
	struct str host = str_from(world.server.url + strlen("http://"));
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct buf url;
		buf_init(&url, 200);
		buf_format(&url, "%s%.*s", cases[i].before, STR_ARGS(host));
		check_not_sent(
		    &world, cases[i].name, buf_str(&url), cases[i].error);
		buf_release(&url);
	}
	check_not_sent(&world, "nobody listens", STR("http://127.0.0.1:1"),
	    "Failed to connect to 127.0.0.1 port 1");
	check_not_sent(&world, "an impossible name",
	    STR("http://no-such-name.invalid"),
	    "resolve host: no-such-name.invalid");
	check_not_sent(&world, "a local file", STR("file:///etc"),
	    "not supported");
	check_not_sent(&world, "no URL at all", STR(""), "");
	is_int(world.server.requests, 0, "not sent: no request arrived");
	world_close(&world);
}

#define MANY 300
#define MANY_CONNECTIONS 5

static void
test_many(void)
{
	static const struct step later[] = {{CREATED, LATER}};
	static struct call calls[MANY];
	struct world world;
	unsigned answered = 0;

	world_open(&world, MANY_CONNECTIONS, MANY);
	world.options.timeout_ms = 30000;
	server_script(&world.server, created, 1);
	for (size_t i = 0; i < MANY; i++)
		if (!start(&world, &calls[i], "POST", "/v1/x", STR("A=1")))
			break;
	is_int((int64_t)rest_client_calls(world.client), MANY,
	    "%u calls are in hand", MANY);
	struct call one_more = {0};
	ok(!start(&world, &one_more, "GET", "/v1/x", STR_NONE),
	    "one call more than allowed is refused");
	run(&world);
	for (size_t i = 0; i < MANY; i++) {
		answered += calls[i].result.status == 201;
		arena_release(&calls[i].arena);
	}
	is_int(answered, MANY, "many calls at once are all answered");
	is_int(world.server.requests, MANY, "each was sent once");
	is_int(world.server.open_most, MANY_CONNECTIONS,
	    "over no more connections than allowed, and all of them");
	is_int(world.server.accepted, MANY_CONNECTIONS,
	    "which are all kept");
	ok(!one_more.done, "done is not called for a refused call");

	/* Two at a time, 100 ms each: the third ends after 200 ms. */
	rest_client_limit(world.client, 2, 3);
	server_script(&world.server, later, 1);
	world.options.timeout_ms = 1500;
	for (size_t i = 0; i < 3; i++) {
		calls[i] = (struct call){0};
		ok(start(&world, &calls[i], "GET", "/v1/x", STR_NONE),
		    "call %zu of 3 within a new limit", i + 1);
	}
	ok(!start(&world, &one_more, "GET", "/v1/x", STR_NONE),
	    "a new limit holds");
	run(&world);
	ok(calls[2].result.duration_us > 180000,
	    "a call waits for its turn");
	for (size_t i = 0; i < 3; i++)
		arena_release(&calls[i].arena);
	world_close(&world);
}

/* One connection, taken by a server that never answers. */
static void
test_waiting(void)
{
	static const struct step silence[] = {{NULL, SILENCE}};
	struct world world;
	struct call first = {0}, second = {0};

	world_open(&world, 1, 10);
	server_script(&world.server, silence, 1);
	world.options.timeout_ms = 400;
	(void)start(&world, &first, "POST", "/v1/first", STR("A=1"));
	world.options.timeout_ms = 200;
	(void)start(&world, &second, "POST", "/v1/second", STR("A=1"));
	run(&world);
	is_int(second.result.outcome, REST_TIMEOUT,
	    "the deadline holds while waiting for a connection");
	ok(!second.result.sent, "a call that waited was not sent");
	ok(strstr(second.result.error, "no connection was free") != NULL,
	    "waiting: %s", second.result.error);
	ok(second.result.duration_us < 350000, "waiting ends in time");
	ok(first.result.sent, "the call it waited for was sent");
	is_int(world.server.requests, 1, "waiting: one request only");
	arena_release(&first.arena);
	arena_release(&second.arena);
	world_close(&world);
}

static void
test_close_under_way(void)
{
	static const struct step steps[] = {
		{EMPTY("429 Too Many Requests\r\nRetry-After: 2"), ANSWER},
		{NULL, SILENCE}};
	struct world world;
	struct call calls[4] = {{0}};

	world_open(&world, 2, 10);
	server_script(&world.server, steps, 2);
	for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
		(void)start(&world, &calls[i], "POST", "/v1/x", STR("A=1"));
	world_wait(&world, 150);
	is_int(world.server.requests, 3,
	    "close: one call pauses, two are sent, one waits");
	for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
		arena_release(&calls[i].arena);
	world_close(&world);
	for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
		ok(!calls[i].done, "close: call %zu is dropped", i);
	rest_client_close(NULL);
}

/* The environment belongs to whoever started the process: only the option
 * may name a proxy. */
static void
test_proxy(void)
{
	static const char *const names[] = {"http_proxy", "HTTP_PROXY",
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
	struct world world;
	struct call direct = {0}, proxied = {0};

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		(void)setenv(names[i], "http://127.0.0.1:1", 1);
	(void)setenv("SSLKEYLOGFILE", "/nonexistent/keys", 1);
	world_open(&world, 4, 10);
	server_script(&world.server, created, 1);
	(void)start(&world, &direct, "GET", "/v1/x", STR_NONE);
	run(&world);
	is_int(direct.result.status, 201,
	    "proxies of the environment are ignored");
	world.options.proxy = world.options.base_url;
	world.options.base_url = STR("http://taskrouter.invalid");
	(void)setenv("no_proxy", "*", 1);
	(void)start(&world, &proxied, "GET", "/v1/x", STR_NONE);
	run(&world);
	is_int(proxied.result.status, 201, "the proxy of the options is used");
	ok(seen(&world, "GET http://taskrouter.invalid/v1/x HTTP/1.1\r\n"),
	    "the proxy is asked for the whole URL");
	arena_release(&direct.arena);
	arena_release(&proxied.arena);
	world_close(&world);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		(void)unsetenv(names[i]);
	(void)unsetenv("no_proxy");
}

static void
start_again(void *context, const struct rest_result *result)
{
	struct call *call = context;

	if (!ok(start(call->world, call, "GET", "/v1/again", STR_NONE),
	        "a call may be started from within done"))
		call->world->pending = 1;
	on_done(call, result);
}

static void
test_again(void)
{
	struct world world;
	struct call call = {.world = &world};

	world_open(&world, 1, 1);
	server_script(&world.server, created, 1);
	struct arena arena;
	arena_init(&arena, 4096);
	struct rest_request request = {.method = "GET",
		.path = STR("/v1/first"), .arena = &arena,
		.done = start_again, .context = &call};
	world.pending = rest_start(world.client, &world.options, &request);
	run(&world);
	run(&world);
	is_int(world.server.requests, 2, "the second call was made");
	ok(seen(&world, "GET /v1/again "), "by done");
	arena_release(&arena);
	arena_release(&call.arena);
	world_close(&world);
}

static void
test_warm(void)
{
	struct world world;
	struct call call = {0};
	struct err err = {.text = ""};

	world_open(&world, 4, 10);
	server_script(&world.server, created, 1);
	ok(rest_client_warm(world.client, &world.options, &err),
	    "plain HTTP needs no certificates");
	world.options.base_url = STR("https://taskrouter.invalid");
	world.options.ca_file = STR("/nonexistent/ca.pem");
	ok(!rest_client_warm(world.client, &world.options, &err),
	    "certificates that are not there are noticed beforehand");
	ok(strstr(err.text, "/nonexistent/ca.pem") != NULL,
	    "certificates: %s", err.text);
	world.options.ca_file = STR_NONE;
	/* A machine may have none at all. */
	err.text[0] = '\0';
	ok(rest_client_warm(world.client, &world.options, &err) ||
	        strstr(err.text, "certificate") != NULL,
	    "certificates are read: %s", err.text);
	world.options.base_url = str_from(world.server.url);
	(void)start(&world, &call, "GET", "/v1/x", STR_NONE);
	run(&world);
	is_int(call.result.status, 201, "calls go on afterwards");
	is_int(world.server.accepted, 1, "nobody else was called");
	arena_release(&call.arena);
	world_close(&world);
}

static void
test_small_arena(void)
{
	struct world world;
	struct call call = {.world = &world};
	struct arena arena;

	world_open(&world, 1, 1);
	server_script(&world.server, created, 1);
	arena_init(&arena, 2);
	struct rest_request request = {.method = "POST",
		.path = STR("/v1/x"), .form = STR("A=1"), .arena = &arena,
		.done = on_done, .context = &call};
	world.pending = rest_start(world.client, &world.options, &request);
	run(&world);
	is_int(call.result.outcome, REST_UNKNOWN,
	    "an answer that does not fit the arena");
	ok(call.result.sent, "it was sent all the same");
	arena_release(&arena);
	world_close(&world);
}

int
main(void)
{
	const char *version;

	(void)signal(SIGPIPE, SIG_IGN);
	/* Before libcurl is loaded. */
	(void)setenv("SSLKEYLOGFILE", "/nonexistent/keys", 1);
	version = rest_library_version();
	ok(version != NULL && strstr(version, "libcurl/") != NULL,
	    "libcurl tells its version");
	ok(getenv("SSLKEYLOGFILE") == NULL, "SSLKEYLOGFILE is taken away");
	make_long_head();
	test_rows();
	test_request();
	test_versions();
	test_retry_after_date();
	test_kept_connection();
	test_not_sent();
	test_many();
	test_waiting();
	test_close_under_way();
	test_proxy();
	test_again();
	test_small_arena();
	test_warm();
	return tap_done();
}
