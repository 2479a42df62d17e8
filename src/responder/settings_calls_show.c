/* SPDX-License-Identifier: MIT
 *
 * The lists of calls.* as settings_calls.c would read them, for -T.
 */
#include "base/compat.h"

#include "base/buf.h"
#include "responder/settings_parts.h"

#define SHOW_MOST ((size_t)1024 * 1024) /* bytes of one value */

static void
add_json(struct buf *buf, size_t *members, const char *name, struct str json)
{
	if (json.at == NULL)
		return;
	buf_format(buf, "%s\"%s\": ", (*members)++ > 0 ? ", " : "", name);
	buf_add_str(buf, json);
}

static void
add_text(struct buf *buf, struct arena *arena, size_t *members,
    const char *name, struct str text)
{
	if (text.at != NULL)
		add_json(buf, members, name, json_quote(arena, text));
}

static void
add_number(struct buf *buf, struct arena *arena, size_t *members,
    const char *name, int64_t number)
{
	if (number >= 0)
		add_json(buf, members, name,
		    arena_format(arena, "%jd", (intmax_t)number));
}

static void
add_prompt(struct buf *buf, struct arena *arena, size_t *members,
    const struct settings_prompt *prompt)
{
	add_text(buf, arena, members, "prompt", prompt->text);
	add_text(buf, arena, members, "play", prompt->play);
	add_text(buf, arena, members, "language", prompt->language);
	add_text(buf, arena, members, "voice", prompt->voice);
}

/* What `buf` holds, in the arena; the buffer is given back. */
static struct str
finish(struct arena *arena, struct buf *buf)
{
	buf_add_byte(buf, ']');
	struct str text = arena_str(arena, buf_str(buf));
	buf_release(buf);
	return text;
}

struct str
settings_show_prompts(struct arena *arena, const void *prompts)
{
	const struct settings_prompts *list = prompts;
	struct buf buf;

	if (list->count == 0)
		return STR_NONE;
	buf_init(&buf, SHOW_MOST);
	for (size_t i = 0; i < list->count; i++) {
		size_t members = 0;
		buf_add_str(&buf, i > 0 ? STR(", {") : STR("[{"));
		add_prompt(&buf, arena, &members, &list->items[i]);
		buf_add_byte(&buf, '}');
	}
	return finish(arena, &buf);
}

/* The tutorial's only where it can be used, so that what is shown can be
 * read. */
struct str
settings_show_menu(struct arena *arena, const void *settings)
{
	const struct settings *s = settings;
	const struct settings_call_choices *list = &s->calls.menu;
	struct buf buf;

	if (s->calls.is_tutorial && settings_calls_blocked(s) != NULL)
		return STR_NONE;
	buf_init(&buf, SHOW_MOST);
	for (size_t i = 0; i < list->count; i++) {
		const struct settings_call_choice *choice = &list->items[i];
		size_t members = 0;
		buf_add_str(&buf, i > 0 ? STR(", {") : STR("[{"));
		add_text(&buf, arena, &members, "digits", choice->digits);
		add_prompt(&buf, arena, &members, &choice->prompt);
		add_json(&buf, &members, "attributes", choice->attributes);
		add_text(&buf, arena, &members, "workflow_sid",
		    choice->workflow_sid);
		add_number(&buf, arena, &members, "priority", choice->priority);
		add_number(&buf, arena, &members, "timeout", choice->timeout);
		buf_add_byte(&buf, '}');
	}
	return finish(arena, &buf);
}
