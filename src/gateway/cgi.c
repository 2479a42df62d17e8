/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "gateway/cgi.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

extern char **environ;

/* Nothing reads at the other end any more, or it takes nothing. */
static bool
write_all(struct str text, int64_t timeout_us)
{
	int64_t deadline = clock_monotonic_us() + timeout_us;
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	while (text.len > 0) {
		int64_t left = deadline - clock_monotonic_us();
		if (left <= 0)
			return false;
		if (poll(&p, 1, (int)(left / 1000) + 1) <= 0)
			continue;
		ssize_t count = write(STDOUT_FILENO, text.at,
		    text.len < 4096 ? text.len : 4096);
		if (count < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		if (count > 0)
			text = str_slice(text, (size_t)count, text.len);
	}
	return true;
}

struct cgi {
	const struct gateway_limits *limits;
	bool failed;
};

static void
respond(struct exchange *exchange)
{
	struct cgi *cgi = exchange->link;
	struct buf out;

	buf_init(&out, (size_t)16 << 20);
	response_write_cgi(&exchange->response, &out);
	cgi->failed = out.failed ||
	    !write_all(buf_str(&out), cgi->limits->send_us);
	buf_release(&out);
}

static const struct transport transport = {
	.respond = respond,
};

/* At most `most` bytes, up to the end of the input or the deadline. */
static size_t
read_input(char *to, size_t most, int64_t deadline_us)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	size_t have = 0;

	while (have < most) {
		int64_t left = deadline_us - clock_monotonic_us();
		if (left <= 0)
			break;
		if (poll(&p, 1, (int)(left / 1000) + 1) <= 0)
			continue;
		ssize_t count = read(STDIN_FILENO, to + have, most - have);
		if (count == 0 || (count < 0 && errno != EINTR))
			break;
		have += count < 0 ? 0 : (size_t)count;
	}
	return have;
}

/* RFC 3875 section 4.2: never more than CONTENT_LENGTH, since a server need
 * not end its input. Apache leaves the variable out for a chunked body and
 * does end it. */
static void
read_body(struct exchange *exchange, const struct gateway_limits *limits)
{
	struct request *request = &exchange->request;
	struct str announced = request->meta[META_CONTENT_LENGTH];
	uint64_t length = limits->body + 1;

	if (announced.len > 0 && !str_to_uint(announced, UINT64_MAX, &length))
		return;
	if (announced.len == 0 && request->method != METHOD_POST)
		return;
	if (length > limits->body + 1)
		length = limits->body + 1;
	char *text = arena_alloc(&exchange->arena, (size_t)length + 1);
	if (text == NULL)
		return;
	size_t have = read_input(text, (size_t)length,
	    clock_monotonic_us() + limits->receive_us);
	request->body = (struct str){text, have};
	if (have > limits->body) {
		request->body_oversized = true;
		request->body = STR_NONE;
	}
}

static void
set_variables(struct request *request, size_t limit)
{
	size_t total = 0;

	for (char **variable = environ; *variable != NULL; variable++) {
		struct str value = str_from(*variable);
		total += value.len;
		struct str name = str_cut(&value, '=');
		request_set(request, name, value);
	}
	request->head_oversized = total > limit;
}

int
cgi_serve(struct application *application, const struct gateway_limits *limits,
    void (*turn)(struct application *application))
{
	struct exchange *exchange = exchange_new(application, &transport);
	struct cgi cgi = {.limits = limits};

	if (exchange == NULL)
		return EXIT_FAILURE;
	(void)signal(SIGPIPE, SIG_IGN);
	exchange->link = &cgi;
	set_variables(&exchange->request, limits->head);
	request_interpret(&exchange->request);
	read_body(exchange, limits);
	application->serve(application, exchange);
	while (!exchange->completed)
		turn(application);
	exchange_free(exchange);
	return cgi.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
