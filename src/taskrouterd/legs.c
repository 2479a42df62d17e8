/* SPDX-License-Identifier: MIT
 *
 * The line between a Worker and a caller, and how it ends.
 * Sources: https://www.twilio.com/docs/taskrouter/twiml-queue-calls,
 * https://www.twilio.com/docs/voice/api/conference-participant-resource
 */
#include "base/compat.h"

#include "taskrouterd/legs.h"

#include <string.h>

bool
call_is_leg(const struct call *call)
{
	return !call->is_inbound || call->is_dialling;
}

static struct call *
partner_of(const struct call *call)
{
	return call_find(call->calls, str_from(call->partner));
}

static void
set_partner(struct call *call, const struct call *partner)
{
	memcpy(call->partner, partner->sid, sizeof call->partner);
}

/* ---- two on a line */

void
leg_tell(struct call *leg, enum call_event event, const struct call *participant)
{
	if (leg->conference[0] != '\0')
		notice_conference(leg, event, participant, NULL, 0);
}

static void
tell_end(struct call *leg, const struct call *who, const char *reason)
{
	const struct pair more[] = {
		{"CallSidEndingConference", str_from(who->sid)},
		{"ReasonConferenceEnded", str_from(reason)},
	};

	if (leg->conference[0] != '\0')
		notice_conference(
		    leg, EVENT_END, NULL, more, ARRAY_LENGTH(more));
}

/* The caller is connected: what his waitUrl said does not matter any more. */
void
leg_bridge(struct call *leg, struct call *caller)
{
	set_partner(leg, caller);
	set_partner(caller, leg);
	caller->in_queue = false;
	caller->gather = NULL;
	caller->waits = WAIT_HANGUP;
	call_clear_due(&caller->due);
	track_close(caller, TRACK_WAIT);
	call_step(caller, "bridged", "with %s", leg->sid);
	call_step(leg, "bridged", "with %s", caller->sid);
	leg_tell(leg, EVENT_JOIN, caller);
	call_rested(caller);
}

static void
talked(struct call *leg)
{
	struct call *caller = partner_of(leg);

	if (leg->outcome.hangs_up == SIDE_CALLER && caller != NULL)
		call_hang_up(caller);
	else
		leg_hang_up(leg);
}

void
leg_talk(struct call *leg)
{
	leg->waits = WAIT_HANGUP;
	if (leg->outcome.talk != ROUTER_NEVER)
		call_set_due(&leg->due, leg,
		    call_now(leg->calls) + leg->outcome.talk, talked);
}

void
leg_leave(struct call *leg)
{
	struct call *caller = partner_of(leg);

	leg->partner[0] = '\0';
	leg->is_dialling = false;
	call_clear_due(&leg->due);
	leg_after_call(leg);
	if (caller == NULL)
		return;
	caller->partner[0] = '\0';
	queue_leave(caller, "bridged");
}

/* A conference goes on without the Worker unless end_conference_on_exit. */
static void
leave_conference(struct call *leg, struct call *caller)
{
	bool ends = caller == NULL || leg->end_on_exit;

	leg_tell(leg, EVENT_LEAVE, leg);
	if (ends) {
		tell_end(leg, leg, leg->end_on_exit
			? "participant-with-end-conference-on-exit-left"
			: "last-participant-left");
		if (caller != NULL)
			leg_tell(leg, EVENT_LEAVE, caller);
	}
	call_end(leg, CALL_COMPLETED);
	leg->partner[0] = '\0';
	leg_after_call(leg);
	if (caller == NULL || !ends)
		return;
	caller->partner[0] = '\0';
	queue_leave(caller, "bridged");
}

void
leg_hang_up(struct call *leg)
{
	if (call_is_over(leg))
		return;
	if (leg->status == CALL_RINGING) {
		leg_ring_ended(leg, CALL_CANCELED);
		return;
	}
	call_step(leg, "hangup", "the Worker hangs up");
	if (leg->conference[0] != '\0') {
		leave_conference(leg, partner_of(leg));
		return;
	}
	bool has_line = leg->partner[0] != '\0' ||
	    !str_is(leg->order.instruction, "call");
	struct call *caller = partner_of(leg);
	leg->partner[0] = '\0';
	call_end(leg, CALL_COMPLETED);
	if (has_line)
		leg_after_call(leg);
	if (caller == NULL)
		return;
	caller->partner[0] = '\0';
	queue_leave(caller, "bridged");
}

/* TwiML goes on behind the Dial. */
static void
go_on(struct call *leg)
{
	const struct pair completed = {"DialCallStatus", STR("completed")};

	leg->is_dialling = false;
	call_clear_due(&leg->due);
	leg_after_call(leg);
	if (leg->dial_action.at != NULL)
		voice_ask(leg, ASK_MAIN, leg->dial_action,
		    leg->dial_action_get, &completed, 1);
	else
		verbs_run(leg, TRACK_MAIN);
	call_rested(leg);
}

/* True: the Worker is out of it, too. */
static bool
caller_leaves_conference(struct call *leg, struct call *caller)
{
	leg_tell(leg, EVENT_LEAVE, caller);
	if (call_is_over(leg)) {
		tell_end(leg, caller, "last-participant-left");
		return false;
	}
	if (leg->end_on_customer_exit) {
		tell_end(leg, caller,
		    "participant-with-end-conference-on-exit-left");
		leg_tell(leg, EVENT_LEAVE, leg);
	} else if (leg->outcome.hangs_up == SIDE_CALLER) {
		call_clear_due(&leg->due);
	}
	return leg->end_on_customer_exit;
}

void
leg_lost_caller(struct call *caller)
{
	struct call *leg = partner_of(caller);

	caller->partner[0] = '\0';
	if (leg == NULL)
		return;
	leg->partner[0] = '\0';
	if (leg->conference[0] != '\0' &&
	    !caller_leaves_conference(leg, caller))
		return;
	if (leg->is_dialling) {
		go_on(leg);
		return;
	}
	call_end(leg, CALL_COMPLETED);
	leg_after_call(leg);
}
