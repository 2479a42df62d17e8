/* SPDX-License-Identifier: MIT
 *
 * Status callbacks: those of one call go out one by one.
 * Sources: https://www.twilio.com/docs/voice/api/call-resource#statuscallback,
 * https://www.twilio.com/docs/voice/api/conference-resource,
 * https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks
 */
#include "base/compat.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "taskrouterd/call.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/outgoing.h"

/* As a voice webhook. */
#define TIMEOUT_MS 15000
#define ANSWER_MOST ((size_t)64 * 1024)
/* A form, and its text. */
#define NOTICE_MEMORY ((size_t)64 * 1024)
#define PAIRS_MOST 8
#define NOTICES_MOST 100 /* of one call that wait */

struct call_notice {
	STAILQ_ENTRY(call_notice) entry;
	struct call *call; /* stays while it has notices */
	struct str url;
	bool is_get;
	struct form form;
	struct arena arena;
};

static const char *const event_names[] = {
	[EVENT_INITIATED] = "initiated",
	[EVENT_RINGING] = "ringing",
	[EVENT_ANSWERED] = "in-progress",
	[EVENT_COMPLETED] = "completed",
	[EVENT_START] = "conference-start",
	[EVENT_END] = "conference-end",
	[EVENT_JOIN] = "participant-join",
	[EVENT_LEAVE] = "participant-leave",
};

/* ---- sending */

static void
drop(struct call_notice *notice)
{
	struct call *call = notice->call;

	STAILQ_REMOVE(&call->notices, notice, call_notice, entry);
	call->notice_count--;
	call->calls->in_hand--;
	arena_wipe(&notice->arena);
	free(notice);
}

void
notices_free(struct call *call)
{
	while (!STAILQ_EMPTY(&call->notices))
		drop(STAILQ_FIRST(&call->notices));
}

static bool
compose(void *context, struct arena *arena, struct form *form)
{
	const struct call_notice *notice = context;

	(void)arena;
	*form = notice->form;
	return true;
}

static void send_first(struct call *call);

static void
done(void *context, const struct webhook_result *result)
{
	struct call_notice *notice = context;
	struct call *call = notice->call;
	const struct debugger_note note = {
		.workspace = call->order.workspace,
		.task = call->order.task,
		.worker = call->order.worker,
		.reservation = call->order.reservation,
		.url = notice->url,
	};

	outgoing_note_overrides(call->calls->daemon, note, result);
	if (result->outcome != WEBHOOK_ABANDONED &&
	    (result->outcome != WEBHOOK_ANSWERED ||
		result->status / 100 != 2))
		outgoing_note_failure(call->calls->daemon, note, result);
	drop(notice);
	send_first(call);
}

static void
send_first(struct call *call)
{
	struct calls *calls = call->calls;
	unsigned char bytes[16];
	char sid[ROUTER_SID + 1] = "RQ", token[OUTGOING_TOKEN_SIZE];

	while (!STAILQ_EMPTY(&call->notices)) {
		struct call_notice *notice = STAILQ_FIRST(&call->notices);
		chance_fill(&calls->daemon->chance, CHANCE_REQUESTS, bytes);
		for (size_t i = 0; i < sizeof bytes; i++)
			(void)snprintf(sid + 2 + 2 * i, 3, "%02x", bytes[i]);
		const struct webhook_request request = {
			.url = notice->url,
			.token = outgoing_token(str_from(sid), token),
			.timeout_ms = TIMEOUT_MS,
			.answer_limit = ANSWER_MOST,
			.is_get = notice->is_get,
			.compose = compose,
			.done = done,
			.context = notice,
		};
		if (!calls->stopping && outgoing_send(calls->daemon,
			calls->client, OUTGOING_STATUS, &request))
			return;
		drop(notice);
	}
}

/* Takes the notice over. */
static void
post(struct call *call, struct call_notice *notice)
{
	bool is_first = STAILQ_EMPTY(&call->notices);

	STAILQ_INSERT_TAIL(&call->notices, notice, entry);
	call->notice_count++;
	call->calls->in_hand++;
	if (is_first)
		send_first(call);
}

static struct call_notice *
make_notice(struct call *call, const struct call_notify *notify)
{
	struct call_notice *notice = call->notice_count < NOTICES_MOST
	    ? calloc(1, sizeof *notice)
	    : NULL;

	if (notice == NULL)
		return NULL;
	notice->call = call;
	notice->is_get = notify->is_get;
	arena_init(&notice->arena, NOTICE_MEMORY);
	notice->url = arena_str(&notice->arena, notify->url);
	return notice;
}

static void
post_or_free(struct call *call, struct call_notice *notice)
{
	if (!notice->arena.overflow) {
		post(call, notice);
		return;
	}
	arena_release(&notice->arena);
	free(notice);
}

