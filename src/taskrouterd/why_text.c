/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/why_text.h"

#include <inttypes.h>

#include "taskrouterd/why_writer.h"

static void
add_line(struct buf *out, const char *before, struct str text)
{
	buf_add_str(out, str_from(before));
	buf_add_str(out, text);
	buf_add_byte(out, '\n');
}

static void
add_comparisons(struct buf *out, const struct why_expression *expression)
{
	for (size_t i = 0; expression != NULL && i < expression->count; i++) {
		const struct why_comparison *of = &expression->comparisons[i];
		buf_format(out, "      %s: %.*s   [%.*s, %.*s]%s%.*s\n",
		    of->holds ? "true" : "false", STR_ARGS(of->text),
		    STR_ARGS(of->left), STR_ARGS(of->right),
		    of->note.at != NULL ? " " : "", STR_ARGS(of->note));
	}
}

static void
add_filters(struct buf *out, const struct why *why)
{
	if (why->filter_count == 0)
		return;
	add_line(out, "\nFilters:", STR(""));
	for (size_t i = 0; i < why->filter_count; i++) {
		const struct why_filter *filter = &why->filters[i];
		if (filter->index == PLAN_DEFAULT)
			add_line(out, "  default_filter", STR(""));
		else
			buf_format(out, "  %" PRId64 " %.*s: %s\n",
			    filter->index, STR_ARGS(filter->friendly_name),
			    filter->matches ? "matches" : "does not match");
		if (filter->is_current)
			add_line(out, "    the Task is routed with it",
			    STR(""));
		add_comparisons(out, filter->expression);
	}
}

static void
add_targets(struct buf *out, const struct why *why)
{
	if (why->target_count == 0)
		return;
	add_line(out, "\nTargets:", STR(""));
	for (size_t i = 0; i < why->target_count; i++) {
		const struct why_target *target = &why->targets[i];
		const struct task_queue *queue = target->queue;
		buf_format(out, "  %" PRId64 " %s", target->index,
		    why_stand_words[target->stand]);
		if (queue != NULL)
			buf_format(out, ", TaskQueue %.*s (%s)",
			    STR_ARGS(queue->friendly_name), queue->object.sid);
		if (target->begins != ROUTER_NEVER)
			buf_format(out, ", begins in %" PRId64 " s",
			    why_seconds_until(why, target->begins));
		if (target->ends != ROUTER_NEVER)
			buf_format(out, ", ends in %" PRId64 " s",
			    why_seconds_until(why, target->ends));
		add_line(out, target->expression.at != NULL ? ": " : "",
		    target->expression);
	}
}

static void
add_worker(struct buf *out, const struct why_worker *told)
{
	const char *separator = ": ";

	buf_format(out, "  %.*s (%s), %.*s",
	    STR_ARGS(told->worker->friendly_name), told->worker->object.sid,
	    STR_ARGS(told->worker->activity->friendly_name));
	for (size_t i = 0; i < OBSTACLE_COUNT; i++) {
		if (((told->obstacles >> i) & 1) == 0)
			continue;
		buf_format(out, "%s%s", separator, why_obstacle_words[i]);
		separator = ", ";
	}
	add_line(out, "", STR(""));
	add_comparisons(out, told->membership);
	add_comparisons(out, told->expression);
}

void
why_text(struct buf *out, const struct why *why,
    const struct why_words *words)
{
	add_line(out, "", words->summary);
	add_line(out, "\nWhat would change that:", STR(""));
	for (size_t i = 0; i < words->count; i++)
		add_line(out, "  - ", words->would_change[i]);
	if (words->alert_count > 0)
		add_line(out, "\nWhat the debugger has about it:", STR(""));
	for (size_t i = 0; i < words->alert_count; i++)
		add_line(out, "  - ", words->alerts[i]);
	add_filters(out, why);
	add_targets(out, why);
	if (why->worker_count > 0)
		add_line(out, "\nWorkers, and what is in their way:", STR(""));
	for (size_t i = 0; i < why->worker_count; i++)
		add_worker(out, &why->workers[i]);
}
