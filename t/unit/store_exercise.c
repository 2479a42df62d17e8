/* SPDX-License-Identifier: MIT
 *
 * Groups: the n-th one creates three Tasks, removes the first Task of the one
 * before, writes five Events, and notes n in the Workspace that all share.
 */
#include "base/compat.h"

#include "store_exercise.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/store.h"
#include "store_fake.h"

#define GROUPS 5
#define TASKS 3
#define EVENTS 5
/* Numbers of the objects and Events of one group. */
#define NUMBERS 16
#define WORKSPACE 1
#define PADDING 3000

enum state { ABSENT, WHOLE, TORN };
static const char *const state_names[] = {"absent", "whole", "torn"};

/* One line at once, and not by way of stdio's memory. */
static void say(const char *format, ...) PRINTF_LIKE(1, 2);

static void
say(const char *format, ...)
{
	char line[512];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		exit(4);
}

/* ---- writing */

static void
add_task(struct fake *fake, uint64_t number, struct object *workspace)
{
	struct object *object =
	    fake_object(fake, KIND_TASK, number, workspace);
	char text[PADDING];

	memset(text, 'a' + (int)(number % 26), sizeof text);
	((struct task *)object)->attributes = arena_str(
	    &fake->memory, (struct str){text, number * 97 % sizeof text});
	fake_change(fake, object);
}

/* The group's effects. The first Task of the group before is removed if
 * `follows`. */
static void
make_group(struct fake *fake, uint64_t group, bool follows)
{
	uint64_t first = group * NUMBERS;
	struct object *workspace =
	    fake_object(fake, KIND_WORKSPACE, WORKSPACE, NULL);

	((struct workspace *)workspace)->delivered = (int64_t)group;
	fake_change(fake, workspace);
	for (uint64_t i = 0; i < TASKS; i++)
		add_task(fake, first + i, workspace);
	for (uint64_t i = 0; i < EVENTS; i++) {
		struct record *record =
		    fake_record(fake, first + TASKS + i, workspace);
		fake_sid("WT", first + i % TASKS, record->task);
		fake_sid("WK", i, record->worker);
	}
	if (follows)
		fake_remove(fake,
		    fake_object(fake, KIND_TASK, first - NUMBERS, workspace));
}

static bool
write_group(
    struct store *store, uint64_t group, bool follows, struct err *err)
{
	struct fake fake;

	fake_init(&fake);
	make_group(&fake, group, follows);
	bool written = store_write(store, &fake.effects, err);
	fake_release(&fake);
	return written;
}

/* ---- looking */

struct sight {
	bool tasks[(GROUPS + 1) * NUMBERS];
	unsigned events[GROUPS + 1];
	uint64_t noted; /* in the Workspace */
};

static bool
see_event(void *context, const struct store_event *event)
{
	struct sight *sight = context;
	uint64_t group = event->number / NUMBERS;

	if (group <= GROUPS)
		sight->events[group]++;
	return true;
}

/* From the lines that the fake router took down. */
static void
see_objects(struct sight *sight, struct str lines)
{
	while (lines.len > 0) {
		struct str line = str_cut(&lines, '\n');
		const char *number = memmem(line.at, line.len, " number=", 8);
		const char *noted =
		    memmem(line.at, line.len, " delivered=", 11);
		uint64_t value =
		    number == NULL ? 0 : strtoull(number + 8, NULL, 10);

		if (str_has_prefix(line, STR("Task ")) &&
		    value < ARRAY_LENGTH(sight->tasks))
			sight->tasks[value] = true;
		if (noted != NULL)
			sight->noted = strtoull(noted + 11, NULL, 10);
	}
}

static bool
see(struct store *store, struct sight *sight, struct err *err)
{
	char sid[ROUTER_SID + 1];
	struct router router;

	memset(sight, 0, sizeof *sight);
	router_fake_init(&router);
	bool seen = store_load(store, &router, err);
	if (seen)
		see_objects(sight, buf_str(&router.lines));
	router_fake_release(&router);
	fake_sid("WS", WORKSPACE, sid);
	const struct store_events_query query = {.workspace = str_from(sid),
		.from = ROUTER_NEVER, .to = ROUTER_NEVER, .most = SIZE_MAX};
	return seen && store_events(store, &query, see_event, sight, err);
}

/* The Events of the first group may have been purged. */
static enum state
state_of(const struct sight *sight, uint64_t group)
{
	const bool *tasks = &sight->tasks[group * NUMBERS];
	unsigned events = sight->events[group];
	bool any = tasks[1] || tasks[2] || events > 0;
	bool all = tasks[1] && tasks[2] &&
	    (events == EVENTS || (group == 1 && events == 0));
	bool removed = group < GROUPS && tasks[1 + NUMBERS];

	if (!any)
		return tasks[0] || sight->noted == group ? TORN : ABSENT;
	return all && tasks[0] != removed && sight->noted >= group ? WHOLE
								   : TORN;
}

