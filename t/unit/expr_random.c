/* SPDX-License-Identifier: MIT
 *
 * Random expressions: printed and parsed they are the same, no parenthesis of
 * what is printed can be left out, and they are worth what a second, plain
 * evaluation says. The seed is fixed; EXPR_SEED and EXPR_ROUNDS in the
 * environment set others.
 */
#include "base/compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "expr/expr.h"
#include "tap.h"

static uint64_t random_state;

/* xorshift64*: https://en.wikipedia.org/wiki/Xorshift */
static size_t
pick(size_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (size_t)((random_state * 2685821657736338717u) >> 33) % below;
}

/* The values that there are, as JSON and as an expression writes them. */
enum kind { NOTHING, BOOLEAN, NUMBER, TEXT, LIST, RECORD };
static const struct {
	enum kind kind;
	const char *json, *written;
	double number;
	size_t items[3]; /* of a list: rows of this table */
	size_t count;
} values[] = {
	{NOTHING, "null", "null", 0, {0}, 0},
	{BOOLEAN, "true", "TRUE", 1, {0}, 0},
	{BOOLEAN, "false", "false", 0, {0}, 0},
	{NUMBER, "0", "-0", 0, {0}, 0},
	{NUMBER, "1", "1", 1, {0}, 0},
	{NUMBER, "1.0", "10e-1", 1, {0}, 0},
	{NUMBER, "-2.5", "-2.50", -2.5, {0}, 0},
	{TEXT, "\"\"", "''", 0, {0}, 0},
	{TEXT, "\"a\"", "\"a\"", 0, {0}, 0},
	{TEXT, "\"ba\"", "'ba'", 0, {0}, 0},
	{TEXT, "\"1\"", "'1'", 0, {0}, 0},
	{TEXT, "\"'\\\"\\\\\"", "'\\'\\\"\\\\'", 0, {0}, 0},
	{LIST, "[]", "[]", 0, {0}, 0},
	{LIST, "[1,\"a\",null]", "[1,'a' ,null]", 0, {4, 8, 0}, 3},
	{LIST, "[[],true]", "[ [], true]", 0, {12, 1}, 2},
	{LIST, "[0,\"a\",null]", "[0, \"a\", Null]", 0, {3, 8, 0}, 3},
	{RECORD, "{}", NULL, 0, {0}, 0}, /* cannot be written */
};
#define WRITABLE (ARRAY_LENGTH(values) - 1)

/* What stands on one side: a value, or the name n0, n1, …, whose value changes
 * from round to round. */
#define NAMES 6
struct operand {
	bool named;
	size_t number;
};

static size_t worth[NAMES]; /* rows of `values` */
static struct expr_pack *packs[ARRAY_LENGTH(values)];

static const char *const operators[][2] = {{"==", "="}, {"!=", "!="},
    {"<", "<"}, {"<=", "<="}, {">", ">"}, {">=", ">="},
    {"CONTAINS", "contains"}, {"HAS", ">-"}, {"IN", "<-"},
    {"NOT IN", "not In"}};

struct model {
	enum { OR, AND, NOT, COMPARISON } kind;
	const struct model *members[4];
	size_t count;
	size_t operator;
	struct operand left, right;
};

static struct arena arena;

static struct operand
make_operand(void)
{
	bool named = pick(2) == 0;

	return (struct operand){named, pick(named ? NAMES : WRITABLE)};
}

static const struct model *
make_model(size_t depth)
{
	struct model *model = arena_alloc(&arena, sizeof *model);

	if (model == NULL)
		abort();
	model->kind = COMPARISON;
	if (depth > 0 && pick(4) > 0)
		model->kind = pick(3) == 0 ? NOT : pick(2) == 0 ? AND : OR;
	if (model->kind != COMPARISON)
		model->count = model->kind == NOT ? 1 : 2 + pick(3);
	for (size_t i = 0; i < model->count; i++)
		model->members[i] = make_model(depth - 1);
	model->operator = pick(ARRAY_LENGTH(operators));
	model->left = make_operand();
	model->right = make_operand();
	return model;
}

static void
write_blank(struct buf *out)
{
	static const char *const blanks[] = {" ", "  ", "\n", "\t ", "\r\n"};

	buf_add_str(out, str_from(blanks[pick(ARRAY_LENGTH(blanks))]));
}

static void
write_operand(struct buf *out, struct operand operand)
{
	if (operand.named)
		buf_format(out, "%sn%zu", pick(2) == 0 ? "task." : "",
		    operand.number);
	else
		buf_add_str(out, str_from(values[operand.number].written));
}

