/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "base/buf.h"
#include "http/request.h"
#include "tap.h"

static struct arena arena;

/* One that came with these variables; NULL: not sent. */
static struct request
request_with(const char *method, const char *type, const char *length,
    const char *uri, const char *query)
{
	struct request request = {.method = METHOD_OTHER};
	const struct {
		const char *name, *value;
	} rows[] = {
		{"REQUEST_METHOD", method}, {"CONTENT_TYPE", type},
		{"CONTENT_LENGTH", length}, {"REQUEST_URI", uri},
		{"QUERY_STRING", query},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].value != NULL)
			request_set(&request, str_from(rows[i].name),
			    str_from(rows[i].value));
	request_interpret(&request);
	return request;
}

static void
test_variables(void)
{
	static const char *const names[] = {
#define META(name) #name,
#include "http/meta.h"
#undef META
	};
	static const char *const others[] = {"", "HTTP_PROXY", "HTTP_COOKIE",
	    "REMOTE_USER", "request_method", "CONTENT_LENGTH ", "CONTENT_LENGT",
	    "A", "ZZZ"};
	struct request request = {.method = METHOD_OTHER};
	unsigned kept = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		ok(i == 0 || strcmp(names[i - 1], names[i]) < 0,
		    "%s is in its place of the table", names[i]);
		request_set(&request, str_from(names[i]), str_from(names[i]));
		is_str(request.meta[i], names[i], "%s is kept", names[i]);
	}
	is_int(request.repeated, 0, "none of them was repeated");
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		request_set(&request, str_from(others[i]), STR("other"));
	request_set(&request, STR_NONE, STR("other"));
	for (size_t i = 0; i < META_COUNT; i++)
		kept += str_is(request.meta[i], "other");
	is_int(kept, 0, "other variables are forgotten");
	is_int(request.repeated, 0, "and repeat nothing");
	request_set(&request, STR("PATH_INFO"), STR("second"));
	is_str(request.meta[META_PATH_INFO], "PATH_INFO",
	    "repeated: the first value stays");
	ok(request_repeats(&request, META_PATH_INFO), "repeated: it shows");
	ok(!request_repeats(&request, META_REQUEST_URI),
	    "repeated: no other does");
}

static void
test_methods(void)
{
	static const struct {
		const char *name;
		enum method method;
	} rows[] = {
		{"GET", METHOD_GET}, {"HEAD", METHOD_HEAD},
		{"POST", METHOD_POST}, {"PUT", METHOD_OTHER},
		{"DELETE", METHOD_DELETE}, {"OPTIONS", METHOD_OPTIONS},
		{"TRACE", METHOD_OTHER}, {"FOO", METHOD_OTHER},
		{"get", METHOD_OTHER}, {"POST ", METHOD_OTHER},
		{"", METHOD_OTHER}, {NULL, METHOD_OTHER},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct request request =
		    request_with(rows[i].name, NULL, NULL, NULL, NULL);
		is_int(request.method, rows[i].method, "method %s",
		    rows[i].name == NULL ? "(absent)" : rows[i].name);
		if (rows[i].method != METHOD_OTHER)
			is_str(str_from(request_method_name(rows[i].method)),
			    rows[i].name, "the name of %s", rows[i].name);
	}
	ok(request_method_name(METHOD_OTHER) == NULL,
	    "other methods have no name");
	ok(request_method_name(METHOD_GET | METHOD_POST) == NULL,
	    "nor have two together");
}

static void
test_media(void)
{
	static const struct {
		const char *type;
		enum media_type media;
	} rows[] = {
		{NULL, MEDIA_NONE},
		{"", MEDIA_NONE},
		{"; charset=utf-8", MEDIA_NONE},
		{"application/x-www-form-urlencoded", MEDIA_FORM},
		{"application/x-www-form-urlencoded; charset=UTF-8", MEDIA_FORM},
		{"Application/X-WWW-Form-URLencoded", MEDIA_FORM},
		{" application/json ", MEDIA_JSON},
		{"application/json;charset=utf-8", MEDIA_JSON},
		{"application/problem+json", MEDIA_OTHER},
		{"application/jsonp", MEDIA_OTHER},
		{"multipart/form-data; boundary=x", MEDIA_OTHER},
		{"text/plain", MEDIA_OTHER},
		{"application/json, text/plain", MEDIA_OTHER},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct request request =
		    request_with("POST", rows[i].type, NULL, NULL, NULL);
		is_int(request.media, rows[i].media, "Content-Type %s",
		    rows[i].type == NULL ? "(absent)" : rows[i].type);
	}
}

