/* SPDX-License-Identifier: MIT
 *
 * The ledger: what is committed is there for all, what is not is not; files
 * that are none of ours are refused in words; budgets are shared; Events are
 * kept once, found and purged. Called with "hold FILE" it is a program that has
 * the file locked until its input ends, and says so.
 */
#include "base/compat.h"

#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/ledger.h"
#include "store/ledger_budget.h"
#include "store/ledger_events.h"
#include "store/libsqlite.h"

#define PATIENCE_MS 200
#define SIZE_MOST ((int64_t)64 << 20)
#define NOBODY 65534

static char folder[] = "/tmp/unit-ledger-XXXXXX";

static const char *
in_folder(const char *base)
{
	static char names[4][300];
	static unsigned turn;
	char *name = names[turn++ % ARRAY_LENGTH(names)];

	(void)snprintf(name, sizeof names[0], "%s/%s", folder, base);
	return name;
}

static void
remove_file(const char *base)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	char name[320];

	for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
		(void)snprintf(name, sizeof name, "%s%s", in_folder(base),
		    suffixes[i]);
		(void)unlink(name);
	}
}

static struct ledger *
try_open(const char *file, int64_t size_most, struct err *err)
{
	struct ledger_options options = {
	    .file = file, .size_most = size_most, .patience_ms = PATIENCE_MS};

	return ledger_open(&options, err);
}

static struct ledger *
must_open(const char *base)
{
	struct err err = {0};
	struct ledger *ledger = try_open(in_folder(base), SIZE_MOST, &err);

	if (ledger == NULL) {
		ok(false, "%s opens: %s", base, err.text);
		exit(tap_done());
	}
	return ledger;
}

static void
must(bool done, const struct err *err, const char *what)
{
	if (!done)
		ok(false, "%s: %s", what, err->text);
}

/* What the file says, without the file's name in front. */
static struct str
reason(const struct err *err)
{
	const char *colon = strstr(err->text, ": ");

	return str_from(colon == NULL ? err->text : colon + 2);
}

/* ---- Events */

static struct taskrouter_event
event_of(const char *key, int64_t at_ms)
{
	struct taskrouter_event event = {
		.key = str_from(key),
		.at_ms = at_ms,
		.data = STR("{}"),
	};

	event.texts[EVENT_TYPE] = STR("task.created");
	return event;
}

static bool
put(struct ledger *ledger, const struct taskrouter_event *event, int64_t now_ms)
{
	struct err err = {0};
	bool is_new = false;

	must(ledger_begin(ledger, &err) &&
		ledger_put_event(ledger, event, now_ms, &is_new, &err) &&
		ledger_commit(ledger, &err),
	    &err, "an Event is put");
	return is_new;
}

struct found {
	size_t count, most;
	char keys[4000];
};

static bool
take(void *context, const struct ledger_event *event)
{
	struct found *found = context;
	size_t length = strlen(found->keys);

	(void)snprintf(found->keys + length, sizeof found->keys - length,
	    "%s%.*s", length > 0 ? " " : "", STR_ARGS(event->event.key));
	return ++found->count < found->most;
}

static struct ledger_events_query
everything(struct found *found)
{
	*found = (struct found){.most = SIZE_MAX};
	return (struct ledger_events_query){
		.from_ms = INT64_MIN,
		.to_ms = INT64_MAX,
		.before = LEDGER_NEWEST,
		.most = 1000,
		.take = take,
		.context = found,
	};
}

static struct ledger_position
look(struct ledger *ledger, const struct ledger_events_query *query)
{
	struct ledger_position next = {0};
	struct err err = {0};

	must(ledger_read_events(ledger, query, &next, &err), &err,
	    "Events are read");
	return next;
}

