/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/instruct.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "taskrouterd/calls.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/order.h"
#include "twilio/domain.h"
#include "twilio/instruction.h"
#include "twilio/webhook_url.h"

#define ERROR_PARAMETER 20001
#define ERROR_UNKNOWN_INSTRUCTION 55555
#define ERROR_CALLER_GONE 40144

bool
order_refuse(struct order *order, unsigned code, const char *format, ...)
{
	struct refusal *refusal = order->refusal;
	va_list arguments;

	refusal->status = 400;
	refusal->code = code;
	va_start(arguments, format);
	(void)vsnprintf(
	    refusal->text, sizeof refusal->text, format, arguments);
	va_end(arguments);
	return false;
}

bool
order_apply(struct order *order, const struct object *object,
    const struct change *changes, size_t count)
{
	struct change copies[2];
	struct router_event event = {
		.verb = ROUTER_UPDATE,
		.kind = object->kind,
		.object = router_find(
		    order->daemon->router, str_from(object->sid)),
		.changes = {copies, count},
	};

	memcpy(copies, changes, count * sizeof *changes);
	return daemon_apply(order->daemon, &event, order->refusal) != NULL;
}

struct object *
order_find_activity(const struct order *order, struct str sid)
{
	return router_find_in(order->daemon->router,
	    order->reservation->object.workspace, KIND_ACTIVITY, sid);
}

static bool
accept(struct order *order)
{
	const struct change change = {
		.field = &field_rows[FIELD_RESERVATION_STATUS],
		.integer = RESERVATION_ACCEPTED,
	};

	return order_apply(order, &order->reservation->object, &change, 1);
}

static bool
reject(struct order *order)
{
	struct str sid = json_get_text(order->value, "activity_sid");
	const struct change changes[] = {
		{.field = &field_rows[FIELD_RESERVATION_STATUS],
		    .integer = RESERVATION_REJECTED},
		{.field = &field_rows[FIELD_RESERVATION_WORKER_ACTIVITY],
		    .object = order_find_activity(order, sid)},
	};

	if (sid.at != NULL && changes[1].object == NULL)
		return order_refuse(order, 40100,
		    "activity_sid: there is no Activity %.*s in this Workspace",
		    STR_ARGS(sid));
	return order_apply(order, &order->reservation->object, changes,
	    sid.at != NULL ? 2 : 1);
}

/* ---- what stands for a telephone call */

static bool
is_pending(struct order *order)
{
	const struct reservation *reservation = order->reservation;
	const char *name = order->row->noun;

	if (reservation->status == RESERVATION_PENDING &&
	    !calls_is_held(order->daemon->calls,
		str_from(reservation->object.sid)))
		return true;
	(void)order_refuse(order, instruction_errors(order->row->name).not_pending,
	    "Unable to execute %s instruction. Reservation %s is not currently "
	    "in a Pending state.", name, reservation->object.sid);
	if (reservation->status == RESERVATION_RESCINDED)
		order->refusal->status = 410;
	return false;
}

/* A parameter as it may be seen: passwords are masked, and URLs lose theirs. */
static struct str
shown_parameter(struct arena *arena, const struct json_member *member)
{
	struct str text = json_text(member->value);

	if (str_is(member->key, "sip_auth_password"))
		return STR("\"********\"");
	if (str_contains(text, "://"))
		return json_quote(arena, webhook_url_shown(text, arena));
	return json_write(arena, member->value);
}

/* {"instruction":…} as it was given, but for passwords. */
static struct str
shown_parameters(struct order *order)
{
	struct arena *arena = order->arena;
	struct json_member member = {0};
	struct str text = STR("{");

	while (json_next(order->value, &member)) {
		struct str parts[] = {
			text,
			text.len > 1 ? STR(",") : STR(""),
			json_quote(arena, member.key),
			STR(":"),
			shown_parameter(arena, &member),
		};
		text = arena_join(arena, parts, ARRAY_LENGTH(parts));
	}
	struct str parts[] = {text, STR("}")};
	return arena_join(arena, parts, ARRAY_LENGTH(parts));
}

/* Calls the Worker, or only notes what would be done. */
static bool
make_call(struct order *order, bool accepts)
{
	const struct reservation *reservation = order->reservation;
	const struct call_order call = {
		.instruction = str_from(order->row->name),
		.to = order->to,
		.from = order->from,
		.workspace = str_from(reservation->object.workspace->object.sid),
		.task = str_from(reservation->task->object.sid),
		.worker = str_from(reservation->worker->object.sid),
		.reservation = str_from(reservation->object.sid),
		.call_sid = order->call_sid,
		.parameters = shown_parameters(order),
		.date = daemon_now(order->daemon),
		.is_dialled = order->row->calls_worker,
		.accepts = accepts && order->row->calls_worker,
		.error = instruction_errors(order->row->name).failed,
	};

	if (order->arena->overflow)
		return order_refuse(order, 20500, "no memory for a call");
	return calls_begin(order->daemon->calls, &call, order->value,
	    order->sid, order->refusal);
}

static bool
may_call(struct order *order)
{
	struct daemon *daemon = order->daemon;
	unsigned failed = instruction_errors(order->row->name).failed;

	return is_pending(order) && order->row->check(order) &&
	    (!calls_is_over(daemon->calls, order->call_sid) ||
		order_refuse(order,
		    str_is(str_from(order->row->name), "conference")
			? ERROR_CALLER_GONE
			: failed,
		    "call_sid: the call %.*s is over",
		    STR_ARGS(order->call_sid)));
}

