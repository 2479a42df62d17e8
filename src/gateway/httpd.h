/* SPDX-License-Identifier: MIT
 *
 * The built-in HTTP listener: the same application without a web server in
 * front, on libevent's evhttp. It has no limit of connections but that of
 * descriptors, and evhttp itself answers, in HTML, what is hardly HTTP.
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

/* Accepts no more connections, and closes each after its answer. */
void httpd_stop(struct httpd *httpd);

/* Refuses, with 503, what comes from now on: only answers are still on their
 * way. */
void httpd_finish(struct httpd *httpd);

/* Whether every request has been answered. */
bool httpd_is_idle(const struct httpd *httpd);

void httpd_close(struct httpd *httpd);

#endif
