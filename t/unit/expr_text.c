/* SPDX-License-Identifier: MIT
 *
 * Expressions as text: what is refused and where, what is warned of, how they
 * are printed, and the limits.
 */
#include "base/compat.h"

#include <locale.h>
#include <string.h>

#include "base/buf.h"
#include "expr/expr.h"
#include "tap.h"

static struct arena arena;

#define FILTER EXPR_IN_FILTER
#define WORKERS EXPR_IN_WORKERS
#define TARGET EXPR_IN_TARGET
#define SKIP_IF EXPR_IN_SKIP_IF
#define RULE EXPR_IN_RULE

static const struct {
	const char *what, *text;
	size_t at;
	const char *message;
} refused[] = {
	{"nothing", "", 0, "mismatched input '<EOF>' expecting a value"},
	{"blanks", " \n", 2, "mismatched input '<EOF>' expecting a value"},
	{"6.2: a hyphen in a name", "skill-level > 3", 5,
	    "extraneous input '-level' expecting OPERATOR, and a hyphen is "
	    "part of no name"},
	{"6.2: a hyphen before a digit", "skill-2 > 3", 5,
	    "extraneous input '-2' expecting OPERATOR, and a hyphen is part "
	    "of no name"},
	{"a hyphen alone", "level - 1 > 3", 6,
	    "extraneous input '-' expecting OPERATOR, and a hyphen is part "
	    "of no name"},
	{"a name alone", "level", 5,
	    "mismatched input '<EOF>' expecting OPERATOR"},
	{"true alone", "true", 4,
	    "mismatched input '<EOF>' expecting OPERATOR"},
	{"a value in parentheses", "(level) > 3", 6,
	    "extraneous input ')' expecting OPERATOR"},
	{"two operators", "level > > 3", 8,
	    "extraneous input '>' expecting a value"},
	{"===", "level === 3", 8, "extraneous input '=' expecting a value"},
	{"=<", "level =< 3", 7, "extraneous input '<' expecting a value"},
	{"<>", "level <> 3", 7, "extraneous input '>' expecting a value"},
	{"!", "!level", 0, "extraneous input '!' expecting a value"},
	{"&&", "a == 1 && b == 2", 7,
	    "extraneous input '&' expecting AND, OR or the end of the "
	    "expression"},
	{"no right side", "level >", 7,
	    "mismatched input '<EOF>' expecting a value"},
	{"no left side", "> 3", 0, "extraneous input '>' expecting a value"},
	{"two comparisons in a row", "a == b == c", 7,
	    "extraneous input '==' expecting AND, OR or the end of the "
	    "expression"},
	{"two values in a row", "a == b c", 7,
	    "extraneous input 'c' expecting AND, OR or the end of the "
	    "expression"},
	{"AND at the end", "a == 1 AND", 10,
	    "mismatched input '<EOF>' expecting a value"},
	{"AND at the start", "AND a == 1", 0,
	    "extraneous input 'AND' expecting a value"},
	{"AND OR", "a == 1 AND OR b == 2", 11,
	    "extraneous input 'OR' expecting a value"},
	{"NOT at the end", "NOT", 3,
	    "mismatched input '<EOF>' expecting a value"},
	{"NOT before another operator", "a NOT HAS 1", 6,
	    "extraneous input 'HAS' expecting IN"},
	{"NOT without operator", "a NOT 1", 6,
	    "extraneous input '1' expecting IN"},
	{"a parenthesis that is not closed", "(a == 1", 7,
	    "mismatched input '<EOF>' expecting AND, OR or ')'"},
	{"a parenthesis too many", "a == 1)", 6,
	    "extraneous input ')' expecting AND, OR or the end of the "
	    "expression"},
	{"empty parentheses", "()", 1,
	    "extraneous input ')' expecting a value"},
	{"a list that is not closed", "a IN [1", 7,
	    "mismatched input '<EOF>' expecting ',' or ']'"},
	{"a list closed by a parenthesis", "a IN [1)", 7,
	    "extraneous input ')' expecting ',' or ']'"},
	{"a comma at the end of a list", "a IN [1,]", 8,
	    "extraneous input ']' expecting a value"},
	{"a comma alone", "a IN [,]", 6,
	    "extraneous input ',' expecting a value"},
	{"a comparison in a list", "a IN [b == 1]", 8,
	    "extraneous input '==' expecting ',' or ']'"},
	{"a string without end", "a == 'b", 5, "string without closing quote"},
	{"a string that ends in an escape", "a == \"b\\\"", 5,
	    "string without closing quote"},
	{"quotes that differ", "a == 'b\"", 5, "string without closing quote"},
	{"words as names: in", "in == 1", 0,
	    "extraneous input 'in' expecting a value"},
	{"words as names: Has", "Has HAS 1", 0,
	    "extraneous input 'Has' expecting a value"},
	{"words as names: contains", "1 == contains", 5,
	    "extraneous input 'contains' expecting a value"},
	{"words as names: true", "true.x == 1", 4,
	    "extraneous input '.' expecting OPERATOR"},
	{"words as names: null", "null[0] == 1", 4,
	    "extraneous input '[' expecting OPERATOR"},
	{"a dot at the end", "a. == 1", 3,
	    "extraneous input '==' expecting a name"},
	{"a dot at the start", ".a == 1", 0,
	    "extraneous input '.' expecting a value"},
	{"a number behind a dot", "a.0 == 1", 2,
	    "extraneous input '0' expecting a name"},
	{"a string behind a dot", "a.'b' == 1", 2,
	    "extraneous input ''b'' expecting a name"},
	{"a name as index", "a[b] == 1", 2,
	    "extraneous input 'b' expecting an index from 0 on"},
	{"a negative index", "a[-1] == 1", 2,
	    "extraneous input '-1' expecting an index from 0 on, and a "
	    "hyphen is part of no name"},
	{"a fraction as index", "a[1.5] == 1", 2,
	    "extraneous input '1.5' expecting an index from 0 on"},
	{"an index beyond 32 bits", "a[4294967296] == 1", 2,
	    "extraneous input '4294967296' expecting an index from 0 on"},
	{"no index", "a[] == 1", 2,
	    "extraneous input ']' expecting an index from 0 on"},
	{"an index that is not closed", "a[1 == 1", 4,
	    "extraneous input '==' expecting ']'"},
	{"a number with leading zeros", "a == 007", 5,
	    "extraneous input '007' expecting a number without leading "
	    "zeros"},
	{"a number that ends in a point", "a == 1.", 6,
	    "extraneous input '.' expecting AND, OR or the end of the "
	    "expression"},
	{"a number that begins with a point", "a == .5", 5,
	    "extraneous input '.' expecting a value"},
	{"a plus", "a == +5", 5, "extraneous input '+' expecting a value"},
	{"an exponent without digits", "a == 1e", 6,
	    "extraneous input 'e' expecting AND, OR or the end of the "
	    "expression"},
	{"a hexadecimal number", "a == 0x10", 6,
	    "extraneous input 'x10' expecting AND, OR or the end of the "
	    "expression"},
	{"a name that begins with a digit", "1a == 1", 1,
	    "extraneous input 'a' expecting OPERATOR"},
	{"a backslash", "a == \\'b'", 5,
	    "extraneous input '\\' expecting a value"},
	{"a brace", "a == {}", 5, "extraneous input '{' expecting a value"},
	{"a semicolon", "a == 1;", 6,
	    "extraneous input ';' expecting AND, OR or the end of the "
	    "expression"},
	{"a typographic quotation mark", "a == \xe2\x80\x9c" "b", 5,
	    "extraneous input '\xe2\x80\x9c' expecting a value"},
	{"a letter beyond ASCII", "caf\xc3\xa9 == 1", 3,
	    "extraneous input '\xc3\xa9' expecting OPERATOR"},
	{"a control character", "a\x01 == 1", 1,
	    "extraneous input U+0001 expecting OPERATOR"},
	{"a delete character", "a\x7f == 1", 1,
	    "extraneous input U+007F expecting OPERATOR"},
	{"a form feed is no white space", "a\f== 1", 1,
	    "extraneous input U+000C expecting OPERATOR"},
	{"a long word", "a == 1 "
	    "abcdefghijklmnopqrstuvwxyz0123456789", 7,
	    "extraneous input 'abcdefghijklmnopqrstuvwxyz012345...' "
	    "expecting AND, OR or the end of the expression"},
	{"a long string, not cut within a character",
	    "a == 1 '012345678901234567890123456789\xe2\x82\xac'", 7,
	    "extraneous input ''012345678901234567890123456789...' "
	    "expecting AND, OR or the end of the expression"},
	{"no UTF-8", "a == '\xff'", 6, "not valid UTF-8"},
	{"overlong UTF-8", "a == '\xc0\xaf'", 6, "not valid UTF-8"},
	{"half a character at the end", "a == 1 \xe2\x82", 7,
	    "not valid UTF-8"},
};

