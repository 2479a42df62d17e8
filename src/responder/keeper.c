/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/keeper.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"

/* Jobs of one transaction: more would make the first of them wait longer than
 * a wait for the disk costs. */
#define BATCH_MOST 256
/* SQLite needs a tenth of it. */
#define STACK_SIZE ((size_t)512 * 1024)
#define SECOND_US ((int64_t)1000000)

STAILQ_HEAD(jobs, keeper_job);

struct keeper {
	struct keeper_options options;
	char *file;
	struct event *woken;
	int wake; /* eventfd: jobs are done */
	size_t jobs;      /* submitted, not done */
	bool failing;
	bool failing_writes; /* so that what only reads proves nothing */
	struct err fault;
	int64_t reported_us;

	pthread_t thread;
	pthread_mutex_t lock; /* of the next four */
	pthread_cond_t changed;
	struct jobs waiting;
	struct jobs finished;
	bool ending;
	bool ended;
	_Atomic int64_t busy_since_us; /* 0: nothing is under way */

	/* The thread's own: */
	struct ledger *ledger;
	int64_t refused_us; /* when opening it failed last; 0: it did not */
	struct err refusal;
};

/* ---- on the thread */

static bool
need_ledger(struct keeper *keeper, struct err *err)
{
	int64_t now = clock_monotonic_us();

	if (keeper->ledger != NULL && !ledger_is_in_place(keeper->ledger)) {
		ledger_close(keeper->ledger);
		keeper->ledger = NULL;
		keeper->refused_us = 0;
	}
	if (keeper->ledger != NULL)
		return true;
	if (keeper->refused_us == 0 ||
	    now - keeper->refused_us >= SECOND_US) {
		keeper->ledger =
		    ledger_open(&keeper->options.ledger, &keeper->refusal);
		keeper->refused_us =
		    keeper->ledger != NULL ? 0 : clock_monotonic_us();
	}
	*err = keeper->refusal;
	return keeper->ledger != NULL;
}

static void
fail(struct keeper_job *first, const struct keeper_job *end,
    const struct err *err)
{
	for (struct keeper_job *job = first; job != end;
	     job = STAILQ_NEXT(job, entry)) {
		job->failed = true;
		job->err = *err;
	}
}

/* A transaction of the jobs from `first` up to `end`. False: nothing of them is
 * kept; *is_one says whether one of them is the reason, and not the store. */
static bool
run_together(struct keeper *keeper, struct keeper_job *first,
    const struct keeper_job *end, bool *is_one, struct err *err)
{
	*is_one = false;
	if (!ledger_begin(keeper->ledger, err))
		return false;
	for (struct keeper_job *job = first; job != end;
	     job = STAILQ_NEXT(job, entry))
		if (!job->run(job, keeper->ledger, err)) {
			*is_one = true;
			ledger_undo(keeper->ledger);
			return false;
		}
	return ledger_commit(keeper->ledger, err);
}

static void
run_writers(struct keeper *keeper, struct keeper_job *first,
    const struct keeper_job *end)
{
	bool is_one;
	struct err err;

	if (run_together(keeper, first, end, &is_one, &err))
		return;
	if (!is_one || STAILQ_NEXT(first, entry) == end) {
		fail(first, end, &err);
		return;
	}
	/* Those that can be kept are. */
	for (struct keeper_job *job = first; job != end;
	     job = STAILQ_NEXT(job, entry)) {
		const struct keeper_job *next = STAILQ_NEXT(job, entry);
		if (!run_together(keeper, job, next, &is_one, &err))
			fail(job, next, &err);
	}
}

static void
run_jobs(struct keeper *keeper, struct jobs *jobs)
{
	struct keeper_job *job = STAILQ_FIRST(jobs), *end;
	struct err err;

	if (!need_ledger(keeper, &err)) {
		fail(job, NULL, &err);
		return;
	}
	for (; job != NULL; job = end) {
		end = STAILQ_NEXT(job, entry);
		if (!job->writes) {
			if (!job->run(job, keeper->ledger, &err))
				fail(job, end, &err);
			continue;
		}
		while (end != NULL && end->writes)
			end = STAILQ_NEXT(end, entry);
		run_writers(keeper, job, end);
	}
}

