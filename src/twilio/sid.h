/* SPDX-License-Identifier: MIT
 *
 * Twilio's identifiers: two capital letters that name the kind, then 32
 * hexadecimal digits (OpenAPI description: ^XX[0-9a-fA-F]{32}$).
 */
#ifndef TWILIO_SID_H
#define TWILIO_SID_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

#define SID_LENGTH 34

/* Whether `s` is a SID of the kind: sid_is(s, "WT"). */
bool sid_is(struct str s, const char *kind);

/* As sid_is, with words for the configuration and for parameters:
 * "expected a Task SID: WT and 32 hexadecimal digits". */
MUST_USE bool sid_check(struct str s, const char *kind, struct err *err);

/* "Task" for "WT"; the kind itself if it is unknown. */
const char *sid_kind_name(const char *kind);

#endif
