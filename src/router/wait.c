/* SPDX-License-Identifier: MIT
 *
 * Where a Task waits: in a line, for one Worker, or for one who is unknown.
 */
#include "base/compat.h"

#include <stdlib.h>

#include "router/lines.h"
#include "router/names.h"
#include "router/state.h"
#include "router/step.h"

#define REST INT64_C(1000) /* ms: router_options.offers_most */
#define SIGNATURE_MOST ((size_t)65536) /* bytes; longer ones wait alone */

static struct str
signature_of(const struct task *task, const struct expr *expression,
    struct buf *out)
{
	struct names context = {.task = task};
	struct expr_names names = names_of(&context);

	if (expression == NULL)
		return STR("");
	expr_signature(expression, EXPR_ROOT_TASK, &names, out);
	/* The SID is nobody else's signature: this one waits alone. */
	return out->failed ? str_from(task->object.sid) : buf_str(out);
}

/* ---- crowds and demands */

static void
crowd_describe(
    struct crowds *among, const struct task *task, struct crowd *crowd)
{
	const struct expr *expression = step_expression(task);
	struct expr_reference *reference = &crowd->pivot.task;
	struct names context = {.task = task};
	struct expr_names names = names_of(&context);

	*crowd = (struct crowd){
		.among = among,
		.queue = task->task_queue,
		.channel = task->task_channel,
		.expression = expression,
	};
	if (expression == NULL || !expr_find_pivot(expression, &crowd->pivot))
		return;
	crowd->has_pivot = true;
	crowd->value = expr_value_hash(names.find(names.context,
	    reference->root, reference->steps, reference->count));
}

static struct crowd *
crowd_join(struct crowds *among, const struct task *task)
{
	struct crowd key, *crowd;

	crowd_describe(among, task, &key);
	crowd = RB_FIND(crowds, among, &key);
	if (crowd != NULL)
		return crowd;
	crowd = router_alloc(sizeof *crowd);
	*crowd = key;
	RB_INSERT(crowds, among, crowd);
	return crowd;
}

/* NULL: nobody asks for the same. `buf` is for its signature. */
static struct demand *
demand_find(struct crowd *crowd, const struct task *task, struct buf *buf,
    struct str *signature)
{
	struct demand key;

	*signature = signature_of(task, crowd->expression, buf);
	key.signature = *signature;
	return RB_FIND(demands, &crowd->demands, &key);
}

static struct demand *
demand_make(struct crowd *crowd, struct str signature)
{
	struct demand *demand = router_alloc(sizeof *demand);

	demand->crowd = crowd;
	demand->signature = router_copy(signature);
	RB_INSERT(demands, &crowd->demands, demand);
	return demand;
}

/* Its first Task is another one, or none. */
static void
demand_set_first(struct demand *demand, struct task *first)
{
	struct crowd *crowd = demand->crowd;

	if (demand->first == first)
		return;
	if (demand->first != NULL)
		RB_REMOVE(urgent_demands, &crowd->urgent, demand);
	demand->first = first;
	if (first != NULL)
		RB_INSERT(urgent_demands, &crowd->urgent, demand);
}

static void
demand_join(struct crowds *among, struct task *task)
{
	struct crowd *crowd = crowd_join(among, task);
	struct demand *demand;
	struct str signature;
	struct buf buf;

	buf_init(&buf, SIGNATURE_MOST);
	demand = demand_find(crowd, task, &buf, &signature);
	if (demand == NULL)
		demand = demand_make(crowd, signature);
	buf_release(&buf);
	task->demand = demand;
	RB_INSERT(waiting_tasks, &demand->tasks, task);
	demand_set_first(demand, RB_MIN(waiting_tasks, &demand->tasks));
}

static void
demand_leave(struct demand *demand, struct task *task)
{
	struct crowd *crowd = demand->crowd;
	struct task *first = demand->first == task
	    ? RB_NEXT(waiting_tasks, &demand->tasks, task)
	    : demand->first;

	demand_set_first(demand, first);
	RB_REMOVE(waiting_tasks, &demand->tasks, task);
	task->demand = NULL;
	if (first != NULL)
		return;
	RB_REMOVE(demands, &crowd->demands, demand);
	router_set_text(&demand->signature, STR_NONE);
	free(demand);
	if (!RB_EMPTY(&crowd->demands))
		return;
	RB_REMOVE(crowds, crowd->among, crowd);
	free(crowd);
}

bool
wait_has_others(struct line *line, const struct task *task)
{
	struct crowd key, *crowd;
	struct str signature;
	struct buf buf;
	bool found;

	crowd_describe(&line->crowds, task, &key);
	crowd = RB_FIND(crowds, &line->crowds, &key);
	if (crowd == NULL)
		return false;
	buf_init(&buf, SIGNATURE_MOST);
	found = demand_find(crowd, task, &buf, &signature) != NULL;
	buf_release(&buf);
	return found;
}

/* ---- resting */

/* The one that was made before all but `count` - 1 others; NULL: there are not
 * so many. */
static const struct reservation *
reservation_before(const struct task *task, size_t count)
{
	const struct reservation *reservation;

	TAILQ_FOREACH_REVERSE(
	    reservation, &task->reservations, task_reservations, of_task)
		if (--count == 0)
			break;
	return reservation;
}

