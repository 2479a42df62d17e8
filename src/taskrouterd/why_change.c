/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/why_writer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "router/field.h"

#define WORKERS_MOST 10 /* sentences about who would get it */
#define EXAMPLES_MOST 3 /* … about whom an expression keeps out */
#define SENTENCE_MOST 4096

static void say(struct why_writer *writer, const char *format, ...)
    PRINTF_LIKE(2, 3);

static void
say(struct why_writer *writer, const char *format, ...)
{
	struct why_words *words = writer->words;
	char text[SENTENCE_MOST];
	va_list arguments;

	if (words->count == WHY_WORDS_MOST)
		return;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	words->would_change[words->count++] =
	    arena_str(writer->arena, str_from(text));
}

/* ---- who would get it */

static struct str
add_condition(
    struct why_writer *writer, struct str so_far, struct str condition)
{
	if (so_far.len == 0)
		return condition;
	return arena_format(writer->arena, "%.*s and %.*s", STR_ARGS(so_far),
	    STR_ARGS(condition));
}

static struct str
activity_condition(struct why_writer *writer, const struct why_worker *told)
{
	return arena_format(writer->arena,
	    "the Activity were available (it is %.*s; %.*s would be)",
	    STR_ARGS(told->worker->activity->friendly_name),
	    STR_ARGS(told->activity->friendly_name));
}

static struct str
capacity_condition(struct why_writer *writer, const struct why_worker *told)
{
	const struct worker_channel *channel = told->channel;

	return arena_format(writer->arena,
	    "the capacity on channel %.*s were at least %zu (it is %" PRId64
	    ", %zu open)",
	    STR_ARGS(channel->task_channel->unique_name), channel->open + 1,
	    channel->configured_capacity, channel->open);
}

static struct str
busy_condition(struct why_writer *writer, const struct why_worker *told)
{
	if (told->worker->open > 1)
		return arena_format(writer->arena,
		    "all %zu Reservations that take up the Worker were "
		    "completed", told->worker->open);
	return arena_format(writer->arena,
	    "Reservation %s (%s) of Task %s were completed",
	    told->busy != NULL ? told->busy->object.sid : "",
	    told->busy != NULL ? reservation_status_name(told->busy->status)
			       : "",
	    told->busy != NULL ? told->busy->task->object.sid : "");
}

static struct str
conditions(struct why_writer *writer, const struct why_worker *told)
{
	struct str text = STR("");

	if (told->activity != NULL)
		text = add_condition(
		    writer, text, activity_condition(writer, told));
	if ((told->obstacles & OBSTACLE_CHANNEL) != 0)
		text = add_condition(writer, text,
		    arena_format(writer->arena,
		        "the WorkerChannel %.*s were available",
		        STR_ARGS(told->channel->task_channel->unique_name)));
	if ((told->obstacles & OBSTACLE_CAPACITY) != 0)
		text = add_condition(
		    writer, text, capacity_condition(writer, told));
	if ((told->obstacles & OBSTACLE_BUSY) != 0)
		text = add_condition(
		    writer, text, busy_condition(writer, told));
	return text;
}

static void
say_helped(struct why_writer *writer, const struct why_worker *told)
{
	const struct task *task = writer->why->task;
	struct str name = why_worker_name(writer, told->worker);
	struct str condition = conditions(writer, told);

	if (told->first == task)
		say(writer, "%.*s would get it if %.*s.", STR_ARGS(name),
		    STR_ARGS(condition));
	else
		say(writer, "%.*s would suit if %.*s, but would take Task %s "
		    "first: %.*s.", STR_ARGS(name), STR_ARGS(condition),
		    told->first->object.sid,
		    STR_ARGS(why_before_word(told->first, task)));
}

static void
say_workers(struct why_writer *writer)
{
	const struct why *why = writer->why;
	size_t said = 0;

	for (size_t i = 0; i < why->worker_count && said < WORKERS_MOST; i++)
		if (why->workers[i].first != NULL) {
			say_helped(writer, &why->workers[i]);
			said++;
		}
}

/* ---- expressions that are false */

/* "language == "es" held (now null and "es": there is no language …)" */
static struct str
decisive(struct why_writer *writer, const struct why_expression *expression)
{
	const struct why_comparison *last;

	if (expression->count == 0 ||
	    expression->count == WHY_COMPARISONS_MOST)
		return arena_format(writer->arena, "%.*s held",
		    STR_ARGS(expression->text));
	last = &expression->comparisons[expression->count - 1];
	return arena_format(writer->arena, "%.*s %s (it compares %.*s with "
	    "%.*s%s%.*s)", STR_ARGS(last->text),
	    last->holds ? "did not hold" : "held", STR_ARGS(last->left),
	    STR_ARGS(last->right), last->note.at != NULL ? ": " : "",
	    STR_ARGS(last->note));
}

