/* SPDX-License-Identifier: MIT
 *
 * Load of event callbacks over HTTP/1.1 with kept connections. The only good
 * answer is 204, which has no body.
 */
#include "client.h"

#include <string.h>

static enum verdict
judge_event(const char *data, size_t len, const struct bytes *body)
{
	const char *head_end = memmem(data, len, "\r\n\r\n", 4);

	if (head_end == NULL)
		return INCOMPLETE;
	if (memcmp(data, "HTTP/1.1 204 ", 13) != 0 || body->len > 0 ||
	    head_end + 4 != data + len)
		return BAD;
	return GOOD;
}

int
main(int argc, char **argv)
{
	return client_main(argc, argv, judge_event);
}
