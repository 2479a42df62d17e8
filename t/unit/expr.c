/* SPDX-License-Identifier: MIT
 *
 * What expressions mean. The names of the cases begin with the section of the
 * language's description that they come from.
 */
#include "base/compat.h"

#include "base/buf.h"
#include "expr/expr.h"
#include "tap.h"

static struct arena arena;

static const char task_json[] =
    "{\"selected_language\":\"es\",\"type\":\"ticket\",\"value\":\"Silver\","
    "\"preferred\":\"WKa\",\"nothing\":null,\"level\":3,\"score\":4.5,"
    "\"zero\":0,\"vip\":true,\"plain\":false,\"text\":\"5\",\"empty\":\"\","
    "\"products\":[\"ProgrammableSMS\",\"Voice\",7,null,true,[\"deep\"]],"
    "\"object\":{\"array\":[\"a\",\"b\",\"c\"],\"attr\":\"bar\",\"in\":1},"
    "\"task\":\"itself\",\"worker\":{\"sid\":\"of the Task\"},"
    "\"language\":\"en\",\"agent_sid\":\"WKa\",\"$dollar_1\":\"d\","
    "\"locale\":\"en-CA\",\"quote\":\"it's \\\"so\\\"\","
    "\"slash\":\"C:\\\\x\",\"umlaut\":\"\\u00e4\","
    "\"large\":9223372036854775807,\"huge\":9223372036854775808,"
    "\"whole\":2.0,\"nested\":[[1,2],[3]],\"agents\":[\"WKa\"]}";

static const char worker_json[] =
    "{\"languages\":[\"en\",\"es\"],\"level\":2,\"team\":\"billing\","
    "\"friendly_name\":\"Alice\",\"sid\":\"WKa\",\"skills\":[\"b\",\"c\"],"
    "\"address\":{\"city\":\"Bari\"},\"channel\":{\"voice\":"
    "{\"assigned_tasks\":0,\"configured_capacity\":1}},"
    "\"activity_name\":\"Available\",\"in\":\"kept\"}";

static const char workers_json[] =
    "{\"available\":0,\"unavailable\":2,"
    "\"WA0123456789abcdef0123456789abcdef\":0}";

static const char other_json[] = "{\"caller\":{\"country\":\"IT\"}}";

static const char *const documents[] = {
	[EXPR_ROOT_TASK] = task_json,
	[EXPR_ROOT_WORKER] = worker_json,
	[EXPR_ROOT_WORKERS] = workers_json,
	[EXPR_ROOT_OTHER] = other_json,
};
static struct expr_pack *packs[ARRAY_LENGTH(documents)];

static struct expr_value
find(void *context, enum expr_root root, const struct expr_step *steps,
    size_t count)
{
	struct expr_pack **all = context;

	return expr_value_follow(expr_pack_root(all[root]), steps, count);
}

static const struct expr_names names = {find, packs};

#define FILTER EXPR_IN_FILTER
#define WORKERS EXPR_IN_WORKERS
#define TARGET EXPR_IN_TARGET
#define SKIP_IF EXPR_IN_SKIP_IF
#define RULE EXPR_IN_RULE

