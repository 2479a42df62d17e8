/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "gateway/connection.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define NO_DEADLINE INT64_MAX

static void on_readable(evutil_socket_t fd, short what, void *argument);
static bool feed(struct connection *c, const char *bytes, size_t length);

static void
watch(struct connection *c)
{
	if (!c->watched && event_add(c->readable, NULL) == 0)
		c->watched = true;
}

static void
unwatch(struct connection *c)
{
	if (c->watched)
		(void)event_del(c->readable);
	c->watched = false;
}

static void
free_events(struct connection *c)
{
	if (c->readable != NULL)
		event_free(c->readable);
	if (c->writable != NULL)
		event_free(c->writable);
}

void
connection_close(struct connection *c)
{
	struct fcgi_gateway *g = c->gateway;

	c->state = CONNECTION_CLOSING;
	if (c->closing_later || c->exchange != NULL)
		return;
	TAILQ_REMOVE(&g->connections, c, entry);
	g->count--;
	free_events(c);
	(void)close(c->fd);
	records_release(&c->records);
	buf_release(&c->ahead);
	buf_release(&c->queue);
	free(c);
	if (g->paused && g->count < g->limits->connections)
		g->have_room(g);
}

void
connection_complain(
    struct fcgi_gateway *g, const char *consequence, const char *why)
{
	int64_t now = clock_monotonic_us();

	if (now - g->complained_us < 1000000 && g->complained_us != 0)
		return;
	g->complained_us = now;
	log_event(LOG_LEVEL_WARNING, "fastcgi", "%s: %s", consequence, why);
}

static void
expect_request(struct connection *c)
{
	const struct gateway_limits *limits = c->gateway->limits;

	records_reset(&c->records);
	c->state = CONNECTION_RECEIVING;
	c->deadline_us = clock_monotonic_us() +
	    (c->served ? limits->idle_us : limits->receive_us);
}

/* After an answer has left whole. */
static void
after_answer(struct connection *c)
{
	c->served = true;
	if (!c->records.keep || c->gateway->stopping || c->hung_up)
		connection_close(c);
	else
		expect_request(c);
}

/* An event in the middle of a turn: takes up what came ahead. */
static void
resume_connection(struct connection *c)
{
	if (c->state != CONNECTION_RECEIVING)
		return;
	watch(c);
	if (c->ahead.len > 0)
		(void)feed(c, NULL, 0);
}

static void
send_queue(struct connection *c)
{
	ssize_t sent = send(c->fd, c->queue.at + c->sent,
	    c->queue.len - c->sent, MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		connection_close(c);
		return;
	}
	if (sent > 0) {
		c->sent += (size_t)sent;
		c->deadline_us = clock_monotonic_us() +
		    c->gateway->limits->send_us;
	}
	if (c->sent < c->queue.len) {
		(void)event_add(c->writable, NULL);
		return;
	}
	c->sent = 0;
	buf_clear(&c->queue, 0);
	after_answer(c);
}

static void
on_writable(evutil_socket_t fd, short what, void *argument)
{
	struct connection *c = argument;

	(void)fd;
	(void)what;
	c->closing_later = true;
	send_queue(c);
	c->closing_later = false;
	if (c->state == CONNECTION_CLOSING)
		connection_close(c);
	else
		resume_connection(c);
}

/* transport.respond: called from within serve(), or later from the loop. */
static void
respond(struct exchange *exchange)
{
	struct connection *c = exchange->link;
	struct fcgi_gateway *g = c->gateway;
	bool closing_later = c->closing_later;

	c->closing_later = true;
	buf_clear(&g->answer, RECEIVE_SIZE);
	response_write_cgi(&exchange->response, &g->answer);
	bool written = !g->answer.failed &&
	    codec_write(&g->codec, &c->request, c->fd, buf_str(&g->answer),
		&c->queue);
	/* Its log line shows variables that end with the request. */
	exchange_free(exchange);
	codec_end(&c->request);
	c->exchange = NULL;
	if (!written || c->state == CONNECTION_CLOSING) {
		c->state = CONNECTION_CLOSING;
	} else if (c->queue.len > 0) {
		c->state = CONNECTION_SENDING;
		c->deadline_us = clock_monotonic_us() + g->limits->send_us;
		send_queue(c);
	} else {
		after_answer(c);
	}
	c->closing_later = closing_later;
	if (closing_later)
		return;
	if (c->state == CONNECTION_CLOSING)
		connection_close(c);
	else
		resume_connection(c);
}

/* nginx closes the connection when its client has gone or its own patience
 * has ended; the request may still have waited for us all that time. */
