/* SPDX-License-Identifier: MIT
 *
 * The outbox in the ledger: orders of one lane one after another, lanes beside
 * each other, leases, holds, keys, what operators do, what is forgotten; and
 * many random steps of three processes against a model. Called with "add FILE
 * KIND LANE PATH FORM EXTRA" (each of the last three may be empty) it is a
 * program that puts an order in.
 */
#include "base/compat.h"

#include "tap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/ledger.h"
#include "store/ledger_outbox.h"
#include "store/libsqlite.h"

#define TAKEN_MOST 64
#define MEMORY ((size_t)8 << 20)

static char folder[] = "/tmp/unit-ledger-outbox-XXXXXX";
static char file[sizeof folder + 16];
static struct ledger *ledger;
static struct arena arena;
static struct err err;

static void
must(bool done, const char *what)
{
	if (!done)
		ok(false, "%s: %s", what, err.text);
}

static void
remove_file(void)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char name[sizeof file + 8];

	for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
		(void)snprintf(name, sizeof name, "%s%s", file, suffixes[i]);
		(void)unlink(name);
	}
}

static void
open_new(void)
{
	struct ledger_options options = {
		.file = file, .size_most = (int64_t)64 << 20,
		.patience_ms = 200,
	};

	ledger_close(ledger);
	remove_file();
	arena_release(&arena);
	ledger = ledger_open(&options, &err);
	if (ledger == NULL) {
		ok(false, "the ledger opens: %s", err.text);
		exit(tap_done());
	}
}

/* Each call is a transaction of its own. */
static int64_t
add(const char *lane, const char *key, int64_t due)
{
	struct outbox_order order = {
		.kind = OUTBOX_CREATE_TASK,
		.lane = str_from(lane),
		.key = str_from(key),
		.fingerprint = STR("print"),
		.path = STR("/v1/x"),
		.form = STR("a=b"),
		.extra = STR("{}"),
		.due_ms = due,
	};
	int64_t number = 0;

	must(ledger_begin(ledger, &err) &&
		ledger_outbox_add(ledger, &order, 1000, &number, &err) &&
		ledger_commit(ledger, &err),
	    "add");
	return number;
}

static struct outbox_lease
lease(const char *owner, int64_t now, int64_t length)
{
	return (struct outbox_lease){str_from(owner), now, now + length};
}

/* The numbers, and a '?' behind those of unknown fate: "1 4?". */
static struct str
take(const char *owner, int64_t now, size_t most)
{
	struct outbox_lease of = lease(owner, now, 100);
	struct outbox_entry entries[TAKEN_MOST];
	struct str text = STR("");
	size_t count = 0;

	must(ledger_begin(ledger, &err) &&
		ledger_outbox_take(
		    ledger, &of, most, &arena, entries, &count, &err) &&
		ledger_commit(ledger, &err),
	    "take");
	for (size_t i = 0; i < count; i++)
		text = arena_format(&arena, "%.*s%s%" PRId64 "%s",
		    STR_ARGS(text), i > 0 ? " " : "", entries[i].number,
		    entries[i].state == OUTBOX_FATE_UNKNOWN ? "?" : "");
	return text;
}

