/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/calls_control.h"

#include "base/buf.h"
#include "base/clock.h"
#include "taskrouterd/call.h"
#include "taskrouterd/controls.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/local.h"
#include "twilio/webhook_url.h"

#define ONE_MOST ((size_t)4 << 20)
#define URL_MOST 2048
#define ADDRESS_MOST 255
#define DIGITS_MOST 1024
#define PLACE_MOST 64
#define DAY_MS ((int64_t)86400000)

static const char *const methods[] = {"POST", "GET", NULL};

/* ---- a call that comes in */

struct incoming {
	struct str url, from, to, digits, speech;
	struct str places[8];
	int method;
	int64_t hang_up_after;
	struct str status_callback;
	int status_callback_method;
	bool wait;
};

#define MEMBER(name) .offset = offsetof(struct incoming, name)
#define PLACE(called, index, text) \
	{ \
		.name = called, .type = CONTROL_TEXT, MEMBER(places[index]), \
		.preset = "", .least = 0, .most = PLACE_MOST, .help = text, \
	}

static const struct control incoming_controls[] = {
	{
	    .name = "url", .type = CONTROL_TEXT, MEMBER(url), .least = 1,
	    .most = URL_MOST,
	    .help = "The application's TwiML for calls that come in, as it "
		    "would be set for the number that is dialled. Required.",
	},
	{
	    .name = "method", .type = CONTROL_CHOICE, MEMBER(method),
	    .preset = "POST", .choices = methods,
	    .help = "How it is asked for.",
	},
	{
	    .name = "from", .type = CONTROL_TEXT, MEMBER(from),
	    .preset = "+15017122661", .least = 1, .most = ADDRESS_MOST,
	    .help = "Who calls: a number, or client: or sip: and an address.",
	},
	{
	    .name = "to", .type = CONTROL_TEXT, MEMBER(to),
	    .preset = "+15558675310", .least = 1, .most = ADDRESS_MOST,
	    .help = "What is dialled.",
	},
	{
	    .name = "digits", .type = CONTROL_TEXT, MEMBER(digits),
	    .least = 0, .most = DIGITS_MOST,
	    .help = "What the caller presses at the first Gather, and at the "
		    "next ones, with ; in between: 1;22#;;3 presses nothing "
		    "at the third.",
	},
	{
	    .name = "speech", .type = CONTROL_TEXT, MEMBER(speech),
	    .least = 0, .most = DIGITS_MOST,
	    .help = "What the caller says at each Gather that takes speech, "
		    "with ; in between.",
	},
	PLACE("from_city", 0, "FromCity and CallerCity."),
	PLACE("from_state", 1, "FromState and CallerState."),
	PLACE("from_zip", 2, "FromZip and CallerZip."),
	PLACE("from_country", 3, "FromCountry and CallerCountry."),
	PLACE("to_city", 4, "ToCity and CalledCity."),
	PLACE("to_state", 5, "ToState and CalledState."),
	PLACE("to_zip", 6, "ToZip and CalledZip."),
	PLACE("to_country", 7, "ToCountry and CalledCountry."),
	{
	    .name = "hang_up_after", .type = CONTROL_SECONDS,
	    MEMBER(hang_up_after), .least = 0, .most = DAY_MS,
	    .help = "So long after it came in the caller hangs up.",
	},
	{
	    .name = "status_callback", .type = CONTROL_TEXT,
	    MEMBER(status_callback), .least = 1, .most = URL_MOST,
	    .help = "Is told when the call is over.",
	},
	{
	    .name = "status_callback_method", .type = CONTROL_CHOICE,
	    MEMBER(status_callback_method), .preset = "POST",
	    .choices = methods, .help = "How.",
	},
	{
	    .name = "wait", .type = CONTROL_BOOLEAN, MEMBER(wait),
	    .preset = "true",
	    .help = "Whether the answer waits until the call waits in the "
		    "queue, for digits or for a pause, or is over.",
	},
};

