/* SPDX-License-Identifier: MIT
 *
 * The built-in HTTP listener, for trying things out and for tests: the same
 * application without a web server in front, on libevent's evhttp.
 */
#ifndef GATEWAY_HTTPD_H
#define GATEWAY_HTTPD_H

#include "base/compat.h"
#include "base/err.h"
#include "gateway/gateway.h"
#include "http/exchange.h"

struct event_base;
struct httpd;

/* Listens on "ADDRESS:PORT" ("[::1]:8080", port 0: a free one). `limits` must
 * outlive it. NULL: *err. */
struct httpd *httpd_open(struct event_base *loop, const char *address,
    struct application *application, const struct gateway_limits *limits,
    struct err *err);

/* "127.0.0.1:40123": where it listens. */
const char *httpd_address(const struct httpd *httpd);

/* Accepts no more connections. */
void httpd_stop(struct httpd *httpd);

/* Whether every request has been answered. */
bool httpd_is_idle(const struct httpd *httpd);

void httpd_close(struct httpd *httpd);

#endif
