/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "http/request.h"

#include <netinet/in.h>
#include <string.h>

#include "base/address.h"
#include "codec/json.h"

/* A body holds at most so many JSON values: attributes of 4,096 characters
 * cannot have more, and json-c takes 100 bytes and more for each. */
#define BODY_JSON_VALUES 4096

_Static_assert(META_COUNT <= 32, "request.repeated has 32 bits");

static const struct str meta_names[META_COUNT] = {
#define META(name) [META_##name] = {#name, sizeof #name - 1},
#include "http/meta.h"
#undef META
};

void
request_set(struct request *request, struct str name, struct str value)
{
	size_t low = 0, high = META_COUNT;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = str_compare(name, meta_names[middle]);
		if (order == 0) {
			if (request->meta[middle].at == NULL)
				request->meta[middle] = value;
			else
				request->repeated |= UINT32_C(1) << middle;
			return;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
}

bool
request_repeats(const struct request *request, enum meta meta)
{
	return (request->repeated & UINT32_C(1) << meta) != 0;
}

static const struct {
	const char *name;
	enum method method;
} methods[] = {
	{"GET", METHOD_GET}, {"HEAD", METHOD_HEAD}, {"POST", METHOD_POST},
	{"DELETE", METHOD_DELETE}, {"OPTIONS", METHOD_OPTIONS},
};

static enum method
read_method(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(methods); i++)
		if (str_is(name, methods[i].name))
			return methods[i].method;
	return METHOD_OTHER;
}

const char *
request_method_name(unsigned method)
{
	for (size_t i = 0; i < ARRAY_LENGTH(methods); i++)
		if (methods[i].method == method)
			return methods[i].name;
	return NULL;
}

/* Parameters such as charset say nothing that matters here. */
static enum media_type
read_media(struct str content_type)
{
	struct str rest = content_type;
	struct str type = str_trim(str_cut(&rest, ';'));

	if (type.len == 0)
		return MEDIA_NONE;
	if (str_equal_nocase(type, STR("application/x-www-form-urlencoded")))
		return MEDIA_FORM;
	if (str_equal_nocase(type, STR("application/json")))
		return MEDIA_JSON;
	return MEDIA_OTHER;
}

/* Apache passes the absolute form of a request target on as it came. */
static struct str
without_authority(struct str target)
{
	for (size_t i = 0; i + 2 < target.len && target.at[i] != '/'; i++) {
		if (target.at[i] != ':' || target.at[i + 1] != '/' ||
		    target.at[i + 2] != '/')
			continue;
		for (size_t slash = i + 3; slash < target.len; slash++)
			if (target.at[slash] == '/' || target.at[slash] == '?')
				return str_slice(target, slash, target.len);
		return STR("/");
	}
	return target;
}

void
request_interpret(struct request *request)
{
	const struct str *meta = request->meta;

	request->method = read_method(meta[META_REQUEST_METHOD]);
	request->media = read_media(meta[META_CONTENT_TYPE]);
	if (meta[META_REQUEST_URI].len > 0) {
		struct str target = without_authority(meta[META_REQUEST_URI]);
		request->path = str_cut(&target, '?');
		request->query = target;
	} else if (meta[META_QUERY_STRING].len > 0) {
		request->query = meta[META_QUERY_STRING];
	}
}

/* Apache's rewrite remedy delivers the header under a name of its own. */
struct str
request_authorization(const struct request *request)
{
	struct str direct = request->meta[META_HTTP_AUTHORIZATION];

	if (request_repeats(request, META_HTTP_AUTHORIZATION))
		return STR_NONE;
	return direct.len > 0 ? direct
			      : request->meta[META_REDIRECT_HTTP_AUTHORIZATION];
}

bool
request_check_body(const struct request *request, struct err *err)
{
	struct str announced = request->meta[META_CONTENT_LENGTH];
	uint64_t length;

	if (announced.len > 0) {
		if (request_repeats(request, META_CONTENT_LENGTH) ||
		    !str_to_uint(announced, SIZE_MAX, &length))
			return err_set(
			    err, 0, "Content-Length is not a number of bytes");
		if (length != request->body.len)
			return err_set(err, 0,
			    "Content-Length says %ju bytes, the body has %zu",
			    (uintmax_t)length, request->body.len);
	}
	if (request->method == METHOD_POST && request->body.len == 0)
		return err_set(err, 0, "the body is empty");
	return true;
}

static bool
read_json(struct str text, struct arena *arena, struct form *form,
    struct err *err)
{
	struct json_limits limits = {.values = BODY_JSON_VALUES};
	struct json_member member = {0};
	struct json_object *value;
	size_t count = 0;

	if (!json_parse(arena, text, limits, &value, err))
		return false;
	if (json_type(value) != JSON_OBJECT)
		return err_set(err, 0, "expected a JSON object");
	while (json_next(value, &member))
		count++;
	form->fields = arena_array(arena, count, sizeof *form->fields);
	if (form->fields == NULL || count > FORM_FIELDS)
		return err_set(err, 0, "more than %d members", FORM_FIELDS);
	member = (struct json_member){0};
	while (json_next(value, &member))
		form->fields[form->count++] = (struct form_field){member.key,
		    json_type(member.value) == JSON_STRING
			? json_text(member.value)
			: json_write(arena, member.value)};
	return true;
}

bool
request_body_parameters(const struct request *request, struct arena *arena,
    struct form *form, struct err *err)
{
	*form = (struct form){NULL, 0};
	if (request->body.len == 0)
		return true;
	if (request->media == MEDIA_JSON)
		return read_json(request->body, arena, form, err);
	return form_decode(arena, request->body, form, err);
}

bool
request_query_parameters(const struct request *request, struct arena *arena,
    struct form *form, struct err *err)
{
	*form = (struct form){NULL, 0};
	return request->query.len == 0 ||
	    form_decode(arena, request->query, form, err);
}

bool
request_is_local(const struct request *request)
{
	const struct str *meta = request->meta;
	struct str address = meta[META_REMOTE_ADDR];
	char text[INET6_ADDRSTRLEN];

	if (meta[META_HTTP_X_FORWARDED_FOR].at != NULL ||
	    meta[META_HTTP_FORWARDED].at != NULL ||
	    address.len == 0 || address.len >= sizeof text)
		return false;
	memcpy(text, address.at, address.len);
	text[address.len] = '\0';
	return address_is_loopback(text);
}
