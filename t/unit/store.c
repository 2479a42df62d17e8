/* SPDX-License-Identifier: MIT
 *
 * The SQLite store: what goes in comes back, nothing is searched for by
 * reading everything, and files that are no store of ours are refused. Called
 * with arguments it is the program that t/store-faults.t and t/store-kill.t
 * disturb.
 */
#include "base/compat.h"

#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/sqlite.h"
#include "store_exercise.h"
#include "store_fake.h"

#define NOBODY 65534

static char folder[] = "/tmp/unit-store-XXXXXX";

static const char *
file_in_folder(const char *base)
{
	static char name[300];

	(void)snprintf(name, sizeof name, "%s/%s", folder, base);
	return name;
}

static void
remove_file(const char *base)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	char name[300];

	for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
		(void)snprintf(name, sizeof name, "%s/%s%s", folder, base,
		    suffixes[i]);
		(void)unlink(name);
	}
}

static struct store *
must_open(const char *base)
{
	struct err err = {0};
	struct store *store = store_open_sqlite(
	    strcmp(base, ":memory:") == 0 ? base : file_in_folder(base), &err);

	if (store == NULL) {
		ok(false, "%s opens: %s", base, err.text);
		exit(tap_done());
	}
	return store;
}

static void
must_write(struct store *store, struct fake *fake)
{
	struct err err = {0};

	if (!store_write(store, &fake->effects, &err))
		ok(false, "can write: %s", err.text);
	fake_settle(fake);
}

