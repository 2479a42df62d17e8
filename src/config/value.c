/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "config/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void *
config_member(const struct config_reader *reader, const struct config_key *key)
{
	return (char *)reader->settings + key->offset;
}

void
config_format_seconds(int64_t milliseconds, char text[CONFIG_SECONDS_SIZE])
{
	int length = snprintf(text, CONFIG_SECONDS_SIZE,
	    "%" PRId64 ".%03" PRId64, milliseconds / 1000,
	    milliseconds % 1000);

	while (length > 0 && text[length - 1] == '0')
		text[--length] = '\0';
	if (length > 0 && text[length - 1] == '.')
		text[length - 1] = '\0';
}

bool
config_check_text(struct str text, struct err *err)
{
	if (text.len == 0)
		return err_set(err, 0, "must not be empty");
	if (text.len > CONFIG_TEXT_MOST)
		return err_set(err, 0, "expected at most %zu bytes, not %zu",
		    CONFIG_TEXT_MOST, text.len);
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
			return err_set(
			    err, 0, "must not contain control characters");
	return true;
}

static bool
check_length(const struct config_key *key, struct str text, struct err *err)
{
	int64_t length = (int64_t)text.len;

	if (length < key->least || (key->most > 0 && length > key->most))
		return err_set(err, 0,
		    "expected %" PRId64 " to %" PRId64 " bytes, not %" PRId64,
		    key->least,
		    key->most > 0 ? key->most : (int64_t)CONFIG_TEXT_MOST,
		    length);
	return true;
}

static void
store_string(struct config_reader *reader, const struct config_key *key,
    struct str text)
{
	struct str *member = config_member(reader, key);
	struct err err;

	if (!config_check_text(text, &err) || !check_length(key, text, &err) ||
	    (key->check != NULL && !key->check(text, &err)))
		config_error(reader, key->path, "%s", err.text);
	else
		*member = arena_str(reader->arena, text);
}

static void
store_boolean(struct config_reader *reader, const struct config_key *key,
    bool value)
{
	bool *member = config_member(reader, key);

	*member = value;
}

static void
store_integer(struct config_reader *reader, const struct config_key *key,
    int64_t value)
{
	int64_t *member = config_member(reader, key);

	if (value < key->least || value > key->most)
		config_error(reader, key->path,
		    "expected a whole number from %" PRId64 " to %" PRId64,
		    key->least, key->most);
	else
		*member = value;
}

static void
refuse_seconds(struct config_reader *reader, const struct config_key *key)
{
	char least[CONFIG_SECONDS_SIZE], most[CONFIG_SECONDS_SIZE];

	config_format_seconds(key->least, least);
	config_format_seconds(key->most, most);
	config_error(reader, key->path, "expected %s to %s seconds", least,
	    most);
}

static void
store_seconds(struct config_reader *reader, const struct config_key *key,
    double seconds)
{
	int64_t *member = config_member(reader, key);
	double milliseconds = seconds * 1000;

	/* Written so that it fails for what is not a number, too. */
	if (!(milliseconds >= (double)key->least &&
		milliseconds <= (double)key->most))
		refuse_seconds(reader, key);
	else
		*member = (int64_t)(milliseconds + 0.5);
}

static void
store_choice(struct config_reader *reader, const struct config_key *key,
    struct str text)
{
	int *member = config_member(reader, key);
	char names[256] = "";
	size_t length = 0;

	for (int i = 0; key->choices[i] != NULL; i++) {
		if (str_is(text, key->choices[i])) {
			*member = i;
			return;
		}
		int added = snprintf(names + length, sizeof names - length,
		    "%s%s", i == 0 ? "" : ", ", key->choices[i]);
		if (added > 0 && (size_t)added < sizeof names - length)
			length += (size_t)added;
	}
	config_error(reader, key->path, "expected one of %s", names);
}

static bool
check_count(struct config_reader *reader, const struct config_key *key,
    const char *path, size_t count)
{
	int64_t most = key->most > 0 ? key->most : CONFIG_LIST_MOST;

	if ((int64_t)count < key->least)
		config_error(reader, path,
		    "expected at least %" PRId64 ", not %zu", key->least,
		    count);
	else if ((int64_t)count > most)
		config_error(reader, path,
		    "expected at most %" PRId64 ", not %zu", most, count);
	else
		return true;
	return false;
}

