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
	bool changes;
	bool as_it_is; /* a 2xx is not parsed */
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
	if (result->error[0] != '\0')
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
	struct upstream upstream = {
		.result = result, .changes = call->changes};
	bool fine = result->outcome == REST_ANSWERED &&
	    result->status >= 200 && result->status < 300;
	bool parsed = !(fine && call->as_it_is);
	struct err err;

	count_event(exchange, COUNTER_REST_CALLS, call->operation, result->outcome);
	metrics_observe(responder_of(exchange)->metrics, COUNTER_REST_TIME,
	    call->operation, result->duration_us);
	log_failure(call, result);
	if (parsed && result->outcome == REST_ANSWERED &&
	    (!json_parse(&exchange->arena, result->body, limits,
		 &upstream.json, &err) ||
		json_type(upstream.json) != JSON_OBJECT))
		upstream.json = NULL;
	upstream.success = fine && (upstream.json != NULL || !parsed);
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
upstream_begin(struct exchange *exchange, const struct upstream_call *wanted,
    upstream_done *done)
{
	const struct buf *form = wanted->form;
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
		    STR_ARGS(settings->workspace_sid.items[0]),
		    STR_ARGS(wanted->path)),
		.form = form == NULL ? STR_NONE
				     : arena_str(&exchange->arena, buf_str(form)),
		.if_match = wanted->if_match,
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
	if (wanted->answer_limit > 0)
		options.answer_limit = wanted->answer_limit;
	*call = (struct call){
		.exchange = exchange,
		.operation = wanted->operation,
		.changes = form != NULL,
		.as_it_is = wanted->answer_limit > 0,
		.done = done,
	};
	if (!rest_start(responder->rest, &options, &request))
		refuse_overloaded(exchange);
}

void
upstream_start(struct exchange *exchange, enum rest_operation operation,
    struct str path, const struct buf *form, upstream_done *done)
{
	const struct upstream_call call = {
		.operation = operation, .path = path, .form = form};

	upstream_begin(exchange, &call, done);
}

/* Fixed words for what is no answer of TaskRouter's; the log has more. */
static const struct {
	unsigned status;
	const char *detail;
	const char *detail_if_sent;
	bool may_be_done; /* if sent */
} failures[] = {
	[REST_ANSWERED] = {502, NULL,
	    "TaskRouter's answer could not be understood", true},
	[REST_NOT_SENT] = {502,
	    "TaskRouter could not be reached; nothing was sent",
	    "TaskRouter could not be reached", false},
	[REST_UNKNOWN] = {502,
	    "the connection to TaskRouter broke; nothing was sent",
	    "the connection to TaskRouter broke", true},
	[REST_TIMEOUT] = {504,
	    "TaskRouter could not be reached in time; nothing was sent",
	    "TaskRouter did not answer in time", true},
	[REST_ABANDONED] = {503,
	    "the caller had gone; nothing was sent",
	    "the caller had gone", false},
};

static void
refuse_unanswered(struct exchange *exchange, const struct upstream *upstream,
    unsigned status)
{
	const struct rest_result *result = upstream->result;
	bool sent = result->sent || result->outcome == REST_ANSWERED;
	bool may_be_done =
	    sent && upstream->changes && failures[result->outcome].may_be_done;

	exchange_refuse(exchange, status, "%s%s",
	    result->oversized ? "TaskRouter's answer is too long"
		: sent        ? failures[result->outcome].detail_if_sent
			      : failures[result->outcome].detail,
	    may_be_done ? "; it may have carried the request out" : "");
}

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
		refuse_unanswered(exchange, upstream, status);
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

/* What TaskRouter says of the request, and what the operator is told. 410: a
 * Reservation that was rescinded. */
static const struct {
	unsigned from;
	unsigned to;
} handed_on[] = {
	{400, 400},
	{404, 404},
	{409, 409},
	{410, 409},
	{412, 412},
};

void
upstream_hand_on(struct exchange *exchange, const struct upstream *upstream)
{
	for (size_t i = 0; i < ARRAY_LENGTH(handed_on); i++)
		if (upstream->result->status == handed_on[i].from) {
			upstream_refuse_as(
			    exchange, upstream, handed_on[i].to);
			return;
		}
	upstream_refuse(exchange, upstream);
}
