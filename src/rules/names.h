/* SPDX-License-Identifier: MIT
 *
 * The names of conditions and templates that are no attributes: fields of the
 * callback, and the time. Only for the files of rules/.
 */
#ifndef RULES_NAMES_H
#define RULES_NAMES_H

#include "base/compat.h"
#include "base/err.h"
#include "expr/expr.h"
#include "rules/rules.h"

/* Whether a reference has a meaning in rules. */
MUST_USE bool names_check(
    const struct expr_reference *reference, struct err *err);

/* Whether what a name is compared with is a value that it can have; if not,
 * *err says what it has. `ordered`: with < and the like. */
MUST_USE bool names_check_constant(const struct expr_reference *reference,
    struct expr_value constant, bool ordered, struct err *err);

/* From Monday on. */
#define NAMES_WEEKDAYS 7
extern const char *const names_weekdays[NAMES_WEEKDAYS];

/* Whether it is a name of the time. */
bool names_is_time(const struct expr_reference *reference);

/* What it is worth for a callback; EXPR_NULL where it is absent or is no
 * number but should be. Sets *is_time where it is a name of the time. */
struct expr_value names_value(const struct rules_input *input,
    const struct expr_step *steps, size_t count, bool *is_time);

#endif
