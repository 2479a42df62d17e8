/* SPDX-License-Identifier: MIT
 *
 * What went wrong, in words for a person: written once, where the fact is
 * known, handed up unchanged. Programs decide by return values, never by
 * reading the text.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/compat.h"

struct err {
	size_t at;      /* byte offset in the text that was read, 0 if none */
	char text[320];
};

/* Writes the text (cut to fit) and returns false, so that a check reads
 * `return err_set(err, offset, "…")`. */
bool err_set(struct err *err, size_t at, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
