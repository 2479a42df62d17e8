/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/taskrouter_event.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "twilio/sid.h"

#define KEY_PREFIX "sha256:"
/* The last millisecond of the year 9999: later ones have no date. */
#define LAST_MS UINT64_C(253402300799999)

static const struct {
	const char *parameter;
	const char *kind;
	size_t most;
} rows[EVENT_TEXTS] = {
#define EVENT_TEXT(id, column, parameter, kind, most) \
	[EVENT_##id] = {parameter, kind, most},
#include "twilio/event_texts.h"
#undef EVENT_TEXT
};

static bool
is_printable(struct str text, size_t most)
{
	if (text.len == 0 || text.len > most ||
	    str_utf8_length(text) == SIZE_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
			return false;
	return true;
}

static void
read_texts(const struct form *form, struct taskrouter_event *event)
{
	for (size_t i = 0; i < EVENT_TEXTS; i++) {
		struct str value = form_get(form, rows[i].parameter);
		bool good = rows[i].kind != NULL
		    ? sid_is(value, rows[i].kind)
		    : is_printable(value, rows[i].most);
		event->texts[i] = good ? value : STR_NONE;
	}
}

static int64_t
read_date(const struct form *form)
{
	uint64_t value;

	if (str_to_uint(form_get(form, "TimestampMs"), LAST_MS, &value))
		return (int64_t)value;
	if (str_to_uint(form_get(form, "Timestamp"), LAST_MS / 1000, &value))
		return (int64_t)value * 1000;
	return -1;
}

/* ---- the key */

static int
compare_fields(const void *a, const void *b)
{
	const struct form_field *left = a, *right = b;
	int order = str_compare(left->name, right->name);

	return order != 0 ? order : str_compare(left->value, right->value);
}

/* With its length in front, so that nothing can pass for something else. */
static void
hash_text(struct sha256_ctx *context, struct str text)
{
	uint64_t length = text.len;

	sha256_update(context, sizeof length, (const uint8_t *)&length);
	if (text.len > 0)
		sha256_update(context, text.len, (const uint8_t *)text.at);
}

static struct str
hash_of(const struct form *form, struct arena *arena)
{
	struct form_field *fields =
	    arena_array(arena, form->count + 1, sizeof *fields);
	uint8_t digest[SHA256_DIGEST_SIZE];
	char hex[BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE)];
	struct sha256_ctx context;

	if (fields == NULL)
		return STR_NONE;
	sha256_init(&context);
	if (form->count > 0)
		memcpy(fields, form->fields, form->count * sizeof *fields);
	qsort(fields, form->count, sizeof *fields, compare_fields);
	for (size_t i = 0; i < form->count; i++) {
		hash_text(&context, fields[i].name);
		hash_text(&context, fields[i].value);
	}
	sha256_digest(&context, sizeof digest, digest);
	base16_encode_update(hex, sizeof digest, digest);
	return arena_format(
	    arena, KEY_PREFIX "%.*s", (int)sizeof hex, hex);
}

/* ---- the parameters as JSON */

static bool
is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "TaskQueueSid" becomes "task_queue_sid". Not every reader of JSON takes a NUL
 * in a name: it becomes what is no UTF-8. */
static struct str
snake_case(struct arena *arena, struct str name)
{
	char *text = arena_array(arena, name.len + 1, 2);
	size_t length = 0;

	if (text == NULL)
		return STR_NONE;
	for (size_t i = 0; i < name.len; i++) {
		bool begins = is_capital(name.at[i]) && i > 0 &&
		    !is_capital(name.at[i - 1]) && name.at[i - 1] != '_';
		if (begins)
			text[length++] = '_';
		text[length++] = name.at[i] == '\0'
		    ? '\xff'
		    : ascii_lower(name.at[i]);
	}
	return (struct str){text, length};
}

struct parts {
	struct arena *arena;
	struct str *items;
	size_t count;
};

static void
add(struct parts *parts, struct str item)
{
	parts->items[parts->count++] = item;
}

/* The values of all fields that have the name of field `first`. */
static void
add_values(struct parts *parts, const struct form *form,
    const struct str *names, size_t first)
{
	size_t begin = parts->count, values = 0;

	add(parts, STR(""));
	for (size_t i = first; i < form->count; i++) {
		if (!str_equal(names[i], names[first]))
			continue;
		if (values++ > 0)
			add(parts, STR(","));
		add(parts, json_quote(parts->arena, form->fields[i].value));
	}
	if (values > 1) {
		parts->items[begin] = STR("[");
		add(parts, STR("]"));
	}
}

static bool
came_before(const struct str *names, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_equal(names[i], names[at]))
			return true;
	return false;
}

static struct str
write_data(const struct form *form, struct arena *arena)
{
	/* Of each field: ',', name, ':', '[', value, and ']' or the ','
	 * between two values. */
	size_t most = 7 * form->count + 2;
	struct parts parts = {
	    arena, arena_array(arena, most, sizeof *parts.items), 0};
	struct str *names =
	    arena_array(arena, form->count + 1, sizeof *names);

	if (parts.items == NULL || names == NULL)
		return STR_NONE;
	for (size_t i = 0; i < form->count; i++)
		names[i] = json_quote(
		    arena, snake_case(arena, form->fields[i].name));
	add(&parts, STR("{"));
	for (size_t i = 0; i < form->count; i++) {
		if (came_before(names, i))
			continue;
		if (i > 0)
			add(&parts, STR(","));
		add(&parts, names[i]);
		add(&parts, STR(":"));
		add_values(&parts, form, names, i);
	}
	add(&parts, STR("}"));
	return arena_join(arena, parts.items, parts.count);
}

void
taskrouter_event_read(const struct form *form, struct arena *arena,
    struct taskrouter_event *event)
{
	struct str sid = form_get(form, "Sid");

	*event = (struct taskrouter_event){.at_ms = read_date(form)};
	event->key = sid_is(sid, "EV") ? sid : hash_of(form, arena);
	read_texts(form, event);
	event->data = write_data(form, arena);
}

void
taskrouter_event_copy(const struct taskrouter_event *event,
    struct arena *arena, struct taskrouter_event *copy)
{
	copy->at_ms = event->at_ms;
	copy->key = arena_str(arena, event->key);
	copy->data = arena_str(arena, event->data);
	for (size_t i = 0; i < EVENT_TEXTS; i++)
		copy->texts[i] = arena_str(arena, event->texts[i]);
}
