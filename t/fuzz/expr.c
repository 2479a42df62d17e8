/* SPDX-License-Identifier: MIT
 *
 * Expressions: what is taken prints and is taken again as an equal tree with
 * an equal print; it is taken in every place; it can be evaluated, explained
 * with the same outcome, and checked. What is refused is refused within the
 * text. The same for order_by and for attributes.
 */
#include "base/compat.h"

#include <string.h>

#include "expr/expr.h"
#include "fuzz.h"

static const char record[] =
    "{\"a\":1,\"b\":\"x\",\"c\":[1,\"x\",null,[2]],\"d\":{\"e\":2.5,"
    "\"f\":true},\"skills\":[\"es\",\"en\"],\"level\":5,\"type\":\"ticket\","
    "\"available\":0,\"n\":null}";

static struct expr_value
find(void *context, enum expr_root root, const struct expr_step *steps,
    size_t count)
{
	MUST(root <= EXPR_ROOT_OTHER && count > 0 && steps[0].name.len > 0);
	return expr_value_follow(expr_pack_root(context), steps, count);
}

struct seen {
	size_t size; /* of the text */
	size_t count;
	struct arena *arena;
};

static void
warn(void *to, size_t at, const char *message)
{
	struct seen *seen = to;

	MUST(at < seen->size && strlen(message) > 0);
	seen->count++;
}

static void
observe(void *to, size_t depth, struct str comparison, struct str left,
    struct str right, bool result)
{
	struct seen *seen = to;

	(void)result;
	MUST(depth <= 3 * EXPR_DEPTH);
	MUST(seen->arena->overflow ||
	    (comparison.len > 0 && left.len > 0 && right.len > 0));
	seen->count++;
}

static void
check_outcome(const struct expr *expr, size_t size)
{
	struct err err;
	struct expr_pack *pack = expr_pack_make(str_from(record), 100, &err);
	struct expr_names names = {find, pack};
	struct arena arena;
	struct seen seen = {size, 0, &arena};
	size_t steps;

	MUST(pack != NULL);
	arena_init(&arena, (size_t)1 << 20);
	enum expr_outcome outcome = expr_evaluate(expr, &names, &steps);
	MUST(steps > 0 && steps <= EXPR_STEPS_MOST);
	MUST(expr_explain(expr, &names, &arena, observe, &seen) == outcome);
	MUST(outcome == EXPR_TOO_LONG || (seen.count > 0 &&
		seen.count <= steps));
	expr_check(expr, warn, &seen);
	expr_check_conflicts(expr, warn, &seen);
	arena_release(&arena);
	expr_pack_free(pack);
}

static void
check_printed(const struct expr *expr, enum expr_place place, size_t size)
{
	struct arena arena;
	struct err err;

	arena_init(&arena, (size_t)1 << 26);
	struct str text = expr_print(&arena, expr);
	MUST(text.at != NULL && str_utf8_length(text) != SIZE_MAX);
	/* A number may be printed with more digits than it had. */
	if (text.len <= EXPR_TEXT_MOST) {
		struct expr *again = expr_parse(&arena, text, place, &err);
		MUST(again != NULL && expr_equal(expr, again));
		MUST(str_equal(expr_print(&arena, again), text));
		for (int root = 0; root <= EXPR_ROOT_OTHER; root++)
			MUST(expr_uses(expr, (enum expr_root)root) ==
			    expr_uses(again, (enum expr_root)root));
	}
	MUST(text.len <= 40 * size);
	arena_release(&arena);
}

static void
check_error(struct str text, const struct err *err)
{
	struct arena arena;

	MUST(err->at <= text.len && strlen(err->text) > 0);
	MUST(str_utf8_length(str_from(err->text)) != SIZE_MAX);
	arena_init(&arena, (size_t)1 << 16);
	struct str caret = expr_caret(&arena, text, err->at);
	MUST(caret.len > 1 && caret.at[caret.len - 1] == '^');
	MUST(str_utf8_length(caret) != SIZE_MAX);
	arena_release(&arena);
}

static bool
check_expression(struct str text, enum expr_place place)
{
	struct arena arena;
	struct err err;

	arena_init(&arena,
	    EXPR_ARENA_BASE + (size_t)EXPR_ARENA_PER_BYTE * text.len);
	struct expr *expr = expr_parse(&arena, text, place, &err);
	MUST(!arena.overflow);
	if (expr != NULL) {
		check_printed(expr, place, text.len);
		check_outcome(expr, text.len);
	} else {
		check_error(text, &err);
	}
	arena_release(&arena);
	return expr != NULL;
}

static void
check_order(struct str text)
{
	struct arena arena;
	struct err err;

	arena_init(&arena, (size_t)1 << 22);
	struct expr_order *order = expr_order_parse(&arena, text, &err);
	if (order != NULL) {
		struct str shown = expr_order_print(&arena, order);
		order = expr_order_parse(&arena, shown, &err);
		MUST(order != NULL);
		MUST(str_equal(expr_order_print(&arena, order), shown));
	} else {
		check_error(text, &err);
	}
	arena_release(&arena);
}

/* A document is the same where it is read the other way: an escape beside it
 * sees to that. Beside another it may be too deep, or one value too much. */
static void
check_both_ways(struct arena *arena, struct str text, struct str shown)
{
	struct str beside = arena_format(
	    arena, "[\"\\u0041\",%.*s]", STR_ARGS(text));
	struct err err;
	struct expr_pack *pack = expr_pack_make(beside, 1002, &err);

	if (pack == NULL) {
		MUST(str_has_prefix(
		    str_from(err.text), STR("nested deeper than")));
		return;
	}
	struct expr_value root = expr_pack_root(pack);
	MUST(expr_value_length(root) == 2);
	MUST(str_equal(
	    expr_value_json(arena, expr_value_item(root, 1)), shown));
	expr_pack_free(pack);
}

static void
check_attributes(struct str text)
{
	struct err err;
	struct expr_pack *pack = expr_pack_make(text, 1000, &err);
	struct arena arena;

	if (pack == NULL) {
		MUST(err.at <= text.len);
		return;
	}
	arena_init(&arena, (size_t)1 << 24);
	struct str shown = expr_value_json(&arena, expr_pack_root(pack));
	struct expr_pack *again = expr_pack_make(shown, 1000, &err);
	MUST(again != NULL && expr_pack_size(again) == expr_pack_size(pack));
	MUST(str_equal(
	    expr_value_json(&arena, expr_pack_root(again)), shown));
	if (!str_has_byte(text, '\0'))
		check_both_ways(&arena, text, shown);
	expr_pack_free(again);
	expr_pack_free(pack);
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum expr_place places[] = {EXPR_IN_FILTER,
	    EXPR_IN_WORKERS, EXPR_IN_TARGET, EXPR_IN_SKIP_IF, EXPR_IN_RULE};
	struct str text = {(const char *)data, size};
	bool taken = check_expression(text, places[0]);

	for (size_t i = 1; i < ARRAY_LENGTH(places); i++)
		MUST(check_expression(text, places[i]) == taken);
	check_order(text);
	check_attributes(text);
	return 0;
}
