/* SPDX-License-Identifier: MIT
 *
 * One evaluation. Only for the files of expr/.
 */
#ifndef EXPR_EVALUATE_H
#define EXPR_EVALUATE_H

#include "base/compat.h"
#include "expr/tree.h"

struct expr_evaluation {
	const struct expr_names *names;
	enum expr_place place;
	size_t steps;
	bool exhausted; /* the result is none */
};

/* A list that is written out is an EXPR_LIST of no length. */
struct expr_value expr_operand_value(
    const struct expr_evaluation *evaluation,
    const struct expr_operand *operand);

/* Whether a comparison holds. */
bool expr_compare(
    struct expr_evaluation *evaluation, const struct expr_node *comparison);

#endif
