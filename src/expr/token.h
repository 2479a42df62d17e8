/* SPDX-License-Identifier: MIT
 *
 * Expressions as tokens. Only for the files of expr/.
 */
#ifndef EXPR_TOKEN_H
#define EXPR_TOKEN_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "expr/tree.h"

enum expr_token_kind {
	EXPR_TOKEN_END,
	EXPR_TOKEN_NAME,
	EXPR_TOKEN_STRING, /* with its quotes */
	EXPR_TOKEN_NUMBER, /* with its sign */
	EXPR_TOKEN_OPERATOR,
	EXPR_TOKEN_AND,
	EXPR_TOKEN_OR,
	EXPR_TOKEN_NOT,
	EXPR_TOKEN_TRUE,
	EXPR_TOKEN_FALSE,
	EXPR_TOKEN_NULL,
	EXPR_TOKEN_OPEN,
	EXPR_TOKEN_CLOSE,
	EXPR_TOKEN_OPEN_LIST,
	EXPR_TOKEN_CLOSE_LIST,
	EXPR_TOKEN_COMMA,
	EXPR_TOKEN_DOT,
	EXPR_TOKEN_STRAY, /* what no expression holds: a character, or a
			   * hyphen with the rest of what was meant as a name */
};

struct expr_token {
	enum expr_token_kind kind;
	enum expr_operator operator;
	struct str text; /* a part of the whole */
	size_t at;
};

/* The token at `from` or behind the blanks there. A '-' directly before a digit
 * is always the sign of a number: "a<-5" is less than minus five, "a<-b" and
 * "a <- [5]" are IN; "a>-5" is greater than minus five, "a >- 5" is HAS.
 * False: a string without end. */
MUST_USE bool expr_token_read(struct str text, size_t from,
    struct expr_token *token, struct err *err);

/* Whether a name is a word of the language, whatever its case. */
bool expr_token_is_word(struct str name);

/* Whether a token is a name, or is a word and may be one behind a dot. */
bool expr_token_begins_name(const struct expr_token *token);

/* How an operator is printed. */
struct str expr_operator_text(enum expr_operator operator);

#endif
