/* SPDX-License-Identifier: MIT
 *
 * One function for each rule of the grammar.
 */
#include "base/compat.h"

#include <stdio.h>

#include "expr/number.h"
#include "expr/parser.h"

static bool
is_next(const struct expr_parser *parser, enum expr_token_kind kind)
{
	return parser->token.kind == kind;
}

static bool
expect(struct expr_parser *parser, enum expr_token_kind kind,
    const char *expected)
{
	if (!is_next(parser, kind))
		return expr_parser_refuse(parser, expected);
	return expr_parser_advance(parser);
}

/* One more level of parentheses, NOT or list, whose token is the next one. */
static bool
enter(struct expr_parser *parser)
{
	if (++parser->depth > EXPR_DEPTH)
		return err_set(parser->err, parser->token.at,
		    "nested deeper than %d levels", EXPR_DEPTH);
	return expr_parser_advance(parser);
}

static struct expr_node *
new_node(struct expr_parser *parser, enum expr_kind kind)
{
	struct expr_node *node = arena_alloc(parser->arena, sizeof *node);

	if (node == NULL) {
		(void)expr_parser_overflow(parser);
		return NULL;
	}
	node->kind = kind;
	node->at = (uint32_t)parser->token.at;
	return node;
}

static bool
is_escape(struct str inside, size_t at)
{
	return inside.at[at] == '\\' && at + 1 < inside.len &&
	    str_has_byte(STR("'\"\\"), inside.at[at + 1]);
}

/* SYNTAX: a backslash before a quote or a backslash; before anything else it
 * stands for itself. Twilio says nothing about escapes. */
static bool
read_string(struct expr_parser *parser, struct expr_value *value)
{
	struct str token = parser->token.text;
	struct str inside = str_slice(token, 1, token.len - 1);

	*value = (struct expr_value){.type = EXPR_STRING, .text = inside};
	if (!str_has_byte(inside, '\\'))
		return true;
	char *text = arena_alloc(parser->arena, inside.len);
	if (text == NULL)
		return expr_parser_overflow(parser);
	size_t length = 0;
	for (size_t i = 0; i < inside.len; i++) {
		i += is_escape(inside, i);
		text[length++] = inside.at[i];
	}
	value->text = (struct str){text, length};
	return true;
}

static bool
read_number(struct expr_parser *parser, struct expr_value *value)
{
	if (expr_number_is_padded(parser->token.text))
		return expr_parser_refuse(
		    parser, "a number without leading zeros");
	return expr_number_read(parser->token.text, value) ||
	    expr_parser_overflow(parser);
}

static bool
read_constant(struct expr_parser *parser, struct expr_value *value)
{
	bool taken = true;

	if (is_next(parser, EXPR_TOKEN_STRING))
		taken = read_string(parser, value);
	else if (is_next(parser, EXPR_TOKEN_NUMBER))
		taken = read_number(parser, value);
	else if (is_next(parser, EXPR_TOKEN_NULL))
		*value = (struct expr_value){.type = EXPR_NULL};
	else if (is_next(parser, EXPR_TOKEN_TRUE) ||
	    is_next(parser, EXPR_TOKEN_FALSE))
		*value = (struct expr_value){.type = EXPR_BOOLEAN,
		    .boolean = is_next(parser, EXPR_TOKEN_TRUE)};
	else
		taken = expr_parser_refuse(parser, "a value");
	return taken && expr_parser_advance(parser);
}

static struct expr_operand *parse_operand(struct expr_parser *parser);

/* SYNTAX: list := "[" [operand ("," operand)*] "]" */
static bool
parse_list(struct expr_parser *parser, const struct expr_operand **items)
{
	const struct expr_operand **end = items;

	if (!enter(parser))
		return false;
	*items = NULL;
	while (!is_next(parser, EXPR_TOKEN_CLOSE_LIST)) {
		struct expr_operand *item = parse_operand(parser);
		if (item == NULL)
			return false;
		*end = item;
		end = &item->next;
		if (!is_next(parser, EXPR_TOKEN_COMMA))
			break;
		if (!expr_parser_advance(parser))
			return false;
		if (is_next(parser, EXPR_TOKEN_CLOSE_LIST))
			return expr_parser_refuse(parser, "a value");
	}
	parser->depth--;
	return expect(parser, EXPR_TOKEN_CLOSE_LIST, "',' or ']'");
}

/* SYNTAX: operand := string | number | true | false | null | list
 *     | reference */
