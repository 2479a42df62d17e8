/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "http/idempotency_key.h"

static bool
is_visible(char c)
{
	return c > ' ' && c <= '~';
}

/* What stands between the quotes into `key`, which has room for all of it; its
 * length, or SIZE_MAX if it is no such string. */
static size_t
unquote(struct str value, char *key)
{
	size_t length = 0, i = 1;

	for (; i < value.len && value.at[i] != '"'; i++) {
		if (value.at[i] == '\\') {
			i++;
			if (i == value.len ||
			    (value.at[i] != '"' && value.at[i] != '\\'))
				return SIZE_MAX;
		} else if (!is_visible(value.at[i]) && value.at[i] != ' ') {
			return SIZE_MAX;
		}
		key[length++] = value.at[i];
	}
	return i + 1 == value.len ? length : SIZE_MAX;
}

static bool
is_bare(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!is_visible(value.at[i]))
			return false;
	return true;
}

struct str
idempotency_key_read(struct arena *arena, struct str value, struct err *err)
{
	struct str text = str_trim(value), key = text;
	bool is_good = is_bare(text);

	if (text.len > 0 && text.at[0] == '"') {
		char *copy = arena_alloc(arena, text.len);
		if (copy == NULL) {
			(void)err_set(err, 0, "out of memory");
			return STR_NONE;
		}
		key = (struct str){copy, unquote(text, copy)};
		is_good = key.len != SIZE_MAX;
	}
	if (is_good && key.len > 0 && key.len <= IDEMPOTENCY_KEY_LENGTH)
		return key;
	(void)err_set(err, 0, "expected 1 to %zu visible characters of ASCII, "
	    "bare or in quotes", IDEMPOTENCY_KEY_LENGTH);
	return STR_NONE;
}
