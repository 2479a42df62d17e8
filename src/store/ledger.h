/* SPDX-License-Identifier: MIT
 *
 * The responder's store: what must not be forgotten between two requests, two
 * processes, two starts. An SQLite file in WAL mode which several processes
 * have open at once; each commit is on disk when ledger_commit returns.
 *
 * Blocks, for as long as the disk and other processes make it: to be used on
 * the keeper's thread only (responder/keeper.h), or by a program that has
 * nothing else to do. Not thread-safe. What it keeps is described with the
 * functions that keep it: store/ledger_*.h.
 *
 * Every function that can fail says why in *err, in words for an operator with
 * the file's name in them.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "base/compat.h"
#include "base/err.h"

/* "TskL" in the file's header, which file(1) shows too. */
#define LEDGER_ID 0x54736b4c

struct ledger;

struct ledger_options {
	const char *file;   /* absolute; made, with mode 0600, if it is not there */
	int64_t size_most;  /* bytes that the file may have */
	int64_t patience_ms; /* to wait for a lock that another process has */
	bool is_brief; /* the process does one thing and ends: it leaves the
			* log as it is, though it may be the last to have the
			* file open, since copying it costs more than a commit */
};

/* Loads SQLite, opens or creates the file and brings its schema up to date.
 * NULL: *err; among the reasons: no permission, no folder, a full disk,
 * another process's lock, a schema newer than this program, no database. */
struct ledger *ledger_open(const struct ledger_options *options,
    struct err *err);
/* What was not committed is undone. NULL is allowed. */
void ledger_close(struct ledger *ledger);

/* Whether the file is still the one at that path; if it was removed or
 * replaced, what is written to it would be lost. */
bool ledger_is_in_place(const struct ledger *ledger);

/* A transaction that will write; no other process can until it has ended. */
MUST_USE bool ledger_begin(struct ledger *ledger, struct err *err);
/* True: all of it is on disk. False: none of it is kept. */
MUST_USE bool ledger_commit(struct ledger *ledger, struct err *err);
/* Does nothing where no transaction is open. */
void ledger_undo(struct ledger *ledger);

#endif
