/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/tally.h"

#include "store/store.h"
#include "taskrouterd/json_put.h"

/* The columns of the table. */
enum {
	WORKSPACE = TALLY_OF_WORKSPACE,
	TASK_QUEUE = TALLY_OF_TASK_QUEUE,
	WORKFLOW = TALLY_OF_WORKFLOW,
	OF_TASKS = WORKSPACE | TASK_QUEUE | WORKFLOW,
	EVERYWHERE = OF_TASKS | TALLY_OF_WORKERS,
};

static const struct count_row {
	const char *property;
	unsigned of; /* enum tally_of */
	const char *types[2];
} count_rows[TALLY_COUNTS] = {
#define COUNT(id, property, of, type, another, definition) \
	[TALLY_##id] = {property, of, {type, another}},
#define WAIT(id, ...)
#include "taskrouterd/measures.h"
#undef COUNT
#undef WAIT
};

static const struct wait_row {
	const char *property;
	unsigned of; /* enum tally_of */
	const char *type;
	size_t member; /* of struct store_moment: int64_t */
} wait_rows[TALLY_WAITS] = {
#define COUNT(id, ...)
#define WAIT(id, property, of, type, member, definition) \
	[TALLY_WAIT_##id] = {property, of, type, \
	    offsetof(struct store_moment, member)},
#include "taskrouterd/measures.h"
#undef COUNT
#undef WAIT
};

/* ---- times */

void
tally_duration_add(struct tally_duration *duration, int64_t ms)
{
	if (duration->count == 0 || ms < duration->least)
		duration->least = ms;
	if (ms > duration->most)
		duration->most = ms;
	if (__builtin_add_overflow(duration->total, ms, &duration->total))
		duration->total = INT64_MAX;
	duration->count++;
}

void
tally_duration_add_part(struct tally_duration *duration, int64_t from,
    int64_t to, int64_t begin, int64_t end)
{
	int64_t first = begin > from ? begin : from;
	int64_t last = end < to ? end : to;

	if (last > first)
		tally_duration_add(duration, last - first);
}

static int64_t
average(const struct tally_duration *duration)
{
	return duration->count == 0
	    ? 0
	    : duration->total / (int64_t)duration->count;
}

void
tally_duration_put(struct buf *out, const struct tally_duration *duration)
{
	const struct {
		const char *key;
		int64_t ms;
	} members[] = {
		{"avg", average(duration)},
		{"min", duration->least},
		{"max", duration->most},
		{"total", duration->total},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(members); i++) {
		json_put_key(out, members[i].key);
		json_put_integer(out, members[i].ms / 1000);
	}
}

/* ---- counting */

static void
add_split(struct tally *tally, const struct tally_rules *rules, int64_t waited,
    enum tally_wait wait)
{
	for (size_t i = 0; i < rules->threshold_count; i++) {
		struct tally_split *split = &tally->splits[i];
		struct tally_side *side = waited < rules->thresholds[i] * 1000
		    ? &split->below
		    : &split->above;
		uint64_t *count = wait == TALLY_WAIT_UNTIL_CANCELED
		    ? &side->tasks_canceled
		    : &side->reservations_accepted;
		if (split->below.tasks_canceled + split->above.tasks_canceled +
		        split->below.reservations_accepted +
		        split->above.reservations_accepted <
		    TALLY_SPLIT_TASKS_MOST)
			(*count)++;
	}
}

static void
add_wait(struct tally *tally, const struct tally_rules *rules,
    enum tally_wait wait, const struct store_moment *moment)
{
	const void *member = (const char *)moment + wait_rows[wait].member;
	int64_t waited = *(const int64_t *)member;

	if (waited == ROUTER_NEVER)
		return;
	tally_duration_add(&tally->waits[wait], waited);
	if (wait == TALLY_WAIT_UNTIL_ACCEPTED ||
	    wait == TALLY_WAIT_UNTIL_CANCELED)
		add_split(tally, rules, waited, wait);
}

static bool
is_counted(const struct count_row *row, const struct store_moment *moment)
{
	for (size_t i = 0; i < ARRAY_LENGTH(row->types); i++)
		if (row->types[i][0] != '\0' &&
		    str_is(moment->type, row->types[i]))
			return true;
	return false;
}

void
tally_add(struct tally *tally, const struct tally_rules *rules,
    const struct store_moment *moment)
{
	if (rules->task_channel.at != NULL &&
	    !str_equal(moment->task_channel, rules->task_channel))
		return;
	for (size_t i = 0; i < TALLY_COUNTS; i++)
		if ((count_rows[i].of & rules->of) != 0 &&
		    is_counted(&count_rows[i], moment))
			tally->counts[i]++;
	for (size_t i = 0; i < TALLY_WAITS; i++)
		if ((wait_rows[i].of & rules->of) != 0 &&
		    str_is(moment->type, wait_rows[i].type))
			add_wait(tally, rules, (enum tally_wait)i, moment);
}

/* ---- telling */

static void
put_side(struct buf *out, const char *key, const struct tally_side *side)
{
	json_put_key(out, key);
	buf_add_byte(out, '{');
	json_put_key(out, "tasks_canceled");
	json_put_integer(out, (int64_t)side->tasks_canceled);
	json_put_key(out, "reservations_accepted");
	json_put_integer(out, (int64_t)side->reservations_accepted);
	buf_add_byte(out, '}');
}

/* {"5":{"above":{…},"below":{…}},…} */
static void
put_splits(struct buf *out, const struct tally *tally,
    const struct tally_rules *rules)
{
	json_put_key(out, "split_by_wait_time");
	buf_add_byte(out, '{');
	for (size_t i = 0; i < rules->threshold_count; i++) {
		json_put_item(out);
		buf_format(out, "\"%jd\":{", (intmax_t)rules->thresholds[i]);
		put_side(out, "above", &tally->splits[i].above);
		put_side(out, "below", &tally->splits[i].below);
		buf_add_byte(out, '}');
	}
	buf_add_byte(out, '}');
}

static void
put_waits(struct buf *out, const struct tally *tally, enum tally_of of)
{
	json_put_key(out, "avg_task_acceptance_time");
	json_put_integer(out,
	    average(&tally->waits[TALLY_WAIT_UNTIL_ACCEPTED]) / 1000);
	for (size_t i = 0; i < TALLY_WAITS; i++) {
		if ((wait_rows[i].of & of) == 0)
			continue;
		json_put_key(out, wait_rows[i].property);
		buf_add_byte(out, '{');
		tally_duration_put(out, &tally->waits[i]);
		buf_add_byte(out, '}');
	}
}

void
tally_put(struct buf *out, const struct tally *tally,
    const struct tally_rules *rules)
{
	for (size_t i = 0; i < TALLY_COUNTS; i++) {
		if ((count_rows[i].of & rules->of) == 0)
			continue;
		json_put_key(out, count_rows[i].property);
		json_put_integer(out, (int64_t)tally->counts[i]);
	}
	if (rules->of == TALLY_OF_WORKERS)
		return;
	put_waits(out, tally, rules->of);
	put_splits(out, tally, rules);
}