static const struct {
	enum expr_place place;
	const char *what, *text;
	bool result;
} rows[] = {
	/* The grammar. */
	{FILTER, "6.2: ==", "level == 3", true},
	{FILTER, "6.2: = is ==", "level = 3", true},
	{FILTER, "6.2: !=", "level != 3", false},
	{FILTER, "6.2: <", "level < 4", true},
	{FILTER, "6.2: <=", "level <= 3", true},
	{FILTER, "6.2: >", "level > 3", false},
	{FILTER, "6.2: >=", "level >= 3", true},
	{FILTER, "6.2: CONTAINS", "type CONTAINS 'ick'", true},
	{FILTER, "6.2: HAS", "products HAS 'Voice'", true},
	{FILTER, "6.2: IN", "type IN ['lead', 'ticket']", true},
	{FILTER, "6.2: NOT IN", "type NOT IN ['lead', 'ticket']", false},
	{FILTER, "6.2: >- is HAS", "products >- 'Voice'", true},
	{FILTER, "6.2: <- is IN", "'Voice' <- products", true},
	{FILTER, "6.2: <- before a list", "type<-['ticket']", true},
	{FILTER, "6.2: <- before a name", "'Voice'<-products", true},
	{FILTER, "6.2: >- before a number and a blank", "products >- 7",
	    true},
	{FILTER, "6.2: < and a negative number", "zero<-5", false},
	{FILTER, "6.2: > and a negative number", "zero>-5", true},
	{FILTER, "6.2: <= and a negative number", "zero<=-5", false},
	{FILTER, "6.2: = and a negative number", "zero=-0", true},
	{FILTER, "6.2: strings in single quotes", "type == 'ticket'", true},
	{FILTER, "6.2: strings in double quotes", "type == \"ticket\"", true},
	{FILTER, "6.2: either quote within the other", "quote == "
	    "'it\\'s \"so\"'", true},
	{FILTER, "6.2: an escaped quote", "quote == \"it's \\\"so\\\"\"",
	    true},
	{FILTER, "6.2: an escaped backslash", "slash == 'C:\\\\x'", true},
	{FILTER, "6.2: a backslash before a letter is itself",
	    "slash == 'C:\\x'", true},
	{FILTER, "6.2: an empty string", "empty == ''", true},
	{FILTER, "6.2: a string with UTF-8", "umlaut == '\xc3\xa4'", true},
	{FILTER, "6.2: an integer", "3 == level", true},
	{FILTER, "6.2: a float", "score == 4.5", true},
	{FILTER, "6.2: a float with zeros", "1.00 == 1", true},
	{FILTER, "6.2: an exponent", "score == 45e-1", true},
	{FILTER, "6.2: a sign", "level > -3", true},
	{FILTER, "6.2: a negative float", "-4.5 < score", true},
	{FILTER, "6.2: true without quotes", "vip == true", true},
	{FILTER, "6.2: false without quotes", "plain == false", true},
	{FILTER, "6.2: 'true' in quotes is a text", "vip == 'true'", false},
	{FILTER, "6.2: null without quotes", "nothing == null", true},
	{FILTER, "6.2: a path", "object.attr == 'bar'", true},
	{FILTER, "6.2: an index", "object.array[0] == \"a\"", true},
	{FILTER, "6.2: the last index", "object.array[2] == \"c\"", true},
	{FILTER, "6.2: an index out of range", "object.array[3] == null",
	    true},
	{FILTER, "6.2: an index into an index", "nested[1][0] == 3", true},
	{FILTER, "6.2: an index into a record", "object[0] == null", true},
	{FILTER, "6.2: a member of a list", "products.length == null", true},
	{FILTER, "6.2: a name with $, _ and a digit", "$dollar_1 == 'd'",
	    true},
	{FILTER, "6.2: names differ in case", "Level == 3", false},
	{FILTER, "6.2: a quoted left side is a constant",
	    "\"language\" == \"en\"", false},
	{FILTER, "6.2: a quoted left side of HAS", "\"products\" HAS "
	    "\"Voice\"", false},
	{FILTER, "6.2: in first",
	    "\"ProgrammableSMS\" in products", true},
	{FILTER, "6.2: words of either case",
	    "Not (type has 1 oR Vip Contains 2) aNd vip == TRUE And "
	    "nothing == Null", true},
	{FILTER, "6.2: NOT and a comparison", "NOT level == 3", false},
	{FILTER, "6.2: NOT binds tighter than AND",
	    "NOT level == 4 AND level == 4", false},
	{FILTER, "6.2: NOT NOT", "NOT NOT level == 3", true},
	{FILTER, "6.2: NOT of a group",
	    "NOT (level == 4 OR level == 5)", true},
	{FILTER, "6.2: NOT before IN's left side",
	    "NOT type IN ['lead']", true},
	{FILTER, "6.2: no white space", "type=='ticket'", true},
	{FILTER, "6.2: no white space around words and brackets",
	    "(type=='lead')OR(type IN['ticket'])AND'x'=='x'", true},
	{FILTER, "6.2: much white space",
	    " \t\r\n type \n == \n 'ticket' \n ", true},
	{FILTER, "6.2: white space within a path",
	    "object . array [ 0 ] == 'a'", true},
	{FILTER, "6.2: 1==1", "1==1", true},
	{FILTER, "6.2: AND before OR, AND last",
	    "1==1 OR 1==1 AND 1==2", true},
	{FILTER, "6.2: AND before OR, AND first",
	    "1==2 AND 1==1 OR 1==1", true},
	{FILTER, "6.2: parentheses", "(1==1 OR 1==1) AND 1==2", false},
	{FILTER, "6.2: parentheses within parentheses",
	    "((((level == 3)) AND ((1==1))))", true},
	{FILTER, "6.2: lists with names in them",
	    "type IN ['lead', value, type]", true},
	{FILTER, "6.2: an empty list", "type IN []", false},
	{FILTER, "6.2: a list on the left of HAS",
	    "['ticket'] HAS type", true},
	{FILTER, "6.2: a name that begins like a word",
	    "inside == null AND notes == null AND nullable == null", true},
	{FILTER, "6.2: a word behind a dot is a name", "object.in == 1",
	    true},
	{FILTER, "6.1: task. in a filter", "task.level == 3", true},
	{FILTER, "6.1: task alone is an attribute", "task == 'itself'",
	    true},
	{FILTER, "6.1: worker. in a filter is an attribute",
	    "worker.sid == 'of the Task'", true},
	{WORKERS, "6.1: worker. over Workers", "worker.level == 2", true},
	{WORKERS, "6.1: a word behind worker.", "worker.in == 'kept'", true},
	{WORKERS, "6.1: task. over Workers", "task.level == null", true},
	{TARGET, "6.1: a target's names need a word", "level == null", true},
	{TARGET, "6.1: task alone is none", "task == null", true},
	{SKIP_IF, "6.1: other names in skip_if", "available == null", true},
	{RULE, "6.1: other names in a rule", "caller.country == 'IT'", true},
	{RULE, "6.1: task. and worker. in a rule",
	    "task.level > worker.level", true},

	/* The operators. */
	{FILTER, "6.3: == of strings", "type == 'ticket'", true},
	{FILTER, "6.3: == of strings that differ", "type == 'Ticket'", false},
	{FILTER, "6.3: == of one that begins like the other",
	    "type == 'tick'", false},
	{FILTER, "6.3: == of booleans", "vip == plain", false},
	{FILTER, "6.3: == of an integer and a number", "whole == 2", true},
	{FILTER, "6.3: != of equal ones", "type != 'ticket'", false},
	{FILTER, "6.3: != of ones that differ", "type != 'lead'", true},
	{TARGET, "6.3: = as official pages write it",
	    "task.agent_sid = worker.sid", true},
	{FILTER, "6.3: numeric order, not that of digits",
	    "10 > 9 AND level < 10", true},
	{FILTER, "6.3: order of integers and numbers",
	    "level < 3.5 AND 3.5 > level AND score > 4 AND 4 < score", true},
	{FILTER, "6.3: order of strings by bytes",
	    "'B' < 'a' AND 'a' < 'b' AND 'a' < 'aa' AND 'z' < '\xc3\xa4'",
	    true},
	{FILTER, "6.3: >= of equal strings", "'a' >= 'a' AND 'a' <= 'a'",
	    true},
	{FILTER, "6.3: > of equal ones", "3 > 3 OR 3 < 3 OR 'a' < 'a'",
	    false},
	{FILTER, "6.3: the largest integers are kept apart",
	    "large == 9223372036854775807 AND large != "
	    "9223372036854775806", true},
	{FILTER, "6.3: an integer that no double holds",
	    "large < huge AND huge > large AND large != huge", true},
	{FILTER, "6.3: one that is beyond 64 bits",
	    "100000000000000000000000 == 1e23 AND large < "
	    "18446744073709551616", true},
	{FILTER, "6.3: the smallest integer",
	    "-9223372036854775808 < -9223372036854775807 AND "
	    "-9223372036854775808 == -9223372036854775808.0", true},
	{FILTER, "6.3: CONTAINS at the start and the end",
	    "type CONTAINS 'tick' AND type CONTAINS 'ket'", true},
	{FILTER, "6.3: CONTAINS of itself and of nothing",
	    "type CONTAINS 'ticket' AND type CONTAINS ''", true},
	{FILTER, "6.3: CONTAINS of what is longer",
	    "type CONTAINS 'tickets'", false},
	{FILTER, "6.3: CONTAINS the other way", "'ick' CONTAINS type",
	    false},
	{FILTER, "6.3: CONTAINS with a hyphen", "locale CONTAINS \"en-CA\"",
	    true},
	{FILTER, "6.3: CONTAINS of a number", "text CONTAINS 5", false},
	{FILTER, "6.3: CONTAINS on a list is HAS",
	    "products CONTAINS 'Voice' AND products CONTAINS 7", true},
	{FILTER, "6.3: CONTAINS on a list, not within its items",
	    "products CONTAINS 'Voi'", false},
	{FILTER, "6.3: HAS of a number, true and NULL",
	    "products HAS 7 AND products HAS true AND products HAS null",
	    true},
	{FILTER, "6.3: HAS of what is not there", "products HAS 'voice'",
	    false},
	{FILTER, "6.3: HAS of '7'", "products HAS '7'", false},
	{FILTER, "6.3: HAS of a list", "products HAS ['deep']", false},
	{FILTER, "6.3: IN a list of an attribute", "'Voice' IN products",
	    true},
	{TARGET, "6.3: IN a list of the other side",
	    "task.language IN worker.languages", true},
	{FILTER, "6.3: NOT IN an attribute", "'Fax' NOT IN products", true},
	{FILTER, "6.3: NOT IN a text", "'x' NOT IN type", true},

	/* NULL, types, arrays. */
	{FILTER, "6.3: a missing name is NULL", "missing == null", true},
	{FILTER, "6.3: a missing member", "object.missing.more == null",
	    true},
	{FILTER, "6.3: a member of a text", "type.more == null", true},
	{FILTER, "6.3: NULL != null", "missing != null", false},
	{FILTER, "6.3: NULL == NULL", "missing == nothing", true},
	{FILTER, "6.3: NULL == \"x\"", "missing == \"x\"", false},
	{FILTER, "6.3: NULL == ''", "missing == ''", false},
	{FILTER, "6.3: NULL == false", "missing == false", false},
	{FILTER, "6.3: NULL == 0", "missing == 0", false},
	{FILTER, "6.3: NULL != true", "missing != true", true},
	{TARGET, "6.3: NULL != a text", "worker.sid != task.ignoreAgent",
	    true},
	{FILTER, "6.3: NULL < 1", "missing < 1", false},
	{FILTER, "6.3: NULL > 1", "missing > 1", false},
	{FILTER, "6.3: NULL <= NULL", "missing <= null", false},
	{FILTER, "6.3: NULL >= NULL", "missing >= missing", false},
	{FILTER, "6.3: order of booleans", "vip > plain", false},
	{FILTER, "6.3: order of a text and a number", "text > 4", false},
	{FILTER, "6.3: == on an array", "products == 'Voice'", false},
	{FILTER, "6.3: != on an array", "products != 'Voice'", false},
	{FILTER, "6.3: == of an array and itself", "products == products",
	    false},
	{FILTER, "6.3: != of an array and null", "agents != null", false},
	{FILTER, "6.3: == of an array and null", "agents == null", false},
	{FILTER, "6.3: == on a record", "object == object", false},
	{FILTER, "6.3: != on a record", "object != 1", false},
	{FILTER, "6.3: < on an array", "products < 1", false},
	{FILTER, "6.3: == of lists that are written out", "[1] == [1]",
	    false},
	{FILTER, "6.3: != of lists that are written out", "[1] != 1", false},
	{FILTER, "6.3: HAS on two scalars", "level HAS \"support\"", false},
	{FILTER, "6.3: IN on two scalars", "level IN 3", false},
	{FILTER, "6.3: CONTAINS on NULL", "missing CONTAINS ''", false},
	{FILTER, "6.3: \"5\" == 5", "text == 5", false},
	{FILTER, "6.3: \"5\" != 5", "text != 5", true},
	{FILTER, "6.3: true == 1", "vip == 1", false},
	{FILTER, "6.3: the case of strings matters", "value == 'silver'",
	    false},
	{FILTER, "6.3: NULL IN a list", "missing IN ['x']", false},
	{FILTER, "6.3: NULL IN a list that holds it", "missing IN [null]",
	    true},
	{FILTER, "6.3: NULL NOT IN a list", "missing NOT IN ['x']", true},
	{FILTER, "6.3: NOT IN a missing list", "type NOT IN missing", true},
	{FILTER, "6.3: HAS on NULL", "missing HAS null", false},

	/* Examples. */
	{WORKERS, "6.4: languages", "languages HAS \"es\"", true},
	{WORKERS, "6.4: level and team", "level >= 2 AND team == 'billing'",
	    true},
	{WORKERS, "6.4: friendly_name", "friendly_name == \"Alice\"", true},
	{WORKERS, "6.4: skills",
	    "skills HAS \"a\" OR (skills HAS \"b\" AND level > 3)", false},
	{WORKERS, "6.4: address", "address.city IN [\"Rome\",\"Bari\"]",
	    true},
	{FILTER, "6.4: selected_language", "selected_language == \"es\"",
	    true},
	{FILTER, "6.4: type and value",
	    "type == 'ticket' AND value IN ['Gold','Silver']", true},
	{FILTER, "6.4: preferred", "preferred != null", true},
	{TARGET, "6.4: language", "task.language IN worker.languages", true},
	{TARGET, "6.4: channel", "worker.channel.voice.assigned_tasks == 0",
	    true},
	{TARGET, "6.4: known Worker", "worker.sid == task.agent_sid", true},
	{SKIP_IF, "6.4: nobody available", "workers.available == 0", true},
	{SKIP_IF, "6.4: nobody in an Activity",
	    "workers.WA0123456789abcdef0123456789abcdef == 0 AND "
	    "workers.available == 0", true},
	{SKIP_IF, "6.4: somebody unavailable", "workers.unavailable > 1",
	    true},
	{SKIP_IF, "6.4: always", "1==1", true},
	{FILTER, "5.4: an expression of the page",
	    "(selected_language == \"it\" OR selected_language == \"es\") "
	    "AND score >= 4.5", true},
};

