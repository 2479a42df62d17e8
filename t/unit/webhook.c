/* SPDX-License-Identifier: MIT
 *
 * Webhooks against a scripted HTTP server in the same event loop: what
 * arrives, what is tried again, and who waits for whom. Section 3 and 10 of
 * the reference.
 */
#include "base/compat.h"

#include "twilio/webhook.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "server.h"
#include "tap.h"
#include "twilio/callback.h"
#include "twilio/signature.h"

#define RUN_MOST_S 8
#define STEPS 4
#define TOKEN "01234567-89ab-cdef-0123-456789abcdef"

#define JSON "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8"
#define ACCEPT JSON "\r\nContent-Length: 24\r\n\r\n{\"instruction\":\"accept\"}"
#define EMPTY(head) "HTTP/1.1 " head "\r\nContent-Length: 0\r\n\r\n"
#define NO_CONTENT "HTTP/1.1 204 No Content\r\n\r\n"
#define ASKS(scheme) \
	EMPTY("401 Unauthorized\r\nWWW-Authenticate: " scheme " realm=\"x\"")

struct world;

/* One webhook and what its owner was told; texts are kept past the result. */
struct hook {
	struct world *world;
	bool composed, abandons, done;
	struct webhook_result result;
	char content_type[64], body[128], note[128];
	struct hook *next; /* started when this one is done */
	const char *url;
};

struct world {
	struct event_base *loop;
	struct webhook_client *client;
	struct server server;
	unsigned pending;
	bool starting, called_early;
	int64_t timeout_ms;
	size_t answer_limit;
	bool signs_wrongly;
	bool is_get;
};

static bool
compose(void *context, struct arena *arena, struct form *form)
{
	struct hook *hook = context;

	hook->world->called_early |= hook->world->starting;
	hook->composed = true;
	form->fields = arena_array(arena, 2, sizeof *form->fields);
	if (form->fields == NULL || hook->abandons)
		return false;
	form->fields[0] = (struct form_field){STR("TaskAttributes"),
	    STR("{\"name\":\"Zo\xc3\xab & Co+1\"}")};
	form->fields[1] = (struct form_field){STR("TaskAge"), STR("5")};
	form->count = 2;
	return true;
}

static void
keep(char *to, size_t size, struct str s)
{
	(void)snprintf(to, size, "%.*s", STR_ARGS(s));
}

static bool start(struct world *world, struct hook *hook, const char *url);

static void
on_done(void *context, const struct webhook_result *result)
{
	struct hook *hook = context;
	struct world *world = hook->world;

	world->called_early |= world->starting;
	if (hook->done)
		abort();
	hook->done = true;
	hook->result = *result;
	keep(hook->content_type, sizeof hook->content_type,
	    result->content_type);
	keep(hook->body, sizeof hook->body, result->body);
	keep(hook->note, sizeof hook->note, result->note);
	if (hook->next != NULL && !start(world, hook->next, hook->next->url))
		abort();
	if (--world->pending == 0)
		(void)event_base_loopbreak(world->loop);
}

static void
world_open(struct world *world, size_t connections)
{
	const struct webhook_options options = {
		.auth_token = STR("12345"),
		.connections = connections,
	};
	struct err err;

	*world = (struct world){.loop = event_base_new(), .timeout_ms = 3000,
	    .answer_limit = 4096};
	if (world->loop == NULL)
		abort();
	server_open(&world->server, world->loop);
	world->client = webhook_client_open(world->loop, &options, &err);
	if (world->client == NULL) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
}

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
	webhook_client_close(world->client);
	world_wait(world, 20);
	is_int(world->server.open, 0, "closing the client closes connections");
	server_close(&world->server);
	event_base_free(world->loop);
	ok(!world->called_early, "nothing is called from within webhook_start");
}

