/* SPDX-License-Identifier: MIT
 *
 * One FastCGI connection of the web server: receives requests, hands them to
 * the application, sends the answers. Private to the FastCGI transport; fcgi.h
 * is what others see.
 */
#ifndef GATEWAY_CONNECTION_H
#define GATEWAY_CONNECTION_H

#include <sys/queue.h>

#include "base/buf.h"
#include "base/compat.h"
#include "gateway/codec.h"
#include "gateway/gateway.h"
#include "gateway/records.h"
#include "http/exchange.h"

struct event;
struct event_base;

/* Bytes received in one go. */
#define RECEIVE_SIZE ((size_t)65536)
/* Bytes of an answer that may wait to be sent. */
#define ANSWER_CEILING ((size_t)64 << 20)

enum connection_state {
	CONNECTION_RECEIVING, /* `records` says whether anything has come */
	CONNECTION_ANSWERING, /* the application has the exchange */
	CONNECTION_SENDING,   /* `queue` holds what is left of the answer */
	CONNECTION_CLOSING,
};

struct connection {
	TAILQ_ENTRY(connection) entry;
	struct fcgi_gateway *gateway;
	int fd;
	enum connection_state state;
	struct event *readable;
	struct event *writable;
	struct records records;
	struct buf ahead; /* came behind the request that is being answered */
	struct buf queue; /* of the answer, to be sent */
	size_t sent;      /* bytes of it that have left */
	FCGX_Request request;
	struct exchange *exchange;
	int64_t deadline_us;
	bool watched;  /* `readable` is added */
	bool served;   /* has answered a request before */
	bool closing_later; /* who is on the stack will see to closing */
	bool hung_up;  /* the peer has closed its side */
};

struct fcgi_gateway {
	struct event_base *loop;
	struct application *application;
	const struct gateway_limits *limits;
	int listener;
	struct event *acceptable;
	struct event *resume; /* accepting, after a pause */
	struct event *sweep;
	struct codec codec;
	struct buf answer;
	TAILQ_HEAD(, connection) connections;
	size_t count;
	bool paused; /* there are as many connections as are allowed */
	void (*have_room)(struct fcgi_gateway *gateway); /* not any more */
	bool stopping;
	int64_t complained_us;
	char receive[RECEIVE_SIZE];
};

/* Takes over a connection that was just accepted. Without memory it is closed
 * at once. */
void connection_begin(struct fcgi_gateway *gateway, int fd);

/* Closes and frees it, or, while an exchange refers to it, lets the end of
 * the exchange do so. */
void connection_close(struct connection *connection);

/* As the last thing before closing an idle connection: takes what has come
 * since the loop last looked. The connection may be gone afterwards. */
void connection_receive(struct connection *connection);

/* Logs that something is wrong with the web server's side; at most once a
 * second, since it may happen a thousand times. */
void connection_complain(struct fcgi_gateway *gateway,
    const char *consequence, const char *why);

#endif
