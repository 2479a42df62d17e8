/* SPDX-License-Identifier: MIT
 *
 * Workers who are called by instructions, or call the queue themselves.
 * Sources: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks,
 * https://www.twilio.com/docs/taskrouter/api/reservations,
 * https://www.twilio.com/docs/voice/twiml/queue
 */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "taskrouterd/daemon.h"
#include "taskrouterd/legs.h"

#define ERROR_RESERVATION 14215
#define ERROR_NOT_ACCEPTED 14217
#define RING_PRESET 60 /* s */

/* ---- ringing */

static void
note_failure(struct call *leg, const char *why)
{
	char text[STEP_TEXT_MOST];

	(void)snprintf(text, sizeof text, "%.128s: %s",
	    leg->order.to.at != NULL ? leg->order.to.at : "", why);
	call_note(leg, leg->order.error, text);
}

void
leg_ring_ended(struct call *leg, enum call_status status)
{
	call_end(leg, status);
	if (!leg->order.accepts)
		return;
	note_failure(leg, call_status_names[status]);
	(void)call_update(leg->calls, KIND_RESERVATION, leg->order.reservation,
	    ROUTER_HOLD_FAILED, NULL, 0);
}

void
legs_cancel(struct calls *calls, struct str task)
{
	struct call *leg;

	TAILQ_FOREACH(leg, &calls->all, entry)
		if (leg->waits == WAIT_ANSWER &&
		    str_equal(leg->order.task, task))
			call_end(leg, CALL_CANCELED);
}

static void
begin_conference(struct call *leg)
{
	unsigned char bytes[16];

	chance_fill(&leg->calls->daemon->chance, CHANCE_SIDS, bytes);
	memcpy(leg->conference, "CF", 2);
	for (size_t i = 0; i < sizeof bytes; i++)
		(void)snprintf(
		    leg->conference + 2 + 2 * i, 3, "%02x", bytes[i]);
	leg_tell(leg, EVENT_JOIN, leg);
}

/* With the caller, if he waits here; else with whoever the application knows
 * by call_sid: the Worker is on the line all the same. */
static void
connect_leg(struct call *leg)
{
	struct call *caller = call_find(leg->calls, leg->order.call_sid);
	bool is_conference = str_is(leg->order.instruction, "conference");

	if (is_conference)
		begin_conference(leg);
	if (caller != NULL && caller->in_queue)
		leg_bridge(leg, caller);
	if (is_conference)
		leg_tell(leg, EVENT_START, NULL);
	leg_talk(leg);
}

static bool
answer(struct call *leg)
{
	leg->waits = WAIT_NOTHING;
	if (leg->order.accepts && !leg_accept(leg)) {
		note_failure(leg, "the Reservation is not pending any more");
		call_end(leg, CALL_CANCELED);
		return false;
	}
	leg->status = CALL_IN_PROGRESS;
	leg->date_answered = call_now(leg->calls);
	call_step(leg, "answer", "the Worker answers");
	notice_call(leg, EVENT_ANSWERED);
	if (leg->url.at != NULL)
		voice_ask(leg, ASK_MAIN, leg->url, false, NULL, 0);
	else
		connect_leg(leg);
	return true;
}

static void
rang(struct call *leg)
{
	static const enum call_status ends[] = {
		[OUTCOME_BUSY] = CALL_BUSY,
		[OUTCOME_NO_ANSWER] = CALL_NO_ANSWER,
		[OUTCOME_FAILED] = CALL_FAILED,
	};

	if (leg->outcome.kind == OUTCOME_ANSWERED)
		(void)answer(leg);
	else
		leg_ring_ended(leg, ends[leg->outcome.kind]);
}

/* Rings as long as the outcome says, and no longer than may be. False: it is
 * answered at once, and the Reservation is not pending. */
static bool
ring(struct call *leg, int64_t most_ms)
{
	struct outcome *outcome = &leg->outcome;
	int64_t now = call_now(leg->calls);

	if (outcome->kind == OUTCOME_NO_ANSWER ||
	    outcome->answer_after > most_ms) {
		outcome->kind = outcome->kind == OUTCOME_ANSWERED
		    ? OUTCOME_NO_ANSWER
		    : outcome->kind;
		outcome->answer_after = most_ms;
	}
	if (outcome->kind == OUTCOME_ANSWERED && outcome->answer_after == 0)
		return answer(leg);
	leg->waits = WAIT_ANSWER;
	call_set_due(&leg->due, leg, now + outcome->answer_after, rang);
	if (leg->order.accepts)
		leg_hold(leg, now + most_ms);
	return true;
}

/* ---- beginning */

/* "initiated,ringing", "start end", or a list of such words. */
static unsigned
read_events(struct json_object *value, unsigned preset)
{
	static const char *const names[CALL_EVENTS] = {"initiated", "ringing",
		"answered", "completed", "start", "end", "join", "leave"};
	unsigned events = 0;
	size_t count =
	    json_type(value) == JSON_ARRAY ? json_length(value) : 1;

	if (value == NULL)
		return preset;
	for (size_t i = 0; i < count; i++) {
		struct str text = json_text(json_type(value) == JSON_ARRAY
			? json_item(value, i)
			: value);
		for (size_t n = 0; n < CALL_EVENTS; n++)
			if (str_contains(text, names[n]))
				events |= 1U << n;
	}
	return events;
}

