/* SPDX-License-Identifier: MIT
 *
 * order_by. Source: https://www.twilio.com/docs/taskrouter/order-workers
 */
#include "base/compat.h"

#include "expr/parser.h"
#include "expr/writer.h"

struct expr_order {
	size_t count;
	struct {
		struct expr_reference reference;
		bool descending;
	} terms[EXPR_ORDER_MOST];
};

static bool
parse_direction(struct expr_parser *parser, bool *descending)
{
	bool named = parser->token.kind == EXPR_TOKEN_NAME;

	*descending =
	    named && str_equal_nocase(parser->token.text, STR("DESC"));
	if (*descending ||
	    (named && str_equal_nocase(parser->token.text, STR("ASC"))))
		return expr_parser_advance(parser);
	return true;
}

static bool
parse_term(struct expr_parser *parser, struct expr_order *order)
{
	struct expr_token first = parser->token;

	if (order->count == EXPR_ORDER_MOST)
		return err_set(parser->err, first.at,
		    "more than %d attributes to order by", EXPR_ORDER_MOST);
	struct expr_reference *reference =
	    &order->terms[order->count].reference;
	if (!expr_parser_reference(parser, reference))
		return false;
	if (reference->root != EXPR_ROOT_WORKER)
		return err_set(parser->err, first.at,
		    "mismatched input '%.*s' expecting worker.",
		    STR_ARGS(str_slice(first.text, 0, 32)));
	return parse_direction(
	    parser, &order->terms[order->count++].descending);
}

struct expr_order *
expr_order_parse(struct arena *arena, struct str text, struct err *err)
{
	struct expr_order *order = arena_alloc(arena, sizeof *order);
	struct expr_parser parser;

	if (order == NULL) {
		(void)err_set(err, 0, "the expression is too large");
		return NULL;
	}
	if (!expr_parser_start(&parser, arena, text, EXPR_IN_TARGET, err))
		return NULL;
	for (;;) {
		if (!parse_term(&parser, order))
			return NULL;
		if (parser.token.kind == EXPR_TOKEN_END)
			return order;
		if (parser.token.kind != EXPR_TOKEN_COMMA) {
			(void)expr_parser_refuse(
			    &parser, "ASC, DESC, ',' or the end");
			return NULL;
		}
		if (!expr_parser_advance(&parser))
			return NULL;
	}
}

void
expr_order_rank(const struct expr_order *order,
    const struct expr_names *names, struct expr_rank *rank)
{
	*rank = (struct expr_rank){0};
	for (size_t i = 0; i < order->count; i++) {
		const struct expr_reference *r = &order->terms[i].reference;
		struct expr_value value =
		    names->find(names->context, r->root, r->steps, r->count);
		rank->terms[i].kind = EXPR_RANK_OTHER;
		if (value.type == EXPR_NULL)
			rank->terms[i].kind = EXPR_RANK_MISSING;
		if (value.type != EXPR_INTEGER)
			continue;
		rank->terms[i].kind = EXPR_RANK_INTEGER;
		rank->terms[i].value = value.integer;
	}
}

int
expr_order_compare(const struct expr_order *order, const struct expr_rank *a,
    const struct expr_rank *b)
{
	for (size_t i = 0; i < order->count; i++) {
		bool has = a->terms[i].kind == EXPR_RANK_INTEGER;
		bool other_has = b->terms[i].kind == EXPR_RANK_INTEGER;
		int64_t left = a->terms[i].value, right = b->terms[i].value;
		if (has != other_has)
			return has ? -1 : 1;
		if (!has || left == right)
			continue;
		return (left < right) != order->terms[i].descending ? -1 : 1;
	}
	return 0;
}

static void
write_order(struct expr_writer *writer, const void *subject)
{
	const struct expr_order *order = subject;

	for (size_t i = 0; i < order->count; i++) {
		expr_write(writer, i > 0 ? STR(", ") : STR(""));
		expr_write_reference(
		    writer, EXPR_IN_TARGET, &order->terms[i].reference);
		expr_write(writer,
		    order->terms[i].descending ? STR(" DESC") : STR(" ASC"));
	}
}

struct str
expr_order_print(struct arena *arena, const struct expr_order *order)
{
	return expr_write_twice(arena, write_order, order);
}

bool
expr_order_equal(const struct expr_order *a, const struct expr_order *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->terms[i].descending != b->terms[i].descending ||
		    !expr_reference_equal(
			&a->terms[i].reference, &b->terms[i].reference))
			return false;
	return true;
}

bool
expr_order_asks(const struct expr_order *order, struct str name)
{
	for (size_t i = 0; i < order->count; i++)
		if (str_equal(order->terms[i].reference.steps[0].name, name))
			return true;
	return false;
}
