/* SPDX-License-Identifier: MIT
 *
 * What a comparison that is allowed cannot mean. An expression is stored
 * whatever is said here: Twilio checks the syntax only.
 */
#include "base/compat.h"

#include "expr/evaluate.h"
#include "expr/parser.h"

enum takes {
	SCALARS,
	ORDERED,
	TEXTS,
	LIST_LEFT,
	LIST_RIGHT,
};

static const enum takes takes[] = {
#define OPERATOR(name, spelling, other, what, function) [EXPR_##name] = what,
#include "expr/operators.h"
};

struct check {
	enum expr_place place;
	expr_warn *warn;
	void *to;
};

static void
tell(const struct check *check, const struct err *note)
{
	check->warn(check->to, note->at, note->text);
}

static bool
is_constant_of(const struct expr_operand *operand, enum expr_type type)
{
	return operand->kind == EXPR_CONSTANT && operand->value.type == type;
}

/* "language", "address.city" */
static bool
is_quoted_name(const struct expr_operand *operand)
{
	struct expr_token token;
	struct err err;

	if (!is_constant_of(operand, EXPR_STRING))
		return false;
	struct str text = operand->value.text;
	for (size_t at = 0; at < text.len;) {
		if (!expr_token_read(text, at, &token, &err) ||
		    token.at != at || !expr_token_begins_name(&token))
			return false;
		at += token.text.len;
		if (at < text.len && text.at[at++] != '.')
			return false;
	}
	return text.len > 0 && text.at[text.len - 1] != '.';
}

static bool
check_quoted_name(const struct expr_node *node, struct err *note)
{
	if (!is_quoted_name(node->left) || !expr_operand_is_constant(node->right))
		return true;
	return err_set(note, node->left->at,
	    "'%.*s' in quotes is a text, not a name",
	    STR_ARGS(node->left->value.text));
}

static bool
check_scalar_list(const struct expr_node *node, struct err *note)
{
	const struct expr_operand *list =
	    node->left->kind == EXPR_ITEMS ? node->left : node->right;

	return list->kind != EXPR_ITEMS ||
	    err_set(note, list->at,
		"%.*s never holds for a list: use HAS or IN",
		STR_ARGS(expr_operator_text(node->operator)));
}

/* What has an order: numbers and strings. */
static bool
check_order(const struct expr_node *node, struct err *note)
{
	const struct expr_operand *sides[] = {node->left, node->right};

	for (size_t i = 0; i < ARRAY_LENGTH(sides); i++) {
		if (is_constant_of(sides[i], EXPR_NULL) ||
		    is_constant_of(sides[i], EXPR_BOOLEAN))
			return err_set(note, sides[i]->at,
			    "%.*s never holds for null, true or false",
			    STR_ARGS(expr_operator_text(node->operator)));
	}
	return check_scalar_list(node, note);
}

static bool
check_texts(const struct expr_node *node, struct err *note)
{
	if (node->left->kind == EXPR_CONSTANT &&
	    !is_constant_of(node->left, EXPR_STRING))
		return err_set(note, node->left->at,
		    "CONTAINS needs a text or a list on its left");
	if (node->right->kind == EXPR_ITEMS)
		return err_set(note, node->right->at,
		    "CONTAINS never holds for a list on its right");
	if (node->right->kind == EXPR_CONSTANT &&
	    !is_constant_of(node->right, EXPR_STRING))
		return err_set(note, node->right->at,
		    "CONTAINS finds only text in a text: this holds for "
		    "lists alone");
	return true;
}

/* What is no list whatever its value: also a root of a rule. */
static bool
is_no_list(enum expr_place place, const struct expr_operand *operand)
{
	return operand->kind == EXPR_CONSTANT ||
	    (operand->kind == EXPR_REFERENCE && place == EXPR_IN_RULE &&
		operand->reference.root == EXPR_ROOT_OTHER);
}

static bool
check_list(const struct expr_node *node, enum expr_place place,
    const struct expr_operand *list, const struct expr_operand *item,
    struct err *note)
{
	struct str operator = expr_operator_text(node->operator);
	const char *side = list == node->left ? "left" : "right";

