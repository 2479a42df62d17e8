/* SPDX-License-Identifier: MIT
 *
 * Evaluation that tells what it does.
 */
#include "base/compat.h"

#include "expr/evaluate.h"
#include "expr/writer.h"

/* What is written about one comparison. */
struct subject {
	const struct expr_evaluation *evaluation;
	const struct expr_node *comparison;
	const struct expr_operand *operand;
};

static void
write_comparison(struct expr_writer *writer, const void *subject)
{
	const struct subject *s = subject;

	expr_write_comparison(writer, s->evaluation->place, s->comparison);
}

/* Recurses as deep as the parser lets lists be. */
static void
write_operand(struct expr_writer *writer,
    const struct expr_evaluation *evaluation,
    const struct expr_operand *operand)
{
	if (operand->kind != EXPR_ITEMS) {
		expr_write_json(
		    writer, expr_operand_value(evaluation, operand));
		return;
	}
	expr_write(writer, STR("["));
	for (const struct expr_operand *i = operand->items; i != NULL;
	     i = i->next) {
		write_operand(writer, evaluation, i);
		if (i->next != NULL)
			expr_write(writer, STR(","));
	}
	expr_write(writer, STR("]"));
}

static void
write_side(struct expr_writer *writer, const void *subject)
{
	const struct subject *s = subject;

	write_operand(writer, s->evaluation, s->operand);
}

enum expr_outcome
expr_explain(const struct expr *expr, const struct expr_names *names,
    struct arena *arena, expr_observe *observe, void *to)
{
	struct expr_evaluation evaluation = {names, expr->place, 0, false};
	const struct expr_node *node = expr->first;

	while (node->kind == EXPR_COMPARISON) {
		bool result = expr_compare(&evaluation, node);
		if (evaluation.exhausted)
			return EXPR_TOO_LONG;
		struct subject whole = {&evaluation, node, NULL};
		struct subject left = {&evaluation, node, node->left};
		struct subject right = {&evaluation, node, node->right};
		observe(to, node->depth,
		    expr_write_twice(arena, write_comparison, &whole),
		    expr_write_twice(arena, write_side, &left),
		    expr_write_twice(arena, write_side, &right), result);
		node = node->after[result];
	}
	return node == &expr_ends[true] ? EXPR_TRUE : EXPR_FALSE;
}
