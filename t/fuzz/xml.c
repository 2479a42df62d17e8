/* SPDX-License-Identifier: MIT
 *
 * XML that is written is read by expat, and gives the text back, with what XML
 * cannot hold replaced; written again it is the same.
 */
#include "base/compat.h"

#include "codec/xml.h"
#include "fuzz.h"
#include "taskrouterd/twiml.h"

#define TEXT_MOST ((size_t)4096) /* so that TWIML_LENGTH is enough */
#define REPLACEMENT "\xef\xbf\xbd"

/* What is expected, by another way than the program's: from code points.
 * Source: https://www.w3.org/TR/xml/#charsets */
static bool
is_char(uint32_t c)
{
	return c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0xd7ff) ||
	    (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

/* The code point at `s`, of *length bytes; false: there is none. */
static bool
decode(const unsigned char *s, size_t left, uint32_t *code, size_t *length)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s[0] < 0x80 ? 1
	    : s[0] >= 0xc0 && s[0] < 0xe0 ? 2
	    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
	    : s[0] >= 0xf0 && s[0] < 0xf8 ? 4
					  : 0;

	if (n == 0 || n > left)
		return false;
	*code = n == 1 ? s[0] : s[0] & (0xffU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return false;
		*code = *code << 6 | (s[i] & 0x3fU);
	}
	*length = n;
	return *code >= least[n] && *code <= 0x10ffff &&
	    (*code < 0xd800 || *code > 0xdfff);
}

static void
add_expected(struct buf *out, struct str text)
{
	const unsigned char *at = (const unsigned char *)text.at;

	for (size_t i = 0; i < text.len;) {
		uint32_t code = 0;
		size_t length = 1;
		if (!decode(at + i, text.len - i, &code, &length)) {
			buf_add_str(out, STR(REPLACEMENT));
			i++;
			continue;
		}
		if (is_char(code))
			buf_add(out, at + i, length);
		else
			buf_add_str(out, STR(REPLACEMENT));
		i += length;
	}
}

/* Bars keep white space at the ends from being taken off. */
static void
write_document(struct buf *out, struct str text)
{
	buf_add_str(out, STR(XML_DECLARATION "<Response><Say"));
	xml_add_attribute(out, "voice", text);
	buf_add_str(out, STR(">|"));
	xml_add_text(out, text);
	buf_add_str(out, STR("|</Say></Response>"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {size > 0 ? (const char *)data : "",
	    size < TEXT_MOST ? size : TEXT_MOST};
	struct buf document, again, expected;
	struct twiml twiml;
	struct arena arena;
	struct err err;

	arena_init(&arena, TWIML_MEMORY);
	buf_init(&document, TWIML_LENGTH);
	buf_init(&again, TWIML_LENGTH);
	buf_init(&expected, TWIML_LENGTH);
	write_document(&document, text);
	add_expected(&expected, text);
	MUST(twiml_read(buf_str(&document), &arena, &twiml, &err));
	struct str value = twiml_attribute(twiml.verbs, "voice");
	struct str content = twiml.verbs->text;
	struct str wanted = buf_str(&expected);
	MUST(value.at != NULL && value.len == wanted.len);
	MUST(wanted.len == 0 || str_equal(value, wanted));
	MUST(content.len == wanted.len + 2);
	MUST(wanted.len == 0 ||
	    str_equal(str_slice(content, 1, content.len - 1), wanted));
	write_document(&again, value);
	MUST(str_equal(buf_str(&again), buf_str(&document)));
	buf_release(&expected);
	buf_release(&again);
	buf_release(&document);
	arena_release(&arena);
	return 0;
}
