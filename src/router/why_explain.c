/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/why_explain.h"

#define SCRATCH_MEMORY ((size_t)8 << 20) /* of one explanation */
#define NAME_DISTANCE 2 /* letters by which a misspelt name differs */

struct str
why_cut(struct arena *arena, struct str text)
{
	size_t end = WHY_TEXT_MOST;

	if (text.len <= end)
		return arena_str(arena, text);
	/* Not inside a character. */
	while (end > 0 && ((unsigned char)text.at[end] & 0xc0) == 0x80)
		end--;
	return arena_format(arena, "%.*s…", (int)end, text.at);
}

struct str
why_print(struct arena *arena, const struct expr *expression)
{
	struct arena scratch;
	struct str text;

	if (expression == NULL)
		return STR_NONE;
	arena_init(&scratch, SCRATCH_MEMORY);
	text = why_cut(arena, expr_print(&scratch, expression));
	arena_release(&scratch);
	return text;
}

struct str
why_print_order(struct arena *arena, const struct expr_order *order)
{
	struct arena scratch;
	struct str text;

	if (order == NULL)
		return STR_NONE;
	arena_init(&scratch, SCRATCH_MEMORY);
	text = why_cut(arena, expr_order_print(&scratch, order));
	arena_release(&scratch);
	return text;
}

/* ---- why a comparison does not hold */

/* A comparison's text, taken apart. */
struct parts {
	struct str left, word, right;
};

/* The first blank from `from` on that is in no string and no list. */
static size_t
find_blank(struct str text, size_t from)
{
	size_t depth = 0;
	char quote = '\0';

	for (; from < text.len; from++) {
		char c = text.at[from];
		if (quote != '\0' && c == '\\')
			from++;
		else if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '[')
			depth++;
		else if (c == ']' && depth > 0)
			depth--;
		else if (c == ' ' && depth == 0)
			break;
	}
	return from;
}

static struct parts
take_apart(struct str text)
{
	size_t left = find_blank(text, 0);
	size_t word = find_blank(text, left + 1);

	if (str_equal(str_slice(text, left + 1, word), STR("NOT")))
		word = find_blank(text, word + 1);
	return (struct parts){
	    .left = str_slice(text, 0, left),
	    .word = str_slice(text, left + 1, word),
	    .right = str_slice(text, word + 1, text.len),
	};
}

/* What a name without a prefix belongs to in an expression of this kind. */
static const struct expr_pack *
pack_of(const struct names *context, struct str *name)
{
	const struct task *task = context->task;
	const struct worker *worker = context->worker;

	if (worker != NULL && str_has_prefix(*name, STR("worker."))) {
		*name = str_slice(*name, 7, name->len);
		return worker->values;
	}
	if (task != NULL && str_has_prefix(*name, STR("task."))) {
		*name = str_slice(*name, 5, name->len);
		return task->values;
	}
	if (worker != NULL)
		return task == NULL ? worker->values : NULL;
	return task != NULL ? task->values : NULL;
}

/* The member that `name` may have been meant for; absent: there is none. */
static struct str
nearest_member(struct expr_value record, struct str name)
{
	struct str nearest = STR_NONE, member;
	size_t least = NAME_DISTANCE + 1;

	for (size_t i = 0; i < expr_value_members(record); i++) {
		(void)expr_value_member(record, i, &member);
		size_t distance = str_distance(member, name);
		if (str_equal(member, name))
			return STR_NONE;
		if (distance < least && distance < name.len) {
			least = distance;
			nearest = member;
		}
	}
	return nearest;
}

static bool
is_name(struct str operand)
{
	return operand.len > 0 &&
	    (ascii_is_alpha((unsigned char)operand.at[0]) ||
	        operand.at[0] == '_' || operand.at[0] == '$') &&
	    !str_is(operand, "null") && !str_is(operand, "true") &&
	    !str_is(operand, "false");
}

static struct str
note_missing(struct arena *arena, const struct names *context,
    struct str operand, bool *is_mistake)
{
	struct str name = operand, nearest = STR_NONE;
	const struct expr_pack *pack;
	size_t end = 0;