/* With the lock. */
static void
take_batch(struct keeper *keeper, struct jobs *batch)
{
	STAILQ_INIT(batch);
	for (size_t i = 0; i < BATCH_MOST && !STAILQ_EMPTY(&keeper->waiting);
	     i++) {
		struct keeper_job *job = STAILQ_FIRST(&keeper->waiting);
		STAILQ_REMOVE_HEAD(&keeper->waiting, entry);
		STAILQ_INSERT_TAIL(batch, job, entry);
	}
}

/* Fails only where nobody has read for 2^64 times. */
static void
wake_loop(const struct keeper *keeper)
{
	const uint64_t one = 1;

	while (write(keeper->wake, &one, sizeof one) < 0 && errno == EINTR)
		continue;
}

static void *
work(void *context)
{
	struct keeper *keeper = context;
	struct jobs batch;

	(void)pthread_mutex_lock(&keeper->lock);
	for (;;) {
		while (STAILQ_EMPTY(&keeper->waiting) && !keeper->ending)
			(void)pthread_cond_wait(
			    &keeper->changed, &keeper->lock);
		if (STAILQ_EMPTY(&keeper->waiting))
			break;
		take_batch(keeper, &batch);
		(void)pthread_mutex_unlock(&keeper->lock);
		keeper->busy_since_us = clock_monotonic_us();
		run_jobs(keeper, &batch);
		keeper->busy_since_us = 0;
		(void)pthread_mutex_lock(&keeper->lock);
		STAILQ_CONCAT(&keeper->finished, &batch);
		wake_loop(keeper);
	}
	(void)pthread_mutex_unlock(&keeper->lock);
	ledger_close(keeper->ledger);
	arena_end_thread();
	(void)pthread_mutex_lock(&keeper->lock);
	keeper->ended = true;
	(void)pthread_mutex_unlock(&keeper->lock);
	wake_loop(keeper);
	return NULL;
}

/* ---- on the loop */

static void
note_fault(struct keeper *keeper, const struct keeper_job *job)
{
	int64_t now = clock_monotonic_us();

	keeper->fault = job->err;
	if (!keeper->failing || now - keeper->reported_us >= SECOND_US) {
		keeper->options.report(
		    keeper->options.context, &keeper->fault);
		keeper->reported_us = now;
	}
	keeper->failing = true;
	keeper->failing_writes = keeper->failing_writes || job->writes;
}

/* A disk that is full, or a file that is locked, can still be read. */
static void
note_outcome(struct keeper *keeper, const struct keeper_job *job)
{
	if (job->failed) {
		note_fault(keeper, job);
		return;
	}
	if (!keeper->failing || (keeper->failing_writes && !job->writes))
		return;
	keeper->failing = false;
	keeper->failing_writes = false;
	keeper->options.report(keeper->options.context, NULL);
}

/* Whether the thread has ended. */
static bool
deliver(struct keeper *keeper)
{
	struct jobs finished;
	uint64_t count;

	(void)!read(keeper->wake, &count, sizeof count);
	STAILQ_INIT(&finished);
	(void)pthread_mutex_lock(&keeper->lock);
	STAILQ_CONCAT(&finished, &keeper->finished);
	bool ended = keeper->ended;
	(void)pthread_mutex_unlock(&keeper->lock);
	while (!STAILQ_EMPTY(&finished)) {
		struct keeper_job *job = STAILQ_FIRST(&finished);
		STAILQ_REMOVE_HEAD(&finished, entry);
		keeper->jobs--;
		note_outcome(keeper, job);
		job->done(job, job->failed ? &job->err : NULL);
	}
	return ended;
}

static void
on_woken(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)deliver(context);
}

