/* SPDX-License-Identifier: MIT
 *
 * The REST API on a router of its own: lines of "METHOD TARGET BODY", or
 * "+MS" to let time pass. "@WT2" stands for the SID of the second Task that
 * there is. Every answer is whole and JSON, and the router keeps its
 * invariants.
 */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "codec/json.h"
#include "fuzz.h"
#include "taskrouterd/api.h"
#include "taskrouterd/calls.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/debugger.h"
#include "taskrouterd/local.h"

#define START INT64_C(1767225600000)
#define LINES_MOST 200
#define LIMIT ((size_t)8 << 20)
#define CREDENTIALS "Basic QUM6dA==" /* AC:t */

static struct {
	struct daemon daemon;
	struct settings settings;
	struct str token;
	struct store store;
	int64_t now;
	uint32_t sids;
	unsigned answers; /* to the request under way */
} host;

/* ---- what taskrouterd is to the API */

struct daemon *
daemon_of(const struct exchange *exchange)
{
	(void)exchange;
	return &host.daemon;
}

int64_t
daemon_now(const struct daemon *daemon)
{
	(void)daemon;
	return host.now;
}

struct object *
daemon_apply(struct daemon *daemon, const struct router_event *event,
    struct refusal *refusal)
{
	return router_apply(daemon->router, event, host.now, refusal);
}

void
daemon_answer(struct daemon *daemon, struct exchange *exchange)
{
	(void)daemon;
	host.answers++;
	exchange_complete(exchange);
}

/* No two are equal, and all are the same the next time. */
static void
make_sid(void *context, unsigned char bytes[16])
{
	(void)context;
	host.sids++;
	memset(bytes, 0xab, 16);
	memcpy(bytes, &host.sids, sizeof host.sids);
}

/* Of what is under /_local nothing is asked. */
void
local_answer(struct exchange *exchange, unsigned status, struct str json)
{
	(void)status;
	(void)json;
	exchange_complete(exchange);
}

/* Whoever is called answers at once; nobody else has a call. */
bool
calls_begin(struct calls *calls, const struct call_order *order,
    struct json_object *parameters, char sid[ROUTER_SID + 1],
    struct refusal *refusal)
{
	struct change accepted = {
		.field = &field_rows[FIELD_RESERVATION_STATUS],
		.integer = RESERVATION_ACCEPTED,
	};
	const struct router_event event = {
		.verb = ROUTER_UPDATE,
		.kind = KIND_RESERVATION,
		.object = router_find(host.daemon.router, order->reservation),
		.changes = {&accepted, 1},
	};

	(void)calls;
	(void)parameters;
	(void)snprintf(sid, ROUTER_SID + 1, "CA%032x", host.sids++);
	return !order->accepts || event.object == NULL ||
	    daemon_apply(&host.daemon, &event, refusal) != NULL;
}

void
calls_redirect(struct calls *calls, struct str sid, struct str url)
{
	(void)calls;
	(void)sid;
	(void)url;
}

bool
calls_has(const struct calls *calls, struct str sid)
{
	(void)calls;
	return sid.len == ROUTER_SID;
}

bool
calls_is_over(const struct calls *calls, struct str sid)
{
	(void)calls;
	(void)sid;
	return false;
}

bool
calls_is_held(const struct calls *calls, struct str reservation)
{
	(void)calls;
	(void)reservation;
	return false;
}

/* Nothing is ever stored, so the router still has all Events. */
static bool
give_events(struct store *store, const struct store_events_query *query,
    store_take_event *take, void *context, struct err *err)
{
	const struct record *record;
	size_t given = 0;

	(void)store;
	(void)err;
	STAILQ_FOREACH(record, &router_effects(host.daemon.router)->records,
	    entry) {
		struct store_event event = {
			.sid = str_from(record->sid),
			.number = record->number,
			.workspace = str_from(record->workspace),
			.type = str_from(record->type),
			.resource_type = str_from(record->resource_type),
			.resource_sid = str_from(record->resource_sid),
			.date = record->date,
			.description = record->description,
			.data = record->data,
		};
		if (record->number <= query->after ||
		    !str_equal(event.workspace, query->workspace) ||
		    (query->sid.len > 0 && !str_equal(event.sid, query->sid)))
			continue;
		if (given++ == query->most || !take(context, &event))
			return true;
	}
	return true;
}

/* What is not stored yet statistics find in the router. */
static bool
give_no_moments(struct store *store, const struct store_events_query *query,
    store_take_moment *take, void *context, struct err *err)
{
	(void)store;
	(void)query;
	(void)take;
	(void)context;
	(void)err;
	return true;
}

static const struct store_driver driver = {
	.events = give_events, .moments = give_no_moments};

/* ---- one request */

static void
respond(struct exchange *exchange)
{
	(void)exchange;
}

