/* SPDX-License-Identifier: MIT
 *
 * JSON written piece by piece into a buffer: lists of the REST API are too
 * large for the memory of an exchange. Commas are put where they belong; the
 * caller opens and closes objects and arrays in order.
 */
#ifndef TASKROUTERD_JSON_PUT_H
#define TASKROUTERD_JSON_PUT_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"

/* The comma before the next item of an array, unless it is the first. */
void json_put_item(struct buf *out);
/* The key of the next member of an object, with what stands before it. */
void json_put_key(struct buf *out, const char *key);

/* A string with its quotes, null if absent; bytes that are no UTF-8 become
 * U+FFFD. */
void json_put_text(struct buf *out, struct str value);
void json_put_integer(struct buf *out, int64_t value);
void json_put_boolean(struct buf *out, bool value);
/* "2019-09-05T12:28:13Z", as TaskRouter writes dates; null for
 * ROUTER_NEVER. */
void json_put_date(struct buf *out, int64_t wall_ms);

#endif
