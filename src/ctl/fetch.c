/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "ctl/fetch.h"

#include <event2/event.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

/* A page has up to 1000 objects of some 50 properties. */
#define ANSWER_VALUES ((size_t)2000000)
#define WORDS_CEILING ((size_t)1 << 16)
#define WORDS_SIZE 2048

#define STATUS_NOT_FOUND 404
#define STATUS_TOO_MANY_REQUESTS 429
#define STATUS_UNAVAILABLE 503

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

_Static_assert(ARRAY_LENGTH(signals) ==
	ARRAY_LENGTH(((struct fetcher *)NULL)->signals),
    "the header counts the signals");

void
fetcher_fail(
    struct fetcher *fetcher, struct str path, const char *format, ...)
{
	char words[WORDS_SIZE];
	va_list arguments;

	if (fetcher->error.at != NULL)
		return;
	va_start(arguments, format);
	(void)vsnprintf(words, sizeof words, format, arguments);
	va_end(arguments);
	fetcher->error = arena_format(&fetcher->arena, "%s%.*s%s%s",
	    path.at != NULL ? "GET " : "", STR_ARGS(path),
	    path.at != NULL ? ": " : "", words);
	if (fetcher->error.at == NULL)
		fetcher->error = STR("out of memory");
	(void)event_base_loopbreak(fetcher->loop);
}

static void
on_signal(evutil_socket_t number, short ready, void *context)
{
	struct fetcher *fetcher = context;

	(void)ready;
	fetcher->signal = (int)number;
	fetcher_fail(fetcher, STR_NONE, "stopped by signal %d", (int)number);
}

static bool
catch_signals(struct fetcher *fetcher)
{
	for (size_t i = 0; i < ARRAY_LENGTH(signals); i++) {
		fetcher->signals[i] = evsignal_new(
		    fetcher->loop, signals[i], on_signal, fetcher);
		if (fetcher->signals[i] == NULL ||
		    evsignal_add(fetcher->signals[i], NULL) != 0)
			return false;
	}
	return true;
}

bool
fetcher_open(struct fetcher *fetcher, const struct rest_options *options,
    struct progress *progress, struct err *err)
{
	*fetcher = (struct fetcher){
		.options = *options,
		.progress = progress,
	};
	arena_init(&fetcher->arena, WORDS_CEILING);
	fetcher->loop = event_base_new();
	if (fetcher->loop == NULL || !catch_signals(fetcher))
		return err_set(err, 0, "the event loop cannot be made");
	fetcher->client = rest_client_open(
	    fetcher->loop, FETCHES_AT_ONCE, FETCHES_AT_ONCE, err);
	return fetcher->client != NULL;
}

void
fetcher_close(struct fetcher *fetcher)
{
	rest_client_close(fetcher->client);
	for (size_t i = 0; i < ARRAY_LENGTH(fetcher->signals); i++)
		if (fetcher->signals[i] != NULL)
			event_free(fetcher->signals[i]);
	if (fetcher->loop != NULL)
		event_base_free(fetcher->loop);
	arena_release(&fetcher->arena);
	*fetcher = (struct fetcher){.loop = NULL};
}

/* ---- what came of it */

static void
fail_unanswered(const struct fetch *fetch, const struct rest_result *result)
{
	fetcher_fail(fetch->fetcher, fetch->path, "%s%s",
	    result->outcome == REST_UNKNOWN ? "the answer broke off: " : "",
	    result->error);
}

/* Twilio's words, where there are any.
 * Source: https://www.twilio.com/docs/usage/twilios-response (errors) */
static void
fail_refused(const struct fetch *fetch, const struct rest_result *result)
{
	struct json_limits limits = {.values = ANSWER_VALUES};
	struct json_object *json = NULL;
	struct err err;

	if (!json_parse(fetch->arena, result->body, limits, &json, &err))
		json = NULL;
	struct json_object *code = json_get(json, "code");
	struct str message = json_get_text(json, "message");
	char number[48] = "";
	if (json_type(code) == JSON_INTEGER)
		(void)snprintf(number, sizeof number, ", error %jd",
		    (intmax_t)json_integer(code));
	fetcher_fail(fetch->fetcher, fetch->path, "HTTP %u%s%s%.*s",
	    result->status, number, message.len > 0 ? ": " : "",
	    STR_ARGS(message));
}