static void
check_answer(struct exchange *exchange)
{
	const struct response *response = &exchange->response;
	struct json_limits limits = {.values = SIZE_MAX};
	struct json_object *value;
	struct err err;

	MUST(host.answers == 1);
	if (exchange->arena.overflow)
		return;
	MUST(response_title(response->status) != NULL);
	MUST(response->status != 500);
	MUST(response->header_count < RESPONSE_HEADERS);
	if (response->status == 204)
		return;
	MUST(json_parse(
	    &exchange->arena, response->body, limits, &value, &err));
	MUST(json_type(value) == JSON_OBJECT);
}

/* The object of this kind after `previous`, Workspace by Workspace. */
static struct object *
next_object(enum kind kind, const struct object *previous)
{
	const struct router *router = host.daemon.router;
	struct object *workspace = previous == NULL
	    ? router_next(router, NULL, KIND_WORKSPACE, 0)
	    : &previous->workspace->object;
	uint64_t after = previous == NULL ? 0 : previous->number;

	while (workspace != NULL) {
		struct object *object = router_next(
		    router, (struct workspace *)workspace, kind, after);
		if (object != NULL)
			return object;
		workspace = router_next(
		    router, NULL, KIND_WORKSPACE, workspace->number);
		after = 0;
	}
	return NULL;
}

/* The SID of the `nth` object with this prefix; absent: there is none. */
static struct str
find_sid(struct str prefix, unsigned nth)
{
	struct object *object = NULL;
	size_t kind = 0;

	while (kind < KIND_COUNT && !str_is(prefix, kind_rows[kind].prefix))
		kind++;
	if (kind == KIND_COUNT)
		return STR_NONE;
	for (unsigned i = 0; i < nth; i++) {
		object = next_object((enum kind)kind, object);
		if (object == NULL)
			break;
	}
	return object == NULL ? STR_NONE : str_from(object->sid);
}

static struct str
with_sids(struct arena *arena, struct str text)
{
	struct str rest = text;
	struct buf out;

	buf_init(&out, LIMIT);
	buf_add_str(&out, str_cut(&rest, '@'));
	while (rest.at != NULL) {
		struct str part = str_cut(&rest, '@');
		unsigned nth = part.len > 2 &&
			ascii_is_digit((unsigned char)part.at[2])
		    ? (unsigned)(part.at[2] - '0')
		    : 0;
		struct str sid = find_sid(str_slice(part, 0, 2), nth);
		if (sid.at == NULL)
			buf_add_byte(&out, '@');
		buf_add_str(&out, sid);
		buf_add_str(&out,
		    str_slice(part, sid.at == NULL ? 0 : 3, part.len));
	}
	struct str all = arena_str(arena, buf_str(&out));
	buf_release(&out);
	return all;
}

static void
ask(struct str line)
{
	static const struct transport transport = {.respond = respond};
	struct exchange *exchange =
	    exchange_new(&host.daemon.application, &transport);

	MUST(exchange != NULL);
	exchange->arena.ceiling = (size_t)64 << 20;
	struct request *request = &exchange->request;
	struct str rest = with_sids(&exchange->arena, line);
	struct str method = str_cut(&rest, ' ');
	struct str target = str_cut(&rest, ' ');
	request_set(request, STR("REQUEST_METHOD"), method);
	request_set(request, STR("REQUEST_URI"), target);
	request_set(request, STR("HTTP_AUTHORIZATION"), STR(CREDENTIALS));
	request_set(request, STR("HTTP_HOST"), STR("a"));
	if (rest.at != NULL) {
		request->body = rest;
		request_set(request, STR("CONTENT_TYPE"),
		    str_has_prefix(rest, STR("{"))
			? STR("application/json")
			: STR("application/x-www-form-urlencoded"));
	}
	request_interpret(request);
	host.answers = 0;
	api_serve(&host.daemon, exchange);
	check_answer(exchange);
	exchange_discard(exchange);
}

static void
run_line(struct str line)
{
	uint64_t ms;

	if (str_has_prefix(line, STR("+")) &&
	    str_to_uint(str_slice(line, 1, line.len), 86400000, &ms)) {
		host.now += (int64_t)ms;
		(void)router_tick(host.daemon.router, host.now, SIZE_MAX);
	} else if (line.len > 0) {
		ask(line);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct router_options options = {
		.account_sid = STR("AC"), .random = make_sid};
	struct str rest = {(const char *)data, size};
	struct err err;

	host.token = STR("t");
	host.store.driver = &driver;
	host.settings.account_sid = STR("AC");
	host.settings.auth_tokens.items = &host.token;
	host.settings.auth_tokens.count = 1;
	host.settings.limits.body = (int64_t)LIMIT;
	host.now = START;
	host.sids = 0;
	host.daemon.settings = &host.settings;
	host.daemon.store = &host.store;
	host.daemon.router = router_new(&options);
	host.daemon.debugger = debugger_open(10);
	for (size_t i = 0; i < LINES_MOST && rest.at != NULL; i++)
		run_line(str_cut(&rest, '\n'));
	MUST(router_check(host.daemon.router, &err));
	debugger_close(host.daemon.debugger);
	router_free(host.daemon.router);
	return 0;
}
