/* SPDX-License-Identifier: MIT
 *
 * POST /assignment_callback: TaskRouter has reserved a Worker for a Task and
 * asks what to do.
 */
#include "base/compat.h"

#include "base/log.h"
#include "responder/assignment_decide.h"
#include "responder/responder.h"
#include "twilio/callback.h"

/* Nothing is asked of TaskRouter twice: a callback that lacks something is
 * answered like any other, and the operator is told. */
static void
warn_of_gaps(struct exchange *exchange, struct str gaps)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_WARNING, "callback");
	log_str(&line, "id", exchange->id);
	log_str(&line, "message",
	    STR("parameters are missing or are no SIDs"));
	log_str(&line, "parameters", gaps);
	log_end(&line);
}

static size_t
instruction_index(const char *name)
{
	for (size_t i = 0; i < INSTRUCTION_KINDS; i++)
		if (str_is(str_from(name), instruction_names[i]))
			return i;
	return INSTRUCTION_KINDS;
}

void
handle_assignment_callback(struct exchange *exchange)
{
	struct rules_decision decision;
	struct callback callback;
	struct str gaps = callback_read(
	    &exchange->request.form, &exchange->arena, &callback);

	if (gaps.at != NULL)
		warn_of_gaps(exchange, gaps);
	assignment_decide(exchange, &callback, gaps, &decision);
	exchange->facts.worker_sid = callback.worker_sid;
	exchange->facts.task_sid = callback.task_sid;
	exchange->facts.reservation_sid = callback.reservation_sid;
	exchange->facts.decision = str_from(decision.instruction);
	count_event(exchange, COUNTER_INSTRUCTIONS,
	    instruction_index(decision.instruction), 0);
	response_body(&exchange->response, 200, "application/json",
	    decision.json);
	exchange_complete(exchange);
}
