/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/fault_requests.h"

#include "taskrouterd/authenticate.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/faults.h"
#include "taskrouterd/respond.h"

#define CODE_BASE 20000
/* The answer that breaks off where nothing was executed. */
#define STATUS_OF_NOTHING 503

/* Stands between an exchange and its transport. */
struct faulty_exchange {
	struct fault_hold hold; /* first */
	struct exchange *exchange;
	const struct transport *transport; /* the real one */
	void *link;                        /* its */
	struct api_call *call; /* which waits to be run; else NULL */
	uint64_t fault;        /* its id */
	struct fault_rule rule; /* without its texts, which may be gone */
};

unsigned
fault_requests_code(unsigned status)
{
	static const struct {
		unsigned status, code;
	} rows[] = {
		{400, API_ERROR_PARAMETER},
		{401, API_ERROR_AUTHENTICATION},
		{405, API_ERROR_METHOD},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].status == status)
			return rows[i].code;
	return CODE_BASE + status;
}

static const char *
message_of(unsigned status)
{
	const char *title = response_title(status);

	return title != NULL ? title : "A fault on purpose";
}

/* ---- answers */

static void
add_headers(const struct faulty_exchange *faulty, bool is_error)
{
	struct exchange *exchange = faulty->exchange;
	int64_t seconds = faulty->rule.retry_after;

	response_header(&exchange->response, "TaskRouter-Fault",
	    arena_format(&exchange->arena, "%ju", (uintmax_t)faulty->fault));
	if (is_error && seconds >= 0)
		response_header(&exchange->response, "Retry-After",
		    arena_format(
			&exchange->arena, "%jd", (intmax_t)seconds));
}

/* The version of an object is no part of an error. */
static void
remove_header(struct response *response, struct str name)
{
	size_t kept = 0;

	for (size_t i = 0; i < response->header_count; i++)
		if (!str_equal_nocase(str_from(response->headers[i].name), name))
			response->headers[kept++] = response->headers[i];
	response->header_count = kept;
}

/* In place of what the request brought. */
static void
replace_answer(const struct faulty_exchange *faulty)
{
	struct exchange *exchange = faulty->exchange;
	unsigned status = (unsigned)faulty->rule.status;
	unsigned code = fault_requests_code(status);

	remove_header(&exchange->response, STR("ETag"));
	response_body(&exchange->response, status,
	    "application/json; charset=utf-8",
	    arena_format(&exchange->arena,
		"{\"code\":%u,\"message\":\"%s\",\"more_info\":"
		"\"https://www.twilio.com/docs/errors/%u\",\"status\":%u}",
		code, message_of(status), code, status));
}

static void
note(const struct faulty_exchange *faulty)
{
	struct exchange *exchange = faulty->exchange;

	if (exchange->facts.note.at == NULL)
		exchange->facts.note =
		    arena_format(&exchange->arena, "fault %ju: %s",
			(uintmax_t)faulty->fault,
			fault_action_names[faulty->rule.action]);
}

/* transport.respond: what the request brought is stored, and shows now. */
static void
on_respond(struct exchange *exchange)
{
	struct faulty_exchange *faulty = exchange->link;
	const struct fault_rule *rule = &faulty->rule;
	struct faults *faults = &daemon_of(exchange)->faults;

	exchange->transport = faulty->transport;
	exchange->link = faulty->link;
	add_headers(faulty, rule->action == FAULT_STATUS);
	note(faulty);
	if (rule->action == FAULT_STATUS)
		replace_answer(faulty);
	/* Nothing can be taken away from an answer without a body. */
	else if (rule->action == FAULT_CUT)
		exchange->response.end = rule->keep == FAULT_KEEP_HALF &&
			exchange->response.body.len > 0
		    ? RESPONSE_HALF
		    : RESPONSE_NOTHING;
	else if (faults_hold(
		     faults, &faulty->hold, faulty->fault, rule->wait_ms))
		return;
	exchange->transport->respond(exchange);
}

