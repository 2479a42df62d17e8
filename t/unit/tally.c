/* SPDX-License-Identifier: MIT
 *
 * Cumulative statistics: what each Event counts for, and how it is told.
 */
#include "base/compat.h"

#include <string.h>

#include "codec/json.h"
#include "router/record.h"
#include "store/store.h"
#include "taskrouterd/tally.h"
#include "tap.h"

#define QUEUE TALLY_OF_TASK_QUEUE
#define WORKSPACE TALLY_OF_WORKSPACE
#define WORKFLOW TALLY_OF_WORKFLOW
#define WORKERS TALLY_OF_WORKERS
#define TASKS (WORKSPACE | QUEUE | WORKFLOW)
#define ALL (TASKS | WORKERS)

/* ---- what an Event counts for */

static const struct {
	const char *type;
	unsigned of; /* where it counts */
	const char *property;
} counting[] = {
	{"reservation.created", ALL, "reservations_created"},
	{"reservation.accepted", ALL, "reservations_accepted"},
	{"reservation.rejected", ALL, "reservations_rejected"},
	{"reservation.timeout", ALL, "reservations_timed_out"},
	{"reservation.canceled", ALL, "reservations_canceled"},
	{"reservation.rescinded", ALL, "reservations_rescinded"},
	{"reservation.completed", 0, NULL},
	{"reservation.wrapup", 0, NULL},
	{"task.created", WORKSPACE, "tasks_created"},
	{"task.canceled", TASKS, "tasks_canceled"},
	{"task.completed", TASKS, "tasks_completed"},
	{"task.deleted", TASKS, "tasks_deleted"},
	{"task.system-deleted", TASKS, "tasks_deleted"},
	{"task.updated", 0, NULL},
	{"task-queue.entered", QUEUE, "tasks_entered"},
	{"workflow.entered", WORKFLOW, "tasks_entered"},
	{"task-queue.moved", TASKS, "tasks_moved"},
	{"task-queue.timeout", 0, NULL},
	{"workflow.timeout", WORKSPACE | WORKFLOW,
	    "tasks_timed_out_in_workflow"},
	{"workflow.skipped", 0, NULL},
	{"worker.activity.update", 0, NULL},
	{"", 0, NULL},
};

static struct arena arena;

static struct json_object *
told(const struct tally *tally, const struct tally_rules *rules)
{
	struct json_object *value = NULL;
	struct buf out;
	struct err err = {0};

	buf_init(&out, 65536);
	buf_add_byte(&out, '{');
	tally_put(&out, tally, rules);
	buf_add_byte(&out, '}');
	ok(json_parse(&arena, arena_str(&arena, buf_str(&out)),
	       (struct json_limits){.values = 1000}, &value, &err),
	    "what is told is JSON%s", err.text);
	buf_release(&out);
	return value;
}

/* "a=1 b=2": the counts that are not 0. */
static struct str
counts_of(struct json_object *value)
{
	struct json_member member = {0};
	struct str text = STR("");

	while (json_next(value, &member))
		if (json_type(member.value) == JSON_INTEGER &&
		    json_integer(member.value) != 0)
			text = arena_format(&arena, "%.*s%s%.*s=%jd",
			    STR_ARGS(text), text.len > 0 ? " " : "",
			    STR_ARGS(member.key),
			    (intmax_t)json_integer(member.value));
	return text;
}

static void
test_counts(void)
{
	static const struct {
		enum tally_of of;
		const char *name;
	} scopes[] = {{WORKSPACE, "a Workspace"}, {QUEUE, "a TaskQueue"},
		{WORKFLOW, "a Workflow"}, {WORKERS, "Workers"}};

	for (size_t i = 0; i < ARRAY_LENGTH(counting); i++)
		for (size_t s = 0; s < ARRAY_LENGTH(scopes); s++) {
			const struct tally_rules rules = {.of = scopes[s].of};
			const struct store_moment moment = {
				.type = str_from(counting[i].type),
				.task_age = ROUTER_NEVER,
				.task_queue_time = ROUTER_NEVER,
				.activity_time = ROUTER_NEVER};
			struct tally tally = {0};
			struct str expected = STR("");

			tally_add(&tally, &rules, &moment);
			tally_add(&tally, &rules, &moment);
			if ((counting[i].of & scopes[s].of) != 0)
				expected = arena_format(&arena, "%s=2",
				    counting[i].property);
			is_str(counts_of(told(&tally, &rules)), expected.at,
			    "%s of %s", counting[i].type, scopes[s].name);
		}
}

