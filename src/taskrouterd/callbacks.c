/* SPDX-License-Identifier: MIT
 *
 * Source: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks
 */
#include "base/compat.h"

#include "taskrouterd/callbacks.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "router/tree.h"
#include "taskrouterd/answer.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/outgoing.h"
#include "twilio/callback.h"
#include "twilio/webhook.h"

/* Of the connections that may be open at once, the other fourth is for event
 * callbacks. */
#define CONNECTIONS_NUMERATOR 3
#define CONNECTIONS_DENOMINATOR 4
/* Nobody is asked about so many Reservations in one turn of the loop. */
#define LATE_PER_TURN 256

/* One Reservation that its application is asked about. */
struct callback_call {
	RB_ENTRY(callback_call) by_sid;
	STAILQ_ENTRY(callback_call) late_entry;
	struct callbacks *callbacks;
	char sid[ROUTER_SID + 1];
	/* For what is noted once the Reservation is gone. */
	char workspace[ROUTER_SID + 1];
	char workflow[ROUTER_SID + 1];
	char task[ROUTER_SID + 1];
	char worker[ROUTER_SID + 1];
	bool is_fallback;
	struct str url;       /* the one that is asked; lives in `urls` */
	struct str fallback;  /* absent: there is none */
	char urls[];
};

RB_HEAD(calls_by_sid, callback_call);

struct callbacks {
	struct daemon *daemon;
	struct webhook_client *client;
	struct calls_by_sid calls;
	size_t in_hand;
	/* Nobody is to be asked about these. */
	STAILQ_HEAD(, callback_call) late;
	struct event *wake; /* to look at `late` */
	bool stopping;
};

static int
compare(const struct callback_call *a, const struct callback_call *b)
{
	return memcmp(a->sid, b->sid, sizeof a->sid);
}

RB_PROTOTYPE(calls_by_sid, callback_call, by_sid, compare)
RB_GENERATE(calls_by_sid, callback_call, by_sid, compare)

static struct reservation *
find_reservation(const struct daemon *daemon, struct str sid)
{
	if (daemon->broken)
		return NULL;
	return (struct reservation *)(void *)router_find_in(
	    daemon->router, NULL, KIND_RESERVATION, sid);
}

static void
forget(struct callback_call *call)
{
	struct callbacks *callbacks = call->callbacks;

	(void)RB_REMOVE(calls_by_sid, &callbacks->calls, call);
	callbacks->in_hand--;
	free(call);
}

/* The callback has come to its end, for the router. Too late for a Reservation
 * that is gone. */
static void
settle(struct callback_call *call, enum router_verb verb)
{
	struct daemon *daemon = call->callbacks->daemon;
	struct reservation *reservation =
	    find_reservation(daemon, str_from(call->sid));
	struct refusal ignored;

	if (reservation != NULL) {
		const struct router_event event = {
			.verb = verb,
			.kind = KIND_RESERVATION,
			.object = &reservation->object,
		};
		(void)daemon_apply(daemon, &event, &ignored);
	}
	forget(call);
}

static struct debugger_note
note_of(const struct callback_call *call)
{
	return (struct debugger_note){
		.workspace = str_from(call->workspace),
		.workflow = str_from(call->workflow),
		.task = str_from(call->task),
		.worker = str_from(call->worker),
		.reservation = str_from(call->sid),
		.url = call->url,
	};
}

/* ---- what is sent */

static struct str
sid_of(const struct object *object)
{
	return object == NULL ? STR_NONE : str_from(object->sid);
}

static struct str
number(struct arena *arena, int64_t value)
{
	return arena_format(arena, "%" PRId64, value);
}

