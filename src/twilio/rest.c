/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/rest.h"

#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/wipe.h"
#include "twilio/libcurl.h"
#include "twilio/multi.h"
#include "twilio/target.h"
#include "twilio/transfer.h"
#include "twilio/warm.h"

/* Calls handed to libcurl in one turn of the loop: 1000 at once would hold
 * the loop up for 26 ms. */
#define STARTS_PER_TURN 8
/* Requests under way over HTTP/2, each some 20 kB: what one connection takes
 * by the preset of servers and of libcurl, and about what Twilio lets an
 * account have at once. */
#define STREAMS ((size_t)100)
/* After a pause that TaskRouter asked for, at least this must be left for the
 * call itself; and no pause is shorter, so that "Retry-After: 0" cannot turn
 * into a busy loop. */
#define LEFT_AFTER_PAUSE_MS 500
#define PAUSE_LEAST_MS 250

#define STATUS_TOO_MANY_REQUESTS 429
#define STATUS_UNAVAILABLE 503

TAILQ_HEAD(rest_calls, rest_call);

/* In exactly one of the client's lists. The texts are its own, not in the
 * arena of the request: that may be given back, in a shutdown, before the
 * client is closed. */
struct rest_call {
	TAILQ_ENTRY(rest_call) entry;
	struct rest_calls *list;
	struct rest_client *client;
	struct rest_request request;
	struct rest_result result;
	struct target target;
	struct transfer transfer;
	struct curl_slist *headers; /* its own; NULL: the client's */
	struct event *timer; /* the deadline, or the end of a pause */
	int64_t started_us;
	int64_t timeout_ms;
	size_t text_length;
	char text[];         /* what the target's pointers point to; a secret too */
};

struct rest_client {
	struct event_base *loop;
	struct multi *multi;
	struct event *wake;         /* to look at `waiting` in the next turn */
	struct curl_slist *headers;
	const char *ca_file;        /* the distribution's, NULL if unknown */
	struct rest_calls waiting;  /* for their turn, in their order */
	struct rest_calls active;   /* with libcurl */
	struct rest_calls paused;   /* for Retry-After */
	size_t connections;         /* limits, both at least 1 */
	size_t calls;
	size_t in_hand;             /* in all three lists */
	size_t in_transfer;         /* in `active` */
	bool multiplexed;           /* the last answer came over HTTP/2 */
};

static void
move_call(struct rest_call *call, struct rest_calls *list)
{
	struct rest_client *client = call->client;

	if (call->list != NULL)
		TAILQ_REMOVE(call->list, call, entry);
	client->in_transfer -= call->list == &client->active;
	client->in_transfer += list == &client->active;
	call->list = list;
	if (list != NULL)
		TAILQ_INSERT_TAIL(list, call, entry);
}

static void
wake(struct rest_client *client)
{
	/* A timer, not event_active: that would run again before the loop
	 * looks at its sockets. */
	static const struct timeval at_once = {0, 0};

	(void)evtimer_add(client->wake, &at_once);
}

/* The client forgets the call. */
static void
let_go(struct rest_call *call)
{
	transfer_detach(&call->transfer, call->client->multi);
	move_call(call, NULL);
	call->client->in_hand--;
}

static void
free_call(struct rest_call *call)
{
	transfer_release(&call->transfer);
	if (call->headers != NULL)
		curl_slist_free_all(call->headers);
	event_free(call->timer);
	wipe(call->text, call->text_length);
	free(call);
}

static int64_t
age_us(const struct rest_call *call)
{
	return clock_monotonic_us() - call->started_us;
}

/* Tells the maker of the call, after room was made for the call that it may
 * start from there. */
static void
finish(struct rest_call *call, enum rest_outcome outcome)
{
	struct rest_client *client = call->client;
	struct rest_result *result = &call->result;

	result->outcome = outcome;
	result->duration_us = age_us(call);
	if (outcome != REST_ANSWERED && result->error[0] == '\0')
		(void)snprintf(result->error, sizeof result->error, "%s",
		    call->transfer.error);
	let_go(call);
	wake(client);
	call->request.done(call->request.context, result);
	free_call(call);
}

static void
set_timer(struct rest_call *call, int64_t from_start_ms)
{
	int64_t left_us = from_start_ms * 1000 - age_us(call);

	if (left_us < 0)
		left_us = 0;
	struct timeval wait = {left_us / 1000000, left_us % 1000000};
	(void)evtimer_add(call->timer, &wait);
}

static void
time_out(struct rest_call *call)
{
	static const char *const texts[] = {
		"no connection was free in time",
		"no connection was made in time",
		"no whole answer came in time",
	};
	struct rest_result *result = &call->result;
	bool active = call->list == &call->client->active;

	result->sent = active && transfer_is_sent(&call->transfer);
	(void)snprintf(result->error, sizeof result->error,
	    "%s (%jd ms)", texts[active + result->sent],
	    (intmax_t)call->timeout_ms);
	finish(call, REST_TIMEOUT);
}

