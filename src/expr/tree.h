/* SPDX-License-Identifier: MIT
 *
 * The tree behind struct expr. Only for the files of expr/.
 *
 * AND and OR have any number of members, so that the tree is no deeper than
 * the parentheses and NOTs of the text: a function may recurse down it. To
 * evaluate, nobody has to: each comparison knows which one is next when it
 * holds and when it does not.
 */
#ifndef EXPR_TREE_H
#define EXPR_TREE_H

#include "base/compat.h"
#include "expr/expr.h"

enum expr_operator {
#define OPERATOR(name, spelling, other, takes, function) EXPR_##name,
#include "expr/operators.h"
};

enum expr_operand_kind {
	EXPR_CONSTANT,
	EXPR_REFERENCE,
	EXPR_ITEMS, /* a list that is written out */
};

struct expr_operand {
	enum expr_operand_kind kind;
	uint32_t at; /* offset in the text */
	union {
		struct expr_value value;
		struct expr_reference reference;
		const struct expr_operand *items; /* linked by next */
	};
	const struct expr_operand *next; /* in the list that holds it */
};

enum expr_kind {
	EXPR_OR,
	EXPR_AND,
	EXPR_NOT,
	EXPR_COMPARISON,
	EXPR_END, /* no comparison is next */
};

struct expr_node {
	enum expr_kind kind;
	uint32_t depth;           /* nodes above it */
	struct expr_node *next;   /* member of the same AND or OR */
	struct expr_node *member; /* EXPR_OR, EXPR_AND, EXPR_NOT: the first */
	/* EXPR_COMPARISON */
	enum expr_operator operator;
	uint32_t at;
	const struct expr_operand *left, *right;
	const struct expr_node *after[2]; /* if it is false, if it is true */
	const struct expr_node *following; /* in the order of the text */
};

struct expr {
	enum expr_place place;
	unsigned roots; /* a bit for each that is referred to */
	const struct expr_node *top;
	const struct expr_node *first; /* comparison */
};

/* What `after` leads to at the end: ends[false] and ends[true]. */
extern const struct expr_node expr_ends[2];

/* Whether no name stands in it. */
bool expr_operand_is_constant(const struct expr_operand *operand);

bool expr_node_equal(const struct expr_node *a, const struct expr_node *b);

/* Fills depth, after and following of a tree whose members are in place;
 * returns its first comparison. */
const struct expr_node *expr_link(struct expr_node *top);

#endif
