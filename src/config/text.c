/* SPDX-License-Identifier: MIT
 *
 * Values that are written as plain text: presets, and the environment.
 */
#include "base/compat.h"

#include "config/reader.h"

#include <string.h>

/* Text that means the same in JSON: numbers, true, false, objects, lists. */
static void
read_json_text(struct config_reader *reader, const struct config_key *key,
    struct str text)
{
	struct json_limits limits = {.values = CONFIG_VALUES_MOST};
	struct json_object *value;
	struct err err;

	if (json_parse(reader->scratch, text, limits, &value, &err))
		config_read_value(reader, key, value);
	else
		config_error(reader, key->path, "byte %zu: %s", err.at + 1,
		    err.text);
}

/* Text that is a string, or several, as it stands. */
static void
read_plain_text(struct config_reader *reader, const struct config_key *key,
    struct str text)
{
	struct str quoted = json_quote(reader->scratch, text);

	/* json_quote replaces what is no UTF-8; that must not pass silently. */
	if (str_utf8_length(text) == SIZE_MAX)
		config_error(reader, key->path, "is not valid UTF-8");
	else if (quoted.at != NULL)
		read_json_text(reader, key, quoted);
}

static bool
is_separator(char c)
{
	return str_has_byte(STR(" \t\r\n,"), c);
}

/* "WS1, WS2" becomes ["WS1","WS2"]. */
static struct str
list_as_json(struct config_reader *reader, struct str text)
{
	struct str list = STR("[");
	size_t at = 0;

	while (at < text.len) {
		size_t from = at;
		while (at < text.len && !is_separator(text.at[at]))
			at++;
		struct str item = json_quote(
		    reader->scratch, str_slice(text, from, at));
		if (at > from)
			list = arena_format(reader->scratch, "%.*s%s%.*s",
			    STR_ARGS(list), list.len > 1 ? "," : "",
			    STR_ARGS(item));
		at += at < text.len;
	}
	return arena_format(reader->scratch, "%.*s]", STR_ARGS(list));
}

static void
read_secret_text(struct config_reader *reader, const struct config_key *key,
    struct str text)
{
	struct config_strings *member = config_member(reader, key);
	struct config_strings list;

	if (config_read_secret_text(reader, key->path, text, &list) &&
	    config_check_list(reader, key, key->path, &list))
		*member = list;
}

void
config_read_text(struct config_reader *reader, const struct config_key *key,
    struct str text)
{
	switch (key->type) {
	case CONFIG_STRING:
	case CONFIG_CHOICE:
		read_plain_text(reader, key, text);
		break;
	case CONFIG_STRINGS:
		if (str_utf8_length(text) == SIZE_MAX)
			config_error(reader, key->path, "is not valid UTF-8");
		else if (text.len <= CONFIG_TEXT_MOST)
			read_json_text(reader, key, list_as_json(reader, text));
		else
			config_error(reader, key->path,
			    "expected at most %zu bytes", CONFIG_TEXT_MOST);
		break;
	case CONFIG_SECRET:
		read_secret_text(reader, key, text);
		break;
	case CONFIG_BOOLEAN:
	case CONFIG_INTEGER:
	case CONFIG_SECONDS:
	case CONFIG_CUSTOM:
		read_json_text(reader, key, text);
		break;
	}
}

/* A whole number, of `unit`s. */
static bool
take_number(struct str text, int64_t unit, int64_t *member)
{
	uint64_t number;

	if (!str_to_uint(text, (uint64_t)(INT64_MAX / unit), &number))
		return false;
	*member = (int64_t)number * unit;
	return true;
}

static bool
take_choice(const struct config_key *key, int *member)
{
	for (int i = 0; key->choices[i] != NULL; i++)
		if (strcmp(key->choices[i], key->preset) == 0) {
			*member = i;
			return true;
		}
	return false;
}

/* What needs no JSON to be read. */
static bool
take_simple(struct config_reader *reader, const struct config_key *key)
{
	struct str text = str_from(key->preset);
	void *member = config_member(reader, key);

	switch (key->type) {
	case CONFIG_BOOLEAN:
		*(bool *)member = str_is(text, "true");
		return true;
	case CONFIG_INTEGER:
		return take_number(text, 1, member);
	case CONFIG_SECONDS:
		return take_number(text, 1000, member);
	case CONFIG_CHOICE:
		return take_choice(key, member);
	case CONFIG_STRING:
		*(struct str *)member = arena_str(reader->arena, text);
		return true;
	case CONFIG_STRINGS:
	case CONFIG_SECRET:
	case CONFIG_CUSTOM:
		return false;
	}
	return false;
}

/* A CGI program reads all presets for each request, and most are numbers and
 * words. The programs' own tests see that each is what its row takes. */
void
config_read_preset(struct config_reader *reader, const struct config_key *key)
{
	if (!take_simple(reader, key))
		config_read_text(reader, key, str_from(key->preset));
}
