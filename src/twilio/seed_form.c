/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/seed_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "codec/json.h"
#include "twilio/seed_names.h"
#include "twilio/seed_text.h"

/* A Workflow's configuration of the largest size, and its tree. */
#define OBJECT_MEMORY ((size_t)256 << 20)
#define VALUES_MOST 262144
#define MEMBERS_MOST 16 /* of an object in a seed */
/* Around attributes are the seed, Workspaces, one of them, Workers, and one. */
#define DEPTH_MOST (JSON_DEPTH - 5)

struct seed_form {
	struct seed_text text;
	enum seed_kind section; /* whose array is open; SEED_KINDS: none */
	bool any_workspace;
	char default_activity[SEED_SID_MOST + 1];
};

struct seed_form *
seed_form_open(struct buf *out)
{
	struct seed_form *form = calloc(1, sizeof *form);

	if (form == NULL)
		return NULL;
	form->text.out = out;
	form->section = SEED_KINDS;
	arena_init(&form->text.memory, OBJECT_MEMORY);
	seed_names_init(&form->text.names);
	buf_add_str(out, STR("{\"workspaces\": ["));
	return form;
}

void
seed_form_note(struct seed_form *form, enum seed_kind kind, struct str sid,
    struct str name)
{
	seed_names_add(&form->text.names, kind, sid, name);
}

void
seed_form_note_target(struct seed_form *form, struct str sid)
{
	seed_names_add_target(&form->text.names, sid);
}

/* ---- what an object of the API becomes */

struct member {
	const char *key;
	struct str text;           /* a string; absent: `value` */
	struct json_object *value;
	bool has_queues;
	const struct shape *items; /* of an array of objects */
};

struct shape {
	struct member members[MEMBERS_MOST];
	size_t count;
	bool is_lost; /* it refers to what is gone */
};

static struct member *
add_member(struct shape *shape, const char *key)
{
	struct member *member = &shape->members[shape->count++];

	*member = (struct member){.key = key, .text = STR_NONE};
	return member;
}

static bool
is_preset(struct seed_form *form, const char *preset, struct json_object *value)
{
	struct str text = json_text(value);

	if (preset == NULL)
		return text.at != NULL && text.len == 0;
	if (text.at == NULL)
		text = json_write(&form->text.memory, value);
	return str_is(text, preset);
}

/* A text that holds JSON; NULL: it does not. */
static struct json_object *
read_text(struct seed_form *form, struct str text)
{
	struct json_limits limits = {.values = VALUES_MOST};
	struct json_object *value;
	struct err err;

	return json_parse(&form->text.memory, text, limits, &value, &err) ? value
								     : NULL;
}

static void
add_reference(struct seed_form *form, struct shape *shape,
    const struct seed_property *property, struct str sid)
{
	const struct seed_name *found = seed_names_find(&form->text.names, sid);

	if (found == NULL) {
		shape->is_lost = true;
		return;
	}
	if (found->label.at == NULL && property->preset != NULL &&
	    str_is(found->name, property->preset))
		return;
	add_member(shape, property->name)->text = seed_name_shown(found);
}

/* JSON that a text of the API holds, as JSON; where a seed would be nested too
 * deeply to be read, it remains a text. */
static void
add_json(struct seed_form *form, struct member *member,
    struct json_object *text)
{
	struct json_object *value = read_text(form, json_text(text));

	member->value = text;
	if (value != NULL && seed_text_depth(value) <= DEPTH_MOST)
		member->value = value;
	else if (value != NULL && member->has_queues)
		member->text = seed_text_flatten(&form->text, value, true);
}

static void
add_property(struct seed_form *form, struct shape *shape,
    const struct seed_property *property, struct json_object *value)
{
	struct str text = json_text(value);
	struct member *member;

	if (property->type == SEED_REFERENCE ||
	    property->type == SEED_TARGET) {
		if (text.len > 0)
			add_reference(form, shape, property, text);
		return;
	}
	if (is_preset(form, property->preset, value))
		return;
	member = add_member(shape, property->name);
	member->value = value;
	if (property->type == SEED_VALUE)
		return;
	member->has_queues = property->type == SEED_CONFIGURATION;
	add_json(form, member, value);
}

