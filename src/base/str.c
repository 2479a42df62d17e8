/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/str.h"

#include <limits.h>
#include <string.h>

int
str_int_length(struct str s)
{
	return s.len > INT_MAX ? INT_MAX : (int)s.len;
}

struct str
str_from(const char *text)
{
	return text == NULL ? STR_NONE : (struct str){text, strlen(text)};
}

bool
str_equal(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool
str_is(struct str s, const char *text)
{
	return s.at != NULL && str_equal(s, str_from(text));
}

bool
str_equal_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
			return false;
	return true;
}

bool
str_has_prefix(struct str s, struct str prefix)
{
	return str_equal(str_slice(s, 0, prefix.len), prefix);
}

bool
str_has_suffix(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	    str_equal(str_slice(s, s.len - suffix.len, s.len), suffix);
}

bool
str_has_byte(struct str s, char byte)
{
	return s.len > 0 && memchr(s.at, byte, s.len) != NULL;
}

bool
str_contains(struct str s, const char *needle)
{
	size_t length = strlen(needle);

	return s.len >= length && memmem(s.at, s.len, needle, length) != NULL;
}

int
str_compare(struct str a, struct str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common == 0 ? 0 : memcmp(a.at, b.at, common);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
	while (s.len > 0 && is_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

struct str
str_slice(struct str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return s.at == NULL ? s : (struct str){s.at + from, to - from};
}

struct str
str_cut(struct str *rest, char separator)
{
	struct str all = *rest;
	const char *found =
	    all.len == 0 ? NULL : memchr(all.at, separator, all.len);

	if (found == NULL) {
		*rest = STR_NONE;
		return all;
	}
	size_t before = (size_t)(found - all.at);
	*rest = str_slice(all, before + 1, all.len);
	return str_slice(all, 0, before);
}

bool
str_to_uint(struct str s, uint64_t most, uint64_t *value)
{
	uint64_t sum = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_is_digit((unsigned char)s.at[i]))
			return false;
		unsigned digit = (unsigned)(s.at[i] - '0');
		if (sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	if (sum > most)
		return false;
	*value = sum;
	return true;
}

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
size_t
str_utf8_sequence(struct str s, size_t at)
{
	static const struct {
		unsigned char first, last, low, high;
		size_t length;
	} rows[] = {
		{0x00, 0x7f, 0x00, 0xff, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	const unsigned char *p = (const unsigned char *)s.at + at;
	size_t left = s.len - at;

	for (size_t r = 0; left > 0 && r < ARRAY_LENGTH(rows); r++) {
		size_t length = rows[r].length;
		if (p[0] < rows[r].first || p[0] > rows[r].last)
			continue;
		if (length > left)
			return 0;
		if (length > 1 && (p[1] < rows[r].low || p[1] > rows[r].high))
			return 0;
		for (size_t i = 2; i < length; i++)
			if ((p[i] & 0xc0) != 0x80)
				return 0;
		return length;
	}
	return 0;
}

size_t
str_utf8_length(struct str s)
{
	size_t characters = 0;

	for (size_t i = 0; i < s.len; characters++) {
		size_t step = str_utf8_sequence(s, i);
		if (step == 0)
			return SIZE_MAX;
		i += step;
	}
	return characters;
}

size_t
str_distance(struct str a, struct str b)
{
	size_t row[65];

	if (a.len >= ARRAY_LENGTH(row) || b.len >= ARRAY_LENGTH(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t replace = diagonal +
			    (ascii_lower(a.at[i - 1]) !=
			     ascii_lower(b.at[j - 1]));
			size_t least = row[j] < row[j - 1] ? row[j] : row[j - 1];
			diagonal = row[j];
			row[j] = replace <= least ? replace : least + 1;
		}
	}
	return row[b.len];
}

bool
ascii_is_alpha(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
ascii_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int
ascii_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
