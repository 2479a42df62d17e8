/* SPDX-License-Identifier: MIT
 *
 * An HTTP server for unit tests, in the loop of the test itself: answers each
 * request as a script says and remembers what it saw. Aborts where the
 * machine does not let it serve.
 */
#ifndef UNIT_SERVER_H
#define UNIT_SERVER_H

#include "base/compat.h"

struct event_base;
struct evconnlistener;

/* What the server does with one request. */
enum reaction {
	ANSWER,         /* and keep the connection */
	ANSWER_CLOSE,   /* and close */
	SILENCE,        /* read it and never answer */
	LATER,          /* answer after 100 ms */
	ANSWER_IDLE,    /* and close 30 ms later */
};

struct step {
	const char *answer; /* NULL: nothing is sent; no reaction: end */
	enum reaction reaction;
};

/* How much of the last request is kept. */
#define SERVER_REQUEST_SIZE ((size_t)8192)

struct server {
	struct event_base *loop;
	struct evconnlistener *listener;
	char url[64];
	const struct step *steps; /* one per request; the last goes on */
	size_t step_count;
	unsigned accepted, open, open_most, requests;
	char last[SERVER_REQUEST_SIZE]; /* request, with a NUL behind it */
};

/* Listens on a free port of the loopback address. */
void server_open(struct server *server, struct event_base *loop);
/* The connections must have been closed by their clients. */
void server_close(struct server *server);

/* A new script; what was counted starts again. `steps` must live as long as
 * it is played. */
void server_script(
    struct server *server, const struct step *steps, size_t count);

#endif