static struct expr *
parse(const char *text, enum expr_place place)
{
	struct err err = {.text = ""};
	struct expr *expr = expr_parse(&arena, str_from(text), place, &err);

	if (expr == NULL)
		ok(false, "%s: %s at %zu", text, err.text, err.at);
	return expr;
}

/* What expr_explain tells. */
struct told {
	struct buf text; /* absent where a line is longer than buf_format's */
	size_t count;
};

static void
observe(void *to, size_t depth, struct str comparison, struct str left,
    struct str right, bool result)
{
	struct told *told = to;

	buf_format(&told->text, "%zu %.*s [%.*s|%.*s] %s\n", depth,
	    STR_ARGS(comparison), STR_ARGS(left), STR_ARGS(right),
	    result ? "true" : "false");
	told->count++;
}

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct expr *expr = parse(rows[i].text, rows[i].place);
		size_t steps = 0;
		struct told told = {.count = 0};

		if (expr == NULL)
			continue;
		is_int(expr_evaluate(expr, &names, &steps), rows[i].result,
		    "%s", rows[i].what);
		ok(steps > 0, "%s: takes steps", rows[i].what);
		buf_init(&told.text, 65536);
		is_int(expr_explain(expr, &names, &arena, observe, &told),
		    rows[i].result, "%s: explained", rows[i].what);
		buf_release(&told.text);
	}
}

