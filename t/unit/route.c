/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "http/route.h"
#include "tap.h"

static unsigned admitted, handled, answered;

static bool
admit_all(struct exchange *exchange)
{
	(void)exchange;
	admitted++;
	return true;
}

static bool
admit_nobody(struct exchange *exchange)
{
	admitted++;
	exchange_refuse(exchange, 401, "who are you?");
	return false;
}

static void
handle(struct exchange *exchange)
{
	handled++;
	response_body(&exchange->response, 200, "text/plain", STR("ok"));
	exchange_complete(exchange);
}

static const struct route routes[] = {
	{"/assignment_callback", "assignment_callback", METHOD_POST, admit_all,
	    handle, false},
	{"/create_task", "create_task", METHOD_GET | METHOD_POST, admit_nobody,
	    handle, false},
	{"/healthz", "healthz", METHOD_GET | METHOD_HEAD, NULL, handle, false},
	{"/console/", "console", METHOD_GET, NULL, handle, false},
	{"/tasks/*", "task", METHOD_GET, NULL, handle, false},
	{"/import", "import", METHOD_POST, NULL, handle, true},
};

static const struct site mounted = {routes, ARRAY_LENGTH(routes),
    {"/taskrouter", 11}};
static const struct site unknown = {routes, ARRAY_LENGTH(routes), {"", 0}};
static const struct site encoded = {routes, ARRAY_LENGTH(routes),
    {"/a%20b", 6}};

static void
set_variable(struct request *request, const char *name, const char *value)
{
	if (value != NULL)
		request_set(request, str_from(name), str_from(value));
}

/* The servers of deployment.md 3.1 and every spelling that a client can
 * send; NULL: the variable is not sent, or nothing is found. */