static void
take_answer(struct fetch *fetch, const struct rest_result *result)
{
	struct json_limits limits = {.values = ANSWER_VALUES};
	struct json_object *json;
	struct err err;

	if (fetch->may_be_gone && result->status == STATUS_NOT_FOUND)
		fetch->done(fetch->context, NULL);
	else if (result->status != 200)
		fail_refused(fetch, result);
	else if (!json_parse(
		     fetch->arena, result->body, limits, &json, &err))
		fetcher_fail(fetch->fetcher, fetch->path,
		    "the answer is no JSON: byte %zu: %s", err.at, err.text);
	else if (json_type(json) != JSON_OBJECT)
		fetcher_fail(fetch->fetcher, fetch->path,
		    "the answer is not a JSON object but %s",
		    json_type_name(json_type(json)));
	else
		fetch->done(fetch->context, json);
}

/* Whether the next try may end otherwise. Where TaskRouter said when to come
 * back, the REST client has waited for that, or it is too far away. */
static bool
may_pass(const struct fetcher *fetcher, const struct rest_result *result)
{
	unsigned status = result->status;

	switch (result->outcome) {
	case REST_ANSWERED:
		break;
	case REST_UNKNOWN:
		return true;
	case REST_NOT_SENT:
		return fetcher->is_reached;
	case REST_TIMEOUT:
		return fetcher->is_reached && !result->sent;
	case REST_ABANDONED:
		return false;
	}
	if (status == STATUS_TOO_MANY_REQUESTS || status == STATUS_UNAVAILABLE)
		return result->retry_after_s < 0;
	return status >= 500;
}

/* ---- trying */

static void try_fetch(struct fetch *fetch);

static void
on_pause(evutil_socket_t socket, short ready, void *context)
{
	(void)socket;
	(void)ready;
	try_fetch(context);
}

/* The loop forgets the timer with itself, should it end before. */
static bool
pause_fetch(struct fetch *fetch, const struct rest_result *result)
{
	int64_t ms = (int64_t)FETCH_PAUSE_MS << (fetch->tries - 1);
	struct timeval wait = {ms / 1000, ms % 1000 * 1000};
	char reason[sizeof result->error];

	(void)snprintf(reason, sizeof reason, "HTTP %u", result->status);
	progress_tell(fetch->fetcher->progress,
	    "GET %.*s: %s; tried again in %jd ms", STR_ARGS(fetch->path),
	    result->outcome == REST_ANSWERED ? reason : result->error,
	    (intmax_t)ms);
	return event_base_once(fetch->fetcher->loop, -1, EV_TIMEOUT, on_pause,
		   fetch, &wait) == 0;
}

static void
leave(struct fetcher *fetcher)
{
	fetcher->pending--;
	if (fetcher->pending == 0)
		(void)event_base_loopbreak(fetcher->loop);
}

static void
on_done(void *context, const struct rest_result *result)
{
	struct fetch *fetch = context;
	struct fetcher *fetcher = fetch->fetcher;

	fetcher->is_reached = fetcher->is_reached ||
	    result->outcome == REST_ANSWERED;
	if (may_pass(fetcher, result) && fetch->tries < FETCH_TRIES &&
	    pause_fetch(fetch, result))
		return;
	if (result->outcome == REST_ANSWERED)
		take_answer(fetch, result);
	else
		fail_unanswered(fetch, result);
	leave(fetcher);
}

static void
try_fetch(struct fetch *fetch)
{
	struct rest_request request = {
		.method = "GET",
		.path = fetch->path,
		.arena = fetch->arena,
		.done = on_done,
		.context = fetch,
	};

	fetch->tries++;
	if (!rest_start(
		fetch->fetcher->client, &fetch->fetcher->options, &request))
		fetcher_fail(fetch->fetcher, fetch->path, "out of memory");
}

void
fetch_start(struct fetch *fetch)
{
	fetch->tries = 0;
	fetch->fetcher->pending++;
	try_fetch(fetch);
}

bool
fetcher_run(struct fetcher *fetcher)
{
	if (fetcher->error.at == NULL && fetcher->pending > 0)
		(void)event_base_dispatch(fetcher->loop);
	if (fetcher->pending > 0)
		fetcher_fail(fetcher, STR_NONE, "the event loop has ended");
	return fetcher->error.at == NULL;
}