static void
test_refused(void)
{
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		err = (struct err){.at = 999};
		ok(expr_parse(&arena, str_from(refused[i].text), FILTER,
		       &err) == NULL,
		    "refused: %s", refused[i].what);
		is_str(str_from(err.text), refused[i].message, "refused: %s",
		    refused[i].what);
		is_int((int64_t)err.at, (int64_t)refused[i].at,
		    "refused: %s: and where", refused[i].what);
	}
	ok(expr_parse(&arena, (struct str){"a == 'b\0c'", 10}, FILTER, &err) ==
		    NULL &&
		err.at == 7,
	    "refused: a NUL in a string");
	is_str(str_from(err.text), "NUL in an expression",
	    "refused: a NUL in a string");
	ok(expr_parse(&arena, (struct str){"1==1\0", 5}, FILTER, &err) ==
		    NULL &&
		err.at == 4,
	    "refused: a NUL at the end");
	ok(expr_parse(&arena, STR_NONE, FILTER, &err) == NULL &&
		str_contains(str_from(err.text), "<EOF>"),
	    "refused: no text");
}

#define FIFTY "12345678901234567890123456789012345678901234567890"

static const struct {
	const char *what, *text;
	size_t at;
	const char *shown;
} carets[] = {
	{"within a line", "level > > 3", 8, "level > > 3\n        ^"},
	{"at the start", "> 3", 0, "> 3\n^"},
	{"at the end", "level", 5, "level\n     ^"},
	{"beyond the end", "level", 99, "level\n     ^"},
	{"in no text", "", 0, "\n^"},
	{"the line alone", "a == 1\nAND b > > 1\nAND c == 1", 15,
	    "AND b > > 1\n        ^"},
	{"a line break at the offset", "a ==\n1", 4, "a ==\n    ^"},
	{"tabs and other control characters are blanks", "\ta\r\x7f>", 4,
	    " a  >\n    ^"},
	{"characters are counted, not bytes",
	    "'\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa3' >", 12,
	    "'\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa3' >\n      ^"},
	{"within a character", "'\xe2\x82\xac'", 3,
	    "'\xe2\x82\xac'\n ^"},
	{"no UTF-8", "a\xff" "b", 2, "a\xef\xbf\xbd" "b\n  ^"},
	{"a long line", FIFTY FIFTY FIFTY, 60,
	    "..." "345678901234567890123456789012345678901234567890"
	    "123456789012345678901234" "...\n   "
	    "                                                ^"},
	{"as much as is shown", FIFTY "12345678901234567890", 48,
	    FIFTY "12345678901234567890\n"
	    "                                                ^"},
};