/* With more parentheses than are needed. */
static void
write_model(struct buf *out, const struct model *model, bool enclosed)
{
	static const char *const joints[][2] = {
	    [OR] = {"OR", "or"}, [AND] = {"AND", "anD"},
	    [NOT] = {"NOT", "Not"}};
	bool extra = enclosed || pick(4) == 0;

	if (extra)
		buf_add_byte(out, '(');
	if (model->kind == NOT) {
		buf_add_str(out, str_from(joints[NOT][pick(2)]));
		write_blank(out);
	}
	for (size_t i = 0; i < model->count; i++) {
		const struct model *member = model->members[i];
		write_model(out, member,
		    member->kind < model->kind ||
			(member->kind == model->kind && model->kind != NOT));
		if (i + 1 == model->count)
			continue;
		write_blank(out);
		buf_add_str(out, str_from(joints[model->kind][pick(2)]));
		write_blank(out);
	}
	if (model->kind == COMPARISON) {
		write_operand(out, model->left);
		write_blank(out);
		buf_add_str(
		    out, str_from(operators[model->operator][pick(2)]));
		write_blank(out);
		write_operand(out, model->right);
	}
	if (extra)
		buf_add_byte(out, ')');
}

static size_t
row_of(struct operand operand)
{
	return operand.named ? worth[operand.number] : operand.number;
}

static bool
is_same(size_t a, size_t b)
{
	if (values[a].kind != values[b].kind || values[a].kind >= LIST)
		return false;
	if (values[a].kind == TEXT)
		return strcmp(values[a].json, values[b].json) == 0;
	return !(values[a].number < values[b].number) &&
	    !(values[a].number > values[b].number);
}

static bool
holds(size_t list, size_t item)
{
	for (size_t i = 0; i < values[list].count; i++)
		if (is_same(values[list].items[i], item))
			return true;
	return false;
}

/* A string without the quotes of JSON. */
static struct str
text_of(size_t row)
{
	struct str json = str_from(values[row].json);

	return strchr(values[row].json, '\\') != NULL
	    ? STR("'\"\\")
	    : str_slice(json, 1, json.len - 1);
}

static bool
is_ordered(size_t a, size_t b, const char *operator)
{
	bool text = values[a].kind == TEXT;
	int order = (values[a].number > values[b].number) -
	    (values[a].number < values[b].number);

	if (values[a].kind != values[b].kind ||
	    (!text && values[a].kind != NUMBER))
		return false;
	if (text)
		order = str_compare(text_of(a), text_of(b));
	if (order == 0)
		return operator[1] == '=';
	return (order < 0) == (operator[0] == '<');
}

static bool
compare(const struct model *model)
{
	size_t a = row_of(model->left), b = row_of(model->right);
	struct str operator = str_from(operators[model->operator][0]);
	bool scalars = values[a].kind < LIST && values[b].kind < LIST;

	if (str_is(operator, "=="))
		return scalars && is_same(a, b);
	if (str_is(operator, "!="))
		return scalars && !is_same(a, b);
	if (str_is(operator, "IN"))
		return holds(b, a);
	if (str_is(operator, "NOT IN"))
		return !holds(b, a);
	if (str_is(operator, "HAS") ||
	    (str_is(operator, "CONTAINS") && values[a].kind == LIST))
		return holds(a, b);
	if (!str_is(operator, "CONTAINS"))
		return is_ordered(a, b, operator.at);
	if (values[a].kind != TEXT || values[b].kind != TEXT)
		return false;
	struct str part = arena_str(&arena, text_of(b));
	return str_contains(text_of(a), part.at);
}

static bool
evaluate(const struct model *model)
{
	if (model->kind == COMPARISON)
		return compare(model);
	if (model->kind == NOT)
		return !evaluate(model->members[0]);
	for (size_t i = 0; i < model->count; i++)
		if (evaluate(model->members[i]) == (model->kind == OR))
			return model->kind == OR;
	return model->kind == AND;
}

static struct expr_value
find(void *context, enum expr_root root, const struct expr_step *steps,
    size_t count)
{
	(void)context;
	if (root != EXPR_ROOT_TASK || count != 1 || steps->name.len != 2)
		return (struct expr_value){.type = EXPR_NULL};
	return expr_pack_root(
	    packs[worth[(size_t)(steps->name.at[1] - '0')]]);
}

static const struct expr_names names = {find, NULL};

static struct expr *
parse(struct str text)
{
	struct err err;

	return expr_parse(&arena, text, EXPR_IN_FILTER, &err);
}

/* The offset behind a string in quotes. */
static size_t
skip_string(struct str text, size_t at)
{
	char quote = text.at[at];

	for (at++; at < text.len && text.at[at] != quote; at++)
		at += text.at[at] == '\\';
	return at + 1;
}

