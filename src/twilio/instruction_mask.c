/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "base/buf.h"
#include "config/config.h"
#include "twilio/instruction.h"

/* The offset behind the string that begins at `at`; compact JSON of our own
 * writing, where a quote within a value is escaped. */
static size_t
skip_string(struct str json, size_t at)
{
	while (at < json.len && json.at[at] != '"')
		at += json.at[at] == '\\' ? 2 : 1;
	return at < json.len ? at : json.len;
}

struct str
instruction_mask(struct arena *arena, struct str json)
{
	static const char key[] = "\"" INSTRUCTION_SECRET "\":\"";
	struct str rest = json;
	struct buf out;

	buf_init(&out, 2 * json.len + sizeof CONFIG_MASK);
	while (rest.len > 0) {
		const char *found =
		    memmem(rest.at, rest.len, key, sizeof key - 1);
		size_t from = found == NULL
		    ? rest.len
		    : (size_t)(found - rest.at) + sizeof key - 1;
		buf_add_str(&out, str_slice(rest, 0, from));
		if (found != NULL)
			buf_add_str(&out, STR(CONFIG_MASK));
		rest = str_slice(rest, skip_string(rest, from), rest.len);
	}
	struct str text = arena_str(arena, buf_str(&out));
	if (out.failed)
		text = STR_NONE;
	buf_release(&out);
	return json.at == NULL ? STR_NONE : text;
}
