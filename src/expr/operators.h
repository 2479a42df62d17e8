/* SPDX-License-Identifier: MIT
 *
 * The operators of expressions, one row each. No include guard: included once
 * for each use, with the macro defined; it ends with the file.
 *
 * OPERATOR(name, how it is printed, how else it is written or NULL, what it
 *     takes, the function of evaluate.c)
 *
 * Takes: SCALARS two of any type, ORDERED two numbers or two strings, TEXTS two
 * strings, LIST_LEFT and LIST_RIGHT a list on that side.
 *
 * Source: https://www.twilio.com/docs/taskrouter/expression-syntax; "=" stands
 * in examples of other pages of Twilio's only.
 */
/* clang-format off */
OPERATOR(EQUAL, "==", "=", SCALARS, is_equal)
OPERATOR(UNEQUAL, "!=", NULL, SCALARS, is_unequal)
OPERATOR(LESS, "<", NULL, ORDERED, is_less)
OPERATOR(LESS_OR_EQUAL, "<=", NULL, ORDERED, is_less_or_equal)
OPERATOR(GREATER, ">", NULL, ORDERED, is_greater)
OPERATOR(GREATER_OR_EQUAL, ">=", NULL, ORDERED, is_greater_or_equal)
OPERATOR(CONTAINS, "CONTAINS", NULL, TEXTS, does_contain)
OPERATOR(HAS, "HAS", ">-", LIST_LEFT, does_have)
OPERATOR(IN, "IN", "<-", LIST_RIGHT, is_in)
OPERATOR(NOT_IN, "NOT IN", NULL, LIST_RIGHT, is_not_in)
/* clang-format on */

#undef OPERATOR
