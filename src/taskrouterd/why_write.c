/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/why_write.h"

#include "router/field.h"
#include "taskrouterd/json_put.h"

#define RESERVATIONS_MOST 50 /* that are told of: the latest */

/* ---- pieces */

static void
open_object(struct buf *out, const char *key)
{
	if (key != NULL)
		json_put_key(out, key);
	else
		json_put_item(out);
	buf_add_byte(out, '{');
}

static void
open_array(struct buf *out, const char *key)
{
	json_put_key(out, key);
	buf_add_byte(out, '[');
}

static void
put_text(struct buf *out, const char *key, struct str text)
{
	json_put_key(out, key);
	json_put_text(out, text);
}

static void
put_integer(struct buf *out, const char *key, int64_t integer)
{
	json_put_key(out, key);
	json_put_integer(out, integer);
}

static void
put_count(struct buf *out, const char *key, size_t count)
{
	put_integer(out, key, (int64_t)count);
}

static void
put_boolean(struct buf *out, const char *key, bool boolean)
{
	json_put_key(out, key);
	json_put_boolean(out, boolean);
}

static void
put_null(struct buf *out, const char *key)
{
	put_text(out, key, STR_NONE);
}

/* A date, and how many seconds it is until then. */
static void
put_date(struct buf *out, const char *key, int64_t date)
{
	json_put_key(out, key);
	json_put_date(out, date);
}

static void
put_due(struct buf *out, const char *key, const char *seconds_key,
    const struct why *why, int64_t due)
{
	put_date(out, key, due);
	if (due == ROUTER_NEVER)
		put_null(out, seconds_key);
	else
		put_integer(out, seconds_key,
		    due > why->now ? (due - why->now + 999) / 1000 : 0);
}

static void
put_list(struct buf *out, const char *key, const struct str *texts,
    size_t count)
{
	open_array(out, key);
	for (size_t i = 0; i < count; i++) {
		json_put_item(out);
		json_put_text(out, texts[i]);
	}
	buf_add_byte(out, ']');
}

static void
put_doubts(struct buf *out, const struct why_doubts *doubts)
{
	put_list(out, "doubts", doubts->texts, doubts->count);
}

/* ---- expressions */

static void
put_comparison(struct buf *out, const struct why_comparison *comparison)
{
	open_object(out, NULL);
	put_text(out, "comparison", comparison->text);
	put_text(out, "left", comparison->left);
	put_text(out, "right", comparison->right);
	put_boolean(out, "holds", comparison->holds);
	put_text(out, "note", comparison->note);
	buf_add_byte(out, '}');
}

static void
put_expression(struct buf *out, const char *key,
    const struct why_expression *expression)
{
	if (expression == NULL) {
		put_null(out, key);
		return;
	}
	open_object(out, key);
	put_text(out, "expression", expression->text);
	put_boolean(out, "holds", expression->holds);
	open_array(out, "comparisons");
	for (size_t i = 0; i < expression->count; i++)
		put_comparison(out, &expression->comparisons[i]);
	buf_add_str(out, STR("]}"));
}

/* ---- the Task */

static void
put_task(struct buf *out, const struct why *why)
{
	const struct task *task = why->task;

	open_object(out, "task");
	put_text(out, "sid", str_from(task->object.sid));
	put_text(out, "workspace_sid",
	    str_from(task->object.workspace->object.sid));
	put_text(out, "assignment_status",
	    str_from(task_status_name(task->status)));
	put_text(out, "reason", task->reason);
	put_text(out, "attributes", task->attributes);
	put_integer(out, "priority", task->priority);
	put_text(out, "task_channel_sid",
	    str_from(task->task_channel->object.sid));
	put_text(out, "task_channel_unique_name",
	    task->task_channel->unique_name);
	put_text(out, "routing_target", task->routing_target);
	put_boolean(out, "ignore_capacity", task->ignore_capacity);
	put_integer(out, "times_reserved", task->assignments);
	put_due(out, "rests_until", "rests_for", why, why->rests_until);
	put_date(out, "date_created", task->object.date_created);
	put_date(out, "virtual_start_time", task->virtual_start_time);
	put_due(out, "ends", "ends_in", why, why->life_due);
	buf_add_byte(out, '}');
}

/* ---- the Workflow */

static void
put_filter(struct buf *out, const struct why_filter *filter)
{
	open_object(out, NULL);
	if (filter->index == PLAN_DEFAULT)
		put_text(out, "filter", STR("default_filter"));
	else
		put_integer(out, "filter", filter->index);
	put_text(out, "filter_friendly_name", filter->friendly_name);
	put_boolean(out, "matches", filter->matches);
	put_boolean(out, "is_current", filter->is_current);
	put_expression(out, "expression", filter->expression);
	put_doubts(out, &filter->doubts);
	buf_add_byte(out, '}');
}

