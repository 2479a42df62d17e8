/* SPDX-License-Identifier: MIT
 *
 * POST /assignment_callback: TaskRouter has reserved a Worker for a Task and
 * asks what to do.
 */
#include "base/compat.h"

#include "base/log.h"
#include "responder/responder.h"
#include "twilio/callback.h"

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
	const struct settings *settings = settings_of(exchange);
	struct callback callback;
	struct str gaps = callback_read(
	    &exchange->request.form, &exchange->arena, &callback);
	const struct instruction *instruction =
	    gaps.at == NULL ? choose(settings, &callback)
			    : &settings->assignment_default;

	if (gaps.at != NULL)
		warn_of_gaps(exchange, gaps);
	exchange->facts.worker_sid = callback.worker_sid;
	exchange->facts.task_sid = callback.task_sid;
	exchange->facts.reservation_sid = callback.reservation_sid;
	exchange->facts.decision = str_from(instruction->name);
	count_event(exchange, COUNTER_INSTRUCTIONS,
	    instruction_index(instruction->name), 0);
	response_body(&exchange->response, 200, "application/json",
	    instruction->json);
	exchange_complete(exchange);
}
