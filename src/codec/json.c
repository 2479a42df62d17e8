/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "codec/json.h"

/* json-c has a type of the same name as ours. */
#define json_type json_c_type
#include <json-c/json.h>
#undef json_type
#include <string.h>

#include "codec/json_scan.h"

/* json-c lets the last of two equal keys win: then the tree has fewer
 * members than the text. */
static size_t
count_members(json_object *value)
{
	size_t count = 0;

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member)
		{
			(void)key;
			count += 1 + count_members(member);
		}
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			count += count_members(
			    json_object_array_get_idx(value, i));
	}
	return count;
}

static void
release(void *value)
{
	json_object_put(value);
}

/* json-c's own words are about its states; these are about the text. */
static const char *
describe(enum json_tokener_error error)
{
	static const struct {
		enum json_tokener_error error;
		const char *text;
	} rows[] = {
		{json_tokener_continue, "the text ends too early"},
		{json_tokener_error_parse_eof, "the text ends too early"},
		{json_tokener_error_parse_number, "not a number"},
		{json_tokener_error_parse_array, "expected ',' or ']'"},
		{json_tokener_error_parse_object_key_name,
		    "expected a key in double quotes"},
		{json_tokener_error_parse_object_key_sep, "expected ':'"},
		{json_tokener_error_parse_object_value_sep,
		    "expected ',' or '}'"},
		{json_tokener_error_parse_string, "bad escape in a string"},
		{json_tokener_error_parse_utf8_string, "not valid UTF-8"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].error == error)
			return rows[i].text;
	return "unexpected character";
}

static bool
parse_tree(struct json_scan *s, json_object **value)
{
	json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH + 1);
	enum json_tokener_error error;

	if (tokener == NULL)
		return err_set(s->err, 0, "out of memory");
	json_tokener_set_flags(
	    tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* The NUL behind the text ends a bare number. */
	*value = json_tokener_parse_ex(tokener, s->text, (int)s->len + 1);
	error = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	while (error == json_tokener_success && end < s->len &&
	    str_has_byte(STR(" \t\r\n"), s->text[end]))
		end++;
	if (error == json_tokener_success && end >= s->len)
		return true;
	json_object_put(*value);
	*value = NULL;
	if (end > s->len)
		end = s->len;
	return err_set(s->err, end, "%s",
	    error == json_tokener_success ? "text behind the value"
					  : describe(error));
}

bool
json_parse(struct arena *arena, struct str text, struct json_limits limits,
    struct json_object **value, struct err *err)
{
	struct str copy = arena_str(arena, text);
	struct json_scan s = {.len = copy.len, .limits = limits, .err = err};

	*value = NULL;
	if (copy.at == NULL || copy.len >= INT32_MAX)
		return err_set(err, 0, "too large");
	s.text = (char *)(uintptr_t)copy.at;
	if (!json_scan(&s))
		return false;
	if (str_trim(copy).len == 0)
		return err_set(err, 0, "empty");
	if (!parse_tree(&s, value))
		return false;
	if (!arena_defer(arena, release, *value)) {
		*value = NULL;
		return err_set(err, 0, "too large");
	}
	if (count_members(*value) == s.members)
		return true;
	*value = NULL;
	return err_set(err, json_find_repeated(arena, copy, s.members),
	    "a key is repeated within one object");
}

enum json_type
json_type(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		return JSON_BOOLEAN;
	case json_type_int:
		return json_object_get_uint64(value) > INT64_MAX
		    ? JSON_NUMBER
		    : JSON_INTEGER;
	case json_type_double:
		return JSON_NUMBER;
	case json_type_string:
		return JSON_STRING;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_null:
		break;
	}
	return JSON_NULL;
}

const char *
json_type_name(enum json_type type)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",     [JSON_BOOLEAN] = "true or false",
		[JSON_INTEGER] = "a whole number", [JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string", [JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return names[type];
}

struct str
json_text(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return STR_NONE;
	return (struct str){json_object_get_string(value),
	    (size_t)json_object_get_string_len(value)};
}

bool
json_boolean(struct json_object *value)
{
	return json_object_get_boolean(value) != 0;
}

int64_t
json_integer(struct json_object *value)
{
	return json_object_get_int64(value);
}

double
json_number(struct json_object *value)
{
	return json_object_get_double(value);
}

struct json_object *
json_get(struct json_object *value, const char *key)
{
	json_object *member = NULL;

	if (json_object_is_type(value, json_type_object))
		(void)json_object_object_get_ex(value, key, &member);
	return member;
}

struct str
json_get_text(struct json_object *value, const char *key)
{
	return json_text(json_get(value, key));
}

size_t
json_length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array)
	    ? json_object_array_length(array)
	    : 0;
}

struct json_object *
json_item(struct json_object *array, size_t index)
{
	return json_object_array_get_idx(array, index);
}

bool
json_next(struct json_object *object, struct json_member *member)
{
	const struct lh_entry *entry = member->entry;

	entry = entry == NULL ? json_object_get_object(object)->head
			      : entry->next;
	if (entry == NULL)
		return false;
	member->entry = entry;
	member->key = str_from(lh_entry_k(entry));
	member->value = (json_object *)(uintptr_t)lh_entry_v(entry);
	return true;
}

struct str
json_write(struct arena *arena, struct json_object *value)
{
	size_t length;
	const char *text = json_object_to_json_string_length(value,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);

	return arena_str(arena, (struct str){text, text == NULL ? 0 : length});
}

/* How one byte of valid UTF-8 stands in a JSON string (RFC 8259 section 7). */
static size_t
quote_byte(char *to, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	if (c == '"' || c == '\\') {
		to[0] = '\\';
		to[1] = (char)c;
		return 2;
	}
	if (c >= ' ') {
		to[0] = (char)c;
		return 1;
	}
	memcpy(to, "\\u00", 4);
	to[4] = digits[c >> 4];
	to[5] = digits[c & 15];
	return 6;
}

struct str
json_quote(struct arena *arena, struct str s)
{
	char *text = arena_array(arena, s.len + 1, 6);
	size_t length = 0;

	if (text == NULL)
		return STR_NONE;
	text[length++] = '"';
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c < 0x80) {
			length += quote_byte(text + length, c);
			continue;
		}
		size_t sequence = str_utf8_sequence(s, i);
		struct str shown = sequence == 0
		    ? STR("\xef\xbf\xbd")
		    : str_slice(s, i, i + sequence);
		memcpy(text + length, shown.at, shown.len);
		length += shown.len;
		i += sequence == 0 ? 0 : sequence - 1;
	}
	text[length++] = '"';
	return (struct str){text, length};
}

void
json_position(struct str text, size_t offset, unsigned *line, unsigned *column)
{
	*line = 1;
	*column = 1;
	for (size_t i = 0; i < offset && i < text.len; i++) {
		if (text.at[i] == '\n') {
			(*line)++;
			*column = 1;
		} else {
			(*column)++;
		}
	}
}
