/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/json_put.h"

#include "base/clock.h"
#include "router/model.h"

/* "2019-09-05T12:28:13" of clock_format's text. */
#define DATE_LENGTH ((size_t)19)

void
json_put_item(struct buf *out)
{
	/* Behind a value stands its last byte, which is none of these. */
	if (out->len > 0 && !str_has_byte(STR("{[,:"), out->at[out->len - 1]))
		buf_add_byte(out, ',');
}

void
json_put_key(struct buf *out, const char *key)
{
	json_put_item(out);
	buf_add_byte(out, '"');
	buf_add_str(out, str_from(key));
	buf_add_str(out, STR("\":"));
}

/* One byte that cannot stand in a string as it is (RFC 8259 section 7). */
static void
put_escaped(struct buf *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	if (c >= ' ') {
		buf_add_byte(out, '\\');
		buf_add_byte(out, (char)c);
		return;
	}
	buf_add_str(out, STR("\\u00"));
	buf_add_byte(out, digits[c >> 4]);
	buf_add_byte(out, digits[c & 15]);
}

/* How many bytes from `at` on stand in a string as they are. */
static size_t
plain_length(struct str s, size_t at)
{
	size_t end = at;

	while (end < s.len) {
		unsigned char c = (unsigned char)s.at[end];
		if (c < ' ' || c == '"' || c == '\\')
			break;
		size_t step = c < 0x80 ? 1 : str_utf8_sequence(s, end);
		if (step == 0)
			break;
		end += step;
	}
	return end - at;
}

void
json_put_text(struct buf *out, struct str value)
{
	size_t at = 0;

	if (value.at == NULL) {
		buf_add_str(out, STR("null"));
		return;
	}
	buf_add_byte(out, '"');
	while (at < value.len) {
		size_t plain = plain_length(value, at);
		buf_add(out, value.at + at, plain);
		at += plain;
		if (at == value.len)
			break;
		unsigned char c = (unsigned char)value.at[at++];
		if (c < 0x80)
			put_escaped(out, c);
		else
			buf_add_str(out, STR("\xef\xbf\xbd"));
	}
	buf_add_byte(out, '"');
}

void
json_put_integer(struct buf *out, int64_t value)
{
	if (value < 0)
		buf_add_byte(out, '-');
	buf_add_number(out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void
json_put_boolean(struct buf *out, bool value)
{
	buf_add_str(out, value ? STR("true") : STR("false"));
}

void
json_put_date(struct buf *out, int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	if (wall_ms == ROUTER_NEVER) {
		buf_add_str(out, STR("null"));
		return;
	}
	clock_format(wall_ms, text);
	buf_add_byte(out, '"');
	buf_add(out, text, DATE_LENGTH);
	buf_add_str(out, STR("Z\""));
}