static void
test_caret(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(carets); i++)
		is_str(expr_caret(&arena, str_from(carets[i].text),
			   carets[i].at),
		    carets[i].shown, "caret: %s", carets[i].what);
	is_str(expr_caret(&arena, STR_NONE, 3), "\n^", "caret: no text");
	is_str(expr_caret(&arena, (struct str){"a\0b", 3}, 2), "a b\n  ^",
	    "caret: a NUL");
}

static const struct {
	enum expr_place place;
	const char *what, *text;
	const char *printed; /* NULL: as it is */
} printed[] = {
	{FILTER, "a comparison", "level >= 3", NULL},
	{FILTER, "white space", " level>=\n3 ", "level >= 3"},
	{FILTER, "= is ==", "a=1", "a == 1"},
	{FILTER, "signs of HAS and IN", "a >- 1 OR 1 <- a",
	    "a HAS 1 OR 1 IN a"},
	{FILTER, "words", "a not in [1] and b cOntains 'x' or not c has TRUE "
	    "or d == Null or e == False",
	    "a NOT IN [1] AND b CONTAINS \"x\" OR NOT c HAS true OR "
	    "d == null OR e == false"},
	{FILTER, "NOT before IN is not NOT IN", "NOT a IN b", NULL},
	{FILTER, "lists", "a IN [ 1,'b' ,[],[c,[ null ]] ]",
	    "a IN [1, \"b\", [], [c, [null]]]"},
	{FILTER, "single quotes become double", "a == 'b'", "a == \"b\""},
	{FILTER, "unless they save escapes", "a == \"\\\"b\\\"\"",
	    "a == '\"b\"'"},
	{FILTER, "both quotes", "a == '\"b\\''", "a == \"\\\"b'\""},
	{FILTER, "a backslash", "a == 'C:\\x\\\\'", "a == \"C:\\\\x\\\\\""},
	{FILTER, "a line feed in a string is kept", "a == \"b\nc\"", NULL},
	{FILTER, "integers", "a == -0 OR a == -12 OR "
	    "a == 9223372036854775807",
	    "a == 0 OR a == -12 OR a == 9223372036854775807"},
	{FILTER, "floats", "a == 1.00 OR a == 0.1 OR a == -2.50 OR a == 1e3",
	    "a == 1.0 OR a == 0.1 OR a == -2.5 OR a == 1000.0"},
	{FILTER, "floats that need all digits",
	    "a == 0.30000000000000004 OR a == 5e-324",
	    "a == 0.30000000000000004 OR a == 4.94065645841247e-324"},
	{FILTER, "large floats", "a == 9223372036854775808 OR a == 1e300",
	    "a == 9.223372036854776e+18 OR a == 1e+300"},
	{FILTER, "infinite floats", "a == 1e400 OR a == -1e400",
	    "a == 1e999 OR a == -1e999"},
	{FILTER, "negative zero", "a == -0.0", NULL},
	{FILTER, "parentheses around one", "((a == 1))", "a == 1"},
	{FILTER, "AND in OR needs none", "a == 1 OR (b == 2 AND c == 3)",
	    "a == 1 OR b == 2 AND c == 3"},
	{FILTER, "OR in AND needs some",
	    "(a == 1 OR b == 2) AND (c == 3 OR d == 4)", NULL},
	{FILTER, "AND in AND needs none",
	    "(a == 1 AND b == 2) AND (c == 3 AND (d == 4 AND e == 5))",
	    "a == 1 AND b == 2 AND c == 3 AND d == 4 AND e == 5"},
	{FILTER, "OR in OR needs none", "a == 1 OR (b == 2 OR c == 3)",
	    "a == 1 OR b == 2 OR c == 3"},
	{FILTER, "NOT of one", "NOT (a == 1)", "NOT a == 1"},
	{FILTER, "NOT of NOT", "NOT (NOT (a == 1))", "NOT NOT a == 1"},
	{FILTER, "NOT of AND", "NOT (a == 1 AND b == 2)", NULL},
	{FILTER, "NOT of OR in AND",
	    "NOT (a == 1 OR b == 2) AND NOT c == 3", NULL},
	{FILTER, "paths and indexes", "a.b [0] . c[12][3].d == 1",
	    "a.b[0].c[12][3].d == 1"},
	{FILTER, "task. is left out of filters", "task.a == task.b.c",
	    "a == b.c"},
	{FILTER, "unless a word follows", "task.in == 1 OR task.True == 2",
	    NULL},
	{FILTER, "or another task", "task.task.a == 1", NULL},
	{FILTER, "task alone", "task == 1 OR task[0] == 1", NULL},
	{FILTER, "task.task[0]", "task.task[0] == 1 OR task.task == 1",
	    "task[0] == 1 OR task == 1"},
	{FILTER, "worker. stays", "worker.a == 1", NULL},
	{WORKERS, "worker. is left out over Workers", "worker.a == b",
	    "a == b"},
	{WORKERS, "task. stays", "task.a == 1", NULL},
	{TARGET, "both stay in targets", "task.a == worker.b", NULL},
	{TARGET, "names without one too", "a == worker", NULL},
	{TARGET, "doubled words", "task.task.a == worker.worker.in", NULL},
	{SKIP_IF, "workers. stays", "workers.available == 0", NULL},
	{SKIP_IF, "task. in skip_if", "task.a == 0", NULL},
	{RULE, "roots of rules", "task.a == worker.b OR workers.c == d.e",
	    NULL},
};

