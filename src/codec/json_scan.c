/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "codec/json_scan.h"

#include <stdlib.h>
#include <string.h>

static void
blank(struct json_scan *s, size_t to)
{
	for (; s->at < to; s->at++)
		if (s->text[s->at] != '\n')
			s->text[s->at] = ' ';
}

static bool
scan_comment(struct json_scan *s)
{
	struct str rest = {s->text + s->at, s->len - s->at};
	bool block = str_has_prefix(rest, STR("/*"));
	const char *end;

	if (!s->limits.comments ||
	    (!block && !str_has_prefix(rest, STR("//"))))
		return err_set(s->err, s->at, "unexpected '/'");
	if (block) {
		end = memmem(rest.at + 2, rest.len - 2, "*/", 2);
		if (end == NULL)
			return err_set(s->err, s->at, "comment without end");
		end += 2;
	} else {
		end = memchr(rest.at, '\n', rest.len);
		if (end == NULL)
			end = rest.at + rest.len;
	}
	blank(s, (size_t)(end - s->text));
	return true;
}

size_t
json_skip_blanks(struct str text, size_t at)
{
	while (at < text.len && str_has_byte(STR(" \t\r\n"), text.at[at]))
		at++;
	return at;
}

/* What separates two tokens without meaning anything. */
static bool
scan_blanks(struct json_scan *s)
{
	for (;;) {
		s->at = json_skip_blanks((struct str){s->text, s->len}, s->at);
		if (s->at >= s->len || s->text[s->at] != '/')
			return true;
		if (!scan_comment(s))
			return false;
	}
}

/* Leaves s->at behind the closing quote and the blanks after it. json-c
 * checks the escapes; here a string that could be a key must not contain a
 * NUL, where json-c cuts it. */
static bool
scan_string(struct json_scan *s)
{
	size_t start = s->at++;
	bool nul = false;

	for (; s->at < s->len && s->text[s->at] != '"'; s->at++) {
		unsigned char c = (unsigned char)s->text[s->at];
		if (c < ' ')
			return err_set(s->err, s->at,
			    "control character in a string: write \\u%04x", c);
		struct str rest = {s->text + s->at, s->len - s->at};
		nul = nul || str_has_prefix(rest, STR("\\u0000"));
		if (c == '\\')
			s->at++;
		if (c < 0x80)
			continue;
		size_t sequence = str_utf8_sequence(
		    (struct str){s->text, s->len}, s->at);
		if (sequence == 0)
			return err_set(s->err, s->at, "not valid UTF-8");
		s->at += sequence - 1;
	}
	if (s->at >= s->len)
		return err_set(s->err, start, "string without closing quote");
	s->at++;
	if (!scan_blanks(s))
		return false;
	bool key = s->at < s->len && s->text[s->at] == ':';
	s->members += key;
	s->values += !key;
	if (key && nul)
		return err_set(s->err, start, "\\u0000 in a key");
	return true;
}

static bool
scan_open(struct json_scan *s)
{
	s->values++;
	s->at++;
	if (++s->depth > JSON_DEPTH)
		return err_set(s->err, s->at - 1,
		    "nested deeper than %d levels", JSON_DEPTH);
	return true;
}

static size_t
skip_digits(struct str s, size_t at)
{
	while (at < s.len && ascii_is_digit((unsigned char)s.at[at]))
		at++;
	return at;
}

/* SYNTAX: RFC 8259 section 6; json-c takes "1." too. */
static bool
is_number(struct str s, bool *whole)
{
	size_t start = str_has_prefix(s, STR("-"));
	size_t at = skip_digits(s, start);

	if (at == start || (s.at[start] == '0' && at > start + 1))
		return false;
	*whole = at == s.len;
	if (at < s.len && s.at[at] == '.') {
		start = at + 1;
		at = skip_digits(s, start);
		if (at == start)
			return false;
	}
	if (at < s.len && (s.at[at] == 'e' || s.at[at] == 'E')) {
		start = at + 1;
		if (start < s.len && str_has_byte(STR("+-"), s.at[start]))
			start++;
		at = skip_digits(s, start);
		if (at == start)
			return false;
	}
	return at == s.len;
}

