/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "rules/list.h"

void
rules_note_need(struct facts *facts, const char *instruction)
{
	const struct answer_need *need = answer_find_need(instruction);

	for (size_t i = 0; need != NULL && i < ARRAY_LENGTH(need->attributes);
	     i++)
		if (need->attributes[i] != NULL &&
		    facts_have(facts, need->attributes[i]))
			return;
	if (need != NULL)
		facts_note(facts, false,
		    "the Task has no attribute %s, without which %s is Twilio "
		    "error %u", need->attributes[0], instruction, need->error);
}

/* The first rule that holds; NULL if there are too many comparisons on the
 * way. */
static const struct rule *
find_rule(const struct rules *rules, struct facts *facts, size_t *steps)
{
	struct expr_names names = facts_names(facts);

	*steps = 0;
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->items[i];
		size_t taken = 0;
		if (rule->when == NULL)
			return rule;
		enum expr_outcome outcome =
		    expr_evaluate(rule->when, &names, &taken);
		*steps += taken;
		if (outcome == EXPR_TOO_LONG || *steps > RULES_STEPS_MOST) {
			facts_note(facts, false,
			    "%.*s: more than %zu comparisons: the fallback is "
			    "answered", STR_ARGS(rule->name),
			    outcome == EXPR_TOO_LONG
				? (size_t)EXPR_STEPS_MOST : RULES_STEPS_MOST);
			return NULL;
		}
		if (outcome == EXPR_TRUE)
			return rule;
	}
	return NULL;
}

static void
fall_back(const struct rules_input *input, struct rules_decision *decision)
{
	decision->is_fallback = true;
	decision->instruction = input->fallback->name;
	decision->json = input->fallback->json;
}

static void
answer(const struct rule *rule, struct facts *facts,
    struct rules_decision *decision)
{
	struct instruction instruction;

	decision->name = rule->name;
	if (!answer_fill(&rule->answer, facts, &instruction)) {
		facts_note(facts, false,
		    "%.*s: there is no answer without what was left out: the "
		    "fallback is answered", STR_ARGS(rule->name));
		fall_back(facts->input, decision);
		return;
	}
	decision->instruction = instruction.name;
	decision->json = instruction.json;
	work_fill(&rule->work, facts, decision);
	/* Who has half of what a rule says does not have its answer. */
	if (facts->scratch.overflow) {
		decision->work_count = 0;
		facts_note(facts, false,
		    "%.*s: no memory for its work: the fallback is "
		    "answered", STR_ARGS(rule->name));
		fall_back(facts->input, decision);
		return;
	}
	rules_note_need(facts, instruction.name);
}

bool
rules_decide(const struct rules *rules, const struct rules_input *input,
    struct arena *arena, struct rules_decision *decision)
{
	struct facts facts;

	*decision = (struct rules_decision){.rule = RULES_NONE};
	facts_init(&facts, input, arena);
	const struct rule *rule = find_rule(rules, &facts, &decision->steps);
	if (rule != NULL) {
		decision->rule = (size_t)(rule - rules->items);
		answer(rule, &facts, decision);
	} else {
		fall_back(input, decision);
	}
	decision->depends_on_time = facts.looked_at_time;
	decision->notes = facts.notes;
	facts_release(&facts);
	return !arena->overflow;
}