#define IN_TRANSACTION(call) \
	must(ledger_begin(ledger, &err) && (call) && \
		ledger_commit(ledger, &err), #call)

static bool drop(int64_t number, int64_t now);

static void
done(int64_t number)
{
	IN_TRANSACTION(ledger_outbox_done(
	    ledger, number, STR("WT1"), STR("{\"sid\":1}"), 5000, &err));
}

static void
put_off(int64_t number, const char *owner, enum outbox_state state,
    int64_t due, const char *lane)
{
	IN_TRANSACTION(ledger_outbox_put_off(ledger, number, str_from(owner),
	    state, due, str_from(lane), STR("no"), &err));
}

static void
fail(int64_t number, const char *owner)
{
	IN_TRANSACTION(ledger_outbox_fail(
	    ledger, number, str_from(owner), STR("never"), 5000, &err));
}

static int64_t
next_at(int64_t now_ms)
{
	int64_t at = -1;

	must(ledger_outbox_next(ledger, now_ms, &at, &err), "next");
	return at;
}

static int64_t
next(void)
{
	return next_at(0);
}

static struct outbox_entry
find(const char *key)
{
	struct outbox_entry entry;

	must(ledger_outbox_find(
		 ledger, str_from(key), &arena, &entry, &err), "find");
	return entry;
}

static void
test_lanes(void)
{
	open_new();
	is_int(next(), OUTBOX_NEVER, "nothing is due where nothing is");
	for (int i = 0; i < 3; i++) {
		(void)add("a", NULL, 10);
		(void)add("b", NULL, 10);
		(void)add(NULL, NULL, 10);
	}
	is_int(next(), 10, "when the first is due");
	is_str(take("me", 9, 9), "", "nothing before");
	is_str(take("me", 10, 9), "1 2 3 6 9",
	    "the heads of lanes, and all without one");
	is_str(take("you", 10, 9), "", "once");
	done(2);
	is_str(take("you", 20, 9), "5", "the next of the lane that is free");
	put_off(1, "me", OUTBOX_WAITING, 50, NULL);
	is_str(take("you", 49, 9), "", "one that is put off holds its lane");
	is_str(take("you", 50, 9), "1", "until it is due");
	done(1);
	is_str(take("you", 50, 1), "4", "and then the one behind it");
	fail(4, "you");
	is_str(take("you", 50, 9), "7", "a failure lets the next go");
	done(5);
	is_str(take("you", 50, 1), "8", "the other lane, too");
}

static void
test_most(void)
{
	open_new();
	for (int i = 0; i < 5; i++)
		(void)add(NULL, NULL, 10 - i);
	is_str(take("me", 20, 2), "5 4", "so many, the longest due first");
	is_str(take("me", 20, 2), "3 2", "and the next");
}

static void
test_leases(void)
{
	open_new();
	(void)add("a", NULL, 10);
	(void)add("a", NULL, 10);
	is_str(take("me", 10, 9), "1", "taken");
	is_int(next(), 110, "it is free when the lease has run out");
	is_str(take("you", 109, 9), "", "not before");
	is_str(take("you", 110, 9), "1?",
	    "then somebody else has it, and does not know its fate");
	put_off(1, "me", OUTBOX_WAITING, 0, NULL);
	fail(1, "me");
	IN_TRANSACTION(ledger_outbox_forget(ledger, 1, STR("me"), &err));
	is_str(take("me", 150, 9), "",
	    "who had it before has nothing to say any more");
	put_off(1, "you", OUTBOX_FATE_UNKNOWN, 160, NULL);
	is_str(take("me", 160, 9), "1?", "an unknown fate stays unknown");
	put_off(1, "me", OUTBOX_WAITING, 170, NULL);
	is_str(take("me", 170, 9), "1", "until it is known");
	(void)take("you", 300, 9);
	done(1);
	is_str(take("me", 300, 9), "2", "what was done is done, whoever says "
					"so");
}

/* All times of before are hours ahead then. */
static void
test_clock_set_back(void)
{
	const int64_t then = 3 * OUTBOX_FURTHEST_MS, now = then / 2;

	open_new();
	(void)add(NULL, NULL, then);
	(void)add(NULL, NULL, then + 1000);
	(void)add(NULL, NULL, now + OUTBOX_FURTHEST_MS);
	(void)add(NULL, NULL, OUTBOX_NEVER);
	(void)add("a", NULL, then);
	(void)add("a", NULL, then);
	is_str(take("me", then, 1), "3", "before it was set");
	put_off(3, "me", OUTBOX_WAITING, now + OUTBOX_FURTHEST_MS, NULL);
	is_str(take("me", then, 1), "3", "one has been taken");
	is_int(next_at(now), now, "what is due later than it can be is due");
	is_str(take("you", now, 9), "1 2 5", "and taken");
	is_int(next_at(now), now + 100, "by somebody who has a lease");
	done(1);
	done(2);
	done(5);
	is_str(take("you", now, 9), "6", "its lane goes on");
	done(6);
	is_int(next_at(now), now + OUTBOX_FURTHEST_MS, "all else waits");
	open_new();
	(void)add(NULL, NULL, 10);
	is_str(take("me", then, 9), "1", "a lease");
	is_int(next_at(now), now, "that would be too long has run out");
	ok(!drop(1, then), "it counts, as long as it can be one");
	is_str(take("you", now, 9), "1?", "and the entry is taken");
	is_str(take("me", then, 9), "1?", "once more");
	ok(drop(1, now), "or dropped");
}

static void
test_direct(void)
{
	struct outbox_lease mine = lease("me", 10, 100), yours;
	struct outbox_order order = {
		.kind = OUTBOX_CREATE_TASK, .key = STR("k"),
		.path = STR("/v1/x"), .due_ms = OUTBOX_NEVER,
	};
	bool is_taken = true, is_used = true;
	int64_t number = 0;

	open_new();
	IN_TRANSACTION(ledger_outbox_add_taken(
	    ledger, &order, &mine, &number, &err));
	is_int(find("k").state, OUTBOX_UNDER_WAY, "taken when it is put in");
	is_int(next(), OUTBOX_NEVER, "nobody takes it by himself");
	yours = lease("you", 50, 100);
	IN_TRANSACTION(
	    ledger_outbox_take_one(ledger, number, &yours, &is_taken, &err));
	ok(!is_taken, "nor for its key, while it is under way");
	yours = lease("you", 110, 100);
	IN_TRANSACTION(
	    ledger_outbox_take_one(ledger, number, &yours, &is_taken, &err));
	ok(is_taken, "but afterwards");
	must(ledger_outbox_is_used(ledger, STR("l"), &is_used, &err), "used");
	ok(!is_used, "the lane is empty");
	put_off(number, "you", OUTBOX_FATE_UNKNOWN, 200, "l");
	must(ledger_outbox_is_used(ledger, STR("l"), &is_used, &err), "used");
	ok(is_used, "it can get into a lane");
	(void)add("l", NULL, 10);
	is_str(take("me", 199, 9), "", "and holds it");
	is_str(take("me", 200, 9), "1?", "like any other");
	done(number);
	is_str(take("me", 200, 9), "2", "to the end");
}

/* Who was put in first but comes into the lane later does not push out the one
 * that is under way. */
static void
test_late_comer(void)
{
	struct outbox_lease mine = lease("me", 10, 100);
	struct outbox_order order = {
		.kind = OUTBOX_CREATE_TASK, .key = STR("k"),
		.path = STR("/v1/x"), .due_ms = 10,
	};
	int64_t number = 0;

	open_new();
	IN_TRANSACTION(ledger_outbox_add_taken(
	    ledger, &order, &mine, &number, &err));
	(void)add("l", NULL, 10);
	(void)add("l", NULL, 10);
	is_str(take("you", 20, 9), "2", "the lane goes on without it");
	put_off(number, "me", OUTBOX_WAITING, 20, "l");
	is_str(take("you", 20, 9), "", "it waits for who is under way");
	done(2);
	is_str(take("you", 20, 9), "1", "and comes before who was behind it");
	done(1);
	is_str(take("you", 20, 9), "3", "who comes then");
}

static void
test_holds(void)
{
	open_new();
	(void)add("a", NULL, 10000);
	(void)add("a", NULL, 10);
	(void)add("b", NULL, 10000);
	(void)add("b", NULL, 10);
	is_str(take("me", 100, 9), "", "what is held holds its lane");
	IN_TRANSACTION(ledger_outbox_release(ledger, 1, 100, &err));
	IN_TRANSACTION(ledger_outbox_withdraw(ledger, 3, &err));
	is_str(take("me", 100, 9), "4 1", "released; and the one behind one "
					  "that was withdrawn");
	IN_TRANSACTION(ledger_outbox_withdraw(ledger, 1, &err));
	done(1);
	is_str(take("me", 100, 9), "2", "what was taken is not withdrawn");
	IN_TRANSACTION(ledger_outbox_release(ledger, 77, 100, &err));
	IN_TRANSACTION(ledger_outbox_withdraw(ledger, 77, &err));
	IN_TRANSACTION(ledger_outbox_release(ledger, 2, 90, &err));
	is_str(take("me", 100, 9), "", "nor released a second time");
	is_str(take("me", 10000, 9), "2? 4?", "all were taken once");
}

static void
test_keys(void)
{
	struct outbox_order again = {
		.kind = OUTBOX_CREATE_TASK, .key = STR("k"), .path = STR("/"),
	};
	struct outbox_entry entry;

	open_new();
	is_int(find("k").number, 0, "no such key");
	(void)add("a", "k", 10);
	entry = find("k");
	is_int(entry.number, 1, "found by its key");
	is_int(entry.order.kind, OUTBOX_CREATE_TASK, "kind");
	is_int(entry.state, OUTBOX_WAITING, "state");
	is_str(entry.order.lane, "a", "lane");
	is_str(entry.order.fingerprint, "print", "fingerprint");
	is_str(entry.order.path, "/v1/x", "path");
	is_str(entry.order.form, "a=b", "form");
	is_str(entry.order.extra, "{}", "extra");
	is_int(entry.created_ms, 1000, "created");
	is_int(entry.since_ms, 1000, "since");
	ok(entry.result.at == NULL && entry.error.at == NULL,
	    "no result, no error");
	ok(ledger_begin(ledger, &err) &&
		!ledger_outbox_add(ledger, &again, 1000, NULL, &err),
	    "a key is there once: %s", err.text);
	ledger_undo(ledger);
	(void)take("me", 10, 1);
	done(1);
	entry = find("k");
	is_int(entry.state, OUTBOX_DONE, "done");
	is_str(entry.result_sid, "WT1", "SID");
	is_str(entry.result, "{\"sid\":1}", "result");
	is_str(entry.order.form, "", "what was sent is not kept");
	is_int(entry.finished_ms, 5000, "when it ended");
	(void)add(NULL, NULL, 0);
	(void)add(NULL, NULL, 0);
	ok(true, "any number may be without a key");
}

static bool
retry(int64_t number)
{
	bool is_known = false;

	IN_TRANSACTION(
	    ledger_outbox_retry(ledger, number, 6000, &is_known, &err));
	return is_known;
}

static bool
drop(int64_t number, int64_t now)
{
	bool is_known = false;

	IN_TRANSACTION(
	    ledger_outbox_drop(ledger, number, now, &is_known, &err));
	return is_known;
}

static struct str
list(void)
{
	struct outbox_entry entries[TAKEN_MOST];
	struct str text = STR("");
	size_t count = 0;
	int64_t after = 0;

	do {
		must(ledger_outbox_list(ledger, after, 2, &arena, entries,
			 &count, &err), "list");
		for (size_t i = 0; i < count; i++)
			text = arena_format(&arena, "%.*s%s%" PRId64 " %s",
			    STR_ARGS(text), text.len > 0 ? ", " : "",
			    entries[i].number,
			    outbox_state_names[entries[i].state]);
		if (count > 0)
			after = entries[count - 1].number;
	} while (count > 0);
	return text;
}

static void
test_operators(void)
{
	struct outbox_count count;

	open_new();
	for (int i = 0; i < 5; i++)
		(void)add("a", NULL, 10);
	(void)add(NULL, "idle", OUTBOX_NEVER);
	(void)take("me", 10, 1);
	fail(1, "me");
	(void)take("me", 10, 1);
	done(2);
	(void)take("me", 10, 1);
	is_str(list(), "1 failed, 3 under_way, 4 waiting, 5 waiting",
	    "what is not done");
	must(ledger_outbox_count(ledger, &count, &err), "count");
	is_int(count.open, 3, "open");
	is_int(count.oldest_ms, 1000, "since");
	is_int(count.failed, 1, "failed");
	ok(!retry(2) && !retry(77), "what is done is not tried again");
	ok(!drop(2, 50) && !drop(77, 50), "nor dropped");
	ok(!drop(3, 50), "nor what is under way");
	ok(retry(1), "a failure is");
	is_str(take("me", 50, 9), "", "it waits for its lane");
	done(3);
	is_str(take("me", 6000, 9), "1?",
	    "and is taken first, with an unknown fate");
	ok(drop(4, 6000), "one that waits behind it is dropped");
	done(1);
	is_str(take("me", 6000, 9), "5", "the lane goes on");
	ok(!drop(5, 6000) && drop(5, 6100), "the head, when nobody has it");
	is_str(list(), "", "nothing is left");
}

static void
test_purge(void)
{
	open_new();
	(void)add("a", "k1", 10);
	(void)add("a", "k2", 10);
	(void)add("a", "k3", 10);
	(void)add(NULL, "idle", OUTBOX_NEVER);
	(void)take("me", 10, 1);
	done(1);
	(void)take("me", 10, 1);
	fail(2, "me");
	IN_TRANSACTION(ledger_outbox_purge(ledger, 1000, 10, &err));
	ok(find("k1").number == 1 && find("idle").number == 4, "not yet");
	IN_TRANSACTION(ledger_outbox_purge(ledger, 5000, 10, &err));
	ok(find("k1").number == 1, "what ended at that moment stays");
	is_int(find("idle").number, 0, "what nobody takes goes by its age");
	IN_TRANSACTION(ledger_outbox_purge(ledger, 5001, 1, &err));
	ok((find("k1").number == 0) != (find("k2").number == 0), "one");
	IN_TRANSACTION(ledger_outbox_purge(ledger, 5001, 1, &err));
	ok(find("k1").number == 0 && find("k2").number == 0, "and the other");
	is_int(find("k3").number, 3, "but not what is still to be done");
	is_int(add(NULL, NULL, 10), 5, "numbers do not come again");
}

/* ---- at random, against a model */

#define LANES 4
#define ENTRIES 400
#define OWNERS 3

enum fate { NONE, WAITS, TAKEN, ENDED };

static struct {
	enum fate fate;
	int lane;
	int64_t due, until;
	int owner;
} model[ENTRIES + 1];
static int64_t model_last;

static const char *const lanes[LANES] = {"a", "b", "c", NULL};
static const char *const owners[OWNERS] = {"x", "y", "z"};

static unsigned
draw(unsigned below)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 11) % below;
}

