/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/seed_text.h"

#define WIDTH 79 /* columns, and a comma */

/* ---- layout */

void
seed_text_line(struct seed_text *text)
{
	buf_add_byte(text->out, '\n');
	text->line = text->out->len;
	for (size_t i = 0; i < text->indent; i++)
		buf_add_str(text->out, STR("  "));
}

bool
seed_text_fits(const struct seed_text *text)
{
	return text->is_endless || text->out->len - text->line <= WIDTH;
}

/* The parts of an array or object, on one line or on several. */
void
seed_text_open(struct seed_text *text, char bracket)
{
	buf_add_byte(text->out, bracket);
	text->indent++;
}

void
seed_text_item(struct seed_text *text, bool flat, bool first)
{
	if (!first)
		buf_add_str(text->out, flat ? STR(", ") : STR(","));
	if (!flat)
		seed_text_line(text);
}

void
seed_text_close(struct seed_text *text, bool flat, bool empty, char bracket)
{
	text->indent--;
	if (!flat && !empty)
		seed_text_line(text);
	buf_add_byte(text->out, bracket);
}

void
seed_text_key(struct seed_text *text, struct str key)
{
	buf_add_str(text->out, json_quote(&text->memory, key));
	buf_add_str(text->out, STR(": "));
}

/* ---- values of any shape */

/* A TaskQueue of a configuration stands there as its SID. */
static void
put_scalar(struct seed_text *text, struct json_object *value, bool is_queue)
{
	const struct seed_name *queue = is_queue
	    ? seed_names_find(&text->names, json_text(value))
	    : NULL;

	buf_add_str(text->out, queue != NULL
		? json_quote(&text->memory, seed_name_shown(queue))
		: json_write(&text->memory, value));
}

static void put_value(
    struct seed_text *text, struct json_object *value, bool has_queues);
static bool put_tree(struct seed_text *text, struct json_object *value,
    bool has_queues, bool flat);

/* Recursion here is as deep as the JSON is: JSON_DEPTH. */
bool
seed_text_child(struct seed_text *text, struct json_object *value, bool has_queues,
    bool flat)
{
	if (flat)
		return put_tree(text, value, has_queues, true) && seed_text_fits(text);
	put_value(text, value, has_queues);
	return true;
}

static bool
put_array(struct seed_text *text, struct json_object *array, bool has_queues,
    bool flat)
{
	size_t count = json_length(array);
	bool good = true;

	seed_text_open(text, '[');
	for (size_t i = 0; good && i < count; i++) {
		seed_text_item(text, flat, i == 0);
		good = seed_text_child(text, json_item(array, i), has_queues, flat);
	}
	seed_text_close(text, flat, count == 0, ']');
	return good;
}

static bool
put_members(struct seed_text *text, struct json_object *object,
    bool has_queues, bool flat)
{
	struct json_member member = {0};
	bool good = true, first = true;

	seed_text_open(text, '{');
	for (; good && json_next(object, &member); first = false) {
		seed_text_item(text, flat, first);
		seed_text_key(text, member.key);
		if (has_queues && str_is(member.key, "queue") &&
		    json_type(member.value) == JSON_STRING) {
			put_scalar(text, member.value, true);
			good = !flat || seed_text_fits(text);
			continue;
		}
		good = seed_text_child(text, member.value, has_queues, flat);
	}
	seed_text_close(text, flat, first, '}');
	return good;
}

/* False: it is not flat enough for the line. */
static bool
put_tree(struct seed_text *text, struct json_object *value, bool has_queues,
    bool flat)
{
	enum json_type type = json_type(value);

	if (type == JSON_ARRAY)
		return put_array(text, value, has_queues, flat);
	if (type == JSON_OBJECT)
		return put_members(text, value, has_queues, flat);
	put_scalar(text, value, false);
	return true;
}

/* On the line that is begun if it fits. */
static void
put_value(struct seed_text *text, struct json_object *value, bool has_queues)
{
	size_t start = text->out->len;
	enum json_type type = json_type(value);

	if (put_tree(text, value, has_queues, true) &&
	    (seed_text_fits(text) || (type != JSON_ARRAY && type != JSON_OBJECT)))
		return;
	text->out->len = start;
	(void)put_tree(text, value, has_queues, false);
}

/* As deep as the JSON is: JSON_DEPTH. */
size_t
seed_text_depth(struct json_object *value)
{
	struct json_member member = {0};
	size_t deepest = 0, depth;

	if (json_type(value) != JSON_OBJECT && json_type(value) != JSON_ARRAY)
		return 0;
	for (size_t i = 0; i < json_length(value); i++) {
		depth = seed_text_depth(json_item(value, i));
		deepest = depth > deepest ? depth : deepest;
	}
	while (json_type(value) == JSON_OBJECT && json_next(value, &member)) {
		depth = seed_text_depth(member.value);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

/* The value on one line, as a text of its own. */
struct str
seed_text_flatten(struct seed_text *text, struct json_object *value, bool has_queues)
{
	struct buf *out = text->out, flat;
	struct str kept = STR_NONE;
	size_t line = text->line;

	buf_init(&flat, text->memory.ceiling);
	text->out = &flat;
	text->is_endless = true;
	if (put_tree(text, value, has_queues, true))
		kept = arena_str(&text->memory, buf_str(&flat));
	text->is_endless = false;
	text->out = out;
	text->line = line;
	buf_release(&flat);
	return kept;
}