static size_t
find_close(struct str text, size_t at)
{
	size_t depth = 0;

	while (at < text.len) {
		char c = text.at[at];
		if (c == '\'' || c == '"') {
			at = skip_string(text, at);
			continue;
		}
		depth += c == '(';
		depth -= c == ')';
		if (depth == 0)
			return at;
		at++;
	}
	return text.len;
}

/* Whether leaving out any pair of parentheses makes it something else. */
static bool
is_minimal(const struct expr *expr, struct str text)
{
	for (size_t at = 0; at < text.len; at++) {
		char c = text.at[at];
		if (c == '\'' || c == '"')
			at = skip_string(text, at) - 1;
		if (c != '(')
			continue;
		size_t end = find_close(text, at);
		struct str parts[] = {str_slice(text, 0, at),
		    str_slice(text, at + 1, end),
		    str_slice(text, end + 1, text.len)};
		struct expr *without = parse(
		    arena_join(&arena, parts, ARRAY_LENGTH(parts)));
		if (without != NULL && expr_equal(without, expr))
			return false;
	}
	return true;
}

/* What other rounds have seen. */
#define ROUNDS 16
static struct {
	struct str signature;
	enum expr_outcome outcome;
} seen[ROUNDS];

/* Whether no earlier round of the same signature had another outcome. */
static bool
agrees(const struct expr *expr, size_t round, enum expr_outcome outcome)
{
	struct buf signature;

	buf_init(&signature, 65536);
	expr_signature(expr, EXPR_ROOT_TASK, &names, &signature);
	seen[round].signature = arena_str(&arena, buf_str(&signature));
	seen[round].outcome = outcome;
	buf_release(&signature);
	for (size_t i = 0; i < round; i++)
		if (seen[i].outcome != outcome &&
		    str_equal(seen[i].signature, seen[round].signature))
			return false;
	return true;
}

/* What does not hold for one expression; NULL: nothing. */
static const char *
check(const struct model *model, struct str text)
{
	struct expr *expr = parse(text);

	if (expr == NULL)
		return "is not taken";
	struct str shown = expr_print(&arena, expr);
	struct expr *again = parse(shown);
	if (again == NULL || !expr_equal(expr, again))
		return "is another one when printed and parsed";
	if (!str_equal(expr_print(&arena, again), shown))
		return "is printed differently the second time";
	if (!is_minimal(expr, shown))
		return "has a parenthesis that is not needed";
	for (size_t round = 0; round < ROUNDS; round++) {
		enum expr_outcome wanted;
		for (size_t i = 0; i < NAMES; i++)
			worth[i] = pick(ARRAY_LENGTH(values));
		wanted = evaluate(model) ? EXPR_TRUE : EXPR_FALSE;
		if (expr_evaluate(expr, &names, NULL) != wanted)
			return "is worth something else";
		if (expr_evaluate(again, &names, NULL) != wanted)
			return "is worth something else when printed";
		if (!agrees(expr, round, wanted))
			return "is worth something else with one signature";
	}
	return NULL;
}

static uint64_t
setting(const char *name, uint64_t preset)
{
	uint64_t value = preset;

	return str_to_uint(str_from(getenv(name)), UINT64_MAX, &value)
	    ? value
	    : preset;
}

static void
test_random(uint64_t rounds)
{
	uint64_t taken = 0, nested = 0, wrong = 0;

	for (uint64_t i = 0; i < rounds && wrong < 5; i++) {
		struct buf text;
		buf_init(&text, EXPR_TEXT_MOST);
		const struct model *model = make_model(4);
		write_model(&text, model, false);
		nested += model->kind != COMPARISON;
		taken++;
		const char *fault = check(model, buf_str(&text));
		if (fault != NULL)
			ok(false, "round %llu: %s %s", (unsigned long long)i,
			    text.failed ? "(too long)" : "the expression",
			    fault);
		if (fault != NULL)
			is_str(buf_str(&text), "", "which is this one");
		wrong += fault != NULL;
		buf_release(&text);
		arena_release(&arena);
	}
	ok(wrong == 0, "%llu random expressions, %llu of them nested",
	    (unsigned long long)taken, (unsigned long long)nested);
	ok(nested > taken / 2, "enough of them nested");
}

int
main(void)
{
	struct err err = {.text = ""};
	uint64_t seed = setting("EXPR_SEED", 20240817);

	random_state = seed == 0 ? 1 : seed;
	arena_init(&arena, (size_t)1 << 26);
	for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
		packs[i] = expr_pack_make(str_from(values[i].json), 10, &err);
		if (!ok(packs[i] != NULL, "value %s %s", values[i].json,
			err.text))
			return tap_done();
	}
	test_random(setting("EXPR_ROUNDS", 2000));
	for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
		expr_pack_free(packs[i]);
	arena_release(&arena);
	return tap_done();
}