static bool
start(struct world *world, struct hook *hook, const char *url)
{
	const struct webhook_request request = {
		.url = str_from(url),
		.token = STR(TOKEN),
		.timeout_ms = world->timeout_ms,
		.answer_limit = world->answer_limit,
		.is_signed_wrongly = world->signs_wrongly,
		.is_get = world->is_get,
		.compose = compose,
		.done = on_done,
		.context = hook,
	};
	bool was_starting = world->starting;

	hook->world = world;
	world->starting = true;
	bool started = webhook_start(world->client, &request);
	world->starting = was_starting;
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

static bool
seen(const struct world *world, const char *text)
{
	return strstr(world->server.last, text) != NULL;
}

/* Sends one to the server, at this path, and waits for its end. */
static void
send_one(struct world *world, struct hook *hook, const char *path)
{
	char url[300];

	(void)snprintf(url, sizeof url, "%s%s", world->server.url, path);
	if (!start(world, hook, url))
		abort();
	run(world);
}

/* ---- what arrives */

static void
test_request(void)
{
	static const struct step steps[] = {{ACCEPT, ANSWER}};
	static const struct {
		const char *name, *text;
	} texts[] = {
		{"path and query",
		    "POST /assignment?tenant=a%20b HTTP/1.1\r\n"},
		{"who sends it", "User-Agent: TwilioProxy/1.1\r\n"},
		{"a form",
		    "Content-Type: application/x-www-form-urlencoded; "
		    "charset=UTF-8\r\n"},
		{"the token",
		    "I-Twilio-Idempotency-Token: " TOKEN "\r\n"},
		{"the fields",
		    "\r\n\r\nTaskAttributes=%7B%22name%22%3A%22Zo%C3%AB%20%26"
		    "%20Co%2B1%22%7D&TaskAge=5"},
	};
	struct form_field fields[] = {
		{STR("TaskAttributes"),
		    STR("{\"name\":\"Zo\xc3\xab & Co+1\"}")},
		{STR("TaskAge"), STR("5")}};
	const struct form form = {fields, 2};
	char signature[SIGNATURE_LENGTH + 1], url[200], line[100];
	struct world world;
	struct hook hook = {0};

	world_open(&world, 4);
	server_script(&world.server, steps, 1);
	send_one(&world, &hook, "/assignment?tenant=a%20b#rc=2&rp=all");
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		ok(seen(&world, texts[i].text), "request: %s", texts[i].name);
	(void)snprintf(url, sizeof url, "%s/assignment?tenant=a%%20b",
	    world.server.url);
	signature_make(STR("12345"), str_from(url), &form, signature);
	(void)snprintf(
	    line, sizeof line, "X-Twilio-Signature: %s\r\n", signature);
	ok(seen(&world, line), "10.1: signed with the URL without its fragment");
	ok(!seen(&world, "Expect:") && !seen(&world, "Authorization:"),
	    "neither Expect nor Authorization");
	is_int(hook.result.outcome, WEBHOOK_ANSWERED, "it is answered");
	is_int(hook.result.status, 200, "the status");
	is_str(str_from(hook.content_type), "application/json;charset=utf-8",
	    "the content type");
	is_str(str_from(hook.body), "{\"instruction\":\"accept\"}", "the body");
	is_str(hook.result.note, NULL, "nothing was passed over");
	ok(hook.result.duration_us > 0 && hook.result.duration_us < 900000,
	    "it took %jd us", (intmax_t)hook.result.duration_us);

	hook = (struct hook){0};
	send_one(&world, &hook, "/assignment#rc=9");
	is_str(str_from(hook.note), "rc: expected a whole number from 0 to 5",
	    "a bad override is passed over with a note");
	is_int(world.server.accepted, 1, "the connection is used again");

	hook = (struct hook){0};
	world.signs_wrongly = true;
	send_one(&world, &hook, "/assignment?tenant=a%20b#rc=2&rp=all");
	(void)snprintf(line, sizeof line, "X-Twilio-Signature: %c%s\r\n",
	    signature[0] == 'A' ? 'B' : 'A', signature + 1);
	ok(seen(&world, line), "signed wrongly, if that is wished");
	world_close(&world);
}

/* The form in the query, and the URL signed with it: 10.1 #4. */
static void
test_get(void)
{
	static const struct step steps[] = {{ASKS("Basic"), ANSWER},
	    {ACCEPT, ANSWER}, {ACCEPT, ANSWER}};
	static const char *const paths[] = {"/status", "/status?a=b#rc=1"};
	static const char *const targets[] = {"/status?", "/status?a=b&"};
	char url[300], signature[SIGNATURE_LENGTH + 1], line[500];
	struct world world;

	world_open(&world, 4);
	world.is_get = true;
	server_script(&world.server, steps + 1, 2);
	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
		struct hook hook = {0};
		send_one(&world, &hook, paths[i]);
		is_int(hook.result.status, 200, "GET of %s", paths[i]);
		(void)snprintf(url, sizeof url, "%sTaskAttributes=%%7B%%22name"
		    "%%22%%3A%%22Zo%%C3%%AB%%20%%26%%20Co%%2B1%%22%%7D&"
		    "TaskAge=5", targets[i]);
		(void)snprintf(
		    line, sizeof line, "GET %s HTTP/1.1\r\n", url);
		ok(seen(&world, line), "... its query");
		(void)snprintf(
		    line, sizeof line, "%s%s", world.server.url, url);
		signature_make(
		    STR("12345"), str_from(line), NULL, signature);
		(void)snprintf(line, sizeof line,
		    "X-Twilio-Signature: %s\r\n", signature);
		ok(seen(&world, line), "... signed by its whole URL");
		ok(!seen(&world, "Content-"), "... without a body");
	}
	struct str host = str_from(world.server.url);
	struct hook hook = {0};
	(void)snprintf(url, sizeof url, "http://alice:b@%s/a",
	    host.at + strlen("http://"));
	server_script(&world.server, steps, 2);
	(void)start(&world, &hook, url);
	run(&world);
	is_int(hook.result.status, 200, "a GET that is asked for a password");
	ok(seen(&world, "Authorization: Basic ") && seen(&world, "TaskAge=5"),
	    "... is sent again with it");
	world_close(&world);
}