static void
end_pause(struct rest_call *call)
{
	struct rest_client *client = call->client;

	/* To the front: it has waited before those that are there. */
	move_call(call, NULL);
	call->list = &client->waiting;
	TAILQ_INSERT_HEAD(&client->waiting, call, entry);
	set_timer(call, call->timeout_ms);
	wake(client);
}

static void
on_call_timer(evutil_socket_t socket, short ready, void *context)
{
	struct rest_call *call = context;

	(void)socket;
	(void)ready;
	if (call->list == &call->client->paused)
		end_pause(call);
	else
		time_out(call);
}

/* Whether the answer asks to come back later and the deadline allows it; the
 * call then pauses. 429 was never executed. 503 with Retry-After: the server
 * says that it did not handle the request. */
static bool
pause_call(struct rest_call *call, unsigned status)
{
	if (status != STATUS_TOO_MANY_REQUESTS && status != STATUS_UNAVAILABLE)
		return false;
	int64_t wait_s = transfer_retry_after(&call->transfer);
	call->result.retry_after_s = wait_s;
	if (wait_s < 0)
		return false;
	int64_t wait_ms = wait_s * 1000;
	if (wait_ms < PAUSE_LEAST_MS)
		wait_ms = PAUSE_LEAST_MS;
	int64_t until_ms = age_us(call) / 1000 + wait_ms;
	if (until_ms + LEFT_AFTER_PAUSE_MS > call->timeout_ms)
		return false;
	transfer_detach(&call->transfer, call->client->multi);
	move_call(call, &call->client->paused);
	set_timer(call, until_ms);
	wake(call->client);
	return true;
}

/* An answer that does not fit the arena cannot be used: TaskRouter did what
 * it was asked, but nobody will know what. */
static enum rest_outcome
keep_answer(struct rest_call *call, unsigned status)
{
	struct arena *arena = call->request.arena;
	struct rest_result *result = &call->result;
	struct str id = transfer_header(&call->transfer, "Twilio-Request-Id");

	result->request_id = arena_str(arena, id);
	result->etag =
	    arena_str(arena, transfer_header(&call->transfer, "ETag"));
	result->body = arena_str(arena, buf_str(&call->transfer.body));
	if (result->body.at == NULL || status == 0) {
		(void)snprintf(result->error, sizeof result->error, "%s",
		    status == 0 ? "the answer has no status"
				: "no room for the answer");
		return REST_UNKNOWN;
	}
	result->status = status;
	return REST_ANSWERED;
}

static void
on_finished(void *context, CURL *easy, CURLcode code)
{
	struct rest_client *client = context;
	struct rest_call *call = transfer_owner(easy);

	/* Whose it is cannot be told: the call ends at its deadline. */
	if (call == NULL)
		return;
	enum rest_outcome outcome = transfer_end(&call->transfer, code);
	call->result.oversized =
	    call->transfer.stop == TRANSFER_BODY_TOO_LONG;
	call->result.sent = transfer_is_sent(&call->transfer);
	if (outcome == REST_ANSWERED) {
		unsigned status = transfer_status(&call->transfer);
		client->multiplexed = transfer_is_multiplexed(&call->transfer);
		if (pause_call(call, status))
			return;
		outcome = keep_answer(call, status);
	}
	finish(call, outcome);
}

static void
start_call(struct rest_call *call)
{
	const struct rest_request *request = &call->request;

	call->result.sent = false;
	if (request->is_abandoned != NULL &&
	    request->is_abandoned(request->context)) {
		call->transfer.stop = TRANSFER_ABANDONED;
		finish(call, transfer_end(&call->transfer, CURLE_OK));
		return;
	}
	move_call(call, &call->client->active);
	if (!transfer_start(&call->transfer, call->client->multi, NULL, call))
		finish(call, REST_NOT_SENT);
}

/* How many calls libcurl gets at once. It would queue what exceeds its
 * connections too, but costs more for each, and 7.88 forgets the time limits
 * of those it queues. */
static size_t
transfer_limit(const struct rest_client *client)
{
	return client->multiplexed && client->connections < STREAMS
	    ? STREAMS
	    : client->connections;
}

static void
on_wake(evutil_socket_t socket, short ready, void *context)
{
	struct rest_client *client = context;

	(void)socket;
	(void)ready;
	for (unsigned i = 0; i < STARTS_PER_TURN; i++) {
		struct rest_call *call = TAILQ_FIRST(&client->waiting);
		if (call == NULL ||
		    client->in_transfer >= transfer_limit(client))
			return;
		start_call(call);
	}
	wake(client);
}

/* "Expect:" takes out the header that would make libcurl wait for permission
 * before it sends a larger form. */