static void
test_events(void)
{
	struct ledger *ledger = must_open("events");
	struct found found;
	struct ledger_events_query query = everything(&found);
	struct taskrouter_event a = event_of("a", 1000),
				b = event_of("b", 3000),
				c = event_of("c", 3000),
				d = event_of("d", -1);

	a.texts[EVENT_TASK] = STR("WT1");
	b.texts[EVENT_TASK] = STR("WT1");
	b.texts[EVENT_WORKER] = STR("WK1");
	c.texts[EVENT_RESERVATION] = STR("WR1");
	c.texts[EVENT_TYPE] = STR("x");
	ok(put(ledger, &a, 10) && put(ledger, &b, 11) && put(ledger, &c, 12) &&
		put(ledger, &d, 2000),
	    "Events are new at first");
	ok(!put(ledger, &b, 13), "and not the second time");
	is_int(look(ledger, &query).number, 0, "all fit on a page");
	is_str(str_from(found.keys), "c b d a",
	    "newest first; of one time the later; without a date as it came");

	query = everything(&found);
	query.wanted[EVENT_TASK] = STR("WT1");
	(void)look(ledger, &query);
	is_str(str_from(found.keys), "b a", "those of a Task");
	query = everything(&found);
	query.wanted[EVENT_TASK] = STR("WT1");
	query.wanted[EVENT_WORKER] = STR("WK1");
	(void)look(ledger, &query);
	is_str(str_from(found.keys), "b", "those of a Task and a Worker");
	query = everything(&found);
	query.wanted[EVENT_RESERVATION] = STR("WR1");
	(void)look(ledger, &query);
	is_str(str_from(found.keys), "c", "those of a Reservation");
	query = everything(&found);
	query.wanted[EVENT_TYPE] = STR("task.created");
	(void)look(ledger, &query);
	is_str(str_from(found.keys), "b d a", "those of a type");
	query = everything(&found);
	query.from_ms = 1000;
	query.to_ms = 2000;
	(void)look(ledger, &query);
	is_str(str_from(found.keys), "d a", "those between two dates");

	query = everything(&found);
	query.most = 2;
	struct ledger_position next = look(ledger, &query);
	is_str(str_from(found.keys), "c b", "the first page");
	query = everything(&found);
	query.before = next;
	found.most = 1;
	next = look(ledger, &query);
	is_str(str_from(found.keys), "d", "the second, which ends early");
	query = everything(&found);
	query.before = next;
	is_int(look(ledger, &query).number, 0, "the third is the last");
	is_str(str_from(found.keys), "a", "... and has what was left");
	ledger_close(ledger);
}

/* A page that finds little does not look at everything. */
static void
test_bounded_page(void)
{
	struct ledger *ledger = must_open("bounded");
	struct found found;
	struct ledger_events_query query = everything(&found);
	struct err err = {0};
	char key[32];
	bool is_new;
	int pages = 0;

	must(ledger_begin(ledger, &err), &err, "a transaction begins");
	for (int i = 0; i < LEDGER_EVENTS_SEEN_MOST * 2 + 10; i++) {
		(void)snprintf(key, sizeof key, "k%d", i);
		struct taskrouter_event event = event_of(key, 5000 + i);
		if (i == 0)
			event.texts[EVENT_TYPE] = STR("rare");
		must(ledger_put_event(ledger, &event, 1, &is_new, &err), &err,
		    "an Event is put");
	}
	must(ledger_commit(ledger, &err), &err, "a transaction ends");
	query.wanted[EVENT_TYPE] = STR("rare");
	do {
		query.before = look(ledger, &query);
		pages++;
	} while (query.before.number != 0 && pages < 10);
	is_int(pages, 3, "it is found on the third page, the others are empty");
	is_str(str_from(found.keys), "k0", "and it is the one");
	ledger_close(ledger);
}

static void
test_purge(void)
{
	static const struct {
		const char *name;
		int64_t before_ms, now_ms;
		size_t most, purged;
		const char *left;
	} rows[] = {
		{"nothing is old", 100, 500, 10, 0, "e4 e3 e2 e1 e0"},
		{"few at a time", 300, 500, 1, 1, "e4 e3 e2 e1"},
		{"those that are old", 300, 500, 10, 1, "e4 e3 e2"},
		{"no more than are looked at", 1000, 500, 2, 2, "e4"},
		{"from a clock that was wrong", 0, -86400000, 10, 1, ""},
	};
	struct ledger *ledger = must_open("purge");
	struct found found;
	struct err err = {0};

	for (int i = 0; i < 5; i++) {
		char key[] = {'e', (char)('0' + i), '\0'};
		struct taskrouter_event event = event_of(key, i);
		ok(put(ledger, &event, 100 + 100 * i), "an Event comes");
	}
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		size_t purged = 99;
		struct ledger_events_query query = everything(&found);
		must(ledger_begin(ledger, &err) &&
			ledger_purge_events(ledger, rows[i].before_ms,
			    rows[i].now_ms, rows[i].most, &purged, &err) &&
			ledger_commit(ledger, &err),
		    &err, rows[i].name);
		is_int((int64_t)purged, (int64_t)rows[i].purged,
		    "%s: so many go", rows[i].name);
		(void)look(ledger, &query);
		is_str(str_from(found.keys), rows[i].left, "%s: these stay",
		    rows[i].name);
	}
	ledger_close(ledger);
}

/* ---- transactions */

