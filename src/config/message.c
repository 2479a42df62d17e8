/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "config/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_SIZE 2048

static bool
ends_name(char c)
{
	return c == '\0' || c == '.';
}

/* How much of `path` is the path of `key`: 0 if `path` is something else. */
static size_t
matched_length(const struct config_key *key, struct str path)
{
	static const char suffix[] = "_file";
	size_t length = strlen(key->path);

	if (!str_has_prefix(path, str_from(key->path)))
		return 0;
	struct str rest = str_slice(path, length, path.len);
	if (key->type == CONFIG_SECRET && str_is(rest, suffix))
		return length;
	return rest.len == 0 || ends_name(rest.at[0]) ? length : 0;
}

const struct config_key *
config_owner(const struct config_reader *reader, struct str path)
{
	const struct config_key *owner = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < reader->count; i++) {
		size_t length = matched_length(&reader->keys[i], path);
		if (length > longest) {
			longest = length;
			owner = &reader->keys[i];
		}
	}
	return owner;
}

struct config_state *
config_state_of(
    const struct config_reader *reader, const struct config_key *key)
{
	return &reader->states[key - reader->keys];
}

bool
config_has_error(const struct config_reader *reader, const char *path)
{
	const struct config_key *owner = reader->errors == 0
	    ? NULL
	    : config_owner(reader, str_from(path));

	return owner != NULL && config_state_of(reader, owner)->has_error;
}

bool
config_is_set(const struct config_reader *reader, const char *path)
{
	const struct config_key *owner = config_owner(reader, str_from(path));

	return owner != NULL &&
	    config_state_of(reader, owner)->origin != CONFIG_FROM_PRESET;
}

/* A message stays one line whatever stands in a key. */
static void
send_message(struct config_reader *reader, bool warning, char *message)
{
	for (char *c = message; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	reader->report(reader->to, warning, message);
}

/* Where the reader of the message has to look: "FILE: rest.timeout" or
 * "environment: TWILIO_AUTH_TOKEN_FILE" or "command line: --store". */
static int
write_place(const struct config_reader *reader, const char *path,
    char text[MESSAGE_SIZE])
{
	const struct config_key *owner = config_owner(reader, str_from(path));
	const char *variable = owner == NULL ? NULL : owner->environment;
	enum config_origin origin = owner == NULL
	    ? CONFIG_FROM_PRESET
	    : config_state_of(reader, owner)->origin;

	if (origin == CONFIG_FROM_OPTION)
		return snprintf(text, MESSAGE_SIZE, "command line: %s",
		    config_state_of(reader, owner)->option->name);
	if (origin < CONFIG_FROM_VARIABLE && reader->source.file != NULL)
		return snprintf(text, MESSAGE_SIZE, "%s: %s",
		    reader->source.file, path);
	return snprintf(text, MESSAGE_SIZE, "environment: %s%s",
	    variable != NULL ? variable : path,
	    origin == CONFIG_FROM_VARIABLE_FILE ? "_FILE" : "");
}

static void PRINTF_LIKE(4, 0)
write_message(struct config_reader *reader, bool warning, const char *path,
    const char *format, va_list arguments)
{
	char text[MESSAGE_SIZE];
	size_t length = 0;
	int written = write_place(reader, path, text);

	if (written > 0)
		length = (size_t)written;
	if (length > sizeof text - 1)
		length = sizeof text - 1;
	written = snprintf(text + length, sizeof text - length, ": %s",
	    warning ? "warning: " : "");
	if (written > 0)
		length += (size_t)written;
	if (length < sizeof text)
		(void)vsnprintf(text + length, sizeof text - length, format,
		    arguments);
	send_message(reader, warning, text);
}

/* Counts an error; false if there were so many that nobody reads on. */
static bool
count_error(struct config_reader *reader)
{
	char text[] = "too many errors: the others are not shown";

	if (reader->errors++ < CONFIG_ERRORS_MOST)
		return true;
	if (reader->errors == CONFIG_ERRORS_MOST + 1)
		send_message(reader, false, text);
	return false;
}

void
config_error(struct config_reader *reader, const char *path,
    const char *format, ...)
{
	const struct config_key *owner = config_owner(reader, str_from(path));
	va_list arguments;

	if (owner != NULL)
		config_state_of(reader, owner)->has_error = true;
	if (!count_error(reader))
		return;
	va_start(arguments, format);
	write_message(reader, false, path, format, arguments);
	va_end(arguments);
}

void
config_warning(struct config_reader *reader, const char *path,
    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_message(reader, true, path, format, arguments);
	va_end(arguments);
}

void
config_show_place(
    struct config_reader *reader, bool warning, struct str lines)
{
	char text[MESSAGE_SIZE];

	if (reader->errors > CONFIG_ERRORS_MOST)
		return;
	while (lines.at != NULL) {
		struct str line = str_cut(&lines, '\n');
		(void)snprintf(text, sizeof text, "    %.*s", STR_ARGS(line));
		send_message(reader, warning, text);
	}
}

void
config_file_error(struct config_reader *reader, const char *format, ...)
{
	char text[MESSAGE_SIZE];
	va_list arguments;
	int length = snprintf(text, sizeof text, "%s: ",
	    reader->source.file != NULL ? reader->source.file : "environment");

	if (!count_error(reader))
		return;
	va_start(arguments, format);
	if (length > 0 && (size_t)length < sizeof text)
		(void)vsnprintf(text + length, sizeof text - (size_t)length,
		    format, arguments);
	va_end(arguments);
	send_message(reader, false, text);
}

const char *
config_path(struct config_reader *reader, const char *parent, struct str key)
{
	/* A key that nobody would write is cut, not copied into a message. */
	int length = key.len > 80 ? 80 : str_int_length(key);
	struct str path = arena_format(reader->scratch, "%s%s%.*s", parent,
	    parent[0] == '\0' ? "" : ".", length, key.at);

	return path.at != NULL ? path.at : parent;
}

const char *
config_nearest(struct str word, const char *const *known)
{
	size_t least = word.len / 3 > 0 ? word.len / 3 : 1;
	const char *nearest = NULL;

	for (; *known != NULL; known++) {
		size_t distance = str_distance(word, str_from(*known));
		if (distance >= word.len)
			continue; /* nothing in common */
		if (distance < least ||
		    (distance == least && nearest == NULL)) {
			least = distance;
			nearest = *known;
		}
	}
	return nearest;
}

void
config_unknown(struct config_reader *reader, const char *parent,
    struct str key, const char *const *known)
{
	const char *nearest = config_nearest(key, known);
	const char *path = config_path(reader, parent, key);

	if (nearest == NULL)
		config_error(reader, path, "unknown key");
	else
		config_error(reader, path,
		    "unknown key; did you mean \"%s\"?", nearest);
}
