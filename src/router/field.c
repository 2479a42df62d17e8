/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/field.h"

#include <assert.h>
#include <string.h>

/* Each kind by its name, all of them at offset 0. */
union any_kind {
#define KIND(name, structure, ...) struct structure name;
#include "router/kinds.h"
#undef KIND
};

#define KIND(name, structure, ...) \
	static_assert(offsetof(struct structure, object) == 0, \
	    "a struct " #structure " is read through its struct object");
#include "router/kinds.h"
#undef KIND

const struct kind_row kind_rows[KIND_COUNT] = {
#define KIND(name, structure, prefix, noun, plural, key, table) \
	[KIND_##name] = {#structure, prefix, noun, plural, key, table, \
	    sizeof(struct structure)},
#include "router/kinds.h"
#undef KIND
};

static const char *const field_orders[] = {
	[ORDER_FIFO] = "FIFO", [ORDER_LIFO] = "LIFO", NULL};
static const char *const field_templates[] = {"NONE", "FIFO", NULL};
static const char *const field_task_statuses[] = {
	[TASK_PENDING] = "pending",
	[TASK_RESERVED] = "reserved",
	[TASK_ASSIGNED] = "assigned",
	[TASK_WRAPPING] = "wrapping",
	[TASK_COMPLETED] = "completed",
	[TASK_CANCELED] = "canceled",
	NULL,
};
static const char *const field_reservation_statuses[] = {
	[RESERVATION_PENDING] = "pending",
	[RESERVATION_ACCEPTED] = "accepted",
	[RESERVATION_REJECTED] = "rejected",
	[RESERVATION_TIMEOUT] = "timeout",
	[RESERVATION_CANCELED] = "canceled",
	[RESERVATION_RESCINDED] = "rescinded",
	[RESERVATION_WRAPPING] = "wrapping",
	[RESERVATION_COMPLETED] = "completed",
	NULL,
};
static const char *const field_callback_states[] = {
	[CALLBACK_NONE] = "none",
	[CALLBACK_DUE] = "due",
	[CALLBACK_DONE] = "done",
	NULL,
};

/* No property lies where the object itself does. */
#define NONE object
#define OFFSET(kind, member) \
	(offsetof(union any_kind, kind.member) == 0 \
		? FIELD_NO_MEMBER \
		: offsetof(union any_kind, kind.member))
#define CREATE FIELD_CREATE
#define UPDATE FIELD_UPDATE
#define REQUIRED FIELD_REQUIRED
#define STORED FIELD_STORED
#define SHOWN FIELD_SHOWN

const struct field field_rows[FIELD_IDS] = {
#define FIELD(kind, id, member, property, parameter, type, uses, preset, \
    least, most, more, text) \
	{FIELD_##kind##_##id, KIND_##kind, OFFSET(kind, member), property, \
	    parameter, FIELD_##type, uses, preset, least, most, more, \
	    .help = text},
#include "router/fields.h"
#undef FIELD
};

/* What a member is in memory. A property that is only shown, or only given,
 * has none. */
#define MEMBER(kind, member) (((union any_kind *)0)->kind.member)
#define IS_NOTHING(m) _Generic((m), struct object: 1, default: 0)
#define IS(type, m) _Generic((m), type: 1, struct object: 1, default: 0)
#define IS_POINTER(m) \
	_Generic((m), struct workspace *: 1, struct activity *: 1, \
	    struct task_channel *: 1, struct task_queue *: 1, \
	    struct workflow *: 1, struct workflow_revision *: 1, \
	    struct worker *: 1, struct worker_channel *: 1, struct task *: 1, \
	    struct object: 1, default: 0)
#define IS_TEXT(m) IS(struct str, m)
#define IS_URL(m) IS(struct str, m)
#define IS_UNIQUE_NAME(m) IS(struct str, m)
#define IS_EVENT_TYPES(m) IS(struct str, m)
#define IS_ATTRIBUTES(m) IS(struct str, m)
#define IS_CONFIGURATION(m) IS(struct str, m)
#define IS_EXPRESSION(m) IS(struct str, m)
#define IS_ROUTING_TARGET(m) IS(struct str, m)
#define IS_BOOLEAN(m) IS(bool, m)
#define IS_INTEGER(m) IS(int64_t, m)
#define IS_DATE(m) IS(int64_t, m)
#define IS_CHOICE(m) IS(int64_t, m)
#define IS_REFERENCE(m) IS_POINTER(m)
#define IS_NAME_OF(m) IS_POINTER(m)
#define IS_AVAILABLE_OF(m) IS(struct activity *, m)
#define IS_COUNT(m) IS(size_t, m)
#define IS_PERCENTAGE(m) IS_NOTHING(m)
#define IS_AGE(m) IS_NOTHING(m)
#define IS_EMPTY_OBJECT(m) IS_NOTHING(m)

#define FIELD(kind, id, member, property, parameter, type, ...) \
	static_assert(IS_##type(MEMBER(kind, member)), \
	    "the type of " #kind "." #member);
#include "router/fields.h"
#undef FIELD

const struct field *
field_first(enum kind kind, size_t *count)
{
	const struct field *first = NULL;

	*count = 0;
	for (size_t i = 0; i < FIELD_IDS; i++) {
		if (field_rows[i].kind != kind)
			continue;
		if (first == NULL)
			first = &field_rows[i];
		(*count)++;
	}
	return first;
}

static const void *
member_of(const struct field *field, const struct object *object)
{
	return (const char *)object + field->offset;
}

const struct str *
field_text(const struct field *field, const struct object *object)
{
	return member_of(field, object);
}

bool
field_boolean(const struct field *field, const struct object *object)
{
	const bool *boolean = member_of(field, object);

	return *boolean;
}

int64_t
field_integer(const struct field *field, const struct object *object)
{
	const void *member = member_of(field, object);

	if (field->type == FIELD_COUNT)
		return (int64_t)*(const size_t *)member;
	return *(const int64_t *)member;
}

struct object *
field_object(const struct field *field, const struct object *object)
{
	struct object *other;

	/* It is declared as a pointer to one of several structures. */
	memcpy(&other, member_of(field, object), sizeof other);
	return other;
}

const char *
task_status_name(int64_t status)
{
	return field_task_statuses[status];
}

const char *
reservation_status_name(int64_t status)
{
	return field_reservation_statuses[status];
}

const struct change *
change_find(const struct changes *changes, enum field_id id)
{
	for (size_t i = 0; i < changes->count; i++)
		if (changes->items[i].field->id == id)
			return &changes->items[i];
	return NULL;
}
