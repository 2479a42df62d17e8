/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/webhook.h"

#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/clock.h"
#include "twilio/libcurl.h"
#include "twilio/multi.h"
#include "twilio/signature.h"
#include "twilio/target.h"
#include "twilio/transfer.h"
#include "twilio/webhook_share.h"
#include "twilio/webhook_url.h"

/* Handed to libcurl in one turn of the loop; each costs it some 30 us. */
#define STARTS_PER_TURN 8
/* Before another attempt. */
#define PAUSE_MS 100
/* A connection that was idle for longer is not used again. Applications close
 * theirs after two seconds (gunicorn) or more (Node.js, Apache: 5), and a
 * request that crosses its end on the way is lost, which must not look like an
 * application that fails. */
#define IDLE_MOST_S 1L
/* As Twilio's own webhooks say. */
#define USER_AGENT "TwilioProxy/1.1"

#define ERROR_CONNECTION 11205
#define ERROR_PROTOCOL 11206
#define ERROR_URL 11100

struct webhook {
	struct share_entry share; /* first */
	struct webhook_client *client;
	struct webhook_request request;
	struct webhook_result result;
	struct arena arena;       /* of all below, and the answer */
	struct webhook_url url;
	struct target target;
	struct transfer transfer;
	struct curl_slist *headers;
	struct event *timer;      /* the next of: deadline, silence, pause */
	int64_t started_us;
	int64_t deadline_us;      /* of all attempts */
	int64_t quiet_until_us;   /* by then another piece of the answer must
				   * have come */
	size_t received;          /* bytes of the answer when that was set */
	bool pausing;
	char text[];              /* the request's url and token */
};

struct webhook_client {
	struct event_base *loop;
	struct multi *multi;
	struct event *wake;
	struct share *share;
	struct str auth_token;
	char *ca_file;      /* NULL: the distribution's, if it is known */
	struct buf scratch; /* the form being encoded */
};

static void
wake(struct webhook_client *client)
{
	static const struct timeval at_once = {0, 0};

	(void)evtimer_add(client->wake, &at_once);
}

static void
release(struct webhook *webhook)
{
	transfer_detach(&webhook->transfer, webhook->client->multi);
	transfer_release(&webhook->transfer);
	if (webhook->headers != NULL)
		curl_slist_free_all(webhook->headers);
	if (webhook->timer != NULL)
		event_free(webhook->timer);
	arena_wipe(&webhook->arena); /* the URL's password */
	free(webhook);
}

static void
finish(struct webhook *webhook, enum webhook_outcome outcome)
{
	struct webhook_client *client = webhook->client;
	struct webhook_result *result = &webhook->result;

	result->outcome = outcome;
	result->url = webhook->request.url;
	result->note = webhook->url.note;
	if (webhook->started_us > 0)
		result->duration_us =
		    clock_monotonic_us() - webhook->started_us;
	transfer_detach(&webhook->transfer, client->multi);
	share_leave(client->share, &webhook->share);
	wake(client);
	webhook->request.done(webhook->request.context, result);
	release(webhook);
}

static void fail(struct webhook *webhook, unsigned error, const char *format,
    ...) PRINTF_LIKE(3, 4);

static void
fail(struct webhook *webhook, unsigned error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(webhook->result.reason, sizeof webhook->result.reason,
	    format, arguments);
	va_end(arguments);
	webhook->result.error = error;
	finish(webhook, WEBHOOK_FAILED);
}

/* ---- what it consists of */

static bool
encode_form(struct webhook *webhook, const struct form *form)
{
	struct buf *scratch = &webhook->client->scratch;

	buf_clear(scratch, WEBHOOK_MEMORY);
	for (size_t i = 0; i < form->count; i++) {
		struct str name = form->fields[i].name;
		form_add(scratch, name.at, form->fields[i].value);
	}
	webhook->target.form = arena_str(&webhook->arena, buf_str(scratch));
	return webhook->target.form.at != NULL;
}

