/* SPDX-License-Identifier: MIT
 *
 * Properties of a seed as parameters of the REST API, by the tables of both
 * (twilio/seed_form.h, router/fields.h): what they may be is checked where
 * requests are.
 */
#include "base/compat.h"

#include <string.h>

#include "base/buf.h"
#include "config/config.h"
#include "router/field.h"
#include "taskrouterd/seed_reader.h"

#define KEYS_MOST 16 /* of one kind, with its arrays and the label */
/* As a request may have them: taskrouterd/parameters.c. */
#define CONFIGURATION_VALUES_MOST 262144
/* Names in it are longer than SIDs, or shorter. */
#define CONFIGURATION_BYTES_MOST ((size_t)8 << 20)

static const enum kind router_kinds[SEED_KINDS] = {
	[SEED_WORKSPACE] = KIND_WORKSPACE,
	[SEED_ACTIVITY] = KIND_ACTIVITY,
	[SEED_TASK_CHANNEL] = KIND_TASK_CHANNEL,
	[SEED_WORKER] = KIND_WORKER,
	[SEED_CHANNEL] = KIND_WORKER_CHANNEL,
	[SEED_TASK_QUEUE] = KIND_TASK_QUEUE,
	[SEED_WORKFLOW] = KIND_WORKFLOW,
	[SEED_TASK] = KIND_TASK,
};

enum kind
seed_router_kind(enum seed_kind kind)
{
	return router_kinds[kind];
}