static bool
is_head(int64_t number)
{
	if (lanes[model[number].lane] == NULL)
		return true;
	for (int64_t i = 1; i < number; i++)
		if (model[i].lane == model[number].lane &&
		    (model[i].fate == WAITS || model[i].fate == TAKEN))
			return false;
	return true;
}

static bool
may_take(int64_t number, int64_t now)
{
	return (model[number].fate == WAITS || model[number].fate == TAKEN) &&
	    model[number].due <= now && model[number].until <= now &&
	    is_head(number);
}

/* Whether exactly what may be taken was. */
static bool
take_and_compare(int64_t now)
{
	struct outbox_lease of = lease(owners[draw(OWNERS)], now, 20);
	struct outbox_entry entries[ENTRIES];
	size_t count = 0, expected = 0;
	bool is_good = true;

	for (int64_t i = 1; i <= model_last; i++)
		expected += may_take(i, now);
	IN_TRANSACTION(ledger_outbox_take(
	    ledger, &of, ENTRIES, &arena, entries, &count, &err));
	for (size_t i = 0; i < count; i++) {
		int64_t number = entries[i].number;
		is_good = is_good && may_take(number, now) &&
		    (entries[i].state == OUTBOX_FATE_UNKNOWN) ==
			(model[number].fate == TAKEN);
		expected--;
	}
	for (size_t i = 0; i < count; i++) {
		model[entries[i].number].fate = TAKEN;
		model[entries[i].number].until = of.until_ms;
		for (int o = 0; o < OWNERS; o++)
			if (str_is(of.owner, owners[o]))
				model[entries[i].number].owner = o;
	}
	arena_release(&arena);
	return is_good && expected == 0;
}

