/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "rules/list.h"

#define VALUE_SHOWN ((size_t)200) /* bytes of a value */

static void
add_value(struct buf *out, struct str value)
{
	struct str shown = str_slice(value, 0, VALUE_SHOWN);

	while (shown.len > 0 && shown.len < value.len &&
	    ((unsigned char)value.at[shown.len] & 0xc0) == 0x80)
		shown.len--;
	buf_add_str(out, value.at == NULL ? STR("(too large)") : shown);
	if (shown.len < value.len)
		buf_add_str(out, STR("..."));
}

static void
observe(void *to, size_t depth, struct str comparison, struct str left,
    struct str right, bool result)
{
	struct buf *out = to;

	(void)depth;
	buf_add_str(out, STR("    "));
	add_value(out, comparison);
	buf_add_str(out, result ? STR(": true (") : STR(": false ("));
	add_value(out, left);
	buf_add_str(out, STR(", "));
	add_value(out, right);
	buf_add_str(out, STR(")\n"));
}

/* "rule 3", and in quotes the name that it has besides. */
static void
add_rule(struct buf *out, const struct rules *rules, size_t index)
{
	const struct rule *rule = &rules->items[index];

	buf_format(out, "rule %zu", index + 1);
	if (rule->is_named)
		buf_format(out, " \"%.*s\"", STR_ARGS(rule->name));
}

static void
explain_rule(const struct rules *rules, size_t index,
    const struct rules_decision *decision, struct facts *facts,
    struct buf *out)
{
	const struct rule *rule = &rules->items[index];
	struct expr_names names = facts_names(facts);

	add_rule(out, rules, index);
	if (decision->rule != RULES_NONE && index > decision->rule) {
		buf_add_str(out, STR(": not looked at\n"));
		return;
	}
	if (rule->when == NULL) {
		buf_add_str(out, STR(": fires, it has no condition\n"));
		return;
	}
	buf_add_str(out, index == decision->rule
		? STR(": fires\n") : STR(": does not fire\n"));
	if (expr_explain(rule->when, &names, facts->arena, observe, out) ==
	    EXPR_TOO_LONG)
		buf_add_str(out, STR("    ... and too many more\n"));
}

static void
explain_notes(const struct rules_decision *decision, bool left_out,
    const char *before, struct buf *out)
{
	for (const struct rules_note *n = decision->notes; n != NULL;
	     n = n->next)
		if (n->is_left_out == left_out)
			buf_format(
			    out, "%s%.*s\n", before, STR_ARGS(n->text));
}

static void
explain_work(const struct rules_work *work, struct buf *out)
{
	buf_format(out, "then: %s %.*s:",
	    work->kind == RULES_UPDATE_WORKER ? "Worker" : "Task",
	    STR_ARGS(work->sid));
	if (work->activity_sid.at != NULL)
		buf_format(out, " Activity %.*s",
		    STR_ARGS(work->activity_sid));
	if (work->attributes.at != NULL)
		buf_format(out, "%s attributes %.*s",
		    work->activity_sid.at != NULL ? "," : "",
		    STR_ARGS(work->attributes));
	buf_add_byte(out, '\n');
}

static void
explain_decision(const struct rules_decision *decision, struct arena *arena,
    struct buf *out)
{
	struct str answer = instruction_mask(arena, decision->json);

	buf_format(out, "answer: %.*s%s\n", STR_ARGS(answer),
	    decision->is_fallback ? " (the fallback)" : "");
	explain_notes(decision, true, "left out: ", out);
	for (size_t i = 0; i < decision->work_count; i++)
		explain_work(&decision->work[i], out);
	if (decision->depends_on_time)
		buf_add_str(out, STR("the answer depends on the time\n"));
	explain_notes(decision, false, "warning: ", out);
}

bool
rules_explain(const struct rules *rules, const struct rules_input *input,
    struct arena *arena, struct buf *out)
{
	struct rules_decision decision;
	struct facts facts;

	if (!rules_decide(rules, input, arena, &decision))
		return false;
	facts_init(&facts, input, arena);
	for (size_t i = 0; i < rules->count; i++)
		explain_rule(rules, i, &decision, &facts, out);
	explain_decision(&decision, arena, out);
	facts_release(&facts);
	return !arena->overflow && !out->failed;
}