static void
test_printed(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(printed); i++) {
		const char *expected = printed[i].printed != NULL
		    ? printed[i].printed
		    : printed[i].text;
		struct err err = {.text = ""};
		struct expr *expr = expr_parse(&arena,
		    str_from(printed[i].text), printed[i].place, &err);

		if (!ok(expr != NULL, "printed: %s: %s", printed[i].what,
			err.text))
			continue;
		struct str text = expr_print(&arena, expr);
		is_str(text, expected, "printed: %s", printed[i].what);
		struct expr *again =
		    expr_parse(&arena, text, printed[i].place, &err);
		ok(again != NULL && expr_equal(expr, again) &&
			expr_equal(again, expr),
		    "printed: %s: an equal tree", printed[i].what);
	}
}

/* Each differs from each other. */
static const char *const trees[] = {"a == 1", "a == 2", "a == '1'",
    "a == 1.5", "a != 1", "a == true", "a == null", "b == 1", "1 == a",
    "a.b == 1", "a[0] == 1", "a[1] == 1", "a == [1]", "a == []",
    "a == [1, 1]", "a == [2]", "NOT a == 1", "NOT NOT a == 1",
    "a == 1 AND a == 1", "a == 1 OR a == 1", "a == 1 AND a == 1 AND a == 1",
    "a == 1 AND a == 2", "a == 2 AND a == 1", "a == 1 OR a == 1 AND a == 1",
    "NOT (a == 1 AND a == 1)", "NOT a == 1 AND a == 1", "a IN b",
    "a NOT IN b", "NOT a IN b", "a == 'x'", "a == \"y\""};

static void
test_equal(void)
{
	struct expr *parsed[ARRAY_LENGTH(trees)];
	struct err err;
	bool held = true;

	for (size_t i = 0; i < ARRAY_LENGTH(trees); i++) {
		parsed[i] = expr_parse(
		    &arena, str_from(trees[i]), FILTER, &err);
		if (!ok(parsed[i] != NULL, "equal: %s", trees[i]))
			return;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(trees); i++)
		for (size_t j = 0; j < ARRAY_LENGTH(trees); j++)
			held = held &&
			    ok(expr_equal(parsed[i], parsed[j]) == (i == j),
				"equal: %s and %s", trees[i], trees[j]);
	ok(held, "equal: all pairs");
	struct expr *task = expr_parse(
	    &arena, STR("task.a == 1"), TARGET, &err);
	struct expr *worker = expr_parse(
	    &arena, STR("worker.a == 1"), TARGET, &err);
	ok(task != NULL && worker != NULL && !expr_equal(task, worker),
	    "equal: not with another root");
}

#define SKIP_IF_KNOWS \
	"always NULL: skip_if knows workers.available, workers.unavailable " \
	"and workers.WA... only\n"

