/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/upstream.h"

#include "base/clock.h"
#include "base/log.h"

/* A Task has about 25 properties; attributes are one string. */
#define ANSWER_VALUES 1000
#define OVERLOADED_RETRY_AFTER STR("1")

struct call {
	struct exchange *exchange;
	enum rest_operation operation;
	upstream_done *done;
};

static void
log_failure(const struct call *call, const struct rest_result *result)
{
	struct log_line line;

	if (result->outcome == REST_ANSWERED && result->status < 300)
		return;
	log_begin(&line, LOG_LEVEL_WARNING, "rest");
	log_str(&line, "id", call->exchange->id);
	log_str(&line, "operation",
	    str_from(rest_operation_name(call->operation)));
	log_int(&line, "status", result->status);
	log_str(&line, "error", str_from(result->error));
	log_str(&line, "twilio_request_id", result->request_id);
	log_ms(&line, "ms", result->duration_us);
	log_end(&line);
}

static bool
is_abandoned(void *context)
{
	const struct call *call = context;

	return exchange_is_abandoned(call->exchange);
}

static void
on_done(void *context, const struct rest_result *result)
{
	struct call *call = context;
	struct exchange *exchange = call->exchange;
	struct json_limits limits = {.values = ANSWER_VALUES};
	struct upstream upstream = {.result = result};
	struct err err;

	count_event(exchange, COUNTER_REST_CALLS, call->operation, result->outcome);
	metrics_observe(responder_of(exchange)->metrics, COUNTER_REST_TIME,
	    call->operation, result->duration_us);
	log_failure(call, result);
	if (result->outcome == REST_ANSWERED &&
	    (!json_parse(&exchange->arena, result->body, limits,
		 &upstream.json, &err) ||
		json_type(upstream.json) != JSON_OBJECT))
		upstream.json = NULL;
	upstream.success = upstream.json != NULL && result->status >= 200 &&
	    result->status < 300;
	call->done(exchange, &upstream);
}

static void
refuse_overloaded(struct exchange *exchange)
{
	response_header(
	    &exchange->response, "Retry-After", OVERLOADED_RETRY_AFTER);
	exchange_refuse(exchange, 503,
	    "as many calls of TaskRouter as are allowed are under way");
}

void
upstream_start(struct exchange *exchange, enum rest_operation operation,
    struct str path, const struct buf *form, upstream_done *done)
{
	const struct settings *settings = settings_of(exchange);
	struct responder *responder = responder_of(exchange);
	struct rest_options options = settings_rest_options(settings);
	const char *blocked = settings_rest_blocked(settings);
	int64_t age_ms =
	    (clock_monotonic_us() - exchange->started_us) / 1000;
	struct call *call = arena_alloc(&exchange->arena, sizeof *call);
	struct err err;

	if (blocked != NULL || !responder_need_rest(responder, &err)) {
		exchange_refuse(exchange, 500, "TaskRouter cannot be called: %s",
		    blocked != NULL ? blocked : err.text);
		return;
	}
	struct rest_request request = {
		.method = form == NULL ? "GET" : "POST",
		.path = arena_format(&exchange->arena,
		    "/v1/Workspaces/%.*s%.*s",
		    STR_ARGS(settings->workspace_sid.items[0]), STR_ARGS(path)),
		.form = form == NULL ? STR_NONE
				     : arena_str(&exchange->arena, buf_str(form)),
		.arena = &exchange->arena,
		.is_abandoned = is_abandoned,
		.done = on_done,
		.context = call,
	};
	/* Half a form would make another Task than the one asked for. */
	if (exchange->arena.overflow || (form != NULL && form->failed)) {
		exchange_refuse(exchange, 500, "out of memory");
		return;
	}
	/* A second call gets what the first one left. */
	options.timeout_ms -= age_ms < options.timeout_ms ? age_ms
							  : options.timeout_ms;
	*call = (struct call){exchange, operation, done};
	if (!rest_start(responder->rest, &options, &request))
		refuse_overloaded(exchange);
}

/* Fixed words for what is no answer of TaskRouter's; the log has more. */
static const struct {
	unsigned status;
	const char *detail;
	const char *detail_if_sent;
} failures[] = {
	[REST_ANSWERED] = {502, NULL,
	    "TaskRouter's answer could not be understood; it may have carried "
	    "the request out"},
	[REST_NOT_SENT] = {502,
	    "TaskRouter could not be reached; nothing was sent",
	    "TaskRouter could not be reached"},
	[REST_UNKNOWN] = {502,
	    "the connection to TaskRouter broke; nothing was sent",
	    "the connection to TaskRouter broke; it may have carried the "
	    "request out"},
	[REST_TIMEOUT] = {504,
	    "TaskRouter could not be reached in time; nothing was sent",
	    "TaskRouter did not answer in time; it may have carried the "
	    "request out"},
	[REST_ABANDONED] = {503,
	    "the caller had gone; nothing was sent",
	    "the caller had gone"},
};

static void
refuse_answered(struct exchange *exchange, const struct upstream *upstream,
    unsigned status)
{
	struct json_object *code = json_get(upstream->json, "code");
	struct str message = json_get_text(upstream->json, "message");
	struct str detail = arena_format(&exchange->arena,
	    "TaskRouter answered %u%s%.*s", upstream->result->status,
	    message.len > 0 ? ": " : "", STR_ARGS(message));

	response_problem(&exchange->response, &exchange->arena, status,
	    exchange->id, detail,
	    json_type(code) == JSON_INTEGER ? json_integer(code) : 0);
	exchange->facts.note = detail;
	exchange_complete(exchange);
}

void
upstream_refuse_as(struct exchange *exchange, const struct upstream *upstream,
    unsigned status)
{
	const struct rest_result *result = upstream->result;

	if (result->outcome == REST_ANSWERED && result->status >= 300)
		refuse_answered(exchange, upstream, status);
	else
		exchange_refuse(exchange, status, "%s",
		    result->sent || result->outcome == REST_ANSWERED
			? failures[result->outcome].detail_if_sent
			: failures[result->outcome].detail);
}

void
upstream_refuse(struct exchange *exchange, const struct upstream *upstream)
{
	const struct rest_result *result = upstream->result;
	unsigned status = failures[result->outcome].status;

	if (result->outcome == REST_ANSWERED &&
	    (result->status == 429 || result->status == 503)) {
		status = 503;
		response_header(&exchange->response, "Retry-After",
		    arena_format(&exchange->arena, "%jd",
			(intmax_t)(result->retry_after_s > 0
				? result->retry_after_s
				: 1)));
	}
	upstream_refuse_as(exchange, upstream, status);
}
