/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "rules/reader.h"

#include <stdarg.h>
#include <stdio.h>

#include "config/config.h"

#define KEY_SHOWN ((size_t)80)

void
reader_say(struct reader *reader, enum reader_severity severity,
    struct str key, struct str shown, const char *format, ...)
{
	struct rules_fault fault = {.is_warning = severity == READER_WARNING,
	    .rule = reader->rule, .name = reader->name, .key = key,
	    .shown = shown};
	char message[2 * sizeof((struct err *)NULL)->text];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	fault.message = message;
	reader->failed = reader->failed || !fault.is_warning;
	reader->report(reader->to, &fault);
}

struct str
reader_key(struct reader *reader, struct str parent, struct str key)
{
	struct str path = arena_format(reader->arena, "%.*s%s%.*s",
	    STR_ARGS(parent), parent.len == 0 ? "" : ".",
	    STR_ARGS(str_slice(key, 0, KEY_SHOWN)));

	return path.at != NULL ? path : parent;
}

static void
refuse_unknown(struct reader *reader, struct str parent, struct str key,
    const char *const *known)
{
	const char *nearest = config_nearest(key, known);

	reader_say(reader, READER_ERROR, reader_key(reader, parent, key),
	    STR_NONE, "unknown key%s%s%s",
	    nearest == NULL ? "" : "; did you mean \"",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
}

static bool
is_known(struct str key, const char *const *known)
{
	for (; *known != NULL; known++)
		if (str_is(key, *known))
			return true;
	return false;
}

bool
reader_expect_members(struct reader *reader, struct str key,
    struct json_object *value, const char *const *known)
{
	struct json_member member = {0};

	if (json_type(value) != JSON_OBJECT) {
		reader_say(reader, READER_ERROR, key, STR_NONE,
		    "expected an object, not %s",
		    json_type_name(json_type(value)));
		return false;
	}
	while (json_next(value, &member))
		if (!is_known(member.key, known))
			refuse_unknown(reader, key, member.key, known);
	return true;
}
