/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/twiml.h"

#include <expat.h>
#include <string.h>

#include "base/buf.h"

/* An element that has begun and not ended. */
struct open_verb {
	struct twiml_verb *verb;
	struct twiml_verb *last; /* of its children */
	struct buf text;
};

struct reading {
	XML_Parser parser;
	struct arena *arena;
	struct twiml *twiml;
	struct err *err;
	struct open_verb open[TWIML_DEPTH];
	size_t depth;
	size_t count;
	bool stopped;
};

/* What may stand where, and the attributes of what is carried out; NULL: any.
 * Sources: https://www.twilio.com/docs/voice/twiml, …/gather, …/enqueue,
 * …/queue, …/redirect, …/pause, …/reject, …/say, …/play, …/dial */
static const struct schema_row {
	const char *parent;
	const char *name;
	const char *attributes;
} schema[] = {
	{"Response", "Connect", NULL},
	{"Response", "Dial",
	    " action answerOnBridge callerId callReason events hangupOnStar "
	    "method record recordingStatusCallback "
	    "recordingStatusCallbackEvent recordingStatusCallbackMethod "
	    "recordingTrack referMethod referUrl ringTone sequential "
	    "timeLimit timeout trim "},
	{"Response", "Echo", NULL},
	{"Response", "Enqueue",
	    " action maxQueueSize method waitUrl waitUrlMethod workflowSid "},
	{"Response", "Gather",
	    " action actionOnEmptyResult bargeIn debug enhanced finishOnKey "
	    "hints input language maxSpeechTime method numDigits "
	    "partialResultCallback partialResultCallbackMethod "
	    "profanityFilter speechModel speechTimeout timeout "},
	{"Response", "Hangup", " "},
	{"Response", "Leave", " "},
	{"Response", "Pause", " length "},
	{"Response", "Pay", NULL},
	{"Response", "Play", " digits loop "},
	{"Response", "Prompt", NULL},
	{"Response", "Record", NULL},
	{"Response", "Redirect", " method "},
	{"Response", "Refer", NULL},
	{"Response", "Reject", " reason "},
	{"Response", "Say", " language loop voice "},
	{"Response", "Sms", NULL},
	{"Response", "Start", NULL},
	{"Response", "Stop", NULL},
	{"Gather", "Pause", " length "},
	{"Gather", "Play", " digits loop "},
	{"Gather", "Say", " language loop voice "},
	{"Enqueue", "Task", " priority timeout "},
	{"Enqueue", "TaskAttributes", " priority timeout "},
	{"Dial", "Application", NULL},
	{"Dial", "Client", NULL},
	{"Dial", "Conference", NULL},
	{"Dial", "Number", NULL},
	{"Dial", "Queue",
	    " method postWorkActivitySid reservationSid url "},
	{"Dial", "Sim", NULL},
	{"Dial", "Sip", NULL},
	{"Dial", "WhatsApp", NULL},
};

static void
stop(struct reading *reading, const char *why)
{
	XML_Parser parser = reading->parser;

	if (reading->stopped)
		return;
	reading->stopped = true;
	/* Of no text at all it says -1. */
	XML_Index at = XML_GetCurrentByteIndex(parser);
	err_set(reading->err, at > 0 ? (size_t)at : 0,
	    "line %lu, column %lu: %s",
	    (unsigned long)XML_GetCurrentLineNumber(parser),
	    (unsigned long)XML_GetCurrentColumnNumber(parser) + 1, why);
	(void)XML_StopParser(parser, XML_FALSE);
}

static void
warn(struct reading *reading, struct str warning)
{
	struct twiml *twiml = reading->twiml;

	if (twiml->warning_count < TWIML_WARNINGS && warning.at != NULL)
		twiml->warnings[twiml->warning_count++] = warning;
}

static const struct schema_row *
find_row(struct str parent, struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(schema); i++)
		if (str_is(parent, schema[i].parent) &&
		    str_is(name, schema[i].name))
			return &schema[i];
	return NULL;
}

static bool
takes_children(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(schema); i++)
		if (str_is(name, schema[i].parent))
			return true;
	return false;
}

static void
check_attributes(struct reading *reading, const struct twiml_verb *verb,
    const struct schema_row *row)
{
	for (size_t i = 0; i < verb->attribute_count; i++) {
		struct str name = verb->attributes[i].name;
		struct str word = arena_format(
		    reading->arena, " %.*s ", STR_ARGS(name));
		if (word.at == NULL || strstr(row->attributes, word.at) != NULL)
			continue;
		warn(reading, arena_format(reading->arena,
		    "line %lu: %s has no attribute %.64s",
		    (unsigned long)XML_GetCurrentLineNumber(reading->parser),
		    row->name, name.at));
	}
}

/* Whatever is in a verb that is not carried out is not looked at. */
static void
check_schema(struct reading *reading, const struct twiml_verb *parent,
    struct twiml_verb *verb)
{
	struct str place = parent != NULL ? parent->name : STR("Response");
	const struct schema_row *row = find_row(place, verb->name);

	verb->is_known = row != NULL;
	if (row != NULL && row->attributes != NULL)
		check_attributes(reading, verb, row);
	if (row == NULL && takes_children(place))
		warn(reading, arena_format(reading->arena,
		    "line %lu: %.64s cannot be in %.64s",
		    (unsigned long)XML_GetCurrentLineNumber(reading->parser),
		    verb->name.at, place.at));
}

