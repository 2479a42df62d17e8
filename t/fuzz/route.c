/* SPDX-License-Identifier: MIT
 *
 * A whole request: lines NAME=value up to an empty one, then the body. It is
 * answered exactly once, a handler runs only for a path in its one spelling,
 * and what is sent has exactly one empty line behind clean headers.
 */
#include "base/compat.h"

#include <string.h>

#include "fuzz.h"
#include "http/route.h"

static unsigned handled, answered;

static void
handle(struct exchange *exchange)
{
	handled++;
	response_body(&exchange->response, 200, "text/plain", STR("ok"));
	exchange_complete(exchange);
}

static const struct route routes[] = {
	{"/assignment_callback", "assignment_callback", METHOD_POST, NULL,
	    handle, false},
	{"/healthz", "healthz", METHOD_GET | METHOD_HEAD, NULL, handle, false},
};

static const struct site sites[] = {
	{routes, ARRAY_LENGTH(routes), {"/taskrouter", 11}},
	{routes, ARRAY_LENGTH(routes), {NULL, 0}},
};

static void
check_headers(struct str text)
{
	MUST(str_has_prefix(text, STR("Status: ")));
	for (;;) {
		struct str line = str_cut(&text, '\n');
		MUST(text.at != NULL && str_has_suffix(line, STR("\r")));
		if (line.len == 1)
			return;
		MUST(str_has_byte(line, ':'));
	}
}

static void
respond(struct exchange *exchange)
{
	struct buf out;

	answered++;
	buf_init(&out, (size_t)1 << 20);
	response_write_cgi(&exchange->response, &out);
	MUST(!out.failed);
	check_headers(buf_str(&out));
	buf_release(&out);
}

static void
ended(struct application *application, struct exchange *exchange)
{
	(void)application;
	(void)exchange;
}

/* The raw path is the route behind a mount point in its one spelling. */
static void
check_path(const struct site *site, const struct exchange *exchange)
{
	const struct request *request = &exchange->request;
	struct str path = request->path.at != NULL
	    ? request->path
	    : request->meta[META_PATH_INFO];
	struct str route = str_from(exchange->route->path);

	MUST(str_has_suffix(path, route));
	MUST(!str_contains(path, "//") && !str_has_byte(path, '%'));
	MUST(!str_contains(path, "/../") && !str_contains(path, "/./"));
	if (site->mount.len > 0 && request->path.at != NULL &&
	    request->meta[META_PATH_INFO].len == 0)
		MUST(path.len == site->mount.len + route.len);
}

static void
serve(const struct site *site, struct str text)
{
	static const struct transport transport = {.respond = respond};
	static struct application application = {.ended = ended};
	struct exchange *exchange = exchange_new(&application, &transport);

	MUST(exchange != NULL);
	handled = answered = 0;
	while (text.at != NULL) {
		struct str value = str_cut(&text, '\n');
		if (value.len == 0)
			break;
		struct str name = str_cut(&value, '=');
		request_set(&exchange->request, name, value);
	}
	request_interpret(&exchange->request);
	exchange->request.body = text;
	route_dispatch(site, exchange);
	MUST(answered == 1 && handled <= 1);
	MUST((exchange->response.status == 200) == (handled == 1));
	if (handled == 1)
		check_path(site, exchange);
	(void)request_is_local(&exchange->request);
	exchange_free(exchange);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < ARRAY_LENGTH(sites); i++)
		serve(&sites[i], (struct str){(const char *)data, size});
	return 0;
}
