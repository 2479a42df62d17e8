/* SPDX-License-Identifier: MIT
 *
 * Values into the members of objects, by the table of fields.
 */
#include "base/compat.h"

#include <string.h>

#include "router/state.h"

static bool
put_text(void *member, const struct change *change)
{
	struct str *text = member;

	if ((text->at == NULL) == (change->text.at == NULL) &&
	    str_equal(*text, change->text))
		return false;
	router_set_text(text, change->text);
	return true;
}

static bool
put_boolean(void *member, const struct change *change)
{
	bool *boolean = member;
	bool differs = *boolean != change->boolean;

	*boolean = change->boolean;
	return differs;
}

static bool
put_integer(void *member, const struct change *change)
{
	int64_t *integer = member;
	bool differs = *integer != change->integer;

	*integer = change->integer;
	return differs;
}

/* The members are pointers to various structures that begin with an object. */
static bool
put_object(void *member, const struct change *change)
{
	bool differs = memcmp(member, &change->object, sizeof(void *)) != 0;

	memcpy(member, &change->object, sizeof(void *));
	return differs;
}

static bool (*const puts_of[])(void *, const struct change *) = {
	[FIELD_TEXT] = put_text,
	[FIELD_URL] = put_text,
	[FIELD_UNIQUE_NAME] = put_text,
	[FIELD_EVENT_TYPES] = put_text,
	[FIELD_ATTRIBUTES] = put_text,
	[FIELD_CONFIGURATION] = put_text,
	[FIELD_EXPRESSION] = put_text,
	[FIELD_ROUTING_TARGET] = put_text,
	[FIELD_BOOLEAN] = put_boolean,
	[FIELD_INTEGER] = put_integer,
	[FIELD_DATE] = put_integer,
	[FIELD_CHOICE] = put_integer,
	[FIELD_REFERENCE] = put_object,
};

static bool
is_kept(const struct field *field)
{
	return field->offset != FIELD_NO_MEMBER &&
	    (size_t)field->type < ARRAY_LENGTH(puts_of);
}

bool
field_put(struct object *object, const struct change *change)
{
	const struct field *field = change->field;

	return is_kept(field) &&
	    puts_of[field->type]((char *)object + field->offset, change);
}

bool
fields_assign(struct router *router, struct object *object,
    const struct changes *changes)
{
	bool differs = false;

	(void)router;
	for (size_t i = 0; i < changes->count; i++)
		if (field_put(object, &changes->items[i]))
			differs = true;
	return differs;
}

static int64_t
choice_of(const struct field *field, struct str word)
{
	for (int64_t i = 0; field->choices[i] != NULL; i++)
		if (str_is(word, field->choices[i]))
			return i;
	return 0;
}

static void
read_preset(const struct field *field, struct change *change)
{
	struct str preset = str_from(field->preset);
	uint64_t number = 0;

	switch ((int)field->type) {
	case FIELD_BOOLEAN:
		change->boolean = str_is(preset, "true");
		break;
	case FIELD_INTEGER:
		if (str_to_uint(preset, INT64_MAX, &number))
			change->integer = (int64_t)number;
		break;
	case FIELD_DATE:
		change->integer = ROUTER_NEVER;
		break;
	case FIELD_CHOICE:
		change->integer = choice_of(field, preset);
		break;
	case FIELD_REFERENCE:
		change->object = NULL;
		break;
	default:
		change->text = preset;
	}
}

void
fields_preset(struct router *router, struct object *object)
{
	size_t count;
	const struct field *field = field_first(object->kind, &count);

	(void)router;
	for (size_t i = 0; i < count; i++, field++) {
		struct change change = {.field = field};
		if (!is_kept(field))
			continue;
		read_preset(field, &change);
		(void)field_put(object, &change);
	}
}
