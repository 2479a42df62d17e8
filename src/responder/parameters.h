/* SPDX-License-Identifier: MIT
 *
 * The parameters of operator endpoints: a table of what may be given, each
 * checked before anything is sent; anything else is refused by name.
 */
#ifndef RESPONDER_PARAMETERS_H
#define RESPONDER_PARAMETERS_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "http/exchange.h"

struct parameter {
	const char *name;  /* as TaskRouter's REST API calls it */
	const char *alias; /* another name for it, or NULL */
	/* False: *err says what was expected. */
	bool (*check)(struct str value, struct err *err);
};

/* Reads the query and the form into values[i] for table[i]; absent where not
 * given. False: the exchange was refused with 400, naming the parameter. */
MUST_USE bool parameters_read(struct exchange *exchange,
    const struct parameter *table, size_t count, struct str *values);

#endif