/* The parameters Q of 10.4, as callback_write orders them. */
static void
test_vectors(void)
{
#define SID(kind) kind "00000000000000000000000000000001"
	struct callback q = {
		.timestamp = STR("1433874423"),
		.account_sid = STR(SID("AC")),
		.workspace_sid = STR(SID("WS")),
		.workflow_sid = STR(SID("WW")),
		.task_queue_sid = STR(SID("WQ")),
		.worker_sid = STR(SID("WK")),
		.worker_attributes = STR("{\"languages\":[\"en\",\"es\"]}"),
		.task_sid = STR(SID("WT")),
		.task_attributes = STR("{\"selected_language\":\"es\"}"),
		.task_age = STR("5"),
		.task_priority = STR("0"),
		.reservation_sid = STR(SID("WR")),
	};
	static const struct {
		const char *url;
		struct str attributes, priority;
		const char *signature;
	} rows[] = {
		{"https://example.com/assignment_callback", {0}, {0},
		    "s3udjNz2Hygd5bUP8KON5It9FQA="},
		{"http://127.0.0.1:8080/assignment_callback?tenant=a%20b", {0},
		    {0}, "AMHfGioOlshjUcmwv11hqquRaVQ="},
		{"https://example.com/assignment_callback",
		    {"{\"name\":\"Zo\xc3\xab & Co+1\"}", 22}, {0},
		    "WAJbKNQI7BfwXVp5wXPKtaVbYzA="},
		{"https://example.com/assignment_callback", {0}, {"", 0},
		    "irAjLgtSsh6QGSwyy9MHs/eOhOM="},
	};
	struct arena arena;
	struct form form;
	char signature[SIGNATURE_LENGTH + 1];

	arena_init(&arena, 65536);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct callback parameters = q;
		if (rows[i].attributes.at != NULL)
			parameters.task_attributes = rows[i].attributes;
		if (rows[i].priority.at != NULL)
			parameters.task_priority = rows[i].priority;
		ok(callback_write(&parameters, &arena, &form) &&
		        form.count == 12,
		    "10.4 vector %zu: all twelve parameters", i);
		signature_make(
		    STR("12345"), str_from(rows[i].url), &form, signature);
		is_str(str_from(signature), rows[i].signature,
		    "10.4 vector %zu", i);
	}
	q.worker_sid = STR_NONE;
	ok(callback_write(&q, &arena, &form) && form.count == 11,
	    "what is absent is left out");
	arena_release(&arena);
}

