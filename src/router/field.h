/* SPDX-License-Identifier: MIT
 *
 * The table of properties (router/fields.h) as a table in memory, and values
 * on their way into objects.
 */
#ifndef ROUTER_FIELD_H
#define ROUTER_FIELD_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "router/model.h"

/* The member's type stands behind each. */
enum field_type {
	FIELD_TEXT,          /* struct str */
	FIELD_URL,           /* struct str: absolute http or https, or empty */
	FIELD_UNIQUE_NAME,   /* struct str */
	FIELD_EVENT_TYPES,   /* struct str: "task.created,worker.created" */
	FIELD_ATTRIBUTES,    /* struct str: compact JSON object */
	FIELD_CONFIGURATION, /* struct str: compact JSON object */
	FIELD_EXPRESSION,    /* struct str */
	FIELD_ROUTING_TARGET, /* struct str: a SID */
	FIELD_BOOLEAN,       /* bool */
	FIELD_INTEGER,       /* int64_t */
	FIELD_DATE,          /* int64_t: ms, or ROUTER_NEVER */
	FIELD_CHOICE,        /* int64_t: index into `choices` */
	FIELD_REFERENCE,     /* pointer to the structure of kind `refers`, or NULL */
	/* Only shown: */
	FIELD_NAME_OF,       /* pointer to an object that has a friendly_name (of a
			      * TaskChannel: its unique_name) */
	FIELD_AVAILABLE_OF,  /* pointer to an Activity */
	FIELD_COUNT,         /* size_t */
	FIELD_PERCENTAGE,    /* of a WorkerChannel */
	FIELD_AGE,           /* of a Task, in seconds */
	FIELD_EMPTY_OBJECT,  /* the text "{}" */
};

enum field_use {
	FIELD_CREATE = 1 << 0,
	FIELD_UPDATE = 1 << 1,
	FIELD_REQUIRED = 1 << 2,
	FIELD_STORED = 1 << 3,
	FIELD_SHOWN = 1 << 4,
};

/* FIELD_WORKER_ATTRIBUTES, … in the order of the table. */
enum field_id {
#define FIELD(kind, id, ...) FIELD_##kind##_##id,
#include "router/fields.h"
#undef FIELD
	FIELD_IDS
};

#define FIELD_NO_MEMBER SIZE_MAX

struct field {
	enum field_id id;
	enum kind kind;
	size_t offset;         /* of the member, or FIELD_NO_MEMBER */
	const char *property;  /* in JSON, and the store's column */
	const char *parameter; /* in forms, or NULL */
	enum field_type type;
	unsigned uses;         /* enum field_use */
	const char *preset;    /* or NULL */
	int64_t least, most;
	const char *const *choices; /* FIELD_CHOICE, ends with NULL */
	enum kind refers;           /* FIELD_REFERENCE */
	const char *help;
};

extern const struct field field_rows[FIELD_IDS];

/* The rows of a kind: they stand together. */
const struct field *field_first(enum kind kind, size_t *count);

/* The member of `object` as its type says. */
const struct str *field_text(const struct field *field, const struct object *object);
bool field_boolean(const struct field *field, const struct object *object);
int64_t field_integer(const struct field *field, const struct object *object);
struct object *field_object(const struct field *field, const struct object *object);

/* "assigned" for TASK_ASSIGNED. */
const char *task_status_name(int64_t status);
const char *reservation_status_name(int64_t status);

/* A value for a field, checked as far as the row says. */
struct change {
	const struct field *field;
	union {
		struct str text;  /* absent: null */
		bool boolean;
		int64_t integer;  /* dates, choices */
		struct object *object; /* NULL: null */
	};
};

struct changes {
	struct change *items;
	size_t count;
};

/* The change of this field; NULL: not given. */
const struct change *change_find(
    const struct changes *changes, enum field_id id);

#endif
