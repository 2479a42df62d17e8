/* SPDX-License-Identifier: MIT
 *
 * The request header Idempotency-Key: a text of the client's by which a
 * repeated request is known for the same one.
 * Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
#ifndef HTTP_IDEMPOTENCY_KEY_H
#define HTTP_IDEMPOTENCY_KEY_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

#define IDEMPOTENCY_KEY_LENGTH ((size_t)255)

/* The key in the header's value: as the draft has it, a string in quotes
 * (RFC 9651 section 3.3.3), or bare, as most clients send it. 1 to 255 visible
 * characters of ASCII, and blanks within quotes. Absent: it is none, and *err
 * says what was expected; or no memory. */
struct str idempotency_key_read(
    struct arena *arena, struct str value, struct err *err);

#endif
