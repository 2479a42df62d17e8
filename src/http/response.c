/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "http/response.h"

#include "codec/json.h"

/* Every status that the program answers with (RFC 9110 section 15). */
static const struct {
	unsigned status;
	const char *title;
} statuses[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{409, "Conflict"},
	{410, "Gone"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{415, "Unsupported Media Type"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
};

const char *
response_title(unsigned status)
{
	for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].title;
	return NULL;
}

/* A line break in a value would begin a header of somebody else's choice. */
static bool
is_header_value(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.at[i] < ' ' || value.at[i] == 0x7f)
			return false;
	return value.at != NULL;
}

void
response_header(struct response *response, const char *name, struct str value)
{
	size_t count = response->header_count;

	if (count == RESPONSE_HEADERS || !is_header_value(value))
		return;
	response->headers[count].name = name;
	response->headers[count].value = value;
	response->header_count++;
}

void
response_body(struct response *response, unsigned status,
    const char *content_type, struct str body)
{
	response->status = status;
	response->content_type = content_type;
	response->body = body;
}

void
response_problem(struct response *response, struct arena *arena,
    unsigned status, struct str request_id, struct str detail, int64_t code)
{
	struct str quoted = json_quote(arena, detail);
	struct str number = code == 0
	    ? STR("")
	    : arena_format(arena, ",\"code\":%jd", (intmax_t)code);
	struct str body = arena_format(arena,
	    "{\"status\":%u,\"title\":\"%s\",\"detail\":%.*s%.*s,"
	    "\"request_id\":\"%.*s\"}",
	    status, response_title(status), STR_ARGS(quoted), STR_ARGS(number),
	    STR_ARGS(request_id));

	response_body(response, status, "application/problem+json", body);
}

static void
add_header(struct buf *out, const char *name, struct str value)
{
	buf_add_str(out, str_from(name));
	buf_add_str(out, STR(": "));
	buf_add_str(out, value);
	buf_add_str(out, STR("\r\n"));
}

size_t
response_length(const struct response *response)
{
	if (response->head)
		return 0;
	return response->end == RESPONSE_WHOLE ? response->body.len
					       : response->body.len / 2;
}

void
response_write_cgi(const struct response *response, struct buf *out)
{
	if (response->end == RESPONSE_NOTHING)
		return;
	buf_add_str(out, STR("Status: "));
	buf_add_number(out, response->status);
	buf_add_str(out, STR(" "));
	buf_add_str(out, str_from(response_title(response->status)));
	buf_add_str(out, STR("\r\n"));
	if (response->status != 204) { /* RFC 9110 section 8.6 */
		buf_add_str(out, STR("Content-Length: "));
		buf_add_number(out, response->body.len);
		buf_add_str(out, STR("\r\n"));
	}
	if (response->content_type != NULL)
		add_header(out, "Content-Type",
		    str_from(response->content_type));
	for (size_t i = 0; i < response->header_count; i++)
		add_header(out, response->headers[i].name,
		    response->headers[i].value);
	buf_add_str(out, STR("\r\n"));
	buf_add_str(
	    out, str_slice(response->body, 0, response_length(response)));
}