/* "; in the way too: Activity not available": all but the expression, which the
 * sentence is about. */
static struct str
others(struct why_writer *writer, const struct why_worker *told, unsigned but)
{
	const char *before = "; in the way too: ";
	struct str text = STR("");

	for (size_t i = 0; i < OBSTACLE_COUNT; i++) {
		if ((told->obstacles & ~but & 1U << i) == 0)
			continue;
		text = arena_format(writer->arena, "%.*s%s%s", STR_ARGS(text),
		    before, why_obstacle_words[i]);
		before = ", ";
	}
	return text;
}

static void
say_unsuited(struct why_writer *writer)
{
	const struct why *why = writer->why;
	size_t said = 0;

	for (size_t i = 0; i < why->worker_count && said < EXAMPLES_MOST; i++) {
		const struct why_worker *told = &why->workers[i];
		if (told->expression == NULL || told->membership != NULL)
			continue;
		say(writer, "%.*s would satisfy the target's expression if "
		    "%.*s%.*s.",
		    STR_ARGS(why_worker_name(writer, told->worker)),
		    STR_ARGS(decisive(writer, told->expression)),
		    STR_ARGS(others(writer, told, OBSTACLE_EXPRESSION)));
		said++;
	}
}

/* That other Workers are not for this TaskQueue is as it should be, unless an
 * attribute is not what its TargetWorkers were written for. */
static bool
is_told_of(const struct why *why, const struct why_expression *membership)
{
	if (why->counts.members == 0 || why->task->wanted != NULL)
		return true;
	return membership->count > 0 &&
	    membership->comparisons[membership->count - 1].is_mistake;
}

static void
say_ineligible(struct why_writer *writer)
{
	const struct why *why = writer->why;
	size_t said = 0;

	for (size_t i = 0; i < why->worker_count && said < EXAMPLES_MOST; i++) {
		const struct why_worker *told = &why->workers[i];
		if (told->membership == NULL ||
		    !is_told_of(why, told->membership))
			continue;
		say(writer, "%.*s would be eligible for %.*s if %.*s%.*s.",
		    STR_ARGS(why_worker_name(writer, told->worker)),
		    STR_ARGS(why_queue_name(writer, why->task->task_queue)),
		    STR_ARGS(decisive(writer, told->membership)),
		    STR_ARGS(others(writer, told, OBSTACLE_MEMBER)));
		said++;
	}
}

static void
say_doubts(struct why_writer *writer)
{
	const struct why *why = writer->why;

	for (size_t i = 0; i < why->queue_doubts.count; i++)
		say(writer, "The TargetWorkers of %.*s are doubtful: %.*s.",
		    STR_ARGS(why_queue_name(writer, why->task->task_queue)),
		    STR_ARGS(why->queue_doubts.texts[i]));
	for (size_t i = 0; i < why->target_doubts.count; i++)
		say(writer, "The target's expression is doubtful: %.*s.",
		    STR_ARGS(why->target_doubts.texts[i]));
}

/* Where none of the Workflow's filters was for it. */
static void
say_filters(struct why_writer *writer)
{
	const struct why *why = writer->why;
	size_t said = 0;

	if (why_has_no_way(why))
		say(writer, "A default_filter in %.*s would take Tasks that no "
		    "filter matches.", STR_ARGS(why_workflow_name(writer)));
	for (size_t i = 0; i < why->filter_count && said < EXAMPLES_MOST; i++) {
		const struct why_filter *filter = &why->filters[i];
		if (why->matching > 0 || filter->expression == NULL)
			continue;
		say(writer, "Filter %" PRId64 " (%.*s) would match if %.*s.",
		    filter->index, STR_ARGS(filter->friendly_name),
		    STR_ARGS(decisive(writer, filter->expression)));
		for (size_t d = 0; d < filter->doubts.count; d++)
			say(writer, "Its expression is doubtful: %.*s.",
			    STR_ARGS(filter->doubts.texts[d]));
		said++;
	}
	if (why->matching == 0 && why->filter_total > said)
		say(writer, "And %zu more %s not match.",
		    why->filter_total - said,
		    why->filter_total - said == 1 ? "filter does"
						  : "filters do");
}

