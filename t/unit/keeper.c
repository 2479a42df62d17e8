/* SPDX-License-Identifier: MIT
 *
 * The keeper: jobs of one transaction, of which a bad one takes no other with
 * it; a queue with an end; files that are removed, replaced or locked; an end
 * that leaves nothing undone.
 */
#include "base/compat.h"

#include "tap.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "responder/keeper.h"
#include "store/ledger_budget.h"
#include "store/ledger_events.h"
#include "store/libsqlite.h"

#define JOBS 64
#define APART_MS 1000

static char folder[] = "/tmp/unit-keeper-XXXXXX";
static char file[300];
static struct event_base *loop;
static int faults, recoveries; /* that were reported */
static char fault[320];

struct job {
	struct keeper_job job;
	bool fails;     /* after it has written */
	bool reads_only;
	int sleep_ms;
	int runs;
	int64_t moment;
	int done;       /* 1 + its place among those that were */
	bool was_kept;
	char said[320];
};

static int done_count;

static bool
run(struct keeper_job *base, struct ledger *ledger, struct err *err)
{
	struct job *job = (struct job *)(void *)base;

	job->runs++;
	(void)usleep((useconds_t)job->sleep_ms * 1000);
	if (job->reads_only)
		return true;
	if (!ledger_take_moment(ledger, "t", 0, APART_MS, INT64_MAX,
		&job->moment, err))
		return false;
	return !job->fails || err_set(err, 0, "it is bad");
}

static void
done(struct keeper_job *base, const struct err *err)
{
	struct job *job = (struct job *)(void *)base;

	job->done = ++done_count;
	job->was_kept = err == NULL;
	if (err != NULL)
		(void)snprintf(job->said, sizeof job->said, "%s", err->text);
}

static void
report(void *context, const struct err *err)
{
	(void)context;
	if (err == NULL) {
		recoveries++;
		return;
	}
	faults++;
	(void)snprintf(fault, sizeof fault, "%s", err->text);
}

static struct keeper *
open_keeper(size_t jobs)
{
	struct keeper_options options = {
		.ledger = {.file = file, .size_most = (int64_t)1 << 26,
		    .patience_ms = 100},
		.jobs = jobs,
		.report = report,
	};
	struct err err = {0};
	struct keeper *keeper = keeper_open(loop, &options, &err);

	if (keeper == NULL) {
		ok(false, "the keeper opens: %s", err.text);
		exit(tap_done());
	}
	done_count = 0;
	return keeper;
}

static bool
submit(struct keeper *keeper, struct job *job)
{
	job->job.run = run;
	job->job.done = done;
	job->job.writes = !job->reads_only;
	job->done = 0;
	return keeper_submit(keeper, &job->job);
}

/* Until that many jobs are done in all; ten seconds at most. */
static void
wait_for(int count)
{
	int64_t deadline = clock_monotonic_us() + 10000000;
	struct timeval tick = {0, 10000};

	while (done_count < count && clock_monotonic_us() < deadline) {
		(void)event_base_loopexit(loop, &tick);
		(void)event_base_dispatch(loop);
	}
	is_int(done_count, count, "%d jobs are done", count);
}

static void
do_one(struct keeper *keeper, struct job *job)
{
	*job = (struct job){0};
	if (!submit(keeper, job))
		ok(false, "a job is taken");
	wait_for(done_count + 1);
}

static void
remove_file(void)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char name[320];

	for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
		(void)snprintf(name, sizeof name, "%s%s", file, suffixes[i]);
		(void)unlink(name);
	}
}

/* ---- */

/* The first one holds the thread up until all others wait, so that those are
 * taken together. */
static void
test_batches(void)
{
	struct keeper *keeper = open_keeper(JOBS);
	static struct job jobs[10];
	int64_t moment = 0;

	jobs[0] = (struct job){.reads_only = true, .sleep_ms = 50};
	jobs[3].fails = true;
	jobs[6].reads_only = true;
	for (size_t i = 0; i < ARRAY_LENGTH(jobs); i++)
		ok(submit(keeper, &jobs[i]), "job %zu is taken", i);
	ok(keeper_jobs(keeper) == ARRAY_LENGTH(jobs), "all are in hand");
	wait_for(ARRAY_LENGTH(jobs));
	ok(keeper_jobs(keeper) == 0, "none is in hand any more");
	for (size_t i = 0; i < ARRAY_LENGTH(jobs); i++) {
		is_int(jobs[i].done, (int)i + 1, "job %zu: in its order", i);
		ok(jobs[i].was_kept == !jobs[i].fails,
		    "job %zu: is kept if it is good", i);
		if (jobs[i].reads_only || jobs[i].fails)
			continue;
		is_int(jobs[i].moment, moment, "job %zu: it saw the ones "
		    "before it, and not the bad one", i);
		moment += APART_MS;
	}
	is_str(str_from(jobs[3].said), "it is bad", "why is told");
	ok(jobs[1].runs == 2 && jobs[3].runs == 2 && jobs[4].runs == 1,
	    "those of one transaction with the bad one were run again");
	ok(jobs[7].runs == 1, "those of another were not");
	keeper_close(keeper, 5000);
}

static void
test_full_queue(void)
{
	struct keeper *keeper = open_keeper(3);
	struct job jobs[4] = {{.reads_only = true, .sleep_ms = 50}};

	ok(submit(keeper, &jobs[0]) && submit(keeper, &jobs[1]) &&
		submit(keeper, &jobs[2]),
	    "as many as may wait are taken");
	ok(!submit(keeper, &jobs[3]), "one more is not");
	ok(keeper_busy_us(keeper) >= 0, "it is known how long it takes");
	wait_for(3);
	is_int(jobs[3].done, 0, "... and never done");
	ok(submit(keeper, &jobs[3]), "later it is");
	wait_for(4);
	is_int(keeper_busy_us(keeper), 0, "nothing is under way");
	keeper_close(keeper, 5000);
}

