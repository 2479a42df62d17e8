/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/plan_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* The largest priority; Twilio names none for timeouts.
 * Source: https://www.twilio.com/docs/taskrouter/api/task */
#define NUMBER_MOST INT32_MAX

#define SID_LENGTH 34

bool
plan_refuse(
    struct plan_reader *reader, const char *key, const char *format, ...)
{
	char text[sizeof reader->err->text];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return err_set(
	    reader->err, 0, "%s.%s: %s", reader->place, key, text);
}

bool
plan_text(struct plan_reader *reader, struct json_object *object,
    const char *key, struct str *text)
{
	struct json_object *value = json_get(object, key);
	enum json_type type = json_type(value);

	*text = STR_NONE;
	if (type != JSON_NULL && type != JSON_STRING)
		return plan_refuse(reader, key, "expected a string, not %s",
		    json_type_name(type));
	if (str_trim(json_text(value)).len > 0)
		*text = json_text(value);
	return true;
}

bool
plan_number(struct plan_reader *reader, struct json_object *object,
    const char *key, int64_t least, const char *expected, int64_t *number)
{
	struct json_object *value = json_get(object, key);
	int64_t read = least - 1;
	uint64_t digits;

	switch (json_type(value)) {
	case JSON_NULL:
		return true;
	case JSON_INTEGER:
		read = json_integer(value);
		break;
	case JSON_STRING:
		if (str_trim(json_text(value)).len == 0)
			return true;
		if (str_to_uint(json_text(value), NUMBER_MOST, &digits))
			read = (int64_t)digits;
		break;
	case JSON_BOOLEAN:
	case JSON_NUMBER:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	if (read < least || read > NUMBER_MOST)
		return plan_refuse(reader, key,
		    "expected %s, at least %" PRId64 " and at most %d",
		    expected, least, NUMBER_MOST);
	*number = read;
	return true;
}

static bool
is_queue_sid(struct str s)
{
	if (s.len != SID_LENGTH || !str_has_prefix(s, STR("WQ")))
		return false;
	for (size_t i = 2; i < s.len; i++)
		if (ascii_hex(s.at[i]) < 0)
			return false;
	return true;
}

bool
plan_queue(struct plan_reader *reader, struct json_object *object,
    struct str *queue)
{
	struct str text;
	char sid[SID_LENGTH];

	*queue = STR_NONE;
	if (!plan_text(reader, object, "queue", &text))
		return false;
	if (text.at == NULL)
		return true;
	if (!is_queue_sid(text))
		return plan_refuse(reader, "queue",
		    "expected a TaskQueue SID: WQ and 32 hexadecimal digits");
	for (size_t i = 0; i < sizeof sid; i++)
		sid[i] = i < 2 ? text.at[i] : ascii_lower(text.at[i]);
	*queue = arena_str(reader->kept, (struct str){sid, sizeof sid});
	return true;
}

/* The words of the expression's own parser, and where in the text. */
static bool
refuse_expression(struct plan_reader *reader, const char *key,
    struct str text, const struct err *err)
{
	struct str caret = expr_caret(reader->scratch, text, err->at);

	return plan_refuse(
	    reader, key, "%.160s\n%.*s", err->text, STR_ARGS(caret));
}

bool
plan_expression(struct plan_reader *reader, struct json_object *object,
    const char *key, enum expr_place place, struct expr **expression)
{
	struct str text;
	struct err err;

	*expression = NULL;
	if (!plan_text(reader, object, key, &text))
		return false;
	if (text.at == NULL)
		return true;
	*expression = expr_parse(reader->kept, text, place, &err);
	return *expression != NULL ||
	    refuse_expression(reader, key, text, &err);
}

bool
plan_order(struct plan_reader *reader, struct json_object *object,
    struct expr_order **order)
{
	struct str text;
	struct err err;

	*order = NULL;
	if (!plan_text(reader, object, "order_by", &text))
		return false;
	if (text.at == NULL)
		return true;
	*order = expr_order_parse(reader->kept, text, &err);
	return *order != NULL ||
	    refuse_expression(reader, "order_by", text, &err);
}

bool
plan_known_worker(struct plan_reader *reader, struct json_object *object,
    struct plan_target *target)
{
	static const char *const keys[] = {
		"known_worker_sid", "known_worker_friendly_name"};
	struct str text = STR_NONE;
	struct err err;
	size_t by_name = 0;

	if (!plan_text(reader, object, keys[0], &text))
		return false;
	if (text.at == NULL) {
		by_name = 1;
		if (!plan_text(reader, object, keys[1], &text))
			return false;
	}
	if (text.at == NULL)
		return true;
	if (!expr_reference_parse(reader->kept, text, EXPR_IN_TARGET,
		&target->known_worker, &err))
		return refuse_expression(reader, keys[by_name], text, &err);
	if (target->known_worker.root != EXPR_ROOT_TASK)
		return plan_refuse(reader, keys[by_name],
		    "expected an attribute of the Task, such as task.agent");
	target->has_known_worker = true;
	target->known_by_name = by_name == 1;
	return true;
}