/* ---- what time brings */

static void
say_rest(struct why_writer *writer)
{
	const struct why *why = writer->why;

	if (why->rests_until != ROUTER_NEVER)
		say(writer, "The rest of the Task is over in %" PRId64 " s; then "
		    "it is offered again.",
		    why_seconds_until(why, why->rests_until));
}

static void
say_next(struct why_writer *writer)
{
	const struct why *why = writer->why;
	int64_t wait = why_seconds_until(why, why->next_at);

	if (why->next == WHY_NEXT_TARGET)
		say(writer, "The time of target %" PRId64 " is over in %" PRId64
		    " s; then the Task goes to target %" PRId64
		    " of the same filter.", why->target->index, wait,
		    why->next_target);
	else if (why->next == WHY_NEXT_FILTER)
		say(writer, "The time of target %" PRId64 " is over in %" PRId64
		    " s; then the Task goes to target %" PRId64
		    " of filter %" PRId64 ", which matches too.",
		    why->target->index, wait, why->next_target,
		    why->next_filter);
	else if (why->next == WHY_NEXT_CANCELED)
		say(writer, "The time of target %" PRId64 " is over in %" PRId64
		    " s; then the Task is canceled: nothing follows.",
		    why->target->index, wait);
}

static void
say_end(struct why_writer *writer)
{
	const struct why *why = writer->why;

	say(writer, "The Task is canceled in %" PRId64 " s, when its own "
	    "timeout of %" PRId64 " s is over.",
	    why_seconds_until(why, why->life_due), why->task->timeout);
}

static void
say_earlier(struct why_writer *writer)
{
	if (writer->why->is_earlier)
		say(writer, "It goes by an earlier configuration of %.*s; an "
		    "update of that with ReEvaluateTasks=true would route it "
		    "by the current one.", STR_ARGS(why_workflow_name(writer)));
}

static void
say_known(struct why_writer *writer)
{
	const struct why *why = writer->why;

	if (why->unknown == 40152)
		say(writer, "A Task whose attributes name a Worker where the "
		    "target's known worker is looked up would wait for him; "
		    "an update of its attributes routes it again.");
	else if (why->unknown != 0)
		say(writer, "A Worker whose %s is \"%.*s\" would be the one.",
		    why->target->plan->known_by_name ? "friendly name" : "SID",
		    STR_ARGS(why->target->known));
}

static void
change_pending(struct why_writer *writer)
{
	const struct why *why = writer->why;

	say_workers(writer);
	say_known(writer);
	say_unsuited(writer);
	say_ineligible(writer);
	if (why->task->task_queue != NULL &&
	    why->task->task_queue->target_workers.len == 0)
		say(writer, "%.*s has empty TargetWorkers: nobody is eligible; "
		    "1==1 would let everybody be.",
		    STR_ARGS(why_queue_name(writer, why->task->task_queue)));
	say_doubts(writer);
	say_filters(writer);
	say_earlier(writer);
	say_rest(writer);
	say_next(writer);
	say_end(writer);
}

static void
change_reserved(struct why_writer *writer)
{
	const struct why *why = writer->why;
	const struct reservation *held = why_holder(why->task);

	if (held != NULL && held->callback == CALLBACK_DUE)
		say(writer, "The assignment callback of Reservation %s is not "
		    "answered yet.", held->object.sid);
	say(writer, "If the Worker accepts it is assigned; if it is rejected "
	    "or times out the Task is routed again%s.",
	    why->workflow != NULL ? ", from the top of its Workflow" : "");
	say_end(writer);
}

static void
change_assigned(struct why_writer *writer)
{
	say(writer, "Its Worker keeps it until it is completed; if nobody does "
	    "that it is removed in %" PRId64 " s.",
	    why_seconds_until(writer->why, writer->why->life_due));
}

static void
change_finished(struct why_writer *writer)
{
	say_filters(writer);
	say(writer, "A Task that is %s is not routed any more: only a new one "
	    "is.", task_status_name(writer->why->task->status));
}

static void (*const changes[])(struct why_writer *) = {
	[TASK_PENDING] = change_pending,
	[TASK_RESERVED] = change_reserved,
	[TASK_ASSIGNED] = change_assigned,
	[TASK_WRAPPING] = change_assigned,
	[TASK_COMPLETED] = change_finished,
	[TASK_CANCELED] = change_finished,
};

void
why_change(struct why_writer *writer)
{
	changes[writer->why->task->status](writer);
}
