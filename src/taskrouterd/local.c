/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/local.h"

#include "base/buf.h"
#include "http/route.h"
#include "taskrouterd/authenticate.h"
#include "taskrouterd/calls_control.h"
#include "taskrouterd/clock_control.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/debugger.h"
#include "taskrouterd/fault_controls.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/rate_limits.h"
#include "taskrouterd/seed_control.h"
#include "taskrouterd/why.h"

#define PREFIX "/_local"
#define HEALTH "/healthz"

static bool admit(struct exchange *exchange);
static void show_index(struct exchange *exchange);
static void serve_debugger(struct exchange *exchange);
static void serve_clock(struct exchange *exchange);
static void reset(struct exchange *exchange);
static void show_health(struct exchange *exchange);

#define READS (METHOD_GET | METHOD_HEAD)

static const struct route routes[] = {
	{PREFIX "/", "local", READS, admit, show_index, false},
	{PREFIX "/debugger", "debugger", READS | METHOD_DELETE, admit,
	    serve_debugger, false},
	{PREFIX "/calls", "calls", READS | METHOD_POST, admit, calls_serve,
	    false},
	{PREFIX "/calls/outcomes", "outcomes",
	    READS | METHOD_POST | METHOD_DELETE, admit, calls_serve_outcomes,
	    false},
	{PREFIX "/calls/*", "call", READS | METHOD_POST, admit,
	    calls_serve_one, false},
	{PREFIX "/clock", "clock", READS | METHOD_POST, admit, serve_clock,
	    false},
	{PREFIX "/reset", "reset", METHOD_POST, admit, reset, true},
	{PREFIX "/seed", "seed", METHOD_POST, admit, seed_control_plant, true},
	{PREFIX "/dump", "dump", READS, admit, seed_control_dump, false},
	{PREFIX "/why/*", "why", READS, admit, why_serve, false},
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
	response_body(&exchange->response, status,
	    "application/json; charset=utf-8",
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
