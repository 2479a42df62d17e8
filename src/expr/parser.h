/* SPDX-License-Identifier: MIT
 *
 * What reads a text token by token. Only for the files of expr/.
 *
 * A function that fails has set *parser->err and returns NULL or false; the
 * caller returns at once.
 */
#ifndef EXPR_PARSER_H
#define EXPR_PARSER_H

#include "base/compat.h"
#include "expr/token.h"

struct expr_parser {
	struct arena *arena;
	struct str text; /* a copy in the arena, which the tree refers to */
	enum expr_place place;
	struct expr_token token; /* the next one */
	unsigned depth;
	unsigned roots; /* a bit for each that is referred to */
	struct err *err;
};

/* Checks and copies the text and reads the first token. */
MUST_USE bool expr_parser_start(struct expr_parser *parser,
    struct arena *arena, struct str text, enum expr_place place,
    struct err *err);

/* Reads the next token. */
MUST_USE bool expr_parser_advance(struct expr_parser *parser);

/* "extraneous input '…' expecting …" about the next token; false. */
bool expr_parser_refuse(struct expr_parser *parser, const char *expected);

/* An error because the arena is full; false. */
bool expr_parser_overflow(struct expr_parser *parser);

/* A name and what belongs to it. */
MUST_USE bool expr_parser_reference(
    struct expr_parser *parser, struct expr_reference *reference);

/* What a place's references begin with: "worker" for EXPR_ROOT_WORKER; absent
 * for EXPR_ROOT_OTHER. */
struct str expr_root_word(enum expr_root root);
/* The root of names without such a word. */
enum expr_root expr_place_root(enum expr_place place);
/* Whether `word` and what follows it are that root in this place. */
bool expr_place_has_root(enum expr_place place, enum expr_root root);

#endif