/* Signals are the loop's. */
static bool
start_thread(struct keeper *keeper)
{
	pthread_attr_t attributes;
	sigset_t all, before;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	(void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int code = pthread_create(&keeper->thread, &attributes, work, keeper);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return code == 0;
}

static void
release(struct keeper *keeper)
{
	if (keeper->woken != NULL)
		event_free(keeper->woken);
	if (keeper->wake >= 0)
		(void)close(keeper->wake);
	(void)pthread_cond_destroy(&keeper->changed);
	(void)pthread_mutex_destroy(&keeper->lock);
	free(keeper->file);
	free(keeper);
}

static bool
open_wake(struct keeper *keeper, struct event_base *loop)
{
	keeper->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (keeper->wake < 0)
		return false;
	keeper->woken = event_new(
	    loop, keeper->wake, EV_READ | EV_PERSIST, on_woken, keeper);
	return keeper->woken != NULL && event_add(keeper->woken, NULL) == 0;
}

struct keeper *
keeper_open(struct event_base *loop, const struct keeper_options *options,
    struct err *err)
{
	struct keeper *keeper = calloc(1, sizeof *keeper);

	if (keeper == NULL) {
		err_set(err, 0, "out of memory");
		return NULL;
	}
	keeper->options = *options;
	keeper->file = strdup(options->ledger.file);
	keeper->options.ledger.file = keeper->file;
	keeper->wake = -1;
	STAILQ_INIT(&keeper->waiting);
	STAILQ_INIT(&keeper->finished);
	(void)pthread_mutex_init(&keeper->lock, NULL);
	(void)pthread_cond_init(&keeper->changed, NULL);
	if (keeper->file != NULL && open_wake(keeper, loop) &&
	    start_thread(keeper))
		return keeper;
	err_set(err, 0, "the store's thread cannot be started: %s",
	    strerror(errno));
	release(keeper);
	return NULL;
}

bool
keeper_submit(struct keeper *keeper, struct keeper_job *job)
{
	if (keeper->ending || keeper->jobs >= keeper->options.jobs)
		return false;
	keeper->jobs++;
	job->failed = false;
	(void)pthread_mutex_lock(&keeper->lock);
	STAILQ_INSERT_TAIL(&keeper->waiting, job, entry);
	(void)pthread_cond_signal(&keeper->changed);
	(void)pthread_mutex_unlock(&keeper->lock);
	return true;
}

const char *
keeper_file(const struct keeper *keeper)
{
	return keeper->file;
}

const struct err *
keeper_fault(const struct keeper *keeper)
{
	return keeper->failing ? &keeper->fault : NULL;
}

int64_t
keeper_busy_us(const struct keeper *keeper)
{
	int64_t since = keeper->busy_since_us;

	return since == 0 ? 0 : clock_monotonic_us() - since;
}

size_t
keeper_jobs(const struct keeper *keeper)
{
	return keeper->jobs;
}

/* Calls `done` of what the thread has finished by then. False: time is up. */
static bool
await(struct keeper *keeper, int64_t deadline_us, bool *ended)
{
	int64_t left = deadline_us - clock_monotonic_us();
	struct pollfd p = {.fd = keeper->wake, .events = POLLIN};

	if (left <= 0)
		return false;
	(void)poll(&p, 1, (int)(left / 1000) + 1);
	*ended = deliver(keeper);
	return true;
}

bool
keeper_drain(struct keeper *keeper, int64_t patience_ms)
{
	int64_t deadline = clock_monotonic_us() + patience_ms * 1000;
	bool ended;

	while (keeper->jobs > 0)
		if (!await(keeper, deadline, &ended))
			return false;
	return true;
}

void
keeper_close(struct keeper *keeper, int64_t patience_ms)
{
	int64_t deadline = clock_monotonic_us() + patience_ms * 1000;
	bool ended = false;

	if (keeper == NULL || !keeper_drain(keeper, patience_ms))
		return;
	(void)pthread_mutex_lock(&keeper->lock);
	keeper->ending = true;
	(void)pthread_cond_signal(&keeper->changed);
	(void)pthread_mutex_unlock(&keeper->lock);
	while (!ended)
		if (!await(keeper, deadline, &ended))
			return;
	(void)pthread_join(keeper->thread, NULL);
	release(keeper);
}
