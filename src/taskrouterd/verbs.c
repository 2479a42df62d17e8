/* SPDX-License-Identifier: MIT
 *
 * TwiML carried out. Nobody hears anything, so that Say and Play take no time;
 * Pause and Gather take theirs. What is not simulated is passed over, and the
 * transcript says so.
 * Source: https://www.twilio.com/docs/voice/twiml and the page of each verb
 */
#include "base/compat.h"

#include "taskrouterd/call.h"
#include "taskrouterd/url_reference.h"

#define ERROR_URL 11100
#define PAUSE_MOST 86400 /* s, as of all numbers here */
#define GATHER_TIMEOUT 5
#define DIGITS_MOST 4096

enum went { GOES_ON, BLOCKED };

static uint64_t
number(const struct twiml_verb *verb, const char *name, uint64_t preset)
{
	uint64_t value;

	return str_to_uint(
	           str_trim(twiml_attribute(verb, name)), PAUSE_MOST, &value)
	    ? value
	    : preset;
}

static bool
is_get(const struct twiml_verb *verb)
{
	return str_equal_nocase(twiml_attribute(verb, "method"), STR("GET"));
}

/* Asks for the next document of the track. */
static enum went
ask(struct call *call, struct str reference, bool get, const struct pair *more,
    size_t count)
{
	struct arena arena;

	arena_init(&arena, TWIML_MEMORY);
	struct str url = url_reference(
	    &arena, call->tracks[call->track].url, reference);
	if (url.at == NULL) {
		call_note(call, ERROR_URL, "a URL in the document is no http or "
		    "https URL");
		call_end(call, CALL_COMPLETED);
	} else {
		voice_ask(call,
		    call->track == TRACK_WAIT ? ASK_WAIT : ASK_MAIN, url, get,
		    more, count);
	}
	arena_release(&arena);
	return BLOCKED;
}

/* ---- Gather */

static void
wait_until(struct call *call, enum call_wait what, uint64_t seconds,
    void (*run)(struct call *call))
{
	if (call->track == TRACK_MAIN)
		call->waits = what;
	call_set_due(&call->due, call,
	    call_now(call->calls) + (int64_t)seconds * 1000, run);
}

static enum went
submit(struct call *call, const struct twiml_verb *verb, const char *name,
    struct str value)
{
	const struct pair pairs[] = {
		{name, value},
		{"Confidence", STR("1.0")},
	};
	bool is_speech = str_is(str_from(name), "SpeechResult");

	call->gather = NULL;
	call_step(call, "Gather", "%s=%.*s", name, STR_ARGS(value));
	return ask(call, twiml_attribute(verb, "action"), is_get(verb), pairs,
	    is_speech ? 2 : 1);
}

static void
gather_timeout(struct call *call)
{
	const struct twiml_verb *verb = call->gather;
	struct str keys = call->keys;
	bool is_wanted = str_equal_nocase(
	    twiml_attribute(verb, "actionOnEmptyResult"), STR("true"));

	call->keys = STR_NONE;
	if (keys.len > 0 || is_wanted) {
		(void)submit(call, verb, "Digits",
		    keys.at != NULL ? keys : STR(""));
		return;
	}
	call->gather = NULL;
	call_step(call, "Gather", "nothing was pressed");
	verbs_run(call, call->track);
}

/* What counts of the keys that are pressed. True: no more are waited for. */
static bool
read_keys(const struct twiml_verb *verb, struct str pressed, struct str *keys)
{
	struct str finish = twiml_attribute(verb, "finishOnKey");
	uint64_t most = number(verb, "numDigits", DIGITS_MOST);

	if (finish.at == NULL)
		finish = STR("#");
	for (size_t i = 0; i < pressed.len; i++) {
		*keys = str_slice(pressed, 0, i);
		if (str_has_byte(finish, pressed.at[i]))
			return true;
		*keys = str_slice(pressed, 0, i + 1);
		if (keys->len >= most)
			return true;
	}
	return false;
}

/* The next of "1;22;3": absent: there are no more. */
static struct str
take_group(struct str *rest)
{
	return rest->at != NULL ? str_cut(rest, ';') : STR_NONE;
}

static bool
takes(const struct twiml_verb *verb, const char *input)
{
	struct str given = twiml_attribute(verb, "input");

	return given.at == NULL ? str_is(STR("dtmf"), input)
				: str_contains(given, input);
}

static enum went
listen(struct call *call, const struct twiml_verb *verb)
{
	struct str said = takes(verb, "speech") ? take_group(&call->speech)
						: STR_NONE;
	struct str pressed = said.at == NULL && takes(verb, "dtmf")
	    ? take_group(&call->digits)
	    : STR_NONE;

	if (said.len > 0)
		return submit(call, verb, "SpeechResult", said);
	call->keys = STR_NONE;
	if (read_keys(verb, pressed, &call->keys) && call->keys.len > 0)
		return submit(call, verb, "Digits", call->keys);
	call->gather = verb;
	wait_until(call, WAIT_DIGITS, number(verb, "timeout", GATHER_TIMEOUT),
	    gather_timeout);
	return BLOCKED;
}

void
verbs_press(struct call *call)
{
	if (call->gather == NULL)
		return;
	call_clear_due(&call->due);
	(void)listen(call, call->gather);
}

static void
say_children(struct call *call, const struct twiml_verb *verb)
{
	for (const struct twiml_verb *child = verb->children; child != NULL;
	     child = child->next)
		if (child->is_known)
			call_step(call, child->name.at, "%.*s",
			    STR_ARGS(child->text));
}

static enum went
gather(struct call *call, const struct twiml_verb *verb)
{
	say_children(call, verb);
	return listen(call, verb);
}