static const struct {
	enum expr_place place;
	const char *what, *text;
	const char *told; /* "offset message\n" of each warning */
} warned[] = {
	{FILTER, "nothing to say", "a == 1 AND (b IN [1, 'x'] OR c HAS 'y') "
	    "AND d CONTAINS 'z' AND e < 3 AND f != null AND 'g' IN h", ""},
	{FILTER, "1==1", "1==1", ""},
	{FILTER, "6.2: a quoted name", "\"language\" == \"es\"",
	    "0 'language' in quotes is a text, not a name\n"},
	{FILTER, "a quoted path", "1==1 AND 'address.city' != 'Rome'",
	    "9 'address.city' in quotes is a text, not a name\n"},
	{FILTER, "6.2: a quoted name with HAS", "\"skills\" HAS \"x\"",
	    "0 'skills' in quotes is a text, not a name\n"},
	{FILTER, "a quoted name with a list",
	    "'language' IN ['es', 'it']",
	    "0 'language' in quotes is a text, not a name\n"},
	{FILTER, "a text that is no name", "'two words' == 'x'",
	    "0 both sides are constants, and this never holds\n"},
	{FILTER, "nor are these", "'.a' == 1 OR 'a.' == 1 OR 'a..b' == 1 OR "
	    "'' == 1 OR '1a' == 1 OR 'a. b' == 1",
	    "0 both sides are constants, and this never holds\n"
	    "13 both sides are constants, and this never holds\n"
	    "26 both sides are constants, and this never holds\n"
	    "41 both sides are constants, and this never holds\n"
	    "52 both sides are constants, and this never holds\n"
	    "65 both sides are constants, and this never holds\n"},
	{FILTER, "a text on the left, a name on the right",
	    "'es' == language AND 'es' IN languages", ""},
	{FILTER, "constants that differ", "a == 1 OR 1 == 2",
	    "10 both sides are constants, and this never holds\n"},
	{FILTER, "constants in a list", "3 IN [1, 2]",
	    "0 both sides are constants, and this never holds\n"},
	{FILTER, "a name in the list", "3 IN [1, a]", ""},
	{FILTER, "HAS on two scalars", "3 HAS a",
	    "0 HAS needs a list on its left\n"},
	{FILTER, "IN on two scalars", "a IN 'support'",
	    "5 IN needs a list on its right\n"},
	{FILTER, "NOT IN on two scalars", "a NOT IN 3",
	    "9 NOT IN needs a list on its right\n"},
	{FILTER, "HAS of a list", "a HAS ['x', 'y']",
	    "6 HAS looks for one value: no list holds a list\n"},
	{FILTER, "a list IN", "[1] IN a",
	    "0 IN looks for one value: no list holds a list\n"},
	{FILTER, "== with a list", "a == ['x']",
	    "5 == never holds for a list: use HAS or IN\n"},
	{FILTER, "!= with a list on the left", "['x'] != a",
	    "0 != never holds for a list: use HAS or IN\n"},
	{FILTER, "order with null", "a > null OR null <= a",
	    "4 > never holds for null, true or false\n"
	    "12 <= never holds for null, true or false\n"},
	{FILTER, "order with true", "a < true",
	    "4 < never holds for null, true or false\n"},
	{FILTER, "order with a list", "a < [1]",
	    "4 < never holds for a list: use HAS or IN\n"},
	{FILTER, "CONTAINS on a number", "3 CONTAINS a",
	    "0 CONTAINS needs a text or a list on its left\n"},
	{FILTER, "CONTAINS of a number", "a CONTAINS 3",
	    "11 CONTAINS finds only text in a text: this holds for lists "
	    "alone\n"},
	{FILTER, "CONTAINS of a list", "a CONTAINS ['x']",
	    "11 CONTAINS never holds for a list on its right\n"},
	{FILTER, "worker. in a filter", "worker.sid == 'a'",
	    "0 worker. in a filter is an attribute of the Task\n"},
	{WORKERS, "task. over Workers", "task.sid == 'a' AND worker.a == 1",
	    "0 task. is an attribute of the Worker here\n"},
	{TARGET, "names without prefix in a target",
	    "task.a == worker.b AND language IN [1, [level.x]]",
	    "23 always NULL: in a target, names begin with task. or worker.\n"
	    "40 always NULL: in a target, names begin with task. or "
	    "worker.\n"},
	{SKIP_IF, "unknown names in skip_if",
	    "workers.availble == 0 OR workers.available == 0 OR "
	    "available == 0 OR workers.a.b == 1 OR "
	    "workers.WA0123456789abcdef0123456789abcdef == 0 OR "
	    "workers.WA0123456789abcdef0123456789abcdeg == 0 OR "
	    "workers.unavailable == 0 OR workers.available[0] == 0 OR "
	    "workers.WA0123 == 0",
	    "0 " SKIP_IF_KNOWS "51 " SKIP_IF_KNOWS "69 " SKIP_IF_KNOWS
	    "140 " SKIP_IF_KNOWS "219 " SKIP_IF_KNOWS "248 " SKIP_IF_KNOWS},
	{RULE, "rules know their names", "caller == 1 AND task.a == 1", ""},
};

