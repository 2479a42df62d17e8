/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/local.h"

#include "base/buf.h"
#include "http/route.h"
#include "taskrouterd/authenticate.h"
#include "taskrouterd/calls.h"
#include "taskrouterd/clock_control.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/debugger.h"
#include "taskrouterd/dump.h"
#include "taskrouterd/fault_controls.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/rate_limits.h"
#include "taskrouterd/seed.h"
#include "taskrouterd/why.h"

#define PREFIX "/_local"
#define HEALTH "/healthz"
#define JSON_TYPE "application/json; charset=utf-8"
#define DUMP_MOST ((size_t)256 << 20)
#define SEED_ANSWER_MOST ((size_t)64 << 20)
/* A hundred messages of two thousand bytes, escaped. */
#define MESSAGES_MOST ((size_t)2 << 20)

static bool admit(struct exchange *exchange);
static void show_index(struct exchange *exchange);
static void serve_debugger(struct exchange *exchange);
static void show_calls(struct exchange *exchange);
static void serve_clock(struct exchange *exchange);
static void reset(struct exchange *exchange);
static void show_health(struct exchange *exchange);
static void plant_seed(struct exchange *exchange);
static void show_dump(struct exchange *exchange);

#define READS (METHOD_GET | METHOD_HEAD)

static const struct route routes[] = {
	{PREFIX "/", "local", READS, admit, show_index, false},
	{PREFIX "/debugger", "debugger", READS | METHOD_DELETE, admit,
	    serve_debugger, false},
	{PREFIX "/calls", "calls", READS, admit, show_calls, false},
	{PREFIX "/clock", "clock", READS | METHOD_POST, admit, serve_clock,
	    false},
	{PREFIX "/reset", "reset", METHOD_POST, admit, reset, true},
	{PREFIX "/why/*", "why", READS, admit, why_serve, false},
	{PREFIX "/seed", "seed", METHOD_POST, admit, plant_seed, true},
	{PREFIX "/dump", "dump", READS, admit, show_dump, false},
	{PREFIX "/faults", "faults", READS | METHOD_POST | METHOD_DELETE, admit,
	    fault_controls_serve, false},
	{PREFIX "/faults/*", "fault", READS | METHOD_DELETE, admit,
	    fault_controls_serve_one, false},
	{PREFIX "/rate_limits", "rate_limits", READS | METHOD_POST, admit,
	    rate_limits_serve, false},
	{HEALTH, "healthz", READS, NULL, show_health, false},
};

static bool
admit(struct exchange *exchange)
{
	const struct settings *settings = daemon_of(exchange)->settings;

	if (authenticate(settings, exchange, NULL)) {
		if (!authenticate_is_foreign(settings, &exchange->request))
			return true;
		exchange_refuse(exchange, 403, AUTHENTICATE_FOREIGN);
		return false;
	}
	response_header(&exchange->response, "WWW-Authenticate",
	    STR("Basic realm=\"taskrouterd\""));
	exchange_refuse(exchange, 401,
	    "expected HTTP Basic with the AccountSid and its auth token");
	return false;
}

void
local_answer(struct exchange *exchange, unsigned status, struct str json)
{
	response_body(&exchange->response, status, JSON_TYPE,
	    arena_str(&exchange->arena, json));
	exchange_complete(exchange);
}

static void
add_route(struct buf *out, const struct route *route)
{
	json_put_item(out);
	buf_add_byte(out, '{');
	json_put_key(out, "path");
	json_put_text(out, str_from(route->path));
	json_put_key(out, "methods");
	buf_add_byte(out, '[');
	for (unsigned method = 1; method <= route->methods; method <<= 1) {
		if ((route->methods & method) == 0)
			continue;
		json_put_item(out);
		json_put_text(out, str_from(request_method_name(method)));
	}
	buf_add_str(out, STR("]}"));
}

/* {"routes":[{"path":"/_local/calls","methods":["GET","HEAD"]},…]} */
static void
show_index(struct exchange *exchange)
{
	struct buf out;

	buf_init(&out, 65536);
	buf_add_byte(&out, '{');
	json_put_key(&out, "routes");
	buf_add_byte(&out, '[');
	for (size_t i = 0; i < ARRAY_LENGTH(routes); i++)
		add_route(&out, &routes[i]);
	buf_add_str(&out, STR("]}"));
	local_answer(exchange, 200, buf_str(&out));
	buf_release(&out);
}

static void
serve_debugger(struct exchange *exchange)
{
	struct debugger *debugger = daemon_of(exchange)->debugger;

	if (exchange->request.method != METHOD_DELETE) {
		local_answer(exchange, 200,
		    debugger_write(debugger, &exchange->arena));
		return;
	}
	debugger_clear(debugger);
	exchange->response.status = 204;
	exchange_complete(exchange);
}

static void
show_calls(struct exchange *exchange)
{
	local_answer(exchange, 200,
	    calls_write(daemon_of(exchange)->calls, &exchange->arena));
}

/* ---- seeds */

static void
release_buffer(void *buffer)
{
	buf_release(buffer);
}

/* Larger than the memory of an exchange, with which it dies; NULL: there is
 * none, and the exchange's arena knows. */