static void
test_transactions(void)
{
	struct ledger *first = must_open("two"), *second = must_open("two");
	struct taskrouter_event event = event_of("a", 1);
	struct found found;
	struct ledger_events_query query = everything(&found);
	struct err err = {0};
	bool is_new;

	must(ledger_begin(first, &err) &&
		ledger_put_event(first, &event, 1, &is_new, &err),
	    &err, "one writes");
	(void)look(second, &query);
	is_int((int64_t)found.count, 0, "what is not committed is not seen");
	int64_t begin = clock_monotonic_us();
	ok(!ledger_begin(second, &err), "nobody else can write then");
	is_str(reason(&err),
	    "is locked by another process (database is locked)", "in words");
	ok(clock_monotonic_us() - begin >= PATIENCE_MS * 1000,
	    "after it had patience");
	must(ledger_commit(first, &err), &err, "the one commits");
	query = everything(&found);
	(void)look(second, &query);
	is_int((int64_t)found.count, 1, "what is committed is seen");
	must(ledger_begin(second, &err), &err, "then the other can write");
	event.key = STR("b");
	must(ledger_put_event(second, &event, 1, &is_new, &err), &err,
	    "it does");
	ledger_undo(second);
	ledger_undo(second);
	query = everything(&found);
	(void)look(second, &query);
	is_int((int64_t)found.count, 1, "what is undone is not there");
	must(ledger_begin(second, &err) &&
		ledger_put_event(second, &event, 1, &is_new, &err),
	    &err, "it writes again");
	ledger_close(second);
	query = everything(&found);
	(void)look(first, &query);
	is_int((int64_t)found.count, 1, "nor what was open at the close");
	ledger_close(first);
}

static void
test_size(void)
{
	struct err err = {0};
	struct ledger *ledger =
	    try_open(in_folder("small"), (int64_t)1 << 20, &err);
	static char data[100000];
	struct taskrouter_event event = event_of("a", 1);
	bool is_new, is_kept = true;
	int kept = 0;

	must(ledger != NULL, &err, "a small one opens");
	memset(data, 'x', sizeof data);
	event.data = (struct str){data, sizeof data};
	for (; kept < 100; kept++) {
		char key[] = {(char)('a' + kept % 26), (char)('a' + kept / 26)};
		event.key = (struct str){key, 2};
		is_kept = ledger_begin(ledger, &err) &&
		    ledger_put_event(ledger, &event, 1, &is_new, &err) &&
		    ledger_commit(ledger, &err);
		if (!is_kept)
			break;
	}
	ledger_undo(ledger);
	ok(!is_kept && kept > 5 && kept < 12, "it ends at its size (%d)", kept);
	is_str(reason(&err), "has no room left (the disk, or store.size) "
	    "(database or disk is full)", "in words");
	size_t purged;
	must(ledger_begin(ledger, &err) &&
		ledger_purge_events(ledger, 2, 1, 5, &purged, &err) &&
		ledger_commit(ledger, &err),
	    &err, "what is old can go");
	event.key = STR("again");
	ok(put(ledger, &event, 1), "and then there is room");
	ledger_close(ledger);
}

/* ---- the file */

