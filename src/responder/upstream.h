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
	struct json_object *json; /* NULL: no JSON object */
	bool success;             /* 2xx and a JSON object */
};

typedef void upstream_done(
    struct exchange *exchange, const struct upstream *upstream);

/* Starts a call; `path` is below the workspace ("/Tasks"), `form` NULL makes
 * it a GET. `done` is called later, unless the exchange was refused at once
 * because no call is possible. */
void upstream_start(struct exchange *exchange, enum rest_operation operation,
    struct str path, const struct buf *form, upstream_done *done);

/* Refuses the exchange for a call that was no success: 502, 503 or 504, with
 * TaskRouter's words and Twilio's error number where there are any. */
void upstream_refuse(
    struct exchange *exchange, const struct upstream *upstream);

/* As upstream_refuse, with a status chosen by the caller. */
void upstream_refuse_as(struct exchange *exchange,
    const struct upstream *upstream, unsigned status);

#endif