/* Runs SQL behind the store's back. */
static void
change_file(const char *base, const char *sql)
{
	sqlite3 *db = NULL;
	int code = sqlite3_open(file_in_folder(base), &db);

	if (code == SQLITE_OK)
		code = sqlite3_exec(db, sql, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		ok(false, "can run %s: %s", sql, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
}

static void
write_bytes(const char *base, const char *bytes, size_t length, mode_t mode)
{
	const char *name = file_in_folder(base);

	remove_file(base);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length ||
	    fchmod(fd, mode) != 0 || close(fd) != 0)
		ok(false, "can write %s", name);
}

/* ---- what goes in comes back */

static const char *const texts[] = {NULL, "", "it's \"quoted\"; -- %s\\",
	"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\t\r\n\x01\x7f", "null", "0"};
static const int64_t integers[] = {
	0, 1, -1, INT64_MAX, INT64_MIN, 2147483648, -2147483649};
/* ROUTER_NEVER is INT64_MIN. */
static const int64_t dates[] = {
	ROUTER_NEVER, 0, -1, INT64_MAX, INT64_MIN + 1, 1790000000123};

#define PICK(rows, variant) ((rows)[(variant) % ARRAY_LENGTH(rows)])

static void
fill_field(struct fake *fake, const struct field *field,
    struct object *object, size_t variant, struct object *others)
{
	size_t choices = 0;

	if (field->type == FIELD_BOOLEAN) {
		fake_set_boolean(field, object, variant % 2 == 1);
	} else if (field->type == FIELD_INTEGER) {
		fake_set_integer(field, object, PICK(integers, variant));
	} else if (field->type == FIELD_DATE) {
		fake_set_integer(field, object, PICK(dates, variant));
	} else if (field->type == FIELD_CHOICE) {
		while (field->choices[choices] != NULL)
			choices++;
		fake_set_integer(
		    field, object, (int64_t)(variant % choices));
	} else if (field->type == FIELD_REFERENCE) {
		fake_set_object(
		    field, object, variant % 3 == 0 ? NULL : others);
	} else {
		fake_set_text(fake, field, object,
		    str_from(PICK(texts, variant)));
	}
}

/* Each column gets other values than its neighbours. */
static void
fill(struct fake *fake, struct object *object, size_t variant,
    struct object *others)
{
	size_t count;
	const struct field *fields = field_first(object->kind, &count);

	for (size_t i = 0; i < count; i++)
		if ((fields[i].uses & FIELD_STORED) != 0)
			fill_field(fake, &fields[i], object, variant + i, others);
}

static void
is_loaded(const char *base, const struct buf *expected, uint64_t number,
    const char *what)
{
	struct store *store = must_open(base);
	struct router router;
	struct err err = {0};

	router_fake_init(&router);
	ok(store_load(store, &router, &err), "%s: loaded%s", what, err.text);
	ok(!expected->failed && !router.lines.failed &&
		str_equal(buf_str(&router.lines), buf_str(expected)),
	    "%s: every value is as it was", what);
	if (!str_equal(buf_str(&router.lines), buf_str(expected)))
		printf("# got\n%.*s# expected\n%.*s",
		    STR_ARGS(buf_str(&router.lines)),
		    STR_ARGS(buf_str(expected)));
	is_int((int64_t)router.number, (int64_t)number,
	    "%s: the largest number", what);
	router_fake_release(&router);
	store_close(store);
}

#define VARIANTS 8

static void
test_round_trip(void)
{
	struct fake fake;
	struct buf expected;
	struct object *objects[KIND_COUNT][VARIANTS];
	uint64_t number = 0;
	struct store *store;

	fake_init(&fake);
	buf_init(&expected, 1 << 20);
	store = must_open("round");
	for (size_t k = 0; k < KIND_COUNT; k++)
		for (size_t v = 0; v < VARIANTS; v++) {
			struct object *object = fake_object(&fake,
			    (enum kind)k, ++number,
			    k == 0 ? NULL : objects[0][v]);
			objects[k][v] = object;
			object->version = v == 1 ? UINT32_MAX : (uint32_t)v;
			fill(&fake, object, v, objects[0][0]);
			fake_change(&fake, object);
			fake_line(&expected, object);
		}
	must_write(store, &fake);
	store_close(store);
	is_loaded("round", &expected, number, "new objects");

	store = must_open("round");
	buf_clear(&expected, 1 << 20);
	for (size_t k = 0; k < KIND_COUNT; k++)
		for (size_t v = 0; v < VARIANTS; v++) {
			struct object *object = objects[k][v];
			object->version++;
			object->date_updated += 5;
			fill(&fake, object, v + 1, objects[0][1]);
			if (v == 0)
				fake_remove(&fake, object);
			else
				fake_change(&fake, object);
			if (v > 0)
				fake_line(&expected, object);
		}
	must_write(store, &fake);
	store_close(store);
	is_loaded("round", &expected, number, "changed and removed ones");
	buf_release(&expected);
	fake_release(&fake);
}

static void
test_columns(void)
{
	size_t stored = 0, wrong = 0;

	for (size_t i = 0; i < FIELD_IDS; i++) {
		const struct field *field = &field_rows[i];
		if ((field->uses & FIELD_STORED) == 0)
			continue;
		stored++;
		wrong += field->property[0] == '\0' ||
		    field->offset == FIELD_NO_MEMBER;
		for (size_t j = 0; j < i; j++)
			wrong += field_rows[j].kind == field->kind &&
			    (field_rows[j].uses & FIELD_STORED) != 0 &&
			    strcmp(field_rows[j].property,
				field->property) == 0;
	}
	ok(stored > 50, "there are fields to be stored");
	is_int((int64_t)wrong, 0, "each has a member and a column of its own");
}

/* A number that was given is not given again, whatever became of its bearer. */
static void
test_numbers(void)
{
	struct buf nothing;
	struct fake fake;
	struct err err;
	size_t count;
	struct store *store = must_open("numbers");

	fake_init(&fake);
	buf_init(&nothing, 1);
	struct object *workspace =
	    fake_object(&fake, KIND_WORKSPACE, 7, NULL);
	fake_change(&fake, workspace);
	fake_record(&fake, 9, workspace);
	must_write(store, &fake);
	fake_remove(&fake, workspace);
	must_write(store, &fake);
	ok(store_purge(store, 10, 5, &count, &err) && count == 1,
	    "the last Event is purged");
	store_close(store);
	is_loaded("numbers", &nothing, 9, "after all is removed");
	store = must_open("numbers");
	workspace->number = 12;
	fake_change(&fake, workspace);
	must_write(store, &fake);
	fake_remove(&fake, workspace);
	must_write(store, &fake);
	store_close(store);
	is_loaded("numbers", &nothing, 12, "after an object is removed");
	buf_release(&nothing);
	fake_release(&fake);
}

/* ---- transactions */

static void
test_all_or_nothing(void)
{
	struct fake fake;
	struct buf expected;
	struct err err = {0};
	struct store *store = must_open("whole");

	fake_init(&fake);
	buf_init(&expected, 1 << 20);
	struct object *first = fake_object(&fake, KIND_WORKSPACE, 1, NULL);
	struct object *second = fake_object(&fake, KIND_WORKSPACE, 2, NULL);
	fake_line(&expected, first);
	ok(store_write(store, &fake.effects, &err), "no effects: true");
	fake_change(&fake, first);
	fake_record(&fake, 3, first);
	must_write(store, &fake);

	fake_change(&fake, second);
	fake_remove(&fake, first);
	fake_record(&fake, 3, first);
	ok(!store_write(store, &fake.effects, &err),
	    "an Event's number twice is refused");
	ok(str_has_prefix(str_from(err.text), str_from(folder)) &&
		str_contains(str_from(err.text), "UNIQUE"),
	    "in SQLite's words: %s", err.text);
	fake_settle(&fake);
	((struct workspace *)second)->prioritize_queue_order = 9;
	fake_change(&fake, second);
	ok(!store_write(store, &fake.effects, &err) &&
		str_contains(str_from(err.text), "NOT NULL"),
	    "a choice that has no word is refused: %s", err.text);
	fake_settle(&fake);
	store_close(store);
	is_loaded("whole", &expected, 3, "after both");

	store = must_open("whole");
	struct router router;
	router_fake_init(&router);
	router.refuse = first->sid;
	ok(!store_load(store, &router, &err) && !router.is_restored &&
		str_contains(str_from(err.text), "/whole: Workspace WS") &&
		str_has_suffix(str_from(err.text), STR(" is not wanted")),
	    "a row that the router refuses: %s", err.text);
	router.refuse = second->sid;
	ok(!store_load(store, &router, &err) &&
		str_has_suffix(
		    str_from(err.text), STR("/whole: is not complete")),
	    "and a whole: %s", err.text);
	router_fake_release(&router);
	store_close(store);
	buf_release(&expected);
	fake_release(&fake);
}

/* ---- Events */

static const struct event_row {
	unsigned number, workspace;
	int64_t date;
	const char *type;
	unsigned task, worker, reservation, task_queue, workflow, task_channel;
} event_rows[] = {
	{1, 1, 100, "task.created", 1, 0, 0, 0, 0, 1},
	{2, 1, 110, "task-queue.entered", 1, 0, 0, 1, 1, 1},
	{3, 1, 110, "reservation.created", 1, 1, 1, 1, 1, 1},
	{4, 2, 115, "task.created", 2, 0, 0, 0, 0, 2},
	{5, 1, 120, "reservation.accepted", 1, 1, 1, 1, 1, 1},
	{6, 1, 130, "worker.activity.update", 0, 1, 0, 0, 0, 0},
	{7, 1, 140, "task.created", 3, 0, 0, 0, 0, 3},
	{8, 1, 150, "reservation.created", 3, 2, 2, 2, 2, 3},
	{9, 2, 150, "reservation.created", 2, 3, 3, 3, 3, 2},
	/* The clock was set back. */
	{12, 1, 105, "task.created", 4, 0, 0, 0, 0, 1},
	{13, 1, 145, "task-queue.entered", 4, 0, 0, 1, 1, 1},
	{20, 1, 160, "worker.activity.update", 0, 1, 0, 0, 0, 0},
};

static const struct {
	const char *what;
	unsigned workspace;
	const char *type;
	unsigned sid, task, worker, reservation, task_queue, workflow,
	    task_channel;
	int64_t from, to; /* 0: open */
	uint64_t after;
	size_t most; /* 0: 100 */
	const char *expected;
} query_rows[] = {
	{.what = "a Workspace", .workspace = 1,
	    .expected = " 1 2 3 5 6 7 8 12 13 20"},
	{.what = "another", .workspace = 2, .expected = " 4 9"},
	{.what = "none", .workspace = 3, .expected = ""},
	{.what = "a type", .workspace = 1, .type = "task.created",
	    .expected = " 1 7 12"},
	{.what = "the type of another Workspace", .workspace = 2,
	    .type = "task.created", .expected = " 4"},
	{.what = "a type is exact", .workspace = 1, .type = "task",
	    .expected = ""},
	{.what = "an Event", .workspace = 1, .sid = 7, .expected = " 7"},
	{.what = "an Event of another Workspace", .workspace = 1, .sid = 4,
	    .expected = ""},
	{.what = "a Task", .workspace = 1, .task = 1, .expected = " 1 2 3 5"},
	{.what = "a Task of another Workspace", .workspace = 1, .task = 2,
	    .expected = ""},
	{.what = "a Worker", .workspace = 1, .worker = 1,
	    .expected = " 3 5 6 20"},
	{.what = "a Reservation", .workspace = 1, .reservation = 1,
	    .expected = " 3 5"},
	{.what = "a TaskQueue", .workspace = 1, .task_queue = 1,
	    .expected = " 2 3 5 13"},
	{.what = "a Workflow", .workspace = 1, .workflow = 2,
	    .expected = " 8"},
	{.what = "a TaskChannel", .workspace = 1, .task_channel = 3,
	    .expected = " 7 8"},
	{.what = "two filters", .workspace = 1, .type = "reservation.created",
	    .worker = 1, .expected = " 3"},
	{.what = "three that never match together", .workspace = 1,
	    .type = "reservation.created", .worker = 1, .task = 3,
	    .expected = ""},
	{.what = "from a date on", .workspace = 1, .from = 130,
	    .expected = " 6 7 8 13 20"},
	{.what = "from a date between two", .workspace = 1, .from = 131,
	    .expected = " 7 8 13 20"},
	{.what = "until a date", .workspace = 1, .to = 110,
	    .expected = " 1 2 3 12"},
	{.what = "until before all", .workspace = 1, .to = 99, .expected = ""},
	{.what = "until the last", .workspace = 1, .to = 160,
	    .expected = " 1 2 3 5 6 7 8 12 13 20"},
	{.what = "until ever", .workspace = 1, .to = INT64_MAX,
	    .expected = " 1 2 3 5 6 7 8 12 13 20"},
	{.what = "from the last", .workspace = 1, .from = 160,
	    .expected = " 20"},
	{.what = "from after all", .workspace = 1, .from = 161,
	    .expected = ""},
	{.what = "from long ago", .workspace = 2, .from = INT64_MIN + 1,
	    .expected = " 4 9"},
	{.what = "between dates", .workspace = 1, .from = 110, .to = 145,
	    .expected = " 2 3 5 6 7 13"},
	{.what = "a Task between dates", .workspace = 1, .task = 1,
	    .from = 105, .to = 115, .expected = " 2 3"},
	{.what = "the first page", .workspace = 1, .most = 3,
	    .expected = " 1 2 3"},
	{.what = "the second", .workspace = 1, .after = 3, .most = 3,
	    .expected = " 5 6 7"},
	{.what = "the last", .workspace = 1, .after = 13, .most = 3,
	    .expected = " 20"},
	{.what = "none is left", .workspace = 1, .after = 20,
	    .expected = ""},
	{.what = "after a number that has gone", .workspace = 1, .after = 10,
	    .expected = " 12 13 20"},
	{.what = "after the largest number", .workspace = 1,
	    .after = UINT64_MAX, .expected = ""},
	{.what = "a page of a type between dates", .workspace = 1,
	    .type = "task.created", .from = 101, .to = 160, .after = 7,
	    .most = 1, .expected = " 12"},
};

struct listing {
	struct buf numbers;
	size_t most; /* Events that are taken */
	size_t taken;
};

static bool
list_event(void *context, const struct store_event *event)
{
	struct listing *listing = context;

	buf_format(&listing->numbers, " %llu",
	    (unsigned long long)event->number);
	listing->taken++;
	return listing->taken < listing->most;
}

static void
write_events(struct store *store, struct fake *fake)
{
	struct object *workspaces[] = {
		fake_object(fake, KIND_WORKSPACE, 1001, NULL),
		fake_object(fake, KIND_WORKSPACE, 1002, NULL)};

	for (size_t i = 0; i < ARRAY_LENGTH(event_rows); i++) {
		const struct event_row *row = &event_rows[i];
		struct record *record = fake_record(
		    fake, row->number, workspaces[row->workspace - 1]);
		const struct {
			unsigned number;
			const char *prefix;
			char *sid;
		} references[] = {
			{row->task, "WT", record->task},
			{row->worker, "WK", record->worker},
			{row->reservation, "WR", record->reservation},
			{row->task_queue, "WQ", record->task_queue},
			{row->workflow, "WW", record->workflow},
			{row->task_channel, "TC", record->task_channel},
		};

		record->type = row->type;
		record->date = row->date;
		for (size_t r = 0; r < ARRAY_LENGTH(references); r++)
			if (references[r].number != 0)
				fake_sid(references[r].prefix,
				    references[r].number, references[r].sid);
		/* In several transactions. */
		if (i % 5 == 0)
			must_write(store, fake);
	}
	must_write(store, fake);
}

static struct str
sid_of(const char *prefix, unsigned number, char sid[ROUTER_SID + 1])
{
	if (number == 0)
		return STR_NONE;
	fake_sid(prefix, number, sid);
	return (struct str){sid, ROUTER_SID};
}

static void
test_query(struct store *store, size_t i)
{
	char sids[8][ROUTER_SID + 1];
	const struct store_events_query query = {
		.workspace =
		    sid_of("WS", 1000 + query_rows[i].workspace, sids[0]),
		.sid = sid_of("EV", query_rows[i].sid, sids[1]),
		.type = str_from(query_rows[i].type),
		.task = sid_of("WT", query_rows[i].task, sids[2]),
		.worker = sid_of("WK", query_rows[i].worker, sids[3]),
		.reservation = sid_of("WR", query_rows[i].reservation, sids[4]),
		.task_queue = sid_of("WQ", query_rows[i].task_queue, sids[5]),
		.workflow = sid_of("WW", query_rows[i].workflow, sids[6]),
		.task_channel =
		    sid_of("TC", query_rows[i].task_channel, sids[7]),
		.from = query_rows[i].from == 0 ? ROUTER_NEVER
						: query_rows[i].from,
		.to = query_rows[i].to == 0 ? ROUTER_NEVER : query_rows[i].to,
		.after = query_rows[i].after,
		.most = query_rows[i].most == 0 ? 100 : query_rows[i].most,
	};
	struct listing listing = {.most = SIZE_MAX};
	struct err err = {0};

	buf_init(&listing.numbers, 1000);
	buf_add(&listing.numbers, "", 0);
	ok(store_events(store, &query, list_event, &listing, &err),
	    "Events of %s%s", query_rows[i].what, err.text);
	is_str((struct str){listing.numbers.at == NULL ? ""
						       : listing.numbers.at,
		   listing.numbers.len},
	    query_rows[i].expected, "Events of %s: which",
	    query_rows[i].what);
	buf_release(&listing.numbers);
}

static bool
check_event(void *context, const struct store_event *event)
{
	bool *is_right = context;

	*is_right = event->number == 30 && event->date == 31 &&
	    str_is(event->sid, "EV0000000000000000000000000000001e") &&
	    str_is(event->workspace, "WS000000000000000000000000000003ea") &&
	    str_is(event->type, "task.created") &&
	    str_is(event->resource_type, "task") &&
	    str_is(event->resource_sid,
		"WT0000000000000000000000000000001e") &&
	    str_is(event->description, "it's") &&
	    str_is(event->data, "{\"a\":\"\xc3\xa4\"}");
	return true;
}

static void
test_events(void)
{
	struct fake fake;
	struct err err = {0};
	struct store *store = must_open("events");
	struct listing listing = {.most = 2};
	bool is_right = false;

	fake_init(&fake);
	write_events(store, &fake);
	for (size_t i = 0; i < ARRAY_LENGTH(query_rows); i++)
		test_query(store, i);
	/* What is known of dates is found again. */
	store_close(store);
	store = must_open("events");
	struct object *workspace =
	    fake_object(&fake, KIND_WORKSPACE, 1002, NULL);
	struct record *record = fake_record(&fake, 30, workspace);
	record->date = 31;
	record->description = STR("it's");
	record->data = STR("{\"a\":\"\xc3\xa4\"}");
	must_write(store, &fake);
	for (size_t i = 0; i < ARRAY_LENGTH(query_rows); i++)
		if (query_rows[i].workspace == 1)
			test_query(store, i);
	buf_init(&listing.numbers, 100);
	struct store_events_query query = {
		.workspace = str_from(workspace->sid), .from = ROUTER_NEVER,
		.to = 120, .most = 5};
	ok(store_events(store, &query, list_event, &listing, &err),
	    "until a date, after the clock was set back");
	is_str(buf_str(&listing.numbers), " 4 30", "... both");
	buf_release(&listing.numbers);
	listing.taken = 0;
	query = (struct store_events_query){
		.workspace = str_from(workspace->sid), .from = 20, .to = 31,
		.most = 5};
	ok(store_events(store, &query, check_event, &is_right, &err) &&
		is_right,
	    "an Event's values, found by its date, long after the others'");
	query = (struct store_events_query){.workspace = STR(
	    "WS000000000000000000000000000003e9"), .from = ROUTER_NEVER,
	    .to = ROUTER_NEVER, .most = 0};
	buf_init(&listing.numbers, 100);
	ok(store_events(store, &query, list_event, &listing, &err) &&
		listing.taken == 0, "at most no Event: none");
	query.most = SIZE_MAX;
	ok(store_events(store, &query, list_event, &listing, &err) &&
		listing.taken == 2, "who takes two gets two");
	buf_release(&listing.numbers);
	fake_release(&fake);
	store_close(store);
}

/* ---- what is counted */

static void
list_word(struct buf *out, struct str text)
{
	buf_add_byte(out, ' ');
	buf_add_str(out, text.at != NULL ? text : STR("-"));
}

static void
list_time(struct buf *out, int64_t time)
{
	if (time == ROUTER_NEVER)
		list_word(out, STR_NONE);
	else
		buf_format(out, " %lld", (long long)time);
}

/* The last two characters of SIDs are enough to tell them apart. */
static bool
list_moment(void *context, const struct store_moment *moment)
{
	struct buf *out = context;
	const struct str sids[] = {moment->worker, moment->workflow,
		moment->task_queue, moment->task_channel, moment->activity};

	buf_format(out, "%llu %lld", (unsigned long long)moment->number,
	    (long long)moment->date);
	list_word(out, moment->type);
	for (size_t i = 0; i < ARRAY_LENGTH(sids); i++)
		list_word(out, sids[i].at == NULL
			? STR_NONE
			: str_slice(sids[i], ROUTER_SID - 2, ROUTER_SID));
	list_time(out, moment->task_age);
	list_time(out, moment->task_queue_time);
	list_time(out, moment->activity_time);
	buf_add_byte(out, '\n');
	return true;
}

static void
are_moments(struct store *store, struct store_events_query query,
    const char *expected, const char *what)
{
	struct err err = {0};
	struct buf out;

	buf_init(&out, 4096);
	buf_add(&out, "", 0);
	query.workspace = STR("WS000000000000000000000000000003e9");
	query.most = SIZE_MAX;
	ok(store_moments(store, &query, list_moment, &out, &err), "%s%s", what,
	    err.text);
	is_str(out.len > 0 ? buf_str(&out) : STR(""), expected, "%s: which",
	    what);
	buf_release(&out);
}

#define EVERY .from = ROUTER_NEVER, .to = ROUTER_NEVER

static void
write_moments(struct store *store, struct fake *fake)
{
	struct object *workspace =
	    fake_object(fake, KIND_WORKSPACE, 1001, NULL);
	struct record *accepted = fake_record(fake, 5, workspace);
	struct record *moved = fake_record(fake, 6, workspace);

	accepted->type = "reservation.accepted";
	fake_sid("WK", 0x11, accepted->worker);
	fake_sid("WW", 0x12, accepted->workflow);
	fake_sid("WQ", 0x13, accepted->task_queue);
	fake_sid("TC", 0x14, accepted->task_channel);
	accepted->task_age = 9999;
	accepted->task_queue_time = 0;
	accepted->activity_time = ROUTER_NEVER;
	moved->type = "worker.activity.update";
	fake_sid("WK", 0x11, moved->worker);
	fake_sid("WA", 0x15, moved->activity);
	moved->task_age = moved->task_queue_time = ROUTER_NEVER;
	moved->activity_time = 86400001;
	must_write(store, fake);
}

#define ACCEPTED "5 5 reservation.accepted 11 12 13 14 - 9999 0 -\n"
#define MOVED "6 6 worker.activity.update 11 - - - 15 - - 86400001\n"

static void
test_moments(void)
{
	struct fake fake;
	struct store *store = must_open("moments");

	fake_init(&fake);
	write_moments(store, &fake);
	are_moments(store, (struct store_events_query){EVERY}, ACCEPTED MOVED,
	    "what is counted of Events");
	are_moments(store, (struct store_events_query){.from = 6, .to = 6},
	    MOVED, "... of a span");
	are_moments(store, (struct store_events_query){EVERY,
	    .task_queue = STR("WQ00000000000000000000000000000013")}, ACCEPTED,
	    "... of a TaskQueue");
	are_moments(store, (struct store_events_query){EVERY,
	    .worker = STR("WK00000000000000000000000000000011"),
	    .type = STR("worker.activity.update")}, MOVED,
	    "... of a Worker and a type");
	are_moments(store, (struct store_events_query){EVERY,
	    .workflow = STR("WW00000000000000000000000000000013")}, "",
	    "... of another Workflow");
	store_close(store);
	store = must_open("moments");
	are_moments(store, (struct store_events_query){EVERY}, ACCEPTED MOVED,
	    "... of a store that was opened again");
	store_close(store);
	fake_release(&fake);
}

/* A store of version 2, whose Events know nothing of times. */
static void
test_old_moments(void)
{
	struct fake fake;
	struct store *store = must_open("old");

	fake_init(&fake);
	write_moments(store, &fake);
	store_close(store);
	change_file("old", "ALTER TABLE event DROP COLUMN activity;"
	    "ALTER TABLE event DROP COLUMN task_age;"
	    "ALTER TABLE event DROP COLUMN task_queue_time;"
	    "ALTER TABLE event DROP COLUMN activity_time;"
	    "PRAGMA user_version = 2;");
	store = must_open("old");
	are_moments(store, (struct store_events_query){EVERY},
	    "5 5 reservation.accepted 11 12 13 14 - - - -\n"
	    "6 6 worker.activity.update 11 - - - - - - -\n",
	    "Events of a store without what is counted");
	struct object *workspace =
	    fake_object(&fake, KIND_WORKSPACE, 1001, NULL);
	struct record *record = fake_record(&fake, 7, workspace);
	record->task_age = 3;
	must_write(store, &fake);
	are_moments(store, (struct store_events_query){.from = 7, .to = 7},
	    "7 7 task.created - - - - - 3 0 0\n", "new ones have it");
	store_close(store);
	fake_release(&fake);
}

/* No search and no statement reads a whole table, or sorts what it found. */
static void
test_plan(sqlite3 *db, const char *sql, const char *index)
{
	sqlite3_stmt *explain = NULL;
	char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
	bool is_good = sqlite3_prepare_v2(db, text, -1, &explain, NULL) ==
	    SQLITE_OK;
	bool uses = index == NULL;

	while (is_good && sqlite3_step(explain) == SQLITE_ROW) {
		struct str step = str_from(
		    (const char *)sqlite3_column_text(explain, 3));
		bool scans = str_has_prefix(step, STR("SCAN")) &&
		    !str_contains(step, "USING INDEX event_by_lateness");
		if (scans || str_contains(step, "TEMP B-TREE")) {
			is_good = false;
			printf("# %.*s\n", STR_ARGS(step));
		}
		uses = uses || str_contains(step, index);
	}
	ok(is_good && uses, "finds its way: %.60s… %s", sql,
	    index == NULL ? "" : index);
	(void)sqlite3_finalize(explain);
	sqlite3_free(text);
}

static void
test_plans(void)
{
	static const char *const indexes[SQLITE_STORE_FILTERS] = {
		"event_by_sid (sid=? AND rowid>? AND rowid<?)",
		"event_by_reservation (reservation=? AND rowid>? AND rowid<?)",
		"event_by_task (task=? AND rowid>? AND rowid<?)",
		"event_by_worker (worker=? AND rowid>? AND rowid<?)",
		"event_by_workflow (workflow=? AND rowid>? AND rowid<?)",
		"event_by_task_queue (task_queue=? AND rowid>? AND rowid<?)",
		"event_by_task_channel (task_channel=? AND rowid>? AND rowid<?)",
		"event_by_type (workspace=? AND type=? AND rowid>? AND rowid<?)",
		"event_by_workspace (workspace=? AND rowid>? AND rowid<?)",
	};
	sqlite3 *db = NULL;

	ok(sqlite3_open(file_in_folder("events"), &db) == SQLITE_OK,
	    "the file of a closed store can be read by others");
	for (size_t i = 0; i < SQLITE_STORE_FILTERS; i++) {
		char *sql = events_sql(EVENTS_WHOLE, i);
		test_plan(db, sql, indexes[i]);
		sqlite3_free(sql);
		sql = events_sql(EVENTS_MOMENT, i);
		test_plan(db, sql, indexes[i]);
		sqlite3_free(sql);
	}
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		if (i != STATEMENT_WRITE_MARK)
			test_plan(db, statement_rows[i], NULL);
	(void)sqlite3_close(db);
}

static void
test_purge(void)
{
	struct fake fake;
	struct err err = {0};
	size_t counts[6] = {9, 9, 9, 9, 9, 9};
	struct listing listing = {.most = SIZE_MAX};
	const struct store_events_query query = {
		.workspace = STR("WS000000000000000000000000000003e9"),
		.from = ROUTER_NEVER, .to = ROUTER_NEVER, .most = 100};
	struct store *store = must_open("purge");

	fake_init(&fake);
	buf_init(&listing.numbers, 1000);
	ok(store_purge(store, INT64_MAX, 5, &counts[0], &err) &&
		counts[0] == 0,
	    "nothing to be purged");
	write_events(store, &fake);
	ok(store_purge(store, 100, 5, &counts[1], &err) && counts[1] == 0,
	    "what is not older than the date stays");
	ok(store_purge(store, 120, 3, &counts[2], &err) && counts[2] == 3,
	    "no more than asked for");
	ok(store_purge(store, 120, 3, &counts[3], &err) && counts[3] == 2,
	    "the rest, also from after the clock was set back");
	ok(store_purge(store, 120, 3, &counts[4], &err) && counts[4] == 0,
	    "and no more");
	ok(store_events(store, &query, list_event, &listing, &err),
	    "what is left");
	is_str(buf_str(&listing.numbers), " 5 6 7 8 13 20",
	    "is what is younger");
	ok(store_purge(store, INT64_MAX, SIZE_MAX, &counts[5], &err) &&
		counts[5] == 7,
	    "all that there is");
	store_close(store);
	buf_release(&listing.numbers);
	fake_release(&fake);
}

/* ---- settings, and the end of everything */

static void
test_settings(void)
{
	const struct store_setting kept[] = {{"one", 1}, {"two", INT64_MIN}};
	const struct store_setting again[] = {{"one", INT64_MAX}};
	struct store_setting rows[] = {{"two", 5}, {"one", 5}, {"three", 5}};
	struct err err = {0};
	struct store *store = must_open("settings");

	ok(store_recall(store, rows, 3, &err), "settings that were never kept");
	is_int(rows[0].value, 5, "... leave the preset");
	ok(store_keep(store, kept, 2, &err) && store_keep(store, again, 1, &err),
	    "settings are kept, and replaced");
	store_close(store);
	store = must_open("settings");
	ok(store_recall(store, rows, 3, &err), "and recalled");
	is_int(rows[0].value, INT64_MIN, "... as they were kept");
	is_int(rows[1].value, INT64_MAX, "... last");
	is_int(rows[2].value, 5, "... no other");
	store_close(store);
}

static void
test_clear(void)
{
	struct store_setting setting = {"one", 1};
	struct fake fake;
	struct err err = {0};
	struct buf nothing;
	struct store *store = must_open("clear");

	fake_init(&fake);
	write_events(store, &fake);
	ok(store_keep(store, &setting, 1, &err), "something to forget");
	ok(store_extent(store).number > 0 && store_extent(store).at > 0,
	    "its extent is known");
	ok(store_clear(store, &err), "it is forgotten");
	is_int((int64_t)store_extent(store).number, 0, "... numbers, too");
	is_int(store_extent(store).at, ROUTER_NEVER, "... and dates");
	setting.value = 7;
	ok(store_recall(store, &setting, 1, &err) && setting.value == 7,
	    "... and settings");
	write_events(store, &fake);
	ok(store_clear(store, &err), "what came since, as well");
	store_close(store);
	buf_init(&nothing, 1);
	is_loaded("clear", &nothing, 0, "a store that was cleared");
	buf_release(&nothing);
	fake_release(&fake);
}

/* ---- schemas of other times */

/* The store of a program whose tables had fewer rows. */
static void
test_new_fields(void)
{
	struct fake fake;
	struct buf expected;
	struct store *store = must_open("fields");

	fake_init(&fake);
	buf_init(&expected, 1 << 20);
	struct object *workspace = fake_object(&fake, KIND_WORKSPACE, 1, NULL);
	struct object *queue =
	    fake_object(&fake, KIND_TASK_QUEUE, 2, workspace);
	struct object *task = fake_object(&fake, KIND_TASK, 3, workspace);
	struct object *reservation =
	    fake_object(&fake, KIND_RESERVATION, 4, workspace);
	fake_change(&fake, workspace);
	fake_change(&fake, queue);
	fake_change(&fake, task);
	fake_change(&fake, reservation);
	must_write(store, &fake);
	store_close(store);

	change_file("fields", "CREATE TEMP TABLE v(n CHECK (n = 0)); "
	    "INSERT INTO v SELECT count(*) FROM task WHERE date_ended IS NULL");
	((struct task *)task)->date_ended = ROUTER_NEVER;
	store = must_open("fields");
	fake_change(&fake, task);
	must_write(store, &fake);
	store_close(store);
	change_file("fields", "CREATE TEMP TABLE v(n CHECK (n = 1)); "
	    "INSERT INTO v SELECT count(*) FROM task WHERE date_ended IS NULL");
	change_file("fields",
	    "ALTER TABLE workspace DROP COLUMN multi_task_enabled;"
	    "ALTER TABLE workspace DROP COLUMN delivered;"
	    "ALTER TABLE workspace DROP COLUMN default_activity_sid;"
	    "ALTER TABLE task_queue DROP COLUMN target_workers;"
	    "ALTER TABLE task_queue DROP COLUMN max_reserved_workers;"
	    "ALTER TABLE task_queue DROP COLUMN task_order;"
	    "ALTER TABLE task DROP COLUMN virtual_start_time;"
	    "ALTER TABLE task DROP COLUMN ignore_capacity;"
	    "ALTER TABLE task DROP COLUMN reason;"
	    "ALTER TABLE task ADD COLUMN forgotten INTEGER;"
	    "DROP TABLE reservation;");
	((struct workspace *)workspace)->multi_task_enabled = true;
	((struct task_queue *)queue)->target_workers = STR("1==1");
	((struct task_queue *)queue)->max_reserved_workers = 1;
	((struct task *)task)->virtual_start_time = ROUTER_NEVER;
	fake_line(&expected, workspace);
	fake_line(&expected, queue);
	fake_line(&expected, task);
	is_loaded("fields", &expected, 3, "fields that are new get presets");

	store = must_open("fields");
	buf_clear(&expected, 1 << 20);
	((struct workspace *)workspace)->multi_task_enabled = false;
	((struct task *)task)->reason = STR("done");
	((struct task_queue *)queue)->task_order = ORDER_LIFO;
	fake_change(&fake, workspace);
	fake_change(&fake, queue);
	fake_change(&fake, task);
	fake_change(&fake, reservation);
	must_write(store, &fake);
	store_close(store);
	fake_line(&expected, workspace);
	fake_line(&expected, queue);
	fake_line(&expected, task);
	fake_line(&expected, reservation);
	is_loaded("fields", &expected, 4, "and are kept from then on");
	buf_release(&expected);
	fake_release(&fake);
}

/* As far as version 0, which is an empty file that we began. */
static void
test_migration(void)
{
	struct buf nothing;
	char sql[200];

	ok(schema_version() >= 1, "there is a step to the first version");
	buf_init(&nothing, 1);
	(void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d;",
	    SQLITE_STORE_ID);
	change_file("steps", sql);
	is_loaded("steps", &nothing, 0, "a store of version 0");
	(void)snprintf(sql, sizeof sql, "CREATE TABLE version_is(v INTEGER "
	    "CHECK (v = %d)); INSERT INTO version_is SELECT user_version "
	    "FROM pragma_user_version", schema_version());
	change_file("steps", sql);
	buf_release(&nothing);
}

/* ---- files */

static mode_t
mode_of(const char *base)
{
	struct stat status;

	return stat(file_in_folder(base), &status) == 0
	    ? status.st_mode & 07777
	    : 0;
}

static off_t
size_of(const char *base)
{
	struct stat status;

	return stat(file_in_folder(base), &status) == 0 ? status.st_size : 0;
}

static void
test_modes(void)
{
	struct fake fake;
	struct store *store;
	mode_t mask = umask(0);

	fake_init(&fake);
	struct object *workspace = fake_object(&fake, KIND_WORKSPACE, 1, NULL);
	store = must_open("modes");
	fake_change(&fake, workspace);
	must_write(store, &fake);
	is_int(mode_of("modes"), 0600, "the file is its owner's alone");
	is_int(mode_of("modes-wal"), 0600, "and its log");
	is_int(mode_of("modes-shm"), 0, "and shares no memory");
	store_close(store);
	is_int(mode_of("modes-wal"), 0, "closed, it has no log");
	(void)chmod(file_in_folder("modes"), 0640);
	store = must_open("modes");
	fake_change(&fake, workspace);
	must_write(store, &fake);
	is_int(mode_of("modes"), 0640, "a mode that its owner gave it stays");
	is_int(mode_of("modes-wal"), 0640, "and the log gets it");
	store_close(store);
	write_bytes("empty", "", 0, 0644);
	store = must_open("empty");
	is_int(mode_of("empty"), 0600, "an empty file becomes private");
	store_close(store);
	(void)umask(mask);
	fake_release(&fake);
}

static void
is_refused(const char *name, const char *reason)
{
	struct err err = {0};
	char expected[320];
	struct store *store = store_open_sqlite(name, &err);

	(void)snprintf(expected, sizeof expected, "%s%s%s", name,
	    name[0] == '\0' ? "" : ": ", reason);
	ok(store == NULL, "refused: %s", reason);
	is_str(str_from(err.text), expected, "... in these words");
	store_close(store);
}

static void
test_names(void)
{
	struct store *store;
	char here[256];

	is_refused("", "a store needs the name of a file");
	is_refused(file_in_folder("no/such"), "its folder does not exist");
	is_refused(folder, "is a folder, not a file");
	write_bytes("file", "x", 1, 0600);
	is_refused(file_in_folder("file/x/y"),
	    "its folder cannot be used: Not a directory");
	(void)mkfifo(file_in_folder("pipe"), 0600);
	is_refused(file_in_folder("pipe"), "is not a regular file");
	if (getcwd(here, sizeof here) == NULL || chdir(folder) != 0)
		ok(false, "can go to the folder");
	struct err err = {0};
	store = store_open_sqlite("file:a?mode=memory", &err);
	store_close(store);
	ok(store != NULL && size_of("file:a?mode=memory") > 0,
	    "a name is a name, not a URI%s", err.text);
	store = store_open_sqlite("plain", &err);
	ok(store != NULL && access(file_in_folder("plain"), F_OK) == 0,
	    "a name without a folder");
	store_close(store);
	if (chdir(here) != 0)
		ok(false, "can go back");
	store_close(NULL);
}

static void
test_permissions(void)
{
	bool is_root = geteuid() == 0;

	store_close(must_open("sealed"));
	(void)chmod(file_in_folder("sealed"), 0444);
	(void)chmod(folder, 0777);
	if (is_root && seteuid(NOBODY) != 0)
		ok(false, "can be nobody");
	is_refused(file_in_folder("sealed"),
	    "cannot be read and written: Permission denied");
	if (is_root && seteuid(0) != 0)
		ok(false, "can be root again");
	(void)chmod(file_in_folder("sealed"), 0666);
	(void)chmod(folder, 0555);
	if (is_root && seteuid(NOBODY) != 0)
		ok(false, "can be nobody");
	is_refused(file_in_folder("sealed"),
	    "its folder cannot be written: Permission denied");
	if (is_root && seteuid(0) != 0)
		ok(false, "can be root again");
	(void)chmod(folder, 0700);
}

static void
test_foreign_files(void)
{
	char garbage[8192], text[300];

	memset(garbage, 'x', sizeof garbage);
	write_bytes("garbage", garbage, sizeof garbage, 0600);
	is_refused(file_in_folder("garbage"),
	    "is not an SQLite database (file is not a database)");
	change_file("foreign", "CREATE TABLE t(x)");
	is_refused(file_in_folder("foreign"), "is a database of another "
	    "program (application_id 0x00000000, not 0x54736b52)");
	change_file("foreign", "PRAGMA application_id = -2");
	is_refused(file_in_folder("foreign"), "is a database of another "
	    "program (application_id 0xfffffffe, not 0x54736b52)");
	ok(mode_of("foreign-wal") == 0 && mode_of("foreign-journal") == 0,
	    "and is left as it was");

	store_close(must_open("newer"));
	(void)snprintf(text, sizeof text, "PRAGMA user_version = %d",
	    schema_version() + 1);
	change_file("newer", text);
	(void)snprintf(text, sizeof text, "was written by a newer "
	    "taskrouterd (its schema is version %d, this program knows %d)",
	    schema_version() + 1, schema_version());
	is_refused(file_in_folder("newer"), text);
}

#define PAGE 4096
#define PAGES_MOST 200

/* The n-th page of a copy of the store is nonsense. */
static void
damage(const char *bytes, size_t length, size_t page)
{
	static char copy[PAGES_MOST * PAGE];

	memcpy(copy, bytes, length);
	memset(copy + page * PAGE, 0xa5, PAGE);
	write_bytes("damaged.2", copy, length, 0600);
}

static void
test_damage(void)
{
	static char bytes[PAGES_MOST * PAGE];
	struct fake fake;
	struct err err = {0};
	struct store *store = must_open("damaged");
	int refused = 0, wrong = 0;

	fake_init(&fake);
	for (unsigned n = 1; n < 40; n++)
		fake_change(
		    &fake, fake_object(&fake, KIND_WORKSPACE, n, NULL));
	must_write(store, &fake);
	store_close(store);
	FILE *file = fopen(file_in_folder("damaged"), "rb");
	size_t length =
	    file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
	ok(file != NULL && fclose(file) == 0 && length > (size_t)20 * PAGE &&
		length < sizeof bytes,
	    "a store to be damaged");
	for (size_t page = 1; page < length / PAGE; page++) {
		struct router router;
		damage(bytes, length, page);
		router_fake_init(&router);
		store = store_open_sqlite(file_in_folder("damaged.2"), &err);
		if (store == NULL || !store_load(store, &router, &err)) {
			refused++;
			wrong += !str_has_suffix(str_from(err.text),
			    STR("/damaged.2: is damaged (database disk image "
				"is malformed)"));
		}
		router_fake_release(&router);
		store_close(store);
	}
	ok(refused > 5, "damaged pages are found (%d)", refused);
	is_int(wrong, 0, "and told in plain words: %s", err.text);
	fake_release(&fake);
}

static void
test_second_opener(void)
{
	struct store *store = must_open("taken");
	const char *name = file_in_folder("taken");
	int status = -1;

	for (int round = 0; round < 2; round++) {
		(void)fflush(stdout);
		pid_t child = fork();
		if (child == 0) {
			struct err err;
			struct store *second = store_open_sqlite(name, &err);
			_exit(second == NULL &&
				    str_contains(str_from(err.text),
					"/taken: is in use by another "
					"process (database is locked)")
				? 0
				: 1);
		}
		ok(child > 0 && waitpid(child, &status, 0) == child &&
			status == 0,
		    "another process is refused, attempt %d", round + 1);
		/* POSIX forgets a process's locks when it closes the file. */
		is_refused(name,
		    "is in use by another process (database is locked)");
	}
	store_close(store);
	store_close(must_open("taken"));
}

/* The log is copied back now and then, and a large transaction does not leave
 * it large. */
static void
test_log(void)
{
	static char block[12 * PAGE];
	const int commits = SQLITE_STORE_LOG / 12;
	struct fake fake;
	struct store *store = must_open("log");
	off_t largest = 0, first = 0;

	fake_init(&fake);
	memset(block, 'x', sizeof block);
	struct object *workspace = fake_object(&fake, KIND_WORKSPACE, 1, NULL);
	((struct workspace *)workspace)->friendly_name =
	    (struct str){block, sizeof block};
	for (int i = 0; i < 3 * commits; i++) {
		/* SQLite does not write what is the same. */
		memset(block, 'a' + i % 26, sizeof block);
		fake_change(&fake, workspace);
		must_write(store, &fake);
		if (size_of("log-wal") > largest)
			largest = size_of("log-wal");
		if (i == commits / 2)
			first = largest;
	}
	ok(first > SQLITE_STORE_LOG / 2 * PAGE, "commits go to the log");
	ok(largest > first &&
		largest < (off_t)(SQLITE_STORE_LOG + 40) * (PAGE + 24),
	    "which does not grow beyond %lld bytes", (long long)largest);
	for (unsigned n = 2; n < 800; n++) {
		struct object *many =
		    fake_object(&fake, KIND_WORKSPACE, n, NULL);
		((struct workspace *)many)->friendly_name =
		    (struct str){block, sizeof block};
		fake_change(&fake, many);
	}
	must_write(store, &fake);
	ok(size_of("log-wal") > 30000000, "a large transaction does it");
	workspace->version++;
	fake_change(&fake, workspace);
	must_write(store, &fake);
	ok(size_of("log-wal") < 20000000, "the next one cuts it");
	store_close(store);
	fake_release(&fake);
}

static void
test_memory(void)
{
	struct fake fake;
	struct router router;
	struct err err = {0};
	struct buf expected;
	struct store *store = must_open(":memory:");
	struct store *other = must_open(":memory:");

	fake_init(&fake);
	buf_init(&expected, 1000);
	struct object *workspace = fake_object(&fake, KIND_WORKSPACE, 1, NULL);
	fake_line(&expected, workspace);
	fake_change(&fake, workspace);
	fake_record(&fake, 2, workspace);
	must_write(store, &fake);
	fake_record(&fake, 2, workspace);
	ok(!store_write(store, &fake.effects, &err),
	    "in memory: refused as elsewhere");
	router_fake_init(&router);
	ok(store_load(store, &router, &err) &&
		str_equal(buf_str(&router.lines), buf_str(&expected)),
	    "in memory: what was written");
	router_fake_release(&router);
	router_fake_init(&router);
	ok(store_load(other, &router, &err) && router.lines.len == 0,
	    "in memory: each its own");
	router_fake_release(&router);
	store_close(store);
	store_close(other);
	ok(access(":memory:", F_OK) != 0, "in memory: not in a file");
	buf_release(&expected);
	fake_release(&fake);
}

static void
remove_folder(void)
{
	DIR *all = opendir(folder);
	struct dirent *entry = all == NULL ? NULL : readdir(all);

	for (; entry != NULL; entry = readdir(all))
		(void)unlink(file_in_folder(entry->d_name));
	if (all != NULL)
		(void)closedir(all);
	if (rmdir(folder) != 0)
		perror(folder);
}

int
main(int count, char **arguments)
{
	if (count > 1)
		return store_exercise(count - 1, arguments + 1);
	if (mkdtemp(folder) == NULL) {
		perror(folder);
		return 1;
	}
	test_columns();
	test_round_trip();
	test_numbers();
	test_all_or_nothing();
	test_events();
	test_plans();
	test_moments();
	test_old_moments();
	test_purge();
	test_settings();
	test_clear();
	test_new_fields();
	test_migration();
	test_modes();
	test_names();
	test_permissions();
	test_foreign_files();
	test_damage();
	test_second_opener();
	test_log();
	test_memory();
	remove_folder();
	return tap_done();
}
