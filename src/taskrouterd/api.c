/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/api.h"

#include <string.h>

#include "taskrouterd/authenticate.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/fault_requests.h"
#include "taskrouterd/filter.h"
#include "taskrouterd/parameters.h"
#include "taskrouterd/rate_limits.h"
#include "taskrouterd/respond.h"

#define PREFIX "/v1"
#define FILTERS_MOST 16 /* that one resource has, and those that all have */

/* ---- who asks */

static bool
admit(struct api_call *call)
{
	const struct settings *settings = call->daemon->settings;
	struct str user;

	if (authenticate(settings, call->exchange, &user)) {
		if (!authenticate_is_foreign(
			settings, &call->exchange->request))
			return true;
		respond_error(call, 403, API_ERROR_ACCESS_DENIED,
		    "Access denied: " AUTHENTICATE_FOREIGN);
		return false;
	}
	response_header(&call->exchange->response, "WWW-Authenticate",
	    STR("Basic realm=\"Twilio API\""));
	respond_error(call, 401, API_ERROR_AUTHENTICATION, "Authenticate%s",
	    str_has_prefix(user, STR("SK"))
		? ": there are no API keys here, only the AccountSid with an "
		  "AuthToken"
		: "");
	return false;
}

/* ---- what was sent */

static bool
check_method(struct api_call *call, unsigned method)
{
	static const struct {
		unsigned method;
		const char *names;
	} rows[] = {
		{METHOD_GET, "GET, HEAD"}, {METHOD_POST, "POST"},
		{METHOD_DELETE, "DELETE"}, {METHOD_OPTIONS, "OPTIONS"},
	};
	unsigned methods = resource_methods(&call->path) | METHOD_OPTIONS;
	struct str allow = STR("");

	if ((methods & method) != 0)
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if ((methods & rows[i].method) != 0)
			allow = arena_format(call->arena, "%.*s%s%s",
			    STR_ARGS(allow), allow.len > 0 ? ", " : "",
			    rows[i].names);
	response_header(&call->exchange->response, "Allow", allow);
	respond_error(call, 405, API_ERROR_METHOD, "Method not allowed");
	return false;
}

/* A POST without parameters has no body, and is allowed. */
static bool
is_bodiless(const struct request *request)
{
	struct str announced = request->meta[META_CONTENT_LENGTH];

	return request->body.len == 0 &&
	    (announced.len == 0 || str_is(announced, "0"));
}

static bool
read_body(struct api_call *call)
{
	const struct request *request = &call->exchange->request;
	bool is_json = (call->path.resource->uses & RESOURCE_JSON) != 0;
	struct err err;

	if (request->body_oversized)
		respond_error(call, 413, API_ERROR_PARAMETER,
		    "The body is larger than %jd bytes",
		    (intmax_t)call->daemon->settings->limits.body);
	else if (is_bodiless(request))
		return true;
	else if (request->media != (is_json ? MEDIA_JSON : MEDIA_FORM))
		respond_error(call, 415, API_ERROR_PARAMETER,
		    "Expected a body of type %s", is_json
			? "application/json"
			: "application/x-www-form-urlencoded");
	else if (!request_check_body(request, &err))
		respond_error(
		    call, 400, API_ERROR_PARAMETER, "%s", err.text);
	else if (!request_body_parameters(
		     request, call->arena, &call->form, &err))
		respond_error(call, 400, API_ERROR_PARAMETER,
		    "The body is malformed at byte %zu: %s", err.at, err.text);
	else
		return true;
	return false;
}

static void
note_unknown_filters(const struct api_call *call)
{
	const char *known[FILTERS_MOST + 1] = {"Page", "PageSize", "PageToken"};
	const struct filter_row *row = NULL;
	size_t count = 3;

	while ((row = filter_next(call->path.resource, row)) != NULL &&
	    count < FILTERS_MOST)
		known[count++] = row->parameter;
	for (size_t i = 0; i < call->form.count; i++) {
		size_t k = 0;
		while (k < count &&
		    !str_is(call->form.fields[i].name, known[k]))
			k++;
		if (k == count)
			parameters_note_unknown(
			    call->form.fields[i].name, known);
	}
}

static bool
read_query(struct api_call *call)
{
	struct err err;

	if (!request_query_parameters(&call->exchange->request, call->arena,
		&call->form, &err)) {
		respond_error(call, 400, API_ERROR_PARAMETER,
		    "The query is malformed at byte %zu: %s", err.at,
		    err.text);
		return false;
	}
	if (call->path.is_list || call->path.resource->list_methods == 0)
		note_unknown_filters(call);
	return true;
}

/* "3", as TaskRouter's examples send it, and what RFC 9110 section 13.1.1
 * says: "\"3\"", W/"3", several of them, "*". */
static bool
matches_version(struct str condition, uint32_t version)
{
	struct str rest = condition;
	uint64_t number;

	while (rest.at != NULL) {
		struct str tag = str_trim(str_cut(&rest, ','));
		if (str_is(tag, "*"))
			return true;
		if (str_has_prefix(tag, STR("W/")))
			tag = str_slice(tag, 2, tag.len);
		if (tag.len >= 2 && str_has_prefix(tag, STR("\"")) &&
		    str_has_suffix(tag, STR("\"")))
			tag = str_slice(tag, 1, tag.len - 1);
		if (str_to_uint(tag, UINT32_MAX, &number) &&
		    number == version)
			return true;
	}
	return false;
}

/* Source:
 * https://www.twilio.com/docs/usage/mutation-and-conflict-resolution */
