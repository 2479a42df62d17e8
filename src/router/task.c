/* SPDX-License-Identifier: MIT
 *
 * What ends a Task.
 * Source: https://www.twilio.com/docs/taskrouter/lifecycle-task-state
 */
#include "base/compat.h"

#include "router/record.h"
#include "router/state.h"
#include "router/step.h"

static void
forget_routing(struct router *router, struct task *task)
{
	agenda_forget_task(router, task);
	wait_end(router, task);
	step_enter(router, task, NULL);
}

void
task_life_timer(struct router *router, struct task *task)
{
	if (task_is_waiting(task)) {
		task_cancel(router, task, STR("Task TTL Exceeded"));
		return;
	}
	if (task_is_worked_on(task))
		record_task(router, task, RECORD_TASK_SYSTEM_DELETED);
	task_delete(router, task);
}

/* ---- ending */

static void
end(struct router *router, struct task *task, enum task_status status,
    struct str reason)
{
	forget_routing(router, task);
	task->status = status;
	task->date_ended = router->now;
	router_set_text(&task->reason, reason);
	if (task->task_queue != NULL)
		task->task_queue->tasks--;
	if (task->workflow != NULL)
		task->workflow->tasks--;
	object_changed(router, &task->object);
	task_set_life_timer(router, task);
}

void
task_cancel(struct router *router, struct task *task, struct str reason)
{
	struct reservation *reservation;

	end(router, task, TASK_CANCELED, reason);
	TAILQ_FOREACH(reservation, &task->reservations, of_task)
		if (reservation->status == RESERVATION_PENDING)
			reservation_end(
			    router, reservation, RESERVATION_CANCELED, NULL);
	record_task(router, task, RECORD_TASK_CANCELED);
}

/* In the order that was seen: task.completed, reservation.completed,
 * task.updated. */
void
task_complete(struct router *router, struct task *task, struct str reason)
{
	struct reservation *reservation;

	end(router, task, TASK_COMPLETED, reason);
	record_task(router, task, RECORD_TASK_COMPLETED);
	TAILQ_FOREACH(reservation, &task->reservations, of_task)
		if (reservation_is_open(reservation))
			reservation_finish(router, reservation);
	record_task(router, task, RECORD_TASK_UPDATED);
}

void
task_wrapped(struct router *router, struct task *task)
{
	if (task->status == TASK_WRAPPING)
		return;
	task->status = TASK_WRAPPING;
	object_changed(router, &task->object);
	record_task(router, task, RECORD_TASK_WRAPUP);
}

void
task_wrap(struct router *router, struct task *task)
{
	struct reservation *reservation;

	task_wrapped(router, task);
	TAILQ_FOREACH(reservation, &task->reservations, of_task)
		if (reservation->status == RESERVATION_ACCEPTED)
			reservation_wrap(router, reservation);
}

void
task_delete(struct router *router, struct task *task)
{
	struct reservation *reservation;

	if (!task_is_finished(task))
		end(router, task, TASK_CANCELED, STR_NONE);
	while ((reservation = TAILQ_FIRST(&task->reservations)) != NULL)
		reservation_delete(router, reservation);
	timers_clear(&router->timers, &task->life_timer);
	task->task_channel->tasks--;
	object_remove(router, &task->object);
}

void
task_delete_by_hand(struct router *router, struct task *task)
{
	struct reservation *reservation;

	if (task_is_waiting(task))
		end(router, task, TASK_CANCELED, STR_NONE);
	TAILQ_FOREACH(reservation, &task->reservations, of_task)
		if (reservation->status == RESERVATION_PENDING)
			reservation_end(
			    router, reservation, RESERVATION_CANCELED, NULL);
	record_task(router, task, RECORD_TASK_DELETED);
	task_delete(router, task);
}