static void
warn(void *to, size_t at, const char *message)
{
	buf_format(to, "%zu %s\n", at, message);
}

static void
test_warned(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(warned); i++) {
		struct err err = {.text = ""};
		struct buf told;
		struct expr *expr = expr_parse(&arena,
		    str_from(warned[i].text), warned[i].place, &err);

		if (!ok(expr != NULL, "warned: %s: %s", warned[i].what,
			err.text))
			continue;
		buf_init(&told, 8192);
		expr_check(expr, warn, &told);
		is_str(buf_str(&told), warned[i].told, "warned: %s",
		    warned[i].what);
		buf_release(&told);
	}
}

/* Comparisons in one AND; `at`: where the one begins that cannot hold as well,
 * -1 for none. */
static const struct {
	const char *text;
	int at;
	const char *why;
} conflicts[] = {
#define EXCLUDE "did you mean OR?"
#define LISTS "one of them needs a list, the other holds for no list"
	{"time_of_day >= '22:00' AND time_of_day < '06:00'", 27, EXCLUDE},
	{"time_of_day >= '22:00' OR time_of_day < '06:00'", -1, ""},
	{"time_of_day >= '06:00' AND time_of_day < '22:00'", -1, ""},
	{"task.a > 5 AND task.b == 1 AND task.a < 3", 31, EXCLUDE},
	{"task.a > 5 AND task.b < 3", -1, ""},
	{"task.a > 5 AND task.a[0] < 3", -1, ""},
	{"task.a > 5 AND task.a < 6", -1, ""},
	{"task.a >= 5 AND task.a <= 5", -1, ""},
	{"task.a > 5 AND task.a <= 5.0", 15, EXCLUDE},
	{"task.a >= 5 AND task.a < 5", 16, EXCLUDE},
	{"5 < task.a AND 3 > task.a", 15, EXCLUDE},
	{"5 > task.a AND 3 < task.a", -1, ""},
	{"5 > task.a AND task.a > 5", 15, EXCLUDE},
	{"task.a > 5 AND task.a > 7", -1, ""},
	{"task.a > 5 AND task.a > '7'", 15, EXCLUDE},
	{"task.a == 1 AND task.a == 2", 16, EXCLUDE},
	{"task.a == 1 AND task.a == 1.0", -1, ""},
	{"task.a == 1 AND 1 != task.a", 16, EXCLUDE},
	{"task.a == 1 AND task.a != 2", -1, ""},
	{"task.a != 1 AND task.a != 2", -1, ""},
	{"task.a == 'x' AND task.a > 'y'", 18, EXCLUDE},
	{"task.a == 'z' AND task.a > 'y'", -1, ""},
	{"task.a > 'y' AND task.a == 'x'", 17, EXCLUDE},
	{"task.a == null AND task.a < 5", 19, EXCLUDE},
	{"task.a != null AND task.a < 5", -1, ""},
	{"task.a IN ['x', 'y'] AND task.a == 'z'", 25, EXCLUDE},
	{"task.a IN ['x', 'y'] AND task.a == 'y'", -1, ""},
	{"task.a IN [1, 2] AND task.a IN [3, 4]", 21, EXCLUDE},
	{"task.a IN [1, 2] AND task.a IN [2, 3]", -1, ""},
	{"task.a IN [1, task.b] AND task.a IN [3]", -1, ""},
	{"task.a == 1 AND task.a NOT IN [1, 2]", 16, EXCLUDE},
	{"task.a IN [1, 5] AND task.a > 5", 21, EXCLUDE},
	{"task.a == 'ab' AND task.a CONTAINS 'b'", -1, ""},
	{"task.a == 'ab' AND task.a CONTAINS 'c'", 19, EXCLUDE},
	{"task.lang == 'es' AND task.lang HAS 'es'", 22, LISTS},
	{"'es' IN task.lang AND task.lang != null", 22, LISTS},
	{"task.lang HAS 'es' AND task.lang HAS 'en'", -1, ""},
	{"task.lang HAS 'es' AND task.lang CONTAINS 'en'", -1, ""},
	{"task.lang HAS 'es' AND task.lang NOT IN ['x']", -1, ""},
	{"task.lang HAS 'es' AND task.lang IN ['es']", 23, LISTS},
	{"task.a == 1 AND (task.b == 2 AND task.a == 2)", 33, EXCLUDE},
	{"task.a == 1 AND (task.b == 2 OR task.a == 2)", -1, ""},
	{"task.c == 1 OR NOT (task.a == 1 AND task.a == 2)", 36, EXCLUDE},
	{"task.a == 1 OR task.a == 2 AND task.a == 3", 31, EXCLUDE},
#undef EXCLUDE
#undef LISTS
};

