/* SPDX-License-Identifier: MIT
 *
 * The REST API, version 1: everything under /v1. A request is checked in this
 * order: path (404), method (405 with Allow), who asks (401) and for which
 * page (403), size (413), media type (415), form (400), how often it is asked
 * (429), whether the objects of the path are there (404), If-Match (412); then
 * the operation runs. Before all of it faults (faults.h) may take it.
 * Source: https://www.twilio.com/docs/taskrouter/api
 */
#ifndef TASKROUTERD_API_H
#define TASKROUTERD_API_H

#include "base/compat.h"
#include "codec/form.h"
#include "http/exchange.h"
#include "router/engine.h"
#include "taskrouterd/present.h"
#include "taskrouterd/resource.h"

struct daemon;

/* One call under way. All of it dies with the exchange. */
struct api_call {
	struct daemon *daemon;
	struct exchange *exchange;
	struct arena *arena; /* the exchange's */
	struct resource_path path;
	struct resource_place place;
	/* Of a POST: its body's, of JSON (RESOURCE_JSON) the members; else the
	 * query's. */
	struct form form;
	struct presenter presenter;
};

/* What a resource can do. Each function answers the exchange (respond.h).
 * NULL: its methods (resources.h) do not have it. */
struct api_operations {
	void (*list)(struct api_call *call);
	void (*create)(struct api_call *call);
	void (*fetch)(struct api_call *call);
	void (*update)(struct api_call *call);
	void (*remove)(struct api_call *call);
};

extern const struct api_operations api_objects; /* objects.c */
extern const struct api_operations api_events;  /* events.c */
extern const struct api_operations api_statistics; /* statistics.c */

/* The URL of the path that was called, without its query. */
struct str api_url(const struct api_call *call);

/* Notes the object's SID for the line in the log; NULL is allowed. */
void api_note(struct api_call *call, const struct object *object);

/* Answers a request for a path under /v1, now or at the end of the turn. */
void api_serve(struct daemon *daemon, struct exchange *exchange);

/* The same for a call that has begun: one that a fault has held back. */
void api_run(struct api_call *call);

#endif