static void
put_queue_name(struct buf *out, const struct task_queue *queue)
{
	put_text(out, "task_queue_sid",
	    queue != NULL ? str_from(queue->object.sid) : STR_NONE);
	put_text(out, "task_queue_friendly_name",
	    queue != NULL ? queue->friendly_name : STR_NONE);
}

static void
put_option(struct buf *out, const char *key, int64_t value, int64_t none)
{
	if (value == none)
		put_null(out, key);
	else
		put_integer(out, key, value);
}

static void
put_target(
    struct buf *out, const struct why *why, const struct why_target *target)
{
	const struct plan_target *plan = target->plan;

	open_object(out, NULL);
	put_integer(out, "target", target->index);
	put_text(out, "standing", str_from(why_stand_words[target->stand]));
	put_queue_name(out, target->queue);
	put_text(out, "expression", target->expression);
	put_text(out, "order_by", target->order);
	put_option(out, "priority", plan->priority, PLAN_NO_PRIORITY);
	put_option(out, "timeout", plan->timeout, PLAN_NO_TIMEOUT);
	put_expression(out, "skip_if_now", target->skip_if);
	put_boolean(out, "has_known_worker", plan->has_known_worker);
	put_text(out, "known_worker", target->known);
	put_due(out, "begins", "begins_in", why, target->begins);
	put_due(out, "ends", "ends_in", why, target->ends);
	put_count(out, "eligible_workers", target->members);
	put_count(out, "available_workers", target->available);
	buf_add_byte(out, '}');
}

static const char *const nexts[] = {
	[WHY_NEXT_TARGET] = "target",
	[WHY_NEXT_FILTER] = "filter",
	[WHY_NEXT_CANCELED] = "canceled",
};

static void
put_next(struct buf *out, const struct why *why)
{
	if (why->next == WHY_NEXT_NONE) {
		put_null(out, "next");
		return;
	}
	open_object(out, "next");
	put_text(out, "what", str_from(nexts[why->next]));
	put_due(out, "date", "in", why, why->next_at);
	if (why->next != WHY_NEXT_CANCELED) {
		put_integer(out, "filter", why->next_filter);
		put_integer(out, "target", why->next_target);
	}
	buf_add_byte(out, '}');
}

static void
put_workflow(struct buf *out, const struct why *why)
{
	if (why->workflow == NULL) {
		put_null(out, "workflow");
		return;
	}
	open_object(out, "workflow");
	put_text(out, "sid", str_from(why->workflow->object.sid));
	put_text(out, "friendly_name", why->workflow->friendly_name);
	put_text(out, "configuration",
	    why->is_imagined      ? STR("of today")
		: why->is_earlier ? STR("an earlier one")
				  : STR("the current one"));
	put_count(out, "filters_total", why->filter_total);
	put_count(out, "filters_matching", why->matching);
	put_boolean(out, "has_default_filter", why->has_default);
	open_array(out, "filters");
	for (size_t i = 0; i < why->filter_count; i++)
		put_filter(out, &why->filters[i]);
	buf_add_byte(out, ']');
	put_count(out, "targets_total", why->target_total);
	open_array(out, "targets");
	for (size_t i = 0; i < why->target_count; i++)
		put_target(out, why, &why->targets[i]);
	buf_add_byte(out, ']');
	put_next(out, why);
	buf_add_byte(out, '}');
}

/* ---- TaskQueue, and who stands before */

static void
put_queue(struct buf *out, const struct why *why)
{
	const struct task_queue *queue = why->task->task_queue;

	if (queue == NULL) {
		put_null(out, "task_queue");
		return;
	}
	open_object(out, "task_queue");
	put_text(out, "sid", str_from(queue->object.sid));
	put_text(out, "friendly_name", queue->friendly_name);
	put_text(out, "target_workers", queue->target_workers);
	put_doubts(out, &why->queue_doubts);
	put_text(out, "task_order",
	    queue->task_order == ORDER_LIFO ? STR("LIFO") : STR("FIFO"));
	put_integer(out, "max_reserved_workers", queue->max_reserved_workers);
	put_count(out, "eligible_workers", queue->member_count);
	put_date(out, "entered", why->task->task_queue_entered_date);
	buf_add_byte(out, '}');
}

static void
put_before(struct buf *out, const struct why *why)
{
	const struct task *first = why->before.first;

	if (why->task->status != TASK_PENDING) {
		put_null(out, "tasks_before");
		return;
	}
	open_object(out, "tasks_before");
	put_count(out, "count", why->before.count);
	put_text(out, "first_task_sid",
	    first != NULL ? str_from(first->object.sid) : STR_NONE);
	put_text(out, "because",
	    first != NULL ? why_before_word(first, why->task) : STR_NONE);
	buf_add_byte(out, '}');
}

/* ---- Workers */

static const char *const obstacle_keys[OBSTACLE_COUNT] = {
	"activity_not_available",
	"channel_not_available",
	"no_capacity",
	"has_reservation",
	"target_expression_false",
	"not_eligible",
};