static void
test_conflicts(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(conflicts); i++) {
		struct err err = {.text = ""};
		struct buf told, expected;
		struct expr *expr = expr_parse(&arena,
		    str_from(conflicts[i].text), EXPR_IN_RULE, &err);

		if (!ok(expr != NULL, "parses: %s: %s", conflicts[i].text,
			err.text))
			continue;
		buf_init(&told, 8192);
		buf_init(&expected, 8192);
		expr_check_conflicts(expr, warn, &told);
		if (conflicts[i].at >= 0)
			warn(&expected, (size_t)conflicts[i].at,
			    arena_format(&arena, "never holds together with "
				"the comparison of the same name before it: %s",
				conflicts[i].why).at);
		is_str(buf_str(&told),
		    expected.len == 0 ? "" : arena_str(&arena,
			buf_str(&expected)).at, "conflict or not: %s",
		    conflicts[i].text);
		buf_release(&told);
		buf_release(&expected);
	}
}

/* `count` times `open`, then `middle`, then `count` times `close`. */
static struct str
nest(const char *open, const char *middle, const char *close, size_t count)
{
	struct str *parts = arena_array(&arena, 2 * count + 1, sizeof *parts);

	if (parts == NULL)
		return STR_NONE;
	for (size_t i = 0; i < count; i++) {
		parts[i] = str_from(open);
		parts[count + 1 + i] = str_from(close);
	}
	parts[count] = str_from(middle);
	return arena_join(&arena, parts, 2 * count + 1);
}

static const struct {
	const char *what, *open, *middle, *close;
	size_t levels; /* that one `open` makes */
} nested[] = {
	{"parentheses", "(", "1==1", ")", 1},
	{"NOT", "NOT ", "1==1", "", 1},
	{"NOT and parentheses", "NOT (", "1==1", ")", 2},
	{"AND and OR", "(1==2 OR 1==1 AND (", "1==1", "))", 2},
	{"lists", "[", "1", "] == 1", 1},
};

static const struct expr_names none = {NULL, NULL};

static void
test_depth(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(nested); i++) {
		const char *close = nested[i].close;
		const char *middle = nested[i].middle;
		size_t most = EXPR_DEPTH / nested[i].levels;
		bool list = nested[i].open[0] == '[';
		struct err err = {.text = ""};
		struct str text = nest(
		    nested[i].open, middle, list ? "]" : close, most);

		if (list)
			text = arena_format(
			    &arena, "%.*s == 1", STR_ARGS(text));
		struct expr *expr = expr_parse(&arena, text, FILTER, &err);
		if (!ok(expr != NULL, "depth: %s: as deep as may be %s",
			nested[i].what, err.text))
			continue;
		struct str shown = expr_print(&arena, expr);
		struct expr *again = expr_parse(&arena, shown, FILTER, &err);
		ok(again != NULL && expr_equal(expr, again),
		    "depth: %s: printed and parsed", nested[i].what);
		is_int(expr_evaluate(expr, &none, NULL), !list,
		    "depth: %s: evaluated", nested[i].what);
		text = nest(nested[i].open, middle, list ? "]" : close,
		    most + 1);
		if (list)
			text = arena_format(
			    &arena, "%.*s == 1", STR_ARGS(text));
		err = (struct err){.at = 999};
		ok(expr_parse(&arena, text, FILTER, &err) == NULL,
		    "depth: %s: one more is refused", nested[i].what);
		is_str(str_from(err.text), "nested deeper than 64 levels",
		    "depth: %s: and says so", nested[i].what);
	}
}

/* Texts that take most of the arena, and chains that must not recurse for each
 * member. */
static const struct {
	const char *what, *first, *more;
	bool result;
} longest[] = {
	{"an OR", "1=2", " or 1=2", false},
	{"an AND", "1=1", " and 1=1", true},
	{"AND and OR", "''=''", "and''=''or''=''", true},
	{"NOT", "not a=a", " and not a=a", false},
	{"a list", "1 in[1", ",1", true},
	{"a list of names", "1 in[a", ",a", false},
	{"a list of lists", "1 in[[]", ",[]", false},
	{"a list of strings", "1 in['\\\\'", ",'\\\\'", false},
	{"names", "a=a", " or a[0]=a.a", true},
	{"floats", "1 in[1e9", ",1e9", false},
	{"a long name", "a==a", "", true},
};

static struct expr_value
find(void *context, enum expr_root root, const struct expr_step *steps,
    size_t count)
{
	(void)context;
	(void)root;
	(void)steps;
	(void)count;
	return (struct expr_value){.type = EXPR_NULL};
}

static struct str
grow(size_t i, size_t length)
{
	size_t first = strlen(longest[i].first);
	size_t more = strlen(longest[i].more);
	bool list = str_contains(str_from(longest[i].first), "[");
	char *text = arena_alloc(&arena, length + 1);
	size_t at = 0;

	if (text == NULL)
		return STR_NONE;
	memset(text, more == 0 ? 'a' : ' ', length);
	memcpy(text + (more == 0 ? length - first : 0), longest[i].first,
	    first);
	for (at = first; more > 0 && at + more + list <= length; at += more)
		memcpy(text + at, longest[i].more, more);
	if (list)
		text[length - 1] = ']';
	return (struct str){text, length};
}

