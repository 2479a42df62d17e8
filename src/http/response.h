/* SPDX-License-Identifier: MIT
 *
 * One HTTP response: built whole, then sent once. Header values are set by
 * the program only, never echoed from a request.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"

#define RESPONSE_HEADERS 24

/* How an answer ends; all but the first is for tests of clients. */
enum response_end {
	RESPONSE_WHOLE,
	RESPONSE_HALF,    /* Content-Length promises the whole body, of which
			   * half comes before the connection ends */
	RESPONSE_NOTHING, /* nothing comes before the connection ends; behind a
			   * web server, what that makes of it */
};

struct response {
	unsigned status;
	struct {
		const char *name;
		struct str value;
	} headers[RESPONSE_HEADERS];
	size_t header_count;
	const char *content_type; /* NULL: no body */
	struct str body;
	bool head; /* send the headers of `body`, but not the body */
	enum response_end end;
};

/* How many bytes of the body are to be sent. */
size_t response_length(const struct response *response);

/* Views and names must live until the exchange ends. A value with a control
 * character is not sent: the header is left out. */
void response_header(
    struct response *response, const char *name, struct str value);

void response_body(struct response *response, unsigned status,
    const char *content_type, struct str body);

/* application/problem+json (RFC 9457): status, title, detail, request_id,
 * and Twilio's error number as `code` unless it is 0. */
void response_problem(struct response *response, struct arena *arena,
    unsigned status, struct str request_id, struct str detail, int64_t code);

/* "Not Found" for 404; NULL for a status that http/response.c does not know. */
const char *response_title(unsigned status);

/* The CGI form (RFC 3875 section 6): Status, headers, Content-Length, empty
 * line, body; nothing for RESPONSE_NOTHING, which web servers take for a
 * program that failed, and do not try again. */
void response_write_cgi(const struct response *response, struct buf *out);

#endif