static const struct {
	const char *what;
	const struct site *site;
	const char *uri, *info;
	const char *found;
} paths[] = {
	/* With a known mount point, nginx's stock parameters. */
	{"no PATH_INFO", &mounted, "/taskrouter/assignment_callback", NULL,
	    "assignment_callback"},
	{"an empty PATH_INFO", &mounted, "/taskrouter/healthz", "", "healthz"},
	{"a query", &mounted, "/taskrouter/healthz?a=/b//c/%2e./", NULL,
	    "healthz"},
	{"absolute form", &mounted, "http://evil:99/taskrouter/healthz", NULL,
	    "healthz"},
	{"the mount point alone", &mounted, "/taskrouter", NULL, NULL},
	{"the mount point and a slash", &mounted, "/taskrouter/", NULL, NULL},
	{"another mount point", &mounted, "/other/healthz", NULL, NULL},
	{"no mount point", &mounted, "/healthz", NULL, NULL},
	{"the mount point twice", &mounted, "/taskrouter/taskrouter/healthz",
	    NULL, NULL},
	{"a longer mount point", &mounted, "/taskrouterx/healthz", NULL, NULL},
	{"a mount point in another case", &mounted, "/TaskRouter/healthz",
	    NULL, NULL},
	{"a route in another case", &mounted, "/taskrouter/Healthz", NULL,
	    NULL},
	{"a trailing slash", &mounted, "/taskrouter/healthz/", NULL, NULL},
	{"a route that ends in a slash", &mounted, "/taskrouter/console/",
	    NULL, "console"},
	{"that route without it", &mounted, "/taskrouter/console", NULL, NULL},
	{"an empty segment", &mounted, "/taskrouter//healthz", NULL, NULL},
	{"an empty segment in front", &mounted, "//taskrouter/healthz", NULL,
	    NULL},
	{"a dot segment", &mounted, "/taskrouter/./healthz", NULL, NULL},
	{"a step up and back", &mounted, "/taskrouter/../taskrouter/healthz",
	    NULL, NULL},
	{"a step up from elsewhere", &mounted, "/x/../taskrouter/healthz",
	    NULL, NULL},
	{"an encoded letter", &mounted, "/taskrouter/%68ealthz", NULL, NULL},
	{"an encoded slash", &mounted, "/taskrouter%2Fhealthz", NULL, NULL},
	{"encoded twice", &mounted, "/taskrouter/%2568ealthz", NULL, NULL},
	{"an encoded letter of the mount point", &mounted,
	    "/%74askrouter/healthz", NULL, NULL},
	{"an encoded line feed behind it", &mounted, "/taskrouter/healthz%0a",
	    NULL, NULL},
	{"an encoded NUL behind it", &mounted, "/taskrouter/healthz%00", NULL,
	    NULL},
	{"a path parameter", &mounted, "/taskrouter/healthz;a=b", NULL, NULL},
	{"a fragment", &mounted, "/taskrouter/healthz#f", NULL, NULL},
	{"a backslash", &mounted, "/taskrouter\\healthz", NULL, NULL},
	{"a segment behind it", &mounted, "/taskrouter/healthz/x", NULL, NULL},
	{"no slash in front", &mounted, "taskrouter/healthz", NULL, NULL},
	{"an asterisk", &mounted, "*", NULL, NULL},

	/* One segment of any name. */
	{"any segment", &mounted, "/taskrouter/tasks/WT1-a.b_c~", NULL, "task"},
	{"any segment, PATH_INFO", &mounted, "/taskrouter/tasks/x", "/tasks/x",
	    "task"},
	{"any segment, none", &mounted, "/taskrouter/tasks/", NULL, NULL},
	{"any segment, no slash", &mounted, "/taskrouter/tasks", NULL, NULL},
	{"any segment, two", &mounted, "/taskrouter/tasks/x/y", NULL, NULL},
	{"any segment, encoded", &mounted, "/taskrouter/tasks/%41", NULL, NULL},
	{"any segment, a dot", &mounted, "/taskrouter/tasks/.", NULL, NULL},
	{"any segment, dots", &mounted, "/taskrouter/tasks/..", NULL, NULL},
	{"any segment, the star itself", &mounted, "/taskrouter/tasks/*", NULL,
	    NULL},

	/* With PATH_INFO: Apache's CGI kinds, lighttpd, fcgiwrap. */
	{"PATH_INFO", &mounted, "/taskrouter/healthz", "/healthz", "healthz"},
	{"PATH_INFO behind another mount point", &mounted,
	    "/cgi-bin/taskrouter.cgi/healthz", "/healthz", "healthz"},
	{"PATH_INFO, no mount point", &mounted, "/healthz", "/healthz",
	    "healthz"},
	{"PATH_INFO, a query", &mounted, "/taskrouter/healthz?x=//", "/healthz",
	    "healthz"},
	{"PATH_INFO, absolute form", &mounted,
	    "http://evil:99/taskrouter/healthz", "/healthz", "healthz"},
	{"PATH_INFO that the raw path does not end in", &mounted,
	    "/taskrouter/create_task", "/healthz", NULL},
	{"PATH_INFO longer than the raw path", &mounted, "/healthz",
	    "/taskrouter/healthz", NULL},
	{"PATH_INFO without its slash", &mounted, "/taskrouter/healthz",
	    "healthz", NULL},
	{"PATH_INFO decoded", &mounted, "/taskrouter/%68ealthz", "/healthz",
	    NULL},
	{"PATH_INFO with // made one", &mounted, "/taskrouter//healthz",
	    "/healthz", NULL},
	{"PATH_INFO, dot segments resolved", &mounted,
	    "/taskrouter/../taskrouter/healthz", "/healthz", NULL},
	{"PATH_INFO, a dot segment", &mounted, "/taskrouter/./healthz",
	    "/healthz", NULL},
	{"PATH_INFO, an encoded mount point", &mounted,
	    "/%74askrouter/healthz", "/healthz", NULL},
	{"PATH_INFO, an encoded slash", &mounted, "/taskrouter%2Fhealthz",
	    "/healthz", NULL},
	{"PATH_INFO with a trailing slash", &mounted, "/taskrouter/healthz/",
	    "/healthz/", NULL},
	{"PATH_INFO, slash cut off", &mounted, "/taskrouter/healthz/",
	    "/healthz", NULL},
	{"PATH_INFO with a real line feed", &mounted, "/taskrouter/healthz%0a",
	    "/healthz\n", NULL},
	{"PATH_INFO with two segments", &mounted, "/taskrouter/x/healthz",
	    "/x/healthz", NULL},

	/* Without REQUEST_URI: PATH_INFO alone. */
	{"no REQUEST_URI", &mounted, NULL, "/healthz", "healthz"},
	{"no REQUEST_URI, no mount point", &unknown, NULL, "/healthz",
	    "healthz"},
	{"an empty REQUEST_URI", &mounted, "", "/healthz", "healthz"},
	{"neither", &mounted, NULL, NULL, NULL},
	{"neither, both empty", &mounted, "", "", NULL},
	{"no REQUEST_URI, a longer path", &mounted, NULL, "/a/healthz", NULL},

	/* No path in public_url: the last segment. */
	{"last segment", &unknown, "/healthz", NULL, "healthz"},
	{"last segment behind others", &unknown, "/any/where/healthz", NULL,
	    "healthz"},
	{"last segment, a query", &unknown, "/any/healthz?x", NULL, "healthz"},
	{"last segment, the end of a word", &unknown, "/xhealthz", NULL, NULL},
	{"last segment with a slash", &unknown, "/any/healthz/", NULL, NULL},
	{"last segment, an empty one before", &unknown, "/any//healthz", NULL,
	    NULL},
	{"last segment, an empty one in front", &unknown, "//healthz", NULL,
	    NULL},
	{"last segment, a dot segment", &unknown, "/a/../healthz", NULL, NULL},
	{"last segment, a step up in front", &unknown, "/../healthz", NULL,
	    NULL},
	{"last segment, something encoded before", &unknown, "/%61/healthz",
	    NULL, NULL},
	{"last segment encoded", &unknown, "/%68ealthz", NULL, NULL},
	{"last segment, no slash at all", &unknown, "healthz", NULL, NULL},
	{"last segment, PATH_INFO", &unknown, "/any/healthz", "/healthz",
	    "healthz"},
	{"last segment of the root", &unknown, "/", NULL, NULL},
	{"last segment, a route that is no segment", &unknown, "/console/",
	    NULL, NULL},

	/* A mount point that itself needs encoding. */
	{"an encoded mount point", &encoded, "/a%20b/healthz", NULL, "healthz"},
	{"an encoded mount point, PATH_INFO", &encoded, "/a%20b/healthz",
	    "/healthz", "healthz"},
	{"another spelling of it", &encoded, "/%61%20b/healthz", "/healthz",
	    NULL},
};

