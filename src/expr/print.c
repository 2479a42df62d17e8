/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "expr/parser.h"
#include "expr/writer.h"

/* Single quotes only where they save escapes. */
static void
write_string(struct expr_writer *writer, struct str s)
{
	bool single = str_has_byte(s, '"') && !str_has_byte(s, '\'');
	char quote = single ? '\'' : '"';
	struct str mark = {&quote, 1};
	size_t written = 0;

	expr_write(writer, mark);
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] != quote && s.at[i] != '\\')
			continue;
		expr_write(writer, str_slice(s, written, i));
		expr_write(writer, STR("\\"));
		written = i;
	}
	expr_write(writer, str_slice(s, written, s.len));
	expr_write(writer, mark);
}

static void
write_constant(struct expr_writer *writer, struct expr_value value)
{
	if (value.type == EXPR_STRING)
		write_string(writer, value.text);
	else
		expr_write_json(writer, value);
}

/* Whether a name alone would mean something else. */
static bool
needs_word(const struct expr_reference *reference, struct str word)
{
	const struct expr_step *steps = reference->steps;

	return expr_token_is_word(steps[0].name) ||
	    (reference->count > 1 && steps[1].name.at != NULL &&
		str_equal(steps[0].name, word));
}

void
expr_write_reference(struct expr_writer *writer, enum expr_place place,
    const struct expr_reference *reference)
{
	struct str word = expr_root_word(reference->root);
	bool named = expr_place_root(place) != reference->root ||
	    (word.at != NULL && needs_word(reference, word));

	if (named)
		expr_write(writer, word);
	for (size_t i = 0; i < reference->count; i++) {
		const struct expr_step *step = &reference->steps[i];
		if (step->name.at == NULL) {
			expr_write(writer, STR("["));
			expr_write_integer(writer, step->index);
			expr_write(writer, STR("]"));
			continue;
		}
		if (i > 0 || named)
			expr_write(writer, STR("."));
		expr_write(writer, step->name);
	}
}

/* Recurses as deep as the parser lets lists be. */
static void
write_operand(struct expr_writer *writer, enum expr_place place,
    const struct expr_operand *operand)
{
	switch (operand->kind) {
	case EXPR_CONSTANT:
		write_constant(writer, operand->value);
		return;
	case EXPR_REFERENCE:
		expr_write_reference(writer, place, &operand->reference);
		return;
	case EXPR_ITEMS:
		break;
	}
	expr_write(writer, STR("["));
	for (const struct expr_operand *i = operand->items; i != NULL;
	     i = i->next) {
		write_operand(writer, place, i);
		if (i->next != NULL)
			expr_write(writer, STR(", "));
	}
	expr_write(writer, STR("]"));
}

void
expr_write_comparison(struct expr_writer *writer, enum expr_place place,
    const struct expr_node *comparison)
{
	write_operand(writer, place, comparison->left);
	expr_write(writer, STR(" "));
	expr_write(writer, expr_operator_text(comparison->operator));
	expr_write(writer, STR(" "));
	write_operand(writer, place, comparison->right);
}

/* Recurses as deep as the parser lets a tree be. */
static void
write_node(struct expr_writer *writer, enum expr_place place,
    const struct expr_node *node)
{
	struct str joint =
	    node->kind == EXPR_OR ? STR(" OR ") : STR(" AND ");

	if (node->kind == EXPR_COMPARISON) {
		expr_write_comparison(writer, place, node);
		return;
	}
	if (node->kind == EXPR_NOT)
		expr_write(writer, STR("NOT "));
	for (const struct expr_node *m = node->member; m != NULL;
	     m = m->next) {
		/* The kinds are in the order of how loosely they bind. */
		bool enclosed = m->kind < node->kind;
		if (enclosed)
			expr_write(writer, STR("("));
		write_node(writer, place, m);
		if (enclosed)
			expr_write(writer, STR(")"));
		if (m->next != NULL)
			expr_write(writer, joint);
	}
}

static void
write_expression(struct expr_writer *writer, const void *subject)
{
	const struct expr *expr = subject;

	write_node(writer, expr->place, expr->top);
}

struct str
expr_print(struct arena *arena, const struct expr *expr)
{
	return expr_write_twice(arena, write_expression, expr);
}
