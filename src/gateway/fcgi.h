/* SPDX-License-Identifier: MIT
 *
 * The FastCGI transport: connections of the web server on the event loop.
 * Nothing in it waits: requests are received into bounded buffers, answered
 * at once or later, in any order over all connections; each connection has a
 * deadline for whatever it is doing.
 */
#ifndef GATEWAY_FCGI_H
#define GATEWAY_FCGI_H

#include "base/compat.h"
#include "base/err.h"
#include "gateway/gateway.h"
#include "http/exchange.h"

struct event_base;
struct fcgi_gateway;

/* Serves connections of the listening socket. `limits` must outlive the
 * gateway and may change. Malformed requests are logged. NULL: *err. */
struct fcgi_gateway *fcgi_open(struct event_base *loop, int listener,
    struct application *application, const struct gateway_limits *limits,
    struct err *err);

/* Accepts no more. Kept connections without a request are closed, requests
 * that have begun to arrive are received and answered. */
void fcgi_stop(struct fcgi_gateway *gateway);

/* Connections still open. */
size_t fcgi_connections(const struct fcgi_gateway *gateway);

/* Closes everything, answered or not. */
void fcgi_close(struct fcgi_gateway *gateway);

#endif