/* Of a GET the form becomes part of the URL, and the URL is what is signed. */
static bool
encode(struct webhook *webhook, struct form *form)
{
	struct webhook_url *url = &webhook->url;
	struct target *target = &webhook->target;

	if (!encode_form(webhook, form))
		return false;
	if (!webhook->request.is_get)
		return true;
	const struct str parts[] = {
		url->target,
		form->count == 0 ? STR("")
		    : str_has_byte(url->target, '?') ? STR("&") : STR("?"),
		target->form,
	};
	url->target = arena_join(&webhook->arena, parts, ARRAY_LENGTH(parts));
	target->form = STR_NONE;
	form->count = 0;
	return url->target.at != NULL;
}

static bool
make_headers(struct webhook *webhook, const struct form *form)
{
	struct arena *arena = &webhook->arena;
	char signature[SIGNATURE_LENGTH + 1];

	signature_make(webhook->client->auth_token, webhook->url.target, form,
	    signature);
	/* Its first six bits are others; it stays Base64. */
	if (webhook->request.is_signed_wrongly)
		signature[0] = signature[0] == 'A' ? 'B' : 'A';
	struct str signed_line =
	    arena_format(arena, "X-Twilio-Signature: %s", signature);
	struct str token_line =
	    arena_format(arena, "I-Twilio-Idempotency-Token: %.*s",
		STR_ARGS(webhook->request.token));
	const char *const lines[] = {
		"Accept: */*",
		"Expect:",
		signed_line.at,
		token_line.at,
		"Content-Type: application/x-www-form-urlencoded; "
		"charset=UTF-8",
	};
	size_t count = ARRAY_LENGTH(lines) - webhook->request.is_get;
	if (!arena->overflow)
		webhook->headers = transfer_headers(lines, count);
	return webhook->headers != NULL;
}

static bool on_leaving(void *context);

static void
fill_target(struct webhook *webhook)
{
	const struct webhook_url *url = &webhook->url;
	struct target *target = &webhook->target;
	int64_t total_ms = webhook->request.timeout_ms;

	target->url = url->target.at;
	target->user = url->user.at;
	target->password = url->password.at;
	target->ca_file = webhook->client->ca_file;
	target->may_be_asked = url->user.at != NULL;
	target->connect_timeout_ms = url->connect_ms;
	target->is_abandoned = on_leaving;
	target->context = webhook;
	if (url->total_ms < total_ms)
		total_ms = url->total_ms;
	webhook->deadline_us = webhook->started_us + total_ms * 1000;
	transfer_init(&webhook->transfer, target, webhook->headers,
	    webhook->request.answer_limit);
}

/* ---- attempts */

static void
set_timer(struct webhook *webhook, int64_t until_us)
{
	int64_t left_us = until_us - clock_monotonic_us();

	if (left_us < 0)
		left_us = 0;
	struct timeval wait = {left_us / 1000000, left_us % 1000000};
	(void)evtimer_add(webhook->timer, &wait);
}

/* To the deadline, or to where the application has been silent for too long. */
static void
wait_for_answer(struct webhook *webhook)
{
	set_timer(webhook,
	    webhook->quiet_until_us < webhook->deadline_us
	        ? webhook->quiet_until_us
	        : webhook->deadline_us);
}

static void
expect_more(struct webhook *webhook, size_t received)
{
	webhook->received = received;
	webhook->quiet_until_us =
	    clock_monotonic_us() + webhook->url.read_ms * 1000;
	wait_for_answer(webhook);
}

/* The request is about to leave: from now on something is to come back. */
static bool
on_leaving(void *context)
{
	expect_more(context, 0);
	return false;
}

/* HTTP/1.1, as Twilio's; and libcurl sends the password only when it was asked
 * for, since with two ways to choose from it cannot know which. */
static bool
adjust(void *owner, CURL *easy)
{
	(void)owner;
	return curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
	           (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 0L) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_MOST_S) ==
	    CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_HTTPAUTH,
		(long)(CURLAUTH_BASIC | CURLAUTH_DIGEST)) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT) == CURLE_OK;
}

static void
attempt(struct webhook *webhook)
{
	webhook->pausing = false;
	webhook->result.attempts++;
	webhook->quiet_until_us = INT64_MAX;
	wait_for_answer(webhook);
	if (!transfer_start(&webhook->transfer, webhook->client->multi, adjust,
		webhook))
		fail(webhook, ERROR_CONNECTION, "%s", webhook->transfer.error);
}

