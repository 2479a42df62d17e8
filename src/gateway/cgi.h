/* SPDX-License-Identifier: MIT
 *
 * The CGI transport (RFC 3875): one request from the environment and standard
 * input, one response on standard output.
 */
#ifndef GATEWAY_CGI_H
#define GATEWAY_CGI_H

#include "base/compat.h"
#include "gateway/gateway.h"
#include "http/exchange.h"

/* Serves the request. While the application has not answered, `turn` is
 * called to let it get on; it may block. The exit status of the program. */
int cgi_serve(struct application *application,
    const struct gateway_limits *limits,
    void (*turn)(struct application *application));

#endif