static void
put_channel(struct buf *out, const struct worker_channel *channel)
{
	open_object(out, "channel");
	put_text(out, "task_channel_unique_name",
	    channel->task_channel->unique_name);
	put_boolean(out, "available", channel->available);
	put_integer(
	    out, "configured_capacity", channel->configured_capacity);
	put_count(out, "open_reservations", channel->open);
	buf_add_byte(out, '}');
}

static void
put_busy(struct buf *out, const struct reservation *reservation)
{
	if (reservation == NULL) {
		put_null(out, "open_reservation");
		return;
	}
	open_object(out, "open_reservation");
	put_text(out, "sid", str_from(reservation->object.sid));
	put_text(out, "task_sid", str_from(reservation->task->object.sid));
	put_text(out, "reservation_status",
	    str_from(reservation_status_name(reservation->status)));
	buf_add_byte(out, '}');
}

static void
put_worker(struct buf *out, const struct why_worker *told)
{
	const struct worker *worker = told->worker;

	open_object(out, NULL);
	put_text(out, "sid", str_from(worker->object.sid));
	put_text(out, "friendly_name", worker->friendly_name);
	open_array(out, "in_the_way");
	for (size_t i = 0; i < OBSTACLE_COUNT; i++) {
		if (((told->obstacles >> i) & 1) == 0)
			continue;
		json_put_item(out);
		json_put_text(out, str_from(why_obstacle_words[i]));
	}
	buf_add_byte(out, ']');
	put_text(out, "activity_sid", str_from(worker->activity->object.sid));
	put_text(out, "activity_name", worker->activity->friendly_name);
	put_boolean(out, "available", worker->activity->available);
	put_channel(out, told->channel);
	put_busy(out, told->busy);
	put_expression(out, "target_workers", told->membership);
	put_expression(out, "target_expression", told->expression);
	put_text(out, "would_first_take_task_sid",
	    told->first != NULL ? str_from(told->first->object.sid)
				: STR_NONE);
	buf_add_byte(out, '}');
}

static void
put_workers(struct buf *out, const struct why *why)
{
	const struct why_counts *counts = &why->counts;

	if (why->task->status != TASK_PENDING) {
		put_null(out, "workers");
		return;
	}
	open_object(out, "workers");
	put_count(out, "total", counts->total);
	put_count(out, "eligible", counts->members);
	put_count(out, "eligible_and_free", counts->free);
	put_count(out, "eligible_and_suitable", counts->suitable);
	open_object(out, "in_the_way");
	for (size_t i = 0; i < OBSTACLE_COUNT; i++)
		put_count(out, obstacle_keys[i], counts->obstacles[i]);
	buf_add_byte(out, '}');
	open_array(out, "workers");
	for (size_t i = 0; i < why->worker_count; i++)
		put_worker(out, &why->workers[i]);
	buf_add_str(out, STR("]}"));
}

/* ---- what happened */

static void
put_reservation(
    struct buf *out, const struct why *why, const struct reservation *held)
{
	bool is_pending = held->status == RESERVATION_PENDING;

	open_object(out, NULL);
	put_text(out, "sid", str_from(held->object.sid));
	put_text(out, "reservation_status",
	    str_from(reservation_status_name(held->status)));
	put_text(out, "worker_sid", str_from(held->worker->object.sid));
	put_text(out, "worker_name", held->worker->friendly_name);
	put_date(out, "date_created", held->object.date_created);
	put_date(out, "date_updated", held->object.date_updated);
	put_due(out, "times_out", "times_out_in", why,
	    is_pending ? held->deadline : ROUTER_NEVER);
	put_boolean(
	    out, "callback_is_due", held->callback == CALLBACK_DUE);
	buf_add_byte(out, '}');
}

/* The latest first. */
static void
put_reservations(struct buf *out, const struct why *why)
{
	const struct reservation *reservation;
	size_t total = 0;

	open_object(out, "reservations");
	open_array(out, "latest");
	TAILQ_FOREACH_REVERSE(reservation, &why->task->reservations,
	    task_reservations, of_task)
		if (total++ < RESERVATIONS_MOST)
			put_reservation(out, why, reservation);
	buf_add_byte(out, ']');
	put_count(out, "total", total);
	buf_add_byte(out, '}');
}

void
why_write(struct buf *out, const struct why *why,
    const struct why_words *words)
{
	buf_add_byte(out, '{');
	put_text(out, "summary", words->summary);
	put_list(out, "would_change", words->would_change, words->count);
	put_list(out, "alerts", words->alerts, words->alert_count);
	put_count(out, "alerts_total", words->alert_total);
	put_task(out, why);
	put_workflow(out, why);
	put_queue(out, why);
	put_before(out, why);
	put_workers(out, why);
	put_reservations(out, why);
	buf_add_byte(out, '}');
}