/* json-c would turn one that does not into the nearest that does. */
static bool
fits_64_bits(struct str whole)
{
	bool negative = whole.at[0] == '-';
	uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : UINT64_MAX;
	uint64_t value;

	return str_to_uint(str_slice(whole, negative, whole.len), most, &value);
}

/* A number, true, false or null: up to the next delimiter. */
static bool
scan_word(struct json_scan *s)
{
	size_t start = s->at;
	bool whole = false;

	while (s->at < s->len &&
	    !str_has_byte(STR(" \t\r\n,:[]{}\"/"), s->text[s->at]))
		s->at++;
	struct str word = {s->text + start, s->at - start};
	s->values++;
	if (is_number(word, &whole))
		return !whole || fits_64_bits(word) ||
		    err_set(s->err, start, "whole number of more than 64 bits");
	if (str_is(word, "true") || str_is(word, "false") ||
	    str_is(word, "null"))
		return true;
	return err_set(s->err, start, "unexpected '%.*s'",
	    (int)(word.len < 32 ? word.len : 32), word.at);
}

static bool
scan_token(struct json_scan *s)
{
	switch (s->text[s->at]) {
	case ',':
	case ':':
		s->at++;
		return true;
	case '{':
	case '[':
		return scan_open(s);
	case '}':
	case ']':
		if (s->depth == 0)
			return err_set(s->err, s->at, "unexpected '%c'",
			    s->text[s->at]);
		s->depth--;
		s->at++;
		return true;
	case '"':
		return scan_string(s);
	default:
		return scan_word(s);
	}
}

bool
json_scan(struct json_scan *s)
{
	while (scan_blanks(s)) {
		if (s->at >= s->len)
			return true;
		if (!scan_token(s))
			return false;
		if (s->values > s->limits.values)
			return err_set(s->err, s->at,
			    "more than %zu values", s->limits.values);
	}
	return false;
}

/* A key as it stands in the text, and the object that it stands in. */
struct key_place {
	size_t object;
	struct str key;
};

static int
compare_places(const void *left, const void *right)
{
	const struct key_place *a = left, *b = right;

	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	int order = str_compare(a->key, b->key);
	return order != 0 ? order : (a->key.at > b->key.at) -
		(a->key.at < b->key.at);
}

/* Notes all keys of a text that is known to be JSON without comments. */
static size_t
note_keys(struct str text, struct key_place *places, size_t most)
{
	size_t open[JSON_DEPTH + 1] = {0}, depth = 0, count = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		size_t start = i;
		if ((c == '{' || c == '[') && depth < JSON_DEPTH)
			open[++depth] = i;
		else if ((c == '}' || c == ']') && depth > 0)
			depth--;
		if (c != '"')
			continue;
		for (i++; i < text.len && text.at[i] != '"'; i++)
			i += text.at[i] == '\\';
		size_t next = json_skip_blanks(text, i + 1);
		struct str key = str_slice(text, start, i + 1);
		if (count < most && next < text.len && text.at[next] == ':')
			places[count++] = (struct key_place){open[depth], key};
	}
	return count;
}

size_t
json_find_repeated(struct arena *arena, struct str text, size_t members)
{
	struct key_place *places = arena_array(arena, members, sizeof *places);
	size_t first = text.len;

	if (places == NULL)
		return 0;
	size_t count = note_keys(text, places, members);
	qsort(places, count, sizeof *places, compare_places);
	for (size_t i = 1; i < count; i++) {
		size_t at = (size_t)(places[i].key.at - text.at);
		if (places[i].object == places[i - 1].object &&
		    str_equal(places[i].key, places[i - 1].key) && at < first)
			first = at;
	}
	return first < text.len ? first : 0;
}
