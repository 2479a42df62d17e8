/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "server.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"

struct peer {
	struct server *server;
	struct bufferevent *stream;
	struct event *timer;
	const struct step *step;
};

static void
peer_free(struct peer *peer)
{
	peer->server->open--;
	event_free(peer->timer);
	bufferevent_free(peer->stream);
	free(peer);
}

/* At once, so that closing afterwards drops nothing. */
static void
peer_answer(struct peer *peer)
{
	const char *answer = peer->step->answer;

	if (answer != NULL &&
	    send(bufferevent_getfd(peer->stream), answer, strlen(answer),
	        MSG_NOSIGNAL) != (ssize_t)strlen(answer))
		printf("# the server could not answer\n");
}

static void
peer_react(struct peer *peer)
{
	static const struct timeval later = {0, 100000}, idle = {0, 30000};

	switch (peer->step->reaction) {
	case ANSWER:
		peer_answer(peer);
		break;
	case ANSWER_CLOSE:
		peer_answer(peer);
		peer_free(peer);
		break;
	case SILENCE:
		break;
	case LATER:
		(void)evtimer_add(peer->timer, &later);
		break;
	case ANSWER_IDLE:
		peer_answer(peer);
		(void)evtimer_add(peer->timer, &idle);
		break;
	}
}

static void
on_peer_timer(evutil_socket_t fd, short what, void *context)
{
	struct peer *peer = context;

	(void)fd;
	(void)what;
	if (peer->step->reaction == LATER)
		peer_answer(peer);
	else
		peer_free(peer);
}

/* The length of the request at the front of `text`; 0 if it is not whole. */
static size_t
request_length(const char *text, size_t length)
{
	static const char field[] = "Content-Length: ";
	const char *end = memmem(text, length, "\r\n\r\n", 4);
	uint64_t body = 0;

	if (end == NULL)
		return 0;
	size_t head = (size_t)(end - text) + 4;
	const char *at = memmem(text, head, field, sizeof field - 1);
	if (at != NULL) {
		struct str rest = {at, head - (size_t)(at - text)};
		struct str line = str_cut(&rest, '\r');
		if (!str_to_uint(str_slice(line, sizeof field - 1, line.len),
		        10000000, &body))
			return 0;
	}
	return head + (size_t)body <= length ? head + (size_t)body : 0;
}

static void
on_peer_read(struct bufferevent *stream, void *context)
{
	struct peer *peer = context;
	struct server *server = peer->server;
	struct evbuffer *input = bufferevent_get_input(stream);
	size_t length = evbuffer_get_length(input);
	const char *text = (const char *)evbuffer_pullup(input, -1);

	length = request_length(text, length);
	if (length == 0)
		return;
	size_t kept =
	    length < SERVER_REQUEST_SIZE ? length : SERVER_REQUEST_SIZE - 1;
	memcpy(server->last, text, kept);
	server->last[kept] = '\0';
	(void)evbuffer_drain(input, length);
	size_t step = server->requests++;
	if (step >= server->step_count)
		step = server->step_count - 1;
	peer->step = &server->steps[step];
	peer_react(peer);
}

static void
on_peer_event(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0)
		peer_free(context);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int length, void *context)
{
	struct server *server = context;
	struct peer *peer = calloc(1, sizeof *peer);

	(void)listener;
	(void)address;
	(void)length;
	if (peer == NULL)
		abort();
	server->accepted++;
	server->open++;
	if (server->open > server->open_most)
		server->open_most = server->open;
	peer->server = server;
	peer->timer = evtimer_new(server->loop, on_peer_timer, peer);
	peer->stream =
	    bufferevent_socket_new(server->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(
	    peer->stream, on_peer_read, NULL, on_peer_event, peer);
	(void)bufferevent_enable(peer->stream, EV_READ | EV_WRITE);
}

void
server_open(struct server *server, struct event_base *loop)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
	} address = {.in = {.sin_family = AF_INET,
	                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;

	*server = (struct server){.loop = loop};
	server->listener = evconnlistener_new_bind(loop, on_accept, server,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, 512, &address.any,
	    sizeof address.in);
	if (server->listener == NULL ||
	    getsockname(evconnlistener_get_fd(server->listener), &address.any,
	        &size) != 0)
		abort();
	(void)snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u",
	    (unsigned)ntohs(address.in.sin_port));
}

void
server_script(struct server *server, const struct step *steps, size_t count)
{
	server->steps = steps;
	server->step_count = count;
	server->accepted = server->requests = 0;
	server->open_most = server->open;
	server->last[0] = '\0';
}

void
server_close(struct server *server)
{
	evconnlistener_free(server->listener);
}
