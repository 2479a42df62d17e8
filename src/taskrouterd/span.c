/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/span.h"

#include "taskrouterd/parameters.h"
#include "taskrouterd/refusal.h"

#define MS_PER_MINUTE INT64_C(60000)
#define MINUTES_MOST (SPAN_DAYS_MOST * 24 * 60)

/* One end, if it is given. */
static bool
read_date(const struct form *query, const char *parameter, int64_t *date,
    struct refusal *refusal)
{
	struct str value = form_get(query, parameter);
	struct err err;

	*date = ROUTER_NEVER;
	if (value.len == 0 || parameters_date(value, date, &err))
		return true;
	return refuse_parameter(refusal, "%s: %s", parameter, err.text);
}

static bool
read_minutes(struct span *span, struct str minutes, int64_t now,
    struct refusal *refusal)
{
	uint64_t number;

	if (!str_to_uint(minutes, MINUTES_MOST, &number) || number == 0)
		return refuse_parameter(refusal,
		    "Minutes: expected a whole number from 1 to %d",
		    MINUTES_MOST);
	span->to = now;
	span->from = now - (int64_t)number * MS_PER_MINUTE;
	return true;
}

/* Takes a beginning that was given, or comes before the end. */
static bool
read_start(struct span *span, int64_t start, int64_t now,
    struct refusal *refusal)
{
	bool is_given = start != ROUTER_NEVER;

	span->from = is_given
	    ? start
	    : span->to - SPAN_MINUTES_PRESET * MS_PER_MINUTE;
	if (span->from > span->to)
		return refuse_parameter(refusal, "StartDate: expected a date "
		    "that is not after %s", span->to == now
			? "now"
			: "EndDate");
	if (span->from >= now - MINUTES_MOST * MS_PER_MINUTE)
		return true;
	(void)refuse_parameter(refusal, "%s: expected a date of the last %d "
	    "days, the time that Events are kept",
	    is_given ? "StartDate" : "EndDate", SPAN_DAYS_MOST);
	refusal->code = API_ERROR_START_TOO_OLD;
	return false;
}

bool
span_read(struct span *span, const struct form *query, int64_t now,
    struct refusal *refusal)
{
	struct str minutes = form_get(query, "Minutes");
	int64_t start;

	if (!read_date(query, "StartDate", &start, refusal) ||
	    !read_date(query, "EndDate", &span->to, refusal))
		return false;
	if (minutes.len > 0 &&
	    (start != ROUTER_NEVER || span->to != ROUTER_NEVER))
		return refuse_parameter(refusal,
		    "Minutes: cannot be combined with StartDate or EndDate");
	if (minutes.len > 0)
		return read_minutes(span, minutes, now, refusal);
	/* A date is a whole second, and it belongs to the span. */
	if (span->to != ROUTER_NEVER)
		span->to += 999;
	if (span->to == ROUTER_NEVER || span->to > now)
		span->to = now;
	return read_start(span, start, now, refusal);
}

static bool
has_threshold(const struct thresholds *thresholds, int64_t seconds)
{
	for (size_t i = 0; i < thresholds->count; i++)
		if (thresholds->seconds[i] == seconds)
			return true;
	return false;
}

bool
thresholds_read(struct thresholds *thresholds, struct arena *arena,
    const struct form *query, struct refusal *refusal)
{
	struct str rest = form_get(query, "SplitByWaitTime");
	uint64_t number;

	*thresholds = (struct thresholds){
		arena_array(arena, SPAN_THRESHOLDS_MOST, sizeof(int64_t)), 0};
	if (thresholds->seconds == NULL)
		return refuse_parameter(
		    refusal, "SplitByWaitTime: no memory");
	if (rest.len == 0)
		return true;
	while (rest.at != NULL) {
		struct str text = str_trim(str_cut(&rest, ','));
		if (!str_to_uint(text, INT32_MAX, &number))
			return refuse_parameter(refusal,
			    "SplitByWaitTime: expected whole numbers of "
			    "seconds with commas between them");
		if (has_threshold(thresholds, (int64_t)number))
			continue;
		if (thresholds->count == SPAN_THRESHOLDS_MOST)
			return refuse_parameter(refusal,
			    "SplitByWaitTime: expected at most %d numbers",
			    SPAN_THRESHOLDS_MOST);
		thresholds->seconds[thresholds->count++] = (int64_t)number;
	}
	return true;
}