/* The row that says what the parameter takes; NULL: it is none. */
static const struct field *
field_of(const struct seed_property *property)
{
	size_t count;
	const struct field *rows =
	    field_first(router_kinds[property->kind], &count);

	if (property->parameter == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (rows[i].parameter != NULL &&
		    strcmp(rows[i].parameter, property->parameter) == 0)
			return &rows[i];
	return NULL;
}

/* ---- keys */

/* The arrays that stand in an object of the kind. */
static bool
holds(enum seed_kind kind, enum seed_kind item)
{
	if (kind == SEED_WORKER)
		return item == SEED_CHANNEL;
	return kind == SEED_WORKSPACE && item != SEED_WORKSPACE &&
	    item != SEED_CHANNEL;
}

static void
list_keys(enum seed_kind kind, const char *keys[KEYS_MOST + 1])
{
	size_t count = 0;

	for (size_t i = 0; i < seed_property_count; i++)
		if (seed_properties[i].kind == kind)
			keys[count++] = seed_properties[i].name;
	for (size_t i = 0; i < SEED_KINDS; i++)
		if (holds(kind, (enum seed_kind)i))
			keys[count++] = seed_kind_rows[i].key;
	keys[count++] = SEED_LABEL;
	keys[count] = NULL;
}

void
seed_check_keys(struct seed_reader *reader, enum seed_kind kind,
    struct json_object *object)
{
	const char *keys[KEYS_MOST + 1];
	struct json_member member = {0};

	list_keys(kind, keys);
	while (!seed_is_full(reader) && json_next(object, &member)) {
		size_t i = 0;
		while (keys[i] != NULL && !str_is(member.key, keys[i]))
			i++;
		if (keys[i] != NULL)
			continue;
		const char *nearest = config_nearest(member.key, keys);
		(void)seed_error_at(reader, member.key.at,
		    "a %s has no such property%s%s%s",
		    seed_kind_rows[kind].noun,
		    nearest == NULL ? "" : "; did you mean \"",
		    nearest == NULL ? "" : nearest,
		    nearest == NULL ? "" : "\"?");
	}
	struct json_object *label = json_get(object, SEED_LABEL);
	if (label != NULL && json_text(label).len == 0)
		(void)seed_error_at(reader, SEED_LABEL,
		    "expected a label, a string that is not empty");
}

/* ---- references */

static const char *
noun_of(unsigned kinds)
{
	for (size_t i = 0; i < SEED_KINDS; i++)
		if (kinds == SEED_SET(i))
			return seed_kind_rows[i].noun;
	return "Worker, TaskQueue or Workflow";
}

struct seed_item *
seed_resolve(struct seed_reader *reader, const char *key, unsigned kinds,
    struct str text)
{
	struct seed_item *item;
	size_t count = seed_index_find(&reader->index, kinds, text, &item);

	if (count == 1)
		return item->object != NULL ? item : NULL;
	if (count > 1) {
		(void)seed_error_at(reader, key,
		    "there are %zu objects that \"%.*s\" could be: give each "
		    "of them a \"" SEED_LABEL "\" as its label, and name that",
		    count, STR_ARGS(text));
		return NULL;
	}
	const char *nearest = seed_index_nearest(
	    &reader->index, reader->scratch, kinds, text);
	(void)seed_error_at(reader, key, "there is no %s \"%.*s\"%s%s%s",
	    noun_of(kinds), STR_ARGS(text),
	    nearest == NULL ? "" : "; did you mean \"",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
	return NULL;
}

static unsigned
kinds_of(const struct seed_property *property)
{
	return property->type == SEED_TARGET
	    ? SEED_SET(SEED_WORKER) | SEED_SET(SEED_TASK_QUEUE) |
		SEED_SET(SEED_WORKFLOW)
	    : SEED_SET(property->refers);
}

static bool
read_reference(struct seed_reader *reader,
    const struct seed_property *property, struct json_object *value,
    struct str *text)
{
	if (json_type(value) != JSON_STRING)
		return seed_error_type(
		    reader, property->name, JSON_STRING, value);
	struct seed_item *item = seed_resolve(reader, property->name,
	    kinds_of(property), json_text(value));
	if (item == NULL)
		return false;
	*text = str_from(item->object->sid);
	return true;
}

/* ---- configurations of Workflows */

struct rewriting {
	struct seed_reader *reader;
	struct buf out;
	bool failed;
};

static void rewrite(struct rewriting *r, struct json_object *value,
    bool is_target);

/* A TaskQueue's name. TaskRouter lets objects have keys that mean nothing:
 * only where a TaskQueue is wanted it must be one. */
static void
rewrite_queue(struct rewriting *r, struct json_object *value, bool is_target)
{
	struct seed_reader *reader = r->reader;
	unsigned kinds = SEED_SET(SEED_TASK_QUEUE);
	struct str text = json_text(value);
	struct seed_item *item = NULL;

	if (is_target) {
		item = seed_resolve(reader, "queue", kinds, text);
		r->failed = r->failed || item == NULL;
	} else if (seed_index_find(&reader->index, kinds, text, &item) != 1) {
		item = NULL;
	}
	buf_add_str(&r->out, item != NULL && item->object != NULL
		? json_quote(reader->scratch, str_from(item->object->sid))
		: json_write(reader->scratch, value));
}

static void
rewrite_members(struct rewriting *r, struct json_object *object,
    bool is_target)
{
	struct json_member member = {0};
	bool first = true;

	buf_add_byte(&r->out, '{');
	for (; json_next(object, &member); first = false) {
		if (!first)
			buf_add_byte(&r->out, ',');
		buf_add_str(
		    &r->out, json_quote(r->reader->scratch, member.key));
		buf_add_byte(&r->out, ':');
		if (str_is(member.key, "queue") &&
		    json_type(member.value) == JSON_STRING) {
			rewrite_queue(r, member.value, is_target);
			continue;
		}
		size_t before = seed_enter(r->reader, member.key.at);
		rewrite(r, member.value, str_is(member.key, "targets") ||
			str_is(member.key, "default_filter"));
		seed_leave(r->reader, before);
	}
	buf_add_byte(&r->out, '}');
}

/* As deep as the JSON is: JSON_DEPTH. */
static void
rewrite(struct rewriting *r, struct json_object *value, bool is_target)
{
	if (json_type(value) == JSON_OBJECT) {
		rewrite_members(r, value, is_target);
	} else if (json_type(value) == JSON_ARRAY) {
		buf_add_byte(&r->out, '[');
		for (size_t i = 0; i < json_length(value); i++) {
			size_t before = seed_enter_item(r->reader, i);
			if (i > 0)
				buf_add_byte(&r->out, ',');
			rewrite(r, json_item(value, i), is_target);
			seed_leave(r->reader, before);
		}
		buf_add_byte(&r->out, ']');
	} else {
		buf_add_str(&r->out, json_write(r->reader->scratch, value));
	}
}

/* A text that holds one is looked into, too; what is none is left to whoever
 * reads the parameter. */
static bool
read_configuration(struct seed_reader *reader, const char *key,
    struct json_object *value, struct str *text)
{
	struct json_limits limits = {.values = CONFIGURATION_VALUES_MOST};
	struct rewriting r = {.reader = reader};
	struct err err;

	if (json_type(value) == JSON_STRING) {
		*text = json_text(value);
		if (!json_parse(reader->scratch, *text, limits, &value, &err))
			return true;
	}
	if (json_type(value) != JSON_OBJECT)
		return seed_error_type(reader, key, JSON_OBJECT, value);
	size_t before = seed_enter(reader, key);
	buf_init(&r.out, CONFIGURATION_BYTES_MOST);
	rewrite(&r, value, false);
	*text = arena_str(reader->scratch, buf_str(&r.out));
	buf_release(&r.out);
	if (text->at == NULL)
		r.failed = !seed_error(reader, "is too large");
	seed_leave(reader, before);
	return !r.failed;
}

/* ---- values */

static enum json_type
json_type_of(const struct field *field)
{
	return field->type == FIELD_BOOLEAN ? JSON_BOOLEAN
	    : field->type == FIELD_INTEGER  ? JSON_INTEGER
					    : JSON_STRING;
}

/* As it would be written in a form. */
static bool
read_value(struct seed_reader *reader, const struct seed_property *property,
    const struct field *field, struct json_object *value, struct str *text)
{
	enum json_type type = json_type(value);

	if (property->type == SEED_REFERENCE || property->type == SEED_TARGET)
		return read_reference(reader, property, value, text);
	if (property->type == SEED_CONFIGURATION)
		return read_configuration(
		    reader, property->name, value, text);
	if (property->type == SEED_OBJECT && type == JSON_OBJECT) {
		*text = json_write(reader->scratch, value);
		return true;
	}
	if (property->type == SEED_OBJECT && type != JSON_STRING)
		return seed_error_type(
		    reader, property->name, JSON_OBJECT, value);
	if (property->type == SEED_VALUE && type != json_type_of(field))
		return seed_error_type(
		    reader, property->name, json_type_of(field), value);
	*text = type == JSON_STRING ? json_text(value)
				    : json_write(reader->scratch, value);
	return true;
}

/* What is meant where the router would take something else for what is left
 * out: an Activity of a Workspace is looked for by name, as the seed may have
 * made another one, and one that has the name of an Activity that every
 * Workspace has is as available. Absent: nothing. */
static struct str
preset_of(struct seed_reader *reader, const struct seed_property *property,
    struct json_object *object)
{
	const struct seed_index *index = &reader->index;
	struct str name = json_get_text(object, "friendly_name");

	if (property->kind == SEED_WORKSPACE &&
	    property->type == SEED_REFERENCE) {
		struct seed_item *item = seed_resolve(reader, property->name,
		    kinds_of(property), str_from(property->preset));
		return item == NULL ? STR_NONE : str_from(item->object->sid);
	}
	if (property->kind != SEED_ACTIVITY ||
	    strcmp(property->name, "available") != 0)
		return STR_NONE;
	for (size_t i = 0; i < index->own; i++)
		if (index->items[i].kind == SEED_ACTIVITY &&
		    str_equal(index->items[i].name, name))
			return index->items[i].available ? STR("true")
							 : STR("false");
	return STR_NONE;
}

static bool
add_property(struct seed_reader *reader, struct form *form,
    const struct seed_property *property, const struct field *field,
    struct json_object *object)
{
	struct json_object *value = json_get(object, property->name);
	struct str text = STR_NONE;

	if (value == NULL)
		text = preset_of(reader, property, object);
	else if (!read_value(reader, property, field, value, &text))
		return false;
	if (text.at != NULL)
		form->fields[form->count++] = (struct form_field){
		    str_from(property->parameter), text};
	return true;
}

bool
seed_make_form(struct seed_reader *reader, enum seed_kind kind,
    enum field_use use, struct json_object *object, struct form *form)
{
	bool good = true;

	*form = (struct form){
	    arena_array(reader->scratch, KEYS_MOST, sizeof *form->fields), 0};
	if (form->fields == NULL)
		return seed_error(reader, "there is not enough memory");
	for (size_t i = 0; i < seed_property_count; i++) {
		const struct seed_property *property = &seed_properties[i];
		const struct field *field = property->kind == kind
		    ? field_of(property)
		    : NULL;
		/* What a Workspace's update is for: the rest was created. */
		bool is_due = field != NULL && (field->uses & use) != 0 &&
		    (kind != SEED_WORKSPACE || use == FIELD_CREATE ||
			property->type == SEED_REFERENCE);
		if (is_due &&
		    !add_property(reader, form, property, field, object))
			good = false;
	}
	return good;
}
