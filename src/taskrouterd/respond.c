/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/respond.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/json_put.h"

#define CONTENT_TYPE "application/json; charset=utf-8"
/* A page of a list ends before its body can become this large (list.h). */
#define BODY_CEILING ((size_t)64 << 20)

/* What TaskRouter lets a page of any site do. Here, to change something is left
 * to those of this machine (authenticate.h). */
static const struct {
	const char *name, *value;
} cors[] = {
	{"Access-Control-Allow-Origin", "*"},
	{"Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS"},
	{"Access-Control-Allow-Headers",
	    "Accept, Authorization, Content-Type, If-Match, "
	    "If-Modified-Since, If-None-Match, If-Unmodified-Since"},
	{"Access-Control-Expose-Headers", "ETag"},
	{"Access-Control-Allow-Credentials", "true"},
};

/* Twilio's own machines have more to say (X-Home-Region, X-API-Domain, …),
 * none of which would be true here. */
static void
add_headers(struct api_call *call)
{
	struct response *response = &call->exchange->response;
	int64_t us = clock_monotonic_us() - call->exchange->started_us;

	response_header(response, "Twilio-Request-Id", call->exchange->id);
	response_header(response, "Twilio-Request-Duration",
	    arena_format(call->arena, "%jd.%03jd", (intmax_t)(us / 1000000),
		(intmax_t)(us / 1000 % 1000)));
	response_header(response, "Twilio-Concurrent-Requests",
	    arena_format(call->arena, "%zu", call->daemon->in_hand));
	for (size_t i = 0; i < ARRAY_LENGTH(cors); i++)
		response_header(
		    response, cors[i].name, str_from(cors[i].value));
}

static void
answer(struct api_call *call, unsigned status, struct str body)
{
	/* TaskRouter names the type of the body that a 204 lacks, too. */
	response_body(&call->exchange->response, status, CONTENT_TYPE, body);
	add_headers(call);
	daemon_answer(call->daemon, call->exchange);
}

static void
release_buffer(void *buffer)
{
	buf_release(buffer);
}

struct buf *
respond_buffer(struct api_call *call)
{
	struct buf *buffer = arena_alloc(call->arena, sizeof *buffer);

	if (buffer == NULL)
		return NULL;
	buf_init(buffer, BODY_CEILING);
	return arena_defer(call->arena, release_buffer, buffer) ? buffer : NULL;
}

void
respond_json(struct api_call *call, unsigned status, const struct buf *body)
{
	unsigned method = call->exchange->request.method;
	bool reads = method == METHOD_GET || method == METHOD_HEAD;

	if (!body->failed)
		answer(call, status, buf_str(body));
	else if (reads)
		respond_error(call, 503, API_ERROR_UNAVAILABLE,
		    "There is not enough memory for this answer");
	else /* a 503 would ask for the same again */
		respond_error(call, 500, API_ERROR_INTERNAL,
		    "It was done, but there is not enough memory for the "
		    "answer");
}

void
respond_nothing(struct api_call *call)
{
	answer(call, 204, STR(""));
}

void
respond_refusal(struct api_call *call, const struct refusal *refusal)
{
	struct str message = str_from(refusal->text);
	struct buf *body = respond_buffer(call);

	if (body == NULL) {
		answer(call, refusal->status, STR("{}"));
		return;
	}
	buf_add_byte(body, '{');
	json_put_key(body, "code");
	json_put_integer(body, refusal->code);
	json_put_key(body, "message");
	json_put_text(body, message);
	json_put_key(body, "more_info");
	buf_format(body, "\"https://www.twilio.com/docs/errors/%u\"",
	    refusal->code);
	json_put_key(body, "status");
	json_put_integer(body, refusal->status);
	buf_add_byte(body, '}');
	call->exchange->facts.note = arena_str(call->arena, message);
	answer(call, refusal->status,
	    body->failed ? STR("{}") : buf_str(body));
}

void
respond_error(struct api_call *call, unsigned status, enum api_error code,
    const char *format, ...)
{
	struct refusal refusal = {.status = status, .code = (unsigned)code};
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(
	    refusal.text, sizeof refusal.text, format, arguments);
	va_end(arguments);
	respond_refusal(call, &refusal);
}

void
respond_not_found(struct api_call *call)
{
	struct str path = call->exchange->request.path;

	if (str_has_prefix(path, STR("/v1")))
		path = str_slice(path, sizeof "/v1" - 1, path.len);
	respond_error(call, 404, API_ERROR_NOT_FOUND,
	    "The requested resource %.*s was not found", STR_ARGS(path));
}