static void
test_paths(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
		struct request request = {.method = METHOD_OTHER};
		const struct route *route;

		set_variable(&request, "REQUEST_URI", paths[i].uri);
		set_variable(&request, "PATH_INFO", paths[i].info);
		request_interpret(&request);
		route = route_find(paths[i].site, &request);
		is_str(str_from(route == NULL ? NULL : route->name),
		    paths[i].found, "path, %s: %s", paths[i].what,
		    paths[i].found == NULL ? "404" : paths[i].found);
	}
}

/* ---- what is refused first */

static char sent[4096];

static void
respond(struct exchange *exchange)
{
	struct buf out;

	answered++;
	buf_init(&out, sizeof sent);
	response_write_cgi(&exchange->response, &out);
	(void)snprintf(sent, sizeof sent, "%.*s", STR_ARGS(buf_str(&out)));
	buf_release(&out);
}

static void
ended(struct application *application, struct exchange *exchange)
{
	(void)application;
	(void)exchange;
}

static const struct transport transport = {.respond = respond};

#define FORM "application/x-www-form-urlencoded"

static const struct {
	const char *what, *method, *uri, *type, *length, *body;
	enum { WHOLE, HEAD_TOO_LARGE, BODY_TOO_LARGE } size;
	unsigned status;
	bool admitted; /* whether the guard was asked */
} refusals[] = {
	{"all is well", "POST", "/assignment_callback", FORM, "3", "a=b", WHOLE,
	    200, true},
	{"JSON is well too", "POST", "/assignment_callback",
	    "application/json", NULL, "{}", WHOLE, 200, true},
	{"a head too large", "POST", "/assignment_callback", FORM, "3", "a=b",
	    HEAD_TOO_LARGE, 431, false},
	{"no such path, and everything else wrong", "PUT", "/x", "text/plain",
	    "9", "%", BODY_TOO_LARGE, 404, false},
	{"no such method, and everything after it wrong", "PUT",
	    "/create_task", "text/plain", "9", "%", BODY_TOO_LARGE, 405, false},
	{"GET where only POST is taken", "GET", "/assignment_callback", NULL,
	    NULL, "", WHOLE, 405, false},
	{"HEAD where something changes", "HEAD", "/create_task", NULL, NULL,
	    "", WHOLE, 405, false},
	{"no method at all", NULL, "/healthz", NULL, NULL, "", WHOLE, 405,
	    false},
	{"too large, and everything after it wrong", "POST", "/create_task",
	    "text/plain", "9", "", BODY_TOO_LARGE, 413, false},
	{"too large for a GET", "GET", "/create_task", NULL, NULL, "",
	    BODY_TOO_LARGE, 413, false},
	{"another media type, and everything after it wrong", "POST",
	    "/create_task", "text/plain", "9", "%", WHOLE, 415, false},
	{"no media type", "POST", "/create_task", NULL, NULL, "a=b", WHOLE,
	    415, false},
	{"no media type, no body", "POST", "/create_task", NULL, NULL, "",
	    WHOLE, 400, false},
	{"an empty body", "POST", "/create_task", FORM, NULL, "", WHOLE, 400,
	    false},
	{"a body of another length", "POST", "/create_task", FORM, "9", "a=b",
	    WHOLE, 400, false},
	{"a malformed form", "POST", "/create_task", FORM, NULL, "a=%", WHOLE,
	    400, false},
	{"malformed JSON", "POST", "/create_task", "application/json", NULL,
	    "{", WHOLE, 400, false},
	{"who may not", "POST", "/create_task", FORM, NULL, "a=b", WHOLE, 401,
	    true},
	{"who may not, by GET", "GET", "/create_task", NULL, NULL, "", WHOLE,
	    401, true},
	{"a GET whose body nobody reads", "GET", "/create_task", "text/plain",
	    "1", "%", WHOLE, 401, true},
	{"a body that the handler reads", "POST", "/import", "text/plain", "1",
	    "%", WHOLE, 200, false},
	{"a body that it reads, and that is not there", "POST", "/import",
	    NULL, NULL, "", WHOLE, 200, false},
	{"a body that it reads, of another length", "POST", "/import", NULL,
	    "9", "a=b", WHOLE, 400, false},
	{"HEAD", "HEAD", "/healthz", NULL, NULL, "", WHOLE, 200, false},
	{"a query on a path", "GET", "/healthz?%", NULL, NULL, "", WHOLE, 200,
	    false},
};

