/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/outcomes.h"

#include <string.h>

#include "taskrouterd/json_put.h"

const char *const outcome_instructions[] = {
	"any", "dequeue", "call", "conference", NULL};
const char *const outcome_kinds[] = {
	"answered", "busy", "no-answer", "failed", NULL};
const char *const outcome_sides[] = {"worker", "caller", NULL};

static bool
fits(const struct outcome_rule *rule, struct str to, struct str instruction)
{
	struct str pattern = str_from(rule->to);

	if (rule->instruction != 0 &&
	    !str_is(instruction, outcome_instructions[rule->instruction]))
		return false;
	if (str_has_suffix(pattern, STR("*")))
		return str_has_prefix(
		    to, str_slice(pattern, 0, pattern.len - 1));
	return pattern.len == 0 || str_equal(pattern, to);
}

static void
use_up(struct outcomes *outcomes, size_t index)
{
	struct outcome_rule *rule = &outcomes->rules[index];

	if (rule->count == ROUTER_NEVER || --rule->count > 0)
		return;
	outcomes->count--;
	memmove(rule, rule + 1, (outcomes->count - index) * sizeof *rule);
}

struct outcome
outcomes_pick(struct outcomes *outcomes, struct str to, struct str instruction)
{
	struct outcome outcome = {.talk = ROUTER_NEVER};

	for (size_t i = 0; i < outcomes->count; i++) {
		if (!fits(&outcomes->rules[i], to, instruction))
			continue;
		outcome = outcomes->rules[i].outcome;
		use_up(outcomes, i);
		break;
	}
	return outcome;
}

bool
outcomes_add(struct outcomes *outcomes, const struct outcome_rule *rule)
{
	if (outcomes->count == OUTCOMES_MOST)
		return false;
	outcomes->rules[outcomes->count++] = *rule;
	return true;
}

static void
put_seconds(struct buf *out, const char *key, int64_t ms)
{
	json_put_key(out, key);
	if (ms == ROUTER_NEVER)
		buf_add_str(out, STR("null"));
	else
		buf_format(out, "%.10g", (double)ms / 1000);
}

static void
put_rule(struct buf *out, const struct outcome_rule *rule)
{
	json_put_item(out);
	buf_add_byte(out, '{');
	json_put_key(out, "to");
	json_put_text(out,
	    rule->to[0] != '\0' ? str_from(rule->to) : STR_NONE);
	json_put_key(out, "instruction");
	json_put_text(out, str_from(outcome_instructions[rule->instruction]));
	json_put_key(out, "outcome");
	json_put_text(out, str_from(outcome_kinds[rule->outcome.kind]));
	put_seconds(out, "answer_after", rule->outcome.answer_after);
	put_seconds(out, "talk", rule->outcome.talk);
	json_put_key(out, "hangs_up");
	json_put_text(out, str_from(outcome_sides[rule->outcome.hangs_up]));
	json_put_key(out, "count");
	if (rule->count == ROUTER_NEVER)
		buf_add_str(out, STR("null"));
	else
		json_put_integer(out, rule->count);
	buf_add_byte(out, '}');
}

void
outcomes_put(struct buf *out, const struct outcomes *outcomes)
{
	buf_add_str(out, STR("{\"outcomes\":["));
	for (size_t i = 0; i < outcomes->count; i++)
		put_rule(out, &outcomes->rules[i]);
	buf_add_str(out, STR("]}"));
}
