/* SPDX-License-Identifier: MIT
 *
 * Workflow configurations: the text that is kept of one that is taken is taken
 * again, means the same and stays the same; one that is refused says why.
 */
#include "base/compat.h"

#include "fuzz.h"
#include "router/plan.h"

static void
check_target(const struct plan_target *target)
{
	MUST(target->queue.len == 34);
	MUST(target->priority >= PLAN_NO_PRIORITY);
	MUST(target->timeout >= PLAN_NO_TIMEOUT);
	MUST((target->timeout == PLAN_NO_TIMEOUT) ==
	    (target->deadline == PLAN_NO_TIMEOUT));
	MUST(target->deadline >= target->timeout);
}

static void
check_filter(const struct plan_filter *filter, bool is_default)
{
	int64_t before = 0;

	MUST((filter->expression == NULL) == is_default);
	MUST(filter->target_count > 0);
	for (size_t i = 0; i < filter->target_count; i++) {
		const struct plan_target *target = &filter->targets[i];
		check_target(target);
		if (target->deadline == PLAN_NO_TIMEOUT)
			continue;
		MUST(target->deadline > before);
		before = target->deadline;
	}
}

static void
check_same(const struct plan *plan, const struct plan *again)
{
	MUST(again->filter_count == plan->filter_count);
	MUST(again->has_default == plan->has_default);
	MUST(again->queue_count == plan->queue_count);
	for (size_t i = 0; i < plan->queue_count; i++)
		MUST(str_equal(again->queues[i], plan->queues[i]));
	for (size_t i = 0; i < plan->filter_count; i++) {
		const struct plan_filter *filter = &plan->filters[i];
		check_filter(filter, false);
		MUST(again->filters[i].target_count == filter->target_count);
		MUST(expr_equal(
		    again->filters[i].expression, filter->expression));
	}
	if (plan->has_default)
		check_filter(plan_filter(plan, PLAN_DEFAULT), true);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct str compact = STR_NONE, same = STR_NONE;
	struct err err = {0, ""};
	struct plan *plan = plan_make(text, &compact, &err);

	if (plan == NULL) {
		MUST(err.text[0] != '\0');
		MUST(err.at <= size);
		return 0;
	}
	MUST(compact.at != NULL && compact.len <= size);
	struct plan *again = plan_make(compact, &same, &err);
	MUST(again != NULL);
	MUST(str_equal(compact, same));
	check_same(plan, again);
	plan_free(again);
	plan_free(plan);
	return 0;
}
