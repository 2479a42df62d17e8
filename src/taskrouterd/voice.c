/* SPDX-License-Identifier: MIT
 *
 * Requests for TwiML.
 * Source: https://www.twilio.com/docs/voice/twiml#request-parameters
 */
#include "base/compat.h"

#include <stdlib.h>
#include <string.h>

#include "taskrouterd/call.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/outgoing.h"
#include "twilio/webhook_url.h"

#define ERROR_DOCUMENT 12100
#define ERROR_SCHEMA 12200
#define ERROR_CONTENT_TYPE 12300
#define ERROR_REDIRECTS 11215
#define ERROR_LENGTH 11750
/* Of a voice webhook.
 * Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides */
#define TIMEOUT_MS 15000
/* An answer beyond TWIML_LENGTH is told to be one; beyond this it is broken
 * off. */
#define ANSWER_MOST (2 * TWIML_LENGTH)

/* A request under way. */
struct asking {
	LIST_ENTRY(asking) entry;
	struct call *call; /* stays while it has requests */
	enum asking_for what;
	uint64_t ticket;
	bool is_get;
	struct str url;
	struct form form;
	struct arena arena;
};

/* In the order of call.places. */
static const char *const places[] = {"City", "State", "Zip", "Country"};

static void
add(struct form *form, const char *name, struct str value)
{
	form->fields[form->count++] = (struct form_field){
		str_from(name), value.at != NULL ? value : STR("")};
}

/* From… and Caller…, or To… and Called…. */
static void
add_places(const struct call *call, struct arena *arena, struct form *form,
    const char *side, size_t first)
{
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		struct str name =
		    arena_format(arena, "%s%s", side, places[i]);
		add(form, name.at != NULL ? name.at : "", call->places[first + i]);
	}
}

bool
voice_parameters(const struct call *call, struct arena *arena,
    struct form *form, const struct pair *more, size_t count)
{
	const struct call_order *order = &call->order;
	const char *status = call_status_names[call->status];

	*form = (struct form){
		arena_array(arena, VOICE_FIELDS, sizeof *form->fields), 0};
	if (form->fields == NULL)
		return false;
	add(form, "CallSid", str_from(call->sid));
	add(form, "AccountSid", call->calls->daemon->settings->account_sid);
	add(form, "From", order->from);
	add(form, "To", order->to);
	add(form, "Caller", order->from);
	add(form, "Called", order->to);
	add(form, "CallStatus", str_from(status));
	add(form, "Direction",
	    call->is_inbound ? STR("inbound") : STR("outbound-api"));
	add(form, "ApiVersion", STR("2010-04-01"));
	if (call->is_inbound) {
		add_places(call, arena, form, "From", 0);
		add_places(call, arena, form, "Caller", 0);
		add_places(call, arena, form, "To", ARRAY_LENGTH(places));
		add_places(call, arena, form, "Called", ARRAY_LENGTH(places));
	}
	for (size_t i = 0; i < count && form->count < VOICE_FIELDS; i++)
		add(form, more[i].name, arena_str(arena, more[i].value));
	return !arena->overflow;
}

/* ---- what comes back */

void
track_close(struct call *call, enum call_track_id id)
{
	struct call_track *track = &call->tracks[id];

	track->ticket++;
	track->is_asked = false;
	track->next = NULL;
	track->document = (struct twiml){0};
	track->url = STR_NONE;
	arena_wipe(&track->arena);
}

static void
forget(struct asking *asking)
{
	LIST_REMOVE(asking, entry);
	asking->call->calls->in_hand--;
	asking->call->requests--;
	arena_wipe(&asking->arena);
	free(asking);
}

void
askings_free(struct calls *calls)
{
	while (!LIST_EMPTY(&calls->askings))
		forget(LIST_FIRST(&calls->askings));
}

static struct debugger_note
note_of(const struct asking *asking)
{
	const struct call *call = asking->call;

	return (struct debugger_note){
		.workspace = call->order.workspace,
		.task = call->task.at != NULL ? call->task : call->order.task,
		.worker = call->order.worker,
		.reservation = call->order.reservation,
		.url = asking->url,
	};
}

static bool
type_is(struct str content_type, const char *const *types)
{
	struct str rest = content_type;
	struct str type = str_trim(str_cut(&rest, ';'));

	for (; *types != NULL; types++)
		if (str_equal_nocase(type, str_from(*types)))
			return true;
	return false;
}

/* What is text is said, what is sound is played.
 * Source: https://www.twilio.com/docs/voice/twiml#data-formats */
static struct twiml_verb *
verb_of_other(struct call_track *track, const struct webhook_result *result)
{
	static const char *const texts[] = {"text/plain", NULL};
	static const char *const sounds[] = {"audio/mpeg", "audio/wav",
		"audio/wave", "audio/x-wav", "audio/aiff", "audio/x-aifc",
		"audio/x-aiff", "audio/x-gsm", "audio/gsm", "audio/ulaw", NULL};
	bool is_text = type_is(result->content_type, texts);
	struct twiml_verb *verb = arena_alloc(&track->arena, sizeof *verb);

	if (verb == NULL ||
	    (!is_text && !type_is(result->content_type, sounds)))
		return NULL;
	verb->is_known = true;
	verb->name = is_text ? STR("Say") : STR("Play");
	verb->text = is_text ? arena_str(&track->arena, result->body)
			     : track->url;
	return verb;
}

static bool
refuse(struct asking *asking, const struct webhook_result *result,
    unsigned code, const char *text)
{
	outgoing_note(asking->call->calls->daemon, note_of(asking), result,
	    code, text);
	call_step(asking->call, "error", "%u: %s", code, text);
	return false;
}

