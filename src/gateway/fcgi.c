/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "gateway/fcgi.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "gateway/connection.h"

/* Deadlines are looked at so often; they need no better precision. */
#define SWEEP_US 250000
/* After running out of descriptors or memory, accept nothing for so long. */
#define ACCEPT_PAUSE_US 100000
/* Connections taken in one turn of the loop: their requests are served at
 * once, and the others must not wait. */
#define MOST_ACCEPTED 16
/* A connection that was just accepted when the stop came has so long to
 * bring the first byte of its request. */
#define STOP_FIRST_BYTE_US 250000

static struct timeval
interval(int64_t us)
{
	return (struct timeval){us / 1000000, us % 1000000};
}

static void
start_accepting(struct fcgi_gateway *g)
{
	if (!g->stopping && !g->paused)
		(void)event_add(g->acceptable, NULL);
}

static void
have_room(struct fcgi_gateway *g)
{
	g->paused = false;
	start_accepting(g);
}

static void
pause_accepting(struct fcgi_gateway *g, const char *why)
{
	struct timeval pause = interval(ACCEPT_PAUSE_US);

	connection_complain(g, "accepting nothing for a while", why);
	(void)event_del(g->acceptable);
	(void)event_add(g->resume, &pause);
}

static void
on_resume(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	start_accepting(argument);
}

static void
on_acceptable(evutil_socket_t listener, short what, void *argument)
{
	struct fcgi_gateway *g = argument;

	(void)what;
	for (int i = 0; i < MOST_ACCEPTED && !g->stopping; i++) {
		if (g->count >= g->limits->connections) {
			g->paused = true;
			(void)event_del(g->acceptable);
			connection_complain(g, "new connections wait",
			    "limits.connections is reached");
			return;
		}
		int fd = accept4(
		    listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			connection_begin(g, fd);
			continue;
		}
		if (errno == ECONNABORTED || errno == EINTR)
			continue;
		if (errno != EAGAIN)
			pause_accepting(g, strerror(errno));
		return;
	}
}

static void
on_sweep(evutil_socket_t fd, short what, void *argument)
{
	struct fcgi_gateway *g = argument;
	int64_t now = clock_monotonic_us();
	struct connection *next;

	(void)fd;
	(void)what;
	/* A reload may have raised the limit. */
	if (g->paused && g->count < g->limits->connections)
		have_room(g);
	for (struct connection *c = TAILQ_FIRST(&g->connections); c != NULL;
	     c = next) {
		next = TAILQ_NEXT(c, entry);
		if (now < c->deadline_us)
			continue;
		if (c->state == CONNECTION_SENDING)
			connection_complain(g, "connection closed",
			    "the web server does not take its answer");
		else if (!c->served || c->records.state != RECORDS_EMPTY)
			connection_complain(g, "connection closed",
			    "no whole request in time");
		connection_close(c);
	}
}

static bool
make_events(struct fcgi_gateway *g)
{
	struct timeval sweep = interval(SWEEP_US);

	g->acceptable = event_new(
	    g->loop, g->listener, EV_READ | EV_PERSIST, on_acceptable, g);
	g->resume = event_new(g->loop, -1, 0, on_resume, g);
	g->sweep = event_new(g->loop, -1, EV_PERSIST, on_sweep, g);
	return g->acceptable != NULL && g->resume != NULL && g->sweep != NULL &&
	    event_add(g->acceptable, NULL) == 0 &&
	    event_add(g->sweep, &sweep) == 0;
}

struct fcgi_gateway *
fcgi_open(struct event_base *loop, int listener,
    struct application *application, const struct gateway_limits *limits,
    struct err *err)
{
	struct fcgi_gateway *g = calloc(1, sizeof *g);

	if (g == NULL) {
		err_set(err, 0, "out of memory");
		return NULL;
	}
	g->loop = loop;
	g->listener = listener;
	g->application = application;
	g->limits = limits;
	g->have_room = have_room;
	TAILQ_INIT(&g->connections);
	buf_init(&g->answer, ANSWER_CEILING);
	if (!codec_open(&g->codec, err)) {
		free(g);
		return NULL;
	}
	if (evutil_make_socket_nonblocking(listener) != 0 || !make_events(g)) {
		err_set(err, 0, "the listening socket: %s", strerror(errno));
		fcgi_close(g);
		return NULL;
	}
	return g;
}

/* A request may have come since the loop last looked. */
static void
stop_connection(struct connection *c)
{
	int64_t now = clock_monotonic_us();

	if (c->state != CONNECTION_RECEIVING)
		return;
	if (c->records.state == RECORDS_EMPTY) {
		connection_receive(c);
		return;
	}
	if (c->deadline_us > now + c->gateway->limits->receive_us)
		c->deadline_us = now + c->gateway->limits->receive_us;
}

void
fcgi_stop(struct fcgi_gateway *g)
{
	struct connection *next;

	g->stopping = true;
	(void)event_del(g->acceptable);
	(void)event_del(g->resume);
	for (struct connection *c = TAILQ_FIRST(&g->connections); c != NULL;
	     c = next) {
		next = TAILQ_NEXT(c, entry);
		stop_connection(c);
	}
	for (struct connection *c = TAILQ_FIRST(&g->connections); c != NULL;
	     c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->state != CONNECTION_RECEIVING ||
		    c->records.state != RECORDS_EMPTY)
			continue;
		if (c->served)
			connection_close(c);
		else
			c->deadline_us =
			    clock_monotonic_us() + STOP_FIRST_BYTE_US;
	}
}

size_t
fcgi_connections(const struct fcgi_gateway *g)
{
	return g->count;
}

void
fcgi_close(struct fcgi_gateway *g)
{
	struct connection *next;

	if (g == NULL)
		return;
	g->stopping = true; /* an answer is the last of its connection */
	for (struct connection *c = TAILQ_FIRST(&g->connections); c != NULL;
	     c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->exchange != NULL)
			exchange_refuse(c->exchange, 503,
			    "the program is stopping; TaskRouter may have "
			    "carried the request out");
		else
			connection_close(c);
	}
	if (g->acceptable != NULL)
		event_free(g->acceptable);
	if (g->resume != NULL)
		event_free(g->resume);
	if (g->sweep != NULL)
		event_free(g->sweep);
	codec_close(&g->codec);
	buf_release(&g->answer);
	free(g);
}
