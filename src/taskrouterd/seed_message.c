/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "taskrouterd/seed_reader.h"

static void PRINTF_LIKE(2, 3)
enter(struct seed_reader *reader, const char *format, ...)
{
	size_t room = sizeof reader->path - reader->path_length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(
	    reader->path + reader->path_length, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		reader->path_length +=
		    (size_t)length < room ? (size_t)length : room - 1;
}

size_t
seed_enter(struct seed_reader *reader, const char *key)
{
	size_t before = reader->path_length;

	enter(reader, "%s%.80s", before == 0 ? "" : ".", key);
	return before;
}

size_t
seed_enter_item(struct seed_reader *reader, size_t index)
{
	size_t before = reader->path_length;

	enter(reader, "[%zu]", index);
	return before;
}

void
seed_leave(struct seed_reader *reader, size_t length)
{
	reader->path_length = length;
	reader->path[length] = '\0';
}

bool
seed_is_full(const struct seed_reader *reader)
{
	return reader->errors >= SEED_ERRORS_MOST;
}

/* A message stays one line whatever stands in a name. */
static void PRINTF_LIKE(2, 0)
report(struct seed_reader *reader, const char *format, va_list arguments)
{
	char text[SEED_MESSAGE_SIZE];
	int length = snprintf(text, sizeof text, "%s%s", reader->path,
	    reader->path_length == 0 ? "" : ": ");

	if (seed_is_full(reader))
		return;
	reader->errors++;
	if (length >= 0 && (size_t)length < sizeof text)
		(void)vsnprintf(text + length, sizeof text - (size_t)length,
		    format, arguments);
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	reader->report(reader->to, text);
	if (seed_is_full(reader))
		reader->report(reader->to,
		    "there are too many errors: the rest is not shown");
}

bool
seed_error(struct seed_reader *reader, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(reader, format, arguments);
	va_end(arguments);
	return false;
}

bool
seed_error_at(struct seed_reader *reader, const char *key,
    const char *format, ...)
{
	size_t before = seed_enter(reader, key);
	va_list arguments;

	va_start(arguments, format);
	report(reader, format, arguments);
	va_end(arguments);
	seed_leave(reader, before);
	return false;
}

bool
seed_error_type(struct seed_reader *reader, const char *key,
    enum json_type expected, struct json_object *value)
{
	return seed_error_at(reader, key, "expected %s, got %s",
	    json_type_name(expected), json_type_name(json_type(value)));
}

/* "FriendlyName: …" and "FriendlyName field is required": what stands behind
 * the parameter; absent: the text is not about it. */
static struct str
behind(struct str text, const char *parameter)
{
	struct str name = str_from(parameter);
	struct str rest = str_slice(text, name.len, text.len);

	if (name.len == 0 || !str_has_prefix(text, name))
		return STR_NONE;
	if (str_has_prefix(rest, STR(": ")))
		return str_slice(rest, 2, rest.len);
	return str_is(rest, " field is required") ? STR("is required")
						  : STR_NONE;
}

const struct seed_property *
seed_refused(enum seed_kind kind, const struct refusal *refusal)
{
	for (size_t i = 0; i < seed_property_count; i++)
		if (seed_properties[i].kind == kind &&
		    behind(str_from(refusal->text),
			seed_properties[i].parameter).at != NULL)
			return &seed_properties[i];
	return NULL;
}

/* An expression is shown below what is wrong with it, with a caret: the place
 * of a message says which one it is. */
static struct str
first_line(struct str text)
{
	const char *end = memchr(text.at, '\n', text.len);

	return end == NULL ? text
			   : str_slice(text, 0, (size_t)(end - text.at));
}

bool
seed_error_refusal(struct seed_reader *reader, enum seed_kind kind,
    const struct refusal *refusal)
{
	const struct seed_property *property = seed_refused(kind, refusal);
	struct str text = first_line(str_from(refusal->text));

	if (property == NULL)
		return seed_error(reader, "%.*s", STR_ARGS(text));
	return seed_error_at(reader, property->name, "%.*s",
	    STR_ARGS(behind(text, property->parameter)));
}
