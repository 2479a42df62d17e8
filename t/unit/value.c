/* SPDX-License-Identifier: MIT
 *
 * Packed values: what goes in comes out, and what can be asked of it.
 */
#include "base/compat.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "expr/expr.h"
#include "expr/number.h"
#include "tap.h"

#define MOST 2000

static struct arena arena;

static struct expr_pack *
pack(const char *json)
{
	struct err err = {.text = ""};
	struct expr_pack *made = expr_pack_make(str_from(json), MOST, &err);

	if (made == NULL)
		ok(false, "%s: %s at %zu", json, err.text, err.at);
	return made;
}

static const struct {
	const char *what, *json;
	const char *written; /* NULL: as it is */
} rows[] = {
	{"null", "null", NULL},
	{"true", "true", NULL},
	{"false", "false", NULL},
	{"an integer", "-12", NULL},
	{"the largest integer", "9223372036854775807", NULL},
	{"the smallest integer", "-9223372036854775808", NULL},
	{"one above", "9223372036854775808", "9.223372036854776e+18"},
	{"a fraction", "1.5", NULL},
	{"a fraction of zero", "2.0", NULL},
	{"a fraction that needs 17 digits", "0.30000000000000004", NULL},
	{"one that looks long but is not", "0.1000000000000000055", "0.1"},
	{"an exponent", "1e3", "1000.0"},
	{"a large number", "1e300", "1e+300"},
	{"a small number", "5e-324", "4.94065645841247e-324"},
	{"an infinite number", "1e400", "1e999"},
	{"a negative infinite number", "-1e400", "-1e999"},
	{"negative zero", "-0.0", NULL},
	{"a string", "\"a\"", NULL},
	{"an empty string", "\"\"", NULL},
	{"UTF-8", "\"\\u00e4\\u20ac\\ud83d\\udce3\"",
	    "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa3\""},
	{"escapes", "\"\\\"\\\\\\/\\n\\u0001\"",
	    "\"\\\"\\\\/\\u000a\\u0001\""},
	{"a NUL", "\"a\\u0000b\"", NULL},
	{"an empty list", "[]", NULL},
	{"a list", "[1,\"a\",null,true,2.5]", NULL},
	{"an empty record", "{}", NULL},
	{"a record in its order", "{\"b\":1,\"a\":2,\"\":3}", NULL},
	{"nested", "{\"a\":[{\"b\":[[],{},[1]]},2],\"c\":{\"d\":null}}",
	    NULL},
	{"white space", " { \"a\" : [ 1 , 2 ] } ", "{\"a\":[1,2]}"},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct expr_pack *made = pack(rows[i].json);
		if (made == NULL)
			continue;
		is_str(expr_value_json(&arena, expr_pack_root(made)),
		    rows[i].written != NULL ? rows[i].written : rows[i].json,
		    "packed: %s", rows[i].what);
		expr_pack_free(made);
	}
}

static void
test_types(void)
{
	static const struct {
		const char *json;
		enum expr_type type;
	} all[] = {
		{"null", EXPR_NULL}, {"true", EXPR_BOOLEAN},
		{"5", EXPR_INTEGER}, {"5.0", EXPR_NUMBER},
		{"5e0", EXPR_NUMBER}, {"18446744073709551615", EXPR_NUMBER},
		{"\"5\"", EXPR_STRING}, {"[5]", EXPR_LIST},
		{"{\"5\":5}", EXPR_RECORD},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
		struct expr_pack *made = pack(all[i].json);
		if (made == NULL)
			continue;
		is_int(expr_pack_root(made).type, all[i].type, "type of %s",
		    all[i].json);
		expr_pack_free(made);
	}
}

static struct expr_value
follow(const struct expr_pack *made, const struct expr_step *steps,
    size_t count)
{
	return expr_value_follow(expr_pack_root(made), steps, count);
}

#define NAME(text) {{text, sizeof(text) - 1}, 0}
#define INDEX(number) {{NULL, 0}, number}

