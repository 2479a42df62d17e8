/* SPDX-License-Identifier: MIT
 *
 * What an expression is made of, for those who know what its names mean.
 */
#include "base/compat.h"

#include "expr/evaluate.h"

struct visit {
	expr_visit_name *name;
	expr_visit_pair *pair;
	void *to;
};

/* Recurses as deep as the parser lets lists be. */
static void
visit_names(const struct visit *visit, const struct expr_operand *operand)
{
	switch (operand->kind) {
	case EXPR_CONSTANT:
		break;
	case EXPR_REFERENCE:
		visit->name(visit->to, operand->at, &operand->reference);
		break;
	case EXPR_ITEMS:
		for (const struct expr_operand *i = operand->items; i != NULL;
		     i = i->next)
			visit_names(visit, i);
		break;
	}
}

void
expr_each_name(const struct expr *expr, expr_visit_name *visit, void *to)
{
	struct visit names = {.name = visit, .to = to};

	for (const struct expr_node *node = expr->first; node != NULL;
	     node = node->following) {
		visit_names(&names, node->left);
		visit_names(&names, node->right);
	}
}

static bool
is_ordered(enum expr_operator operator)
{
	return operator == EXPR_LESS || operator == EXPR_LESS_OR_EQUAL ||
	    operator == EXPR_GREATER || operator == EXPR_GREATER_OR_EQUAL;
}

/* Whether the name is the list that is looked into. */
static bool
is_searched(const struct expr_node *node, const struct expr_operand *name)
{
	if (node->operator == EXPR_HAS)
		return name == node->left;
	return (node->operator == EXPR_IN || node->operator == EXPR_NOT_IN) &&
	    name == node->right;
}

/* CONTAINS does not ask for the whole value. */
static void
visit_pairs(const struct visit *visit, const struct expr_node *node,
    const struct expr_operand *name, const struct expr_operand *other)
{
	const struct expr_operand *constant =
	    other->kind == EXPR_ITEMS ? other->items : other;

	if (name->kind != EXPR_REFERENCE ||
	    node->operator == EXPR_CONTAINS || is_searched(node, name))
		return;
	for (; constant != NULL; constant = constant->next)
		if (constant->kind == EXPR_CONSTANT)
			visit->pair(visit->to, constant->at, &name->reference,
			    constant->value, is_ordered(node->operator));
}

void
expr_each_pair(const struct expr *expr, expr_visit_pair *visit, void *to)
{
	struct visit pairs = {.pair = visit, .to = to};

	for (const struct expr_node *node = expr->first; node != NULL;
	     node = node->following) {
		visit_pairs(&pairs, node, node->left, node->right);
		visit_pairs(&pairs, node, node->right, node->left);
	}
}

static bool
is_settled_comparison(const struct expr_node *node, bool *value)
{
	struct expr_evaluation evaluation = {0};

	if (!expr_operand_is_constant(node->left) ||
	    !expr_operand_is_constant(node->right))
		return false;
	*value = expr_compare(&evaluation, node);
	return !evaluation.exhausted;
}

/* Recurses as deep as the parser lets a tree be. */
static bool
is_settled(const struct expr_node *node, bool *value)
{
	bool decisive = node->kind == EXPR_OR, all = true;

	if (node->kind == EXPR_COMPARISON)
		return is_settled_comparison(node, value);
	for (const struct expr_node *m = node->member; m != NULL; m = m->next) {
		bool settled = is_settled(m, value);
		if (node->kind == EXPR_NOT) {
			*value = !*value;
			return settled;
		}
		if (settled && *value == decisive)
			return true;
		all = all && settled;
	}
	*value = !decisive;
	return all;
}

bool
expr_is_settled(const struct expr *expr, bool *value)
{
	*value = false;
	return is_settled(expr->top, value);
}

static bool
has_member(const struct expr_node *node, enum expr_kind kind,
    const struct expr_node *wanted)
{
	if (node->kind != kind)
		return false;
	for (const struct expr_node *m = node->member; m != NULL; m = m->next)
		if (expr_node_equal(m, wanted))
			return true;
	return false;
}

bool
expr_implies(const struct expr *narrow, const struct expr *wide)
{
	return expr_equal(narrow, wide) ||
	    has_member(narrow->top, EXPR_AND, wide->top) ||
	    has_member(wide->top, EXPR_OR, narrow->top);
}