static struct application application = {.ended = ended};

static struct exchange *
dispatch(size_t row)
{
	struct exchange *exchange = exchange_new(&application, &transport);
	struct request *request = &exchange->request;
	char uri[256];

	admitted = handled = answered = 0;
	(void)snprintf(uri, sizeof uri, "/taskrouter%s", refusals[row].uri);
	set_variable(request, "REQUEST_METHOD", refusals[row].method);
	set_variable(request, "CONTENT_TYPE", refusals[row].type);
	set_variable(request, "CONTENT_LENGTH", refusals[row].length);
	set_variable(request, "REQUEST_URI", uri);
	request_interpret(request);
	request->body = str_from(refusals[row].body);
	request->head_oversized = refusals[row].size == HEAD_TOO_LARGE;
	request->body_oversized = refusals[row].size == BODY_TOO_LARGE;
	route_dispatch(&mounted, exchange);
	return exchange;
}

static void
test_segment(void)
{
	struct exchange *exchange = exchange_new(&application, &transport);
	struct request *request = &exchange->request;

	set_variable(request, "REQUEST_METHOD", "GET");
	set_variable(request, "REQUEST_URI", "/taskrouter/tasks/WT1?x=y");
	request_interpret(request);
	route_dispatch(&mounted, exchange);
	is_str(request->segment, "WT1", "the handler is told the segment");
	exchange_free(exchange);
}