/* Makes the answer the track's document. */
static bool
take_document(struct asking *asking, struct call_track *track,
    const struct webhook_result *result)
{
	static const char *const types[] = {
		"text/xml", "application/xml", "text/html", NULL};
	struct err err;

	if (result->status == 204)
		return true;
	if (result->body.len > TWIML_LENGTH)
		return refuse(asking, result, ERROR_LENGTH,
		    "the answer has more than 64 KiB");
	if (!type_is(result->content_type, types)) {
		track->document.verbs = verb_of_other(track, result);
		return track->document.verbs != NULL ||
		    refuse(asking, result, ERROR_CONTENT_TYPE,
			"expected Content-Type text/xml");
	}
	if (!twiml_read(
		result->body, &track->arena, &track->document, &err))
		return refuse(asking, result, ERROR_DOCUMENT, err.text);
	for (size_t i = 0; i < track->document.warning_count; i++)
		(void)refuse(asking, result, ERROR_SCHEMA,
		    track->document.warnings[i].at);
	return true;
}

/* The application has no document for the call. Who waits in the queue goes on
 * waiting; else the call is over, as where Twilio says that an application
 * error has occurred. */
static void
give_up(struct call *call, enum asking_for what)
{
	if (what != ASK_MAIN)
		return;
	call_end(call, call->is_inbound && call->status == CALL_RINGING
		? CALL_FAILED
		: CALL_COMPLETED);
}

static void
take_answer(struct asking *asking, const struct webhook_result *result)
{
	enum call_track_id id =
	    asking->what == ASK_WAIT ? TRACK_WAIT : TRACK_MAIN;
	struct call *call = asking->call;
	struct call_track *track = &call->tracks[id];
	bool answered = result->outcome == WEBHOOK_ANSWERED &&
	    result->status / 100 == 2;

	if (result->outcome != WEBHOOK_ABANDONED && !answered) {
		outgoing_note_failure(
		    call->calls->daemon, note_of(asking), result);
		struct str shown =
		    webhook_url_shown(asking->url, &asking->arena);
		call_step(call, "error", "no document: %.*s", STR_ARGS(shown));
	}
	if (asking->what == ASK_NOTHING || track->ticket != asking->ticket)
		return;
	track_close(call, id);
	track->url = arena_str(&track->arena, asking->url);
	if (!answered || track->url.at == NULL ||
	    !take_document(asking, track, result)) {
		give_up(call, asking->what);
		return;
	}
	track->next = track->document.verbs;
	verbs_run(call, id);
}

static void
done(void *context, const struct webhook_result *result)
{
	struct asking *asking = context;
	struct call *call = asking->call;

	outgoing_note_overrides(
	    call->calls->daemon, note_of(asking), result);
	take_answer(asking, result);
	forget(asking);
	call_rested(call);
}

/* ---- what is sent */

static bool
compose(void *context, struct arena *arena, struct form *form)
{
	const struct asking *asking = context;

	(void)arena;
	*form = asking->form;
	return true;
}

static bool
send_asking(struct asking *asking)
{
	struct calls *calls = asking->call->calls;
	unsigned char bytes[16];
	char sid[ROUTER_SID + 1], token[OUTGOING_TOKEN_SIZE];

	chance_fill(&calls->daemon->chance, CHANCE_REQUESTS, bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		(void)snprintf(sid + 2 + 2 * i, 3, "%02x", bytes[i]);
	memcpy(sid, "RQ", 2);
	const struct webhook_request request = {
		.url = asking->url,
		.token = outgoing_token(str_from(sid), token),
		.timeout_ms = TIMEOUT_MS,
		.answer_limit = ANSWER_MOST,
		.is_get = asking->is_get,
		.compose = compose,
		.done = done,
		.context = asking,
	};
	return outgoing_send(
	    calls->daemon, calls->client, OUTGOING_VOICE, &request);
}

static void
start(struct call *call, enum asking_for what, struct str url, bool is_get,
    const struct pair *more, size_t count)
{
	struct asking *asking = calloc(1, sizeof *asking);

	if (asking == NULL) {
		give_up(call, what);
		return;
	}
	asking->call = call;
	asking->what = what;
	asking->is_get = is_get;
	arena_init(&asking->arena, TWIML_MEMORY);
	asking->url = arena_str(&asking->arena, url);
	LIST_INSERT_HEAD(&call->calls->askings, asking, entry);
	call->calls->in_hand++;
	call->requests++;
	if (what != ASK_NOTHING) {
		struct call_track *track = &call->tracks[
		    what == ASK_WAIT ? TRACK_WAIT : TRACK_MAIN];
		asking->ticket = ++track->ticket;
		track->is_asked = true;
		call->documents++;
	}
	if (asking->url.at != NULL &&
	    voice_parameters(
		call, &asking->arena, &asking->form, more, count) &&
	    send_asking(asking))
		return;
	if (what != ASK_NOTHING)
		call->tracks[what == ASK_WAIT].is_asked = false;
	forget(asking);
	give_up(call, what);
}

void
voice_ask(struct call *call, enum asking_for what, struct str url, bool is_get,
    const struct pair *more, size_t count)
{
	if (call->calls->stopping)
		return;
	if (what != ASK_NOTHING && call->documents == DOCUMENTS_MOST) {
		call_note(call, ERROR_REDIRECTS,
		    "the call has asked for 100 documents");
		call_end(call, CALL_COMPLETED);
		return;
	}
	if (what == ASK_MAIN) {
		call->waits = WAIT_DOCUMENT;
		call_clear_due(&call->due);
		call->said_status =
		    str_from(call_status_names[call->status]);
	}
	start(call, what, url, is_get, more, count);
}
