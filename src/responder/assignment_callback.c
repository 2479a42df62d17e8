/* SPDX-License-Identifier: MIT
 *
 * POST /assignment_callback: TaskRouter has reserved a Worker for a Task and
 * asks what to do.
 */
#include "base/compat.h"

#include "base/log.h"
#include "responder/assignment_answer.h"
#include "responder/assignment_decide.h"
#include "responder/assignment_keep.h"
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
	if (assignment_must_keep(&decision))
		assignment_keep(exchange, &callback, &decision);
	else
		assignment_answer(exchange, &(struct ledger_answer){
		    .instruction = str_from(decision.instruction),
		    .json = decision.json,
		});
}