static void
test_targets(void)
{
	static const struct {
		const char *uri, *query_string, *path, *query;
	} rows[] = {
		{"/a/b", NULL, "/a/b", NULL},
		{"/a?b=c", NULL, "/a", "b=c"},
		{"/a?", NULL, "/a", ""},
		{"/a?b?c", NULL, "/a", "b?c"},
		{"/%61?x=%3f", NULL, "/%61", "x=%3f"},
		{"/a", "decoded=1", "/a", NULL},
		{"/a?raw=1", "other=1", "/a", "raw=1"},
		{NULL, "q=1", NULL, "q=1"},
		{NULL, "", NULL, NULL},
		{NULL, NULL, NULL, NULL},
		{"", "q=1", NULL, "q=1"},
		{"http://evil:99/a/b?c", NULL, "/a/b", "c"},
		{"HTTP://evil/a", NULL, "/a", NULL},
		{"http://user@evil/a", NULL, "/a", NULL},
		{"http://evil", NULL, "/", NULL},
		{"http://evil?a=b", NULL, "", "a=b"},
		{"http://", NULL, "/", NULL},
		{"http:///a", NULL, "/a", NULL},
		{"/a/http://evil/b", NULL, "/a/http://evil/b", NULL},
		{"/a?u=http://h/b", NULL, "/a", "u=http://h/b"},
		{"*", NULL, "*", NULL},
		{"a:/", NULL, "a:/", NULL},
		{"a:", NULL, "a:", NULL},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *shown =
		    rows[i].uri == NULL ? "(absent)" : rows[i].uri;
		struct request request = request_with("GET", NULL, NULL,
		    rows[i].uri, rows[i].query_string);
		is_str(request.path, rows[i].path, "path of %s", shown);
		is_str(request.query, rows[i].query, "query of %s", shown);
	}
}

static void
test_body(void)
{
	static const struct {
		const char *what, *method, *length, *body, *why;
	} rows[] = {
		{"the length that was announced", "POST", "3", "a=b", NULL},
		{"no length (chunked)", "POST", NULL, "a=b", NULL},
		{"an empty length, as nginx sends it", "POST", "", "a=b", NULL},
		{"leading zeros", "POST", "003", "a=b", NULL},
		{"shorter than announced", "POST", "4", "a=b",
		    "Content-Length says 4 bytes, the body has 3"},
		{"longer than announced", "POST", "2", "a=b",
		    "Content-Length says 2 bytes, the body has 3"},
		{"nothing, but announced", "POST", "3", "",
		    "Content-Length says 3 bytes, the body has 0"},
		{"nothing at all", "POST", NULL, "", "the body is empty"},
		{"nothing, and so announced", "POST", "0", "",
		    "the body is empty"},
		{"a GET without body", "GET", NULL, "", NULL},
		{"a GET with length 0", "GET", "0", "", NULL},
		{"a GET with a body", "GET", "3", "a=b", NULL},
		{"a GET cut short", "GET", "3", "",
		    "Content-Length says 3 bytes, the body has 0"},
		{"a negative length", "POST", "-3", "a=b", "not a number"},
		{"a length with a plus", "POST", "+3", "a=b", "not a number"},
		{"two lengths in one", "POST", "3, 3", "a=b", "not a number"},
		{"a length beyond everything", "POST",
		    "99999999999999999999999", "a=b", "not a number"},
	};
	struct request request;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		request = request_with(
		    rows[i].method, NULL, rows[i].length, NULL, NULL);
		request.body = str_from(rows[i].body);
		err.text[0] = '\0';
		ok(request_check_body(&request, &err) == (rows[i].why == NULL),
		    "body: %s", rows[i].what);
		ok(rows[i].why == NULL ||
			str_contains(str_from(err.text), rows[i].why),
		    "body: %s: why: %s", rows[i].what, err.text);
	}
	request = request_with("POST", NULL, "3", NULL, NULL);
	request_set(&request, STR("CONTENT_LENGTH"), STR("3"));
	request.body = STR("a=b");
	ok(!request_check_body(&request, &err),
	    "body: two lengths, even if they agree");
}

/* [name=value] of each. */
static struct str
show(const struct form *form)
{
	struct str shown = STR("");

	for (size_t i = 0; i < form->count; i++)
		shown = arena_format(&arena, "%.*s[%.*s=%.*s]",
		    STR_ARGS(shown), STR_ARGS(form->fields[i].name),
		    STR_ARGS(form->fields[i].value));
	return shown;
}

