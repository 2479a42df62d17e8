/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/assignment_decide.h"

#include "base/log.h"
#include "responder/local_time.h"
#include "responder/responder.h"

static const struct instruction *
find_choice(struct settings_choices choices, struct str sid)
{
	for (size_t i = 0; i < choices.count; i++)
		if (str_equal(choices.items[i].sid, sid))
			return &choices.items[i].instruction;
	return NULL;
}

/* The TaskQueue is the narrower choice: a Workflow leads to several. */
static const struct instruction *
choose(const struct settings *settings, const struct callback *callback)
{
	const struct instruction *found = find_choice(
	    settings->assignment_task_queues, callback->task_queue_sid);

	if (found == NULL)
		found = find_choice(
		    settings->assignment_workflows, callback->workflow_sid);
	return found != NULL ? found : &settings->assignment_default;
}

static void
take(struct rules_decision *decision, const struct instruction *instruction,
    bool is_fallback)
{
	*decision = (struct rules_decision){
		.rule = RULES_NONE,
		.is_fallback = is_fallback,
		.instruction = instruction->name,
		.json = instruction->json,
	};
}

void
assignment_choose(const struct settings *settings,
    const struct callback *callback, struct str gaps,
    struct rules_decision *decision)
{
	if (gaps.at != NULL)
		take(decision, &settings->assignment_default, true);
	else
		take(decision, choose(settings, callback), false);
}

static void
log_notes(struct exchange *exchange, const struct rules_decision *decision)
{
	for (const struct rules_note *n = decision->notes; n != NULL;
	     n = n->next) {
		struct log_line line;
		log_begin(&line, LOG_LEVEL_WARNING, "rules");
		log_str(&line, "id", exchange->id);
		log_str(&line, "rule", decision->name);
		log_str(&line, n->is_left_out ? "left_out" : "message",
		    n->text);
		log_end(&line);
	}
}

static void
decide_by_rules(struct exchange *exchange, const struct callback *callback,
    struct rules_decision *decision)
{
	const struct settings_rules *rules = &settings_of(exchange)->rules;
	struct rules_time now;
	struct rules_input input = {
		.callback = callback,
		.task_channel = form_get(
		    &exchange->request.form, "TaskChannelUniqueName"),
		.fallback = &rules->fallback,
	};

	if (rules_use_time(rules->list) && local_time_now(&now))
		input.time = &now;
	/* Without memory the exchange ends with 500 whatever stands here. */
	if (!rules_decide(rules->list, &input, &exchange->arena, decision))
		take(decision, &rules->fallback, true);
	log_notes(exchange, decision);
	if (decision->rule == RULES_NONE)
		return;
	exchange->facts.rule = decision->name;
	count_rule_hit(exchange, decision->name);
}

void
assignment_decide(struct exchange *exchange, const struct callback *callback,
    struct str gaps, struct rules_decision *decision)
{
	const struct settings *settings = settings_of(exchange);

	if (settings->rules.list == NULL)
		assignment_choose(settings, callback, gaps, decision);
	else if (gaps.at != NULL)
		take(decision, &settings->rules.fallback, true);
	else
		decide_by_rules(exchange, callback, decision);
}
