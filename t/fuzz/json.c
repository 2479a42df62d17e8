/* SPDX-License-Identifier: MIT
 *
 * JSON: what is taken can be written and read again and is the same; an error
 * lies within the text; comments change nothing where there are none; any
 * text can be quoted.
 */
#include "base/compat.h"

#include <string.h>

#include "codec/json.h"
#include "fuzz.h"

static const struct json_limits plain = {1000, false};
static const struct json_limits commented = {1000, true};

static void
check_written(struct arena *arena, struct json_object *value)
{
	struct str text = json_write(arena, value);
	struct json_object *again;
	struct err err;

	MUST(text.at != NULL);
	MUST(json_parse(arena, text, plain, &again, &err));
	MUST(json_type(again) == json_type(value));
	MUST(str_equal(json_write(arena, again), text));
}

static void
check_quoted(struct arena *arena, struct str s)
{
	struct str quoted = json_quote(arena, s);
	struct json_object *value;
	struct err err;

	MUST(json_parse(arena, quoted, plain, &value, &err));
	MUST(json_type(value) == JSON_STRING);
	if (str_utf8_length(s) != SIZE_MAX)
		MUST(str_equal(json_text(value), s));
}

/* Every member can be found by its name, and is the only one of it. */
static void
check_members(struct json_object *value)
{
	struct json_member member = {0};

	while (json_type(value) == JSON_OBJECT && json_next(value, &member)) {
		char name[64];
		if (member.key.len >= sizeof name)
			continue;
		memcpy(name, member.key.at, member.key.len);
		name[member.key.len] = '\0';
		MUST(json_get(value, name) == member.value);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct json_object *value, *same;
	struct arena arena;
	struct err err;
	unsigned line, column;

	arena_init(&arena, ((size_t)1 << 20) + 100 * size);
	if (json_parse(&arena, text, plain, &value, &err)) {
		check_written(&arena, value);
		check_members(value);
		MUST(json_parse(&arena, text, commented, &same, &err));
		MUST(str_equal(json_write(&arena, same),
		    json_write(&arena, value)));
	} else {
		MUST(value == NULL && err.at <= size);
		json_position(text, err.at, &line, &column);
		MUST(line >= 1 && column >= 1);
	}
	if (json_parse(&arena, text, commented, &value, &err))
		check_written(&arena, value);
	check_quoted(&arena, text);
	arena_release(&arena);
	return 0;
}
