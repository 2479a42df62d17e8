/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "expr/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "codec/json.h"

static size_t
skip_digits(struct str text, size_t at)
{
	while (at < text.len && ascii_is_digit((unsigned char)text.at[at]))
		at++;
	return at;
}

static bool
is_byte(struct str text, size_t at, char byte)
{
	return at < text.len && text.at[at] == byte;
}

/* SYNTAX: RFC 8259 section 6, but for leading zeros. */
size_t
expr_number_length(struct str text, size_t at)
{
	size_t start = at + is_byte(text, at, '-');
	size_t end = skip_digits(text, start);

	if (end == start)
		return 0;
	if (is_byte(text, end, '.')) {
		size_t fraction = skip_digits(text, end + 1);
		if (fraction > end + 1)
			end = fraction;
	}
	if (is_byte(text, end, 'e') || is_byte(text, end, 'E')) {
		size_t digits = end + 1;
		digits += is_byte(text, digits, '+') ||
		    is_byte(text, digits, '-');
		size_t exponent = skip_digits(text, digits);
		if (exponent > digits)
			end = exponent;
	}
	return end - at;
}

static bool
read_integer(struct str text, int64_t *integer)
{
	bool negative = is_byte(text, 0, '-');
	uint64_t most = (uint64_t)INT64_MAX + negative;
	uint64_t size;

	if (!str_to_uint(str_slice(text, negative, text.len), most, &size))
		return false;
	if (negative && size > INT64_MAX)
		*integer = INT64_MIN;
	else
		*integer = negative ? -(int64_t)size : (int64_t)size;
	return true;
}

/* json-c converts without regard to the locale. Whole numbers of more than 64
 * bits are none to our JSON: "e0" makes them numbers of any size. */
static bool
read_number(struct str text, double *number)
{
	bool whole = skip_digits(text, is_byte(text, 0, '-')) == text.len;
	struct arena scratch;
	struct json_object *value;
	struct err err;

	arena_init(&scratch, 4 * text.len + 1024);
	struct str parts[] = {text, whole ? STR("e0") : STR("")};
	struct str json = arena_join(&scratch, parts, ARRAY_LENGTH(parts));
	bool taken = json_parse(&scratch, json,
	    (struct json_limits){.values = 1}, &value, &err);
	if (taken)
		*number = json_number(value);
	arena_release(&scratch);
	return taken;
}

bool
expr_number_is_padded(struct str text)
{
	size_t first = is_byte(text, 0, '-');

	return is_byte(text, first, '0') &&
	    skip_digits(text, first) > first + 1;
}

bool
expr_number_read(struct str text, struct expr_value *value)
{
	int64_t integer;
	double number;

	if (expr_number_is_padded(text))
		return false;
	if (read_integer(text, &integer)) {
		*value = (struct expr_value){
		    .type = EXPR_INTEGER, .integer = integer};
		return true;
	}
	if (!read_number(text, &number))
		return false;
	*value = (struct expr_value){.type = EXPR_NUMBER, .number = number};
	return true;
}

/* Puts a point where the locale writes something else. */
static size_t
set_point(char *text, size_t length)
{
	size_t kept = 0;
	bool foreign = false, has_mark = false;

	for (size_t i = 0; i < length; i++) {
		bool usual = ascii_is_digit((unsigned char)text[i]) ||
		    str_has_byte(STR("+-e"), text[i]);
		if (usual || !foreign)
			text[kept++] = usual ? text[i] : '.';
		foreign = foreign || !usual;
		has_mark = has_mark || !usual || text[i] == 'e';
	}
	if (!has_mark) {
		text[kept++] = '.';
		text[kept++] = '0';
	}
	return kept;
}

size_t
expr_number_write(double number, char text[EXPR_NUMBER_SIZE])
{
	struct expr_value again;
	size_t length = 0;

	if (isinf(number))
		return (size_t)snprintf(text, EXPR_NUMBER_SIZE, "%s",
		    number < 0 ? "-1e999" : "1e999");
	for (int digits = 15; digits <= 17; digits++) {
		int written = snprintf(
		    text, EXPR_NUMBER_SIZE - 2, "%.*g", digits, number);
		length = set_point(text, (size_t)written);
		if (expr_number_read((struct str){text, length}, &again) &&
		    again.type == EXPR_NUMBER && again.number == number)
			break;
	}
	return length;
}

#define TWO_TO_63 9223372036854775808.0

static int
compare_mixed(int64_t integer, double number)
{
	if (number >= TWO_TO_63)
		return -1;
	if (number < -TWO_TO_63)
		return 1;
	int64_t whole = (int64_t)number;
	if (integer != whole)
		return integer < whole ? -1 : 1;
	double rest = number - (double)whole;
	return (rest < 0) - (rest > 0);
}

bool
expr_number_compare(struct expr_value a, struct expr_value b, int *order)
{
	bool is_whole = a.type == EXPR_INTEGER;
	bool is_other_whole = b.type == EXPR_INTEGER;

	if (!(is_whole || a.type == EXPR_NUMBER) ||
	    !(is_other_whole || b.type == EXPR_NUMBER))
		return false;
	if (is_whole && is_other_whole)
		*order = (a.integer > b.integer) - (a.integer < b.integer);
	else if (is_whole)
		*order = compare_mixed(a.integer, b.number);
	else if (is_other_whole)
		*order = -compare_mixed(b.integer, a.number);
	else
		*order = (a.number > b.number) - (a.number < b.number);
	return true;
}
