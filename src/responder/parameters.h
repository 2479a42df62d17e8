/* SPDX-License-Identifier: MIT
 *
 * The parameters of operator endpoints: a table of what may be given, each
 * checked before anything is sent; anything else is refused by name.
 */
#ifndef RESPONDER_PARAMETERS_H
#define RESPONDER_PARAMETERS_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "http/exchange.h"

struct parameter {
	const char *name;  /* as TaskRouter's REST API calls it */
	const char *alias; /* another name for it, or NULL */
	/* False: *err says what was expected. */
	bool (*check)(struct str value, struct err *err);
	/* May be given more than once: values[i] is all of them with commas
	 * between, and a value may be such a list itself; each item is checked
	 * by itself, and parameters_send sends them one by one. */
	bool repeatable;
};

/* Reads the query and the form into values[i] for table[i]; absent where not
 * given. False: the exchange was refused with 400, naming the parameter. */
MUST_USE bool parameters_read(struct exchange *exchange,
    const struct parameter *table, size_t count, struct str *values);

/* Whether any value is present; else the exchange is refused with 400. */
MUST_USE bool parameters_check_any(struct exchange *exchange,
    const struct parameter *table, size_t count, const struct str *values);

/* Appends to a form, or a query, what is present of values[i]. */
void parameters_send(struct buf *out, const struct parameter *table,
    size_t count, const struct str *values);

/* A form with what is present, with room for every value that a request may
 * have; buf_release is the caller's. */
void parameters_begin_form(struct exchange *exchange, struct buf *form,
    const struct parameter *table, size_t count, const struct str *values);

#endif
