/* SPDX-License-Identifier: MIT
 *
 * Custom values as settings_read.c would read them, for -T.
 */
#include "base/compat.h"

#include "base/buf.h"
#include "responder/settings_parts.h"

#define SHOW_MOST ((size_t)8 * 1024 * 1024) /* bytes of one value */

/* What `buf` holds, in the arena; the buffer is given back. */
static struct str
finish(struct arena *arena, struct buf *buf)
{
	struct str text = arena_str(arena, buf_str(buf));

	buf_release(buf);
	return text;
}

static void
add_member(struct buf *buf, size_t index, struct str sid, struct str value)
{
	buf_format(buf, "%s\"%.*s\": ", index > 0 ? ", " : "", STR_ARGS(sid));
	buf_add_str(buf, value);
}

static void
add_masks(struct buf *buf, size_t count)
{
	buf_add_str(buf, STR("{\"auth_token\": ["));
	for (size_t i = 0; i < count; i++)
		buf_format(buf, "%s\"%s\"", i > 0 ? ", " : "", CONFIG_MASK);
	buf_add_str(buf, STR("]}"));
}

/* The account of account_sid is shown as auth_token. */
struct str
settings_show_accounts(struct arena *arena, const void *settings)
{
	const struct settings *s = settings;
	size_t shown = 0;
	struct buf buf;

	buf_init(&buf, SHOW_MOST);
	buf_add_byte(&buf, '{');
	for (size_t i = 0; i < s->account_count; i++) {
		const struct settings_account *account = &s->accounts[i];
		if (str_equal(account->account_sid, s->account_sid))
			continue;
		add_member(&buf, shown++, account->account_sid, STR(""));
		add_masks(&buf, account->auth_tokens.count);
	}
	buf_add_byte(&buf, '}');
	struct str text = finish(arena, &buf);
	return shown == 0 ? STR_NONE : text;
}

struct str
settings_show_networks(struct arena *arena, const void *networks)
{
	const struct settings_networks *list = networks;
	struct buf buf;

	if (list->count == 0)
		return STR_NONE;
	buf_init(&buf, SHOW_MOST);
	buf_add_byte(&buf, '[');
	for (size_t i = 0; i < list->count; i++) {
		struct str name =
		    settings_format_network(arena, &list->items[i]);
		buf_format(&buf, "%s\"%.*s\"", i > 0 ? ", " : "",
		    STR_ARGS(name));
	}
	buf_add_byte(&buf, ']');
	return finish(arena, &buf);
}

struct str
settings_show_attributes(struct arena *arena, const void *text)
{
	const struct str *json = text;

	return arena_str(arena, *json);
}

struct str
settings_show_instruction(struct arena *arena, const void *instruction)
{
	const struct instruction *i = instruction;

	return instruction_mask(arena, i->json);
}

struct str
settings_show_choices(struct arena *arena, const void *choices)
{
	const struct settings_choices *list = choices;
	struct buf buf;

	if (list->count == 0)
		return STR_NONE;
	buf_init(&buf, SHOW_MOST);
	buf_add_byte(&buf, '{');
	for (size_t i = 0; i < list->count; i++)
		add_member(&buf, i, list->items[i].sid,
		    instruction_mask(arena, list->items[i].instruction.json));
	buf_add_byte(&buf, '}');
	return finish(arena, &buf);
}
