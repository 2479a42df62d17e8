/* SPDX-License-Identifier: MIT
 *
 * The parameters of what stands under /_local: one table for each, which reads
 * them and is the list in taskrouterd(8).
 */
#ifndef TASKROUTERD_CONTROLS_H
#define TASKROUTERD_CONTROLS_H

#include <stdio.h>

#include "base/compat.h"
#include "codec/form.h"
#include "http/exchange.h"

enum control_type {
	CONTROL_TEXT,    /* struct str: least to most bytes */
	CONTROL_INTEGER, /* int64_t, least to most */
	CONTROL_SECONDS, /* int64_t milliseconds; written as seconds, fractions
			  * allowed; least and most are milliseconds */
	CONTROL_DECIMAL, /* int64_t thousandths; least and most are too */
	CONTROL_BOOLEAN, /* bool; written as true or false */
	CONTROL_CHOICE,  /* int: index into `choices` */
	CONTROL_DATE,    /* int64_t milliseconds since 1970 (UTC) */
};

struct control {
	const char *name; /* "retry_after" */
	enum control_type type;
	size_t offset;     /* of the member in the struct that is filled */
	const char *preset; /* as it would be written; NULL: the member stays as
			     * it is where the parameter is not given */
	int64_t least, most;
	const char *const *choices; /* CONTROL_CHOICE, ends with NULL */
	const char *help; /* for the manual page, in mdoc-free plain text */
};

/* Fills `members` from presets and parameters, of which an empty one counts as
 * given. Texts live in the form's memory; it must hold views that end in NUL,
 * as those of requests do. False: the exchange was refused with 400 and words
 * that name the parameter and what was expected; so it is for one that the
 * table does not have, or that is given twice. */
MUST_USE bool controls_read(const struct control *controls, size_t count,
    const struct form *form, void *members, struct exchange *exchange);

/* Writes the table as an mdoc(7) list. */
void controls_write_manual(
    const struct control *controls, size_t count, FILE *out);

#endif