static void
test_order(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refusals); i++) {
		const char *what = refusals[i].what;
		struct exchange *exchange = dispatch(i);
		unsigned status = exchange->response.status;

		is_int(status, refusals[i].status, "%s: %u", what,
		    refusals[i].status);
		is_int(answered, 1, "%s: answered once", what);
		is_int(handled, status == 200, "%s: handler", what);
		is_int(admitted, refusals[i].admitted, "%s: guard", what);
		ok(str_contains(str_from(sent), "Cache-Control: no-store\r\n"),
		    "%s: not to be stored", what);
		ok(status == 200 ||
			(str_contains(str_from(sent),
			     "Content-Type: application/problem+json\r\n") &&
			    str_contains(str_from(sent), "\r\n\r\n{") !=
				(exchange->request.method == METHOD_HEAD)),
		    "%s: a problem document", what);
		ok(status == 200 || exchange->facts.note.len > 0,
		    "%s: a note for the log", what);
		exchange_free(exchange);
	}
}

static void
test_details(void)
{
	static const struct {
		size_t row;
		const char *text;
	} rows[] = {
		{4, "\r\nAllow: GET, POST\r\n"},
		{4, "this path takes GET, POST"},
		{5, "\r\nAllow: POST\r\n"},
		{7, "\r\nAllow: GET, HEAD\r\n"},
		{13, "the body is empty"},
		{15, "malformed at byte 2"},
		{3, "\"title\":\"Not Found\""},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct exchange *exchange = dispatch(rows[i].row);
		ok(str_contains(str_from(sent), rows[i].text), "%s: %s",
		    refusals[rows[i].row].what, rows[i].text);
		exchange_free(exchange);
	}
	struct exchange *exchange = dispatch(ARRAY_LENGTH(refusals) - 2);
	ok(str_contains(str_from(sent), "Content-Length: 2\r\n") &&
		str_has_suffix(str_from(sent), STR("\r\n\r\n")),
	    "HEAD: the length of the body, but no body");
	is_str(str_from(exchange->route->name), "healthz",
	    "the route is known to the log");
	ok(str_contains(exchange->id, "-"), "and so is the id");
	exchange_free(exchange);
	exchange = dispatch(3);
	ok(exchange->route == NULL, "404 has no route");
	exchange_free(exchange);
}

static void
test_exchange(void)
{
	struct exchange *exchange = exchange_new(&application, &transport);
	struct exchange *other = exchange_new(&application, &transport);

	ok(!str_equal(exchange->id, other->id), "two exchanges have two ids");
	ok(!exchange_is_abandoned(exchange),
	    "a transport that cannot tell: not abandoned");
	answered = 0;
	exchange_refuse(exchange, 409, "gone: %d\n\"%s\"", 7, "x");
	exchange_refuse(exchange, 400, "again");
	exchange_complete(exchange);
	is_int(answered, 1, "however often it is completed: answered once");
	ok(str_has_prefix(str_from(sent), STR("Status: 409 Conflict\r\n")) &&
		str_contains(str_from(sent),
		    "\"detail\":\"gone: 7\\u000a\\\"x\\\"\""),
	    "the first refusal counts");
	response_header(&other->response, "Allow", STR("GET"));
	response_body(&other->response, 200, "text/plain", STR("x"));
	(void)!arena_alloc(&other->arena, (size_t)1 << 40);
	exchange_complete(other);
	ok(str_has_prefix(str_from(sent),
	       STR("Status: 500 Internal Server Error\r\n")) &&
		str_contains(str_from(sent), "out of memory") &&
		!str_contains(str_from(sent), "Allow"),
	    "an arena that overflowed: 500, never half an answer");
	is_str(other->facts.note, "out of memory", "and the log says so");
	exchange_free(exchange);
	exchange_free(other);
}

int
main(void)
{
	test_paths();
	test_segment();
	test_order();
	test_details();
	test_exchange();
	return tap_done();
}