static const struct {
	const char *what, *text;
	size_t steps;
} counted[] = {
	{"one comparison", "level == 3", 1},
	{"both members of an AND", "level == 3 AND vip == true", 2},
	{"an AND ends at what is false", "level == 4 AND vip == true", 1},
	{"an OR ends at what is true", "level == 3 OR vip == true", 1},
	{"an OR within an AND", "(1==2 OR 1==1 OR 1==3) AND 1==1", 3},
	{"an AND within an OR", "1==2 AND 1==1 OR 1==1 AND 1==2", 3},
	{"a NOT swaps them", "NOT (level == 3 OR vip == true)", 1},
	{"a NOT of an AND", "NOT (level == 3 AND vip == false) AND 1==1", 3},
	{"items up to the one", "products HAS 'Voice'", 3},
	{"all items", "products HAS 'x'", 7},
	{"items of a list that is written out", "level IN [1, 2, 3, 4]", 4},
	{"no items", "level IN []", 1},
	{"IN a scalar", "level IN type", 1},
};

static void
test_steps(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(counted); i++) {
		struct expr *expr = parse(counted[i].text, FILTER);
		size_t steps = 0;

		if (expr == NULL)
			continue;
		(void)expr_evaluate(expr, &names, &steps);
		is_int((int64_t)steps, (int64_t)counted[i].steps,
		    "steps: %s", counted[i].what);
	}
}