/* As it is now, which may be later than when the Reservation was made. */
static bool
compose(void *context, struct arena *arena, struct form *form)
{
	const struct callback_call *call = context;
	const struct daemon *daemon = call->callbacks->daemon;
	const struct reservation *reservation =
	    find_reservation(daemon, str_from(call->sid));

	if (reservation == NULL || reservation->status != RESERVATION_PENDING ||
	    reservation->callback != CALLBACK_DUE)
		return false;
	const struct task *task = reservation->task;
	int64_t now = daemon_now(daemon);
	const struct callback parameters = {
		.timestamp = number(arena, now / 1000),
		.account_sid = router_account(daemon->router),
		.workspace_sid = sid_of(&reservation->object.workspace->object),
		.workflow_sid = sid_of(&reservation->workflow->object),
		.task_queue_sid = reservation->task_queue == NULL
		    ? STR("")
		    : sid_of(&reservation->task_queue->object),
		.worker_sid = sid_of(&reservation->worker->object),
		.worker_attributes = reservation->worker->attributes,
		.task_sid = sid_of(&task->object),
		.task_attributes = task->attributes,
		.task_age = number(arena, now > task->object.date_created
			? (now - task->object.date_created) / 1000
			: 0),
		.task_priority = number(arena, task->priority),
		.reservation_sid = sid_of(&reservation->object),
	};
	return callback_write(&parameters, arena, form);
}

static void done(void *context, const struct webhook_result *result);

static bool
send_call(struct callback_call *call)
{
	const struct settings *settings = call->callbacks->daemon->settings;
	char token[OUTGOING_TOKEN_SIZE];
	const struct webhook_request request = {
		.url = call->url,
		.token = outgoing_token(str_from(call->sid), token),
		.timeout_ms = settings->callback.timeout_ms,
		.answer_limit = (size_t)settings->callback.answer_limit,
		.compose = compose,
		.done = done,
		.context = call,
	};

	return outgoing_send(call->callbacks->daemon, call->callbacks->client,
	    OUTGOING_ASSIGNMENT, &request);
}

/* ---- what comes back */

static void
obey(struct callback_call *call, const struct webhook_result *result)
{
	struct daemon *daemon = call->callbacks->daemon;
	struct reservation *reservation =
	    find_reservation(daemon, str_from(call->sid));
	struct refusal refusal;

	if (!answer_obey(daemon, reservation, result, &refusal))
		outgoing_note(daemon, note_of(call), result, refusal.code,
		    refusal.text);
	settle(call, ROUTER_CALLBACK_DONE);
}

static void
fail(struct callback_call *call, const struct webhook_result *result)
{
	struct daemon *daemon = call->callbacks->daemon;

	outgoing_note_failure(daemon, note_of(call), result);
	if (!call->is_fallback && call->fallback.at != NULL) {
		call->is_fallback = true;
		call->url = call->fallback;
		if (send_call(call))
			return;
	}
	settle(call, ROUTER_CALLBACK_FAILED);
}

static void
done(void *context, const struct webhook_result *result)
{
	struct callback_call *call = context;

	outgoing_note_overrides(
	    call->callbacks->daemon, note_of(call), result);
	if (result->outcome == WEBHOOK_ABANDONED && call->callbacks->stopping)
		forget(call); /* the store has it as due */
	else if (result->outcome == WEBHOOK_ABANDONED)
		settle(call, ROUTER_CALLBACK_DONE);
	else if (answer_counts(result))
		obey(call, result);
	else
		fail(call, result);
}

/* ---- beginning */

static void
on_wake(evutil_socket_t socket, short ready, void *context)
{
	static const struct timeval at_once = {0, 0};
	struct callbacks *callbacks = context;

	(void)socket;
	(void)ready;
	for (unsigned i = 0; i < LATE_PER_TURN; i++) {
		struct callback_call *call = STAILQ_FIRST(&callbacks->late);
		if (call == NULL)
			return;
		STAILQ_REMOVE_HEAD(&callbacks->late, late_entry);
		settle(call, ROUTER_CALLBACK_DONE);
	}
	(void)evtimer_add(callbacks->wake, &at_once);
}

static void
end_later(struct callback_call *call)
{
	static const struct timeval at_once = {0, 0};
	struct callbacks *callbacks = call->callbacks;

	STAILQ_INSERT_TAIL(&callbacks->late, call, late_entry);
	(void)evtimer_add(callbacks->wake, &at_once);
}