static void
test_length(void)
{
	static const struct expr_names names = {find, NULL};

	for (size_t i = 0; i < ARRAY_LENGTH(longest); i++) {
		struct str text = grow(i, EXPR_TEXT_MOST);
		struct err err = {.text = ""};
		struct arena own;

		arena_init(&own, EXPR_ARENA_BASE +
			(size_t)EXPR_ARENA_PER_BYTE * EXPR_TEXT_MOST);
		struct expr *expr = expr_parse(&own, text, FILTER, &err);
		if (!ok(expr != NULL, "length: %s: taken %s",
			longest[i].what, err.text)) {
			arena_release(&own);
			continue;
		}
		is_int(expr_evaluate(expr, &names, NULL), longest[i].result,
		    "length: %s: evaluated", longest[i].what);
		struct str shown = expr_print(&arena, expr);
		ok(shown.len > EXPR_TEXT_MOST / 2, "length: %s: printed",
		    longest[i].what);
		if (shown.len <= EXPR_TEXT_MOST) {
			struct expr *again =
			    expr_parse(&arena, shown, FILTER, &err);
			ok(again != NULL && expr_equal(again, expr),
			    "length: %s: and parsed", longest[i].what);
		}
		arena_release(&own);
		text = grow(i, EXPR_TEXT_MOST + 1);
		ok(expr_parse(&arena, text, FILTER, &err) == NULL,
		    "length: %s: one more is refused", longest[i].what);
		is_str(str_from(err.text),
		    "an expression has at most 65536 bytes",
		    "length: %s: and says so", longest[i].what);
	}
}

static void
test_reference_limit(void)
{
	struct str most = nest("a.", "a", "", EXPR_REFERENCE_MOST - 1);
	struct str more = nest("a.", "a", "", EXPR_REFERENCE_MOST);
	struct expr_reference reference;
	struct err err = {.text = ""};

	ok(expr_reference_parse(&arena, most, RULE, &reference, &err) &&
		reference.count == EXPR_REFERENCE_MOST,
	    "reference: as many names as there may be %s", err.text);
	ok(!expr_reference_parse(&arena, more, RULE, &reference, &err),
	    "reference: and one more is refused");
	is_str(str_from(err.text),
	    "a reference has at most 40 names and indexes",
	    "reference: and says so");
	is_int((int64_t)err.at, (int64_t)most.len,
	    "reference: and where");
}

/* With too little memory there is an error, never half a tree. */
static void
test_memory(void)
{
	struct str text = STR("NOT (a == '\\\\' OR b.c IN [1.5, 'x'])");
	struct err err;
	size_t failed = 0;
	bool held = true;

	for (size_t ceiling = 0; ceiling < 4096; ceiling += 8) {
		struct arena own;
		arena_init(&own, ceiling);
		err = (struct err){.text = ""};
		struct expr *expr = expr_parse(&own, text, FILTER, &err);
		failed += expr == NULL;
		held = held && (expr == NULL) == own.overflow &&
		    (expr != NULL ||
			str_contains(str_from(err.text), "too large"));
		if (expr != NULL && expr_print(&own, expr).at == NULL)
			held = held && own.overflow;
		arena_release(&own);
	}
	ok(held, "memory: too little of it is an error");
	ok(failed > 10 && failed < 500, "memory: %zu of 512 failed", failed);
}

/* A decimal comma must change nothing. */
static void
test_locale(void)
{
	static const char *const some[] = {"de_DE.UTF-8", "it_IT.UTF-8",
	    "fr_FR.UTF-8"};
	const char *found = NULL;
	struct err err = {.text = ""};

	for (size_t i = 0; found == NULL && i < ARRAY_LENGTH(some); i++)
		found = setlocale(LC_ALL, some[i]);
	struct expr *expr = expr_parse(&arena,
	    STR("1.5 == 15e-1 AND 1.5 < 1.6 AND 0.1 != 0"), FILTER, &err);
	if (ok(expr != NULL, "locale: %s: %s",
		found == NULL ? "C" : found, err.text)) {
		is_int(expr_evaluate(expr, &none, NULL), EXPR_TRUE,
		    "locale: evaluated");
		is_str(expr_print(&arena, expr),
		    "1.5 == 1.5 AND 1.5 < 1.6 AND 0.1 != 0",
		    "locale: printed");
	}
	(void)setlocale(LC_ALL, "C");
}

int
main(void)
{
	arena_init(&arena, (size_t)1 << 26);
	test_refused();
	test_caret();
	test_printed();
	test_equal();
	test_warned();
	test_conflicts();
	test_depth();
	test_length();
	test_reference_limit();
	test_memory();
	test_locale();
	arena_release(&arena);
	return tap_done();
}
