/* SPDX-License-Identifier: MIT
 *
 * The parser from token to token, and what it says where it cannot go on.
 */
#include "base/compat.h"

#include "expr/parser.h"

#include <stdio.h>

#define SHOWN_MOST 32 /* bytes of a token in a message */

static bool
check_text(struct str text, struct err *err)
{
	if (text.len > EXPR_TEXT_MOST)
		return err_set(err, EXPR_TEXT_MOST,
		    "an expression has at most %d bytes", EXPR_TEXT_MOST);
	for (size_t at = 0; at < text.len;) {
		size_t sequence = str_utf8_sequence(text, at);
		if (sequence == 0)
			return err_set(err, at, "not valid UTF-8");
		if (text.at[at] == '\0')
			return err_set(err, at, "NUL in an expression");
		at += sequence;
	}
	return true;
}

bool
expr_parser_start(struct expr_parser *parser, struct arena *arena,
    struct str text, enum expr_place place, struct err *err)
{
	*parser = (struct expr_parser){
	    .arena = arena, .place = place, .err = err};

	if (!check_text(text, err))
		return false;
	parser->text = arena_str(arena, text.at == NULL ? STR("") : text);
	if (parser->text.at == NULL)
		return expr_parser_overflow(parser);
	return expr_parser_advance(parser);
}

bool
expr_parser_advance(struct expr_parser *parser)
{
	return expr_token_read(parser->text,
	    parser->token.at + parser->token.text.len, &parser->token,
	    parser->err);
}

bool
expr_parser_overflow(struct expr_parser *parser)
{
	return err_set(parser->err, parser->token.at,
	    "the expression is too large");
}

/* At most SHOWN_MOST bytes, and no half character. */
static struct str
shorten(struct str s)
{
	size_t length = s.len < SHOWN_MOST ? s.len : SHOWN_MOST;

	while (length > 0 && length < s.len &&
	    ((unsigned char)s.at[length] & 0xc0) == 0x80)
		length--;
	return str_slice(s, 0, length);
}

/* The words are those of the parser that Twilio uses, as in "extraneous input
 * 'evel' expecting OPERATOR", which it says about `skill-level > 3`. */
bool
expr_parser_refuse(struct expr_parser *parser, const char *expected)
{
	const struct expr_token *token = &parser->token;
	struct str shown = shorten(token->text);

	if (token->kind == EXPR_TOKEN_END)
		return err_set(parser->err, token->at,
		    "mismatched input '<EOF>' expecting %s", expected);
	if (token->kind == EXPR_TOKEN_STRAY &&
	    ((unsigned char)shown.at[0] < ' ' || shown.at[0] == 0x7f))
		return err_set(parser->err, token->at,
		    "extraneous input U+%04X expecting %s",
		    (unsigned char)shown.at[0], expected);
	return err_set(parser->err, token->at,
	    "extraneous input '%.*s%s' expecting %s%s", STR_ARGS(shown),
	    shown.len < token->text.len ? "..." : "", expected,
	    shown.at[0] == '-' ? ", and a hyphen is part of no name" : "");
}