/* Of a Task only what sent it on its way stands in a seed: a RoutingTarget, or
 * else a Workflow, or else a TaskQueue; and only a Worker's capacity can be
 * ignored.
 * Source: https://www.twilio.com/docs/taskrouter/api/task */
static bool
follows(struct json_object *task, const struct seed_property *property)
{
	struct str target = json_get_text(task, "routing_target");

	if (strcmp(property->name, "workflow_friendly_name") == 0)
		return target.len > 0;
	if (strcmp(property->name, "task_queue_friendly_name") == 0)
		return target.len > 0 ||
		    json_get_text(task, "workflow_sid").len > 0;
	if (strcmp(property->name, "ignore_capacity") == 0)
		return !str_has_prefix(target, STR("WK")) ||
		    json_boolean(json_get(task, "ignore_capacity"));
	return false;
}

static bool
is_left_out(const struct seed_form *form, enum seed_kind kind,
    struct json_object *object, const struct seed_property *property)
{
	if (kind == SEED_TASK)
		return follows(object, property);
	return kind == SEED_WORKER &&
	    strcmp(property->name, "activity_name") == 0 &&
	    str_equal_nocase(json_get_text(object, "activity_sid"),
		str_from(form->default_activity));
}

static struct shape
shape_of(
    struct seed_form *form, enum seed_kind kind, struct json_object *object)
{
	const struct seed_name *self =
	    seed_names_find(&form->text.names, json_get_text(object, "sid"));
	struct shape shape = {.count = 0};

	if (self != NULL && self->label.at != NULL)
		add_member(&shape, SEED_LABEL)->text = self->label;
	for (size_t i = 0; i < seed_property_count; i++) {
		const struct seed_property *property = &seed_properties[i];
		struct json_object *value = property->source == NULL
		    ? NULL
		    : json_get(object, property->source);
		if (property->kind == kind && value != NULL &&
		    !is_left_out(form, kind, object, property))
			add_property(form, &shape, property, value);
	}
	return shape;
}

/* ---- writing it */

static bool
put_shape(struct seed_form *form, const struct shape *shape, bool flat);

static void
put_shape_well(struct seed_form *form, const struct shape *shape)
{
	size_t start = form->text.out->len, indent = form->text.indent;

	if (put_shape(form, shape, true) && seed_text_fits(&form->text))
		return;
	form->text.out->len = start;
	form->text.indent = indent;
	(void)put_shape(form, shape, false);
}

/* The WorkerChannels of a Worker: of one level, as shapes do not nest. */
static bool
put_items(struct seed_form *form, const struct member *member, bool flat)
{
	size_t count = 0;

	seed_text_open(&form->text, '[');
	for (const struct shape *item = member->items; item->count > 0;
	     item++, count++) {
		seed_text_item(&form->text, flat, count == 0);
		if (!flat)
			put_shape_well(form, item);
		else if (!put_shape(form, item, true))
			return false;
	}
	seed_text_close(&form->text, flat, count == 0, ']');
	return !flat || seed_text_fits(&form->text);
}

static void
put_items_well(struct seed_form *form, const struct member *member)
{
	size_t start = form->text.out->len, indent = form->text.indent;

	if (put_items(form, member, true))
		return;
	form->text.out->len = start;
	form->text.indent = indent;
	(void)put_items(form, member, false);
}

static bool
put_member(struct seed_form *form, const struct member *member, bool flat)
{
	seed_text_key(&form->text, str_from(member->key));
	if (member->items != NULL) {
		if (flat)
			return put_items(form, member, true);
		put_items_well(form, member);
	} else if (member->text.at != NULL) {
		buf_add_str(
		    form->text.out, json_quote(&form->text.memory, member->text));
	} else {
		return seed_text_child(&form->text, member->value, member->has_queues, flat);
	}
	return !flat || seed_text_fits(&form->text);
}

/* False: it is not flat enough for the line. */
static bool
put_shape(struct seed_form *form, const struct shape *shape, bool flat)
{
	bool good = true;

	seed_text_open(&form->text, '{');
	for (size_t i = 0; good && i < shape->count; i++) {
		seed_text_item(&form->text, flat, i == 0);
		good = put_member(form, &shape->members[i], flat);
	}
	seed_text_close(&form->text, flat, shape->count == 0, '}');
	return good;
}