static void
answer_call(struct exchange *exchange, unsigned status, const struct call *call)
{
	struct buf out;

	buf_init(&out, ONE_MOST);
	call_put(&out, call, true);
	response_body(&exchange->response, status,
	    "application/json; charset=utf-8",
	    arena_str(&exchange->arena, buf_str(&out)));
	buf_release(&out);
	daemon_answer(call->calls->daemon, exchange);
}

static bool
check_url(struct exchange *exchange, const char *name, struct str url)
{
	struct webhook_url read;

	if (webhook_url_read(url, &exchange->arena, &read))
		return true;
	exchange_refuse(exchange, 400,
	    "%s: expected an absolute http or https URL", name);
	return false;
}

/* "+15017122661", "client:alice", "sip:alice@example.com", "anonymous" */
static bool
check_address(struct exchange *exchange, const char *name, struct str address)
{
	struct str digits = str_slice(address, 1, address.len);
	bool is_number = str_has_prefix(address, STR("+")) &&
	    digits.len >= 2 && digits.len <= 15;
	bool is_clean = true;

	for (size_t i = 0; i < address.len; i++) {
		unsigned char c = (unsigned char)address.at[i];
		is_clean = is_clean && c > ' ' && c != 127;
	}
	for (size_t i = 0; is_number && i < digits.len; i++)
		is_number = ascii_is_digit((unsigned char)digits.at[i]);
	if (is_clean && (is_number || str_is(address, "anonymous") ||
		str_has_prefix(address, STR("client:")) ||
		str_has_prefix(address, STR("sip:"))))
		return true;
	exchange_refuse(exchange, 400, "%s: expected a number such as "
	    "+15017122661, or client: or sip: and an address", name);
	return false;
}

static bool
check_digits(struct exchange *exchange, struct str digits)
{
	for (size_t i = 0; i < digits.len; i++)
		if (!str_has_byte(STR("0123456789*#;"), digits.at[i])) {
			exchange_refuse(exchange, 400,
			    "digits: expected 0 to 9, *, # and ; only");
			return false;
		}
	return true;
}

static bool
read_incoming(struct exchange *exchange, struct incoming *incoming)
{
	*incoming = (struct incoming){.hang_up_after = ROUTER_NEVER};
	if (!controls_read(incoming_controls, ARRAY_LENGTH(incoming_controls),
		&exchange->request.form, incoming, exchange))
		return false;
	if (incoming->url.at == NULL) {
		exchange_refuse(exchange, 400, "url: is required");
		return false;
	}
	return check_url(exchange, "url", incoming->url) &&
	    (incoming->status_callback.at == NULL ||
		check_url(exchange, "status_callback",
		    incoming->status_callback)) &&
	    check_address(exchange, "from", incoming->from) &&
	    check_address(exchange, "to", incoming->to) &&
	    check_digits(exchange, incoming->digits);
}

static void
fill_call(struct call *call, const struct incoming *incoming)
{
	struct arena *memory = &call->memory;

	call->is_inbound = true;
	call->status = CALL_RINGING;
	call->digits = arena_str(memory, incoming->digits);
	call->speech = arena_str(memory, incoming->speech);
	for (size_t i = 0; i < ARRAY_LENGTH(call->places); i++)
		call->places[i] = arena_str(memory, incoming->places[i]);
	call->notify = (struct call_notify){
		.url = arena_str(memory, incoming->status_callback),
		.is_get = incoming->status_callback_method != 0,
		.events = 1U << EVENT_COMPLETED,
	};
	if (incoming->hang_up_after != ROUTER_NEVER)
		call_set_due(&call->hang_up, call,
		    call->order.date + incoming->hang_up_after, call_hang_up);
}

