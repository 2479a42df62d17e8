/* SPDX-License-Identifier: MIT
 *
 * Which Events lead to a recovery of a Worker, and which do not: in any order,
 * told from changes that somebody wanted, limited, and stopped by a cascade.
 */
#include "base/compat.h"

#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/ledger.h"
#include "store/ledger_events.h"
#include "store/ledger_outbox.h"
#include "store/ledger_recovery.h"

#define ZEROS "0000000000000000000000000000000"
#define WORKSPACE "WS" ZEROS "1"
#define NOW ((int64_t)1700000000000)
#define STEPS 8

static char folder[] = "/tmp/unit-recovery-XXXXXX";
static int serial;

/* One Event: at is ms behind NOW; of a change the Activities, WA…0 to WA…9. */
struct step {
	char kind; /* 't' a Reservation timed out, 'c' a change, 'o' another */
	char worker;
	int at;
	char from, to;
	enum recovery_result result;
	int waiting; /* entries in the outbox afterwards */
};

#define TIMEOUT(worker, at, result, waiting) \
	{'t', worker, at, 0, 0, RECOVERY_##result, waiting}
#define MOVE(worker, at, from, to, result, waiting) \
	{'c', worker, at, from, to, RECOVERY_##result, waiting}
#define OTHER(worker, at) {'o', worker, at, 0, 0, RECOVERY_NONE, 0}

static const struct {
	const char *name;
	const char *timeout_activity, *activity;
	struct step steps[STEPS];
} rows[] = {
	{"the timeout first", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 3, '1', '2', PLANNED, 1)}},
	{"the change first", NULL, NULL,
	    {MOVE('1', 0, '1', '2', NONE, 0), TIMEOUT('1', 3, PLANNED, 1)}},
	{"two seconds later", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 2000, '1', '2', PLANNED, 1)}},
	{"still later", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 2001, '1', '2', NONE, 0)}},
	{"a little earlier", NULL, NULL,
	    {MOVE('1', 0, '1', '2', NONE, 0), TIMEOUT('1', 500, PLANNED, 1)}},
	{"he logs out just before", NULL, NULL,
	    {MOVE('1', 0, '1', '2', NONE, 0), TIMEOUT('1', 501, NONE, 0)}},
	{"he comes a second before", NULL, NULL,
	    {MOVE('1', 0, '2', '1', NONE, 0), TIMEOUT('1', 1000, NONE, 0),
		MOVE('1', 1001, '1', '2', PLANNED, 1)}},
	{"somebody logs out", NULL, NULL,
	    {OTHER('1', 0), MOVE('1', 3, '1', '2', NONE, 0)}},
	{"a timeout of another Worker", NULL, NULL,
	    {TIMEOUT('2', 0, NONE, 0), MOVE('1', 3, '1', '2', NONE, 0)}},
	{"two Reservations time out, one change", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, '1', '2', PLANNED, 1),
		TIMEOUT('1', 2, NONE, 1)}},
	{"he comes back by himself", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, '1', '2', PLANNED, 1),
		MOVE('1', 5000, '2', '1', NONE, 0)}},
	{"he comes back at once", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, '1', '2', PLANNED, 1),
		MOVE('1', 900, '2', '1', NONE, 0)}},
	{"... and the timeout is told last", NULL, NULL,
	    {MOVE('1', 1, '1', '2', NONE, 0), MOVE('1', 900, '2', '1', NONE, 0),
		TIMEOUT('1', 0, NONE, 0)}},
	{"he has just come", NULL, NULL,
	    {MOVE('1', 0, '2', '1', NONE, 0), MOVE('1', 1000, '1', '2', NONE, 0),
		TIMEOUT('1', 1001, PLANNED, 1)}},
	{"who knows which of two it was", NULL, NULL,
	    {MOVE('1', 0, '2', '1', NONE, 0), MOVE('1', 0, '1', '2', NONE, 0),
		TIMEOUT('1', 0, NONE, 0)}},
	{"an older change is told late", NULL, NULL,
	    {TIMEOUT('1', 5000, NONE, 0), MOVE('1', 5001, '1', '2', PLANNED, 1),
		MOVE('1', -9000, '2', '1', NONE, 0)}},
	{"no change at all", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, '2', '2', NONE, 0)}},
	{"an Activity is not known", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, 0, '2', NONE, 0)}},
	{"... but it is known where to", NULL, "WA" ZEROS "1",
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, 0, '2', PLANNED, 1)}},
	{"the timeout Activity", "WA" ZEROS "2", NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, '1', '2', PLANNED, 1)}},
	{"another than the timeout Activity", "WA" ZEROS "2", NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, '1', '3', NONE, 0)}},
	{"the third within an hour", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, '1', '2', PLANNED, 1),
		MOVE('1', 10000, '2', '1', NONE, 0),
		TIMEOUT('1', 20000, NONE, 0),
		MOVE('1', 20001, '1', '2', PLANNED, 1),
		MOVE('1', 30000, '2', '1', NONE, 0),
		TIMEOUT('1', 40000, NONE, 0),
		MOVE('1', 40001, '1', '2', LIMITED, 0)}},
	{"a cascade, and after it", NULL, NULL,
	    {TIMEOUT('1', 0, NONE, 0), MOVE('1', 1, '1', '2', PLANNED, 1),
		TIMEOUT('2', 2, NONE, 1), MOVE('2', 3, '1', '2', PLANNED, 2),
		TIMEOUT('3', 4, NONE, 2), MOVE('3', 5, '1', '2', ALARM, 0),
		TIMEOUT('4', 6, NONE, 0), MOVE('4', 7, '1', '2', PAUSED, 0)}},
};