/* ---- Workspaces and what is in them */

/* The Workspace's object stays open: its arrays follow. */
void
seed_form_begin(struct seed_form *form, struct json_object *workspace)
{
	struct str activity = json_get_text(workspace, "default_activity_sid");
	struct shape shape;

	seed_names_label(&form->text.names);
	if (activity.len <= SEED_SID_MOST && activity.at != NULL) {
		memset(form->default_activity, 0,
		    sizeof form->default_activity);
		memcpy(form->default_activity, activity.at, activity.len);
	}
	shape = shape_of(form, SEED_WORKSPACE, workspace);
	form->text.indent = 1;
	seed_text_item(&form->text, false, !form->any_workspace);
	seed_text_open(&form->text, '{');
	for (size_t i = 0; i < shape.count; i++) {
		seed_text_item(&form->text, false, i == 0);
		(void)put_member(form, &shape.members[i], false);
	}
	form->any_workspace = true;
	form->section = SEED_KINDS;
	arena_release(&form->text.memory);
}

static void
end_section(struct seed_form *form)
{
	if (form->section != SEED_KINDS)
		seed_text_close(&form->text, false, false, ']');
	form->section = SEED_KINDS;
}

static void
begin_item(struct seed_form *form, enum seed_kind kind)
{
	bool first = form->section != kind;

	if (first) {
		end_section(form);
		seed_text_item(&form->text, false, false);
		seed_text_key(&form->text, str_from(seed_kind_rows[kind].key));
		seed_text_open(&form->text, '[');
		form->section = kind;
	}
	seed_text_item(&form->text, false, first);
}

/* WorkerChannels that differ from their presets, and an empty shape behind
 * them. NULL: there are none. */
static const struct shape *
shapes_of(struct seed_form *form, struct json_object *channels)
{
	size_t count = json_length(channels), used = 0;
	struct shape *shapes =
	    arena_array(&form->text.memory, count + 1, sizeof *shapes);

	for (size_t i = 0; shapes != NULL && i < count; i++) {
		shapes[used] = shape_of(
		    form, SEED_CHANNEL, json_item(channels, i));
		/* More than the reference to its TaskChannel. */
		if (shapes[used].count > 1)
			used++;
		else
			shapes[used].count = 0;
	}
	return used == 0 ? NULL : shapes;
}

static bool
is_finished(struct json_object *task)
{
	struct str status = json_get_text(task, "assignment_status");

	return str_is(status, "completed") || str_is(status, "canceled");
}

void
seed_form_add(struct seed_form *form, enum seed_kind kind,
    struct json_object *object, struct json_object *channels)
{
	const struct shape *items = shapes_of(form, channels);
	struct shape shape = shape_of(form, kind, object);
	bool passes = kind != SEED_TASK ||
	    (!is_finished(object) && !shape.is_lost);

	if (items != NULL)
		add_member(&shape, seed_kind_rows[SEED_CHANNEL].key)->items =
		    items;
	if (passes) {
		begin_item(form, kind);
		put_shape_well(form, &shape);
	}
	form->text.names.failed = form->text.names.failed || form->text.memory.overflow;
	arena_release(&form->text.memory);
}

void
seed_form_end(struct seed_form *form)
{
	bool failed = form->text.names.failed;

	end_section(form);
	seed_text_close(&form->text, false, false, '}');
	seed_names_release(&form->text.names);
	form->text.names.failed = failed;
}

bool
seed_form_close(struct seed_form *form)
{
	if (form == NULL)
		return false;
	form->text.indent = 0;
	if (form->any_workspace)
		seed_text_line(&form->text);
	buf_add_str(form->text.out, STR("]}\n"));
	bool good = !form->text.names.failed && !form->text.out->failed;
	seed_form_discard(form);
	return good;
}

void
seed_form_discard(struct seed_form *form)
{
	if (form == NULL)
		return;
	seed_names_release(&form->text.names);
	arena_release(&form->text.memory);
	free(form);
}