static const struct {
	const char *what, *text, *told;
} explained[] = {
	{"one comparison", "level=3", "0 level == 3 [3|3] true\n"},
	{"in parentheses, a member of none", "((level<2))",
	    "0 level < 2 [3|2] false\n"},
	{"only what is looked at",
	    "level == 3 OR vip == true", "1 level == 3 [3|3] true\n"},
	{"depth",
	    "NOT (vip == true AND (type == 'a' OR score > 4)) OR empty == \"\"",
	    "3 vip == true [true|true] true\n"
	    "4 type == \"a\" [\"ticket\"|\"a\"] false\n"
	    "4 score > 4 [4.5|4] true\n"
	    "1 empty == \"\" [\"\"|\"\"] true\n"},
	{"lists and records", "object HAS products",
	    "0 object HAS products "
	    "[{\"array\":[\"a\",\"b\",\"c\"],\"attr\":\"bar\",\"in\":1}|"
	    "[\"ProgrammableSMS\",\"Voice\",7,null,true,[\"deep\"]]] false\n"},
	{"names in a list", "missing IN [type, [zero, 'q\"'], []]",
	    "0 missing IN [type, [zero, 'q\"'], []] "
	    "[null|[\"ticket\",[0,\"q\\\"\"],[]]] false\n"},
	{"strings as JSON", "quote CONTAINS \"\\\"so\"",
	    "0 quote CONTAINS '\"so' "
	    "[\"it's \\\"so\\\"\"|\"\\\"so\"] true\n"},
};

static void
test_explain(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(explained); i++) {
		struct expr *expr = parse(explained[i].text, FILTER);
		struct told told = {.count = 0};

		if (expr == NULL)
			continue;
		buf_init(&told.text, 65536);
		(void)expr_explain(expr, &names, &arena, observe, &told);
		is_str(buf_str(&told.text), explained[i].told, "explain: %s",
		    explained[i].what);
		buf_release(&told.text);
	}
}

/* The largest list that an evaluation can look through and say yes, with its
 * last step, and one item more. */
static void
test_step_limit(void)
{
	struct expr *expr = parse("NOT list HAS 1", FILTER);
	struct expr *chain = parse("list HAS 1 OR 1 == 1", FILTER);
	struct buf json;
	struct err err;
	size_t steps;

	for (size_t more = 0; more < 2; more++) {
		size_t items = EXPR_STEPS_MOST - 1 + more;
		struct expr_pack *own[4] = {0};
		struct expr_names large = {find, own};
		struct told told = {.count = 0};

		buf_init(&json, (size_t)1 << 20);
		buf_add_str(&json, STR("{\"list\":["));
		for (size_t i = 0; i < items; i++)
			buf_add_str(&json, i == 0 ? STR("0") : STR(",0"));
		buf_add_str(&json, STR("]}"));
		own[EXPR_ROOT_TASK] =
		    expr_pack_make(buf_str(&json), items + 2, &err);
		ok(own[EXPR_ROOT_TASK] != NULL, "a long list");
		is_int(expr_evaluate(expr, &large, &steps),
		    more ? EXPR_TOO_LONG : EXPR_TRUE,
		    more ? "one step too many is no result, nor its negation"
			 : "as many steps as there may be");
		is_int((int64_t)steps, EXPR_STEPS_MOST, "all steps taken");
		is_int(expr_evaluate(chain, &large, NULL), EXPR_TOO_LONG,
		    "nor has another comparison a step left");
		buf_init(&told.text, (size_t)1 << 20);
		is_int(expr_explain(expr, &large, &arena, observe, &told),
		    more ? EXPR_TOO_LONG : EXPR_TRUE, "explained the same");
		is_int((int64_t)told.count, more ? 0 : 1,
		    "a comparison without result is not told");
		buf_release(&told.text);
		buf_release(&json);
		expr_pack_free(own[EXPR_ROOT_TASK]);
	}
}