	if (!is_name(operand))
		return STR_NONE;
	pack = pack_of(context, &name);
	while (end < name.len && name.at[end] != '.' && name.at[end] != '[')
		end++;
	if (pack != NULL)
		nearest = nearest_member(
		    expr_pack_root(pack), str_slice(name, 0, end));
	if (nearest.at == NULL)
		return arena_format(arena, "there is no %.*s, or it is null",
		    STR_ARGS(operand));
	*is_mistake = true;
	return arena_format(arena,
	    "there is no %.*s; is %.*s meant?", STR_ARGS(operand),
	    STR_ARGS(nearest));
}

static bool
is_list(struct str json)
{
	return str_has_prefix(json, STR("["));
}

static bool
is_string(struct str json)
{
	return str_has_prefix(json, STR("\""));
}

static bool
is_number(struct str json)
{
	return json.len > 0 &&
	    (json.at[0] == '-' || ascii_is_digit((unsigned char)json.at[0]));
}

/* The kinds of values that can never be what the comparison asks for. */
static const char *
note_kinds(const struct parts *parts, struct str left, struct str right)
{
	if (str_is(parts->word, "HAS") && !is_list(left))
		return "HAS wants a list on its left side";
	if (str_is(parts->word, "IN") && !is_list(right))
		return "IN wants a list on its right side";
	if ((is_string(left) && is_number(right)) ||
	    (is_number(left) && is_string(right)))
		return "a string never equals a number";
	if (str_is(parts->word, "==") && (is_list(left) || is_list(right)))
		return "a list equals nothing: HAS or IN looks into it";
	return NULL;
}

static void
note(struct arena *arena, const struct names *context,
    struct why_comparison *comparison)
{
	struct parts parts = take_apart(comparison->text);
	struct str left = comparison->left, right = comparison->right;
	bool *is_mistake = &comparison->is_mistake;

	if (str_is(left, "null"))
		comparison->note =
		    note_missing(arena, context, parts.left, is_mistake);
	if (comparison->note.at == NULL && str_is(right, "null"))
		comparison->note =
		    note_missing(arena, context, parts.right, is_mistake);
	if (comparison->note.at != NULL)
		return;
	comparison->note = str_from(note_kinds(&parts, left, right));
	*is_mistake = comparison->note.at != NULL;
}

/* ---- explaining */

struct observer {
	struct arena *arena;
	const struct names *context;
	struct why_expression *into;
};

static void
observe(void *to, size_t depth, struct str text, struct str left,
    struct str right, bool holds)
{
	struct observer *observer = to;
	struct why_expression *into = observer->into;
	struct why_comparison *comparison;

	if (into->count == WHY_COMPARISONS_MOST)
		return;
	comparison = &into->comparisons[into->count++];
	*comparison = (struct why_comparison){
	    .depth = depth,
	    .text = text,
	    .left = left,
	    .right = right,
	    .holds = holds,
	};
	if (!holds)
		note(observer->arena, observer->context, comparison);
	comparison->text = why_cut(observer->arena, text);
	comparison->left = why_cut(observer->arena, left);
	comparison->right = why_cut(observer->arena, right);
}

struct why_expression *
why_explain(struct arena *arena, const struct expr *expression,
    const struct names *context)
{
	struct why_expression *into;
	struct expr_names names = names_of(context);
	struct observer observer = {arena, context, NULL};
	struct arena scratch;

	if (expression == NULL)
		return NULL;
	into = arena_alloc(arena, sizeof *into);
	if (into == NULL)
		return NULL;
	arena_init(&scratch, SCRATCH_MEMORY);
	observer.into = into;
	into->text = why_print(arena, expression);
	into->holds = expr_explain(expression, &names, &scratch, observe,
	                  &observer) == EXPR_TRUE;
	arena_release(&scratch);
	return into;
}

/* ---- doubts */

struct doubter {
	struct arena *arena;
	struct why_doubts *doubts;
};

static void
note_doubt(void *to, size_t at, const char *message)
{
	struct doubter *doubter = to;
	struct why_doubts *doubts = doubter->doubts;

	if (doubts->count < WHY_DOUBTS_MOST)
		doubts->texts[doubts->count++] = arena_format(doubter->arena,
		    "character %zu: %.*s", at + 1, WHY_TEXT_MOST, message);
}

void
why_doubt(struct arena *arena, const struct expr *expression,
    struct why_doubts *doubts)
{
	struct doubter doubter = {arena, doubts};

	if (expression != NULL)
		expr_check(expression, note_doubt, &doubter);
}