static bool
dial(struct order *order)
{
	bool accepts = order->row->accepts ||
	    json_boolean(json_get(order->value, "accept"));

	if (!may_call(order) || !make_call(order, accepts))
		return false;
	*order->refusal = (struct refusal){0};
	return true;
}

/* The call leaves for other TwiML once the Reservation is accepted, if that is
 * wanted: the TwiML may ask for the Reservation. */
static bool
redirect(struct order *order)
{
	struct calls *calls = order->daemon->calls;

	if (!may_call(order) || !make_call(order, false))
		return false;
	if (json_boolean(json_get(order->value, "accept")) && !accept(order))
		return false;
	calls_redirect(calls, order->call_sid,
	    json_get_text(order->value, "url"));
	*order->refusal = (struct refusal){0};
	return true;
}

/* Listed too, though the Reservation and its Task stay as they are. */
static bool
supervise(struct order *order)
{
	if (!order->row->check(order) || !make_call(order, false))
		return false;
	*order->refusal = (struct refusal){0};
	return true;
}

static const struct order_row rows[] = {
	{"accept", "Accept", accept, NULL, true, false},
	{"reject", "Reject", reject, NULL, false, false},
	{"dequeue", "Dequeue", dial, order_check_dequeue, true, true},
	{"call", "Call", dial, order_check_call, false, true},
	{"redirect", "Redirect", redirect, order_check_redirect, false, false},
	{"conference", "Conference", dial, order_check_conference, true, true},
};

/* Not in the table of instructions: an assignment callback cannot be answered
 * with it. */
static const struct order_row row_supervise = {
	"supervise", "Supervise", supervise, order_check_supervise, false, false};

/* The first fault for which Twilio refuses the instruction. */
static void
take_fault(void *to, const struct instruction_fault *fault)
{
	struct order *order = to;
	struct str key = fault->key;
	unsigned code = fault->error;

	if (order->is_refused || fault->is_warning || fault->is_unknown)
		return;
	order->is_refused = true;
	if (code == 0 && order->row != NULL)
		code = instruction_errors(order->row->name).failed;
	(void)order_refuse(order, code != 0 ? code : ERROR_PARAMETER,
	    "%.*s%s%s", STR_ARGS(key), key.len > 0 ? ": " : "",
	    fault->message);
}

static const struct order_row *
find_row(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (str_is(name, rows[i].name))
			return &rows[i];
	return NULL;
}

static bool
read_attributes(struct order *order)
{
	const struct reservation *reservation = order->reservation;
	const struct json_limits limits = {.values = ORDER_VALUES};
	struct err err;

	if (json_parse(order->arena, reservation->task->attributes, limits,
		&order->task_values, &err) &&
	    json_parse(order->arena, reservation->worker->attributes, limits,
		&order->worker_values, &err))
		return true;
	return order_refuse(order, 20500, "attributes: %s", err.text);
}

static bool
carry_out(struct order *order)
{
	memcpy(order->task_sid, order->reservation->task->object.sid,
	    sizeof order->task_sid);
	if (order->row->check != NULL && !read_attributes(order))
		return false;
	return order->row->obey(order);
}

static bool
obey(struct order *order)
{
	struct instruction checked;

	order->row = find_row(json_get_text(order->value, "instruction"));
	/* What it says of parameters that do not exist does not matter here;
	 * take_fault has what does. */
	if (!instruction_check(
		order->value, order->arena, &checked, take_fault, order) &&
	    order->is_refused)
		return false;
	return order->row == NULL || carry_out(order);
}

bool
instruct_json(struct daemon *daemon, struct reservation *reservation,
    struct json_object *value, struct refusal *refusal)
{
	struct arena arena;
	struct order order = {
		.daemon = daemon,
		.reservation = reservation,
		.value = value,
		.refusal = refusal,
		.arena = &arena,
	};

	*refusal = (struct refusal){0};
	arena_init(&arena, ORDER_MEMORY);
	bool obeyed = obey(&order);
	arena_release(&arena);
	return obeyed;
}

static bool
obey_form(struct order *order, const struct form *form)
{
	struct err err;
	struct str json = instruction_of_form(form, order->arena);
	const struct json_limits limits = {.values = ORDER_VALUES};

	if (json.at == NULL ||
	    !json_parse(order->arena, json, limits, &order->value, &err))
		return order_refuse(order, ERROR_PARAMETER,
		    "the parameters of the instruction are malformed");
	order->form = form;
	if (!str_is(json_get_text(order->value, "instruction"), "supervise"))
		return obey(order);
	order->row = &row_supervise;
	return carry_out(order);
}

bool
instruct_form(struct daemon *daemon, struct reservation *reservation,
    const struct form *form, struct refusal *refusal)
{
	struct arena arena;
	struct order order = {
		.daemon = daemon,
		.reservation = reservation,
		.refusal = refusal,
		.arena = &arena,
	};

	*refusal = (struct refusal){0};
	arena_init(&arena, ORDER_MEMORY);
	bool obeyed = obey_form(&order, form);
	arena_release(&arena);
	return obeyed;
}
