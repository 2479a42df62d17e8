/* SPDX-License-Identifier: MIT
 *
 * An exchange: one request, its response, the memory of both, and what the
 * log will say about it. A transport makes it, the application answers it at
 * once or later, the transport sends the response and frees it.
 *
 * All of it happens on the thread of the event loop.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "http/request.h"
#include "http/response.h"

struct exchange;
struct route;

/* What a transport does for its exchanges. */
struct transport {
	/* Sends exchange->response. The transport calls exchange_free, mostly
	 * at once: who completed the exchange must not touch it again. */
	void (*respond)(struct exchange *exchange);
	/* Whether nobody waits for the answer any more. NULL: cannot tell. */
	bool (*is_abandoned)(struct exchange *exchange);
};

/* The program behind the transports. */
struct application {
	/* Answers the exchange by exchange_complete, before or after this
	 * returns. */
	void (*serve)(struct application *application, struct exchange *exchange);
	/* After the response went out: log and count it, give back what
	 * `serve` attached. */
	void (*ended)(struct application *application, struct exchange *exchange);
	/* What one exchange may take: its body several times over, its answer,
	 * and the JSON trees of both. 0: EXCHANGE_MEMORY. */
	size_t memory;
};

#define EXCHANGE_MEMORY ((size_t)4 << 20)

/* What the log line of an exchange says besides its request. */
struct exchange_facts {
	struct str account_sid;
	struct str workspace_sid;
	struct str worker_sid;
	struct str task_sid;
	struct str reservation_sid;
	struct str call_sid;
	struct str rule;     /* that led to the decision */
	struct str decision; /* the instruction, or what a REST call did */
	struct str signed_url; /* which matched, if it was not the likeliest */
	struct str note; /* why it was refused, or what is odd */
};

struct exchange {
	struct arena arena;
	struct request request;
	struct response response;
	struct exchange_facts facts;
	struct str id; /* of the log and of problem documents */
	int64_t started_us; /* clock_monotonic_us() */
	const struct transport *transport;
	struct application *application;
	const struct route *route; /* NULL until it is found, and for 404 */
	void *context; /* the application's: the settings it began with */
	void *link;    /* the transport's: whom to answer */
	void *handler_state; /* the handler's, between two calls it waits for */
	bool completed;
};

/* A new exchange, or NULL without memory. */
struct exchange *exchange_new(
    struct application *application, const struct transport *transport);

/* Hands the response to the transport; exactly once for each exchange. An
 * arena that overflowed turns the response into 500. */
void exchange_complete(struct exchange *exchange);

/* Completes with a problem document; `detail` is formatted. */
void exchange_refuse(struct exchange *exchange, unsigned status,
    const char *format, ...) PRINTF_LIKE(3, 4);

bool exchange_is_abandoned(struct exchange *exchange);

/* The line of the log that an exchange ends with. */
void exchange_log(const struct exchange *exchange, int64_t duration_us);

/* For transports: calls application->ended and frees. */
void exchange_free(struct exchange *exchange);
/* For transports: frees one that application->serve never saw. */
void exchange_discard(struct exchange *exchange);

#endif
