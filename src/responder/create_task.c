/* SPDX-License-Identifier: MIT
 *
 * GET or POST /create_task: makes a Task.
 * Source: https://www.twilio.com/docs/taskrouter/api/task (parameters, limits).
 */
#include "base/compat.h"

#include "base/clock.h"
#include "codec/digest.h"
#include "http/idempotency_key.h"
#include "responder/create_task_kept.h"
#include "responder/parameters.h"
#include "responder/upstream.h"
#include "twilio/sid.h"
#include "twilio/task.h"

static bool
check_workflow(struct str value, struct err *err)
{
	return sid_check(value, "WW", err);
}

static bool
check_boolean(struct str value, struct err *err)
{
	return str_is(value, "true") || str_is(value, "false") ||
	    err_set(err, 0, "expected true or false");
}

enum {
	ATTRIBUTES,
	WORKFLOW_SID,
	PRIORITY,
	TIMEOUT,
	TASK_CHANNEL,
	ROUTING_TARGET,
	VIRTUAL_START_TIME,
	TASK_PARAMETERS,
	/* Those behind are our own. */
	OUTBOX = TASK_PARAMETERS,
	PARAMETER_COUNT,
};

static const struct parameter parameters[PARAMETER_COUNT] = {
	[ATTRIBUTES] = {"Attributes", NULL, task_check_attributes, false},
	[WORKFLOW_SID] = {"WorkflowSid", NULL, check_workflow, false},
	[PRIORITY] = {"Priority", NULL, task_check_priority, false},
	[TIMEOUT] = {"Timeout", NULL, task_check_timeout, false},
	[TASK_CHANNEL] = {"TaskChannel", NULL, task_check_channel, false},
	[ROUTING_TARGET] = {"RoutingTarget", NULL, task_check_routing_target,
	    false},
	[VIRTUAL_START_TIME] = {"VirtualStartTime", NULL,
	    task_check_virtual_start_time, false},
	[OUTBOX] = {"Outbox", "outbox", check_boolean, false},
};

/* Prefer: return=representation (RFC 7240 section 4.2). */
static bool
wants_representation(const struct exchange *exchange)
{
	struct str rest = exchange->request.meta[META_HTTP_PREFER];

	while (rest.at != NULL)
		if (str_equal_nocase(str_trim(str_cut(&rest, ',')),
			STR("return=representation")))
			return true;
	return false;
}

void
create_task_answer(struct exchange *exchange, struct str decision,
    struct str sid, struct str attributes, struct str task)
{
	struct response *response = &exchange->response;

	exchange->facts.task_sid = sid;
	exchange->facts.decision = decision;
	response_header(response, "TaskRouter-Task-Sid", sid);
	if (wants_representation(exchange)) {
		response_header(response, "Preference-Applied",
		    STR("return=representation"));
		attributes = task;
	}
	response_body(response, 200, "application/json", attributes);
	exchange_complete(exchange);
}

static void
on_created(struct exchange *exchange, const struct upstream *upstream)
{
	struct str sid = json_get_text(upstream->json, "sid");
	struct str attributes = json_get_text(upstream->json, "attributes");

	if (!upstream->success || !sid_is(sid, "WT") || attributes.at == NULL)
		upstream_refuse(exchange, upstream);
	else
		create_task_answer(exchange, STR("created"), sid, attributes,
		    upstream->result->body);
}

/* What the caller does not say comes from the configuration; a RoutingTarget
 * takes the place of the Workflow. */
static void
add_presets(const struct settings *settings, struct str values[PARAMETER_COUNT])
{
	if (values[ATTRIBUTES].at == NULL)
		values[ATTRIBUTES] = settings->create_task_attributes;
	if (values[WORKFLOW_SID].at == NULL &&
	    values[ROUTING_TARGET].at == NULL)
		values[WORKFLOW_SID] = settings->workflow_sid;
}

static void
fill_form(const struct settings *settings, const struct str *values,
    struct buf *form)
{
	/* Every byte may become three. */
	buf_init(form, 4 * (size_t)settings->limits.body + 4 * 4096);
	for (size_t i = 0; i < TASK_PARAMETERS; i++)
		if (values[i].at != NULL)
			form_add(form, parameters[i].name, values[i]);
}

static void
create_at_once(struct exchange *exchange, const struct str *values)
{
	struct buf form;

	fill_form(settings_of(exchange), values, &form);
	upstream_start(
	    exchange, REST_CREATE_TASK, STR("/Tasks"), &form, on_created);
	buf_release(&form);
}

/* ---- with a key, or the outbox */

/* Absent, and the exchange refused, if the header is no key. */
static struct str
read_key(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	struct str value = request->meta[META_HTTP_IDEMPOTENCY_KEY];
	struct err err;

	if (request_repeats(request, META_HTTP_IDEMPOTENCY_KEY)) {
		exchange_refuse(exchange, 400,
		    "Idempotency-Key: given more than once");
		return STR_NONE;
	}
	struct str key = idempotency_key_read(&exchange->arena, value, &err);
	if (key.at == NULL)
		exchange_refuse(
		    exchange, 400, "Idempotency-Key: %s", err.text);
	return key;
}

/* Of what the caller said, not of presets: they may change in between. */
static struct str
fingerprint(struct exchange *exchange, const struct str *values)
{
	char digest[DIGEST_LENGTH + 1];

	digest_texts(values, TASK_PARAMETERS, digest);
	return arena_str(&exchange->arena, str_from(digest));
}

static void
create_kept(struct exchange *exchange, struct str *values, struct str key,
    bool is_outbox)
{
	struct create_task_order order = {
		.key = create_task_key(exchange, key),
		.is_repeatable = key.at != NULL,
		.is_outbox = is_outbox,
		.fingerprint = fingerprint(exchange, values),
	};
	struct buf form;
	struct err err;

	if (order.key.at == NULL) {
		exchange_refuse(exchange, 500, "no key can be drawn");
		return;
	}
	add_presets(settings_of(exchange), values);
	values[ATTRIBUTES] = task_add_key(
	    &exchange->arena, values[ATTRIBUTES], order.key, &err);
	if (values[ATTRIBUTES].at == NULL) {
		exchange_refuse(exchange, 400, "Attributes: %s", err.text);
		return;
	}
	fill_form(settings_of(exchange), values, &form);
	order.form = arena_str(&exchange->arena, buf_str(&form));
	if (form.failed || exchange->arena.overflow)
		exchange_refuse(exchange, 500, "out of memory");
	else
		create_task_keep(exchange, &order);
	buf_release(&form);
}

void
handle_create_task(struct exchange *exchange)
{
	const struct settings *settings = settings_of(exchange);
	bool is_outbox = settings->outbox.takes_tasks;
	struct str values[PARAMETER_COUNT], key = STR_NONE;

	if (!parameters_read(exchange, parameters, PARAMETER_COUNT, values))
		return;
	if (values[OUTBOX].at != NULL)
		is_outbox = str_is(values[OUTBOX], "true");
	if (exchange->request.meta[META_HTTP_IDEMPOTENCY_KEY].at != NULL) {
		key = read_key(exchange);
		if (key.at == NULL)
			return;
	}
	if (key.at != NULL || is_outbox) {
		create_kept(exchange, values, key, is_outbox);
		return;
	}
	add_presets(settings, values);
	create_at_once(exchange, values);
}
