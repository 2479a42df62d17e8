/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "http/route.h"

/* A percent sign, an empty segment or a dot segment is another spelling of
 * some path: web servers and caches disagree about which. */
static bool
is_plain_path(struct str path)
{
	return !str_has_byte(path, '%') && !str_contains(path, "//") &&
	    !str_contains(path, "/./") && !str_contains(path, "/../");
}

/* What stands behind the mount point, with its slash; absent if the path is
 * not spelt as it must be. */
static struct str
behind_mount(const struct site *site, const struct request *request)
{
	struct str info = request->meta[META_PATH_INFO];
	struct str path = request->path;

	if (path.at == NULL)
		return info;
	if (info.len > 0) {
		struct str mount = str_slice(path, 0, path.len - info.len);
		bool known = site->mount.len > 0 &&
		    str_equal(mount, site->mount);
		if (!str_has_suffix(path, info) ||
		    (!known && !is_plain_path(path)))
			return STR_NONE;
		return info;
	}
	if (site->mount.len > 0) {
		if (!str_has_prefix(path, site->mount))
			return STR_NONE;
		return str_slice(path, site->mount.len, path.len);
	}
	if (!is_plain_path(path))
		return STR_NONE;
	for (size_t i = path.len; i > 0; i--)
		if (path.at[i - 1] == '/')
			return str_slice(path, i - 1, path.len);
	return STR_NONE;
}

/* What stands for the "*" that a route's path ends in; absent if the path is
 * not one of that route's. */
static struct str
segment_of(const struct route *route, struct str path)
{
	struct str pattern = str_from(route->path);
	struct str fixed = str_slice(pattern, 0, pattern.len - 1);
	struct str segment = str_slice(path, fixed.len, path.len);

	if (!str_has_suffix(pattern, STR("/*")) ||
	    !str_has_prefix(path, fixed) || segment.len == 0 ||
	    str_is(segment, ".") || str_is(segment, ".."))
		return STR_NONE;
	for (size_t i = 0; i < segment.len; i++) {
		unsigned char c = (unsigned char)segment.at[i];
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) &&
		    !str_has_byte(STR("-._~"), (char)c))
			return STR_NONE;
	}
	return segment;
}

const struct route *
route_find(const struct site *site, const struct request *request)
{
	struct str path = behind_mount(site, request);

	if (str_has_byte(path, '*'))
		return NULL;
	for (size_t i = 0; i < site->count; i++)
		if (str_is(path, site->routes[i].path) ||
		    segment_of(&site->routes[i], path).at != NULL)
			return &site->routes[i];
	return NULL;
}

static void
refuse_method(struct exchange *exchange, const struct route *route)
{
	struct str allow = STR("");

	for (unsigned method = 1; method <= route->methods; method <<= 1)
		if ((route->methods & method) != 0)
			allow = arena_format(&exchange->arena, "%.*s%s%s",
			    STR_ARGS(allow), allow.len > 0 ? ", " : "",
			    request_method_name(method));
	response_header(&exchange->response, "Allow", allow);
	exchange_refuse(exchange, 405, "this path takes %.*s", STR_ARGS(allow));
}

/* Whether the body is one that can be read; reads the parameters of a POST. */
static bool
check_body(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	bool post = request->method == METHOD_POST;
	bool may_lack_body = exchange->route->reads_body;
	bool unreadable = request->media == MEDIA_OTHER ||
	    (request->media == MEDIA_NONE && request->body.len > 0);
	struct err err;

	if (request->body_oversized)
		exchange_refuse(exchange, 413, "the body is too large");
	else if (post && unreadable && !exchange->route->reads_body)
		exchange_refuse(exchange, 415,
		    "expected a body of type application/x-www-form-urlencoded "
		    "or application/json");
	else if (!(may_lack_body && request->body.len == 0) &&
	    !request_check_body(request, &err))
		exchange_refuse(exchange, 400, "%s", err.text);
	else if (post && !exchange->route->reads_body &&
	    !request_body_parameters(
		request, &exchange->arena, &request->form, &err))
		exchange_refuse(exchange, 400, "the body is malformed at byte "
		    "%zu: %s", err.at, err.text);
	else
		return true;
	return false;
}

void
route_dispatch(const struct site *site, struct exchange *exchange)
{
	struct request *request = &exchange->request;
	const struct route *route = route_find(site, request);

	if (request->head_oversized) {
		exchange_refuse(exchange, 431, "the request head is too large");
		return;
	}
	if (route == NULL) {
		exchange_refuse(exchange, 404, "there is nothing at this path");
		return;
	}
	exchange->route = route;
	request->segment = segment_of(route, behind_mount(site, request));
	if ((route->methods & request->method) == 0) {
		refuse_method(exchange, route);
		return;
	}
	if (!check_body(exchange))
		return;
	if (route->admit == NULL || route->admit(exchange))
		route->handle(exchange);
}
