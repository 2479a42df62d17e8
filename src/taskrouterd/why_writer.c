/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/why_writer.h"

static struct str
name_of(struct why_writer *writer, const char *noun, struct str name,
    const struct object *object)
{
	return arena_format(writer->arena, "%s %.*s (%s)", noun,
	    STR_ARGS(name), object->sid);
}

struct str
why_worker_name(struct why_writer *writer, const struct worker *worker)
{
	return name_of(
	    writer, "Worker", worker->friendly_name, &worker->object);
}

struct str
why_queue_name(struct why_writer *writer, const struct task_queue *queue)
{
	return name_of(
	    writer, "TaskQueue", queue->friendly_name, &queue->object);
}

struct str
why_workflow_name(struct why_writer *writer)
{
	const struct workflow *workflow = writer->why->workflow;

	return name_of(
	    writer, "Workflow", workflow->friendly_name, &workflow->object);
}

int64_t
why_seconds_until(const struct why *why, int64_t due)
{
	return due > why->now ? (due - why->now + 999) / 1000 : 0;
}

int64_t
why_seconds_since(const struct why *why, int64_t date)
{
	return why->now > date ? (why->now - date) / 1000 : 0;
}

struct str
why_before_word(const struct task *other, const struct task *task)
{
	const struct task_queue *of = other->task_queue;
	int64_t order = of != NULL ? of->task_order : ORDER_FIFO;
	int64_t own = task->task_queue != NULL ? task->task_queue->task_order
					       : ORDER_FIFO;

	if (order != own)
		return STR("the Workspace puts TaskQueues of its order first");
	if (order == ORDER_LIFO)
		return STR("it is newer, in a LIFO TaskQueue");
	if (other->priority != task->priority)
		return STR("its priority is higher");
	return STR("it is older");
}

/* The open Reservation that a Task is held by; NULL: none. */
const struct reservation *
why_holder(const struct task *task)
{
	const struct reservation *reservation, *held = NULL;

	TAILQ_FOREACH(reservation, &task->reservations, of_task)
		if (reservation->status == RESERVATION_PENDING ||
		    reservation->status == RESERVATION_ACCEPTED ||
		    reservation->status == RESERVATION_WRAPPING ||
		    (task->status == TASK_COMPLETED &&
		        reservation->status == RESERVATION_COMPLETED))
			held = reservation;
	return held;
}

bool
why_has_no_way(const struct why *why)
{
	return why->workflow != NULL && why->matching == 0 &&
	    !why->has_default;
}
