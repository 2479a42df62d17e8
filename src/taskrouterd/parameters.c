/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/parameters.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "codec/json.h"
#include "config/config.h"
#include "router/record.h"
#include "taskrouterd/refusal.h"
#include "taskrouterd/web_url.h"
#include "twilio/sid.h"

/* JSON values that a text of each type may hold: as many as 4,096 characters
 * can, and what a configuration of 1,038,576 bytes has if it is one. */
#define ATTRIBUTES_VALUES_MOST 4096
#define CONFIGURATION_VALUES_MOST 262144

#define MS_PER_SECOND 1000
#define YEAR_1900_MS (INT64_C(-2208988800) * MS_PER_SECOND)

/* "2019-09-05", and what is added to it. */
#define DAY_LENGTH ((size_t)10)
#define DAY_BEGIN "T00:00:00Z"

#define PARAMETERS_MOST 32 /* that one kind of objects has */

/* ---- values that lists have too */

bool
parameters_boolean(struct str value)
{
	return str_equal_nocase(value, STR("true")) || str_is(value, "1") ||
	    str_equal_nocase(value, STR("yes"));
}

bool
parameters_choice(const struct field *field, struct str value,
    int64_t *choice, struct err *err)
{
	size_t length = 0;

	for (int64_t i = 0; field->choices[i] != NULL; i++)
		if (str_equal_nocase(value, str_from(field->choices[i]))) {
			*choice = i;
			return true;
		}
	(void)err_set(err, 0, "expected one of");
	length = str_from(err->text).len;
	for (size_t i = 0; field->choices[i] != NULL; i++) {
		int more = snprintf(err->text + length,
		    sizeof err->text - length, "%s %s", i > 0 ? "," : "",
		    field->choices[i]);
		length += more < 0 ? 0 : (size_t)more;
		if (length >= sizeof err->text)
			break;
	}
	return false;
}

bool
parameters_date(struct str value, int64_t *ms, struct err *err)
{
	char day[] = "0000-00-00" DAY_BEGIN;
	int64_t seconds;

	if (value.len == DAY_LENGTH) {
		memcpy(day, value.at, DAY_LENGTH);
		value = str_from(day);
	}
	if (!clock_parse(value.at, value.len, &seconds))
		return err_set(err, 0,
		    "expected an ISO 8601 date and time such as "
		    "2019-09-05T12:28:13Z");
	*ms = seconds * MS_PER_SECOND;
	return true;
}

void
parameters_note_unknown(struct str name, const char *const *known)
{
	const char *nearest = config_nearest(name, known);

	log_event(LOG_LEVEL_DEBUG, "unknown_parameter",
	    "%.*s has no meaning here%s%s%s", STR_ARGS(name),
	    nearest == NULL ? "" : "; did you mean ",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
}

/* ---- a value of each type */

struct reading {
	const struct parameters *parameters;
	const struct field *field;
	struct str value;
	struct change *change;
	bool is_given; /* cleared where an empty value means nothing */
	struct err err;
};

static bool
check_characters(struct reading *r, size_t length)
{
	const struct field *field = r->field;

	if (length == SIZE_MAX || str_has_byte(r->value, '\0'))
		return err_set(&r->err, 0, "expected text in UTF-8");
	if (length >= (size_t)field->least && length <= (size_t)field->most)
		return true;
	return err_set(&r->err, 0,
	    "expected %jd to %jd characters, got %zu", (intmax_t)field->least,
	    (intmax_t)field->most, length);
}

static bool
check_text(struct reading *r)
{
	return check_characters(r, str_utf8_length(r->value));
}

/* An empty value is as if the parameter had never been given. */
static void
set_text(struct reading *r, struct str text)
{
	r->change->text = text.len > 0 ? text : str_from(r->field->preset);
}

static bool
read_text(struct reading *r)
{
	set_text(r, r->value);
	return check_text(r);
}

static bool
read_url(struct reading *r)
{
	set_text(r, r->value);
	if (r->value.len > 0 && !web_url_is_valid(r->value))
		return err_set(
		    &r->err, 0, "expected an absolute http or https URL");
	return check_text(r);
}

/* Source: https://www.twilio.com/docs/taskrouter/multitasking */
static bool
read_unique_name(struct reading *r)
{
	struct str name = r->value;

	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.at[i];
		bool inside = ascii_is_alpha(c) || c == '_' || c == '$' ||
		    (i > 0 && ascii_is_digit(c));
		if (!inside)
			return err_set(&r->err, 0,
			    "expected letters, digits, '_' and '$', no digit "
			    "first");
	}
	r->change->text = name;
	return check_text(r);
}