static bool
is_abandoned(struct exchange *exchange)
{
	struct connection *c = exchange->link;
	struct pollfd p = {.fd = c->fd, .events = POLLRDHUP};

	return c->hung_up ||
	    (poll(&p, 1, 0) == 1 &&
		(p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0);
}

static const struct transport transport = {
	.respond = respond,
	.is_abandoned = is_abandoned,
};

static void
set_variables(struct request *request, char *const *envp)
{
	for (; *envp != NULL; envp++) {
		struct str value = str_from(*envp);
		struct str name = str_cut(&value, '=');
		request_set(request, name, value);
	}
}

/* Hands a complete request to the application. */
static void
serve(struct connection *c)
{
	struct fcgi_gateway *g = c->gateway;
	struct exchange *exchange = exchange_new(g->application, &transport);

	c->state = CONNECTION_ANSWERING;
	c->deadline_us = NO_DEADLINE;
	if (exchange == NULL) {
		connection_close(c);
		return;
	}
	exchange->link = c;
	if (!codec_read(&g->codec, &c->records, &c->request, &exchange->arena,
		&exchange->request.body)) {
		connection_complain(g, "connection closed",
			    "the request could not be read");
		exchange_discard(exchange);
		connection_close(c);
		return;
	}
	c->exchange = exchange;
	exchange->request.head_oversized = c->records.head_oversized;
	exchange->request.body_oversized = c->records.body_oversized;
	set_variables(&exchange->request, c->request.envp);
	request_interpret(&exchange->request);
	g->application->serve(g->application, exchange);
}

/* Takes bytes for the request that is being received; what is behind it
 * waits in `ahead`. */
static void
take(struct connection *c, const char *bytes, size_t length)
{
	struct fcgi_gateway *g = c->gateway;
	struct records_limits limits = {g->limits->head, g->limits->body};
	bool fresh = c->records.state == RECORDS_EMPTY;
	size_t taken = records_feed(&c->records, limits, bytes, length);

	if (fresh && c->served && length > 0)
		c->deadline_us =
		    clock_monotonic_us() + g->limits->receive_us;
	buf_add(&c->ahead, bytes + taken, length - taken);
	if (c->records.state == RECORDS_BROKEN || c->ahead.failed) {
		connection_complain(g, "connection closed",
		    c->ahead.failed ? "out of memory" : c->records.fault);
		connection_close(c);
	} else if (c->records.state == RECORDS_COMPLETE) {
		serve(c);
	}
}

/* Takes `bytes` after what came ahead of them, and serves the requests in
 * them one after the other, as long as each is answered at once. False: the
 * connection is gone. */
static bool
feed(struct connection *c, const char *bytes, size_t length)
{
	c->closing_later = true;
	if (c->ahead.len == 0 && length > 0)
		take(c, bytes, length);
	else
		buf_add(&c->ahead, bytes, length);
	while (c->state == CONNECTION_RECEIVING && c->ahead.len > 0) {
		struct buf ahead = c->ahead;
		buf_init(&c->ahead, ahead.ceiling);
		take(c, ahead.at, ahead.len);
		buf_release(&ahead);
	}
	c->closing_later = false;
	if (c->state != CONNECTION_CLOSING)
		return true;
	connection_close(c);
	return false;
}

/* While a request is answered only the peer's leaving matters; bytes wait in
 * the socket. */
static void
notice_hang_up(struct connection *c)
{
	char byte;
	ssize_t count = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	c->hung_up = count <= 0;
	unwatch(c);
}

void
connection_receive(struct connection *c)
{
	struct fcgi_gateway *g = c->gateway;
	ssize_t count = recv(c->fd, g->receive, sizeof g->receive, 0);

	if (count > 0) {
		(void)feed(c, g->receive, (size_t)count);
		return;
	}
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (c->records.state == RECORDS_PARTIAL)
		connection_complain(g, "connection closed",
			    "the web server hung up within a request");
	connection_close(c);
}

static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct connection *c = argument;

	(void)fd;
	(void)what;
	if (c->state == CONNECTION_RECEIVING)
		connection_receive(c);
	else
		notice_hang_up(c);
}

static struct connection *
new_connection(struct fcgi_gateway *g, int fd)
{
	struct connection *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->gateway = g;
	c->fd = fd;
	records_init(&c->records);
	buf_init(&c->ahead, 2 * RECEIVE_SIZE);
	buf_init(&c->queue, ANSWER_CEILING);
	c->readable = event_new(
	    g->loop, fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(g->loop, fd, EV_WRITE, on_writable, c);
	if (c->readable == NULL || c->writable == NULL) {
		free_events(c);
		free(c);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&g->connections, c, entry);
	g->count++;
	return c;
}

/* The request mostly is there already: then one without keep-alive is
 * received and answered before the loop has to know its connection. */
void
connection_begin(struct fcgi_gateway *g, int fd)
{
	struct connection *c = new_connection(g, fd);
	int on = 1;

	if (c == NULL) {
		(void)close(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	expect_request(c);
	ssize_t count = recv(fd, g->receive, sizeof g->receive, 0);
	if (count == 0) {
		connection_close(c);
		return;
	}
	if (count <= 0 || feed(c, g->receive, (size_t)count))
		watch(c);
}

