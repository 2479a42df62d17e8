/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/resource.h"

#include "responder/parameters.h"
#include "responder/upstream.h"
#include "twilio/sid.h"

struct str
resource_sid(struct exchange *exchange, const char *kind)
{
	struct str segment = exchange->request.segment;
	struct err err;

	if (sid_check(segment, kind, &err))
		return segment;
	exchange_refuse(
	    exchange, 404, "the last part of the path: %s", err.text);
	return STR_NONE;
}

static void
answer(struct exchange *exchange, const struct upstream *upstream,
    struct str decision)
{
	struct response *response = &exchange->response;

	exchange->facts.decision = decision;
	response_header(response, "ETag", upstream->result->etag);
	response_body(
	    response, 200, "application/json", upstream->result->body);
	exchange_complete(exchange);
}

static void
on_read(struct exchange *exchange, const struct upstream *upstream)
{
	if (upstream->success)
		answer(exchange, upstream, STR("read"));
	else
		upstream_hand_on(exchange, upstream);
}

void
resource_read(struct exchange *exchange, enum rest_operation operation,
    struct str path)
{
	if (parameters_read(exchange, NULL, 0, NULL))
		upstream_start(exchange, operation, path, NULL, on_read);
}

/* ---- changes */

/* A change under way; the refusal, while the resource is read after it. */
struct changing {
	struct resource_change change;
	struct rest_result result;
	struct upstream refused;
};

static bool
is_reachable(const struct resource_change *change, struct str now)
{
	for (size_t i = 0; i < change->move_count; i++) {
		const struct resource_move *move = &change->moves[i];
		if (str_is(change->status, move->to))
			return str_is(now, move->from[0]) ||
			    (move->from[1] != NULL &&
				str_is(now, move->from[1]));
	}
	return false;
}

/* The status is as it was asked for. */
static void
answer_already(struct exchange *exchange, const struct upstream *upstream,
    const struct resource_change *change)
{
	exchange->facts.decision = arena_format(&exchange->arena,
	    "%.*s already", STR_ARGS(change->status));
	if (change->reason.at == NULL ||
	    str_equal(change->reason, json_get_text(upstream->json, "reason")))
		answer(exchange, upstream, exchange->facts.decision);
	else
		exchange_refuse(exchange, 409,
		    "Reason: the Task is %.*s already, and its reason cannot "
		    "be changed", STR_ARGS(change->status));
}

static void
on_seen(struct exchange *exchange, const struct upstream *upstream)
{
	const struct changing *changing = exchange->handler_state;
	const struct resource_change *change = &changing->change;
	const struct upstream *refused = &changing->refused;
	struct str now = json_get_text(upstream->json, change->property);

	if (upstream->success && change->status_alone &&
	    str_equal(now, change->status)) {
		answer_already(exchange, upstream, change);
		return;
	}
	exchange->facts.decision = now;
	if (upstream->success ? !is_reachable(change, now)
			      : upstream->result->status == 404)
		upstream_refuse_as(exchange, refused, 409);
	else
		upstream_hand_on(exchange, refused);
}

/* After these the resource may be so already, by an instruction or another
 * client: 400 "not in expected state", 410 for a Reservation that was
 * rescinded. */
static bool
is_worth_reading(
    const struct resource_change *change, const struct upstream *upstream)
{
	unsigned status = upstream->result->status;

	return change->status.at != NULL &&
	    (status == 400 || status == 409 || status == 410);
}

static void
on_changed(struct exchange *exchange, const struct upstream *upstream)
{
	struct changing *changing = exchange->handler_state;
	const struct resource_change *change = &changing->change;

	if (upstream->success) {
		answer(exchange, upstream,
		    change->status.at != NULL ? change->status
					      : STR("changed"));
		return;
	}
	if (!is_worth_reading(change, upstream)) {
		upstream_hand_on(exchange, upstream);
		return;
	}
	changing->result = *upstream->result;
	changing->refused = *upstream;
	changing->refused.result = &changing->result;
	upstream_start(exchange, change->read, change->path, NULL, on_seen);
}

/* The header If-Match, absent if there is none. False: refused. */
static bool
read_if_match(struct exchange *exchange, struct str *if_match)
{
	const struct request *request = &exchange->request;
	struct str value = request->meta[META_HTTP_IF_MATCH];
	bool plain = value.len <= REST_IF_MATCH_MOST &&
	    !request_repeats(request, META_HTTP_IF_MATCH);

	for (size_t i = 0; i < value.len; i++)
		plain = plain && value.at[i] >= ' ' && value.at[i] < 0x7f;
	*if_match = value.len > 0 ? value : STR_NONE;
	if (!plain)
		exchange_refuse(exchange, 400,
		    "If-Match: expected one header of entity tags, at most %d "
		    "bytes of ASCII", REST_IF_MATCH_MOST);
	return plain;
}

void
resource_change(
    struct exchange *exchange, const struct resource_change *change)
{
	struct changing *changing =
	    arena_alloc(&exchange->arena, sizeof *changing);
	struct upstream_call call = {
		.operation = change->update,
		.path = change->path,
		.form = change->form,
	};

	if (changing == NULL) {
		exchange_complete(exchange);
		return;
	}
	if (!read_if_match(exchange, &call.if_match))
		return;
	changing->change = *change;
	exchange->handler_state = changing;
	upstream_begin(exchange, &call, on_changed);
}