static void
test_parameters(void)
{
	static const struct {
		const char *what;
		enum media_type media;
		const char *body;
		const char *shown; /* NULL: refused */
	} rows[] = {
		{"a form", MEDIA_FORM, "a=1&b=+", "[a=1][b= ]"},
		{"no body", MEDIA_FORM, "", ""},
		{"no JSON body", MEDIA_JSON, "", ""},
		{"a malformed form", MEDIA_FORM, "a=%", NULL},
		{"an object", MEDIA_JSON, "{\"a\":\"1\",\"b\":\" \"}",
		    "[a=1][b= ]"},
		{"an empty object", MEDIA_JSON, "{}", ""},
		{"values that are no strings", MEDIA_JSON,
		    "{\"n\":5,\"t\":true,\"z\":null,\"d\":1.50,\"o\":{ \"x\" : "
		    "[1, \"</a>\"] } }",
		    "[n=5][t=true][z=null][d=1.50][o={\"x\":[1,\"</a>\"]}]"},
		{"an array", MEDIA_JSON, "[1]", NULL},
		{"a string", MEDIA_JSON, "\"a\"", NULL},
		{"null", MEDIA_JSON, "null", NULL},
		{"a repeated key", MEDIA_JSON, "{\"a\":1,\"a\":2}", NULL},
		{"a comment", MEDIA_JSON, "{/**/}", NULL},
		{"no JSON", MEDIA_JSON, "a=1", NULL},
	};
	struct request request = {.method = METHOD_POST};
	struct form form;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		request.media = rows[i].media;
		request.body = str_from(rows[i].body);
		bool taken = request_body_parameters(
		    &request, &arena, &form, &err);
		ok(taken == (rows[i].shown != NULL), "parameters of %s: %s",
		    rows[i].what, taken ? "taken" : "refused");
		if (taken)
			is_str(show(&form), rows[i].shown,
			    "parameters of %s", rows[i].what);
	}
	request.query = STR("a=%41&b");
	ok(request_query_parameters(&request, &arena, &form, &err),
	    "parameters of a query");
	is_str(show(&form), "[a=A][b=]", "and what they are");
	request.query = STR_NONE;
	ok(request_query_parameters(&request, &arena, &form, &err) &&
		form.count == 0,
	    "no query has none");
	request.query = STR("a=%");
	ok(!request_query_parameters(&request, &arena, &form, &err),
	    "a malformed query is refused");
}

static void
test_many_members(void)
{
	struct request request = {.method = METHOD_POST, .media = MEDIA_JSON};
	struct form form;
	struct err err;
	struct buf buf;

	buf_init(&buf, 65536);
	buf_add_byte(&buf, '{');
	for (int i = 0; i < FORM_FIELDS; i++)
		buf_format(&buf, "%s\"%d\":%d", i == 0 ? "" : ",", i, i);
	buf_add_byte(&buf, '}');
	request.body = buf_str(&buf);
	ok(request_body_parameters(&request, &arena, &form, &err) &&
		form.count == FORM_FIELDS,
	    "as many members as there may be");
	buf.len--;
	buf_add_str(&buf, STR(",\"x\":0}"));
	request.body = buf_str(&buf);
	ok(!request_body_parameters(&request, &arena, &form, &err) &&
		str_contains(str_from(err.text), "more than 256"),
	    "a member more is refused");
	buf_clear(&buf, 0);
	buf_add_str(&buf, STR("{\"a\":["));
	for (int i = 0; i < 20000; i++)
		buf_add_str(&buf, i == 0 ? STR("{}") : STR(",{}"));
	buf_add_str(&buf, STR("]}"));
	request.body = buf_str(&buf);
	ok(!request_body_parameters(&request, &arena, &form, &err) &&
		str_contains(str_from(err.text), "more than 4096 values"),
	    "a body of 60 KiB of empty objects is refused");
	buf_release(&buf);
}

static void
test_local(void)
{
	static const struct {
		const char *what, *address, *header;
		bool local;
	} rows[] = {
		{"IPv4 loopback", "127.0.0.1", NULL, true},
		{"another one", "127.8.9.10", NULL, true},
		{"IPv6 loopback", "::1", NULL, true},
		{"IPv4 loopback in IPv6", "::ffff:127.0.0.1", NULL, true},
		{"IPv6 loopback written out", "0:0:0:0:0:0:0:1", NULL, true},
		{"a name that begins so", "127.example.com", NULL, false},
		{"a socket of the web server", "unix:", NULL, false},
		{"elsewhere, as IPv6", "::ffff:192.0.2.1", NULL, false},
		{"too long for an address",
		    "127.0.0.1                                      ", NULL,
		    false},
		{"elsewhere", "192.0.2.1", NULL, false},
		{"an address that begins so", "12.7.0.1", NULL, false},
		{"IPv6 elsewhere", "::1:2", NULL, false},
		{"no address", NULL, NULL, false},
		{"an empty address", "", NULL, false},
		{"a proxy in front", "127.0.0.1", "HTTP_X_FORWARDED_FOR",
		    false},
		{"a proxy of the newer kind", "127.0.0.1", "HTTP_FORWARDED",
		    false},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct request request = {.method = METHOD_GET};
		if (rows[i].address != NULL)
			request_set(&request, STR("REMOTE_ADDR"),
			    str_from(rows[i].address));
		if (rows[i].header != NULL)
			request_set(&request, str_from(rows[i].header),
			    STR("127.0.0.1"));
		ok(request_is_local(&request) == rows[i].local,
		    "client, %s: %s", rows[i].what,
		    rows[i].local ? "local" : "not local");
	}
}

int
main(void)
{
	arena_init(&arena, (size_t)16 << 20);
	test_variables();
	test_methods();
	test_media();
	test_targets();
	test_body();
	test_parameters();
	test_many_members();
	test_local();
	arena_release(&arena);
	return tap_done();
}