/* ---- what comes back, and what is tried again */

static char long_head[40100];

static const struct {
	const char *name, *path;
	struct step steps[STEPS];
	int64_t timeout_ms;  /* 0: 3 s */
	size_t answer_limit; /* 0: 4096 */
	enum webhook_outcome outcome;
	unsigned status, error, attempts, requests;
	const char *reason, *shown; /* in the last request; NULL: nothing */
	int64_t least_ms, most_ms;
} rows[] = {
	{.name = "204 without a body", .path = "/", .steps = {{NO_CONTENT, ANSWER}},
	    .status = 204, .attempts = 1, .requests = 1, .most_ms = 900},
	{.name = "an answer that comes late", .path = "/",
	    .steps = {{ACCEPT, LATER}}, .status = 200, .attempts = 1,
	    .requests = 1, .least_ms = 95, .most_ms = 900},
	{.name = "3.2: a redirect is not followed", .path = "/",
	    .steps = {{EMPTY("302 Found\r\nLocation: /elsewhere"), ANSWER}},
	    .status = 302, .attempts = 1, .requests = 1, .most_ms = 900},
	{.name = "3.4: 500 is not repeated by itself", .path = "/",
	    .steps = {{EMPTY("500 X"), ANSWER}, {ACCEPT, ANSWER}},
	    .status = 500, .attempts = 1, .requests = 1, .most_ms = 900},
	{.name = "3.4: rp=5xx", .path = "/#rp=5xx",
	    .steps = {{EMPTY("503 X"), ANSWER}, {ACCEPT, ANSWER}},
	    .status = 200, .attempts = 2, .requests = 2, .least_ms = 95,
	    .most_ms = 900, .shown = TOKEN},
	{.name = "3.4: rp=5xx does not mean 4xx", .path = "/#rp=5xx",
	    .steps = {{EMPTY("404 X"), ANSWER}, {ACCEPT, ANSWER}},
	    .status = 404, .attempts = 1, .requests = 1, .most_ms = 900},
	{.name = "3.4: rp=4xx", .path = "/#rp=4xx",
	    .steps = {{EMPTY("404 X"), ANSWER}, {ACCEPT, ANSWER}},
	    .status = 200, .attempts = 2, .requests = 2, .most_ms = 900},
	{.name = "3.4: rc=3 means four attempts", .path = "/#rc=3&rp=all",
	    .steps = {{EMPTY("503 X"), ANSWER}}, .status = 503, .attempts = 4,
	    .requests = 4, .least_ms = 290, .most_ms = 900},
	{.name = "3.4: rc=0 means one", .path = "/#rc=0&rp=all",
	    .steps = {{EMPTY("503 X"), ANSWER}}, .status = 503, .attempts = 1,
	    .requests = 1, .most_ms = 900},
	{.name = "3.4: tt ends all attempts", .path = "/#rc=5&rp=all&tt=250",
	    .steps = {{EMPTY("503 X"), ANSWER}}, .status = 503, .attempts = 3,
	    .requests = 3, .most_ms = 900},
	{.name = "3.4: tt", .path = "/#tt=200", .steps = {{NULL, SILENCE}},
	    .outcome = WEBHOOK_FAILED, .error = 11205, .attempts = 1,
	    .requests = 1, .reason = "within 200 ms", .least_ms = 190,
	    .most_ms = 900},
	{.name = "3.2: the timer of the product comes first", .path = "/",
	    .timeout_ms = 200, .steps = {{NULL, SILENCE}},
	    .outcome = WEBHOOK_FAILED, .error = 11205, .attempts = 1,
	    .requests = 1, .reason = "within 200 ms", .least_ms = 190,
	    .most_ms = 900},
	{.name = "half an answer", .path = "/", .timeout_ms = 200,
	    .steps = {{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
	    ANSWER}}, .outcome = WEBHOOK_FAILED, .error = 11205,
	    .attempts = 1, .requests = 1, .reason = "within 200 ms",
	    .least_ms = 190, .most_ms = 900},
	{.name = "3.4: rt", .path = "/#rt=150", .steps = {{NULL, SILENCE}},
	    .outcome = WEBHOOK_FAILED, .error = 11205, .attempts = 1,
	    .requests = 1, .reason = "nothing came for 150 ms",
	    .least_ms = 140, .most_ms = 900},
	{.name = "3.4: rp=rt", .path = "/#rt=150&rp=rt",
	    .steps = {{NULL, SILENCE}, {ACCEPT, ANSWER}}, .status = 200,
	    .attempts = 2, .requests = 2, .least_ms = 240, .most_ms = 900},
	{.name = "3.4: rt counts from the last piece", .path = "/#rt=150",
	    .steps = {{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
	    LATER}}, .outcome = WEBHOOK_FAILED, .error = 11205,
	    .attempts = 1, .requests = 1, .reason = "nothing came for 150 ms",
	    .least_ms = 240, .most_ms = 1200},
	{.name = "the server reads the request and closes", .path = "/",
	    .steps = {{NULL, ANSWER_CLOSE}}, .outcome = WEBHOOK_FAILED,
	    .error = 11205, .attempts = 1, .requests = 1,
	    .reason = "Empty reply", .most_ms = 900},
	{.name = "an answer cut short", .path = "/",
	    .steps = {{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
	    ANSWER_CLOSE}}, .outcome = WEBHOOK_FAILED, .error = 11206,
	    .attempts = 1, .requests = 1, .reason = "transfer closed",
	    .most_ms = 900},
	{.name = "an answer that is no HTTP", .path = "/",
	    .steps = {{"220 smtp.example ESMTP\r\n", ANSWER_CLOSE}},
	    .outcome = WEBHOOK_FAILED, .error = 11206, .attempts = 1,
	    .requests = 1, .reason = "HTTP/0.9", .most_ms = 900},
	{.name = "3.2: an answer as long as allowed", .path = "/",
	    .answer_limit = 24, .steps = {{ACCEPT, ANSWER}}, .status = 200,
	    .attempts = 1, .requests = 1, .most_ms = 900},
	{.name = "3.2: an answer one byte too long", .path = "/",
	    .answer_limit = 23, .steps = {{ACCEPT, ANSWER}},
	    .outcome = WEBHOOK_FAILED, .error = 11206, .attempts = 1,
	    .requests = 1, .reason = "too long", .most_ms = 900},
	{.name = "a head of 40 kB", .path = "/",
	    .steps = {{long_head, ANSWER}}, .outcome = WEBHOOK_FAILED,
	    .error = 11206, .attempts = 1, .requests = 1,
	    .reason = "head of the answer is too long", .most_ms = 900},
	{.name = "401 without a password", .path = "/",
	    .steps = {{ASKS("Basic"), ANSWER}}, .status = 401, .attempts = 1,
	    .requests = 1, .most_ms = 900},
};

