/* SPDX-License-Identifier: MIT
 *
 * What is still to be done of an event: see router/state.h.
 */
#include "base/compat.h"

#include "router/lines.h"
#include "router/state.h"

RB_PROTOTYPE(task_agenda, task, waiting, oldest_compare)
RB_GENERATE(task_agenda, task, waiting, oldest_compare)

void
agenda_route(struct router *router, struct task *task)
{
	if (task->is_unrouted)
		return;
	task->is_unrouted = true;
	RB_INSERT(task_agenda, &router->unrouted, task);
}

static int
compare_freed(const struct worker *a, const struct worker *b)
{
	if (a->freed_rank != b->freed_rank)
		return a->freed_rank < b->freed_rank ? -1 : 1;
	return object_compare_number(&a->object, &b->object);
}
RB_PROTOTYPE(worker_agenda, worker, freed, compare_freed)
RB_GENERATE(worker_agenda, worker, freed, compare_freed)

void
agenda_free(struct router *router, struct worker *worker)
{
	if (worker->is_freed)
		return;
	worker->is_freed = true;
	worker->freed_rank = worker->idle_rank;
	RB_INSERT(worker_agenda, &router->freed, worker);
}

void
agenda_forget_task(struct router *router, struct task *task)
{
	if (task->is_unrouted)
		RB_REMOVE(task_agenda, &router->unrouted, task);
	task->is_unrouted = false;
}

void
agenda_forget_worker(struct router *router, struct worker *worker)
{
	if (worker->is_freed)
		RB_REMOVE(worker_agenda, &router->freed, worker);
	worker->is_freed = false;
}

struct task *
agenda_task(struct router *router)
{
	struct task *task = RB_MIN(task_agenda, &router->unrouted);

	if (task != NULL)
		agenda_forget_task(router, task);
	return task;
}

struct worker *
agenda_worker(struct router *router)
{
	struct worker *worker = RB_MIN(worker_agenda, &router->freed);

	if (worker != NULL)
		agenda_forget_worker(router, worker);
	return worker;
}