static void
end_one(int64_t number, int64_t now)
{
	const char *owner = owners[model[number].owner];

	switch (draw(4)) {
	case 0:
		done(number);
		model[number].fate = ENDED;
		break;
	case 1:
		fail(number, owner);
		model[number].fate = ENDED;
		break;
	case 2:
		IN_TRANSACTION(ledger_outbox_forget(
		    ledger, number, str_from(owner), &err));
		model[number].fate = ENDED;
		break;
	default:
		model[number].due = now + draw(30);
		model[number].until = 0;
		model[number].fate = WAITS;
		put_off(number, owner, OUTBOX_WAITING, model[number].due,
		    NULL);
	}
}

static void
test_random(void)
{
	int64_t now = 100;
	size_t wrong = 0, steps = 0;

	open_new();
	for (; steps < 1500; steps++, now += draw(6)) {
		unsigned what = draw(10);
		if (what < 4 && model_last < ENTRIES) {
			int lane = (int)draw(LANES);
			int64_t due = now + draw(40);
			model_last = add(lanes[lane], NULL, due);
			model[model_last].fate = WAITS;
			model[model_last].lane = lane;
			model[model_last].due = due;
		} else if (what < 7) {
			wrong += !take_and_compare(now);
		} else {
			for (int64_t i = 1; i <= model_last; i++)
				if (model[i].fate == TAKEN && draw(2) == 0) {
					end_one(i, now);
					break;
				}
		}
	}
	is_int((int64_t)wrong, 0, "in %zu random steps always the heads of "
	    "lanes that are due, and only they, were taken", steps);
	is_int(model_last, ENTRIES, "with so many orders");
}

