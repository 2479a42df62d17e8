/* SPDX-License-Identifier: MIT
 *
 * Comparisons of one name with constants that cannot hold together.
 */
#include "base/compat.h"

#include "expr/evaluate.h"

/* Comparisons of one AND that are looked at. */
#define COMPARISONS_MOST ((size_t)256)

struct search {
	expr_warn *warn;
	void *to;
	const struct expr_node *found[COMPARISONS_MOST];
	size_t count;
};

/* The name of a comparison whose other side is written out; NULL: it is none
 * of these. */
static const struct expr_operand *
name_of(const struct expr_node *node)
{
	const struct expr_operand *left = node->left, *right = node->right;

	if (left->kind == EXPR_REFERENCE && expr_operand_is_constant(right))
		return left;
	return right->kind == EXPR_REFERENCE && expr_operand_is_constant(left)
	    ? right
	    : NULL;
}

static const struct expr_operand *
constant_of(const struct expr_node *node)
{
	return name_of(node) == node->left ? node->right : node->left;
}

/* Whether a comparison of two constants holds. */
static bool
holds(enum expr_operator operator, const struct expr_operand *left,
    const struct expr_operand *right)
{
	const struct expr_node node = {.kind = EXPR_COMPARISON,
	    .operator = operator, .left = left, .right = right};
	struct expr_evaluation evaluation = {0};

	return expr_compare(&evaluation, &node) || evaluation.exhausted;
}

/* Whether the comparison holds where its name is worth this constant. */
static bool
admits(const struct expr_node *node, const struct expr_operand *value)
{
	bool is_left = name_of(node) == node->left;

	return holds(node->operator, is_left ? value : node->left,
	    is_left ? node->right : value);
}

/* Holds for lists alone. */
static bool
needs_list(const struct expr_node *node)
{
	return name_of(node) ==
	    (node->operator == EXPR_HAS ? node->left
		: node->operator == EXPR_IN ? node->right : NULL);
}

/* Holds for no list. */
static bool
needs_scalar(const struct expr_node *node)
{
	return !needs_list(node) && node->operator != EXPR_NOT_IN &&
	    node->operator != EXPR_CONTAINS && node->operator != EXPR_HAS;
}

/* The few values for one of which it holds: linked by next, `*count` of
 * them. NULL: there are others. */
static const struct expr_operand *
values_of(const struct expr_node *node, size_t *count)
{
	const struct expr_operand *constant = constant_of(node);

	*count = 1;
	if (node->operator == EXPR_EQUAL && constant->kind == EXPR_CONSTANT)
		return constant;
	if (node->operator != EXPR_IN || needs_list(node) ||
	    constant->kind != EXPR_ITEMS)
		return NULL;
	*count = SIZE_MAX;
	return constant->items;
}

/* Whether none of the values for which `few` holds is one for `other`. */
static bool
rules_out(const struct expr_node *few, const struct expr_node *other)
{
	size_t count;
	const struct expr_operand *value = values_of(few, &count);

	if (value == NULL)
		return false;
	for (; value != NULL && count > 0; value = value->next, count--)
		if (value->kind != EXPR_CONSTANT || admits(other, value))
			return false;
	return true;
}

static bool
is_ordered(const struct expr_node *node)
{
	return node->operator >= EXPR_LESS &&
	    node->operator <= EXPR_GREATER_OR_EQUAL;
}

/* "5 < name" is a lower bound, too. */
static bool
is_lower(const struct expr_node *node)
{
	return (node->operator >= EXPR_GREATER) ==
	    (name_of(node) == node->left);
}

static bool
is_inclusive(const struct expr_node *node)
{
	return node->operator == EXPR_LESS_OR_EQUAL ||
	    node->operator == EXPR_GREATER_OR_EQUAL;
}

/* Numbers and texts have no order between them; nor is anything above the
 * upper and below the lower of two bounds. */
static bool
leave_nothing(const struct expr_node *a, const struct expr_node *b)
{
	const struct expr_operand *x = constant_of(a), *y = constant_of(b);

	if (!is_ordered(a) || !is_ordered(b))
		return false;
	if (holds(EXPR_EQUAL, x, y))
		return is_lower(a) != is_lower(b) &&
		    !(is_inclusive(a) && is_inclusive(b));
	if (!holds(EXPR_LESS, x, y) && !holds(EXPR_GREATER, x, y))
		return true;
	return is_lower(a) != is_lower(b) &&
	    holds(EXPR_LESS, x, y) != is_lower(a);
}

/* Why two comparisons of the same name never hold together; NULL: they may. */
static const char *
find_conflict(const struct expr_node *a, const struct expr_node *b)
{
	if ((needs_list(a) && needs_scalar(b)) ||
	    (needs_scalar(a) && needs_list(b)))
		return "one of them needs a list, the other holds for no list";
	if (leave_nothing(a, b) || rules_out(a, b) || rules_out(b, a))
		return "did you mean OR?";
	return NULL;
}

/* Tells of the comparison at `last` if one before it excludes it; one is
 * enough. */
static void
check_against(const struct search *search, size_t last)
{
	const struct expr_node *node = search->found[last];
	const struct expr_reference *name = &name_of(node)->reference;
	struct err note;

	for (size_t i = 0; i < last; i++) {
		const struct expr_node *before = search->found[i];
		if (!expr_reference_equal(
			&name_of(before)->reference, name))
			continue;
		const char *why = find_conflict(before, node);
		if (why == NULL)
			continue;
		(void)err_set(&note, node->left->at,
		    "never holds together with the comparison of the same "
		    "name before it: %s", why);
		search->warn(search->to, note.at, note.text);
		return;
	}
}

static void
check_members(struct search *search, const struct expr_node *node)
{
	search->count = 0;
	for (const struct expr_node *m = node->member; m != NULL; m = m->next)
		if (m->kind == EXPR_COMPARISON && name_of(m) != NULL &&
		    search->count < COMPARISONS_MOST)
			search->found[search->count++] = m;
	for (size_t i = 1; i < search->count; i++)
		check_against(search, i);
}

/* Recurses as deep as the parser lets a tree be. */
static void
visit(struct search *search, const struct expr_node *node)
{
	if (node->kind == EXPR_AND)
		check_members(search, node);
	for (const struct expr_node *m = node->member; m != NULL; m = m->next)
		visit(search, m);
}

void
expr_check_conflicts(const struct expr *expr, expr_warn *warn, void *to)
{
	struct search search = {.warn = warn, .to = to};

	visit(&search, expr->top);
}