#define HEADERS "Accept: application/json", "Expect:"

static bool
open_parts(struct rest_client *client)
{
	static const char *const lines[] = {HEADERS};

	client->wake = evtimer_new(client->loop, on_wake, client);
	client->headers = transfer_headers(lines, ARRAY_LENGTH(lines));
	client->multi = multi_open(client->loop, on_finished, client);
	client->ca_file = target_find_ca_file();
	return client->wake != NULL && client->headers != NULL &&
	    client->multi != NULL;
}

struct rest_client *
rest_client_open(struct event_base *loop, size_t connections, size_t calls,
    struct err *err)
{
	if (!libcurl_load(err))
		return NULL;
	struct rest_client *client = calloc(1, sizeof *client);
	if (client == NULL) {
		(void)err_set(err, 0, "no memory for calls of TaskRouter");
		return NULL;
	}
	client->loop = loop;
	TAILQ_INIT(&client->waiting);
	TAILQ_INIT(&client->active);
	TAILQ_INIT(&client->paused);
	if (!open_parts(client)) {
		rest_client_close(client);
		(void)err_set(err, 0, "no memory for calls of TaskRouter");
		return NULL;
	}
	rest_client_limit(client, connections, calls);
	return client;
}

void
rest_client_close(struct rest_client *client)
{
	if (client == NULL)
		return;
	struct rest_calls *lists[] = {
		&client->waiting, &client->active, &client->paused};
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
		while (!TAILQ_EMPTY(lists[i])) {
			struct rest_call *call = TAILQ_FIRST(lists[i]);
			let_go(call);
			free_call(call);
		}
	multi_close(client->multi);
	if (client->headers != NULL)
		curl_slist_free_all(client->headers);
	if (client->wake != NULL)
		event_free(client->wake);
	free(client);
}

void
rest_client_limit(struct rest_client *client, size_t connections, size_t calls)
{
	client->connections = connections > 0 ? connections : 1;
	client->calls = calls > 0 ? calls : 1;
	multi_limit(client->multi, (long)client->connections);
	wake(client);
}

bool
rest_client_warm(struct rest_client *client,
    const struct rest_options *options, struct err *err)
{
	char name[PATH_MAX];

	if (target_is_plain(options->base_url))
		return true;
	if (options->ca_file.len == 0)
		return warm_certificates(client->multi, client->ca_file, err);
	if (options->ca_file.len >= sizeof name)
		return err_set(err, 0, "expected a shorter name of a file");
	(void)snprintf(
	    name, sizeof name, "%.*s", STR_ARGS(options->ca_file));
	return warm_certificates(client->multi, name, err);
}

size_t
rest_client_calls(const struct rest_client *client)
{
	return client->in_hand;
}

/* False: no memory, or a longer header than any that may be meant. */
static bool
add_headers(struct rest_call *call, struct str if_match)
{
	char line[sizeof "If-Match: " + REST_IF_MATCH_MOST];
	const char *const lines[] = {HEADERS, line};

	if (if_match.at == NULL)
		return true;
	if (if_match.len > REST_IF_MATCH_MOST)
		return false;
	(void)snprintf(
	    line, sizeof line, "If-Match: %.*s", STR_ARGS(if_match));
	call->headers = transfer_headers(lines, ARRAY_LENGTH(lines));
	return call->headers != NULL;
}

static struct rest_call *
make_call(struct rest_client *client, const struct rest_options *options,
    const struct rest_request *request)
{
	size_t text_length = target_size(options, request);
	struct rest_call *call = calloc(1, sizeof *call + text_length);

	if (call == NULL)
		return NULL;
	call->text_length = text_length;
	call->timer = evtimer_new(client->loop, on_call_timer, call);
	if (call->timer == NULL || !add_headers(call, request->if_match)) {
		if (call->timer != NULL)
			event_free(call->timer);
		free(call);
		return NULL;
	}
	call->client = client;
	call->request = *request;
	call->result.retry_after_s = -1;
	call->started_us = clock_monotonic_us();
	call->timeout_ms = options->timeout_ms;
	target_fill(&call->target, call->text, options, request);
	if (call->target.ca_file == NULL)
		call->target.ca_file = client->ca_file;
	transfer_init(&call->transfer, &call->target,
	    call->headers != NULL ? call->headers : client->headers,
	    options->answer_limit);
	return call;
}

bool
rest_start(struct rest_client *client, const struct rest_options *options,
    const struct rest_request *request)
{
	if (client->in_hand >= client->calls)
		return false;
	struct rest_call *call = make_call(client, options, request);
	if (call == NULL)
		return false;
	client->in_hand++;
	move_call(call, &client->waiting);
	set_timer(call, call->timeout_ms);
	wake(client);
	return true;
}

const char *
rest_library_version(void)
{
	struct err err;

	return libcurl_load(&err) ? curl_version() : NULL;
}