	if (is_no_list(place, list))
		return err_set(note, list->at, "%.*s needs a list on its %s",
		    STR_ARGS(operator), side);
	return item->kind != EXPR_ITEMS ||
	    err_set(note, item->at,
		"%.*s looks for one value: no list holds a list",
		STR_ARGS(operator));
}

static bool
check_takes(const struct expr_node *node, enum expr_place place,
    struct err *note)
{
	switch (takes[node->operator]) {
	case SCALARS:
		return check_scalar_list(node, note);
	case ORDERED:
		return check_order(node, note);
	case TEXTS:
		return check_texts(node, note);
	case LIST_LEFT:
		return check_list(node, place, node->left, node->right, note);
	case LIST_RIGHT:
		break;
	}
	return check_list(node, place, node->right, node->left, note);
}

static bool
check_constants(const struct expr_node *node, struct err *note)
{
	struct expr_evaluation evaluation = {0};

	return !expr_operand_is_constant(node->left) || !expr_operand_is_constant(node->right) ||
	    expr_compare(&evaluation, node) || evaluation.exhausted ||
	    err_set(note, node->left->at,
		"both sides are constants, and this never holds");
}

/* workers.available, workers.unavailable, workers.WA… */
static bool
is_count(const struct expr_reference *reference)
{
	struct str name = reference->steps[0].name;
	bool is_sid = name.len == 34 && str_has_prefix(name, STR("WA"));

	for (size_t i = 2; is_sid && i < name.len; i++)
		is_sid = ascii_hex(name.at[i]) >= 0;
	return reference->root == EXPR_ROOT_WORKERS && reference->count == 1 &&
	    (is_sid || str_is(name, "available") ||
		str_is(name, "unavailable"));
}

/* Whether a name begins with a root's word that means nothing there. */
static bool
has_foreign_word(const struct expr_reference *reference, enum expr_root root)
{
	return reference->count > 1 && reference->steps[1].name.at != NULL &&
	    str_equal(reference->steps[0].name, expr_root_word(root));
}

static bool
check_reference(const struct check *check, size_t at,
    const struct expr_reference *reference, struct err *note)
{
	switch (check->place) {
	case EXPR_IN_FILTER:
		return !has_foreign_word(reference, EXPR_ROOT_WORKER) ||
		    err_set(note, at,
			"worker. in a filter is an attribute of the Task");
	case EXPR_IN_WORKERS:
		return !has_foreign_word(reference, EXPR_ROOT_TASK) ||
		    err_set(note, at,
			"task. is an attribute of the Worker here");
	case EXPR_IN_TARGET:
		return reference->root != EXPR_ROOT_OTHER ||
		    err_set(note, at,
			"always NULL: in a target, names begin with task. or "
			"worker.");
	case EXPR_IN_SKIP_IF:
		return is_count(reference) ||
		    err_set(note, at,
			"always NULL: skip_if knows workers.available, "
			"workers.unavailable and workers.WA... only");
	case EXPR_IN_RULE:
		break;
	}
	return true;
}

/* Recurses as deep as the parser lets lists be. */
static void
check_names(const struct check *check, const struct expr_operand *operand)
{
	struct err note;

	switch (operand->kind) {
	case EXPR_CONSTANT:
		break;
	case EXPR_REFERENCE:
		if (!check_reference(
			check, operand->at, &operand->reference, &note))
			tell(check, &note);
		break;
	case EXPR_ITEMS:
		for (const struct expr_operand *i = operand->items; i != NULL;
		     i = i->next)
			check_names(check, i);
		break;
	}
}

void
expr_check(const struct expr *expr, expr_warn *warn, void *to)
{
	struct check check = {expr->place, warn, to};

	for (const struct expr_node *node = expr->first; node != NULL;
	     node = node->following) {
		struct err note;
		if (!check_quoted_name(node, &note) ||
		    !check_takes(node, check.place, &note) ||
		    !check_constants(node, &note))
			tell(&check, &note);
		check_names(&check, node->left);
		check_names(&check, node->right);
	}
}
