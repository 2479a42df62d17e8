/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/task.h"

#include "base/buf.h"
#include "base/clock.h"
#include "twilio/sid.h"

/* 4,096 characters cannot hold more values; their tree takes about 200 bytes
 * for each. */
#define ATTRIBUTES_VALUES 4096
#define UNIQUE_NAME_LENGTH 64
/* Of attributes before they are measured: two objects, each character as an
 * escape. */
#define MERGED_BYTES ((size_t)2 * 6 * TASK_ATTRIBUTES_LENGTH)
/* Our clock may be ahead of TaskRouter's. */
#define CLOCK_TOLERANCE_MS 60000
#define YEAR_1900 (-INT64_C(2208988800)) /* seconds since 1970 */

bool
task_check_attributes(struct str value, struct err *err)
{
	struct json_limits limits = {.values = ATTRIBUTES_VALUES};
	size_t characters = str_utf8_length(value);
	struct json_object *json;
	struct arena arena;

	if (characters == SIZE_MAX)
		return err_set(err, 0, "expected JSON in UTF-8");
	if (characters > TASK_ATTRIBUTES_LENGTH)
		return err_set(err, 0,
		    "expected at most %d characters, got %zu",
		    TASK_ATTRIBUTES_LENGTH, characters);
	arena_init(&arena, (size_t)1 << 16);
	struct err why;
	bool parsed = json_parse(&arena, value, limits, &json, &why);
	bool object = parsed && json_type(json) == JSON_OBJECT;
	arena_release(&arena);
	if (!parsed)
		return err_set(err, why.at,
		    "expected a JSON object; at byte %zu: %s", why.at,
		    why.text);
	return object || err_set(err, 0, "expected a JSON object");
}

static bool
check_number(struct str value, uint64_t least, uint64_t most, struct err *err)
{
	uint64_t number;

	if (str_to_uint(value, most, &number) && number >= least)
		return true;
	return err_set(err, 0, "expected a whole number from %ju to %ju",
	    (uintmax_t)least, (uintmax_t)most);
}

bool
task_check_priority(struct str value, struct err *err)
{
	return check_number(value, 0, TASK_PRIORITY_MOST, err);
}

bool
task_check_timeout(struct str value, struct err *err)
{
	return check_number(value, 1, TASK_TIMEOUT_MOST, err);
}

/* https://www.twilio.com/docs/taskrouter/multitasking: letters, digits, '_'
 * and '$', no digit first. */
static bool
is_unique_name(struct str value)
{
	if (value.len == 0 || value.len > UNIQUE_NAME_LENGTH ||
	    ascii_is_digit((unsigned char)value.at[0]))
		return false;
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '_' &&
		    c != '$')
			return false;
	}
	return true;
}

bool
task_check_channel(struct str value, struct err *err)
{
	return sid_is(value, "TC") || is_unique_name(value) ||
	    err_set(err, 0,
		"expected a TaskChannel: its SID, or its unique name of "
		"letters, digits, _ and $");
}

bool
task_check_routing_target(struct str value, struct err *err)
{
	return sid_is(value, "WK") || sid_is(value, "WQ") ||
	    sid_is(value, "WW") ||
	    err_set(err, 0,
		"expected the SID of a Worker (WK), TaskQueue (WQ) or "
		"Workflow (WW)");
}

bool
task_check_virtual_start_time(struct str value, struct err *err)
{
	int64_t seconds;

	if (!clock_parse(value.at, value.len, &seconds))
		return err_set(err, 0,
		    "expected a date such as 2026-01-31T23:59:59Z");
	if (seconds < YEAR_1900)
		return err_set(err, 0, "expected a date from 1900 on");
	if (seconds * 1000 > clock_wall_ms() + CLOCK_TOLERANCE_MS)
		return err_set(err, 0, "expected a date that is not in the "
				       "future");
	return true;
}

/* ---- attributes that we change */

static bool
parse_object(struct arena *arena, struct str text, struct json_object **json,
    struct err *err)
{
	struct json_limits limits = {.values = ATTRIBUTES_VALUES};
	struct err why;

	if (!json_parse(arena, text, limits, json, &why))
		return err_set(err, why.at, "expected a JSON object: %s",
		    why.text);
	return json_type(*json) == JSON_OBJECT ||
	    err_set(err, 0, "expected a JSON object");
}

/* The text if it is not too long, else absent. */
static struct str
check_length(struct str attributes, const char *why, struct err *err)
{
	size_t characters = str_utf8_length(attributes);

	if (attributes.at == NULL) {
		(void)err_set(err, 0, "out of memory");
		return STR_NONE;
	}
	if (characters <= TASK_ATTRIBUTES_LENGTH)
		return attributes;
	(void)err_set(err, 0, "expected at most %d characters, got %zu %s",
	    TASK_ATTRIBUTES_LENGTH, characters, why);
	return STR_NONE;
}

static bool
has_members(struct json_object *object)
{
	struct json_member member = {0};

	return json_next(object, &member);
}

/* Its value may be null. */
static bool
has_member(struct json_object *object, struct str key)
{
	struct json_member member = {0};

	while (json_next(object, &member))
		if (str_equal(member.key, key))
			return true;
	return false;
}

struct str
task_add_key(struct arena *arena, struct str attributes, struct str key,
    struct err *err)
{
	struct str text = str_trim(attributes);
	struct json_object *json;

	if (!parse_object(arena, text, &json, err))
		return STR_NONE;
	if (has_member(json, STR(TASK_KEY_ATTRIBUTE))) {
		(void)err_set(err, 0, "expected none of the name "
		    TASK_KEY_ATTRIBUTE ", which is put in");
		return STR_NONE;
	}
	/* The last byte is the object's bracket. */
	text = arena_format(arena, "%.*s%s\"" TASK_KEY_ATTRIBUTE
	    "\":\"%.*s\"}", STR_ARGS(str_slice(text, 0, text.len - 1)),
	    has_members(json) ? "," : "", STR_ARGS(key));
	return check_length(
	    text, "with the " TASK_KEY_ATTRIBUTE " that is put in", err);
}

static void
add_member(struct arena *arena, struct buf *out, struct str key,
    struct json_object *value)
{
	buf_add_byte(out, out->len == 0 ? '{' : ',');
	buf_add_str(out, json_quote(arena, key));
	buf_add_byte(out, ':');
	buf_add_str(out, json_write(arena, value));
}

static void
merge_members(struct arena *arena, struct buf *out, struct json_object *old,
    struct json_object *new)
{
	struct json_member member = {0};

	while (json_next(old, &member))
		if (!has_member(new, member.key))
			add_member(arena, out, member.key, member.value);
	member = (struct json_member){0};
	while (json_next(new, &member))
		add_member(arena, out, member.key, member.value);
	if (out->len == 0)
		buf_add_byte(out, '{');
	buf_add_byte(out, '}');
}

struct str
task_merge_attributes(struct arena *arena, struct str attributes,
    struct json_object *merge, struct err *err)
{
	struct json_object *old;
	struct buf out;

	if (!parse_object(arena, attributes, &old, err))
		return STR_NONE;
	buf_init(&out, MERGED_BYTES);
	merge_members(arena, &out, old, merge);
	struct str text = arena_str(arena, buf_str(&out));
	buf_release(&out);
	return check_length(text, "once they are merged", err);
}