static const struct {
	const char *what;
	size_t count;
	struct expr_step steps[4];
	const char *found;
} paths[] = {
	{"a member", 1, {NAME("b")}, "\"x\""},
	{"an item", 2, {NAME("a"), INDEX(1)}, "{\"c\":[7],\"\":8}"},
	{"further in", 4, {NAME("a"), INDEX(1), NAME("c"), INDEX(0)}, "7"},
	{"an empty name", 3, {NAME("a"), INDEX(1), NAME("")}, "8"},
	{"no such member", 1, {NAME("bb")}, "null"},
	{"a shorter name", 1, {NAME("")}, "null"},
	{"another case", 1, {NAME("B")}, "null"},
	{"behind the last item", 2, {NAME("a"), INDEX(3)}, "null"},
	{"the largest index", 2, {NAME("a"), INDEX(UINT32_MAX)}, "null"},
	{"a member of a list", 2, {NAME("a"), NAME("0")}, "null"},
	{"an item of a record", 1, {INDEX(0)}, "null"},
	{"a member of a string", 2, {NAME("b"), NAME("x")}, "null"},
	{"a member of null", 2, {NAME("n"), NAME("x")}, "null"},
	{"a member of what is not there", 3,
	    {NAME("x"), NAME("y"), NAME("z")}, "null"},
	{"a name with a NUL", 1, {{{"b\0", 2}, 0}}, "null"},
};

static void
test_paths(void)
{
	const char *json =
	    "{\"a\":[1,{\"c\":[7],\"\":8},3],\"b\":\"x\",\"n\":null}";
	struct expr_pack *made = pack(json);

	if (made == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++)
		is_str(expr_value_json(&arena,
			   follow(made, paths[i].steps, paths[i].count)),
		    paths[i].found, "follow: %s", paths[i].what);
	is_str(expr_value_json(&arena, follow(made, NULL, 0)), json,
	    "follow: no steps");
	expr_pack_free(made);
}

static void
test_items(void)
{
	struct expr_pack *list = pack("[10,\"b\",[3]]");
	struct expr_pack *record = pack("{\"a\":1,\"b\":[2]}");
	struct expr_value null = {.type = EXPR_NULL};
	struct expr_value text = {.type = EXPR_STRING, .text = STR("abc")};
	struct expr_value written = {.type = EXPR_LIST};
	struct str name;

	if (list == NULL || record == NULL)
		return;
	struct expr_value items = expr_pack_root(list);
	struct expr_value members = expr_pack_root(record);
	is_int((int64_t)expr_value_length(items), 3, "length of a list");
	is_int((int64_t)expr_value_length(members), 0, "of a record");
	is_int((int64_t)expr_value_length(null), 0, "of null");
	is_int((int64_t)expr_value_length(text), 0, "of a string");
	is_int((int64_t)expr_value_length(written), 0, "of a list elsewhere");
	is_int(expr_value_item(items, 0).integer, 10, "the first item");
	is_int((int64_t)expr_value_length(expr_value_item(items, 2)), 1,
	    "the last item");
	is_int(expr_value_item(items, 3).type, EXPR_NULL, "none behind it");
	is_int(expr_value_item(items, (size_t)UINT32_MAX + 1).type, EXPR_NULL,
	    "nor where an index wraps");
	is_int(expr_value_item(members, 0).type, EXPR_NULL,
	    "no item of a record");
	is_int((int64_t)expr_value_members(members), 2, "members");
	is_int((int64_t)expr_value_members(items), 0, "of a list");
	is_int(expr_value_member(members, 0, &name).integer, 1,
	    "the first member");
	is_str(name, "a", "and its name");
	is_int(expr_value_member(members, 1, &name).type, EXPR_LIST,
	    "the last member");
	is_int(expr_value_member(members, 2, &name).type, EXPR_NULL,
	    "none behind it");
	is_str(name, NULL, "and no name");
	expr_pack_free(list);
	expr_pack_free(record);
}

/* Groups of equal values; what is in no group equals nothing, itself
 * included. */
static const char *const equal[] = {"null", "|", "true", "|", "false", "|",
    "5", "5.0", "50e-1", "|", "\"5\"", "|", "\"\"", "|", "0", "-0", "-0.0",
    "0e9", "|", "9223372036854775807", "|", "9223372036854775806", "|",
    "9223372036854775808", "9223372036854775808.0", "|",
    "-9223372036854775808", "-9223372036854775808.0", "|", "1e400", "1e500",
    "|", "-1e400", "|", "\"a\"", "|", "\"a\\u0000\"", "|", "0.5", "|"};
static const char *const unequal[] = {"[]", "[5]", "{}", "{\"a\":5}"};