struct notify_keys {
	const char *url, *method, *events;
	bool is_get; /* by default */
	unsigned preset;
};

static void
read_notify(struct call *leg, struct json_object *parameters,
    const struct notify_keys *keys, struct call_notify *notify)
{
	struct str method = json_get_text(parameters, keys->method);

	notify->url =
	    arena_str(&leg->memory, json_get_text(parameters, keys->url));
	if (notify->url.len == 0)
		notify->url = STR_NONE;
	notify->is_get = method.at != NULL
	    ? str_equal_nocase(method, STR("GET"))
	    : keys->is_get;
	notify->events =
	    read_events(json_get(parameters, keys->events), keys->preset);
}

/* dequeue tells by GET, as its page says; for call no method is documented, so
 * that it is that of the Calls API; a conference says it itself. */
static void
read_parameters(struct call *leg, struct json_object *parameters)
{
	static const struct notify_keys of_conference = {
		"conference_status_callback",
		"conference_status_callback_method",
		"conference_status_callback_event", false,
		1U << EVENT_START | 1U << EVENT_END};
	static const struct notify_keys of_participant = {"status_callback",
		"status_callback_method", "status_callback_event", false,
		1U << EVENT_COMPLETED};
	struct notify_keys of_call = {"status_callback_url", "",
		"status_callback_events",
		str_is(leg->order.instruction, "dequeue"),
		1U << EVENT_COMPLETED};

	if (str_is(leg->order.instruction, "conference")) {
		read_notify(leg, parameters, &of_participant, &leg->notify);
		read_notify(leg, parameters, &of_conference,
		    &leg->notify_conference);
	} else {
		read_notify(leg, parameters, &of_call, &leg->notify);
	}
	leg->post_work = arena_str(&leg->memory,
	    json_get_text(parameters, "post_work_activity_sid"));
	if (str_is(leg->order.instruction, "call"))
		leg->url = arena_str(
		    &leg->memory, json_get_text(parameters, "url"));
	leg->end_on_exit =
	    json_boolean(json_get(parameters, "end_conference_on_exit"));
	leg->end_on_customer_exit = json_boolean(
	    json_get(parameters, "end_conference_on_customer_exit"));
}

static int64_t
ring_most_ms(struct json_object *parameters)
{
	struct json_object *timeout = json_get(parameters, "timeout");
	uint64_t seconds = RING_PRESET;

	if (json_type(timeout) == JSON_INTEGER && json_integer(timeout) > 0)
		return json_integer(timeout) * 1000;
	return str_to_uint(json_text(timeout), 999, &seconds) && seconds > 0
	    ? (int64_t)seconds * 1000
	    : (int64_t)RING_PRESET * 1000;
}

bool
leg_begin(struct call *leg, struct json_object *parameters)
{
	struct calls *calls = leg->calls;

	read_parameters(leg, parameters);
	leg->status = CALL_RINGING;
	leg->outcome = outcomes_pick(
	    &calls->outcomes, leg->order.to, leg->order.instruction);
	call_step(leg, "dial", "%.*s", STR_ARGS(leg->order.to));
	notice_call(leg, EVENT_INITIATED);
	notice_call(leg, EVENT_RINGING);
	if (!ring(leg, ring_most_ms(parameters)))
		return false;
	leg_name(leg);
	return true;
}

/* ---- <Dial><Queue> */

static void
become_leg(struct call *call, const struct reservation *reservation,
    const struct twiml_verb *queue)
{
	struct call_order *order = &call->order;
	const struct {
		struct str *to;
		const char *sid;
	} texts[] = {
		{&order->reservation, reservation->object.sid},
		{&order->task, reservation->task->object.sid},
		{&order->worker, reservation->worker->object.sid},
		{&order->workspace,
		    reservation->object.workspace->object.sid},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		*texts[i].to =
		    arena_str(&call->memory, str_from(texts[i].sid));
	call->post_work = arena_str(&call->memory,
	    twiml_attribute(queue, "postWorkActivitySid"));
	if (call->is_inbound)
		call->outcome = (struct outcome){.talk = ROUTER_NEVER};
}

bool
leg_dial_queue(struct call *call, const struct twiml_verb *queue)
{
	struct str sid = str_trim(twiml_attribute(queue, "reservationSid"));
	struct reservation *reservation =
	    (struct reservation *)(void *)call_object(
		call->calls, KIND_RESERVATION, sid);

	if (reservation == NULL) {
		call_note(call, ERROR_RESERVATION,
		    "reservationSid: there is no such Reservation");
		return false;
	}
	struct call *caller = queue_find(
	    call->calls, str_from(reservation->task->object.sid));
	become_leg(call, reservation, queue);
	if (caller == NULL || calls_is_held(call->calls, sid) ||
	    !leg_accept(call)) {
		call_note(call, ERROR_NOT_ACCEPTED, caller == NULL
			? "nobody waits in the queue for this Reservation"
			: "the Reservation is not pending");
		return false;
	}
	leg_name(call);
	call->is_dialling = true;
	leg_bridge(call, caller);
	leg_talk(call);
	return true;
}