static void
make_long_head(void)
{
	int length = snprintf(long_head, sizeof long_head,
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: ");

	memset(long_head + length, 'x', 40000);
	memcpy(long_head + length + 40000, "\r\n\r\n", 5);
}

static void
test_answers(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *name = rows[i].name;
		struct world world;
		struct hook hook = {0};
		size_t count = 0;

		while (count < STEPS && (rows[i].steps[count].answer != NULL ||
		           rows[i].steps[count].reaction != ANSWER))
			count++;
		world_open(&world, 4);
		if (rows[i].timeout_ms > 0)
			world.timeout_ms = rows[i].timeout_ms;
		if (rows[i].answer_limit > 0)
			world.answer_limit = rows[i].answer_limit;
		server_script(&world.server, rows[i].steps, count);
		send_one(&world, &hook, rows[i].path);
		ok(hook.done, "%s: it has an end", name);
		is_int(hook.result.outcome, rows[i].outcome, "%s: outcome", name);
		is_int(hook.result.status, rows[i].status, "%s: status", name);
		is_int(hook.result.error, rows[i].error, "%s: error", name);
		is_int(hook.result.attempts, rows[i].attempts, "%s: attempts",
		    name);
		is_int(world.server.requests, rows[i].requests,
		    "%s: requests", name);
		ok(strstr(hook.result.reason,
		       rows[i].reason == NULL ? "" : rows[i].reason) != NULL,
		    "%s: reason: %s", name, hook.result.reason);
		ok(hook.result.duration_us >= rows[i].least_ms * 1000 &&
		        hook.result.duration_us <= rows[i].most_ms * 1000,
		    "%s: took %jd us", name,
		    (intmax_t)hook.result.duration_us);
		if (rows[i].shown != NULL)
			ok(seen(&world, rows[i].shown), "%s: in the request",
			    name);
		world_close(&world);
	}
}

