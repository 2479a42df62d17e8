/* SPDX-License-Identifier: MIT
 *
 * Load over HTTP/1.1 with kept connections, as a web server's clients do.
 * An answer without Content-Length counts as wrong: every backend here sends
 * one, and nginx passes it on.
 */
#include "client.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The value of Content-Length in the head, or -1. */
static long
content_length(const char *head, const char *end)
{
	static const char name[] = "\r\nContent-Length:";
	const size_t len = sizeof(name) - 1;

	for (const char *p = head; p + len < end; p++)
		if (*p == '\r' && strncasecmp(p, name, len) == 0)
			return strtol(p + len, NULL, 10);
	return -1;
}

enum verdict
judge_http(const char *data, size_t len, const struct bytes *body)
{
	const char *head_end = memmem(data, len, "\r\n\r\n", 4);
	size_t head_len;

	if (head_end == NULL)
		return INCOMPLETE;
	if (memcmp(data, "HTTP/1.1 200 ", 13) != 0 ||
	    content_length(data, head_end + 2) != (long)body->len)
		return BAD;
	head_len = (size_t)(head_end - data) + 4;
	if (len < head_len + body->len)
		return INCOMPLETE;
	if (len > head_len + body->len ||
	    memcmp(data + head_len, body->data, body->len) != 0)
		return BAD;
	return GOOD;
}

int
main(int argc, char **argv)
{
	return client_main(argc, argv, judge_http);
}
