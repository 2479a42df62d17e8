/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/reckon_put.h"

#include "taskrouterd/json_put.h"

static void
put_number(struct buf *out, const char *key, uint64_t number)
{
	json_put_key(out, key);
	json_put_integer(out, (int64_t)number);
}

static void
put_real_time(struct buf *out, const struct reckoning *r,
    const struct subject *subject)
{
	enum tally_of of = r->rules.of;

	if (of != TALLY_OF_WORKERS)
		census_put(out, &subject->census, r->now,
		    of == TALLY_OF_TASK_QUEUE);
	if (of != TALLY_OF_WORKFLOW)
		staff_put(out, &subject->staff);
	if (of == TALLY_OF_TASK_QUEUE) {
		put_number(out, "total_available_workers",
		    subject->staff.available);
		put_number(
		    out, "total_eligible_workers", subject->staff.total);
	}
	if (of == TALLY_OF_WORKSPACE || of == TALLY_OF_WORKERS)
		put_number(out, "total_workers", subject->staff.total);
}

static void
put_stays(struct buf *out, const struct reckoning *r)
{
	const struct staff *staff = &r->subjects[0].staff;

	json_put_key(out, "activity_durations");
	buf_add_byte(out, '[');
	for (size_t i = 0; i < staff->count; i++) {
		const struct activity *activity = staff->activities[i];
		json_put_item(out);
		buf_add_byte(out, '{');
		json_put_key(out, "sid");
		json_put_text(out, str_from(activity->object.sid));
		json_put_key(out, "friendly_name");
		json_put_text(out, activity->friendly_name);
		tally_duration_put(out, &r->stays[i]);
		buf_add_byte(out, '}');
	}
	buf_add_byte(out, ']');
}

static void
put_cumulative(struct buf *out, const struct reckoning *r,
    const struct subject *subject)
{
	json_put_key(out, "start_time");
	json_put_date(out, r->span.from);
	json_put_key(out, "end_time");
	json_put_date(out, r->span.to);
	tally_put(out, &subject->tally, &r->rules);
	if (r->rules.of == TALLY_OF_WORKERS)
		put_stays(out, r);
}

static void
put_part(struct buf *out, const struct reckoning *r,
    const struct subject *subject, const char *key,
    void (*put)(struct buf *out, const struct reckoning *r,
	const struct subject *subject))
{
	if (key != NULL) {
		json_put_key(out, key);
		buf_add_byte(out, '{');
	}
	put(out, r, subject);
	if (key != NULL)
		buf_add_byte(out, '}');
}

void
reckon_put(struct buf *out, const struct reckoning *r,
    const struct subject *subject, unsigned parts)
{
	bool is_nested = (parts & PART_NESTED) != 0;

	if ((parts & PART_REAL_TIME) != 0)
		put_part(out, r, subject, is_nested ? "realtime" : NULL,
		    put_real_time);
	if ((parts & PART_CUMULATIVE) != 0)
		put_part(out, r, subject, is_nested ? "cumulative" : NULL,
		    put_cumulative);
}
