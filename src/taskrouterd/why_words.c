/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/why_words.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/clock.h"
#include "router/field.h"
#include "taskrouterd/why_writer.h"

/* Names and a reason that are as long as may be fit. */
#define SUMMARY_CEILING ((size_t)1 << 20)

const char *const why_obstacle_words[OBSTACLE_COUNT] = {
	"Activity not available",
	"WorkerChannel not available",
	"no capacity left",
	"has a Reservation",
	"target expression is false",
	"not eligible for the TaskQueue",
};

const char *const why_stand_words[] = {
	[WHY_TIMED_OUT] = "timed out",
	[WHY_SKIPPED] = "skipped",
	[WHY_CURRENT] = "current",
	[WHY_AHEAD] = "ahead",
	[WHY_NEVER] = "never reached",
};

/* "; in the way: Activity not available (3), …": how many of the members. */
static void
add_obstacles(const struct why *why, struct buf *out)
{
	const char *separator = "; in the way: ";

	for (size_t i = 0; i < OBSTACLE_COUNT; i++) {
		if (why->counts.obstacles[i] == 0 ||
		    1U << i == OBSTACLE_MEMBER)
			continue;
		buf_format(out, "%s%s (%zu)", separator,
		    why_obstacle_words[i], why->counts.obstacles[i]);
		separator = ", ";
	}
}

/* " by target 1 of filter 0 (spanish)" */
static void
add_target(const struct why *why, struct buf *out)
{
	if (why->target == NULL || why->current == NULL)
		return;
	if (why->current->index == PLAN_DEFAULT) {
		buf_add_str(out, STR(" by the default_filter"));
		return;
	}
	buf_format(out, " by target %" PRId64 " of filter %" PRId64,
	    why->target->index, why->current->index);
	if (why->current->friendly_name.len > 0)
		buf_format(out, " (%.*s)",
		    STR_ARGS(why->current->friendly_name));
}

static void
sum_up_unknown(struct why_writer *writer, struct buf *out)
{
	const struct why *why = writer->why;
	struct str known = why->target->known;

	buf_add_str(out,
	    STR(" and waits for a known Worker, who is unknown: "));
	if (why->unknown == 40152)
		buf_add_str(out, STR("the Task has no such attribute, or it "
				     "is no string"));
	else if (why->unknown == 40154)
		buf_format(out, "\"%.*s\" is no SID of a Worker",
		    STR_ARGS(known));
	else
		buf_format(out, "no Worker of the Workspace is \"%.*s\"",
		    STR_ARGS(known));
	buf_format(out, " (%u).", why->unknown);
}

static void
sum_up_one(struct why_writer *writer, struct buf *out)
{
	const struct task *task = writer->why->task;

	if (task->wanted == NULL) {
		buf_format(out, " and waits for Worker %.*s alone, who is not "
		    "there any more.", STR_ARGS(task->routing_target));
		return;
	}
	buf_format(out, " and waits for %.*s alone",
	    STR_ARGS(why_worker_name(writer, task->wanted)));
	if (writer->why->counts.members == 0)
		buf_add_str(out,
		    STR(", who is not eligible for its TaskQueue"));
	add_obstacles(writer->why, out);
	buf_add_byte(out, '.');
}

static void
sum_up_queue(struct why_writer *writer, struct buf *out)
{
	const struct why *why = writer->why;
	const struct why_counts *counts = &why->counts;
	const struct task_queue *queue = why->task->task_queue;

	buf_format(out, " in %.*s", STR_ARGS(why_queue_name(writer, queue)));
	add_target(why, out);
	buf_add_str(out, STR(": "));
	if (counts->members == 0 && counts->total == 0) {
		buf_add_str(out, STR("the Workspace has no Workers."));
		return;
	}
	if (counts->members == 0) {
		buf_format(out, "none of the %zu Workers is eligible for it: "
		    "TargetWorkers %.*s.", counts->total,
		    STR_ARGS(why->target_workers.len > 0
			    ? why->target_workers
			    : STR("is empty")));
		return;
	}
	buf_format(out, "of %zu Workers %zu %s eligible", counts->total,
	    counts->members, counts->members == 1 ? "is" : "are");
	if (why->target != NULL && why->target->expression.at != NULL)
		buf_format(out, ", %zu of them to the liking of the target's "
		    "expression", counts->suitable);
	buf_format(out, ", %zu of them free", counts->free);
	add_obstacles(why, out);
	buf_add_byte(out, '.');
}

