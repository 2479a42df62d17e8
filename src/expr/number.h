/* SPDX-License-Identifier: MIT
 *
 * Numbers as text and back, whatever the locale. Only for the files of expr/.
 */
#ifndef EXPR_NUMBER_H
#define EXPR_NUMBER_H

#include "base/compat.h"
#include "base/str.h"
#include "expr/value.h"

/* How many bytes from `at` on are a number as JSON writes one, with its sign;
 * 0 if there is none. Leading zeros are taken too: expr_number_read refuses
 * them. */
size_t expr_number_length(struct str text, size_t at);

/* Whether such a text has leading zeros. */
bool expr_number_is_padded(struct str text);

/* A number as JSON writes it: EXPR_INTEGER where it has no fraction and no
 * exponent and fits, else EXPR_NUMBER. False: it has leading zeros, or there is
 * no memory. */
MUST_USE bool expr_number_read(struct str text, struct expr_value *value);

/* The shortest text that reads as the same number, and as one with a fraction
 * or an exponent; infinity is 1e999. Returns its length. */
#define EXPR_NUMBER_SIZE 32
size_t expr_number_write(double number, char text[EXPR_NUMBER_SIZE]);

/* < 0, 0, > 0; exactly, where one is an integer that no double holds. False:
 * one of them is no number. */
MUST_USE bool expr_number_compare(
    struct expr_value a, struct expr_value b, int *order);

#endif
