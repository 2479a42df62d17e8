/* SPDX-License-Identifier: MIT
 *
 * GET or POST /create_task: makes a Task.
 * Source: https://www.twilio.com/docs/taskrouter/api/task (parameters, limits).
 */
#include "base/compat.h"

#include "base/clock.h"
#include "responder/parameters.h"
#include "responder/upstream.h"
#include "twilio/sid.h"
#include "twilio/task.h"

static bool
check_workflow(struct str value, struct err *err)
{
	return sid_check(value, "WW", err);
}

enum {
	ATTRIBUTES,
	WORKFLOW_SID,
	PRIORITY,
	TIMEOUT,
	TASK_CHANNEL,
	ROUTING_TARGET,
	VIRTUAL_START_TIME,
	PARAMETER_COUNT,
};

static const struct parameter parameters[PARAMETER_COUNT] = {
	[ATTRIBUTES] = {"Attributes", NULL, task_check_attributes},
	[WORKFLOW_SID] = {"WorkflowSid", NULL, check_workflow},
	[PRIORITY] = {"Priority", NULL, task_check_priority},
	[TIMEOUT] = {"Timeout", NULL, task_check_timeout},
	[TASK_CHANNEL] = {"TaskChannel", NULL, task_check_channel},
	[ROUTING_TARGET] = {"RoutingTarget", NULL, task_check_routing_target},
	[VIRTUAL_START_TIME] = {"VirtualStartTime", NULL,
	    task_check_virtual_start_time},
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

static void
on_created(struct exchange *exchange, const struct upstream *upstream)
{
	struct response *response = &exchange->response;
	struct str sid = json_get_text(upstream->json, "sid");
	struct str attributes = json_get_text(upstream->json, "attributes");

	if (!upstream->success || !sid_is(sid, "WT") || attributes.at == NULL) {
		upstream_refuse(exchange, upstream);
		return;
	}
	exchange->facts.task_sid = sid;
	exchange->facts.decision = STR("created");
	response_header(response, "TaskRouter-Task-Sid", sid);
	if (wants_representation(exchange)) {
		response_header(response, "Preference-Applied",
		    STR("return=representation"));
		attributes = upstream->result->body;
	}
	response_body(response, 200, "application/json", attributes);
	exchange_complete(exchange);
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

void
handle_create_task(struct exchange *exchange)
{
	const struct settings *settings = settings_of(exchange);
	struct str values[PARAMETER_COUNT];
	struct buf form;

	if (!parameters_read(exchange, parameters, PARAMETER_COUNT, values))
		return;
	add_presets(settings, values);
	/* Every byte may become three. */
	buf_init(&form, 4 * (size_t)settings->limits.body + 4 * 4096);
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		if (values[i].at != NULL)
			form_add(&form, parameters[i].name, values[i]);
	upstream_start(
	    exchange, REST_CREATE_TASK, STR("/Tasks"), &form, on_created);
	buf_release(&form);
}