int64_t
wait_rests_until(const struct router *router, const struct task *task)
{
	size_t most = router->options.offers_most;
	const struct reservation *offer =
	    most > 0 ? reservation_before(task, most) : NULL;

	if (offer == NULL ||
	    offer->object.date_created <= task->object.date_updated - REST)
		return ROUTER_NEVER;
	return offer->object.date_created + REST;
}

static void
rest(struct router *router, struct task *task, int64_t until)
{
	router_set_timer(router, &task->rest_timer, &task->object, until);
	TAILQ_INSERT_TAIL(&task->object.workspace->resting, task, stray);
	task->is_resting = true;
}

/* The date tells a router that is restored that the rest is over. */
void
wait_end_rest(struct router *router, struct task *task)
{
	wait_end(router, task);
	task->object.date_updated = router->now;
	object_touch(router, &task->object);
	task->is_rested = true;
	agenda_route(router, task);
}

void
wait_reckon_rest(struct router *router, struct task *task)
{
	int64_t until;

	if (!task->is_resting)
		return;
	until = wait_rests_until(router, task);
	if (until == ROUTER_NEVER || until <= router->now)
		wait_end_rest(router, task);
	else
		timers_set(&router->timers, &task->rest_timer, until);
}

/* ---- waiting */

void
wait_begin(struct router *router, struct task *task)
{
	int64_t deadline = step_deadline(task);
	int64_t rests_until = wait_rests_until(router, task);

	if (deadline != ROUTER_NEVER)
		router_set_timer(
		    router, &task->route_timer, &task->object, deadline);
	if (rests_until != ROUTER_NEVER) {
		rest(router, task, rests_until);
	} else if (!step_is_for_one(task)) {
		demand_join(&lines_find(router, task->task_queue,
		    task->task_channel)->crowds, task);
	} else if (task->wanted != NULL) {
		demand_join(&task->wanted->wanted, task);
	} else {
		TAILQ_INSERT_TAIL(
		    &task->object.workspace->strays, task, stray);
		task->is_stray = true;
	}
}

void
wait_end(struct router *router, struct task *task)
{
	struct workspace *workspace = task->object.workspace;

	timers_clear(&router->timers, &task->route_timer);
	timers_clear(&router->timers, &task->rest_timer);
	if (task->demand != NULL)
		demand_leave(task->demand, task);
	if (task->is_stray)
		TAILQ_REMOVE(&workspace->strays, task, stray);
	if (task->is_resting)
		TAILQ_REMOVE(&workspace->resting, task, stray);
	task->is_stray = task->is_resting = false;
}

/* ---- for one Worker */

struct str
wait_known_worker(const struct task *task, const struct plan_target *target)
{
	const struct expr_reference *reference = &target->known_worker;
	struct names context = {.task = task};
	struct expr_names names = names_of(&context);
	struct expr_value value;

	if (!target->has_known_worker)
		return STR_NONE;
	value = names.find(names.context, reference->root, reference->steps,
	    reference->count);
	return value.type == EXPR_STRING ? value.text : STR_NONE;
}

unsigned
wait_unknown(const struct task *task, const struct plan_target *target)
{
	struct str name = wait_known_worker(task, target);
	bool is_name = target->known_by_name || name.len == ROUTER_SID;

	if (!target->has_known_worker || task->wanted != NULL)
		return 0;
	return name.at == NULL ? 40152 : is_name ? 40155 : 40154;
}

static void
want_known(struct router *router, struct task *task,
    const struct plan_target *target)
{
	struct workspace *workspace = task->object.workspace;
	struct str name = wait_known_worker(task, target);
	struct worker *worker = NULL;

	if (name.at != NULL && target->known_by_name)
		worker = worker_by_name(workspace, name);
	else if (name.at != NULL)
		worker = (struct worker *)router_find_in(
		    router, workspace, KIND_WORKER, name);
	task->wanted = worker;
}

void
wait_find_wanted(struct router *router, struct task *task)
{
	const struct plan_target *target = step_target(task);

	if (target != NULL)
		want_known(router, task, target);
	else
		task->wanted = (struct worker *)router_find_in(router,
		    task->object.workspace, KIND_WORKER, task->routing_target);
}

void
wait_lose_worker(struct router *router, struct worker *worker)
{
	struct crowd *crowd;
	struct task *task;

	TAILQ_FOREACH(task, &worker->object.workspace->resting, stray)
		if (task->wanted == worker)
			task->wanted = NULL;
	while ((crowd = RB_MIN(crowds, &worker->wanted)) != NULL) {
		task = RB_MIN(demands, &crowd->demands)->first;
		wait_end(router, task);
		task->wanted = NULL;
		wait_begin(router, task);
	}
}

void
wait_find_strays(struct router *router, struct workspace *workspace)
{
	struct task *last =
	    TAILQ_LAST(&workspace->strays, stray_tasks), *task;

	TAILQ_FOREACH(task, &workspace->resting, stray)
		wait_find_wanted(router, task);
	if (last == NULL)
		return;
	/* Who stays one goes to the end of the list. */
	do {
		task = TAILQ_FIRST(&workspace->strays);
		wait_end(router, task);
		wait_find_wanted(router, task);
		wait_begin(router, task);
	} while (task != last);
}
