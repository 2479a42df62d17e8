/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "expr/token.h"

#include "expr/number.h"

static const struct {
	struct str spelling;
	const char *other;
} operators[] = {
#define OPERATOR(name, spelling, other, takes, function) \
	[EXPR_##name] = {{spelling, sizeof(spelling) - 1}, other},
#include "expr/operators.h"
};

static const struct {
	const char *text;
	enum expr_token_kind kind;
} words[] = {
	{"AND", EXPR_TOKEN_AND},
	{"FALSE", EXPR_TOKEN_FALSE},
	{"NOT", EXPR_TOKEN_NOT},
	{"NULL", EXPR_TOKEN_NULL},
	{"OR", EXPR_TOKEN_OR},
	{"TRUE", EXPR_TOKEN_TRUE},
};

static const struct {
	char byte;
	enum expr_token_kind kind;
} marks[] = {
	{'(', EXPR_TOKEN_OPEN},
	{')', EXPR_TOKEN_CLOSE},
	{',', EXPR_TOKEN_COMMA},
	{'.', EXPR_TOKEN_DOT},
	{'[', EXPR_TOKEN_OPEN_LIST},
	{']', EXPR_TOKEN_CLOSE_LIST},
};

struct str
expr_operator_text(enum expr_operator operator)
{
	return operators[operator].spelling;
}

static bool
begins_name(char c)
{
	return ascii_is_alpha((unsigned char)c) || c == '_' || c == '$';
}

static size_t
skip_name(struct str text, size_t at)
{
	while (at < text.len && (begins_name(text.at[at]) ||
		ascii_is_digit((unsigned char)text.at[at])))
		at++;
	return at;
}

/* The operator that is written as one word; false if there is none. */
static bool
find_word_operator(struct str word, enum expr_operator *operator)
{
	for (size_t i = 0; i < ARRAY_LENGTH(operators); i++) {
		if (!str_equal_nocase(word, operators[i].spelling))
			continue;
		*operator = (enum expr_operator)i;
		return true;
	}
	return false;
}

static enum expr_token_kind
classify_word(struct str word, enum expr_operator *operator)
{
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		if (str_equal_nocase(word, str_from(words[i].text)))
			return words[i].kind;
	return find_word_operator(word, operator) ? EXPR_TOKEN_OPERATOR
						  : EXPR_TOKEN_NAME;
}

bool
expr_token_is_word(struct str name)
{
	enum expr_operator operator;

	return classify_word(name, &operator) != EXPR_TOKEN_NAME;
}

bool
expr_token_begins_name(const struct expr_token *token)
{
	return token->text.len > 0 && begins_name(token->text.at[0]);
}

/* Whether this spelling of an operator stands there. */
static bool
is_spelled(struct str rest, struct str spelling)
{
	size_t length = spelling.len;

	if (length == 0 || begins_name(spelling.at[0]) ||
	    !str_has_prefix(rest, spelling))
		return false;
	return spelling.at[length - 1] != '-' || rest.len == length ||
	    !ascii_is_digit((unsigned char)rest.at[length]);
}

/* The length of the longest operator made of signs that stands there. */
static size_t
match_operator(struct str rest, enum expr_operator *operator)
{
	size_t longest = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(operators); i++) {
		struct str spellings[] = {operators[i].spelling,
		    str_from(operators[i].other)};
		for (size_t s = 0; s < ARRAY_LENGTH(spellings); s++) {
			if (spellings[s].len <= longest ||
			    !is_spelled(rest, spellings[s]))
				continue;
			longest = spellings[s].len;
			*operator = (enum expr_operator)i;
		}
	}
	return longest;
}

/* The offset behind the closing quote; 0 if there is none. */
static size_t
skip_string(struct str text, size_t at)
{
	char quote = text.at[at];

	for (at++; at < text.len; at++) {
		if (text.at[at] == quote)
			return at + 1;
		if (text.at[at] == '\\')
			at++;
	}
	return 0;
}

static enum expr_token_kind
find_mark(char c)
{
	for (size_t i = 0; i < ARRAY_LENGTH(marks); i++)
		if (marks[i].byte == c)
			return marks[i].kind;
	return EXPR_TOKEN_STRAY;
}

/* What is neither a string nor the end. Returns the offset behind it. */
static size_t
read_plain(struct str text, struct expr_token *token)
{
	size_t at = token->at;
	struct str rest = str_slice(text, at, text.len);
	size_t length = expr_number_length(text, at);

	if (length > 0) {
		token->kind = EXPR_TOKEN_NUMBER;
		return at + length;
	}
	if (begins_name(text.at[at])) {
		size_t end = skip_name(text, at);
		token->kind = classify_word(
		    str_slice(text, at, end), &token->operator);
		return end;
	}
	length = match_operator(rest, &token->operator);
	if (length > 0) {
		token->kind = EXPR_TOKEN_OPERATOR;
		return at + length;
	}
	token->kind = find_mark(text.at[at]);
	if (text.at[at] == '-')
		return skip_name(text, at + 1);
	length = str_utf8_sequence(text, at);
	return at + (length == 0 ? 1 : length);
}

bool
expr_token_read(struct str text, size_t from, struct expr_token *token,
    struct err *err)
{
	while (from < text.len && str_has_byte(STR(" \t\r\n"), text.at[from]))
		from++;
	*token = (struct expr_token){.kind = EXPR_TOKEN_END, .at = from};
	size_t end = from;
	if (from < text.len && str_has_byte(STR("'\""), text.at[from])) {
		token->kind = EXPR_TOKEN_STRING;
		end = skip_string(text, from);
		if (end == 0)
			return err_set(
			    err, from, "string without closing quote");
	} else if (from < text.len) {
		end = read_plain(text, token);
	}
	token->text = str_slice(text, from, end);
	return true;
}