static struct {
	size_t equal, unequal; /* pairs, of the same hash */
	size_t apart;          /* pairs of equal ones that are not */
} hashed;

static void
compare_hashes(struct expr_value a, struct expr_value b)
{
	bool same = expr_value_hash(a) == expr_value_hash(b);

	if (expr_value_equal(a, b))
		*(same ? &hashed.equal : &hashed.apart) += 1;
	else if (same)
		hashed.unequal++;
}

static bool
are_equal(const char *left, const char *right)
{
	struct expr_pack *a = pack(left), *b = pack(right);
	bool result = a != NULL && b != NULL &&
	    expr_value_equal(expr_pack_root(a), expr_pack_root(b));

	if (a != NULL && b != NULL)
		compare_hashes(expr_pack_root(a), expr_pack_root(b));
	expr_pack_free(a);
	expr_pack_free(b);
	return result;
}

static void
test_equal(void)
{
	size_t group = 0, other;

	for (size_t i = 0; i < ARRAY_LENGTH(equal); i++) {
		other = 0;
		group += equal[i][0] == '|';
		for (size_t j = 0; j < ARRAY_LENGTH(equal); j++) {
			other += equal[j][0] == '|';
			if (equal[i][0] == '|' || equal[j][0] == '|')
				continue;
			ok(are_equal(equal[i], equal[j]) == (group == other),
			    "equal: %s and %s", equal[i], equal[j]);
		}
		for (size_t j = 0; j < ARRAY_LENGTH(unequal); j++)
			ok(equal[i][0] == '|' ||
				(!are_equal(equal[i], unequal[j]) &&
				    !are_equal(unequal[j], equal[i])),
			    "equal: %s and %s", equal[i], unequal[j]);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(unequal); i++)
		ok(!are_equal(unequal[i], unequal[i]),
		    "equal: %s and itself", unequal[i]);
	ok(hashed.equal > 30 && hashed.apart == 0,
	    "equal ones have the same hash");
	/* null, lists and records do; integers that one double stands for. */
	ok(hashed.unequal <= 24, "%zu pairs of others have", hashed.unequal);
}

/* In rising order. */
static const char *const ordered[] = {"-1e400", "-1e300",
    "-9223372036854777856.0", "-9223372036854775808", "-9223372036854775807",
    "-3.5", "-3", "-2.5", "-0.5", "0", "0.5", "2", "2.5", "3",
    "9007199254740992.0", "9007199254740993", "9223372036854775807",
    "9223372036854775808", "1e300", "1e400"};

static void
test_order(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(ordered); i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(ordered); j++) {
			struct expr_value a, b;
			int order = 99;
			ok(expr_number_read(str_from(ordered[i]), &a) &&
				expr_number_read(str_from(ordered[j]), &b) &&
				expr_number_compare(a, b, &order) &&
				order == (i > j) - (i < j),
			    "order: %s and %s", ordered[i], ordered[j]);
		}
	}
}

static const struct {
	const char *what, *text;
	size_t length; /* of the number at the start */
	bool taken;
} numbers[] = {
	{"a digit", "7", 1, true},
	{"a sign", "-7", 2, true},
	{"a sign alone", "-", 0, false},
	{"two signs", "--7", 0, false},
	{"a plus", "+7", 0, false},
	{"a point", "7.5", 3, true},
	{"a point at the end", "7.", 1, true},
	{"a point at the start", ".7", 0, false},
	{"two points", "7.5.5", 3, true},
	{"an exponent", "7e5", 3, true},
	{"a capital one", "7E+5", 4, true},
	{"a negative one", "7e-5", 4, true},
	{"an exponent without digits", "7e", 1, true},
	{"one with a sign alone", "7e+", 1, true},
	{"zero", "0", 1, true},
	{"zeros behind the point", "0.00", 4, true},
	{"leading zeros", "007", 3, false},
	{"negative leading zeros", "-007", 4, false},
	{"leading zeros before a point", "00.5", 4, false},
	{"letters behind", "7abc", 1, true},
	{"a comma", "7,5", 1, true},
	{"hexadecimal", "0x7", 1, true},
	{"no number", "abc", 0, false},
	{"infinity", "inf", 0, false},
};