static void
tell_sight(const struct sight *sight)
{
	for (uint64_t g = 1; g <= GROUPS; g++)
		say("group %d %s\n", (int)g, state_names[state_of(sight, g)]);
	say("purged %s\n", sight->events[1] == 0 ? "yes" : "no");
}

/* ---- what is done */

static struct store *
open_or_tell(const char *file)
{
	struct err err = {0};
	struct store *store = store_open_sqlite(file, &err);

	if (store == NULL)
		say("open failed: %s\n", err.text);
	return store;
}

static void
tell_what_is_there(struct store *store, uint64_t group)
{
	struct sight sight;
	struct err err = {0};

	if (see(store, &sight, &err))
		say("seen %d %s\n", (int)group,
		    state_names[state_of(&sight, group)]);
	else
		say("seen failed: %s\n", err.text);
}

static int
write_groups(const char *file, bool crashes)
{
	struct store *store = open_or_tell(file);
	struct err err = {0};
	bool follows = false;
	size_t purged = 0;

	if (store == NULL)
		return 0;
	for (uint64_t g = 1; g <= GROUPS; g++) {
		follows = write_group(store, g, follows, &err);
		if (follows)
			say("write %d stored\n", (int)g);
		else
			say("write %d failed: %s\n", (int)g, err.text);
		if (!follows && crashes)
			_exit(0);
		tell_what_is_there(store, g);
	}
	if (store_purge(store, 2 * NUMBERS, SIZE_MAX, &purged, &err))
		say("purge stored\n");
	else
		say("purge failed: %s\n", err.text);
	store_close(store);
	return 0;
}

static int
exercise(const char *file)
{
	return write_groups(file, false);
}

static int
crash(const char *file)
{
	return write_groups(file, true);
}

static int
look(const char *file)
{
	struct store *store = open_or_tell(file);
	struct sight sight;
	struct err err = {0};

	if (store == NULL)
		return 1;
	bool seen = see(store, &sight, &err);
	if (seen)
		tell_sight(&sight);
	else
		say("look failed: %s\n", err.text);
	store_close(store);
	return !seen;
}

/* ---- one group after the other */

struct count {
	uint64_t events, wrong, next;
};

static bool
count_event(void *context, const struct store_event *event)
{
	struct count *count = context;
	uint64_t expected = (1 + count->events / EVENTS) * NUMBERS + TASKS +
	    count->events % EVENTS;

	count->wrong += event->number != expected;
	count->events++;
	return true;
}

/* How many groups there are; all is as they leave it, or *wrong. */
static uint64_t
find_last(struct store *store, bool *wrong)
{
	char sid[ROUTER_SID + 1];
	struct count count = {0};
	struct router router;
	struct fake fake;
	struct buf expected;
	struct err err = {0};

	fake_sid("WS", WORKSPACE, sid);
	const struct store_events_query query = {.workspace = str_from(sid),
		.from = ROUTER_NEVER, .to = ROUTER_NEVER, .most = SIZE_MAX};
	router_fake_init(&router);
	*wrong = !store_load(store, &router, &err) ||
	    !store_events(store, &query, count_event, &count, &err);
	uint64_t groups = count.events / EVENTS;
	/* The Workspace, what is left of each group, and the last one whole. */
	fake_init(&fake);
	buf_init(&expected, (size_t)256 << 20);
	struct object *workspace =
	    fake_object(&fake, KIND_WORKSPACE, WORKSPACE, NULL);
	((struct workspace *)workspace)->delivered = (int64_t)groups;
	if (groups > 0)
		fake_line(&expected, workspace);
	for (uint64_t g = 1; g <= groups; g++) {
		struct object *object;
		fake_settle(&fake);
		make_group(&fake, g, false);
		TAILQ_FOREACH (object, &fake.effects.changed, changed)
			if (object->kind == KIND_TASK &&
			    (object->number % NUMBERS != 0 || g == groups))
				fake_line(&expected, object);
	}
	*wrong = *wrong || count.wrong > 0 || count.events % EVENTS != 0 ||
	    expected.failed || router.lines.failed ||
	    !str_equal(buf_str(&expected), buf_str(&router.lines));
	buf_release(&expected);
	fake_release(&fake);
	router_fake_release(&router);
	return groups;
}

static int
tell_last(const char *file)
{
	struct store *store = open_or_tell(file);
	bool wrong = true;

	if (store == NULL)
		return 1;
	uint64_t last = find_last(store, &wrong);
	say("last %llu%s\n", (unsigned long long)last,
	    wrong ? " and something is wrong" : "");
	store_close(store);
	return wrong;
}

static int
commit(const char *file)
{
	struct store *store = open_or_tell(file);
	struct err err = {0};
	bool wrong = true;

	if (store == NULL)
		return 1;
	uint64_t group = find_last(store, &wrong);
	while (write_group(store, group + 1, group > 0, &err)) {
		group++;
		say("%llu\n", (unsigned long long)group);
	}
	say("failed: %s\n", err.text);
	store_close(store);
	return 1;
}