static void
make_database(const char *base, const char *sql)
{
	sqlite3 *db = NULL;

	remove_file(base);
	if (sqlite3_open_v2(in_folder(base), &db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
		SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		ok(false, "%s is made: %s", base, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
}

static void
refuses(const char *base, const char *expected, const char *name)
{
	struct err err = {0};
	struct ledger *ledger = try_open(in_folder(base), SIZE_MOST, &err);

	ok(ledger == NULL, "%s is refused", name);
	is_str(reason(&err), expected, "%s: in words", name);
	ok(str_has_prefix(str_from(err.text), str_from(in_folder(base))),
	    "%s: with its name", name);
	ledger_close(ledger);
}

static void
test_files(void)
{
	struct stat status;
	FILE *file;

	ledger_close(must_open("new"));
	ok(stat(in_folder("new"), &status) == 0 &&
		(status.st_mode & 0777) == 0600,
	    "a new file is its owner's alone");
	ledger_close(must_open("new"));
	ok(true, "it opens again");
	make_database("newer", "PRAGMA application_id = 0x54736b4c;"
			       "PRAGMA user_version = 1000");
	refuses("newer", "was written by a newer taskrouter.fcgi (its schema "
	    "is 1000, this program knows 1)", "a newer schema");
	make_database("foreign", "CREATE TABLE cake(x)");
	refuses("foreign", "is the database of another program",
	    "a database without a mark");
	make_database("marked", "PRAGMA application_id = 7");
	refuses("marked", "is the database of another program",
	    "a database with another mark");
	file = fopen(in_folder("text"), "w");
	if (file != NULL) {
		for (int i = 0; i < 200; i++)
			(void)fputs("this is no database\n", file);
		(void)fclose(file);
	}
	refuses("text", "is not an SQLite database (file is not a database)",
	    "a text");
	make_database("empty", "");
	ledger_close(must_open("empty"));
	ok(true, "an empty file becomes one");
}

static void
test_place(void)
{
	struct ledger *ledger = must_open("place");

	ok(ledger_is_in_place(ledger), "it is in its place");
	remove_file("place");
	ok(!ledger_is_in_place(ledger), "not when it was removed");
	struct ledger *other = must_open("place");
	ok(!ledger_is_in_place(ledger), "nor when there is another");
	ok(ledger_is_in_place(other), "which is in its place");
	struct taskrouter_event event = event_of("a", 1);
	ok(put(other, &event, 1), "and takes an Event");
	ledger_close(ledger);
	struct ledger *third = must_open("place");
	ok(!put(third, &event, 1), "which is there after the first is closed");
	ledger_close(other);
	ledger_close(third);
}

/* ---- budgets */

static int64_t
moment(struct ledger *ledger, const char *name, int64_t now_ms, int64_t most_ms)
{
	struct err err = {0};
	int64_t at_ms = -1;

	must(ledger_begin(ledger, &err) &&
		ledger_take_moment(
		    ledger, name, now_ms, 333, most_ms, &at_ms, &err) &&
		ledger_commit(ledger, &err),
	    &err, "a moment is taken");
	return at_ms;
}

static void
test_budget(void)
{
	struct ledger *first = must_open("budget"),
		      *second = must_open("budget");

	is_int(moment(first, "a", 1000, 5000), 1000, "the first is now");
	is_int(moment(second, "a", 1000, 5000), 1333,
	    "the next, of another process, is behind it");
	is_int(moment(first, "a", 1000, 5000), 1666, "and so on");
	is_int(moment(first, "b", 1000, 5000), 1000, "another budget is apart");
	is_int(moment(second, "a", 1000, 500), 1999, "too far away: when");
	is_int(moment(second, "a", 1000, 5000), 1999, "and it was not taken");
	is_int(moment(first, "a", 9000, 5000), 9000, "what is past is past");
	is_int(moment(first, "a", -9000000, 5000), -9000000,
	    "a clock that was set back");
	ledger_close(first);
	ledger_close(second);
}

static int
hold(const char *file)
{
	struct err err = {0};
	struct ledger *ledger = try_open(file, SIZE_MOST, &err);

	if (ledger == NULL || !ledger_begin(ledger, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		return EXIT_FAILURE;
	}
	(void)puts("locked");
	(void)fflush(stdout);
	while (getchar() != EOF)
		continue;
	ledger_close(ledger);
	return EXIT_SUCCESS;
}

/* The log is copied by whoever closes the file last, unless he is brief. */
static void
test_log(void)
{
	char log[320];

	(void)snprintf(log, sizeof log, "%s-wal", in_folder("log"));
	for (int is_brief = 0; is_brief < 2; is_brief++) {
		struct ledger_options options = {
		    .file = in_folder("log"), .size_most = SIZE_MOST,
		    .patience_ms = PATIENCE_MS, .is_brief = is_brief != 0};
		struct err err = {0};
		struct ledger *ledger = ledger_open(&options, &err);
		int64_t at;
		must(ledger != NULL && ledger_begin(ledger, &err) &&
			ledger_take_moment(
			    ledger, "log", 1, 1, 1, &at, &err) &&
			ledger_commit(ledger, &err), &err, "a commit");
		ledger_close(ledger);
		ok((access(log, F_OK) == 0) == (is_brief != 0),
		    "%s closing: the log is %s",
		    is_brief != 0 ? "brief" : "long",
		    is_brief != 0 ? "left" : "copied");
	}
	remove_file("log");
}

int
main(int argc, char **argv)
{
	static const char *const files[] = {"events", "bounded", "purge",
	    "two", "small", "new", "newer", "foreign", "marked", "text",
	    "empty", "place", "budget"};
	struct err err = {0};

	if (argc == 3 && strcmp(argv[1], "hold") == 0)
		return hold(argv[2]);
	if (mkdtemp(folder) == NULL || !libsqlite_load(&err)) {
		ok(false, "a folder and SQLite: %s", err.text);
		return tap_done();
	}
	test_events();
	test_bounded_page();
	test_purge();
	test_transactions();
	test_size();
	test_files();
	test_place();
	test_budget();
	test_log();
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		remove_file(files[i]);
	(void)rmdir(folder);
	return tap_done();
}
