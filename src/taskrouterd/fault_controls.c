/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/fault_controls.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "router/record.h"
#include "taskrouterd/controls.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/faults.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/local.h"

#define NOT_GIVEN (-1)
#define URL_MOST 1024
#define EVENT_TYPES_MOST 2048
#define SID_LENGTH 34
#define TIMES_MOST 1000000000
#define WAIT_MOST_MS 600000
#define RETRY_AFTER_MOST 86400
/* JSON of the longest fault, and of all that limits.faults allows. */
#define ANSWER_MOST ((size_t)16 << 20)

#define MEMBER(name) .offset = offsetof(struct fault_rule, name)
#define SID_OF(noun) \
	.least = SID_LENGTH, .most = SID_LENGTH, \
	.help = "Only webhooks about this " noun "."

static const struct control controls[] = {
	{
	    .name = "on", .type = CONTROL_CHOICE, MEMBER(on),
	    .preset = "request", .choices = fault_subject_names,
	    .help = "What goes wrong: requests to the REST API, or webhooks "
		    "of one kind.",
	},
	{
	    .name = "do", .type = CONTROL_CHOICE, MEMBER(action),
	    .choices = fault_action_names,
	    .help = "What happens; it must be given. To requests status, "
		    "delay and cut can happen, to webhooks delay, drop, "
		    "double, reorder and wrong_signature.",
	},
	{
	    .name = "method", .type = CONTROL_CHOICE, MEMBER(method),
	    .preset = "any", .choices = fault_method_names,
	    .help = "Only requests of this method. HEAD counts as GET.",
	},
	{
	    .name = "route", .type = CONTROL_TEXT, MEMBER(route),
	    .preset = "/v1/**", .least = 3, .most = URL_MOST,
	    .help = "Only requests for paths of this pattern, such as "
		    "/v1/Workspaces/*/Tasks. A segment * stands for any one, "
		    "a last ** for all that follow, also for none.",
	},
	{
	    .name = "url", .type = CONTROL_TEXT, MEMBER(url),
	    .least = 1, .most = URL_MOST,
	    .help = "Only webhooks to URLs that begin so.",
	},
	{
	    .name = "event_type", .type = CONTROL_TEXT, MEMBER(event_type),
	    .least = 1, .most = EVENT_TYPES_MOST,
	    .help = "Only event callbacks of these types, with commas "
		    "between them.",
	},
	{
	    .name = "workspace_sid", .type = CONTROL_TEXT,
	    MEMBER(workspace_sid), SID_OF("Workspace"),
	},
	{
	    .name = "workflow_sid", .type = CONTROL_TEXT,
	    MEMBER(workflow_sid), SID_OF("Workflow"),
	},
	{
	    .name = "worker_sid", .type = CONTROL_TEXT,
	    MEMBER(worker_sid), SID_OF("Worker"),
	},
	{
	    .name = "task_sid", .type = CONTROL_TEXT,
	    MEMBER(task_sid), SID_OF("Task"),
	},
	{
	    .name = "share", .type = CONTROL_DECIMAL, MEMBER(share),
	    .preset = "1", .least = 0, .most = FAULT_SHARE_ALL,
	    .help = "How many of them are hit: of 0.25 a quarter, by chance. "
		    "With random_seed chance is the same each time.",
	},
	{
	    .name = "skip", .type = CONTROL_INTEGER, MEMBER(skip),
	    .preset = "0", .least = 0, .most = TIMES_MOST,
	    .help = "How many pass before the first one can be hit.",
	},
	{
	    .name = "count", .type = CONTROL_INTEGER, MEMBER(count),
	    .least = 1, .most = TIMES_MOST,
	    .help = "How many are hit until the fault is spent. Without it "
		    "there is no end.",
	},
	{
	    .name = "status", .type = CONTROL_INTEGER, MEMBER(status),
	    .preset = "503", .least = 400, .most = 599,
	    .help = "The HTTP status of the error.",
	},
	{
	    .name = "retry_after", .type = CONTROL_INTEGER,
	    MEMBER(retry_after), .least = 0, .most = RETRY_AFTER_MOST,
	    .help = "Seconds for a header Retry-After, which is left out "
		    "otherwise.",
	},
	{
	    .name = "seconds", .type = CONTROL_SECONDS, MEMBER(wait_ms),
	    .preset = "1", .least = 1, .most = WAIT_MOST_MS,
	    .help = "How long delay holds back, and reorder at most; in real "
		    "time, whatever the simulated clock does.",
	},
	{
	    .name = "keep", .type = CONTROL_CHOICE, MEMBER(keep),
	    .preset = "half", .choices = fault_keep_names,
	    .help = "What cut leaves of the answer: its head and half of its "
		    "body, or nothing at all. Of an answer without a body "
		    "nothing is left. Behind a web server the client gets "
		    "what that makes of nothing, such as 502.",
	},
	{
	    .name = "executed", .type = CONTROL_BOOLEAN, MEMBER(executed),
	    .help = "Whether the request is carried out before the fault "
		    "shows. Without it: true for delay and cut, false for "
		    "status. With false, delay holds the request itself "
		    "back, and carries it out later unless the client has "
		    "gone by then; cut breaks the answer of an error 503 "
		    "off.",
	},
};

