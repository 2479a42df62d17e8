/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "codec/form.h"

#include <string.h>

/* Decodes `s`; *err has the offset within `whole` of what is malformed. */
static bool
decode(struct arena *arena, struct str whole, struct str s, struct str *out,
    struct err *err)
{
	size_t length = 0;

	if (!str_has_byte(s, '%') && !str_has_byte(s, '+')) {
		*out = s;
		return true;
	}
	char *text = arena_alloc(arena, s.len + 1);
	if (text == NULL)
		return err_set(err, 0, "the form is too large");
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		if (c == '%') {
			int high = i + 2 < s.len ? ascii_hex(s.at[i + 1]) : -1;
			int low = i + 2 < s.len ? ascii_hex(s.at[i + 2]) : -1;
			if (high < 0 || low < 0)
				return err_set(err,
				    (size_t)(s.at + i - whole.at),
				    "'%%' without two hexadecimal digits");
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		text[length++] = c;
	}
	*out = (struct str){text, length};
	return true;
}

static bool
decode_field(struct arena *arena, struct str whole, struct str pair,
    struct form_field *field, struct err *err)
{
	struct str value = pair;
	struct str name = str_cut(&value, '=');

	if (value.at == NULL)
		value = str_slice(pair, pair.len, pair.len);
	return decode(arena, whole, name, &field->name, err) &&
	    decode(arena, whole, value, &field->value, err);
}

static size_t
count_fields(struct str text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.at[i] == '&';
	return count;
}

bool
form_decode(struct arena *arena, struct str text, struct form *form,
    struct err *err)
{
	struct str rest = text;
	size_t most = count_fields(text);

	*form = (struct form){NULL, 0};
	if (most > FORM_FIELDS)
		return err_set(
		    err, 0, "more than %d fields in the form", FORM_FIELDS);
	form->fields = arena_array(arena, most, sizeof *form->fields);
	if (form->fields == NULL)
		return err_set(err, 0, "the form is too large");
	while (rest.at != NULL) {
		struct str pair = str_cut(&rest, '&');
		if (pair.len == 0)
			continue;
		if (!decode_field(arena, text, pair,
			&form->fields[form->count], err))
			return false;
		form->count++;
	}
	return true;
}

struct str
form_get(const struct form *form, const char *name)
{
	struct str wanted = str_from(name);

	for (size_t i = 0; i < form->count; i++)
		if (str_equal(form->fields[i].name, wanted))
			return form->fields[i].value;
	return STR_NONE;
}

void
form_encode(struct buf *out, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (ascii_is_alpha(c) || ascii_is_digit(c) ||
		    str_has_byte(STR("-._~"), (char)c)) {
			buf_add_byte(out, (char)c);
		} else {
			buf_add_byte(out, '%');
			buf_add_byte(out, digits[c >> 4]);
			buf_add_byte(out, digits[c & 15]);
		}
	}
}

void
form_add(struct buf *out, const char *name, struct str value)
{
	if (out->len > 0)
		buf_add_byte(out, '&');
	form_encode(out, str_from(name));
	buf_add_byte(out, '=');
	form_encode(out, value);
}
