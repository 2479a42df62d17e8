/* SPDX-License-Identifier: MIT
 *
 * One Task, Worker or Reservation in an operator's hands: read, or changed.
 * The answer is TaskRouter's own, byte for byte, with its ETag; the caller's
 * If-Match goes with a change.
 */
#ifndef RESPONDER_RESOURCE_H
#define RESPONDER_RESOURCE_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"
#include "responder/responder.h"

/* A status that can be asked for, and those that it can be reached from. */
struct resource_move {
	const char *to;
	const char *from[2]; /* the second may be NULL */
};

struct resource_change {
	struct str path;          /* "/Tasks/WT…" */
	const struct buf *form;
	enum rest_operation update;
	enum rest_operation read;
	/* A status that the change asks for; what follows counts then. */
	struct str status;        /* absent: none */
	bool status_alone;        /* nothing else would be changed, but: */
	struct str reason;        /* of the status; absent: none */
	const char *property;     /* "assignment_status" */
	const struct resource_move *moves;
	size_t move_count;
};

/* Whether the request's segment is a SID of the kind ("WT"), which is
 * returned; else it is refused with 404, and absent. */
struct str resource_sid(struct exchange *exchange, const char *kind);

/* Answers a GET, which takes no parameters. */
void resource_read(struct exchange *exchange, enum rest_operation operation,
    struct str path);

/* Answers a POST. Where TaskRouter refuses a status, the resource is read: if
 * it has the status, and the reason, already, that is success; if it cannot
 * come from where it is, 409. `change` is copied. */
void resource_change(
    struct exchange *exchange, const struct resource_change *change);

#endif
