/* SPDX-License-Identifier: MIT
 *
 * A router that tests speak to as REST does, in words:
 *
 *   create Workspace: FriendlyName=Shop&MultiTaskEnabled=false
 *   create Worker: FriendlyName=Alice&Attributes={"languages":["es"]}
 *   update Worker Alice: ActivitySid=Available
 *   update WorkerChannel Alice/voice: Capacity=3
 *   create Workflow: FriendlyName=Calls&Configuration={…"queue":"@Spanish@"…}
 *   update Task #1: AssignmentStatus=canceled
 *   delete Activity Unavailable
 *   wait 1500
 *
 * Kinds are TaskRouter's words for one of them. Objects go by friendly name, a
 * TaskChannel by unique name, a WorkerChannel by Worker and TaskChannel, any by
 * SID, or by #n as the n-th of its kind that is there, #last as the last one.
 * Parameters go through
 * the table of fields, without any decoding; those that the verb does not take
 * are passed over. A reference is named in the same way, empty for none.
 * @NAME@ in a value becomes the SID of whatever has the name, @Task #1@ the
 * one of an object of that kind.
 *
 * All is in the Workspace that was made last of those there are. SIDs are counted, the clock
 * stands still but for `wait` (milliseconds). Mistakes in a test end it. After
 * each step the router's invariants are checked; one that is broken is a test
 * that failed.
 */
#ifndef UNIT_ROUTING_H
#define UNIT_ROUTING_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "router/engine.h"

#define ROUTING_START INT64_C(1700000000000) /* ms: when the clock begins */

struct routing {
	struct router *router;
	struct workspace *workspace; /* the one made last */
	int64_t now;
	uint64_t sids;          /* how many were made */
	size_t offers_most;     /* of its router's options */
	struct refusal refusal; /* of the last request */
	bool unchecked;         /* set by a test of many steps */
	struct arena arena;     /* of what is given back */
};

void routing_begin(struct routing *routing);
/* What its router was made with. */
struct router_options routing_options(struct routing *routing);
/* Begins with a router whose Tasks rest: router_options.offers_most. */
void routing_begin_resting(struct routing *routing, size_t offers_most);
void routing_end(struct routing *routing);

/* Carries out what is asked. The object that was created or changed; NULL:
 * deleted, waited, or refused, which routing->refusal.status tells. */
struct object *routing_ask(struct routing *routing, const char *request);
/* Several, a line each; all but the last must not be refused. */
struct object *routing_ask_all(struct routing *routing, const char *requests);

/* With SIDs in place of @NAME@. */
struct str routing_text(struct routing *routing, const char *text);
/* NULL: there is none of that name. */
struct object *routing_find(
    struct routing *routing, enum kind kind, const char *name);

/* A property (or "version", "sid", "date_created", "date_updated") as text: a
 * reference as a name, or the SID of what has none; "null". */
struct str routing_property(struct routing *routing,
    const struct object *object, const char *property);
/* Of an object: routing_read(&routing, "Worker Alice.activity_name"). */
struct str routing_read(struct routing *routing, const char *what);

/* The types of the events since this was asked last, in their order, a blank
 * between them. What was to be stored counts as stored then. */
struct str routing_events(struct routing *routing);

#endif
