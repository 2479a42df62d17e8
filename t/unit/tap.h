/* SPDX-License-Identifier: MIT
 *
 * Test Anything Protocol for unit programs: `ok(a == b, "what holds")`, and
 * `return tap_done();` at the end of main.
 */
#ifndef UNIT_TAP_H
#define UNIT_TAP_H

#include "base/compat.h"
#include "base/str.h"

/* Each returns whether it held. The name is formatted. */
bool ok(bool held, const char *format, ...) PRINTF_LIKE(2, 3);
/* Shows both on failure; an absent view is shown as (absent). */
bool is_str(struct str got, const char *expected, const char *format, ...)
    PRINTF_LIKE(3, 4);
bool is_int(int64_t got, int64_t expected, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Prints the plan; the exit status of the program. */
int tap_done(void);

#endif
