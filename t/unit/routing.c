/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "routing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "router/field.h"
#include "router/state.h"
#include "tap.h"

#define CHANGES_MOST 16 /* parameters of a request */

static void mistake(const char *what, struct str where)
    __attribute__((noreturn));

static void
mistake(const char *what, struct str where)
{
	printf("Bail out! %s: %.*s\n", what, STR_ARGS(where));
	exit(2);
}

/* ---- the router */

static void
count_sids(void *context, unsigned char bytes[16])
{
	struct routing *routing = context;
	uint64_t count = ++routing->sids;

	memset(bytes, 0, 16);
	for (size_t i = 16; count > 0; count >>= 8)
		bytes[--i] = (unsigned char)(count & 255);
}

struct router_options
routing_options(struct routing *routing)
{
	return (struct router_options){
	    .account_sid = STR("AC00000000000000000000000000000000"),
	    .random = count_sids,
	    .context = routing,
	    .offers_most = routing->offers_most,
	};
}

void
routing_begin(struct routing *routing)
{
	routing_begin_resting(routing, 0);
}

void
routing_begin_resting(struct routing *routing, size_t offers_most)
{
	struct router_options options;

	*routing = (struct routing){
	    .now = ROUTING_START, .offers_most = offers_most};
	options = routing_options(routing);
	arena_init(&routing->arena, (size_t)64 << 20);
	routing->router = router_new(&options);
	(void)router_tick(routing->router, routing->now, 0);
}

void
routing_end(struct routing *routing)
{
	router_free(routing->router);
	arena_release(&routing->arena);
}

static void
check(struct routing *routing, struct str after)
{
	struct err err;

	if (!routing->unchecked && !router_check(routing->router, &err))
		ok(false, "after \"%.*s\": %s", STR_ARGS(after), err.text);
}

/* ---- names */

static const char *
name_property(enum kind kind)
{
	return kind == KIND_TASK_CHANNEL ? "unique_name" : "friendly_name";
}

static const struct field *
find_field(enum kind kind, struct str property)
{
	size_t count;
	const struct field *field = field_first(kind, &count);

	for (size_t i = 0; i < count; i++, field++)
		if (property.len > 0 && str_is(property, field->property))
			return field;
	return NULL;
}

/* Its name; absent if it has none. */
static struct str
name_of(const struct object *object)
{
	const struct field *field =
	    find_field(object->kind, str_from(name_property(object->kind)));

	return field != NULL ? *field_text(field, object) : STR_NONE;
}

static bool
goes_by(const struct object *object, uint64_t position, struct str name)
{
	uint64_t wanted;

	if (str_has_prefix(name, STR("#")))
		return str_to_uint(str_slice(name, 1, name.len), UINT64_MAX,
			   &wanted) &&
		    wanted == position;
	return str_equal(name_of(object), name) ||
	    str_equal(str_from(object->sid), name);
}

static struct object *
last_of(struct routing *routing, enum kind kind)
{
	struct object *last = NULL, *object;

	object = router_next(routing->router, routing->workspace, kind, 0);
	for (; object != NULL; object = router_next(routing->router,
	    routing->workspace, kind, object->number))
		last = object;
	return last;
}

static struct object *
find(struct routing *routing, enum kind kind, struct str name)
{
	struct str rest = name;
	struct str worker_name = str_cut(&rest, '/');
	struct object *object;
	uint64_t position = 0;

	if (kind == KIND_WORKER_CHANNEL && rest.at != NULL) {
		object = find(routing, KIND_WORKER, worker_name);
		return object == NULL
		    ? NULL
		    : (struct object *)router_find_worker_channel(
			  (struct worker *)object, rest);
	}
	if (str_is(name, "#last"))
		return last_of(routing, kind);
	object = router_next(routing->router, routing->workspace, kind, 0);
	while (object != NULL && !goes_by(object, ++position, name))
		object = router_next(routing->router, routing->workspace, kind,
		    object->number);
	return object;
}

struct object *
routing_find(struct routing *routing, enum kind kind, const char *name)
{
	return find(routing, kind, str_from(name));
}

/* KIND_COUNT: no kind is called so. */
static enum kind
find_kind(struct str noun)
{
	int kind = 0;

	while (kind < KIND_COUNT && !str_is(noun, kind_rows[kind].noun))
		kind++;
	return (enum kind)kind;
}

static enum kind
kind_of(struct str noun)
{
	enum kind kind = find_kind(noun);

	if (kind == KIND_COUNT)
		mistake("no kind of object", noun);
	return kind;
}

