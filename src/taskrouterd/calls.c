/* SPDX-License-Identifier: MIT
 *
 * The list of calls, what is due for them, and how they end.
 */
#include "base/compat.h"

#include "taskrouterd/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "taskrouterd/call.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/debugger.h"
#include "taskrouterd/legs.h"
#include "taskrouterd/outgoing.h"

#define SID_MOST 34
#define ADDRESS_MOST 255     /* bytes: twilio/domain.c */
#define PARAMETERS_MOST 8192 /* bytes of JSON; a longer one is left out */
/* Of the connections that may be open at once for webhooks. */
#define CONNECTIONS_SHARE 4

static int
compare_sid(const struct call *a, const struct call *b)
{
	return memcmp(a->sid, b->sid, sizeof a->sid);
}

static int
compare_due(const struct call_due *a, const struct call_due *b)
{
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

RB_PROTOTYPE(call_sids, call, by_sid, compare_sid)
RB_PROTOTYPE(call_dues, call_due, entry, compare_due)
RB_GENERATE(call_sids, call, by_sid, compare_sid)
RB_GENERATE(call_dues, call_due, entry, compare_due)

/* ---- the list */

struct calls *
calls_open(struct daemon *daemon, struct err *err)
{
	struct calls *calls = calloc(1, sizeof *calls);

	if (calls == NULL) {
		(void)err_set(err, 0, "no memory for calls");
		return NULL;
	}
	calls->daemon = daemon;
	calls->most = (size_t)daemon->settings->limits.calls;
	calls->running_at = ROUTER_NEVER;
	TAILQ_INIT(&calls->all);
	RB_INIT(&calls->by_sid);
	RB_INIT(&calls->by_due);
	LIST_INIT(&calls->askings);
	calls->client = outgoing_open(daemon,
	    daemon->settings->callback.connections / CONNECTIONS_SHARE, err);
	if (calls->client != NULL)
		return calls;
	calls_close(calls);
	return NULL;
}

static void
call_free(struct call *call)
{
	struct calls *calls = call->calls;

	call_clear_due(&call->due);
	call_clear_due(&call->hang_up);
	notices_free(call);
	for (size_t i = 0; i < TRACKS; i++)
		track_close(call, (enum call_track_id)i);
	TAILQ_REMOVE(&calls->all, call, entry);
	(void)RB_REMOVE(call_sids, &calls->by_sid, call);
	calls->count--;
	arena_wipe(&call->memory); /* passwords of URLs */
	free(call);
}

void
calls_close(struct calls *calls)
{
	if (calls == NULL)
		return;
	outgoing_close(calls->daemon, calls->client);
	askings_free(calls);
	while (!TAILQ_EMPTY(&calls->all))
		call_free(TAILQ_FIRST(&calls->all));
	free(calls);
}

void
calls_stop(struct calls *calls)
{
	calls->stopping = true;
	webhook_client_abandon(calls->client);
}

void
calls_interrupt(struct calls *calls, unsigned status, const char *why)
{
	struct call *call;

	TAILQ_FOREACH(call, &calls->all, entry) {
		struct exchange *waiter = call->waiter;
		call->waiter = NULL;
		if (waiter != NULL)
			exchange_refuse(waiter, status, "%s", why);
	}
}

size_t
calls_in_hand(const struct calls *calls)
{
	return calls->in_hand;
}

struct call *
call_find(const struct calls *calls, struct str sid)
{
	/* RB_FIND takes its head as one that it might change. */
	struct call_sids by_sid = calls->by_sid;
	struct call key = {.sid = ""};

	if (sid.len != ROUTER_SID)
		return NULL;
	for (size_t i = 0; i < sid.len; i++)
		key.sid[i] = i < 2 ? sid.at[i] : ascii_lower(sid.at[i]);
	return RB_FIND(call_sids, &by_sid, &key);
}

bool
calls_has(const struct calls *calls, struct str sid)
{
	return call_find(calls, sid) != NULL;
}

bool
call_is_over(const struct call *call)
{
	return call->status >= CALL_COMPLETED || call->status == CALL_NOTED;
}

bool
calls_is_over(const struct calls *calls, struct str sid)
{
	const struct call *call = call_find(calls, sid);

	return call != NULL && call_is_over(call);
}

bool
calls_is_held(const struct calls *calls, struct str reservation)
{
	const struct call *call;

	if (RB_EMPTY(&calls->by_due)) /* as what rings is due some time */
		return false;
	TAILQ_FOREACH(call, &calls->all, entry)
		if (call->waits == WAIT_ANSWER && call->order.accepts &&
		    str_equal(call->order.reservation, reservation))
			return true;
	return false;
}

/* ---- making one */

/* Over, or a Worker whom nobody is on the line with, and who never hangs up. */
static bool
may_go(const struct call *call)
{
	bool is_alone = !call->is_inbound && call->waits == WAIT_HANGUP &&
	    call->partner[0] == '\0' && !call->due.is_set;

	return (call_is_over(call) || is_alone) && call->requests == 0 &&
	    call->notice_count == 0 && call->waiter == NULL;
}

static bool
make_room(struct calls *calls)
{
	struct call *call;

	if (calls->count < calls->most)
		return true;
	TAILQ_FOREACH(call, &calls->all, entry) {
		if (!may_go(call))
			continue;
		call_free(call);
		return true;
	}
	return false;
}

static void
copy_texts(struct call *call)
{
	const struct {
		struct str *text;
		size_t most;
	} texts[] = {
		{&call->order.instruction, 16},
		{&call->order.to, ADDRESS_MOST},
		{&call->order.from, ADDRESS_MOST},
		{&call->order.workspace, SID_MOST},
		{&call->order.task, SID_MOST},
		{&call->order.worker, SID_MOST},
		{&call->order.reservation, SID_MOST},
		{&call->order.call_sid, SID_MOST},
		{&call->order.parameters, PARAMETERS_MOST},
	};

	/* Half of it would be no JSON. */
	if (call->order.parameters.len > PARAMETERS_MOST)
		call->order.parameters = STR_NONE;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		*texts[i].text = arena_str(&call->memory,
		    str_slice(*texts[i].text, 0, texts[i].most));
}

static void
make_sid(struct calls *calls, struct call *call)
{
	unsigned char bytes[16];

	chance_fill(&calls->daemon->chance, CHANCE_SIDS, bytes);
	memcpy(call->sid, "CA", 2);
	for (size_t i = 0; i < sizeof bytes; i++)
		(void)snprintf(call->sid + 2 + 2 * i, 3, "%02x", bytes[i]);
}

struct call *
call_new(struct calls *calls, const struct call_order *order)
{
	struct call *call = make_room(calls) ? calloc(1, sizeof *call) : NULL;

	if (call == NULL)
		return NULL;
	call->calls = calls;
	call->order = *order;
	call->date_answered = call->date_ended = ROUTER_NEVER;
	STAILQ_INIT(&call->steps);
	STAILQ_INIT(&call->notices);
	arena_init(&call->memory, CALL_MEMORY);
	copy_texts(call);
	for (size_t i = 0; i < TRACKS; i++)
		arena_init(&call->tracks[i].arena, TWIML_MEMORY);
	if (call->memory.overflow) {
		arena_release(&call->memory);
		free(call);
		return NULL;
	}
	make_sid(calls, call);
	TAILQ_INSERT_TAIL(&calls->all, call, entry);
	(void)RB_INSERT(call_sids, &calls->by_sid, call);
	calls->count++;
	calls->total++;
	return call;
}

/* ---- time */

int64_t
call_now(const struct calls *calls)
{
	return calls->running_at != ROUTER_NEVER ? calls->running_at
						 : daemon_now(calls->daemon);
}

void
call_clear_due(struct call_due *due)
{
	if (due->is_set)
		(void)RB_REMOVE(
		    call_dues, &due->call->calls->by_due, due);
	due->is_set = false;
}

void
call_set_due(struct call_due *due, struct call *call, int64_t at,
    void (*run)(struct call *call))
{
	call_clear_due(due);
	due->at = at;
	due->order = ++call->calls->order;
	due->call = call;
	due->run = run;
	due->is_set = true;
	(void)RB_INSERT(call_dues, &call->calls->by_due, due);
}

int64_t
calls_next_due(const struct calls *calls)
{
	struct call_dues by_due = calls->by_due;
	const struct call_due *first = RB_MIN(call_dues, &by_due);

	return first != NULL ? first->at : ROUTER_NEVER;
}

void
calls_run(struct calls *calls, int64_t now)
{
	struct call_due *due;

	while ((due = RB_MIN(call_dues, &calls->by_due)) != NULL &&
	    due->at <= now) {
		struct call *call = due->call;
		call_clear_due(due);
		calls->running_at = due->at;
		due->run(call);
		call_rested(call);
	}
	calls->running_at = ROUTER_NEVER;
}

/* ---- instructions */

void
calls_redirect(struct calls *calls, struct str sid, struct str url)
{
	struct call *call = call_find(calls, sid);

	if (call != NULL)
		call_redirect(call, url, false);
}

bool
calls_begin(struct calls *calls, const struct call_order *order,
    struct json_object *parameters, char sid[ROUTER_SID + 1],
    struct refusal *refusal)
{
	struct call *call = call_new(calls, order);

	*refusal = (struct refusal){.status = 400, .code = order->error};
	if (call == NULL) {
		(void)snprintf(refusal->text, sizeof refusal->text,
		    "there are as many calls as limits.calls allows");
		return false;
	}
	memcpy(sid, call->sid, sizeof call->sid);
	if (!order->is_dialled || leg_begin(call, parameters))
		return true;
	(void)snprintf(refusal->text, sizeof refusal->text,
	    "Reservation %.*s is not pending any more",
	    STR_ARGS(order->reservation));
	return false;
}
