/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/assignment_answer.h"

#include "base/log.h"
#include "responder/responder.h"

static const char *const reasons[] = {
	[FALLBACK_DEADLINE] = "assignment.deadline has passed",
	[FALLBACK_STORE] = "the store failed",
	[FALLBACK_QUEUE] = "too many jobs wait for the store",
	[FALLBACK_MEMORY] = "out of memory",
};

static size_t
instruction_index(struct str name)
{
	for (size_t i = 0; i < INSTRUCTION_KINDS; i++)
		if (str_is(name, instruction_names[i]))
			return i;
	return INSTRUCTION_KINDS;
}

void
assignment_answer(struct exchange *exchange, const struct ledger_answer *answer)
{
	exchange->facts.decision = answer->instruction;
	count_event(exchange, COUNTER_INSTRUCTIONS,
	    instruction_index(answer->instruction), 0);
	response_body(
	    &exchange->response, 200, "application/json", answer->json);
	exchange_complete(exchange);
}

bool
assignment_answer_copy(
    struct exchange *exchange, const struct ledger_answer *answer)
{
	struct ledger_answer copy = {
	    .instruction = arena_str(&exchange->arena, answer->instruction),
	    .json = arena_str(&exchange->arena, answer->json),
	};

	if (answer->rule.at != NULL)
		exchange->facts.rule =
		    arena_str(&exchange->arena, answer->rule);
	bool fits = !exchange->arena.overflow;
	assignment_answer(exchange, &copy);
	return fits;
}

void
assignment_fall_back(struct exchange *exchange,
    const struct ledger_answer *fallback, enum fallback_reason reason,
    const char *detail)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_WARNING, "fallback");
	log_str(&line, "id", exchange->id);
	log_str(&line, "reservation", exchange->facts.reservation_sid);
	log_str(&line, "message", str_from(reasons[reason]));
	log_str(&line, "detail", str_from(detail));
	log_end(&line);
	count_event(exchange, COUNTER_CALLBACK_FALLBACKS, reason, 0);
	exchange->facts.note = str_from(reasons[reason]);
	(void)assignment_answer_copy(exchange, fallback);
}
