/* SPDX-License-Identifier: MIT
 *
 * Judges the answer of a FastCGI application.
 */
#include "fastcgi.h"

#include <string.h>

#include "client.h"

enum { STDOUT_MAX = 16384 };

struct stream {
	char data[STDOUT_MAX];
	size_t len;
};

static int
append(struct stream *out, const unsigned char *data, size_t len)
{
	if (len > sizeof(out->data) - out->len)
		return -1;
	memcpy(out->data + out->len, data, len);
	out->len += len;
	return 0;
}

/* A CGI answer: status 200, said or by default, and exactly this body. */
static enum verdict
judge_cgi(const struct stream *out, const struct bytes *body)
{
	const char *end = memmem(out->data, out->len, "\r\n\r\n", 4);
	const char *status = memmem(out->data, out->len, "Status: ", 8);
	size_t head_len;

	if (end == NULL)
		return BAD;
	if (status != NULL && status < end && memcmp(status + 8, "200", 3) != 0)
		return BAD;
	head_len = (size_t)(end - out->data) + 4;
	if (out->len - head_len != body->len ||
	    memcmp(end + 4, body->data, body->len) != 0)
		return BAD;
	return GOOD;
}

enum verdict
judge_fastcgi(const char *data, size_t len, const struct bytes *body)
{
	const unsigned char *p = (const unsigned char *)data;
	struct stream out;

	out.len = 0;
	while (len >= FCGI_HEADER_LEN) {
		size_t record = FCGI_HEADER_LEN + fcgi_rest_length(p);

		if (p[0] != FCGI_VERSION)
			return BAD;
		if (len < record)
			return INCOMPLETE;
		if (p[1] == FCGI_STDOUT && append(&out, p + FCGI_HEADER_LEN,
					       fcgi_content_length(p)) != 0)
			return BAD;
		if (p[1] == FCGI_END_REQUEST)
			return len == record ? judge_cgi(&out, body) : BAD;
		p += record;
		len -= record;
	}
	return INCOMPLETE;
}