/* "Alice", or "Worker Alice". */
static struct object *
find_of_any_kind(struct routing *routing, struct str name)
{
	struct str rest = name;
	enum kind only = find_kind(str_cut(&rest, ' '));

	if (only != KIND_COUNT && rest.at != NULL)
		return find(routing, only, rest);
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		struct object *object = find(routing, (enum kind)kind, name);
		if (object != NULL)
			return object;
	}
	return NULL;
}

/* ---- parameters */

/* With SIDs in place of @NAME@. */
static struct str
with_sids(struct routing *routing, struct str value)
{
	struct str rest = value;
	struct str out = str_cut(&rest, '@');

	while (rest.at != NULL) {
		struct str name = str_cut(&rest, '@');
		struct object *object = find_of_any_kind(routing, name);
		struct str behind = str_cut(&rest, '@');
		if (object == NULL)
			mistake("nothing has the name", name);
		out = arena_format(&routing->arena, "%.*s%s%.*s",
		    STR_ARGS(out), object->sid, STR_ARGS(behind));
	}
	return out;
}

struct str
routing_text(struct routing *routing, const char *text)
{
	return with_sids(routing, str_from(text));
}

static int64_t
read_integer(struct str value)
{
	bool negative = str_has_prefix(value, STR("-"));
	uint64_t number;

	if (!str_to_uint(str_slice(value, negative, value.len), INT64_MAX,
		&number))
		mistake("no number", value);
	return negative ? -(int64_t)number : (int64_t)number;
}

static int64_t
read_choice(const struct field *field, struct str value)
{
	for (int64_t i = 0; field->choices[i] != NULL; i++)
		if (str_equal_nocase(value, str_from(field->choices[i])))
			return i;
	mistake("none of the choices", value);
}

static struct object *
read_reference(
    struct routing *routing, const struct field *field, struct str value)
{
	struct object *object = value.len == 0
	    ? NULL
	    : find(routing, field->refers, value);

	if (object == NULL && value.len > 0)
		mistake("a reference to nothing", value);
	return object;
}

static void
read_value(struct routing *routing, struct str value, struct change *change)
{
	const struct field *field = change->field;

	switch ((int)field->type) {
	case FIELD_BOOLEAN:
		change->boolean = str_is(value, "true");
		break;
	case FIELD_INTEGER:
	case FIELD_DATE:
		change->integer = read_integer(value);
		break;
	case FIELD_CHOICE:
		change->integer = read_choice(field, value);
		break;
	case FIELD_REFERENCE:
		change->object = read_reference(routing, field, value);
		break;
	default:
		change->text = with_sids(routing, value);
	}
}

static const struct field *
find_parameter(enum kind kind, struct str name)
{
	size_t count;
	const struct field *field = field_first(kind, &count);

	for (size_t i = 0; i < count; i++, field++)
		if (field->parameter != NULL && str_is(name, field->parameter))
			return field;
	mistake("no parameter of this kind", name);
}

static void
read_changes(struct routing *routing, struct router_event *event,
    struct str parameters)
{
	unsigned use =
	    event->verb == ROUTER_CREATE ? FIELD_CREATE : FIELD_UPDATE;

	while (parameters.len > 0) {
		struct str value = str_cut(&parameters, '&');
		struct str name = str_cut(&value, '=');
		const struct field *field = find_parameter(event->kind, name);
		struct change *change =
		    &event->changes.items[event->changes.count];
		if ((field->uses & use) == 0)
			continue;
		if (event->changes.count == CHANGES_MOST)
			mistake("too many parameters at", name);
		change->field = field;
		read_value(routing, value, change);
		event->changes.count++;
	}
}

/* ---- requests */

static struct str
next_word(struct str *rest)
{
	struct str word = str_cut(rest, ' ');

	if (rest->at == NULL)
		*rest = STR("");
	return word;
}

static const struct {
	const char *word;
	enum router_verb verb;
} verbs[] = {
	{"create", ROUTER_CREATE},
	{"update", ROUTER_UPDATE},
	{"delete", ROUTER_DELETE},
	{"answered", ROUTER_CALLBACK_DONE},
	{"unanswered", ROUTER_CALLBACK_FAILED},
	{"hold", ROUTER_HOLD},
	{"unreached", ROUTER_HOLD_FAILED},
};

static enum router_verb
verb_of(struct str word)
{
	for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++)
		if (str_is(word, verbs[i].word))
			return verbs[i].verb;
	mistake("no request begins with", word);
}

/* "Worker Alice: …" or "Worker: …". */
static void
read_subject(
    struct routing *routing, struct router_event *event, struct str rest)
{
	struct str parameters = rest;
	struct str name = str_cut(&parameters, ':');
	struct str noun = next_word(&name);

