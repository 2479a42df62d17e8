/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "codec/json.h"
#include "http/response.h"
#include "tap.h"

static struct arena arena;

static struct str
written(const struct response *response)
{
	struct buf out;

	buf_init(&out, (size_t)1 << 20);
	response_write_cgi(response, &out);
	struct str text = arena_str(&arena, buf_str(&out));
	buf_release(&out);
	return text;
}

static void
test_header_values(void)
{
	static const struct {
		const char *what;
		struct str value;
		bool sent;
	} rows[] = {
		{"a word", {"abc", 3}, true},
		{"nothing", {"", 0}, true},
		{"UTF-8", {"\xc3\xa4", 2}, true},
		{"blanks and colons", {"a: b", 4}, true},
		{"absent", {NULL, 0}, false},
		{"CR LF and a header", {"a\r\nX-Accel-Redirect: /etc", 25},
		    false},
		{"LF alone", {"a\nb", 3}, false},
		{"CR alone", {"a\rb", 3}, false},
		{"CR at the end", {"a\r", 2}, false},
		{"NUL", {"a\0b", 3}, false},
		{"a tab", {"a\tb", 3}, false},
		{"DEL", {"a\x7f", 2}, false},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct response response = {.status = 200};
		response_header(&response, "X-Test", rows[i].value);
		is_int((int64_t)response.header_count, rows[i].sent,
		    "header value, %s: %s", rows[i].what,
		    rows[i].sent ? "sent" : "left out");
		ok(str_contains(written(&response), "X-Test") == rows[i].sent,
		    "header value, %s: in the text", rows[i].what);
	}
	struct response response = {.status = 200};
	for (size_t i = 0; i < RESPONSE_HEADERS + 3; i++)
		response_header(&response, "X", STR("y"));
	is_int((int64_t)response.header_count, RESPONSE_HEADERS,
	    "more headers than there is room for are left out");
}

static void
test_text(void)
{
	static const struct {
		const char *what;
		unsigned status;
		const char *type, *body;
		bool head;
		const char *text;
	} rows[] = {
		{"an answer", 200, "application/json", "{}", false,
		    "Status: 200 OK\r\nContent-Length: 2\r\n"
		    "Content-Type: application/json\r\nX: y\r\n\r\n{}"},
		{"to HEAD", 200, "text/plain", "ok\n", true,
		    "Status: 200 OK\r\nContent-Length: 3\r\n"
		    "Content-Type: text/plain\r\nX: y\r\n\r\n"},
		{"an empty body", 200, "text/plain", "", false,
		    "Status: 200 OK\r\nContent-Length: 0\r\n"
		    "Content-Type: text/plain\r\nX: y\r\n\r\n"},
		{"no content", 204, NULL, "", false,
		    "Status: 204 No Content\r\nX: y\r\n\r\n"},
		{"an unknown status", 299, NULL, "", false,
		    "Status: 299 \r\nContent-Length: 0\r\nX: y\r\n\r\n"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct response response = {.head = rows[i].head};
		response_header(&response, "X", STR("y"));
		response_body(&response, rows[i].status, rows[i].type,
		    str_from(rows[i].body));
		is_str(written(&response), rows[i].text, "text: %s",
		    rows[i].what);
	}
	struct response response = {.status = 200};
	response_body(&response, 200, "text/plain",
	    (struct str){"a\0b", 3});
	ok(str_has_suffix(written(&response), (struct str){"\r\n\r\na\0b", 7}),
	    "text: a body may hold any byte");
}

static void
test_statuses(void)
{
	static const unsigned used[] = {200, 204, 308, 400, 401, 403, 404, 405,
	    409, 413, 415, 431, 500, 502, 503, 504};

	for (size_t i = 0; i < ARRAY_LENGTH(used); i++)
		ok(response_title(used[i]) != NULL, "status %u has a title",
		    used[i]);
	ok(response_title(418) == NULL && response_title(0) == NULL,
	    "others have none");
}

static void
test_problems(void)
{
	static const struct {
		const char *what;
		unsigned status;
		const char *detail;
		int64_t code;
		const char *body;
	} rows[] = {
		{"plain", 404, "not here", 0,
		    "{\"status\":404,\"title\":\"Not Found\",\"detail\":\"not "
		    "here\",\"request_id\":\"1-2\"}"},
		{"with Twilio's code", 409, "gone", 20001,
		    "{\"status\":409,\"title\":\"Conflict\",\"detail\":"
		    "\"gone\",\"code\":20001,\"request_id\":\"1-2\"}"},
		{"with what must be escaped", 502, "a\"b\n\xff", 0,
		    "{\"status\":502,\"title\":\"Bad Gateway\",\"detail\":"
		    "\"a\\\"b\\u000a\xef\xbf\xbd\",\"request_id\":\"1-2\"}"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct json_limits limits = {100, false};
		struct response response = {.status = 0};
		struct json_object *value;
		struct err err;

		response_problem(&response, &arena, rows[i].status,
		    STR("1-2"), str_from(rows[i].detail), rows[i].code);
		is_int(response.status, rows[i].status, "problem, %s: status",
		    rows[i].what);
		is_str(str_from(response.content_type),
		    "application/problem+json", "problem, %s: type",
		    rows[i].what);
		is_str(response.body, rows[i].body, "problem, %s: body",
		    rows[i].what);
		ok(json_parse(&arena, response.body, limits, &value, &err),
		    "problem, %s: JSON", rows[i].what);
	}
}

/* What is promised and what comes; web servers see to the rest. */
static void
test_ends(void)
{
	static const struct {
		const char *what;
		enum response_end end;
		bool head;
		const char *length, *body;
	} rows[] = {
		{"whole", RESPONSE_WHOLE, false, "Content-Length: 9\r\n",
		    "\r\n\r\n123456789"},
		{"half", RESPONSE_HALF, false, "Content-Length: 9\r\n",
		    "\r\n\r\n1234"},
		{"half of what has no body", RESPONSE_HALF, true,
		    "Content-Length: 9\r\n", "\r\n\r\n"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct response response = {.head = rows[i].head};
		response_body(&response, 200, "text/plain", STR("123456789"));
		response.end = rows[i].end;
		struct str text = written(&response);
		ok(str_contains(text, rows[i].length), "%s: the length",
		    rows[i].what);
		ok(str_has_suffix(text, str_from(rows[i].body)), "%s: the body",
		    rows[i].what);
	}
	struct response response = {.end = RESPONSE_NOTHING};
	response_body(&response, 200, "text/plain", STR("123456789"));
	is_int((int64_t)written(&response).len, 0, "nothing: nothing at all");
}

int
main(void)
{
	arena_init(&arena, (size_t)1 << 20);
	test_header_values();
	test_ends();
	test_text();
	test_statuses();
	test_problems();
	arena_release(&arena);
	return tap_done();
}
