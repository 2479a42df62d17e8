/* SPDX-License-Identifier: MIT
 *
 * The route table and everything that is checked before a handler runs, in
 * this order: path (404), method (405 and Allow), body size (413), media type
 * (415), body (400), who may call (401, 403). Handlers check parameters.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "base/compat.h"
#include "base/str.h"
#include "http/exchange.h"

struct route {
	/* Behind the mount point: "/create_task"; a last segment "*" stands for
	 * any one segment that needs no decoding, request->segment then. */
	const char *path;
	const char *name;    /* in the log and the metrics: "create_task" */
	unsigned methods;    /* METHOD_GET | … */
	/* Whether the caller may; if not it has completed the exchange. NULL:
	 * anyone may. */
	bool (*admit)(struct exchange *exchange);
	/* Completes the exchange, now or later. */
	void (*handle)(struct exchange *exchange);
	bool reads_body; /* itself, of whatever media type: `form` is empty */
};

struct site {
	const struct route *routes;
	size_t count;
	/* The path of the public URL without trailing slash; empty or absent:
	 * none is known. */
	struct str mount;
};

/* The route that the request's path names; NULL if none does. With PATH_INFO
 * the raw path must end in it, behind a mount point that needs no decoding;
 * without it the raw path must be the mount point and the route, or, if no
 * mount point is known, end in the route. */
const struct route *route_find(
    const struct site *site, const struct request *request);

/* Finds the route, checks the request, calls the handler. Completes the
 * exchange itself where it refuses. */
void route_dispatch(const struct site *site, struct exchange *exchange);

#endif