static struct expr_operand *
parse_operand(struct expr_parser *parser)
{
	struct expr_operand *operand =
	    arena_alloc(parser->arena, sizeof *operand);
	bool taken;

	if (operand == NULL) {
		(void)expr_parser_overflow(parser);
		return NULL;
	}
	operand->at = (uint32_t)parser->token.at;
	if (is_next(parser, EXPR_TOKEN_NAME)) {
		operand->kind = EXPR_REFERENCE;
		taken = expr_parser_reference(parser, &operand->reference);
	} else if (is_next(parser, EXPR_TOKEN_OPEN_LIST)) {
		operand->kind = EXPR_ITEMS;
		taken = parse_list(parser, &operand->items);
	} else {
		operand->kind = EXPR_CONSTANT;
		taken = read_constant(parser, &operand->value);
	}
	return taken ? operand : NULL;
}

static bool
parse_operator(struct expr_parser *parser, struct expr_node *node)
{
	bool negated = is_next(parser, EXPR_TOKEN_NOT);

	node->at = (uint32_t)parser->token.at;
	if (negated && !expr_parser_advance(parser))
		return false;
	if (negated && (!is_next(parser, EXPR_TOKEN_OPERATOR) ||
		parser->token.operator != EXPR_IN))
		return expr_parser_refuse(parser, "IN");
	node->operator = negated ? EXPR_NOT_IN : parser->token.operator;
	return expect(parser, EXPR_TOKEN_OPERATOR, "OPERATOR");
}

/* SYNTAX: operand operator operand */
static struct expr_node *
parse_comparison(struct expr_parser *parser)
{
	struct expr_node *node = new_node(parser, EXPR_COMPARISON);

	if (node == NULL)
		return NULL;
	node->left = parse_operand(parser);
	if (node->left == NULL || !parse_operator(parser, node))
		return NULL;
	node->right = parse_operand(parser);
	return node->right == NULL ? NULL : node;
}

static struct expr_node *parse_chain(
    struct expr_parser *parser, enum expr_kind kind);

/* SYNTAX: not := "NOT" not | primary,
 *     primary := "(" expr ")" | operand operator operand */
static struct expr_node *
parse_not(struct expr_parser *parser)
{
	if (is_next(parser, EXPR_TOKEN_NOT)) {
		struct expr_node *node = new_node(parser, EXPR_NOT);
		if (node == NULL || !enter(parser))
			return NULL;
		node->member = parse_not(parser);
		parser->depth--;
		return node->member == NULL ? NULL : node;
	}
	if (is_next(parser, EXPR_TOKEN_OPEN)) {
		if (!enter(parser))
			return NULL;
		struct expr_node *node = parse_chain(parser, EXPR_OR);
		parser->depth--;
		if (node == NULL ||
		    !expect(parser, EXPR_TOKEN_CLOSE, "AND, OR or ')'"))
			return NULL;
		return node;
	}
	return parse_comparison(parser);
}

/* Adds a member, or the members of one that is a chain of the same kind;
 * returns where the next one goes. */
static struct expr_node **
add_member(struct expr_node **end, struct expr_node *node, enum expr_kind kind)
{
	*end = node->kind == kind ? node->member : node;
	while (*end != NULL)
		end = &(*end)->next;
	return end;
}

/* SYNTAX: expr := and ("OR" and)*, and := not ("AND" not)*
 * Source: Twilio says nothing about precedence; as in SQL. */
static struct expr_node *
parse_chain(struct expr_parser *parser, enum expr_kind kind)
{
	bool is_or = kind == EXPR_OR;
	enum expr_token_kind joint = is_or ? EXPR_TOKEN_OR : EXPR_TOKEN_AND;
	struct expr_node *members = NULL, **end = &members;

	for (;;) {
		struct expr_node *node = is_or ? parse_chain(parser, EXPR_AND)
					       : parse_not(parser);
		if (node == NULL)
			return NULL;
		if (members == NULL && !is_next(parser, joint))
			return node;
		end = add_member(end, node, kind);
		if (!is_next(parser, joint))
			break;
		if (!expr_parser_advance(parser))
			return NULL;
	}
	struct expr_node *chain = new_node(parser, kind);
	if (chain != NULL)
		chain->member = members;
	return chain;
}

struct expr *
expr_parse(struct arena *arena, struct str text, enum expr_place place,
    struct err *err)
{
	struct expr *expr = arena_alloc(arena, sizeof *expr);
	struct expr_parser parser;

	if (expr == NULL) {
		(void)err_set(err, 0, "the expression is too large");
		return NULL;
	}
	if (!expr_parser_start(&parser, arena, text, place, err))
		return NULL;
	struct expr_node *top = parse_chain(&parser, EXPR_OR);
	if (top == NULL)
		return NULL;
	if (parser.token.kind != EXPR_TOKEN_END) {
		(void)expr_parser_refuse(
		    &parser, "AND, OR or the end of the expression");
		return NULL;
	}
	expr->place = place;
	expr->roots = parser.roots;
	expr->top = top;
	expr->first = expr_link(top);
	return expr;
}