static void
test_uses(void)
{
	static const struct {
		enum expr_place place;
		const char *text;
		enum expr_root root;
		bool uses;
	} all[] = {
		{TARGET, "task.a == 1", EXPR_ROOT_TASK, true},
		{TARGET, "task.a == 1", EXPR_ROOT_WORKER, false},
		{TARGET, "1==1 OR 2 IN [3, [worker.a]]", EXPR_ROOT_WORKER,
		    true},
		{TARGET, "1==1 OR 2 IN [3, [worker.a]]", EXPR_ROOT_OTHER,
		    false},
		{TARGET, "a == 1", EXPR_ROOT_OTHER, true},
		{FILTER, "a == 1", EXPR_ROOT_TASK, true},
		{WORKERS, "a == 1", EXPR_ROOT_WORKER, true},
		{SKIP_IF, "workers.available == 0", EXPR_ROOT_WORKERS, true},
		{SKIP_IF, "1==1", EXPR_ROOT_WORKERS, false},
		{RULE, "workers.available == 0", EXPR_ROOT_OTHER, true},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
		struct expr *expr = parse(all[i].text, all[i].place);
		if (expr != NULL)
			is_int(expr_uses(expr, all[i].root), all[i].uses,
			    "uses: %s of %d", all[i].text, all[i].root);
	}
}

static void
test_reference(void)
{
	struct expr_reference reference;
	struct err err = {0};

	ok(expr_reference_parse(&arena, STR(" task.agents[0] "), TARGET,
	       &reference, &err),
	    "a reference alone");
	is_int(reference.root, EXPR_ROOT_TASK, "and its root");
	is_int((int64_t)reference.count, 2, "and its steps");
	is_str(find(packs, reference.root, reference.steps, reference.count)
		   .text,
	    "WKa", "and what it leads to");
	ok(expr_reference_parse(&arena, STR("agents"), TARGET, &reference,
	       &err) && reference.root == EXPR_ROOT_OTHER &&
		str_is(reference.steps[0].name, "agents"),
	    "one without a word");
	ok(!expr_reference_parse(
	       &arena, STR("task.a == 1"), TARGET, &reference, &err),
	    "no more than a reference");
	is_str(str_from(err.text), "extraneous input '==' expecting the end",
	    "and says so");
	ok(!expr_reference_parse(
	       &arena, STR("'task.a'"), TARGET, &reference, &err),
	    "nor a string");
	is_int((int64_t)err.at, 0, "and where");
	ok(!expr_reference_parse(
	       &arena, STR("task."), TARGET, &reference, &err) &&
		err.at == 5,
	    "nor half a one");
}

static void
test_reference_copy(void)
{
	static const char *const texts[] = {"task.a", "task.b", "worker.a",
	    "task.a.b", "task.a[0]", "task.a[1]"};
	struct expr_reference references[ARRAY_LENGTH(texts)], copied;
	struct arena small;
	struct err err = {0};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (!expr_reference_parse(&arena, str_from(texts[i]), TARGET,
			&references[i], &err))
			ok(false, "%s: %s", texts[i], err.text);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		ok(expr_reference_copy(&arena, &references[i], &copied) &&
			copied.steps != references[i].steps,
		    "a copy of %s", texts[i]);
		for (size_t j = 0; j < ARRAY_LENGTH(texts); j++)
			ok(expr_reference_equal(&copied, &references[j]) ==
				(i == j),
			    "it and %s", texts[j]);
	}
	arena_init(&small, 8);
	ok(!expr_reference_copy(&small, &references[3], &copied),
	    "no copy where there is no room");
	arena_release(&small);
}

static void
test_pivot(void)
{
	static const struct {
		const char *text;
		const char *task, *worker; /* the last steps; NULL: none */
		bool in_list;
	} all[] = {
		{"task.a == worker.b", "a", "b", false},
		{"worker.b = task.a", "a", "b", false},
		{"task.a != worker.b", NULL, NULL, false},
		{"task.a IN worker.b", "a", "b", true},
		{"worker.b HAS task.a", "a", "b", true},
		{"worker.b IN task.a", NULL, NULL, false},
		{"task.a HAS worker.b", NULL, NULL, false},
		{"task.a NOT IN worker.b", NULL, NULL, false},
		{"task.a == task.b", NULL, NULL, false},
		{"task.a == 5", NULL, NULL, false},
		{"worker.x > 3 AND task.a == worker.b", "a", "b", false},
		{"task.c IN worker.d AND worker.x > 3 AND task.a == worker.b",
		    "a", "b", false},
		{"worker.x > 3 AND task.c.e IN worker.d.f", "e", "f", true},
		{"task.a == worker.b OR worker.x > 3", NULL, NULL, false},
		{"NOT task.a == worker.b", NULL, NULL, false},
		{"worker.x > 3 AND (task.a == worker.b OR 1==1)", NULL, NULL,
		    false},
		{"1==1", NULL, NULL, false},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
		struct expr *expr = parse(all[i].text, TARGET);
		struct expr_pivot pivot;
		bool found = expr != NULL && expr_find_pivot(expr, &pivot);

		is_int(found, all[i].task != NULL, "pivot: %s", all[i].text);
		if (!found || all[i].task == NULL)
			continue;
		is_str(pivot.task.steps[pivot.task.count - 1].name,
		    all[i].task, "pivot: %s: the Task's", all[i].text);
		is_str(pivot.worker.steps[pivot.worker.count - 1].name,
		    all[i].worker, "pivot: %s: the Worker's", all[i].text);
		is_int(pivot.in_list, all[i].in_list,
		    "pivot: %s: in a list", all[i].text);
	}
}