/* Every type that the table names is one. */
static void
test_types(void)
{
	static const char *const types[] = {
#define COUNT(id, property, of, type, another, definition) type, another,
#define WAIT(id, property, of, type, member, definition) type,
#include "taskrouterd/measures.h"
#undef COUNT
#undef WAIT
	};

	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		ok(types[i][0] == '\0' ||
			record_type_exists(str_from(types[i])),
		    "there are Events of the type \"%s\"", types[i]);
}

/* ---- which members there are */

static const struct {
	enum tally_of of;
	const char *members;
} shapes[] = {
	{WORKSPACE, "reservations_created reservations_accepted "
		    "reservations_rejected reservations_timed_out "
		    "reservations_canceled reservations_rescinded "
		    "tasks_created tasks_canceled tasks_completed "
		    "tasks_deleted tasks_moved tasks_timed_out_in_workflow "
		    "avg_task_acceptance_time wait_duration_until_accepted "
		    "wait_duration_until_canceled split_by_wait_time"},
	{QUEUE, "reservations_created reservations_accepted "
		"reservations_rejected reservations_timed_out "
		"reservations_canceled reservations_rescinded "
		"tasks_entered tasks_canceled tasks_completed tasks_deleted "
		"tasks_moved avg_task_acceptance_time "
		"wait_duration_until_accepted wait_duration_until_canceled "
		"wait_duration_in_queue_until_accepted split_by_wait_time"},
	{WORKFLOW, "reservations_created reservations_accepted "
		   "reservations_rejected reservations_timed_out "
		   "reservations_canceled reservations_rescinded "
		   "tasks_entered tasks_canceled tasks_completed "
		   "tasks_deleted tasks_moved tasks_timed_out_in_workflow "
		   "avg_task_acceptance_time wait_duration_until_accepted "
		   "wait_duration_until_canceled split_by_wait_time"},
	{WORKERS, "reservations_created reservations_accepted "
		  "reservations_rejected reservations_timed_out "
		  "reservations_canceled reservations_rescinded"},
};

static void
test_shapes(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++) {
		const struct tally_rules rules = {.of = shapes[i].of};
		struct tally tally = {0};
		struct json_member member = {0};
		struct json_object *value = told(&tally, &rules);
		struct str names = STR("");

		while (json_next(value, &member))
			names = arena_format(&arena, "%.*s%s%.*s",
			    STR_ARGS(names), names.len > 0 ? " " : "",
			    STR_ARGS(member.key));
		is_str(names, shapes[i].members, "the members of %u",
		    shapes[i].of);
	}
}

/* ---- waits */

static void
add(struct tally *tally, const struct tally_rules *rules, const char *type,
    int64_t age, int64_t in_queue)
{
	const struct store_moment moment = {
		.type = str_from(type),
		.task_channel = STR("TC1"),
		.task_age = age,
		.task_queue_time = in_queue,
		.activity_time = ROUTER_NEVER,
	};

	tally_add(tally, rules, &moment);
}

static void
is_told(struct json_object *value, const char *key, const char *expected)
{
	is_str(json_write(&arena, json_get(value, key)), expected, "%s", key);
}

static void
test_waits(void)
{
	static const int64_t seconds[] = {0, 5, 6};
	const struct tally_rules rules = {
		.of = QUEUE, .thresholds = seconds, .threshold_count = 3};
	struct tally_split splits[3] = {0};
	struct tally tally = {.splits = splits};
	struct json_object *value;

	add(&tally, &rules, "reservation.accepted", 4999, 1000);
	add(&tally, &rules, "reservation.accepted", 5000, 0);
	add(&tally, &rules, "reservation.accepted", 9002, 7999);
	add(&tally, &rules, "reservation.accepted", ROUTER_NEVER, ROUTER_NEVER);
	add(&tally, &rules, "task.canceled", 6000, 1);
	add(&tally, &rules, "task.completed", 99000, 1);
	add(&tally, &rules, "reservation.created", 99000, 99000);
	value = told(&tally, &rules);
	is_told(value, "avg_task_acceptance_time", "6");
	is_told(value, "wait_duration_until_accepted",
	    "{\"avg\":6,\"min\":4,\"max\":9,\"total\":19}");
	is_told(value, "wait_duration_in_queue_until_accepted",
	    "{\"avg\":2,\"min\":0,\"max\":7,\"total\":8}");
	is_told(value, "wait_duration_until_canceled",
	    "{\"avg\":6,\"min\":6,\"max\":6,\"total\":6}");
	is_told(value, "reservations_accepted", "4");
	is_told(value, "split_by_wait_time",
	    "{\"0\":{\"above\":{\"tasks_canceled\":1,"
	    "\"reservations_accepted\":3},\"below\":{\"tasks_canceled\":0,"
	    "\"reservations_accepted\":0}},"
	    "\"5\":{\"above\":{\"tasks_canceled\":1,"
	    "\"reservations_accepted\":2},\"below\":{\"tasks_canceled\":0,"
	    "\"reservations_accepted\":1}},"
	    "\"6\":{\"above\":{\"tasks_canceled\":1,"
	    "\"reservations_accepted\":1},\"below\":{\"tasks_canceled\":0,"
	    "\"reservations_accepted\":2}}}");
}