static bool
check_version(struct api_call *call, unsigned method)
{
	struct str condition =
	    call->exchange->request.meta[META_HTTP_IF_MATCH];
	const struct object *object = call->place.object;

	if (method == METHOD_GET || object == NULL || condition.len == 0 ||
	    (call->path.resource->uses & RESOURCE_TAGGED) == 0 ||
	    matches_version(condition, object->version))
		return true;
	respond_error(call, 412, API_ERROR_PRECONDITION,
	    "Precondition failed: the %s has version %u, If-Match says %.*s",
	    kind_rows[object->kind].noun, object->version,
	    STR_ARGS(condition));
	return false;
}

/* ---- what to do */

void
api_note(struct api_call *call, const struct object *object)
{
	struct exchange_facts *facts = &call->exchange->facts;
	const struct {
		enum kind kind;
		struct str *fact;
	} rows[] = {
		{KIND_WORKSPACE, &facts->workspace_sid},
		{KIND_WORKER, &facts->worker_sid},
		{KIND_TASK, &facts->task_sid},
		{KIND_RESERVATION, &facts->reservation_sid},
	};

	for (size_t i = 0; object != NULL && i < ARRAY_LENGTH(rows); i++)
		if (object->kind == rows[i].kind)
			*rows[i].fact =
			    arena_str(call->arena, str_from(object->sid));
}

struct str
api_url(const struct api_call *call)
{
	struct str path = call->exchange->request.path;
	struct str parts[] = {call->presenter.base,
		str_slice(path, sizeof PREFIX - 1, path.len)};

	return arena_join(call->arena, parts, ARRAY_LENGTH(parts));
}

static void
operate(struct api_call *call, unsigned method)
{
	const struct api_operations *can = call->path.resource->operations;
	bool is_list = call->path.is_list;
	const struct {
		unsigned method;
		bool of_list;
		const char *name;
		void (*function)(struct api_call *call);
	} rows[] = {
		{METHOD_GET, true, "list", can->list},
		{METHOD_POST, true, "create", can->create},
		{METHOD_GET, false, "fetch", can->fetch},
		{METHOD_POST, false, "update", can->update},
		{METHOD_DELETE, false, "delete", can->remove},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		if (rows[i].method != method || rows[i].of_list != is_list)
			continue;
		call->exchange->facts.decision =
		    arena_format(call->arena, "%s %s", rows[i].name,
			call->path.resource->segment);
		rows[i].function(call);
		return;
	}
}

/* Finds the objects of the path; false: the call was answered. */
static bool
find_place(struct api_call *call)
{
	struct resource_place *place = &call->place;

	if (!resource_find(
		&call->path, call->daemon->router, call->arena, place)) {
		respond_not_found(call);
		return false;
	}
	if (place->workspace != NULL)
		api_note(call, &place->workspace->object);
	api_note(call, place->parent);
	api_note(call, place->object);
	return true;
}

/* The scheme and Host by which the client came; they only go back to it. */
static struct str
origin_of(const struct api_call *call)
{
	const struct settings *settings = call->daemon->settings;
	const struct str *meta = call->exchange->request.meta;
	struct str host = meta[META_HTTP_HOST];
	bool is_safe = host.len > 0;

	if (settings->public_url.len > 0)
		return settings->public_url;
	for (size_t i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)host.at[i];
		is_safe = is_safe && (ascii_is_alpha(c) || ascii_is_digit(c) ||
			str_has_byte(STR(".-_:[]"), (char)c));
	}
	return arena_format(call->arena, "%s://%.*s",
	    str_equal_nocase(meta[META_HTTP_X_FORWARDED_PROTO], STR("https"))
		? "https"
		: "http",
	    STR_ARGS(is_safe ? host : settings->listen));
}

/* "RQ" and 32 digits, as Twilio names requests: in the answer and in the
 * log. */
static struct str
request_sid(struct chance *chance, struct arena *arena)
{
	unsigned char bytes[16];
	uint64_t half[2];

	chance_fill(chance, CHANCE_REQUESTS, bytes);
	memcpy(half, bytes, sizeof half);
	return arena_format(arena, "RQ%016jx%016jx", (uintmax_t)half[0],
	    (uintmax_t)half[1]);
}

static void
start(struct api_call *call, struct daemon *daemon, struct exchange *exchange)
{
	*call = (struct api_call){
		.daemon = daemon,
		.exchange = exchange,
		.arena = &exchange->arena,
	};
	call->presenter.account_sid = daemon->settings->account_sid;
	call->presenter.base = arena_format(call->arena, "%.*s" PREFIX,
	    STR_ARGS(origin_of(call)));
	exchange->id = request_sid(&daemon->chance, call->arena);
	exchange->facts.account_sid = daemon->settings->account_sid;
}

void
api_run(struct api_call *call)
{
	const struct request *request = &call->exchange->request;
	unsigned method = request->method == METHOD_HEAD
	    ? (unsigned)METHOD_GET
	    : (unsigned)request->method;

	call->presenter.now = daemon_now(call->daemon);
	if (request->head_oversized) {
		respond_error(call, 431, API_ERROR_PARAMETER,
		    "The head of the request is too large");
		return;
	}
	if (!resource_path_read(request->path, &call->path)) {
		respond_not_found(call);
		return;
	}
	if (!check_method(call, method))
		return;
	if (method == METHOD_OPTIONS) {
		respond_nothing(call);
		return;
	}
	if (admit(call) &&
	    (method == METHOD_POST ? read_body(call) : read_query(call)) &&
	    rate_limits_admit(call) && find_place(call) &&
	    check_version(call, method))
		operate(call, method);
}

void
api_serve(struct daemon *daemon, struct exchange *exchange)
{
	struct api_call call;

	start(&call, daemon, exchange);
	if (!fault_requests_take(&call))
		api_run(&call);
}