/* Another attempt, if the URL asks for it after this and there is time. */
static bool
try_again(struct webhook *webhook, unsigned retry)
{
	int64_t until_us = clock_monotonic_us() + PAUSE_MS * 1000;

	if ((webhook->url.retry & retry) == 0 ||
	    webhook->result.attempts > (uint64_t)webhook->url.retries ||
	    until_us >= webhook->deadline_us)
		return false;
	transfer_detach(&webhook->transfer, webhook->client->multi);
	webhook->pausing = true;
	set_timer(webhook, until_us);
	return true;
}

static void
on_silence(struct webhook *webhook)
{
	if (try_again(webhook, WEBHOOK_RETRY_READ))
		return;
	fail(webhook, ERROR_CONNECTION, "nothing came for %jd ms",
	    (intmax_t)webhook->url.read_ms);
}

static void
on_timer(evutil_socket_t socket, short ready, void *context)
{
	struct webhook *webhook = context;
	const struct transfer *transfer = &webhook->transfer;
	size_t received = transfer->head_bytes + transfer->body.len;
	int64_t now_us = clock_monotonic_us();

	(void)socket;
	(void)ready;
	if (webhook->pausing)
		attempt(webhook);
	else if (now_us >= webhook->deadline_us)
		fail(webhook, ERROR_CONNECTION,
		    "no whole answer came within %jd ms",
		    (intmax_t)((webhook->deadline_us - webhook->started_us) /
			1000));
	else if (received > webhook->received)
		expect_more(webhook, received);
	else if (now_us >= webhook->quiet_until_us)
		on_silence(webhook);
	else
		wait_for_answer(webhook); /* libevent was early */
}

/* ---- what comes back */

static void
answered(struct webhook *webhook)
{
	struct transfer *transfer = &webhook->transfer;
	struct webhook_result *result = &webhook->result;
	unsigned status = transfer_status(transfer);
	unsigned retry = 0;

	if (status == 0) {
		fail(webhook, ERROR_PROTOCOL, "the answer has no status");
		return;
	}
	if (status / 100 == 4)
		retry = WEBHOOK_RETRY_4XX;
	else if (status / 100 == 5)
		retry = WEBHOOK_RETRY_5XX;
	if (try_again(webhook, retry))
		return;
	/* The header lives no longer than the handle is in use. */
	struct str type = transfer_header(transfer, "Content-Type");
	result->content_type = arena_str(&webhook->arena, type);
	if (type.at != NULL && result->content_type.at == NULL) {
		fail(webhook, ERROR_PROTOCOL, "no memory for the answer");
		return;
	}
	result->body = buf_str(&transfer->body);
	result->status = status;
	finish(webhook, WEBHOOK_ANSWERED);
}

/* Twilio's number for what libcurl says.
 * Source: https://www.twilio.com/docs/api/errors */
static unsigned
error_of(const struct transfer *transfer, CURLcode code)
{
	static const struct {
		CURLcode code;
		unsigned error;
	} rows[] = {
		{CURLE_COULDNT_RESOLVE_HOST, 11210},
		{CURLE_SSL_CONNECT_ERROR, 11220},
		{CURLE_PEER_FAILED_VERIFICATION, 11237},
		{CURLE_WEIRD_SERVER_REPLY, ERROR_PROTOCOL},
		{CURLE_UNSUPPORTED_PROTOCOL, ERROR_PROTOCOL}, /* HTTP/0.9 */
		{CURLE_PARTIAL_FILE, ERROR_PROTOCOL},
	};

	if (transfer->stop != TRANSFER_WENT_ON)
		return ERROR_PROTOCOL;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].code == code)
			return rows[i].error;
	return ERROR_CONNECTION;
}

static void
on_finished(void *context, CURL *easy, CURLcode code)
{
	struct webhook *webhook = transfer_owner(easy);

	(void)context;
	/* Whose it is cannot be told: the webhook ends at its deadline. */
	if (webhook == NULL)
		return;
	struct transfer *transfer = &webhook->transfer;
	if (transfer_end(transfer, code) == REST_ANSWERED) {
		answered(webhook);
		return;
	}
	bool connected = transfer_is_sent(transfer);
	if (try_again(webhook,
		connected ? WEBHOOK_RETRY_READ : WEBHOOK_RETRY_CONNECT))
		return;
	fail(webhook, error_of(transfer, code), "%s", transfer->error);
}