	event->kind = kind_of(noun);
	if (event->verb == ROUTER_CREATE) {
		event->workspace = event->kind == KIND_WORKSPACE
		    ? NULL
		    : routing->workspace;
	} else {
		event->object = find(routing, event->kind, name);
		if (event->object == NULL)
			mistake("no such object", rest);
	}
	if (parameters.at != NULL)
		read_changes(routing, event, str_trim(parameters));
}

static struct object *
ask(struct routing *routing, struct str request)
{
	struct change items[CHANGES_MOST];
	struct router_event event = {.changes = {items, 0}};
	struct str rest = request;
	struct str word = next_word(&rest);
	struct object *object = NULL;

	routing->refusal = (struct refusal){0};
	if (str_is(word, "wait")) {
		routing->now += read_integer(rest);
		(void)router_tick(routing->router, routing->now, SIZE_MAX);
	} else {
		event.verb = verb_of(word);
		if (event.verb == ROUTER_HOLD)
			items[event.changes.count++] = (struct change){
				.field =
				    &field_rows[FIELD_RESERVATION_DEADLINE],
				.integer = routing->now +
				    read_integer(next_word(&rest)),
			};
		read_subject(routing, &event, rest);
		object = router_apply(routing->router, &event, routing->now,
		    &routing->refusal);
	}
	if (event.verb <= ROUTER_UPDATE && !str_is(word, "wait") &&
	    (object == NULL) != (routing->refusal.status != 0))
		mistake("neither refused nor done", request);
	if (event.kind == KIND_WORKSPACE && event.verb == ROUTER_DELETE)
		routing->workspace =
		    (struct workspace *)last_of(routing, KIND_WORKSPACE);
	if (object != NULL && object->kind == KIND_WORKSPACE)
		routing->workspace = object->workspace;
	check(routing, request);
	return object;
}

struct object *
routing_ask(struct routing *routing, const char *request)
{
	return ask(routing, str_from(request));
}

struct object *
routing_ask_all(struct routing *routing, const char *requests)
{
	struct str rest = str_from(requests);
	struct object *object = NULL;

	while (rest.at != NULL) {
		object = ask(routing, str_cut(&rest, '\n'));
		if (rest.at != NULL && routing->refusal.status != 0)
			mistake("refused", str_from(routing->refusal.text));
	}
	return object;
}

/* ---- what there is then */

static struct str
show_object(const struct object *object)
{
	struct str name = object != NULL ? name_of(object) : STR("null");

	return name.at != NULL ? name : str_from(object->sid);
}

static struct str
show_field(struct routing *routing, const struct object *object,
    const struct field *field)
{
	const struct str *text;

	switch ((int)field->type) {
	case FIELD_BOOLEAN:
		return field_boolean(field, object) ? STR("true")
						    : STR("false");
	case FIELD_INTEGER:
	case FIELD_DATE:
	case FIELD_COUNT:
		return arena_format(&routing->arena, "%jd",
		    (intmax_t)field_integer(field, object));
	case FIELD_CHOICE:
		return str_from(field->choices[field_integer(field, object)]);
	case FIELD_REFERENCE:
	case FIELD_NAME_OF:
		return show_object(field_object(field, object));
	default:
		text = field_text(field, object);
		return text->at != NULL ? *text : STR("null");
	}
}

struct str
routing_property(struct routing *routing, const struct object *object,
    const char *property)
{
	const struct field *field = find_field(object->kind, str_from(property));

	if (field != NULL && field->offset != FIELD_NO_MEMBER)
		return show_field(routing, object, field);
	if (strcmp(property, "sid") == 0)
		return str_from(object->sid);
	if (strcmp(property, "version") == 0)
		return arena_format(&routing->arena, "%u", object->version);
	if (strcmp(property, "date_created") == 0)
		return arena_format(
		    &routing->arena, "%jd", (intmax_t)object->date_created);
	if (strcmp(property, "date_updated") == 0)
		return arena_format(
		    &routing->arena, "%jd", (intmax_t)object->date_updated);
	mistake("no property of this kind", str_from(property));
}

struct str
routing_read(struct routing *routing, const char *what)
{
	struct str rest = str_from(what);
	struct str noun = next_word(&rest);
	struct str property = rest;
	struct str name = str_cut(&property, '.');
	struct object *object = find(routing, kind_of(noun), name);

	if (object == NULL)
		return STR_NONE;
	return routing_property(routing, object,
	    arena_str(&routing->arena, property).at);
}

struct str
routing_events(struct routing *routing)
{
	const struct router_effects *effects = router_effects(routing->router);
	const struct record *record;
	struct str out = STR("");

	STAILQ_FOREACH(record, &effects->records, entry)
		out = arena_format(&routing->arena, "%.*s%s%s", STR_ARGS(out),
		    out.len > 0 ? " " : "", record->type);
	router_settled(routing->router);
	return out;
}