static void
fail(const char *what, const struct err *err)
{
	ok(false, "%s: %s", what, err->text);
	exit(tap_done());
}

static struct ledger *
open_new(void)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char name[300], each[320];
	struct ledger_options options = {.file = name,
	    .size_most = (int64_t)1 << 26, .patience_ms = 100};
	struct err err = {0};

	(void)snprintf(name, sizeof name, "%s/store", folder);
	for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
		(void)snprintf(each, sizeof each, "%s%s", name, suffixes[i]);
		(void)unlink(each);
	}
	struct ledger *ledger = ledger_open(&options, &err);
	if (ledger == NULL)
		fail("open", &err);
	return ledger;
}

static struct recovery_options
options_of(const char *timeout_activity, const char *activity)
{
	return (struct recovery_options){
		.delay_ms = 1000,
		.timeout_activity_sid = str_from(timeout_activity),
		.activity_sid = str_from(activity),
		.per_hour = 2,
		.cascade = 3,
		.pause_ms = 60000,
	};
}

/* What came of the Event, when `late_ms` has passed. */
static struct recovery_outcome
tell(struct ledger *ledger, const struct step *step,
    const struct recovery_options *options, int64_t late_ms)
{
	char key[40], worker[40], from[40], to[40];
	struct taskrouter_event event = {
		.at_ms = NOW + step->at,
		.data = STR("{}"),
	};
	struct recovery_outcome outcome = {0};
	struct err err = {0};
	bool is_new;

	(void)snprintf(key, sizeof key, "EV%032d", serial++);
	event.key = str_from(key);
	(void)snprintf(
	    worker, sizeof worker, "WK" ZEROS "%c", step->worker);
	(void)snprintf(from, sizeof from, "WA" ZEROS "%c", step->from);
	(void)snprintf(to, sizeof to, "WA" ZEROS "%c", step->to);
	event.texts[EVENT_TYPE] = step->kind == 't' ? STR("reservation.timeout")
	    : step->kind == 'c' ? STR("worker.activity.update")
				: STR("reservation.rejected");
	event.texts[EVENT_WORKER] = str_from(worker);
	event.texts[EVENT_WORKSPACE] = STR(WORKSPACE);
	if (step->from != 0)
		event.texts[EVENT_PREVIOUS_ACTIVITY] = str_from(from);
	if (step->to != 0)
		event.texts[EVENT_ACTIVITY] = str_from(to);
	int64_t now = event.at_ms + late_ms;
	if (!ledger_begin(ledger, &err) ||
	    !ledger_put_event(ledger, &event, now, &is_new, &err) || !is_new ||
	    !ledger_plan_recovery(
		ledger, &event, now, options, &outcome, &err) ||
	    !ledger_commit(ledger, &err))
		fail("an Event is told", &err);
	return outcome;
}

static int64_t
waiting_in(struct ledger *ledger)
{
	struct outbox_count count;
	struct err err = {0};

	if (!ledger_outbox_count(ledger, &count, &err))
		fail("the outbox is counted", &err);
	return count.open;
}

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct ledger *ledger = open_new();
		struct recovery_options options = options_of(
		    rows[i].timeout_activity, rows[i].activity);
		for (size_t n = 0; n < STEPS && rows[i].steps[n].kind != 0;
		     n++) {
			const struct step *step = &rows[i].steps[n];
			struct recovery_outcome outcome =
			    tell(ledger, step, &options, 100);
			is_str(str_from(recovery_result_names[outcome.result]),
			    recovery_result_names[step->result],
			    "%s: Event %zu", rows[i].name, n);
			is_int(waiting_in(ledger), step->waiting,
			    "%s: what waits behind Event %zu", rows[i].name, n);
		}
		ledger_close(ledger);
	}
}

