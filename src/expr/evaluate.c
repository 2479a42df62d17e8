/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "expr/evaluate.h"

#include <string.h>

#include "expr/number.h"

/* Both sides of a comparison, as they are and as values. */
struct sides {
	const struct expr_operand *left_operand, *right_operand;
	struct expr_value left, right;
};

struct expr_value
expr_operand_value(const struct expr_evaluation *evaluation,
    const struct expr_operand *operand)
{
	const struct expr_reference *reference = &operand->reference;
	const struct expr_names *names = evaluation->names;

	switch (operand->kind) {
	case EXPR_CONSTANT:
		return operand->value;
	case EXPR_ITEMS:
		return (struct expr_value){.type = EXPR_LIST};
	case EXPR_REFERENCE:
		break;
	}
	if (reference->root == EXPR_ROOT_OTHER &&
	    evaluation->place != EXPR_IN_RULE)
		return (struct expr_value){.type = EXPR_NULL};
	return names->find(names->context, reference->root, reference->steps,
	    reference->count);
}

static bool
take_step(struct expr_evaluation *evaluation)
{
	if (evaluation->steps == EXPR_STEPS_MOST) {
		evaluation->exhausted = true;
		return false;
	}
	evaluation->steps++;
	return true;
}

/* Whether a list, which is written out or a value, holds something. */
static bool
holds(struct expr_evaluation *evaluation, const struct expr_operand *operand,
    struct expr_value list, struct expr_value wanted)
{
	const struct expr_operand *item =
	    operand->kind == EXPR_ITEMS ? operand->items : NULL;
	size_t length = expr_value_length(list);

	for (; item != NULL; item = item->next) {
		if (!take_step(evaluation))
			return false;
		if (expr_value_equal(
			expr_operand_value(evaluation, item), wanted))
			return true;
	}
	for (size_t i = 0; i < length; i++) {
		if (!take_step(evaluation))
			return false;
		if (expr_value_equal(expr_value_item(list, i), wanted))
			return true;
	}
	return false;
}

static bool
is_scalar(struct expr_value value)
{
	return value.type != EXPR_LIST && value.type != EXPR_RECORD;
}

static bool
is_equal(struct expr_evaluation *evaluation, const struct sides *sides)
{
	(void)evaluation;
	return expr_value_equal(sides->left, sides->right);
}

static bool
is_unequal(struct expr_evaluation *evaluation, const struct sides *sides)
{
	return is_scalar(sides->left) && is_scalar(sides->right) &&
	    !is_equal(evaluation, sides);
}

/* False: the values have no order. */
static bool
find_order(const struct sides *sides, int *order)
{
	if (sides->left.type != EXPR_STRING || sides->right.type != EXPR_STRING)
		return expr_number_compare(sides->left, sides->right, order);
	*order = str_compare(sides->left.text, sides->right.text);
	return true;
}

static bool
is_less(struct expr_evaluation *evaluation, const struct sides *sides)
{
	int order;

	(void)evaluation;
	return find_order(sides, &order) && order < 0;
}

static bool
is_less_or_equal(struct expr_evaluation *evaluation, const struct sides *sides)
{
	int order;

	(void)evaluation;
	return find_order(sides, &order) && order <= 0;
}

static bool
is_greater(struct expr_evaluation *evaluation, const struct sides *sides)
{
	int order;

	(void)evaluation;
	return find_order(sides, &order) && order > 0;
}

static bool
is_greater_or_equal(
    struct expr_evaluation *evaluation, const struct sides *sides)
{
	int order;

	(void)evaluation;
	return find_order(sides, &order) && order >= 0;
}

static bool
does_have(struct expr_evaluation *evaluation, const struct sides *sides)
{
	return holds(
	    evaluation, sides->left_operand, sides->left, sides->right);
}

static bool
does_contain(struct expr_evaluation *evaluation, const struct sides *sides)
{
	struct str text = sides->left.text, part = sides->right.text;

	if (sides->left.type == EXPR_LIST)
		return does_have(evaluation, sides);
	if (sides->left.type != EXPR_STRING || sides->right.type != EXPR_STRING)
		return false;
	return part.len == 0 ||
	    (text.len >= part.len &&
		memmem(text.at, text.len, part.at, part.len) != NULL);
}

static bool
is_in(struct expr_evaluation *evaluation, const struct sides *sides)
{
	return holds(
	    evaluation, sides->right_operand, sides->right, sides->left);
}

static bool
is_not_in(struct expr_evaluation *evaluation, const struct sides *sides)
{
	return !is_in(evaluation, sides);
}

static bool (*const functions[])(
    struct expr_evaluation *evaluation, const struct sides *sides) = {
#define OPERATOR(name, spelling, other, takes, function) \
	[EXPR_##name] = function,
#include "expr/operators.h"
};

bool
expr_compare(
    struct expr_evaluation *evaluation, const struct expr_node *comparison)
{
	struct sides sides = {
	    .left_operand = comparison->left,
	    .right_operand = comparison->right,
	};

	if (!take_step(evaluation))
		return false;
	sides.left = expr_operand_value(evaluation, comparison->left);
	sides.right = expr_operand_value(evaluation, comparison->right);
	return functions[comparison->operator](evaluation, &sides);
}

enum expr_outcome
expr_evaluate(const struct expr *expr, const struct expr_names *names,
    size_t *steps)
{
	struct expr_evaluation evaluation = {names, expr->place, 0, false};
	const struct expr_node *node = expr->first;

	while (node->kind == EXPR_COMPARISON && !evaluation.exhausted)
		node = node->after[expr_compare(&evaluation, node)];
	if (steps != NULL)
		*steps = evaluation.steps;
	if (evaluation.exhausted)
		return EXPR_TOO_LONG;
	return node == &expr_ends[true] ? EXPR_TRUE : EXPR_FALSE;
}
