/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "codec/xml.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* White space stays itself only as a reference: a parser makes a line feed of
 * a carriage return anywhere, and a blank of any in an attribute. */
static const struct {
	char byte;
	bool attribute_only;
	const char *reference;
} references[] = {
	{'&', false, "&amp;"},  {'<', false, "&lt;"},
	{'>', false, "&gt;"},   {'\r', false, "&#13;"},
	{'"', true, "&quot;"},  {'\t', true, "&#9;"},
	{'\n', true, "&#10;"},
};

static const char *
find_reference(char byte, bool in_attribute)
{
	for (size_t i = 0; i < ARRAY_LENGTH(references); i++)
		if (references[i].byte == byte &&
		    (in_attribute || !references[i].attribute_only))
			return references[i].reference;
	return NULL;
}

/* Whether XML 1.0 can hold the character of `s`, valid UTF-8. */
static bool
is_allowed(struct str s)
{
	unsigned char first = (unsigned char)s.at[0];

	if (s.len == 1)
		return first >= ' ' || first == '\t' || first == '\n' ||
		    first == '\r';
	return !str_equal(s, STR("\xef\xbf\xbe")) &&
	    !str_equal(s, STR("\xef\xbf\xbf"));
}

static void
add_escaped(struct buf *out, struct str text, bool in_attribute)
{
	for (size_t i = 0; i < text.len;) {
		size_t length = str_utf8_sequence(text, i);
		struct str one = str_slice(text, i, i + length);
		const char *reference =
		    find_reference(text.at[i], in_attribute);
		if (length == 0 || !is_allowed(one))
			buf_add_str(out, STR(REPLACEMENT));
		else if (reference != NULL)
			buf_add_str(out, str_from(reference));
		else
			buf_add_str(out, one);
		i += length > 0 ? length : 1;
	}
}

void
xml_add_text(struct buf *out, struct str text)
{
	add_escaped(out, text, false);
}

void
xml_add_attribute(struct buf *out, const char *name, struct str value)
{
	if (value.at == NULL)
		return;
	buf_add_byte(out, ' ');
	buf_add_str(out, str_from(name));
	buf_add_str(out, STR("=\""));
	add_escaped(out, value, true);
	buf_add_byte(out, '"');
}
