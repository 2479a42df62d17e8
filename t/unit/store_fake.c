/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store_fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)256 << 20)

/* ---- the router that takes things down */

void
router_fake_init(struct router *router)
{
	*router = (struct router){0};
	buf_init(&router->lines, MOST_BYTES);
}

void
router_fake_release(struct router *router)
{
	buf_release(&router->lines);
}

static void
line_begin(struct buf *out, const struct stored_object *object)
{
	buf_format(out, "%s %.*s number=%llu version=%u created=%lld "
	    "updated=%lld workspace=%.*s", kind_rows[object->kind].noun,
	    STR_ARGS(object->sid), (unsigned long long)object->number,
	    object->version, (long long)object->date_created,
	    (long long)object->date_updated, STR_ARGS(object->workspace));
}

static void
line_value(struct buf *out, const struct stored_value *value)
{
	buf_format(out, " %s=", value->field->property);
	switch (value->field->type) {
	case FIELD_BOOLEAN:
	case FIELD_INTEGER:
	case FIELD_DATE:
		buf_format(out, "%lld", (long long)value->integer);
		break;
	case FIELD_TEXT:
	case FIELD_URL:
	case FIELD_UNIQUE_NAME:
	case FIELD_EVENT_TYPES:
	case FIELD_ATTRIBUTES:
	case FIELD_CONFIGURATION:
	case FIELD_EXPRESSION:
	case FIELD_ROUTING_TARGET:
	case FIELD_CHOICE:
	case FIELD_REFERENCE:
		buf_add_byte(out, value->text.at == NULL ? '-' : '[');
		buf_add_str(out, value->text);
		buf_add_byte(out, value->text.at == NULL ? '-' : ']');
		break;
	case FIELD_NAME_OF:
	case FIELD_AVAILABLE_OF:
	case FIELD_COUNT:
	case FIELD_PERCENTAGE:
	case FIELD_AGE:
	case FIELD_EMPTY_OBJECT:
		buf_add_str(out, STR("not for stores"));
	}
}

bool
router_restore(struct router *router, const struct stored_object *object,
    const struct stored_value *values, size_t count, struct err *err)
{
	if (router->refuse != NULL && str_is(object->sid, router->refuse))
		return err_set(err, 0, "%s %s is not wanted",
		    kind_rows[object->kind].noun, router->refuse);
	line_begin(&router->lines, object);
	for (size_t i = 0; i < count; i++)
		line_value(&router->lines, &values[i]);
	buf_add_byte(&router->lines, '\n');
	return true;
}

bool
router_restored(struct router *router, uint64_t number, struct err *err)
{
	router->number = number;
	router->is_restored = true;
	return router->refuse == NULL || err_set(err, 0, "is not complete");
}

/* ---- objects and effects */

void
fake_init(struct fake *fake)
{
	memset(fake, 0, sizeof *fake);
	arena_init(&fake->memory, MOST_BYTES);
	fake_settle(fake);
}

void
fake_release(struct fake *fake)
{
	arena_release(&fake->memory);
}

void
fake_settle(struct fake *fake)
{
	TAILQ_INIT(&fake->effects.changed);
	STAILQ_INIT(&fake->effects.removed);
	STAILQ_INIT(&fake->effects.records);
}

static void *
take(struct fake *fake, size_t size)
{
	void *block = arena_alloc(&fake->memory, size);

	if (block == NULL) {
		fprintf(stderr, "no memory for the test\n");
		exit(3);
	}
	return block;
}

void
fake_sid(const char *prefix, uint64_t number, char sid[ROUTER_SID + 1])
{
	(void)snprintf(sid, ROUTER_SID + 1, "%.2s%032llx", prefix,
	    (unsigned long long)number);
}

struct object *
fake_object(struct fake *fake, enum kind kind, uint64_t number,
    struct object *workspace)
{
	struct object *object = take(fake, kind_rows[kind].size);

	object->kind = kind;
	object->number = number;
	fake_sid(kind_rows[kind].prefix, number, object->sid);
	object->date_created = (int64_t)number * 1000;
	object->date_updated = object->date_created + 1;
	object->workspace =
	    (struct workspace *)(workspace == NULL ? object : workspace);
	return object;
}

void
fake_change(struct fake *fake, struct object *object)
{
	TAILQ_INSERT_TAIL(&fake->effects.changed, object, changed);
}

void
fake_remove(struct fake *fake, const struct object *object)
{
	struct removal *removal = take(fake, sizeof *removal);

	removal->kind = object->kind;
	memcpy(removal->sid, object->sid, sizeof removal->sid);
	STAILQ_INSERT_TAIL(&fake->effects.removed, removal, entry);
}

struct record *
fake_record(
    struct fake *fake, uint64_t number, const struct object *workspace)
{
	struct record *record = take(fake, sizeof *record);

	record->number = number;
	record->date = (int64_t)number;
	fake_sid("EV", number, record->sid);
	memcpy(record->workspace, workspace->sid, sizeof record->workspace);
	record->type = "task.created";
	record->resource_type = "task";
	fake_sid("WT", number, record->resource_sid);
	record->data = STR("{}");
	STAILQ_INSERT_TAIL(&fake->effects.records, record, entry);
	return record;
}

static void *
member(const struct field *field, struct object *object)
{
	return (char *)object + field->offset;
}

void
fake_set_text(struct fake *fake, const struct field *field,
    struct object *object, struct str text)
{
	*(struct str *)member(field, object) = arena_str(&fake->memory, text);
}

void
fake_set_boolean(const struct field *field, struct object *object, bool value)
{
	*(bool *)member(field, object) = value;
}

void
fake_set_integer(
    const struct field *field, struct object *object, int64_t value)
{
	*(int64_t *)member(field, object) = value;
}

void
fake_set_object(const struct field *field, struct object *object,
    struct object *value)
{
	memcpy(member(field, object), &value, sizeof value);
}

static struct stored_value
value_of(const struct field *field, const struct object *object)
{
	struct stored_value value = {.field = field};

	if (field->type == FIELD_BOOLEAN) {
		value.integer = field_boolean(field, object);
	} else if (field->type == FIELD_INTEGER || field->type == FIELD_DATE) {
		value.integer = field_integer(field, object);
	} else if (field->type == FIELD_CHOICE) {
		value.text = str_from(
		    field->choices[field_integer(field, object)]);
	} else if (field->type == FIELD_REFERENCE) {
		const struct object *other = field_object(field, object);
		value.text = other == NULL ? STR_NONE : str_from(other->sid);
	} else {
		value.text = *field_text(field, object);
	}
	return value;
}

void
fake_line(struct buf *out, const struct object *object)
{
	const struct stored_object stored = {object->kind,
		str_from(object->sid), object->number, object->version,
		object->date_created, object->date_updated,
		str_from(object->workspace->object.sid)};
	size_t count;
	const struct field *fields = field_first(object->kind, &count);

	line_begin(out, &stored);
	for (size_t i = 0; i < count; i++) {
		if ((fields[i].uses & FIELD_STORED) == 0)
			continue;
		const struct stored_value value = value_of(&fields[i], object);
		line_value(out, &value);
	}
	buf_add_byte(out, '\n');
}
