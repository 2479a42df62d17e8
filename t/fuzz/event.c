/* SPDX-License-Identifier: MIT
 *
 * Event callbacks: whatever comes becomes strict JSON with every value in it,
 * and a key that depends on nothing but the parameters.
 */
#include "base/compat.h"

#include <stdlib.h>

#include "codec/json.h"
#include "twilio/sid.h"
#include "twilio/taskrouter_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held)
{
	if (!held)
		abort();
}

static void
reverse(struct form *form)
{
	for (size_t i = 0; i < form->count / 2; i++) {
		struct form_field field = form->fields[i];
		form->fields[i] = form->fields[form->count - 1 - i];
		form->fields[form->count - 1 - i] = field;
	}
}

static size_t
values_in(struct json_object *object)
{
	struct json_member member = {0};
	size_t count = 0;

	while (json_next(object, &member))
		count += json_type(member.value) == JSON_ARRAY
		    ? json_length(member.value)
		    : json_text(member.value).at != NULL;
	return count;
}

static void
check(struct form *form, struct arena *arena)
{
	struct json_limits limits = {.values = 4 * FORM_FIELDS};
	struct taskrouter_event event, again;
	struct json_object *json = NULL;
	struct str sid = form_get(form, "Sid");
	struct err err;

	taskrouter_event_read(form, arena, &event);
	if (arena->overflow)
		return;
	must(json_parse(arena, event.data, limits, &json, &err));
	must(json_type(json) == JSON_OBJECT);
	must(values_in(json) == form->count);
	must(str_equal(event.key, sid) == sid_is(sid, "EV"));
	for (size_t i = 0; i < EVENT_TEXTS; i++)
		must(str_utf8_length(event.texts[i]) != SIZE_MAX &&
		    event.texts[i].len <= 1024);
	if (sid.at != NULL)
		return;
	reverse(form);
	taskrouter_event_read(form, arena, &again);
	must(arena->overflow || str_equal(event.key, again.key));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct form form;
	struct err err;

	if (size > 65536)
		return 0;
	arena_init(&arena, (size_t)16 << 20);
	if (form_decode(
		&arena, (struct str){(const char *)data, size}, &form, &err))
		check(&form, &arena);
	arena_release(&arena);
	return 0;
}
