/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "expr/tree.h"

const struct expr_node expr_ends[2] = {
    {.kind = EXPR_END},
    {.kind = EXPR_END},
};

static struct expr_node *
first_comparison(struct expr_node *node)
{
	while (node->kind != EXPR_COMPARISON)
		node = node->member;
	return node;
}

/* Where to go on when a node has turned out false or true, and the comparison
 * that was linked last. */
struct link {
	const struct expr_node *after[2];
	struct expr_node **last;
};

static void link_node(struct expr_node *node, uint32_t depth, struct link to);

/* A member of an AND that is true leads to the next member; of an OR, one that
 * is false. */
static void
link_members(struct expr_node *node, uint32_t depth, struct link to)
{
	bool onward = node->kind == EXPR_AND;

	for (struct expr_node *m = node->member; m != NULL; m = m->next) {
		struct link link = to;
		if (m->next != NULL)
			link.after[onward] = first_comparison(m->next);
		link_node(m, depth, link);
	}
}

/* Recurses as deep as the parser lets a tree be. */
static void
link_node(struct expr_node *node, uint32_t depth, struct link to)
{
	node->depth = depth;
	switch (node->kind) {
	case EXPR_OR:
	case EXPR_AND:
		link_members(node, depth + 1, to);
		break;
	case EXPR_NOT:
		link_node(node->member, depth + 1,
		    (struct link){{to.after[true], to.after[false]}, to.last});
		break;
	case EXPR_COMPARISON:
		node->after[false] = to.after[false];
		node->after[true] = to.after[true];
		if (*to.last != NULL)
			(*to.last)->following = node;
		*to.last = node;
		break;
	case EXPR_END:
		break;
	}
}

const struct expr_node *
expr_link(struct expr_node *top)
{
	struct expr_node *last = NULL;

	link_node(top, 0,
	    (struct link){{&expr_ends[false], &expr_ends[true]}, &last});
	return first_comparison(top);
}

static bool
is_same_step(struct expr_step a, struct expr_step b)
{
	if ((a.name.at == NULL) != (b.name.at == NULL))
		return false;
	return a.name.at == NULL ? a.index == b.index
				 : str_equal(a.name, b.name);
}

static bool
is_same_reference(
    const struct expr_reference *a, const struct expr_reference *b)
{
	if (a->root != b->root || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!is_same_step(a->steps[i], b->steps[i]))
			return false;
	return true;
}

/* Recurses as deep as the parser lets lists be. */
static bool
is_same_operand(const struct expr_operand *a, const struct expr_operand *b)
{
	const struct expr_operand *i, *j;

	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case EXPR_CONSTANT:
		return expr_value_equal(a->value, b->value);
	case EXPR_REFERENCE:
		return is_same_reference(&a->reference, &b->reference);
	case EXPR_ITEMS:
		break;
	}
	for (i = a->items, j = b->items; i != NULL && j != NULL;
	     i = i->next, j = j->next)
		if (!is_same_operand(i, j))
			return false;
	return i == j;
}

/* Recurses as deep as the parser lets lists be. */
bool
expr_operand_is_constant(const struct expr_operand *operand)
{
	const struct expr_operand *item =
	    operand->kind == EXPR_ITEMS ? operand->items : NULL;

	for (; item != NULL; item = item->next)
		if (!expr_operand_is_constant(item))
			return false;
	return operand->kind != EXPR_REFERENCE;
}

/* Recurses as deep as the parser lets a tree be. */
bool
expr_node_equal(const struct expr_node *a, const struct expr_node *b)
{
	const struct expr_node *i, *j;

	if (a->kind != b->kind)
		return false;
	if (a->kind == EXPR_COMPARISON)
		return a->operator == b->operator &&
		    is_same_operand(a->left, b->left) &&
		    is_same_operand(a->right, b->right);
	for (i = a->member, j = b->member; i != NULL && j != NULL;
	     i = i->next, j = j->next)
		if (!expr_node_equal(i, j))
			return false;
	return i == j;
}

bool
expr_equal(const struct expr *a, const struct expr *b)
{
	return expr_node_equal(a->top, b->top);
}

bool
expr_uses(const struct expr *expr, enum expr_root root)
{
	return (expr->roots >> root & 1) != 0;
}

/* ---- pivots */

static bool
is_pivot_of(const struct expr_operand *task, const struct expr_operand *worker,
    struct expr_pivot *pivot)
{
	if (task->kind != EXPR_REFERENCE || worker->kind != EXPR_REFERENCE ||
	    task->reference.root != EXPR_ROOT_TASK ||
	    worker->reference.root != EXPR_ROOT_WORKER)
		return false;
	pivot->task = task->reference;
	pivot->worker = worker->reference;
	return true;
}

static bool
is_pivot(const struct expr_node *node, struct expr_pivot *pivot)
{
	if (node->kind != EXPR_COMPARISON)
		return false;
	if (!pivot->in_list)
		return node->operator == EXPR_EQUAL &&
		    (is_pivot_of(node->left, node->right, pivot) ||
			is_pivot_of(node->right, node->left, pivot));
	return (node->operator == EXPR_IN &&
		   is_pivot_of(node->left, node->right, pivot)) ||
	    (node->operator == EXPR_HAS &&
		is_pivot_of(node->right, node->left, pivot));
}

bool
expr_find_pivot(const struct expr *expr, struct expr_pivot *pivot)
{
	const struct expr_node *first =
	    expr->top->kind == EXPR_AND ? expr->top->member : expr->top;

	for (size_t i = 0; i < 2; i++) {
		pivot->in_list = i == 1;
		for (const struct expr_node *node = first; node != NULL;
		     node = expr->top->kind == EXPR_AND ? node->next : NULL)
			if (is_pivot(node, pivot))
				return true;
	}
	return false;
}