static void
test_replaced_file(void)
{
	struct keeper *keeper = open_keeper(JOBS);
	struct job job;

	remove_file();
	do_one(keeper, &job);
	do_one(keeper, &job);
	is_int(job.moment, APART_MS, "one file, one budget");
	remove_file();
	do_one(keeper, &job);
	ok(job.was_kept && job.moment == 0, "a removed file is made anew");
	ok(access(file, F_OK) == 0, "... where it was");
	char other[320];
	(void)snprintf(other, sizeof other, "%s.other", file);
	(void)rename(file, other);
	do_one(keeper, &job);
	ok(job.was_kept && job.moment == 0, "so is one that was moved away");
	(void)unlink(other);
	keeper_close(keeper, 5000);
}

static void
test_failing_open(void)
{
	struct keeper *keeper;
	struct job job;
	char before[sizeof file];

	memcpy(before, file, sizeof before);
	(void)snprintf(file, sizeof file, "%s/missing/store", folder);
	keeper = open_keeper(JOBS);
	faults = recoveries = 0;
	int64_t begin = clock_monotonic_us();
	do_one(keeper, &job);
	ok(!job.was_kept, "no folder: nothing is kept");
	ok(keeper_fault(keeper) != NULL, "... and that is remembered");
	is_str(str_from(job.said), fault, "what is reported is what is told");
	char name[320];
	(void)snprintf(name, sizeof name, "%s/missing", folder);
	(void)mkdir(name, 0700);
	do_one(keeper, &job);
	ok(!job.was_kept, "within a second it is not tried again");
	is_int(faults, 1, "nor reported again");
	while (!job.was_kept && clock_monotonic_us() - begin < 5000000) {
		(void)usleep(20000);
		do_one(keeper, &job);
	}
	ok(job.was_kept, "then it is");
	ok(clock_monotonic_us() - begin >= 1000000, "... and not before");
	is_int(recoveries, 1, "that it works again is reported once");
	ok(keeper_fault(keeper) == NULL, "... and the fault is forgotten");
	keeper_close(keeper, 5000);
	remove_file();
	(void)rmdir(name);
	memcpy(file, before, sizeof file);
}

static void
test_lock(void)
{
	struct keeper *keeper = open_keeper(JOBS);
	struct job job;
	struct ledger_options options = {
	    .file = file, .size_most = (int64_t)1 << 26, .patience_ms = 100};
	struct err err = {0};

	remove_file();
	do_one(keeper, &job);
	struct ledger *other = ledger_open(&options, &err);
	ok(other != NULL && ledger_begin(other, &err),
	    "another one has it locked");
	struct job reader = {.reads_only = true};
	ok(submit(keeper, &reader), "a reader comes");
	wait_for(2);
	ok(reader.was_kept, "reading goes on");
	do_one(keeper, &job);
	ok(!job.was_kept, "writing does not");
	ok(str_contains(str_from(job.said), "is locked by another process"),
	    "in words: %s", job.said);
	recoveries = 0;
	ok(submit(keeper, &reader), "a reader comes");
	wait_for(4);
	ok(reader.was_kept && keeper_fault(keeper) != NULL && recoveries == 0,
	    "that it can read does not make the store well");
	ledger_close(other);
	do_one(keeper, &job);
	ok(job.was_kept && job.moment == APART_MS, "afterwards it does");
	ok(keeper_fault(keeper) == NULL && recoveries == 1, "... and is well");
	keeper_close(keeper, 5000);
}

static void
test_close(void)
{
	struct keeper *keeper = open_keeper(JOBS);
	static struct job jobs[20];
	static struct job hanging = {.reads_only = true, .sleep_ms = 300};

	remove_file();
	jobs[0] = (struct job){.reads_only = true, .sleep_ms = 50};
	for (size_t i = 0; i < ARRAY_LENGTH(jobs); i++)
		if (!submit(keeper, &jobs[i]))
			ok(false, "job %zu is taken", i);
	keeper_close(keeper, 5000);
	is_int(done_count, ARRAY_LENGTH(jobs), "an end does what is waiting");
	ok(jobs[19].was_kept, "... and keeps it");
	keeper_close(NULL, 1);

	static struct keeper *left_behind; /* which leak checkers look for */
	left_behind = keeper = open_keeper(JOBS);
	ok(submit(left_behind, &hanging), "one hangs");
	int64_t begin = clock_monotonic_us();
	keeper_close(keeper, 50);
	ok(clock_monotonic_us() - begin < 250000, "an end has its limit");
	is_int(hanging.done, 0, "it was left behind");
	/* What it refers to must stay until it is done. */
	(void)usleep(600000);
}

int
main(void)
{
	struct err err = {0};

	loop = event_base_new();
	if (mkdtemp(folder) == NULL || loop == NULL || !libsqlite_load(&err)) {
		ok(false, "a folder, a loop and SQLite: %s", err.text);
		return tap_done();
	}
	(void)snprintf(file, sizeof file, "%s/store", folder);
	test_batches();
	test_full_queue();
	test_replaced_file();
	test_failing_open();
	test_lock();
	test_close();
	remove_file();
	(void)rmdir(folder);
	event_base_free(loop);
	return tap_done();
}