/* ---- what goes together */

#define BIT(value) (1U << (value))
#define REQUESTS BIT(FAULT_REQUEST)
#define ROUTING (BIT(FAULT_ASSIGNMENT_CALLBACK) | BIT(FAULT_EVENT_CALLBACK))
#define WEBHOOKS (ROUTING | BIT(FAULT_VOICE) | BIT(FAULT_STATUS_CALLBACK))
#define ANY (~0U)

static const unsigned subjects_of[FAULT_ACTIONS] = {
	[FAULT_STATUS] = REQUESTS,
	[FAULT_DELAY] = REQUESTS | WEBHOOKS,
	[FAULT_CUT] = REQUESTS,
	[FAULT_DROP] = WEBHOOKS,
	[FAULT_DOUBLE] = WEBHOOKS,
	[FAULT_REORDER] = WEBHOOKS,
	[FAULT_WRONG_SIGNATURE] = WEBHOOKS,
};

/* What the parameters go with; the others go with everything. */
static const struct {
	const char *name;
	unsigned subjects, actions;
} uses[] = {
	{"method", REQUESTS, ANY},
	{"route", REQUESTS, ANY},
	{"url", WEBHOOKS, ANY},
	{"event_type", BIT(FAULT_EVENT_CALLBACK), ANY},
	{"workspace_sid", ROUTING, ANY},
	{"workflow_sid", ROUTING, ANY},
	{"worker_sid", ROUTING, ANY},
	{"task_sid", ROUTING, ANY},
	{"status", ANY, BIT(FAULT_STATUS)},
	{"retry_after", ANY, BIT(FAULT_STATUS)},
	{"seconds", ANY, BIT(FAULT_DELAY) | BIT(FAULT_REORDER)},
	{"keep", ANY, BIT(FAULT_CUT)},
	{"executed", REQUESTS, ANY},
};

static bool
has_use(struct str name, const struct fault_rule *rule)
{
	for (size_t i = 0; i < ARRAY_LENGTH(uses); i++)
		if (str_is(name, uses[i].name))
			return (uses[i].subjects & BIT(rule->on)) != 0 &&
			    (uses[i].actions & BIT(rule->action)) != 0;
	return true;
}

static bool
check_use(const struct fault_rule *rule, const struct form *form,
    struct exchange *exchange)
{
	const char *on = fault_subject_names[rule->on];

	if ((subjects_of[rule->action] & BIT(rule->on)) == 0) {
		exchange_refuse(exchange, 400, "do: %s does not go with on=%s",
		    fault_action_names[rule->action], on);
		return false;
	}
	for (size_t i = 0; i < form->count; i++) {
		struct str name = form->fields[i].name;
		if (has_use(name, rule))
			continue;
		exchange_refuse(exchange, 400,
		    "%.*s: does not go with on=%s and do=%s", STR_ARGS(name),
		    on, fault_action_names[rule->action]);
		return false;
	}
	return true;
}

/* One that never comes would be a fault that never hits. */
static bool
check_event_types(const struct fault_rule *rule, struct exchange *exchange)
{
	struct str rest = rule->event_type;

	while (rest.at != NULL) {
		struct str type = str_trim(str_cut(&rest, ','));
		if (type.len == 0 || record_type_exists(type))
			continue;
		exchange_refuse(exchange, 400,
		    "event_type: TaskRouter has no event type %.*s",
		    STR_ARGS(type));
		return false;
	}
	return true;
}

static bool
check_rule(const struct fault_rule *rule, struct exchange *exchange)
{
	if (rule->action == NOT_GIVEN)
		exchange_refuse(exchange, 400, "do: must be given");
	else if (!str_is(rule->route, "/v1") &&
	    !str_has_prefix(rule->route, STR("/v1/")))
		exchange_refuse(exchange, 400,
		    "route: expected a pattern of paths that begins with /v1/");
	else
		return check_event_types(rule, exchange) &&
		    check_use(rule, &exchange->request.form, exchange);
	return false;
}

static bool
read_rule(struct exchange *exchange, struct fault_rule *rule)
{
	const struct form *form = &exchange->request.form;

	*rule = (struct fault_rule){
		.action = NOT_GIVEN,
		.retry_after = NOT_GIVEN,
	};
	if (!controls_read(
		controls, ARRAY_LENGTH(controls), form, rule, exchange) ||
	    !check_rule(rule, exchange))
		return false;
	if (form_get(form, "executed").at == NULL)
		rule->executed = rule->on == FAULT_REQUEST &&
		    rule->action != FAULT_STATUS;
	return true;
}

/* ---- what is shown */

