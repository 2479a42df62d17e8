/* SPDX-License-Identifier: MIT
 *
 * What a Worker's call does to Reservation, Task and Worker.
 */
#include "base/compat.h"

#include "taskrouterd/legs.h"

/* A Reservation outlives the ringing by so much, where nobody ends it: after a
 * restart the call is gone. */
#define HOLD_MORE_MS 5000

bool
leg_accept(struct call *leg)
{
	const struct change change = {
		.field = &field_rows[FIELD_RESERVATION_STATUS],
		.integer = RESERVATION_ACCEPTED,
	};

	return call_update(leg->calls, KIND_RESERVATION,
	    leg->order.reservation, ROUTER_UPDATE, &change, 1);
}

void
leg_hold(struct call *leg, int64_t until)
{
	const struct change change = {
		.field = &field_rows[FIELD_RESERVATION_DEADLINE],
		.integer = until + HOLD_MORE_MS,
	};

	(void)call_update(leg->calls, KIND_RESERVATION, leg->order.reservation,
	    ROUTER_HOLD, &change, 1);
}

/* In a single-tasking Workspace the Worker goes where post_work_activity_sid
 * says, and the Task is completed, since nothing wraps there; in a multitasking
 * one the Task wraps, as where the system ends a call. First the Worker: he is
 * not to get another Task in between.
 * Source: https://www.twilio.com/docs/taskrouter/lifecycle-task-state,
 * https://www.twilio.com/docs/taskrouter/multitasking */
void
leg_after_call(struct call *leg)
{
	struct reservation *reservation =
	    (struct reservation *)(void *)call_object(
		leg->calls, KIND_RESERVATION, leg->order.reservation);
	struct change change = {.field = &field_rows[FIELD_WORKER_ACTIVITY]};

	if (reservation == NULL || reservation->status != RESERVATION_ACCEPTED)
		return;
	bool is_single = !reservation->object.workspace->multi_task_enabled;
	change.object =
	    call_object(leg->calls, KIND_ACTIVITY, leg->post_work);
	if (is_single && change.object != NULL)
		(void)call_update(leg->calls, KIND_WORKER, leg->order.worker,
		    ROUTER_UPDATE, &change, 1);
	change = (struct change){
		.field = &field_rows[FIELD_TASK_STATUS],
		.integer = is_single ? TASK_COMPLETED : TASK_WRAPPING,
	};
	(void)call_update(leg->calls, KIND_TASK, leg->order.task,
	    ROUTER_UPDATE, &change, 1);
}

/* The Task's attributes with the call that the Worker is on; absent where they
 * would become longer than attributes may be. */
static struct str
with_worker_call(
    struct arena *arena, struct str attributes, const char *call_sid)
{
	const struct json_limits limits = {.values = 4096};
	struct json_member member = {0};
	struct json_object *values;
	struct str text = STR("{");
	struct err err;

	if (!json_parse(arena, attributes, limits, &values, &err))
		return STR_NONE;
	while (json_next(values, &member)) {
		if (str_is(member.key, "worker_call_sid"))
			continue;
		struct str parts[] = {text, json_quote(arena, member.key),
		    STR(":"), json_write(arena, member.value), STR(",")};
		text = arena_join(arena, parts, ARRAY_LENGTH(parts));
	}
	text = arena_format(arena, "%.*s\"worker_call_sid\":\"%s\"}",
	    STR_ARGS(text), call_sid);
	int64_t most = field_rows[FIELD_TASK_ATTRIBUTES].most;
	return str_utf8_length(text) > (uint64_t)most ? STR_NONE : text;
}

/* Attributes that are full stay as they are. */
void
leg_name(struct call *leg)
{
	struct task *task = (struct task *)(void *)call_object(
	    leg->calls, KIND_TASK, leg->order.task);
	struct change change = {.field = &field_rows[FIELD_TASK_ATTRIBUTES]};
	struct arena arena;

	if (task == NULL)
		return;
	arena_init(&arena, TWIML_MEMORY * 4);
	change.text = with_worker_call(&arena, task->attributes, leg->sid);
	if (change.text.at != NULL)
		(void)call_update(leg->calls, KIND_TASK, leg->order.task,
		    ROUTER_UPDATE, &change, 1);
	arena_release(&arena);
}