/* An event type that TaskRouter does not have is kept, as it does no harm. */
static void
add_event_type(struct buf *out, struct str type)
{
	if (type.len == 0)
		return;
	if (!record_type_exists(type))
		log_event(LOG_LEVEL_WARNING, "events_filter",
		    "TaskRouter has no event type %.*s", STR_ARGS(type));
	if (out->len > 0)
		buf_add_byte(out, ',');
	buf_add_str(out, type);
}

/* Twilio's pages write them with and without a blank behind the comma. */
static bool
read_event_types(struct reading *r)
{
	struct str rest = r->value;
	struct buf types;

	if (!check_text(r))
		return false;
	buf_init(&types, (size_t)r->field->most * 4);
	while (rest.at != NULL)
		add_event_type(&types, str_trim(str_cut(&rest, ',')));
	struct str joined = arena_str(r->parameters->arena, buf_str(&types));
	bool failed = types.len > 0 && joined.at == NULL;
	buf_release(&types);
	set_text(r, joined);
	return !failed || err_set(&r->err, 0, "too large");
}

static bool
read_json_object(struct reading *r, size_t values)
{
	struct arena *arena = r->parameters->arena;
	struct json_limits limits = {.values = values};
	struct json_object *value;
	struct err err;

	if (!json_parse(arena, r->value, limits, &value, &err))
		return err_set(&r->err, 0,
		    "expected a JSON object; at byte %zu: %s", err.at,
		    err.text);
	if (json_type(value) != JSON_OBJECT)
		return err_set(&r->err, 0, "expected a JSON object, got %s",
		    json_type_name(json_type(value)));
	r->change->text = json_write(arena, value);
	return r->change->text.at != NULL || err_set(&r->err, 0, "too large");
}

/* White space counts towards the length, and goes then.
 * Source: https://www.twilio.com/docs/taskrouter/api/worker */
static bool
read_attributes(struct reading *r)
{
	if (r->value.len == 0) {
		set_text(r, r->value);
		return true;
	}
	return check_text(r) && read_json_object(r, ATTRIBUTES_VALUES_MOST);
}

/* Its limit is one of bytes.
 * Source: https://www.twilio.com/docs/taskrouter/api/workflow */
static bool
read_configuration(struct reading *r)
{
	if (str_utf8_length(r->value) == SIZE_MAX)
		return err_set(&r->err, 0, "expected text in UTF-8");
	return check_characters(r, r->value.len) &&
	    read_json_object(r, CONFIGURATION_VALUES_MOST);
}

/* Empty is not the preset: it accepts nobody. */
static bool
read_expression(struct reading *r)
{
	r->change->text = r->value;
	return check_text(r);
}

static bool
read_routing_target(struct reading *r)
{
	r->change->text = r->value;
	r->is_given = r->value.len > 0;
	if (!r->is_given || sid_is(r->value, "WK") ||
	    sid_is(r->value, "WQ") || sid_is(r->value, "WW"))
		return true;
	return err_set(&r->err, 0,
	    "expected the SID of a Worker, TaskQueue or Workflow");
}

static bool
read_boolean(struct reading *r)
{
	r->change->boolean = parameters_boolean(r->value);
	return true;
}

static bool
read_integer(struct reading *r)
{
	const struct field *field = r->field;
	uint64_t number;

	if (!str_to_uint(r->value, (uint64_t)field->most, &number) ||
	    number < (uint64_t)field->least)
		return err_set(&r->err, 0,
		    "expected a whole number from %jd to %jd",
		    (intmax_t)field->least, (intmax_t)field->most);
	r->change->integer = (int64_t)number;
	return true;
}

/* Source: https://www.twilio.com/docs/taskrouter/api/task, VirtualStartTime,
 * the only date that can be given. */
static bool
read_date(struct reading *r)
{
	if (!parameters_date(r->value, &r->change->integer, &r->err))
		return false;
	if (r->change->integer > r->parameters->now)
		return err_set(
		    &r->err, 0, "expected a date that is not in the future");
	if (r->change->integer < YEAR_1900_MS)
		return err_set(
		    &r->err, 0, "expected a date that is not before 1900");
	return true;
}