/* Who had it before, but not any more. */
static void
add_history(struct why_writer *writer, struct buf *out)
{
	const struct why *why = writer->why;
	const struct reservation *last =
	    TAILQ_LAST(&why->task->reservations, task_reservations);

	if (last == NULL)
		return;
	buf_format(out, " It was reserved %" PRId64 " %s before, last for "
	    "%.*s: %s %" PRId64 " s ago.", why->task->assignments,
	    why->task->assignments == 1 ? "time" : "times",
	    STR_ARGS(why_worker_name(writer, last->worker)),
	    reservation_status_name(last->status),
	    why_seconds_since(why, last->object.date_updated));
}

static void
add_rest(const struct why *why, struct buf *out)
{
	char date[CLOCK_TEXT_SIZE];

	if (why->rests_until == ROUTER_NEVER)
		return;
	clock_format(why->rests_until, date);
	buf_format(out, " It was offered %zu times within a second and rests "
	    "until %s.", why->offers, date);
}

static void
sum_up_pending(struct why_writer *writer, struct buf *out)
{
	const struct why *why = writer->why;
	const struct task *task = why->task;
	bool is_for_one = task->wanted != NULL || task->task_queue == NULL;

	buf_add_str(out, STR(" is pending"));
	if (why->unknown != 0)
		sum_up_unknown(writer, out);
	else if (is_for_one)
		sum_up_one(writer, out);
	else
		sum_up_queue(writer, out);
	if (why->before.count > 0)
		buf_format(out, " %zu %s before it; first %s: %.*s.",
		    why->before.count,
		    why->before.count == 1 ? "Task stands" : "Tasks stand",
		    why->before.first->object.sid,
		    STR_ARGS(why_before_word(why->before.first, task)));
	add_rest(why, out);
	add_history(writer, out);
}

static void
sum_up_reserved(struct why_writer *writer, struct buf *out)
{
	const struct why *why = writer->why;
	const struct reservation *held = why_holder(why->task);

	if (held == NULL)
		return;
	buf_format(out, " is %s for %.*s by Reservation %s",
	    task_status_name(why->task->status),
	    STR_ARGS(why_worker_name(writer, held->worker)), held->object.sid);
	if (why->task->open > 1)
		buf_format(out, " and %zu other Reservations",
		    why->task->open - 1);
	buf_format(out, ", created %" PRId64 " s ago; it times out in %" PRId64
	    " s.", why_seconds_since(why, held->object.date_created),
	    why_seconds_until(why, held->deadline));
}

static void
sum_up_assigned(struct why_writer *writer, struct buf *out)
{
	const struct why *why = writer->why;
	const struct reservation *held = why_holder(why->task);
	bool is_over = why->task->status == TASK_COMPLETED;

	buf_format(out, " is %s", task_status_name(why->task->status));
	if (held != NULL)
		buf_format(out, ": %.*s %s it by Reservation %s (%s)",
		    STR_ARGS(why_worker_name(writer, held->worker)),
		    is_over ? "had" : "has",
		    held->object.sid, reservation_status_name(held->status));
	buf_format(out, ", %s%" PRId64 " s%s.", is_over ? "" : "for ",
	    why_seconds_since(why, why->task->date_ended),
	    is_over ? " ago" : "");
}

static void
sum_up_canceled(struct why_writer *writer, struct buf *out)
{
	const struct why *why = writer->why;

	buf_format(out, " was canceled %" PRId64 " s ago",
	    why_seconds_since(why, why->task->date_ended));
	if (why->task->reason.len > 0)
		buf_format(out, ": %.*s", STR_ARGS(why->task->reason));
	buf_add_byte(out, '.');
	if (why_has_no_way(why))
		buf_format(out, " None of the %zu filters of %.*s matches it, "
		    "and there is no default_filter.", why->filter_total,
		    STR_ARGS(why_workflow_name(writer)));
}

static void (*const sums[])(struct why_writer *, struct buf *) = {
	[TASK_PENDING] = sum_up_pending,
	[TASK_RESERVED] = sum_up_reserved,
	[TASK_ASSIGNED] = sum_up_assigned,
	[TASK_WRAPPING] = sum_up_assigned,
	[TASK_COMPLETED] = sum_up_assigned,
	[TASK_CANCELED] = sum_up_canceled,
};

static void
sum_up(struct why_writer *writer)
{
	const struct task *task = writer->why->task;
	struct buf out;

	buf_init(&out, SUMMARY_CEILING);
	buf_format(&out, "Task %s", task->object.sid);
	sums[task->status](writer, &out);
	writer->words->summary = arena_str(writer->arena, buf_str(&out));
	buf_release(&out);
}

void
why_word(struct why_words *words, const struct why *why, struct arena *arena)
{
	struct why_writer writer = {words, why, arena};

	words->count = 0;
	sum_up(&writer);
	why_change(&writer);
}