/* "Tue, 31 Mar 2026 08:00:00 +0000" (RFC 5322). */
static struct str
timestamp(struct arena *arena, int64_t ms)
{
	static const char *const days[] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm = {0};

	if (gmtime_r(&seconds, &tm) == NULL)
		return STR("");
	return arena_format(arena, "%s, %02d %s %04d %02d:%02d:%02d +0000",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static struct str
number(struct arena *arena, int64_t value)
{
	return arena_format(arena, "%" PRId64, value);
}

/* ---- of calls */

/* Since it was answered, in pieces of which the last has begun. */
static struct str
duration(struct arena *arena, const struct call *call, int64_t piece_ms)
{
	int64_t ms = call->date_answered == ROUTER_NEVER ||
		call->date_ended == ROUTER_NEVER
	    ? 0
	    : call->date_ended - call->date_answered;

	return number(arena, (ms + piece_ms - 1) / piece_ms);
}

/* What happened, which is a status, too: the event completed comes with busy
 * as well. */
static struct str
status_of(const struct call *call, enum call_event event)
{
	return event == EVENT_COMPLETED
	    ? str_from(call_status_names[call->status])
	    : str_from(event_names[event]);
}

static void
set_status(struct form *form, struct str status)
{
	for (size_t i = 0; i < form->count; i++)
		if (str_is(form->fields[i].name, "CallStatus"))
			form->fields[i].value = status;
}

/* What comes besides the usual parameters: CallDuration, in seconds, and
 * Duration, in minutes, only when it is over. */
static size_t
fill_pairs(const struct call *call, enum call_event event, struct arena *arena,
    int64_t sequence, struct pair pairs[PAIRS_MOST])
{
	size_t count = 0;

	pairs[count++] = (struct pair){
		"Timestamp", timestamp(arena, call_now(call->calls))};
	pairs[count++] = (struct pair){
		"CallbackSource", STR("call-progress-events")};
	pairs[count++] =
	    (struct pair){"SequenceNumber", number(arena, sequence)};
	if (!call->is_inbound)
		pairs[count++] =
		    (struct pair){"taskCallSid", call->order.call_sid};
	if (event != EVENT_COMPLETED)
		return count;
	pairs[count++] =
	    (struct pair){"CallDuration", duration(arena, call, 1000)};
	pairs[count++] =
	    (struct pair){"Duration", duration(arena, call, 60000)};
	return count;
}

void
notice_call(struct call *call, enum call_event event)
{
	struct pair pairs[PAIRS_MOST];

	if (call->notify.url.at == NULL ||
	    (call->notify.events & 1U << event) == 0)
		return;
	struct call_notice *notice = make_notice(call, &call->notify);
	if (notice == NULL)
		return;
	size_t count = fill_pairs(call, event, &notice->arena,
	    (int64_t)call->notice_sequence++, pairs);
	/* What does not fit the arena is not sent: see post_or_free. */
	(void)voice_parameters(
	    call, &notice->arena, &notice->form, pairs, count);
	set_status(&notice->form, status_of(call, event));
	post_or_free(call, notice);
}

/* ---- of conferences */

static void
add(struct form *form, const char *name, struct str value)
{
	form->fields[form->count++] = (struct form_field){
		str_from(name), value.at != NULL ? value : STR("")};
}

static void
add_participant(struct form *form, const struct call *leg,
    const struct call *participant)
{
	bool is_worker = participant == leg;
	bool ends = is_worker ? leg->end_on_exit : leg->end_on_customer_exit;

	add(form, "CallSid", str_from(participant->sid));
	add(form, "Muted", STR("false"));
	add(form, "Hold", STR("false"));
	add(form, "Coaching", STR("false"));
	add(form, "EndConferenceOnExit", ends ? STR("true") : STR("false"));
	add(form, "StartConferenceOnEnter", STR("true"));
}

void
notice_conference(struct call *leg, enum call_event event,
    const struct call *participant, const struct pair *more, size_t count)
{
	const struct call_notify *notify = &leg->notify_conference;
	uint64_t sequence = ++leg->conference_sequence;

	call_step(leg, "conference", "%s", event_names[event]);
	if (notify->url.at == NULL || (notify->events & 1U << event) == 0)
		return;
	struct call_notice *notice = make_notice(leg, notify);
	if (notice == NULL)
		return;
	struct arena *arena = &notice->arena;
	struct form *form = &notice->form;
	form->fields = arena_array(arena, VOICE_FIELDS, sizeof *form->fields);
	if (form->fields != NULL) {
		add(form, "ConferenceSid", str_from(leg->conference));
		add(form, "FriendlyName", leg->order.task);
		add(form, "AccountSid",
		    leg->calls->daemon->settings->account_sid);
		add(form, "SequenceNumber", number(arena, (int64_t)sequence));
		add(form, "Timestamp",
		    timestamp(arena, call_now(leg->calls)));
		add(form, "StatusCallbackEvent", str_from(event_names[event]));
		if (participant != NULL)
			add_participant(form, leg, participant);
		for (size_t i = 0; i < count; i++)
			add(form, more[i].name,
			    arena_str(arena, more[i].value));
	}
	post_or_free(leg, notice);
}