/* 3.4: the URL's password, only when it is asked for. */
static void
test_password(void)
{
	static const struct step basic[] = {{ASKS("Basic"), ANSWER},
	    {ACCEPT, ANSWER}};
	static const struct step always[] = {{ASKS("Basic"), ANSWER}};
	static const struct step open[] = {{ACCEPT, ANSWER}};
	static const struct step digest[] = {
		{ASKS("Digest nonce=\"n\", qop=\"auth\","), ANSWER},
		{ACCEPT, ANSWER}};
	struct world world;
	struct hook hook = {0};
	struct str host;
	char url[200];

	world_open(&world, 4);
	host = str_from(world.server.url);
	host = str_slice(host, strlen("http://"), host.len);
	(void)snprintf(url, sizeof url, "http://alice:s%%40cret@%.*s/a",
	    STR_ARGS(host));
	server_script(&world.server, open, 1);
	(void)start(&world, &hook, url);
	run(&world);
	ok(hook.result.status == 200 && !seen(&world, "Authorization"),
	    "who does not ask for a password does not get it");

	hook = (struct hook){0};
	server_script(&world.server, basic, 2);
	(void)start(&world, &hook, url);
	run(&world);
	is_int(hook.result.status, 200, "401 with Basic: asked again");
	is_int(world.server.requests, 2, "401: two requests");
	ok(seen(&world, "Authorization: Basic YWxpY2U6c0BjcmV0\r\n"),
	    "the decoded password of the URL");
	ok(seen(&world, "TaskAge=5") && seen(&world, TOKEN),
	    "with the same form and token");
	char signature[SIGNATURE_LENGTH + 1], line[100];
	struct form_field fields[] = {
		{STR("TaskAttributes"),
		    STR("{\"name\":\"Zo\xc3\xab & Co+1\"}")},
		{STR("TaskAge"), STR("5")}};
	const struct form form = {fields, 2};
	(void)snprintf(url, sizeof url, "%s/a", world.server.url);
	signature_make(STR("12345"), str_from(url), &form, signature);
	(void)snprintf(
	    line, sizeof line, "X-Twilio-Signature: %s\r\n", signature);
	ok(seen(&world, line), "10.2: signed without user and password");

	(void)snprintf(
	    url, sizeof url, "http://alice:wrong@%.*s/a", STR_ARGS(host));
	hook = (struct hook){0};
	server_script(&world.server, always, 1);
	(void)start(&world, &hook, url);
	run(&world);
	is_int(hook.result.status, 401, "a wrong password stays 401");
	is_int(world.server.requests, 2, "and is not tried for ever");

	hook = (struct hook){0};
	server_script(&world.server, digest, 2);
	(void)start(&world, &hook, url);
	run(&world);
	ok(hook.result.status == 200 &&
	        seen(&world, "Authorization: Digest username=\"alice\""),
	    "401 with Digest");
	world_close(&world);
}

