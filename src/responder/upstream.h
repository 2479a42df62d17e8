/* SPDX-License-Identifier: MIT
 *
 * Calls of TaskRouter on behalf of an operator's exchange: where to, as whom,
 * and what a failure looks like to the caller.
 */
#ifndef RESPONDER_UPSTREAM_H
#define RESPONDER_UPSTREAM_H

#include "base/compat.h"
#include "base/str.h"
#include "codec/json.h"
#include "http/exchange.h"
#include "responder/responder.h"

/* What TaskRouter answered. */
struct upstream {
	const struct rest_result *result;
	struct json_object *json; /* NULL: no JSON object, or not looked at */
	bool success;             /* 2xx and a JSON object */
	bool changes;             /* TaskRouter was asked to change something */
};

/* A call, as an endpoint describes it. */
struct upstream_call {
	enum rest_operation operation;
	struct str path;        /* below the Workspace, with its query:
				 * "/Tasks?PageSize=50" */
	const struct buf *form; /* NULL: a GET */
	struct str if_match;    /* header of the request; absent: none */
	size_t answer_limit;    /* bytes; 0: as configured. Else a 2xx is
				 * taken as it is, with `json` NULL */
};

typedef void upstream_done(
    struct exchange *exchange, const struct upstream *upstream);

/* Starts a call. `done` is called later, unless the exchange was refused at
 * once because no call is possible. */
void upstream_begin(struct exchange *exchange,
    const struct upstream_call *call, upstream_done *done);

/* The same for a call that has nothing but these. */
void upstream_start(struct exchange *exchange, enum rest_operation operation,
    struct str path, const struct buf *form, upstream_done *done);

/* Refuses the exchange for a call that was no success: 502, 503 or 504, with
 * TaskRouter's words and Twilio's error number where there are any. */
void upstream_refuse(
    struct exchange *exchange, const struct upstream *upstream);

/* As upstream_refuse, but where TaskRouter says that the request itself was
 * wrong, with its status: 400, 404, 409 (also for 410) or 412. */
void upstream_hand_on(
    struct exchange *exchange, const struct upstream *upstream);

/* As upstream_refuse, with a status chosen by the caller. */
void upstream_refuse_as(struct exchange *exchange,
    const struct upstream *upstream, unsigned status);

#endif