static bool
is_abandoned(struct exchange *exchange)
{
	struct faulty_exchange *faulty = exchange->link;

	exchange->link = faulty->link;
	bool abandoned = faulty->transport->is_abandoned != NULL &&
	    faulty->transport->is_abandoned(exchange);
	exchange->link = faulty;
	return abandoned;
}

/* ---- a fault that has hit */

/* Sees to the answer. */
static void
wrap(struct faulty_exchange *faulty)
{
	static const struct transport transport = {
		.respond = on_respond,
		.is_abandoned = is_abandoned,
	};
	struct exchange *exchange = faulty->exchange;

	faulty->transport = exchange->transport;
	faulty->link = exchange->link;
	exchange->transport = &transport;
	exchange->link = faulty;
}

static void
on_release(struct fault_hold *hold)
{
	struct faulty_exchange *faulty =
	    (struct faulty_exchange *)(void *)hold;
	struct exchange *exchange = faulty->exchange;

	if (faulty->call == NULL)
		exchange->transport->respond(exchange);
	else if (exchange_is_abandoned(exchange))
		respond_error(faulty->call, STATUS_OF_NOTHING,
		    API_ERROR_UNAVAILABLE, "The client has gone");
	else
		api_run(faulty->call);
}

static void
on_arena(void *faulty)
{
	faults_let_go(&((struct faulty_exchange *)faulty)->hold);
}

/* NULL: there is no memory, which the exchange's arena knows. */
static struct faulty_exchange *
make_faulty(const struct api_call *call, const struct fault *fault)
{
	struct faulty_exchange *faulty =
	    arena_alloc(call->arena, sizeof *faulty);

	if (faulty == NULL || !arena_defer(call->arena, on_arena, faulty))
		return NULL;
	faulty->hold.release = on_release;
	faulty->exchange = call->exchange;
	faulty->fault = fault->id;
	faulty->rule = fault->rule;
	return faulty;
}

/* Nothing is executed. */
static void
answer_error(struct faulty_exchange *faulty, const struct api_call *call)
{
	bool cuts = faulty->rule.action == FAULT_CUT;
	unsigned status =
	    cuts ? STATUS_OF_NOTHING : (unsigned)faulty->rule.status;
	struct refusal refusal = {
		.status = status,
		.code = fault_requests_code(status),
	};
	struct api_call own = *call;

	(void)snprintf(
	    refusal.text, sizeof refusal.text, "%s", message_of(status));
	if (cuts)
		wrap(faulty);
	else
		add_headers(faulty, true);
	respond_refusal(&own, &refusal);
}

/* False: it cannot be, and the call goes on. */
static bool
hold_request(struct faulty_exchange *faulty, const struct api_call *call)
{
	faulty->call = arena_alloc(call->arena, sizeof *faulty->call);
	if (faulty->call == NULL ||
	    !faults_hold(&call->daemon->faults, &faulty->hold, faulty->fault,
		faulty->rule.wait_ms))
		return false;
	*faulty->call = *call;
	add_headers(faulty, false);
	return true;
}

/* A fault is for those who may have their requests carried out: others must
 * not use it up. */
static bool
is_admitted(const struct api_call *call)
{
	const struct settings *settings = call->daemon->settings;

	return authenticate(settings, call->exchange, NULL) &&
	    !authenticate_is_foreign(settings, &call->exchange->request);
}

bool
fault_requests_take(const struct api_call *call)
{
	const struct exchange *exchange = call->exchange;
	const struct fault_case what = {
		.on = FAULT_REQUEST,
		.name = exchange->id,
		.method = (unsigned)exchange->request.method,
		.path = exchange->request.path,
	};
	struct daemon *daemon = call->daemon;
	const struct fault *fault = NULL;

	if (faults_concern(&daemon->faults, FAULT_REQUEST) &&
	    is_admitted(call))
		fault = faults_take(&daemon->faults, &what, &daemon->chance);
	if (fault == NULL)
		return false;
	struct faulty_exchange *faulty = make_faulty(call, fault);
	if (faulty == NULL)
		return false;
	if (faulty->rule.executed) {
		wrap(faulty);
		return false;
	}
	if (faulty->rule.action == FAULT_DELAY)
		return hold_request(faulty, call);
	answer_error(faulty, call);
	return true;
}
