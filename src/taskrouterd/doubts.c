/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/doubts.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "router/plan.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/debugger.h"
#include "taskrouterd/refusal.h"

/* Whose expression it is, for the words. */
struct doubter {
	struct daemon *daemon;
	const struct object *object;
	char place[128]; /* "filters[1].targets[0].expression" */
};

static void
tell(void *to, size_t at, const char *message)
{
	struct doubter *doubter = to;
	const struct object *object = doubter->object;
	const char *noun = kind_rows[object->kind].noun;
	bool flows = object->kind == KIND_WORKFLOW;
	char text[DEBUGGER_TEXT_MOST];

	(void)snprintf(text, sizeof text, "%s %s, %s, character %zu: %s", noun,
	    object->sid, doubter->place, at + 1, message);
	log_event(LOG_LEVEL_WARNING, "expression", "%s", text);
	debugger_note(doubter->daemon->debugger,
	    &(struct debugger_note){
		.code = API_ERROR_PARAMETER,
		.text = str_from(text),
		.date = daemon_now(doubter->daemon),
		.workspace = str_from(object->workspace->object.sid),
		.workflow = flows ? str_from(object->sid) : STR_NONE,
	    });
}

static void
doubt(struct doubter *doubter, const struct expr *expression)
{
	if (expression != NULL)
		expr_check(expression, tell, doubter);
}

static void
doubt_target(
    struct doubter *doubter, int64_t filter, const struct plan_filter *in,
    size_t index)
{
	const struct plan_target *target = &in->targets[index];

	(void)snprintf(doubter->place, sizeof doubter->place,
	    "filters[%" PRId64 "].targets[%zu].expression", filter, index);
	doubt(doubter, target->expression);
	(void)snprintf(doubter->place, sizeof doubter->place,
	    "filters[%" PRId64 "].targets[%zu].skip_if", filter, index);
	doubt(doubter, target->skip_if);
}

static void
doubt_plan(struct doubter *doubter, const struct plan *plan)
{
	for (int64_t i = 0; i < (int64_t)plan->filter_count; i++) {
		const struct plan_filter *filter = plan_filter(plan, i);
		(void)snprintf(doubter->place, sizeof doubter->place,
		    "filters[%" PRId64 "].expression", i);
		doubt(doubter, filter->expression);
		for (size_t j = 0; j < filter->target_count; j++)
			doubt_target(doubter, i, filter, j);
	}
}

void
doubts_tell(struct daemon *daemon, const struct object *object)
{
	struct doubter doubter = {daemon, object, "target_workers"};

	if (object->kind == KIND_TASK_QUEUE)
		doubt(&doubter,
		    ((const struct task_queue *)(const void *)object)
		        ->eligible);
	else if (object->kind == KIND_WORKFLOW)
		doubt_plan(&doubter,
		    ((const struct workflow *)(const void *)object)
		        ->revision->plan);
}