static struct str
unless_empty(const char *text)
{
	return text[0] == '\0' ? STR_NONE : str_from(text);
}

static int
add_from_outside(char **words)
{
	struct ledger_options options = {
		.file = words[0], .size_most = (int64_t)64 << 20,
		.patience_ms = 5000,
	};
	struct outbox_order order = {
		.lane = unless_empty(words[2]),
		.path = str_from(words[3]),
		.form = str_from(words[4]),
		.extra = unless_empty(words[5]),
	};
	int64_t now = clock_wall_ms();
	int kind = 0;

	while (kind < OUTBOX_KINDS - 1 &&
	    !str_is(str_from(words[1]), outbox_kind_names[kind]))
		kind++;
	order.kind = (enum outbox_kind)kind;
	ledger = ledger_open(&options, &err);
	bool is_good = ledger != NULL && ledger_begin(ledger, &err) &&
	    ledger_outbox_add(ledger, &order, now, NULL, &err) &&
	    ledger_commit(ledger, &err);
	if (!is_good)
		(void)fprintf(stderr, "%s\n", err.text);
	ledger_close(ledger);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	arena_init(&arena, MEMORY);
	if (argc == 8 && str_is(str_from(argv[1]), "add"))
		return add_from_outside(argv + 2);
	if (mkdtemp(folder) == NULL || !libsqlite_load(&err)) {
		ok(false, "a folder and SQLite: %s", err.text);
		return tap_done();
	}
	(void)snprintf(file, sizeof file, "%s/ledger", folder);
	test_lanes();
	test_most();
	test_leases();
	test_clock_set_back();
	test_direct();
	test_late_comer();
	test_holds();
	test_keys();
	test_operators();
	test_purge();
	test_random();
	ledger_close(ledger);
	remove_file();
	(void)rmdir(folder);
	arena_release(&arena);
	return tap_done();
}