static void
test_numbers(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		struct str text = str_from(numbers[i].text);
		size_t length = expr_number_length(text, 0);
		struct expr_value value;

		is_int((int64_t)length, (int64_t)numbers[i].length,
		    "number: %s", numbers[i].what);
		if (length > 0)
			is_int(expr_number_read(
				   str_slice(text, 0, length), &value),
			    numbers[i].taken, "number: %s: read",
			    numbers[i].what);
	}
	/* More digits than any buffer of a fixed size has. */
	char digits[3000];
	struct expr_value value;
	memset(digits, '9', sizeof digits);
	ok(expr_number_read((struct str){digits, sizeof digits}, &value) &&
		value.type == EXPR_NUMBER && isinf(value.number),
	    "number: three thousand digits");
	digits[1] = '.';
	ok(expr_number_read((struct str){digits, sizeof digits}, &value) &&
		value.type == EXPR_NUMBER && value.number > 9.9 &&
		value.number <= 10.0,
	    "number: as many behind the point");
}

/* Every double is written so that it reads as itself. */
static void
test_number_text(void)
{
	uint64_t bits = 88172645463325252u;
	size_t longest = 0, wrong = 0;

	for (size_t i = 0; i < 20000; i++) {
		char text[EXPR_NUMBER_SIZE];
		struct expr_value again;
		double number;

		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&number, &bits, sizeof number);
		if (i % 2 == 0)
			number = (double)(int64_t)(bits >> 40) / 100;
		if (isnan(number))
			continue;
		size_t length = expr_number_write(number, text);
		longest = length > longest ? length : longest;
		wrong += !expr_number_read((struct str){text, length},
			     &again) ||
		    again.type != EXPR_NUMBER || again.number < number ||
		    again.number > number;
	}
	is_int((int64_t)wrong, 0, "number: written and read");
	ok(longest > 20 && longest < EXPR_NUMBER_SIZE,
	    "number: the longest has %zu bytes", longest);
}

static const struct {
	const char *what, *json, *message;
	size_t at;
} refused[] = {
	{"nothing", "", "empty", 0},
	{"no JSON", "{a:1}", "unexpected 'a'", 1},
	{"a repeated key", "{\"a\":1,\"a\":2}", "repeated", 7},
	{"two values", "1 2", "unexpected", 2},
};

static void
test_refused(void)
{
	struct err err = {.text = ""};
	struct buf json;

	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		err = (struct err){.at = 999};
		ok(expr_pack_make(str_from(refused[i].json), MOST, &err) ==
			NULL,
		    "refused: %s", refused[i].what);
		ok(str_contains(str_from(err.text), refused[i].message),
		    "refused: %s: %s", refused[i].what, err.text);
		is_int((int64_t)err.at, (int64_t)refused[i].at,
		    "refused: %s: and where", refused[i].what);
	}
	struct expr_pack *made = expr_pack_make(STR("[1,2]"), 3, &err);
	ok(made != NULL, "as many values as there may be %s", err.text);
	expr_pack_free(made);
	ok(expr_pack_make(STR("[1,2,3]"), 3, &err) == NULL &&
		str_contains(str_from(err.text), "more than 3 values"),
	    "one more is refused");
	expr_pack_free(NULL);
	ok(expr_pack_size(NULL) == 0, "no pack takes no memory");
	/* Short keys: what the message about repeated ones takes most for. */
	buf_init(&json, 65536);
	for (int i = 0; i < 1000; i++)
		buf_format(&json, "%s\"%x\":0", i == 0 ? "{" : ",", i % 999);
	buf_add_byte(&json, '}');
	ok(expr_pack_make(buf_str(&json), MOST, &err) == NULL &&
		str_contains(str_from(err.text), "repeated") &&
		err.at == json.len - 6,
	    "a repeated key among many is found: %s at %zu", err.text,
	    err.at);
	buf_release(&json);
}

static void
test_size(void)
{
	struct expr_pack *small = pack("{\"level\":2,\"skills\":[\"a\"]}");

	if (small == NULL)
		return;
	is_int((int64_t)expr_pack_size(small), 8 + 6 * 16 + 12,
	    "a node for each value and key, and the text");
	expr_pack_free(small);
}

int
main(void)
{
	arena_init(&arena, (size_t)1 << 22);
	test_rows();
	test_types();
	test_paths();
	test_items();
	test_equal();
	test_order();
	test_numbers();
	test_number_text();
	test_refused();
	test_size();
	arena_release(&arena);
	return tap_done();
}