static struct expr_rank
rank(const struct expr_order *order, const char *json)
{
	struct expr_pack *own[4] = {0};
	struct expr_names one = {find, own};
	struct expr_rank result = {0};
	struct err err;

	own[EXPR_ROOT_WORKER] = expr_pack_make(str_from(json), 100, &err);
	if (ok(own[EXPR_ROOT_WORKER] != NULL, "%s is JSON", json))
		expr_order_rank(order, &one, &result);
	expr_pack_free(own[EXPR_ROOT_WORKER]);
	return result;
}

static void
test_order(void)
{
	static const struct {
		const char *what, *order, *first, *second;
		bool tie;
	} all[] = {
		{"6.4: DESC", "worker.level DESC", "{\"level\":2}",
		    "{\"level\":1}", false},
		{"6.4: two terms", "worker.level ASC, worker.cost DESC",
		    "{\"level\":1,\"cost\":9}", "{\"level\":1,\"cost\":3}",
		    false},
		{"7.4: the first term decides",
		    "worker.level ASC, worker.cost DESC",
		    "{\"level\":1,\"cost\":3}", "{\"level\":2,\"cost\":9}",
		    false},
		{"7.4: ASC is understood", "worker.level", "{\"level\":-1}",
		    "{\"level\":1}", false},
		{"7.4: a missing one comes last, ASC", "worker.level ASC",
		    "{\"level\":1}", "{}", false},
		{"7.4: a missing one comes last, DESC", "worker.level DESC",
		    "{\"level\":1}", "{}", false},
		{"7.4: null is missing", "worker.level DESC",
		    "{\"level\":-1}", "{\"level\":null}", false},
		{"7.4: both missing", "worker.level DESC", "{}", "{}", true},
		{"7.4: what is missing decides before the next term",
		    "worker.finance ASC, worker.support ASC",
		    "{\"finance\":10,\"support\":8}", "{\"finance\":10}",
		    false},
		{"7.4: a text is no integer", "worker.level DESC",
		    "{\"level\":1}", "{\"level\":\"2\"}", false},
		{"7.4: nor is a fraction", "worker.level DESC",
		    "{\"level\":1}", "{\"level\":1.5}", false},
		{"7.4: texts alone are ignored", "worker.level DESC",
		    "{\"level\":\"a\"}", "{\"level\":\"b\"}", true},
		{"7.4: and the next term decides",
		    "worker.level DESC, worker.cost",
		    "{\"level\":\"a\",\"cost\":1}",
		    "{\"level\":\"b\",\"cost\":2}", false},
		{"7.4: nested", "worker.skills.sales desc",
		    "{\"skills\":{\"sales\":5}}",
		    "{\"skills\":{\"sales\":4}}", false},
		{"7.4: the largest integers", "worker.level DESC",
		    "{\"level\":9223372036854775807}",
		    "{\"level\":-9223372036854775808}", false},
		{"7.4: equal", "worker.level DESC", "{\"level\":3}",
		    "{\"level\":3}", true},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
		struct err err = {.text = ""};
		struct expr_order *order = expr_order_parse(
		    &arena, str_from(all[i].order), &err);

		if (!ok(order != NULL, "order: %s: parsed %s", all[i].what,
			err.text))
			continue;
		struct expr_rank first = rank(order, all[i].first);
		struct expr_rank second = rank(order, all[i].second);
		is_int(expr_order_compare(order, &first, &second),
		    all[i].tie ? 0 : -1, "order: %s", all[i].what);
		is_int(expr_order_compare(order, &second, &first),
		    all[i].tie ? 0 : 1, "order: %s, the other way",
		    all[i].what);
	}
}