static struct callback_call *
make_call(struct callbacks *callbacks, const struct reservation *reservation)
{
	const struct workflow *workflow = reservation->workflow;
	struct str url = STR_NONE, fallback = STR_NONE;

	if (workflow != NULL) {
		url = workflow->assignment_callback_url;
		fallback = workflow->fallback_assignment_callback_url;
	}
	struct callback_call *call =
	    calloc(1, sizeof *call + url.len + fallback.len);
	if (call == NULL)
		return NULL;
	call->callbacks = callbacks;
	memcpy(call->sid, reservation->object.sid, sizeof call->sid);
	memcpy(call->workspace, reservation->object.workspace->object.sid,
	    sizeof call->workspace);
	memcpy(call->task, reservation->task->object.sid, sizeof call->task);
	memcpy(
	    call->worker, reservation->worker->object.sid, sizeof call->worker);
	if (workflow != NULL)
		memcpy(call->workflow, workflow->object.sid,
		    sizeof call->workflow);
	if (url.len > 0)
		memcpy(call->urls, url.at, url.len);
	if (fallback.len > 0) {
		memcpy(call->urls + url.len, fallback.at, fallback.len);
		call->fallback =
		    (struct str){call->urls + url.len, fallback.len};
	}
	call->url = (struct str){call->urls, url.len};
	/* A Workflow that has a fallback only is served by it. */
	if (url.len == 0 && fallback.len > 0) {
		call->url = call->fallback;
		call->is_fallback = true;
	}
	return call;
}

void
callbacks_start(struct callbacks *callbacks, struct str sid)
{
	struct reservation *reservation =
	    find_reservation(callbacks->daemon, sid);
	struct callback_call *call;

	if (reservation == NULL || callbacks->stopping)
		return;
	call = make_call(callbacks, reservation);
	/* Without memory it stays due: it is sent after the next start. */
	if (call == NULL)
		return;
	if (RB_INSERT(calls_by_sid, &callbacks->calls, call) != NULL) {
		free(call); /* it is under way */
		return;
	}
	callbacks->in_hand++;
	if (call->url.len == 0 || reservation->status != RESERVATION_PENDING)
		end_later(call);
	else if (!send_call(call))
		forget(call);
}

struct callbacks *
callbacks_open(struct daemon *daemon, struct err *err)
{
	struct callbacks *callbacks = calloc(1, sizeof *callbacks);
	int64_t connections = daemon->settings->callback.connections;

	if (callbacks == NULL) {
		(void)err_set(err, 0, "no memory for assignment callbacks");
		return NULL;
	}
	callbacks->daemon = daemon;
	RB_INIT(&callbacks->calls);
	STAILQ_INIT(&callbacks->late);
	callbacks->client = outgoing_open(daemon,
	    connections * CONNECTIONS_NUMERATOR / CONNECTIONS_DENOMINATOR,
	    err);
	callbacks->wake = evtimer_new(daemon->loop, on_wake, callbacks);
	if (callbacks->client != NULL && callbacks->wake != NULL)
		return callbacks;
	if (callbacks->client != NULL)
		(void)err_set(err, 0, "no memory for assignment callbacks");
	callbacks_close(callbacks);
	return NULL;
}

void
callbacks_close(struct callbacks *callbacks)
{
	struct callback_call *call;

	if (callbacks == NULL)
		return;
	outgoing_close(callbacks->daemon, callbacks->client);
	while ((call = RB_MIN(calls_by_sid, &callbacks->calls)) != NULL)
		forget(call);
	if (callbacks->wake != NULL)
		event_free(callbacks->wake);
	free(callbacks);
}

void
callbacks_stop(struct callbacks *callbacks)
{
	callbacks->stopping = true;
	webhook_client_abandon(callbacks->client);
}

size_t
callbacks_in_hand(const struct callbacks *callbacks)
{
	return callbacks->in_hand;
}