static bool
read_choice(struct reading *r)
{
	return parameters_choice(
	    r->field, r->value, &r->change->integer, &r->err);
}

static bool
find_task_channel(struct reading *r)
{
	struct task_channel *channel =
	    router_find_channel(r->parameters->workspace, r->value);

	if (channel == NULL)
		return err_set(&r->err, 0,
		    "expected the SID or unique name of a TaskChannel of this "
		    "Workspace");
	r->change->object = &channel->object;
	return true;
}

static bool
read_reference(struct reading *r)
{
	const struct parameters *p = r->parameters;
	const struct kind_row *kind = &kind_rows[r->field->refers];

	r->change->object = NULL;
	if (r->value.len == 0) {
		r->is_given = p->use == FIELD_UPDATE;
		return true;
	}
	if (r->field->refers == KIND_TASK_CHANNEL)
		return find_task_channel(r);
	if (!sid_check(r->value, kind->prefix, &r->err))
		return false;
	r->change->object = router_find_in(
	    p->router, p->workspace, r->field->refers, r->value);
	if (r->change->object != NULL)
		return true;
	return err_set(&r->err, 0, "there is no %s %.*s in this Workspace",
	    kind->noun, STR_ARGS(r->value));
}

static bool (*const readers[])(struct reading *r) = {
	[FIELD_TEXT] = read_text,
	[FIELD_URL] = read_url,
	[FIELD_UNIQUE_NAME] = read_unique_name,
	[FIELD_EVENT_TYPES] = read_event_types,
	[FIELD_ATTRIBUTES] = read_attributes,
	[FIELD_CONFIGURATION] = read_configuration,
	[FIELD_EXPRESSION] = read_expression,
	[FIELD_ROUTING_TARGET] = read_routing_target,
	[FIELD_BOOLEAN] = read_boolean,
	[FIELD_INTEGER] = read_integer,
	[FIELD_DATE] = read_date,
	[FIELD_CHOICE] = read_choice,
	[FIELD_REFERENCE] = read_reference,
};

/* ---- the form */

static void
note_unknown(const struct form *form, const struct field *rows, size_t count)
{
	const char *known[PARAMETERS_MOST + 1] = {NULL};
	size_t parameters = 0;

	for (size_t i = 0; i < count && parameters < PARAMETERS_MOST; i++)
		if (rows[i].parameter != NULL)
			known[parameters++] = rows[i].parameter;
	for (size_t i = 0; i < form->count; i++) {
		size_t k = 0;
		while (k < parameters &&
		    !str_is(form->fields[i].name, known[k]))
			k++;
		if (k == parameters)
			parameters_note_unknown(form->fields[i].name, known);
	}
}

/* One property. False: refused. */
static bool
read_field(const struct parameters *parameters, const struct field *field,
    const struct form *form, struct changes *changes,
    struct refusal *refusal)
{
	struct change *change = &changes->items[changes->count];
	struct reading r = {
		.parameters = parameters,
		.field = field,
		.value = form_get(form, field->parameter),
		.change = change,
		.is_given = true,
	};
	bool required = parameters->use == FIELD_CREATE &&
	    (field->uses & FIELD_REQUIRED) != 0;

	if (required && r.value.len == 0)
		return refuse_parameter(
		    refusal, "%s field is required", field->parameter);
	if (r.value.at == NULL)
		return true;
	change->field = field;
	if (!readers[field->type](&r))
		return refuse_parameter(
		    refusal, "%s: %s", field->parameter, r.err.text);
	changes->count += r.is_given;
	return true;
}

bool
parameters_read(const struct parameters *parameters, const struct form *form,
    struct changes *changes, struct refusal *refusal)
{
	size_t count;
	const struct field *rows = field_first(parameters->kind, &count);

	*changes = (struct changes){
	    arena_array(parameters->arena, count, sizeof *changes->items), 0};
	if (changes->items == NULL)
		return refuse_parameter(refusal, "the form is too large");
	for (size_t i = 0; i < count; i++) {
		if (rows[i].parameter == NULL ||
		    (rows[i].uses & (unsigned)parameters->use) == 0)
			continue;
		if (!read_field(
			parameters, &rows[i], form, changes, refusal))
			return false;
	}
	note_unknown(form, rows, count);
	return true;
}
