/* SPDX-License-Identifier: MIT
 *
 * application/x-www-form-urlencoded (WHATWG URL section 5): split at '&' and
 * '=' first, decode percent signs and '+' afterwards, once.
 */
#ifndef CODEC_FORM_H
#define CODEC_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

struct form_field {
	struct str name;
	struct str value;
};

struct form {
	struct form_field *fields;
	size_t count;
};

/* How many fields a form may have; more are refused. */
#define FORM_FIELDS 256

/* Decodes `text`; names and values are views of it where nothing had to be
 * decoded, and in the arena elsewhere. False: a percent sign without two hex
 * digits, too many fields, or no memory. Values may hold any byte. */
MUST_USE bool form_decode(struct arena *arena, struct str text,
    struct form *form, struct err *err);

/* The value of the first field of that name; absent if there is none. */
struct str form_get(const struct form *form, const char *name);

/* Appends name=value, with '&' before it unless `out` is empty. */
void form_add(struct buf *out, const char *name, struct str value);
/* Appends `s`, percent-encoded but for the unreserved characters of RFC 3986
 * section 2.3. */
void form_encode(struct buf *out, struct str s);

#endif
