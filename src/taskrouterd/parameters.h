/* SPDX-License-Identifier: MIT
 *
 * The parameters of a create or update, read through the table of properties
 * (router/fields.h) alone. Whether they may change, and whether expressions
 * and configurations mean something, the router decides.
 */
#ifndef TASKROUTERD_PARAMETERS_H
#define TASKROUTERD_PARAMETERS_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "codec/form.h"
#include "router/engine.h"
#include "router/field.h"

struct parameters {
	struct arena *arena; /* of what becomes of the values */
	const struct router *router;
	const struct workspace *workspace; /* NULL: of a new Workspace */
	enum kind kind;
	enum field_use use; /* FIELD_CREATE or FIELD_UPDATE */
	int64_t now;
};

/* Reads what the form has for objects of the kind. A parameter that comes more
 * than once counts the first time; unknown ones are passed over, with a line
 * in the log for whoever wonders. An empty value takes back what was set, to
 * null or to the preset. Texts live as long as the form and the arena. False:
 * refused, with the parameter's name and what was expected. */
MUST_USE bool parameters_read(const struct parameters *parameters,
    const struct form *form, struct changes *changes,
    struct refusal *refusal);

/* true, 1 and yes in any case are true, all else is false.
 * Source: Twilio's OpenAPI description, `Available` of an Activity. */
bool parameters_boolean(struct str value);

/* One of the field's choices, in any case. */
MUST_USE bool parameters_choice(const struct field *field, struct str value,
    int64_t *choice, struct err *err);

/* An ISO 8601 date with time, or without (then the day's begin in UTC), as
 * ms. */
MUST_USE bool parameters_date(struct str value, int64_t *ms, struct err *err);

/* A line in the log, of level debug: a parameter of no meaning here, with the
 * nearest that has one. `known` ends with NULL. */
void parameters_note_unknown(struct str name, const char *const *known);

#endif
