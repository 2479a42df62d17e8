/* SPDX-License-Identifier: MIT
 *
 * What happens to one call, and how it ends.
 */
#include "base/compat.h"

#include "taskrouterd/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/debugger.h"

/* So long, in real time, an exchange waits for its call to come to rest. */
#define WAITER_MOST_US 20000000

void
call_step(struct call *call, const char *verb, const char *format, ...)
{
	struct call_step *step = NULL;
	char text[STEP_TEXT_MOST];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (call->step_count < STEPS_MOST)
		step = arena_alloc(&call->memory, sizeof *step);
	if (step == NULL) {
		call->steps_lost++;
		return;
	}
	step->date = call_now(call->calls);
	step->verb = arena_str(&call->memory, str_from(verb));
	step->text = arena_str(&call->memory, str_from(text));
	STAILQ_INSERT_TAIL(&call->steps, step, entry);
	call->last_step = step;
	call->step_count++;
}

void
call_note(struct call *call, unsigned code, const char *text)
{
	debugger_note(call->calls->daemon->debugger,
	    &(struct debugger_note){
		.code = code,
		.text = str_from(text),
		.date = call_now(call->calls),
		.workspace = call->order.workspace,
		.task = call->task.at != NULL ? call->task : call->order.task,
		.worker = call->order.worker,
		.reservation = call->order.reservation,
		.url = call->tracks[TRACK_MAIN].url,
	    });
	call_step(call, "error", "%u: %s", code, text);
}

struct object *
call_object(const struct calls *calls, enum kind kind, struct str sid)
{
	if (calls->daemon->broken || sid.len == 0)
		return NULL;
	return router_find_in(calls->daemon->router, NULL, kind, sid);
}

bool
call_update(struct calls *calls, enum kind kind, struct str sid,
    enum router_verb verb, const struct change *changes, size_t count)
{
	struct change copies[2];
	struct router_event event = {
		.verb = verb,
		.kind = kind,
		.object = call_object(calls, kind, sid),
		.changes = {copies, count},
	};
	struct refusal refusal;

	if (event.object == NULL || count > ARRAY_LENGTH(copies))
		return false;
	if (count > 0)
		memcpy(copies, changes, count * sizeof *changes);
	return router_apply(calls->daemon->router, &event, call_now(calls),
	           &refusal) != NULL;
}

static void
answer_waiter(struct call *call)
{
	struct exchange *exchange = call->waiter;
	struct buf out;

	call->waiter = NULL;
	buf_init(&out, CALL_MEMORY * 4);
	call_put(&out, call, true);
	response_body(&exchange->response, 201,
	    "application/json; charset=utf-8",
	    arena_str(&exchange->arena, buf_str(&out)));
	buf_release(&out);
	daemon_answer(call->calls->daemon, exchange);
}

void
call_rested(struct call *call)
{
	bool is_asked = call->tracks[TRACK_MAIN].is_asked ||
	    call->tracks[TRACK_WAIT].is_asked;

	if (call->waiter != NULL &&
	    (!is_asked || clock_monotonic_us() - call->waiter_since_us >
		    WAITER_MOST_US))
		answer_waiter(call);
}

void
call_end(struct call *call, enum call_status status)
{
	if (call_is_over(call))
		return;
	call->status = status;
	call->date_ended = call_now(call->calls);
	call->waits = WAIT_NOTHING;
	call_clear_due(&call->due);
	call_clear_due(&call->hang_up);
	call_step(call, "end", "%s", call_status_names[status]);
	for (size_t i = 0; i < TRACKS && !call->is_running; i++)
		track_close(call, (enum call_track_id)i);
	notice_call(call, EVENT_COMPLETED);
	call_rested(call);
}

static void
caller_hang_up(struct call *call)
{
	bool was_queued = call->in_queue;
	bool was_bridged = call->partner[0] != '\0';

	call_step(call, "hangup", "the caller hangs up");
	if (was_queued) {
		call->in_queue = false;
		queue_cancel_task(call, STR("hangup"));
		legs_cancel(call->calls, call->task);
	}
	call_end(call, CALL_COMPLETED);
	if (was_bridged)
		leg_lost_caller(call);
	if (was_queued || was_bridged)
		queue_report(call, was_queued ? "hangup" : "bridged");
}

void
call_hang_up(struct call *call)
{
	if (call_is_over(call))
		return;
	if (!call->is_inbound || call->is_dialling)
		leg_hang_up(call);
	else
		caller_hang_up(call);
}

void
call_redirect(struct call *call, struct str url, bool is_get)
{
	if (call_is_over(call) || call->waits == WAIT_ANSWER)
		return;
	call_step(call, "redirect", "to other TwiML");
	if (call->in_queue) {
		queue_report(call, "redirected");
	} else if (call_is_leg(call)) {
		leg_leave(call);
	} else if (call->partner[0] != '\0') {
		leg_lost_caller(call);
		queue_report(call, "redirected-from-bridged");
	}
	call->gather = NULL;
	for (size_t i = 0; i < TRACKS; i++)
		track_close(call, (enum call_track_id)i);
	voice_ask(call, ASK_MAIN, url, is_get, NULL, 0);
}