static int
fill(const char *file, size_t size)
{
	struct store *store = open_or_tell(file);
	struct err err = {0};
	struct fake fake;
	uint64_t number = 1;
	bool written = store != NULL;
	char *text = calloc(size + 1, 1);

	if (store == NULL || text == NULL)
		return 1;
	memset(text, 'x', size);
	for (; written && number < 100000; number++) {
		fake_init(&fake);
		struct object *object =
		    fake_object(&fake, KIND_WORKSPACE, number, NULL);
		((struct workspace *)object)->friendly_name =
		    (struct str){text, size};
		fake_change(&fake, object);
		written = store_write(store, &fake.effects, &err);
		fake_release(&fake);
	}
	say("written %d, then: %s\n", (int)number - 2, err.text);
	store_close(store);
	free(text);
	return 0;
}

/* ---- how fast */

static int
compare_times(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* A Task and an Event of it, as in a store that has been in use. */
static void
add_row(struct fake *fake, uint64_t number, struct object *workspace)
{
	/* As SIDs are, they lie anywhere; 2^64 divided by the golden ratio. */
	uint64_t scattered = number * 0x9e3779b97f4a7c15;
	struct object *object =
	    fake_object(fake, KIND_TASK, 2 * number, workspace);
	struct record *record = fake_record(fake, 2 * number + 1, workspace);

	fake_sid("WT", scattered, object->sid);
	((struct task *)object)->attributes = STR(
	    "{\"selected_language\":\"es\",\"from\":\"+15005550006\","
	    "\"call_sid\":\"CA00000000000000000000000000000000\"}");
	fake_change(fake, object);
	memcpy(record->task, object->sid, sizeof record->task);
	fake_sid("EV", scattered, record->sid);
	fake_sid("WK", scattered % 100, record->worker);
	fake_sid("WR", scattered, record->reservation);
	fake_sid("WQ", scattered % 10, record->task_queue);
	fake_sid("WW", scattered % 3, record->workflow);
	fake_sid("TC", scattered % 2, record->task_channel);
	record->data = STR("{\"task_sid\":\"WT00000000000000000000000000000000\""
	    ",\"task_attributes\":\"{\\\"selected_language\\\":\\\"es\\\"}\","
	    "\"task_priority\":\"0\",\"task_age\":\"0\","
	    "\"workflow_sid\":\"WW00000000000000000000000000000000\","
	    "\"worker_sid\":\"WK00000000000000000000000000000000\"}");
}

#define TIMES_MOST 1000000

static int
rate(const char *file, uint64_t rows, int64_t seconds)
{
	struct store *store = open_or_tell(file);
	int64_t *times = calloc(TIMES_MOST, sizeof *times);
	int64_t begin = clock_monotonic_us(), end = begin;
	struct err err = {0};
	struct fake fake;
	uint64_t number = 1;
	size_t groups = 0;

	if (store == NULL || times == NULL)
		return 1;
	while (end - begin < seconds * 1000000 && groups < TIMES_MOST) {
		fake_init(&fake);
		struct object *workspace =
		    fake_object(&fake, KIND_WORKSPACE, 1, NULL);
		for (uint64_t i = 0; i < rows; i++)
			add_row(&fake, number++, workspace);
		int64_t from = clock_monotonic_us();
		bool written = store_write(store, &fake.effects, &err);
		end = clock_monotonic_us();
		fake_release(&fake);
		if (!written) {
			say("failed: %s\n", err.text);
			return 1;
		}
		times[groups++] = end - from;
	}
	qsort(times, groups, sizeof *times, compare_times);
	say("%lld rows/s in groups of 2 x %lld; a group: median %lld us, "
	    "p99 %lld us, longest %lld us\n",
	    (long long)(2 * number * 1000000 / (uint64_t)(end - begin)),
	    (long long)rows, (long long)times[groups / 2],
	    (long long)times[groups * 99 / 100],
	    (long long)times[groups - 1]);
	store_close(store);
	free(times);
	return 0;
}

int
store_exercise(int count, char **arguments)
{
	static const struct {
		const char *name;
		int (*run)(const char *file);
	} rows[] = {
		{"exercise", exercise},
		{"look", look},
		{"crash", crash},
		{"commit", commit},
		{"last", tell_last},
	};

	for (size_t i = 0; count == 2 && i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rows[i].name, arguments[0]) == 0)
			return rows[i].run(arguments[1]);
	if (count == 3 && strcmp(arguments[0], "fill") == 0)
		return fill(arguments[1], strtoul(arguments[2], NULL, 10));
	if (count == 4 && strcmp(arguments[0], "rate") == 0)
		return rate(arguments[1], strtoul(arguments[2], NULL, 10),
		    strtol(arguments[3], NULL, 10));
	fprintf(stderr, "see t/unit/store_exercise.h\n");
	return 2;
}
