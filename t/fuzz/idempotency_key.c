/* SPDX-License-Identifier: MIT
 *
 * The header Idempotency-Key, and attributes that get a key or members more:
 * what is taken keeps to its limits and can be read again.
 */
#include "base/compat.h"

#include "codec/json.h"
#include "fuzz.h"
#include "http/idempotency_key.h"
#include "twilio/task.h"

#define KEY STR("0123456789abcdef0123456789abcdef")

static struct json_object *
must_parse(struct arena *arena, struct str text)
{
	struct json_limits limits = {.values = 100000};
	struct json_object *json = NULL;
	struct err err;

	MUST(json_parse(arena, text, limits, &json, &err));
	MUST(json_type(json) == JSON_OBJECT);
	return json;
}

static void
check_key(struct arena *arena, struct str text)
{
	struct err err;
	struct str key = idempotency_key_read(arena, text, &err);

	if (key.at == NULL)
		return;
	MUST(key.len > 0 && key.len <= IDEMPOTENCY_KEY_LENGTH);
	MUST(key.len <= text.len);
	for (size_t i = 0; i < key.len; i++)
		MUST(key.at[i] >= ' ' && key.at[i] <= '~');
}

static void
check_attributes(struct arena *arena, struct str text)
{
	struct err err;

	if (!task_check_attributes(text, &err))
		return;
	struct str with = task_add_key(arena, text, KEY, &err);
	struct json_object *own = must_parse(arena, text);
	if (with.at != NULL) {
		struct json_object *json = must_parse(arena, with);
		MUST(task_check_attributes(with, &err));
		MUST(str_equal(json_get_text(json, TASK_KEY_ATTRIBUTE), KEY));
		/* Everything before the bracket is as it was. */
		struct str body = str_trim(text);
		MUST(str_has_prefix(
		    with, str_slice(body, 0, body.len - 1)));
	}
	struct str merged = task_merge_attributes(
	    arena, STR("{\"a\":1,\"b\":[2]}"), own, &err);
	MUST(merged.at == NULL || task_check_attributes(merged, &err));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct arena arena;

	arena_init(&arena, ((size_t)4 << 20) + 64 * size);
	check_key(&arena, text);
	check_attributes(&arena, text);
	arena_release(&arena);
	return 0;
}