static void
test_connecting(void)
{
	static const struct step steps[] = {{ACCEPT, ANSWER}};
	struct world world;
	struct hook hook = {0};
	char url[100];

	/* A port that nobody listens at: that of a server that has closed. */
	world_open(&world, 4);
	server_script(&world.server, steps, 1);
	(void)snprintf(url, sizeof url, "%s/", world.server.url);
	server_close(&world.server);
	(void)start(&world, &hook, url);
	run(&world);
	is_int(hook.result.outcome, WEBHOOK_FAILED, "refused: failed");
	is_int(hook.result.attempts, 2, "3.4: and tried once more by itself");
	is_int(hook.result.error, 11205, "refused: its number");
	ok(strstr(hook.result.reason, "Failed to connect") != NULL,
	    "refused: %s", hook.result.reason);
	hook = (struct hook){0};
	(void)snprintf(url, sizeof url, "%s/#rc=0", world.server.url);
	(void)start(&world, &hook, url);
	run(&world);
	is_int(hook.result.attempts, 1, "3.4: rc=0: tried once");
	hook = (struct hook){0};
	(void)start(&world, &hook, "ftp://127.0.0.1/");
	run(&world);
	is_int(hook.result.error, 11100, "no URL of HTTP");
	hook = (struct hook){0};
	(void)start(&world, &hook, "http://no-such-host.invalid/#rc=0");
	run(&world);
	is_int(hook.result.error, 11210, "no such host: %s",
	    hook.result.reason);
	webhook_client_close(world.client);
	event_base_free(world.loop);
}

/* The application may have read what it did not answer: it is asked again only
 * where the URL says so. */
static void
test_kept_connection(void)
{
	static const struct step breaks[] = {
		{ACCEPT, ANSWER}, {NULL, ANSWER_CLOSE}, {ACCEPT, ANSWER}};
	static const struct step idles[] = {
		{ACCEPT, ANSWER_IDLE}, {ACCEPT, ANSWER}};
	static const struct {
		const char *user, *path;
		unsigned status, attempts;
	} cases[] = {{"", "/", 0, 1}, {"", "/#rp=rt", 200, 2},
	    {"alice:secret@", "/", 0, 1}};
	struct world world;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct hook first = {0}, second = {0};
		char url[200];
		world_open(&world, 4);
		server_script(&world.server, breaks, 3);
		send_one(&world, &first, "/");
		struct str host = str_from(world.server.url);
		host = str_slice(host, strlen("http://"), host.len);
		(void)snprintf(url, sizeof url, "http://%s%.*s%s",
		    cases[i].user, STR_ARGS(host), cases[i].path);
		(void)start(&world, &second, url);
		run(&world);
		is_int(second.result.status, cases[i].status,
		    "a kept connection breaks: %s", second.result.reason);
		is_int(second.result.attempts, cases[i].attempts,
		    "a kept connection breaks: attempts");
		is_int(world.server.requests, cases[i].attempts + 1,
		    "a kept connection breaks: what arrived");
		world_close(&world);
	}

	struct hook first = {0}, second = {0};
	world_open(&world, 4);
	server_script(&world.server, idles, 2);
	send_one(&world, &first, "/");
	world_wait(&world, 80);
	send_one(&world, &second, "/");
	ok(second.result.status == 200 && world.server.accepted == 2,
	    "a kept connection that was closed meanwhile is not used");
	world_close(&world);

	first = second = (struct hook){0};
	world_open(&world, 4);
	server_script(&world.server, idles + 1, 1);
	send_one(&world, &first, "/");
	world_wait(&world, 2100);
	send_one(&world, &second, "/");
	ok(second.result.status == 200 && world.server.accepted == 2,
	    "nor is one that was idle for two seconds");
	world_close(&world);
}

