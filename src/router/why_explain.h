/* SPDX-License-Identifier: MIT
 *
 * Expressions and their values for router/why.h. Private to router/.
 */
#ifndef ROUTER_WHY_EXPLAIN_H
#define ROUTER_WHY_EXPLAIN_H

#include "base/compat.h"
#include "router/names.h"
#include "router/why.h"

/* What came of the expression with these names; NULL: there is none, or no
 * memory. */
struct why_expression *why_explain(struct arena *arena,
    const struct expr *expression, const struct names *context);
/* Its text as expr_print, cut; absent: there is none. */
struct str why_print(struct arena *arena, const struct expr *expression);
struct str why_print_order(
    struct arena *arena, const struct expr_order *order);
void why_doubt(struct arena *arena, const struct expr *expression,
    struct why_doubts *doubts);
/* At most WHY_TEXT_MOST bytes of it. */
struct str why_cut(struct arena *arena, struct str text);

#endif