static void
put_member(
    struct buf *out, const struct control *control, const void *member)
{
	const int *choice = member;
	const int64_t *number = member;
	const bool *truth = member;
	const struct str *text = member;

	if (control->type == CONTROL_TEXT)
		json_put_text(out, *text);
	else if (control->type == CONTROL_CHOICE)
		json_put_text(out, str_from(control->choices[*choice]));
	else if (control->type == CONTROL_BOOLEAN)
		json_put_boolean(out, *truth);
	else if (control->type == CONTROL_INTEGER)
		json_put_integer(out, *number);
	else
		buf_format(out, "%" PRId64 ".%03d", *number / 1000,
		    (int)(*number % 1000));
}

/* What has no use, or is not set, is null. */
static void
put_rule(struct buf *out, const struct fault_rule *rule)
{
	for (size_t i = 0; i < ARRAY_LENGTH(controls); i++) {
		const struct control *control = &controls[i];
		bool is_unset = !has_use(str_from(control->name), rule) ||
		    (control->offset == offsetof(struct fault_rule, count) &&
			rule->count == 0) ||
		    (control->offset ==
			    offsetof(struct fault_rule, retry_after) &&
			rule->retry_after < 0);
		json_put_key(out, control->name);
		if (is_unset)
			json_put_text(out, STR_NONE);
		else
			put_member(out, control,
			    (const char *)rule + control->offset);
	}
}

static void
put_fault(
    struct buf *out, const struct faults *faults, const struct fault *fault)
{
	json_put_item(out);
	buf_add_byte(out, '{');
	json_put_key(out, "id");
	json_put_integer(out, (int64_t)fault->id);
	put_rule(out, &fault->rule);
	json_put_key(out, "looked_at");
	json_put_integer(out, fault->looked_at);
	json_put_key(out, "hits");
	json_put_integer(out, fault->hits);
	json_put_key(out, "spent");
	json_put_boolean(out, fault_is_spent(fault));
	json_put_key(out, "held");
	json_put_integer(out, (int64_t)faults_held_by(faults, fault->id));
	buf_add_byte(out, '}');
}

static void
show(struct exchange *exchange, unsigned status, const struct fault *fault)
{
	struct buf out;

	buf_init(&out, ANSWER_MOST);
	put_fault(&out, &daemon_of(exchange)->faults, fault);
	local_answer(exchange, status, buf_str(&out));
	buf_release(&out);
}

static void
show_all(struct exchange *exchange)
{
	const struct faults *faults = &daemon_of(exchange)->faults;
	const struct fault *fault;
	struct buf out;

	buf_init(&out, ANSWER_MOST);
	buf_add_byte(&out, '{');
	json_put_key(&out, "faults");
	buf_add_byte(&out, '[');
	TAILQ_FOREACH(fault, &faults->list, entry)
		put_fault(&out, faults, fault);
	buf_add_str(&out, STR("]}"));
	if (out.failed)
		exchange_refuse(exchange, 503, "out of memory");
	else
		local_answer(exchange, 200, buf_str(&out));
	buf_release(&out);
}

/* ---- requests */

static void
add(struct exchange *exchange)
{
	struct faults *faults = &daemon_of(exchange)->faults;
	struct fault_rule rule;

	if (!read_rule(exchange, &rule))
		return;
	if (faults->count >= faults->most) {
		exchange_refuse(exchange, 409, "there are %zu faults, and "
		    "limits.faults allows no more", faults->count);
		return;
	}
	const struct fault *fault = faults_add(faults, &rule);
	if (fault == NULL)
		exchange_refuse(exchange, 503, "out of memory");
	else
		show(exchange, 201, fault);
}

static void
answer_nothing(struct exchange *exchange)
{
	exchange->response.status = 204;
	exchange_complete(exchange);
}

void
fault_controls_serve(struct exchange *exchange)
{
	if (exchange->request.method == METHOD_POST) {
		add(exchange);
	} else if (exchange->request.method == METHOD_DELETE) {
		faults_clear(&daemon_of(exchange)->faults);
		answer_nothing(exchange);
	} else {
		show_all(exchange);
	}
}

void
fault_controls_serve_one(struct exchange *exchange)
{
	struct faults *faults = &daemon_of(exchange)->faults;
	struct str segment = exchange->request.segment;
	struct fault *fault = NULL;
	uint64_t id;

	if (str_to_uint(segment, INT64_MAX, &id))
		fault = faults_find(faults, id);
	if (fault == NULL) {
		exchange_refuse(exchange, 404, "there is no fault %.*s",
		    STR_ARGS(segment));
	} else if (exchange->request.method == METHOD_DELETE) {
		faults_remove(faults, fault);
		answer_nothing(exchange);
	} else {
		show(exchange, 200, fault);
	}
}

void
fault_controls_write_manual(FILE *out)
{
	controls_write_manual(controls, ARRAY_LENGTH(controls), out);
}