static void
come_in(struct exchange *exchange)
{
	struct calls *calls = daemon_of(exchange)->calls;
	struct incoming incoming;

	if (!read_incoming(exchange, &incoming))
		return;
	const struct call_order order = {
		.to = incoming.to,
		.from = incoming.from,
		.date = call_now(calls),
	};
	struct call *call = calls->stopping ? NULL : call_new(calls, &order);
	if (call == NULL) {
		exchange_refuse(exchange, 503,
		    "there are as many calls as limits.calls allows");
		return;
	}
	fill_call(call, &incoming);
	call_step(call, "call", "%.*s calls %.*s", STR_ARGS(incoming.from),
	    STR_ARGS(incoming.to));
	if (incoming.wait) {
		call->waiter = exchange;
		call->waiter_since_us = clock_monotonic_us();
	}
	voice_ask(call, ASK_MAIN, incoming.url, incoming.method != 0, NULL, 0);
	if (incoming.wait)
		call_rested(call);
	else
		answer_call(exchange, 201, call);
}

void
calls_serve(struct exchange *exchange)
{
	if (exchange->request.method == METHOD_POST)
		come_in(exchange);
	else
		local_answer(exchange, 200,
		    calls_write(daemon_of(exchange)->calls, &exchange->arena));
}

/* ---- one call */

struct change_wish {
	int status;
	struct str url;
	int method;
	struct str digits;
};

static const char *const statuses[] = {"in-progress", "completed", NULL};

#undef MEMBER
#define MEMBER(name) .offset = offsetof(struct change_wish, name)

static const struct control change_controls[] = {
	{
	    .name = "status", .type = CONTROL_CHOICE, MEMBER(status),
	    .preset = "in-progress", .choices = statuses,
	    .help = "With completed the caller hangs up, or, for the call of "
		    "a Worker, the Worker.",
	},
	{
	    .name = "url", .type = CONTROL_TEXT, MEMBER(url), .least = 1,
	    .most = URL_MOST,
	    .help = "Other TwiML that the call is sent to, as an update over "
		    "Twilio's REST API does. A caller who waits leaves the "
		    "queue, and the Task is canceled with the reason "
		    "redirected.",
	},
	{
	    .name = "method", .type = CONTROL_CHOICE, MEMBER(method),
	    .preset = "POST", .choices = methods,
	    .help = "How it is asked for.",
	},
	{
	    .name = "digits", .type = CONTROL_TEXT, MEMBER(digits),
	    .least = 1, .most = DIGITS_MOST,
	    .help = "What the caller presses now, and at the next Gathers.",
	},
};

static void
change_call(struct call *call, const struct change_wish *wish)
{
	if (wish->digits.at != NULL) {
		call->digits = arena_str(&call->memory, wish->digits);
		verbs_press(call);
	}
	if (wish->url.at != NULL) {
		if (call->in_queue) {
			queue_cancel_task(call, STR("redirected"));
			legs_cancel(call->calls, call->task);
		}
		call_redirect(call, wish->url, wish->method != 0);
	}
	if (wish->status != 0)
		call_hang_up(call);
}

static void
update_call(struct exchange *exchange, struct call *call)
{
	struct change_wish wish = {0};

	if (!controls_read(change_controls, ARRAY_LENGTH(change_controls),
		&exchange->request.form, &wish, exchange) ||
	    (wish.url.at != NULL &&
		!check_url(exchange, "url", wish.url)) ||
	    !check_digits(exchange, wish.digits))
		return;
	if (call_is_over(call)) {
		exchange_refuse(exchange, 409, "the call is over");
		return;
	}
	if (wish.url.at != NULL && call->waits == WAIT_ANSWER) {
		exchange_refuse(exchange, 409, "the call rings");
		return;
	}
	change_call(call, &wish);
	call_rested(call);
	answer_call(exchange, 200, call);
}

void
calls_serve_one(struct exchange *exchange)
{
	struct calls *calls = daemon_of(exchange)->calls;
	struct call *call = call_find(calls, exchange->request.segment);

	if (call == NULL)
		exchange_refuse(exchange, 404, "there is no such call");
	else if (exchange->request.method == METHOD_POST)
		update_call(exchange, call);
	else
		answer_call(exchange, 200, call);
}

/* ---- the manual */

void
calls_write_manual(FILE *out)
{
	controls_write_manual(
	    incoming_controls, ARRAY_LENGTH(incoming_controls), out);
}

void
calls_write_manual_one(FILE *out)
{
	controls_write_manual(
	    change_controls, ARRAY_LENGTH(change_controls), out);
}
