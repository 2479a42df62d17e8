/* SPDX-License-Identifier: MIT
 *
 * JSON (RFC 8259), strictly: a scan of our own refuses what json-c lets pass
 * or changes (NaN, repeated keys, NUL in keys, too many values, whole numbers
 * beyond 64 bits), then json-c parses in
 * its strict mode. The only place that includes json-c.
 *
 * Values belong to the arena given to json_parse and die with it.
 */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

struct json_object; /* a JSON value of any type; NULL is `null` */

enum json_type {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_INTEGER, /* fits int64_t, written without fraction or exponent */
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

#define JSON_DEPTH 32

struct json_limits {
	size_t values;  /* how many values of any type a document may hold */
	bool comments;  /* // to the end of the line, and C comments */
};

/* False: *err says what was expected and at which byte of `text`. The text
 * must be valid UTF-8. Nothing behind the value but white space. */
MUST_USE bool json_parse(struct arena *arena, struct str text,
    struct json_limits limits, struct json_object **value, struct err *err);

enum json_type json_type(struct json_object *value);
const char *json_type_name(enum json_type type);

/* Of a string; absent for any other type. Lives as long as the value. */
struct str json_text(struct json_object *value);
bool json_boolean(struct json_object *value);
int64_t json_integer(struct json_object *value);
double json_number(struct json_object *value);

/* The member `key` of an object; NULL if there is none, or it is null, or
 * `value` is no object. */
struct json_object *json_get(struct json_object *value, const char *key);
/* The text of the string member `key`; absent if there is none. */
struct str json_get_text(struct json_object *value, const char *key);

size_t json_length(struct json_object *array);
struct json_object *json_item(struct json_object *array, size_t index);

/* The members of an object in their order:
 *   struct json_member m = {0};
 *   while (json_next(object, &m)) … m.key, m.value */
struct json_member {
	const void *entry;
	struct str key;
	struct json_object *value;
};
bool json_next(struct json_object *object, struct json_member *member);

/* The value as compact JSON, without escaped slashes, in the arena. */
struct str json_write(struct arena *arena, struct json_object *value);
/* `s` as a JSON string with its quotes; bytes that are no UTF-8 become
 * U+FFFD. In the arena. */
struct str json_quote(struct arena *arena, struct str s);

/* Line and column, both from 1, of a byte offset in a text. */
void json_position(
    struct str text, size_t offset, unsigned *line, unsigned *column);

#endif
