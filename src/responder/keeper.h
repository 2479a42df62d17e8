/* SPDX-License-Identifier: MIT
 *
 * The keeper: the one thread of the responder that may wait for a disk, and
 * the bounded queue of jobs in front of it. The event loop hands jobs over and
 * is told when they are done, so that neither a stalled disk nor a database
 * that another process has locked holds up anybody but who asked for it.
 *
 * Jobs that write are taken together: as many as have come while the last ones
 * were written are one transaction, and one wait for the disk. Jobs are run in
 * the order in which they were submitted.
 *
 * All functions but `run` belong to the loop's thread.
 */
#ifndef RESPONDER_KEEPER_H
#define RESPONDER_KEEPER_H

#include <sys/queue.h>

#include "base/compat.h"
#include "base/err.h"
#include "store/ledger.h"

struct event_base;
struct keeper;

/* A job and all that it refers to belongs to who made it, and must stay as it
 * is until `done` was called: an exchange may be gone by then. */
struct keeper_job {
	bool writes; /* `run` is called within a transaction */
	/* On the keeper's thread: may use the ledger and what the job holds,
	 * and nothing else of the program. May be run again, when it was undone
	 * with others because one of them failed; what it writes into the job
	 * must then be written anew. False: *err; nothing of it is kept. */
	bool (*run)(struct keeper_job *job, struct ledger *ledger,
	    struct err *err);
	/* On the loop's thread, once. NULL: `run` was true, and what it wrote
	 * is on disk. Else why nothing of it is kept. May free the job, and may
	 * submit others. */
	void (*done)(struct keeper_job *job, const struct err *err);

	/* The keeper's: */
	STAILQ_ENTRY(keeper_job) entry;
	bool failed;
	struct err err;
};

struct keeper_options {
	struct ledger_options ledger; /* copied */
	size_t jobs; /* that may wait or be under way at once */
	/* Told on the loop's thread when the store begins to fail (`err`), and
	 * again once a second as long as it does, and when it works again
	 * (NULL). */
	void (*report)(void *context, const struct err *err);
	void *context;
};

/* Starts the thread, which opens the ledger when the first job comes, and
 * again, at most once a second, when that failed or the file was replaced.
 * NULL: *err. */
struct keeper *keeper_open(struct event_base *loop,
    const struct keeper_options *options, struct err *err);

/* False: as many jobs are waiting as may, or the keeper is being closed; `done`
 * is not called then. */
MUST_USE bool keeper_submit(struct keeper *keeper, struct keeper_job *job);

/* The ledger's. */
const char *keeper_file(const struct keeper *keeper);

/* Why the last job failed; NULL if it did not, or none has been done yet. One
 * that only reads does not make up for one that could not write. */
const struct err *keeper_fault(const struct keeper *keeper);

/* How long the jobs that are under way have been, in microseconds; 0: none. */
int64_t keeper_busy_us(const struct keeper *keeper);

/* Jobs waiting or under way. */
size_t keeper_jobs(const struct keeper *keeper);

/* Runs until no job is waiting or under way, those that `done` submits
 * included. False: that takes longer than `patience_ms`. */
MUST_USE bool keeper_drain(struct keeper *keeper, int64_t patience_ms);

/* Drains, and ends the thread. One that
 * does not come back from the disk within `patience_ms` is left behind, and
 * `done` of what it has is not called: the program must then end. NULL is
 * allowed. */
void keeper_close(struct keeper *keeper, int64_t patience_ms);

#endif
