/* SPDX-License-Identifier: MIT
 *
 * What an expression can see of some names, as bytes.
 */
#include "base/compat.h"

#include <inttypes.h>

#include "expr/evaluate.h"
#include "expr/tree.h"

/* Lists and records inside a list equal nothing, whatever they hold. */
static void
add_scalar(struct buf *out, struct expr_value value)
{
	switch (value.type) {
	case EXPR_NULL:
		buf_add_byte(out, '0');
		break;
	case EXPR_BOOLEAN:
		buf_add_byte(out, value.boolean ? 't' : 'f');
		break;
	case EXPR_INTEGER:
		buf_format(out, "i%" PRId64 ";", value.integer);
		break;
	case EXPR_NUMBER:
		buf_format(out, "n%a;", value.number);
		break;
	case EXPR_STRING:
		buf_format(out, "s%zu:", value.text.len);
		buf_add_str(out, value.text);
		break;
	case EXPR_LIST:
	case EXPR_RECORD:
		buf_add_byte(out, 'x');
		break;
	}
}

static void
add_value(struct buf *out, struct expr_value value)
{
	size_t length = expr_value_length(value);

	if (value.type != EXPR_LIST) {
		add_scalar(out, value);
		return;
	}
	buf_format(out, "l%zu:", length);
	for (size_t i = 0; i < length; i++)
		add_scalar(out, expr_value_item(value, i));
}

static void
add_operand(struct buf *out, const struct expr_operand *operand,
    enum expr_root root, const struct expr_names *names)
{
	const struct expr_reference *reference = &operand->reference;
	const struct expr_operand *item;

	if (operand->kind == EXPR_REFERENCE && reference->root == root)
		add_value(out, names->find(names->context, root,
		    reference->steps, reference->count));
	if (operand->kind != EXPR_ITEMS)
		return;
	/* A list inside a list equals nothing. */
	for (item = operand->items; item != NULL; item = item->next)
		if (item->kind == EXPR_REFERENCE &&
		    item->reference.root == root)
			add_scalar(out, names->find(names->context, root,
			    item->reference.steps, item->reference.count));
}

void
expr_signature(const struct expr *expr, enum expr_root root,
    const struct expr_names *names, struct buf *out)
{
	const struct expr_node *node = expr->first;

	if ((expr->roots & 1U << root) == 0)
		return;
	for (; node != NULL && node->kind == EXPR_COMPARISON;
	     node = node->following) {
		add_operand(out, node->left, root, names);
		add_operand(out, node->right, root, names);
	}
}
