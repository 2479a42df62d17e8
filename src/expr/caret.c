/* SPDX-License-Identifier: MIT
 *
 * An offset in a text, shown.
 */
#include "base/compat.h"

#include "expr/expr.h"

#include "expr/writer.h"

#define BEFORE_MOST 48 /* characters of the line before the caret */
#define BEHIND_MOST 24 /* from the caret on */

struct view {
	struct str line;
	size_t from, caret, to; /* offsets in the line, from <= caret <= to */
};

static bool
is_continuation(struct str s, size_t at)
{
	return ((unsigned char)s.at[at] & 0xc0) == 0x80;
}

/* The start of the character before `at`. */
static size_t
step_back(struct str s, size_t at)
{
	for (at--; at > 0 && is_continuation(s, at); at--)
		continue;
	return at;
}

/* The start of the character behind the one at `at`. */
static size_t
step_on(struct str s, size_t at)
{
	for (at++; at < s.len && is_continuation(s, at); at++)
		continue;
	return at;
}

static struct view
find_view(struct str text, size_t at)
{
	size_t start = at < text.len ? at : text.len, end = start;

	while (start > 0 && text.at[start - 1] != '\n')
		start--;
	while (end < text.len && text.at[end] != '\n')
		end++;
	struct view view = {.line = str_slice(text, start, end)};
	view.caret = (at < text.len ? at : text.len) - start;
	while (view.caret > 0 && view.caret < view.line.len &&
	    is_continuation(view.line, view.caret))
		view.caret--;
	view.from = view.to = view.caret;
	for (int i = 0; i < BEFORE_MOST && view.from > 0; i++)
		view.from = step_back(view.line, view.from);
	for (int i = 0; i < BEHIND_MOST && view.to < view.line.len; i++)
		view.to = step_on(view.line, view.to);
	return view;
}

/* Each character as one column. */
static void
write_part(struct expr_writer *writer, const struct view *view)
{
	for (size_t at = view->from; at < view->to;) {
		size_t end = step_on(view->line, at);
		struct str character = str_slice(view->line, at, end);
		unsigned char first = (unsigned char)character.at[0];
		if (str_utf8_length(character) != 1)
			character = STR("\xef\xbf\xbd");
		else if (first < ' ' || first == 0x7f)
			character = STR(" ");
		expr_write(writer, character);
		at = end;
	}
}

static void
write_view(struct expr_writer *writer, const void *subject)
{
	const struct view *view = subject;
	bool cut = view->from > 0;

	expr_write(writer, cut ? STR("...") : STR(""));
	write_part(writer, view);
	expr_write(writer, view->to < view->line.len ? STR("...") : STR(""));
	expr_write(writer, cut ? STR("\n   ") : STR("\n"));
	for (size_t at = view->from; at < view->caret;
	     at = step_on(view->line, at))
		expr_write(writer, STR(" "));
	expr_write(writer, STR("^"));
}

struct str
expr_caret(struct arena *arena, struct str text, size_t at)
{
	struct view view =
	    find_view(text.at == NULL ? STR("") : text, at);

	return expr_write_twice(arena, write_view, &view);
}