static void
test_order(void)
{
	static const struct step timeout = TIMEOUT('1', 5, NONE, 0),
				 change = MOVE('1', 6, '1', '2', PLANNED, 1);
	struct ledger *ledger = open_new();
	struct recovery_options options = options_of(NULL, NULL);
	struct outbox_entry entry;
	struct arena arena;
	size_t count;
	struct err err = {0};

	arena_init(&arena, 65536);
	(void)tell(ledger, &timeout, &options, 100);
	(void)tell(ledger, &change, &options, 100);
	if (!ledger_outbox_list(ledger, 0, 1, &arena, &entry, &count, &err))
		fail("the outbox is read", &err);
	is_str(entry.order.path,
	    "/v1/Workspaces/" WORKSPACE "/Workers/WK" ZEROS "1", "the Worker");
	is_str(entry.order.form, "ActivitySid=WA" ZEROS "1",
	    "goes where he was before");
	is_str(entry.order.extra, "{\"only_if\":{\"activity_sid\":\"WA" ZEROS
	    "2\",\"available\":false,"
	    "\"date_status_changed\":\"2023-11-14T22:13:20.006Z\"}}",
	    "if he is still there");
	ok(entry.order.lane.at == NULL, "and keeps nobody else waiting");
	is_int(entry.order.due_ms, NOW + 6 + 100 + 1000, "in due time");
	arena_release(&arena);
	ledger_close(ledger);
}

/* What was too much is not after an hour; a pause ends. */
static void
test_later(void)
{
	static const int64_t hour = 3600000;
	struct ledger *ledger = open_new();
	struct recovery_options options = options_of(NULL, NULL);
	static const enum recovery_result wanted[] = {
	    RECOVERY_PLANNED, RECOVERY_PLANNED, RECOVERY_LIMITED};
	struct recovery_outcome outcome;
	int at = 0;

	for (int n = 0; n < 3; n++, at += 20000) {
		struct step timeout = TIMEOUT('1', at, NONE, 0),
			    change = MOVE('1', at, '1', '2', NONE, 0);
		(void)tell(ledger, &timeout, &options, 0);
		outcome = tell(ledger, &change, &options, 0);
		is_int(outcome.result, wanted[n], "time %d in an hour", n);
	}
	struct step timeout = TIMEOUT('1', (int)hour, NONE, 0),
		    change = MOVE('1', (int)hour, '1', '2', NONE, 0);
	(void)tell(ledger, &timeout, &options, 0);
	is_int(tell(ledger, &change, &options, 0).result, RECOVERY_PLANNED,
	    "an hour after the first");
	for (char worker = '2'; worker <= '4'; worker++) {
		struct step gone = TIMEOUT(worker, (int)hour, NONE, 0),
			    moved = MOVE(worker, (int)hour, '1', '2', NONE, 0);
		(void)tell(ledger, &gone, &options, 0);
		outcome = tell(ledger, &moved, &options, 0);
		is_int(outcome.result, worker == '2' ? RECOVERY_PLANNED
			: worker == '3' ? RECOVERY_ALARM : RECOVERY_PAUSED,
		    "Worker %c of a cascade", worker);
		if (worker != '3')
			continue;
		is_int(outcome.workers, 3, "so many Workers");
		is_int(outcome.withdrawn, 2, "so many waited");
	}
	struct step last = TIMEOUT('5', (int)hour + 60001, NONE, 0),
		    moved = MOVE('5', (int)hour + 60001, '1', '2', NONE, 0);
	(void)tell(ledger, &last, &options, 0);
	is_int(tell(ledger, &moved, &options, 0).result, RECOVERY_PLANNED,
	    "after the pause it goes on");
	ledger_close(ledger);
}

int
main(void)
{
	if (mkdtemp(folder) == NULL) {
		ok(false, "a folder");
		return tap_done();
	}
	test_rows();
	test_order();
	test_later();
	ledger_close(open_new());
	char name[300];
	(void)snprintf(name, sizeof name, "%s/store", folder);
	(void)unlink(name);
	(void)rmdir(folder);
	return tap_done();
}