/* An item is named by its number only where there are several. */
static void
item_error(struct config_reader *reader, const char *path, size_t index,
    size_t count, const char *text)
{
	if (count == 1)
		config_error(reader, path, "%s", text);
	else
		config_error(reader, path, "item %zu: %s", index + 1, text);
}

bool
config_check_list(struct config_reader *reader, const struct config_key *key,
    const char *path, const struct config_strings *list)
{
	struct err err;
	bool good = check_count(reader, key, path, list->count);

	for (size_t i = 0; key->check != NULL && i < list->count; i++) {
		if (key->check(list->items[i], &err))
			continue;
		good = false;
		item_error(reader, path, i, list->count, err.text);
	}
	return good;
}

/* Whether `item` is a string that can be in a list. */
static bool
check_item(const struct config_key *key, struct json_object *item,
    struct err *err)
{
	if (json_type(item) != JSON_STRING)
		return err_set(err, 0, "expected a string, not %s",
		    json_type_name(json_type(item)));
	return config_check_text(json_text(item), err) &&
	    (key->check == NULL || key->check(json_text(item), err));
}

static void
read_strings(struct config_reader *reader, const struct config_key *key,
    struct json_object *value)
{
	bool array = json_type(value) == JSON_ARRAY, good = true;
	size_t count = array ? json_length(value) : 1;
	struct config_strings list = {
	    arena_array(reader->arena, count, sizeof *list.items), 0};
	struct err err;

	for (size_t i = 0; list.items != NULL && i < count; i++) {
		struct json_object *item = array ? json_item(value, i) : value;
		if (check_item(key, item, &err)) {
			list.items[list.count++] =
			    arena_str(reader->arena, json_text(item));
		} else {
			good = false;
			item_error(reader, key->path, i, count, err.text);
		}
	}
	struct config_strings *member = config_member(reader, key);
	if (good && check_count(reader, key, key->path, list.count))
		*member = list;
}

/* What a row takes, as a set of JSON types, and in words. */
static const struct {
	unsigned types;
	const char *words;
} expected[] = {
#define TYPE(type) (1U << (type))
	[CONFIG_STRING] = {TYPE(JSON_STRING), "a string"},
	[CONFIG_BOOLEAN] = {TYPE(JSON_BOOLEAN), "true or false"},
	[CONFIG_INTEGER] = {TYPE(JSON_INTEGER), "a whole number"},
	[CONFIG_SECONDS] = {TYPE(JSON_INTEGER) | TYPE(JSON_NUMBER),
	    "a number of seconds"},
	[CONFIG_CHOICE] = {TYPE(JSON_STRING), "a string"},
	[CONFIG_STRINGS] = {TYPE(JSON_STRING) | TYPE(JSON_ARRAY),
	    "a string or a list of strings"},
	[CONFIG_SECRET] = {TYPE(JSON_STRING) | TYPE(JSON_ARRAY),
	    "a string or a list of strings"},
	[CONFIG_CUSTOM] = {~0U, ""},
};

static void
read_secret(struct config_reader *reader, const struct config_key *key,
    struct json_object *value)
{
	struct config_strings list;
	struct config_strings *member = config_member(reader, key);

	if (config_read_secret(reader, key->path, value, &list) &&
	    config_check_list(reader, key, key->path, &list))
		*member = list;
}

static double
number_of(struct json_object *value)
{
	return json_type(value) == JSON_INTEGER ? (double)json_integer(value)
						: json_number(value);
}

void
config_read_value(struct config_reader *reader, const struct config_key *key,
    struct json_object *value)
{
	if ((expected[key->type].types & TYPE(json_type(value))) == 0) {
		config_error(reader, key->path, "expected %s, not %s",
		    expected[key->type].words,
		    json_type_name(json_type(value)));
		return;
	}
	switch (key->type) {
	case CONFIG_STRING:
		store_string(reader, key, json_text(value));
		break;
	case CONFIG_BOOLEAN:
		store_boolean(reader, key, json_boolean(value));
		break;
	case CONFIG_INTEGER:
		store_integer(reader, key, json_integer(value));
		break;
	case CONFIG_SECONDS:
		store_seconds(reader, key, number_of(value));
		break;
	case CONFIG_CHOICE:
		store_choice(reader, key, json_text(value));
		break;
	case CONFIG_STRINGS:
		read_strings(reader, key, value);
		break;
	case CONFIG_SECRET:
		read_secret(reader, key, value);
		break;
	case CONFIG_CUSTOM:
		key->read(reader, key->path, value,
		    config_member(reader, key));
		break;
	}
}