static void
test_abandoning(void)
{
	static const struct step steps[] = {{NULL, SILENCE}};
	struct world world;
	struct hook hook = {.abandons = true}, hooks[8] = {{0}};

	world_open(&world, 4);
	server_script(&world.server, steps, 1);
	send_one(&world, &hook, "/");
	is_int(hook.result.outcome, WEBHOOK_ABANDONED,
	    "what is not to be sent any more is not");
	is_int(world.server.requests, 0, "nothing was sent");

	for (size_t i = 0; i < ARRAY_LENGTH(hooks); i++)
		(void)start(&world, &hooks[i], world.server.url);
	world_wait(&world, 50);
	is_int(world.server.requests, 2, "two of eight are under way");
	webhook_client_abandon(world.client);
	is_int(world.pending, 2, "the others are abandoned at once");
	unsigned composed = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(hooks); i++)
		composed += hooks[i].composed;
	is_int(composed, 2, "and were not even composed");
	/* The two under way are dropped without a word. */
	world_close(&world);
	is_int(world.pending, 2, "closing calls nobody");
}

/* One that starts another when it is done, as a fallback does. */
static void
test_chain(void)
{
	static const struct step steps[] = {
		{EMPTY("500 X"), ANSWER}, {ACCEPT, ANSWER}};
	struct world world;
	struct hook second = {0}, first = {.next = &second};

	world_open(&world, 4);
	server_script(&world.server, steps, 2);
	second.url = world.server.url;
	send_one(&world, &first, "/");
	ok(first.result.status == 500 && second.result.status == 200,
	    "the second one is sent when the first has failed");
	world_close(&world);
}

/* 50 applications that never answer, each with more webhooks than it may
 * have connections; then one that answers. */
#define HANGING 50
#define EACH 20
#define GOOD 40
static void
test_starvation(void)
{
	static const struct step silence[] = {{NULL, SILENCE}};
	static const struct step accepts[] = {{ACCEPT, ANSWER}};
	static struct hook hanging[HANGING * EACH];
	struct hook good[GOOD] = {{0}};
	struct world world;
	struct server other;
	char url[100];

	world_open(&world, 128);
	world.timeout_ms = 4000;
	server_script(&world.server, silence, 1);
	server_open(&other, world.loop);
	server_script(&other, accepts, 1);
	for (unsigned i = 0; i < HANGING * EACH; i++) {
		(void)snprintf(url, sizeof url, "%s/%u", world.server.url,
		    i / EACH);
		hanging[i] = (struct hook){0};
		(void)start(&world, &hanging[i], url);
	}
	world_wait(&world, 400);
	unsigned held = world.server.requests;
	ok(held >= HANGING && held <= 128 / 2 + HANGING,
	    "the applications that hang hold %u connections", held);
	int64_t began = clock_monotonic_us();
	(void)snprintf(url, sizeof url, "%s/good", other.url);
	unsigned before = world.pending;
	for (unsigned i = 0; i < GOOD; i++)
		(void)start(&world, &good[i], url);
	while (world.pending > before &&
	    clock_monotonic_us() - began < 3000000)
		(void)event_base_loop(world.loop, EVLOOP_ONCE);
	int64_t took = clock_monotonic_us() - began;
	unsigned answered = 0;
	for (unsigned i = 0; i < GOOD; i++)
		answered += good[i].result.status == 200;
	is_int(answered, GOOD, "another application is served meanwhile");
	ok(took < 500000, "all of it within %jd us", (intmax_t)took);
	is_int(world.server.requests, held, "nobody that hangs was ended for it");
	webhook_client_close(world.client);
	world_wait(&world, 50);
	server_close(&world.server);
	server_close(&other);
	event_base_free(world.loop);
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	make_long_head();
	test_request();
	test_get();
	test_vectors();
	test_answers();
	test_password();
	test_connecting();
	test_kept_connection();
	test_abandoning();
	test_chain();
	test_starvation();
	return tap_done();
}