/* Whatever three Workers have: no circle. */
static void
test_order_transitive(void)
{
	static const char *const workers[] = {"{}", "{\"a\":1}",
	    "{\"a\":2,\"b\":1}", "{\"a\":\"x\",\"b\":2}", "{\"a\":1,\"b\":3}",
	    "{\"a\":\"y\",\"b\":1.5}", "{\"b\":2}"};
	struct expr_rank ranks[ARRAY_LENGTH(workers)];
	size_t count = ARRAY_LENGTH(workers), circles = 0;
	struct err err;
	struct expr_order *order = expr_order_parse(
	    &arena, STR("worker.a ASC, worker.b DESC"), &err);

	if (!ok(order != NULL, "order: two terms"))
		return;
	for (size_t i = 0; i < count; i++)
		ranks[i] = rank(order, workers[i]);
	for (size_t i = 0; i < count * count * count; i++) {
		const struct expr_rank *a = &ranks[i % count];
		const struct expr_rank *b = &ranks[i / count % count];
		const struct expr_rank *c = &ranks[i / count / count];
		circles += expr_order_compare(order, a, b) <= 0 &&
		    expr_order_compare(order, b, c) <= 0 &&
		    expr_order_compare(order, a, c) > 0;
	}
	is_int((int64_t)circles, 0, "order: no circles");
}

static const struct {
	const char *what, *text, *printed, *message;
	size_t at;
} orders[] = {
	{"directions", " worker.a desc,worker.b.c[0]Asc , worker.ASC",
	    "worker.a DESC, worker.b.c[0] ASC, worker.ASC ASC", NULL, 0},
	{"nothing", "", NULL, "'<EOF>' expecting a name", 0},
	{"a comma too many", "worker.a,", NULL, "'<EOF>' expecting a name",
	    9},
	{"no comma", "worker.a DESC worker.b", NULL,
	    "'worker' expecting ASC, DESC, ',' or the end", 14},
	{"no direction", "worker.a DOWN", NULL,
	    "'DOWN' expecting ASC, DESC", 9},
	{"two directions", "worker.a ASC DESC", NULL, "'DESC' expecting", 13},
	{"no word", "worker.a, level DESC", NULL,
	    "'level' expecting worker.", 10},
	{"the word alone", "worker DESC", NULL, "'worker' expecting worker.",
	    0},
	{"another word", "task.level", NULL, "'task' expecting worker.", 0},
	{"a string", "'worker.a' ASC", NULL, "expecting a name", 0},
};

static void
test_order_equal(void)
{
	static const char *const texts[] = {"worker.a", "worker.a DESC",
	    "worker.b", "worker.a, worker.b", "worker.a, worker.b DESC"};
	struct expr_order *parsed[ARRAY_LENGTH(texts)], *again;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		parsed[i] = expr_order_parse(&arena, str_from(texts[i]), &err);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		again = expr_order_parse(
		    &arena, expr_order_print(&arena, parsed[i]), &err);
		for (size_t j = 0; j < ARRAY_LENGTH(texts); j++)
			ok(expr_order_equal(again, parsed[j]) == (i == j),
			    "order: %s and %s", texts[i], texts[j]);
	}
	ok(expr_order_asks(parsed[3], STR("b")) &&
		!expr_order_asks(parsed[1], STR("b")),
	    "order: what it asks for");
}

static void
test_order_text(void)
{
	struct str most = STR("worker.a");
	struct err err = {.text = ""};

	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
		struct expr_order *order = expr_order_parse(
		    &arena, str_from(orders[i].text), &err);

		if (orders[i].printed != NULL && order != NULL)
			is_str(expr_order_print(&arena, order),
			    orders[i].printed, "order: %s", orders[i].what);
		is_int(order != NULL, orders[i].printed != NULL,
		    "order: %s: taken or not", orders[i].what);
		if (order != NULL || orders[i].message == NULL)
			continue;
		ok(str_contains(str_from(err.text), orders[i].message),
		    "order: %s: %s", orders[i].what, err.text);
		is_int((int64_t)err.at, (int64_t)orders[i].at,
		    "order: %s: and where", orders[i].what);
	}
	for (size_t i = 1; i < EXPR_ORDER_MOST; i++)
		most = arena_format(&arena, "%.*s,worker.a", STR_ARGS(most));
	ok(expr_order_parse(&arena, most, &err) != NULL,
	    "order: as many terms as there may be");
	most = arena_format(&arena, "%.*s,worker.a", STR_ARGS(most));
	ok(expr_order_parse(&arena, most, &err) == NULL &&
		err.at == most.len - 8 && str_contains(str_from(err.text),
		    "more than 8"),
	    "order: and one more is refused");
}

int
main(void)
{
	struct err err = {.text = ""};

	arena_init(&arena, (size_t)1 << 24);
	for (size_t i = 0; i < ARRAY_LENGTH(packs); i++) {
		packs[i] = expr_pack_make(str_from(documents[i]), 200, &err);
		if (!ok(packs[i] != NULL, "document %zu %s", i, err.text))
			return tap_done();
	}
	test_rows();
	test_steps();
	test_explain();
	test_step_limit();
	test_uses();
	test_reference();
	test_reference_copy();
	test_pivot();
	test_order();
	test_order_transitive();
	test_order_text();
	test_order_equal();
	for (size_t i = 0; i < ARRAY_LENGTH(packs); i++)
		expr_pack_free(packs[i]);
	arena_release(&arena);
	return tap_done();
}