static struct buf *
make_buffer(struct exchange *exchange, size_t ceiling)
{
	struct buf *buffer = arena_alloc(&exchange->arena, sizeof *buffer);

	if (buffer == NULL)
		return NULL;
	buf_init(buffer, ceiling);
	return arena_defer(&exchange->arena, release_buffer, buffer) ? buffer
								     : NULL;
}

static void
put_message(void *to, const char *message)
{
	struct buf *out = to;

	json_put_item(out);
	json_put_text(out, str_from(message));
}

/* A problem document with every message: {…,"detail":…,"errors":["…"]} */
static void
refuse_seed(struct exchange *exchange, const struct buf *errors)
{
	struct buf *out = make_buffer(exchange, MESSAGES_MOST);

	if (out == NULL) {
		exchange_complete(exchange);
		return;
	}
	buf_add_str(out, STR("{\"status\":400,\"title\":\"Bad Request\","
	    "\"detail\":\"The seed has errors: nothing has changed\""));
	json_put_key(out, "request_id");
	json_put_text(out, exchange->id);
	json_put_key(out, "errors");
	buf_add_byte(out, '[');
	buf_add_str(out, buf_str(errors));
	buf_add_str(out, STR("]}"));
	response_body(&exchange->response, 400, "application/problem+json",
	    buf_str(out));
	exchange->facts.note = STR("the seed has errors");
	exchange_complete(exchange);
}

static void
plant_seed(struct exchange *exchange)
{
	struct daemon *daemon = daemon_of(exchange);
	struct buf *made = make_buffer(exchange, SEED_ANSWER_MOST);
	struct buf *errors = make_buffer(exchange, MESSAGES_MOST / 2);
	struct seed_report report = {put_message, errors};

	if (made == NULL || errors == NULL) {
		exchange_complete(exchange);
	} else if (!seed_apply(daemon, exchange->request.body, made, &report)) {
		refuse_seed(exchange, errors);
	} else {
		response_body(&exchange->response, 201, JSON_TYPE,
		    made->failed ? STR("{}") : buf_str(made));
		daemon_answer(daemon, exchange);
	}
}

/* By SID or friendly name. False: the exchange was refused. */
static bool
find_workspace(struct exchange *exchange, struct str name,
    struct workspace **found)
{
	const struct router *router = daemon_of(exchange)->router;
	struct object *object =
	    router_find_in(router, NULL, KIND_WORKSPACE, name);
	size_t count = object != NULL;

	*found = (struct workspace *)object;
	object = NULL;
	while ((object = router_next(router, NULL, KIND_WORKSPACE,
		    object == NULL ? 0 : object->number)) != NULL)
		if (str_equal(object->workspace->friendly_name, name)) {
			*found = object->workspace;
			count++;
		}
	if (count == 0)
		exchange_refuse(exchange, 404,
		    "workspace: there is no Workspace %.*s", STR_ARGS(name));
	else if (count > 1)
		exchange_refuse(exchange, 400,
		    "workspace: there are %zu Workspaces %.*s: name one by "
		    "its SID", count, STR_ARGS(name));
	return count == 1;
}

static void
show_dump(struct exchange *exchange)
{
	struct daemon *daemon = daemon_of(exchange);
	struct workspace *workspace = NULL;
	struct buf *out;
	struct form form;
	struct err err;

	if (!request_query_parameters(
		&exchange->request, &exchange->arena, &form, &err)) {
		exchange_refuse(exchange, 400, "%s", err.text);
		return;
	}
	struct str name = form_get(&form, "workspace");
	if (name.at != NULL && !find_workspace(exchange, name, &workspace))
		return;
	out = make_buffer(exchange, DUMP_MOST);
	if (out == NULL) {
		exchange_complete(exchange);
		return;
	}
	if (!dump_write(out, daemon->router, workspace)) {
		exchange_refuse(exchange, 503,
		    "the state is too large to be dumped in one piece: name a "
		    "workspace");
		return;
	}
	response_body(&exchange->response, 200, JSON_TYPE, buf_str(out));
	daemon_answer(daemon, exchange);
}

static void
serve_clock(struct exchange *exchange)
{
	if (exchange->request.method == METHOD_POST)
		clock_set(exchange);
	else
		clock_show(exchange);
}

/* Nothing is read from the body. */
static void
reset(struct exchange *exchange)
{
	daemon_reset(daemon_of(exchange), exchange);
}

static void
show_health(struct exchange *exchange)
{
	const struct daemon *daemon = daemon_of(exchange);

	if (daemon->broken || daemon->stopping) {
		exchange_refuse(exchange, 503, daemon->broken
			? "the store has failed"
			: "the program is stopping");
		return;
	}
	response_body(&exchange->response, 200, "text/plain", STR("ok\n"));
	exchange_complete(exchange);
}

bool
local_owns(struct str path)
{
	return str_is(path, HEALTH) || str_is(path, PREFIX) ||
	    str_has_prefix(path, STR(PREFIX "/"));
}

void
local_serve(struct exchange *exchange)
{
	static const struct site site = {
		.routes = routes,
		.count = ARRAY_LENGTH(routes),
	};

	/* The whole path is ours, wherever a web server found a script. */
	exchange->request.meta[META_PATH_INFO] = exchange->request.path;
	route_dispatch(&site, exchange);
}