/* ---- turns */

static void
begin(struct webhook *webhook)
{
	const struct webhook_request *request = &webhook->request;
	struct form form = {NULL, 0};

	webhook->started_us = clock_monotonic_us();
	if (!webhook_url_read(request->url, &webhook->arena, &webhook->url)) {
		fail(webhook, ERROR_URL, "not an absolute http or https URL");
		return;
	}
	if (!request->compose(request->context, &webhook->arena, &form)) {
		finish(webhook, WEBHOOK_ABANDONED);
		return;
	}
	if (!encode(webhook, &form) || !make_headers(webhook, &form)) {
		fail(webhook, ERROR_CONNECTION, "no memory for the request");
		return;
	}
	fill_target(webhook);
	attempt(webhook);
}

static void
on_wake(evutil_socket_t socket, short ready, void *context)
{
	struct webhook_client *client = context;

	(void)socket;
	(void)ready;
	for (unsigned i = 0; i < STARTS_PER_TURN; i++) {
		struct share_entry *entry = share_take(client->share);
		if (entry == NULL)
			return;
		begin((struct webhook *)(void *)entry);
	}
	wake(client);
}

static bool
open_parts(struct webhook_client *client, const struct webhook_options *options)
{
	const char *usual = target_find_ca_file();

	buf_init(&client->scratch, WEBHOOK_MEMORY);
	client->wake = evtimer_new(client->loop, on_wake, client);
	client->multi = multi_open(client->loop, on_finished, client);
	client->share = share_new(options->connections);
	if (options->ca_file.len > 0)
		client->ca_file =
		    strndup(options->ca_file.at, options->ca_file.len);
	else if (usual != NULL)
		client->ca_file = strdup(usual);
	if (client->wake == NULL || client->multi == NULL ||
	    client->share == NULL ||
	    (client->ca_file == NULL &&
		(options->ca_file.len > 0 || usual != NULL)))
		return false;
	multi_limit(client->multi, (long)options->connections);
	return true;
}

struct webhook_client *
webhook_client_open(struct event_base *loop,
    const struct webhook_options *options, struct err *err)
{
	if (!libcurl_load(err))
		return NULL;
	struct webhook_client *client = calloc(1, sizeof *client);
	if (client != NULL) {
		client->loop = loop;
		client->auth_token = options->auth_token;
		if (open_parts(client, options))
			return client;
		webhook_client_close(client);
	}
	(void)err_set(err, 0, "no memory for webhooks");
	return NULL;
}

void
webhook_client_close(struct webhook_client *client)
{
	struct share_entry *entry;

	if (client == NULL)
		return;
	while (client->share != NULL &&
	    (entry = share_any(client->share)) != NULL) {
		share_leave(client->share, entry);
		release((struct webhook *)(void *)entry);
	}
	share_free(client->share);
	multi_close(client->multi);
	if (client->wake != NULL)
		event_free(client->wake);
	buf_release(&client->scratch);
	free(client->ca_file);
	free(client);
}

void
webhook_client_abandon(struct webhook_client *client)
{
	struct share_entry *entry;

	while ((entry = share_waiting(client->share)) != NULL)
		finish((struct webhook *)(void *)entry, WEBHOOK_ABANDONED);
}

/* Copies `s` to *at and moves *at behind it. */
static struct str
put(char **at, struct str s)
{
	struct str copy = {*at, s.len};

	if (s.len > 0)
		memcpy(*at, s.at, s.len);
	*at += s.len;
	return copy;
}

bool
webhook_start(
    struct webhook_client *client, const struct webhook_request *request)
{
	struct webhook *webhook = calloc(
	    1, sizeof *webhook + request->url.len + request->token.len);
	char *at;

	if (webhook == NULL)
		return false;
	at = webhook->text;
	webhook->client = client;
	webhook->request = *request;
	webhook->request.url = put(&at, request->url);
	webhook->request.token = put(&at, request->token);
	arena_init(&webhook->arena, WEBHOOK_MEMORY);
	webhook->timer = evtimer_new(client->loop, on_timer, webhook);
	if (webhook->timer == NULL ||
	    !share_enter(client->share, &webhook->share,
		webhook_url_application(webhook->request.url))) {
		release(webhook);
		return false;
	}
	wake(client);
	return true;
}