static void
test_limits(void)
{
	static const int64_t seconds[] = {5};
	const struct tally_rules rules = {
		.of = WORKSPACE, .thresholds = seconds, .threshold_count = 1};
	struct tally_split splits[1] = {0};
	struct tally tally = {.splits = splits};

	for (int i = 0; i < TALLY_SPLIT_TASKS_MOST - 1; i++)
		add(&tally, &rules, "reservation.accepted", 1000, 0);
	add(&tally, &rules, "task.canceled", 5000, 0);
	add(&tally, &rules, "task.canceled", 5000, 0);
	add(&tally, &rules, "reservation.accepted", 1000, 0);
	is_int((int64_t)splits[0].below.reservations_accepted,
	    TALLY_SPLIT_TASKS_MOST - 1, "no more Tasks are split");
	is_int((int64_t)splits[0].above.tasks_canceled, 1, "... in all");
	is_int((int64_t)tally.counts[TALLY_TASKS_CANCELED], 2,
	    "but all are counted");
	is_int((int64_t)tally.waits[TALLY_WAIT_UNTIL_ACCEPTED].count,
	    TALLY_SPLIT_TASKS_MOST, "... and their waits");
}

static void
test_channels(void)
{
	const struct tally_rules one = {
		.of = WORKSPACE, .task_channel = STR("TC1")};
	const struct tally_rules other = {
		.of = WORKSPACE, .task_channel = STR("TC2")};
	const struct store_moment without = {
		.type = STR("task.canceled"), .task_age = 1};
	struct tally tally = {0};

	add(&tally, &other, "task.canceled", 1000, 0);
	tally_add(&tally, &one, &without);
	is_int((int64_t)tally.counts[TALLY_TASKS_CANCELED], 0,
	    "of another TaskChannel, and of none");
	add(&tally, &one, "task.canceled", 1000, 0);
	is_int((int64_t)tally.counts[TALLY_TASKS_CANCELED], 1, "of this one");
}

/* ---- parts of time */

static void
test_parts(void)
{
	static const struct {
		int64_t begin, end, part; /* of 1000 to 2000 */
		const char *what;
	} rows[] = {
		{1200, 1300, 100, "within"},
		{1000, 2000, 1000, "all of it"},
		{900, 1100, 100, "what began before"},
		{1900, 2100, 100, "what goes on after"},
		{0, INT64_MAX, 1000, "what began before and goes on after"},
		{100, 1000, 0, "what ended before"},
		{2000, 3000, 0, "what began after"},
		{1500, 1500, 0, "what took no time"},
		{1500, 1400, 0, "what ended before it began"},
	};
	struct tally_duration all = {0};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct tally_duration duration = {0};
		tally_duration_add_part(
		    &duration, 1000, 2000, rows[i].begin, rows[i].end);
		tally_duration_add_part(
		    &all, 1000, 2000, rows[i].begin, rows[i].end);
		is_int(duration.total, rows[i].part, "%s", rows[i].what);
		is_int((int64_t)duration.count, rows[i].part > 0,
		    "%s: how often", rows[i].what);
	}
	ok(all.count == 5 && all.total == 2300 && all.least == 100 &&
		all.most == 1000,
	    "together");
	tally_duration_add(&all, INT64_MAX);
	is_int(all.total, INT64_MAX, "a sum that is too large stays there");
}

int
main(void)
{
	arena_init(&arena, 4 << 20);
	test_counts();
	test_types();
	test_shapes();
	test_waits();
	test_limits();
	test_channels();
	test_parts();
	arena_release(&arena);
	return tap_done();
}