/* ---- the others */

static enum went
say(struct call *call, const struct twiml_verb *verb)
{
	call_step(call, verb->name.at, "%.*s", STR_ARGS(verb->text));
	return GOES_ON;
}

static void
resume(struct call *call)
{
	verbs_run(call, call->track);
}

static enum went
pause_call(struct call *call, const struct twiml_verb *verb)
{
	uint64_t length = number(verb, "length", 1);

	call_step(call, "Pause", "%u s", (unsigned)length);
	if (length == 0)
		return GOES_ON;
	wait_until(call, WAIT_PAUSE, length, resume);
	return BLOCKED;
}

static enum went
redirect(struct call *call, const struct twiml_verb *verb)
{
	call_step(call, "Redirect", "%.*s", STR_ARGS(verb->text));
	return ask(call, verb->text, is_get(verb), NULL, 0);
}

/* While he waits it is as if the caller did it. */
static enum went
hang_up(struct call *call, const struct twiml_verb *verb)
{
	(void)verb;
	call_step(call, "Hangup", "%s", "");
	if (call->in_queue)
		call_hang_up(call);
	else
		call_end(call, CALL_COMPLETED);
	return BLOCKED;
}

static enum went
skip(struct call *call, const struct twiml_verb *verb)
{
	call_step(call, "skipped", "%.*s %.*s", STR_ARGS(verb->name),
	    STR_ARGS(verb->text));
	return GOES_ON;
}

/* Only a call that was not answered yet can be rejected. */
static enum went
reject(struct call *call, const struct twiml_verb *verb)
{
	bool is_busy = str_is(twiml_attribute(verb, "reason"), "busy");

	if (call->status != CALL_RINGING || !call->is_inbound)
		return skip(call, verb);
	call_step(call, "Reject", "%s", is_busy ? "busy" : "rejected");
	call_end(call, is_busy ? CALL_BUSY : CALL_NO_ANSWER);
	return BLOCKED;
}

static enum went
enqueue(struct call *call, const struct twiml_verb *verb)
{
	return queue_enter(call, verb) ? BLOCKED : GOES_ON;
}

static enum went
leave(struct call *call, const struct twiml_verb *verb)
{
	if (call->track != TRACK_WAIT)
		return skip(call, verb);
	call->is_leaving = true;
	return BLOCKED;
}

static void
keep_dial_action(struct call *call, const struct twiml_verb *verb)
{
	struct str action = twiml_attribute(verb, "action");

	call->dial_action_get = is_get(verb);
	call->dial_action = action.at == NULL ? STR_NONE
	    : url_reference(&call->memory, call->tracks[TRACK_MAIN].url, action);
}

static enum went
dial(struct call *call, const struct twiml_verb *verb)
{
	const struct pair failed = {"DialCallStatus", STR("failed")};
	const struct twiml_verb *queue = twiml_child(verb, "Queue");

	if (queue == NULL ||
	    twiml_attribute(queue, "reservationSid").at == NULL) {
		say_children(call, verb);
		return skip(call, verb);
	}
	keep_dial_action(call, verb);
	if (leg_dial_queue(call, queue))
		return BLOCKED;
	if (call->dial_action.at == NULL)
		return GOES_ON;
	voice_ask(call, ASK_MAIN, call->dial_action, call->dial_action_get,
	    &failed, 1);
	return BLOCKED;
}

static const struct {
	const char *name;
	enum went (*run)(struct call *call, const struct twiml_verb *verb);
	bool may_wait; /* in the document of a waitUrl.
			* Source: https://www.twilio.com/docs/voice/twiml/enqueue */
} rows[] = {
	{"Dial", dial, false},
	{"Enqueue", enqueue, false},
	{"Gather", gather, true},
	{"Hangup", hang_up, true},
	{"Leave", leave, true},
	{"Pause", pause_call, true},
	{"Play", say, true},
	{"Redirect", redirect, true},
	{"Reject", reject, false},
	{"Say", say, true},
};

static enum went
run_verb(struct call *call, const struct twiml_verb *verb)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (str_is(verb->name, rows[i].name) &&
		    (rows[i].may_wait || call->track == TRACK_MAIN))
			return rows[i].run(call, verb);
	return skip(call, verb);
}

/* It rings until the first document does something but reject it. */
static void
answer(struct call *call, const struct twiml_verb *verb)
{
	if (call->status != CALL_RINGING ||
	    (verb != NULL && str_is(verb->name, "Reject")))
		return;
	call->status = CALL_IN_PROGRESS;
	call->date_answered = call_now(call->calls);
}

static enum went
run_all(struct call *call, struct call_track *track)
{
	while (track->next != NULL) {
		const struct twiml_verb *verb = track->next;
		track->next = verb->next;
		answer(call, verb);
		if (run_verb(call, verb) == BLOCKED)
			return BLOCKED;
	}
	return GOES_ON;
}

/* The track may have been closed meanwhile; its document is there until the
 * call is no longer running. */
void
verbs_run(struct call *call, enum call_track_id id)
{
	call->is_running = true;
	call->track = id;
	answer(call, call->tracks[id].next);
	enum went went = run_all(call, &call->tracks[id]);
	call->is_running = false;
	if (call_is_over(call)) {
		track_close(call, TRACK_MAIN);
		track_close(call, TRACK_WAIT);
	} else if (call->is_leaving) {
		call->is_leaving = false;
		queue_cancel_task(call, STR("leave"));
		legs_cancel(call->calls, call->task);
		queue_leave(call, "leave");
	} else if (went == GOES_ON && id == TRACK_MAIN) {
		call_step(call, "hangup", "the document is at its end");
		call_end(call, CALL_COMPLETED);
	}
}