static bool
read_attributes(struct reading *reading, struct twiml_verb *verb,
    const XML_Char **pairs)
{
	size_t count = 0;

	while (pairs[2 * count] != NULL)
		count++;
	verb->attributes =
	    arena_array(reading->arena, count, sizeof *verb->attributes);
	if (verb->attributes == NULL)
		return count == 0;
	verb->attribute_count = count;
	for (size_t i = 0; i < count; i++) {
		verb->attributes[i].name =
		    arena_str(reading->arena, str_from(pairs[2 * i]));
		verb->attributes[i].value =
		    arena_str(reading->arena, str_from(pairs[2 * i + 1]));
		if (verb->attributes[i].value.at == NULL)
			return false;
	}
	return true;
}

static struct twiml_verb *
make_verb(struct reading *reading, const XML_Char *name, const XML_Char **pairs)
{
	struct twiml_verb *verb = arena_alloc(reading->arena, sizeof *verb);

	if (verb == NULL)
		return NULL;
	verb->name = arena_str(reading->arena, str_from(name));
	return verb->name.at != NULL && read_attributes(reading, verb, pairs)
	    ? verb
	    : NULL;
}

static void
append(struct reading *reading, struct twiml_verb *verb)
{
	struct open_verb *parent = &reading->open[reading->depth - 1];
	struct twiml_verb **first = parent->verb != NULL
	    ? &parent->verb->children
	    : &reading->twiml->verbs;

	check_schema(reading, parent->verb, verb);
	if (parent->last == NULL)
		*first = verb;
	else
		parent->last->next = verb;
	parent->last = verb;
}

static void
begin_element(void *context, const XML_Char *name, const XML_Char **pairs)
{
	struct reading *reading = context;
	struct open_verb *open = &reading->open[reading->depth];
	struct twiml_verb *verb = NULL;

	if (reading->stopped)
		return;
	if (reading->depth == 0 && strcmp(name, "Response") != 0) {
		stop(reading, "expected the element Response");
		return;
	}
	if (reading->depth == TWIML_DEPTH || ++reading->count > TWIML_VERBS) {
		stop(reading, reading->depth == TWIML_DEPTH
			? "elements stand in each other too deeply"
			: "there are too many elements");
		return;
	}
	if (reading->depth > 0) {
		verb = make_verb(reading, name, pairs);
		if (verb == NULL) {
			stop(reading, "the document is too large");
			return;
		}
		append(reading, verb);
	}
	*open = (struct open_verb){.verb = verb};
	buf_init(&open->text, TWIML_LENGTH);
	reading->depth++;
}

static void
end_element(void *context, const XML_Char *name)
{
	struct reading *reading = context;

	(void)name;
	if (reading->stopped)
		return;
	struct open_verb *open = &reading->open[--reading->depth];
	if (open->verb != NULL)
		open->verb->text = arena_str(
		    reading->arena, str_trim(buf_str(&open->text)));
	if (open->text.failed || reading->arena->overflow)
		stop(reading, "the document is too large");
	buf_release(&open->text);
}

static void
take_text(void *context, const XML_Char *text, int length)
{
	struct reading *reading = context;

	if (!reading->stopped && reading->depth > 0)
		buf_add(&reading->open[reading->depth - 1].text, text,
		    (size_t)length);
}

static void
refuse_doctype(void *context, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int has_internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_internal;
	stop(context, "TwiML has no document type declaration");
}

static bool
parse(struct reading *reading, struct str text)
{
	XML_Parser parser = reading->parser;

	XML_SetUserData(parser, reading);
	XML_SetElementHandler(parser, begin_element, end_element);
	XML_SetCharacterDataHandler(parser, take_text);
	XML_SetStartDoctypeDeclHandler(parser, refuse_doctype);
	if (XML_Parse(parser, text.at, (int)text.len, XML_TRUE) ==
	    XML_STATUS_OK)
		return !reading->stopped;
	if (!reading->stopped)
		stop(reading, XML_ErrorString(XML_GetErrorCode(parser)));
	while (reading->depth > 0)
		buf_release(&reading->open[--reading->depth].text);
	return false;
}

bool
twiml_read(
    struct str text, struct arena *arena, struct twiml *twiml, struct err *err)
{
	struct reading reading = {.arena = arena, .twiml = twiml, .err = err};

	*twiml = (struct twiml){0};
	if (text.len > TWIML_LENGTH)
		return err_set(err, TWIML_LENGTH,
		    "the document has more than %zu bytes", TWIML_LENGTH);
	reading.parser = XML_ParserCreate(NULL);
	if (reading.parser == NULL)
		return err_set(err, 0, "no memory for the document");
	bool read = parse(&reading, text);
	XML_ParserFree(reading.parser);
	return read;
}

struct str
twiml_attribute(const struct twiml_verb *verb, const char *name)
{
	for (size_t i = 0; i < verb->attribute_count; i++)
		if (str_is(verb->attributes[i].name, name))
			return verb->attributes[i].value;
	return STR_NONE;
}

const struct twiml_verb *
twiml_child(const struct twiml_verb *verb, const char *name)
{
	for (const struct twiml_verb *child = verb->children; child != NULL;
	     child = child->next)
		if (str_is(child->name, name))
			return child;
	return NULL;
}
