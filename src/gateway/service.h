/* SPDX-License-Identifier: MIT
 *
 * A program that serves for long: one event loop, FastCGI or built-in HTTP
 * on it, signals, an orderly end. What the program does besides is in hooks.
 */
#ifndef GATEWAY_SERVICE_H
#define GATEWAY_SERVICE_H

#include "base/compat.h"
#include "base/err.h"
#include "gateway/gateway.h"
#include "http/exchange.h"

struct event;
struct event_base;
struct fcgi_gateway;
struct httpd;

#define SERVICE_SIGNALS 4

struct service_hooks {
	/* After each turn of the loop. NULL: nothing to do. */
	void (*turn)(void *context);
	/* SIGHUP came. NULL: it means nothing. */
	void (*reload)(void *context);
	/* The stop has begun. NULL: nothing to do. */
	void (*stop)(void *context);
	/* Whether nothing is in hand but what the transports know of.
	 * NULL: always. */
	bool (*is_idle)(void *context);
	/* How long a stop may take, in ms. */
	int64_t (*stop_timeout_ms)(void *context);
};

struct service {
	/* Set by the program: */
	struct application *application;
	const struct gateway_limits *limits; /* must outlive it, may change */
	const struct service_hooks *hooks;
	void *context;
	/* The rest is the service's: */
	struct event_base *loop;
	struct fcgi_gateway *fcgi;
	struct httpd *httpd;
	struct event *signals[SERVICE_SIGNALS];
	struct event *deadline; /* of the stop */
	bool stopping;
	bool finished;
};

/* The first thing: signals wait until service_open, and as many descriptors
 * may be open as the system allows. */
void service_prepare(void);

/* Serves HTTP on `listen`, or FastCGI on the socket `listener` if that is
 * NULL, once service_run is called; SIGTERM, SIGINT and SIGUSR1 end it.
 * False: *err; service_close is due all the same. */
MUST_USE bool service_open(struct service *service, struct event_base *loop,
    const char *listen, int listener, struct err *err);

/* "127.0.0.1:40123", or NULL for FastCGI. */
const char *service_address(const struct service *service);

/* Serves until a signal, or service_end; then for hooks->stop_timeout_ms at
 * most, to finish what is in hand. */
void service_run(struct service *service);

/* Ends service_run after this turn, whatever is in hand. */
void service_end(struct service *service);

/* Closes the transports; whatever refers to an exchange must be gone. Not the
 * loop. */
void service_close(struct service *service);

#endif
