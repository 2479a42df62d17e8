/* SPDX-License-Identifier: MIT
 *
 * The ledger from inside. Only the files store/ledger*.c include this.
 *
 * A function of such a file gets its statement, binds, steps and returns:
 *
 *	sqlite3_stmt *put = ledger_statement(l, LEDGER_PUT_ANSWER, err);
 *	int code = put == NULL ? SQLITE_NOMEM : ledger_bind(put, 1, sid);
 *	if (code == SQLITE_OK)
 *		code = ledger_run(put);
 *	return code == SQLITE_OK || ledger_failed(l, code, err);
 */
#ifndef STORE_LEDGER_INSIDE_H
#define STORE_LEDGER_INSIDE_H

#include <sys/types.h>

#include "base/compat.h"
#include "base/str.h"
#include "store/ledger.h"
#include "store/libsqlite.h"

enum ledger_statement {
#define STATEMENT(id, sql) LEDGER_##id,
#include "store/ledger_statements.h"
#undef STATEMENT
	LEDGER_STATEMENTS
};

struct ledger {
	char *file;
	struct ledger_options options;
	sqlite3 *db;
	int64_t waits_since_us; /* for another process's lock */
	dev_t device;
	ino_t inode;
	int sign_fd;   /* -1: the ledger's sign of life was not needed yet */
	int64_t holder; /* the same by number; 0 then */
	sqlite3_stmt *statements[LEDGER_STATEMENTS]; /* NULL until needed */
};

/* The statement, prepared once; nothing is bound. NULL: *err. */
sqlite3_stmt *ledger_statement(
    struct ledger *ledger, enum ledger_statement id, struct err *err);

/* Parameter `at` becomes the text; NULL where it is absent. The bytes must stay
 * until the statement has run. */
MUST_USE int ledger_bind(sqlite3_stmt *statement, int at, struct str text);
/* The column's text, absent for NULL; valid until the next step. */
struct str ledger_column(sqlite3_stmt *statement, int at);

/* Steps once: SQLITE_ROW, SQLITE_DONE or what went wrong. For rows: step until
 * it is not SQLITE_ROW, then ledger_end. */
MUST_USE int ledger_step(sqlite3_stmt *statement);
/* Makes the statement ready for its next use. */
void ledger_end(sqlite3_stmt *statement);
/* ledger_step and ledger_end, for what returns no row: SQLITE_OK when done. */
MUST_USE int ledger_run(sqlite3_stmt *statement);

/* Says what the code means for the file; returns false. To be called before
 * SQLite is asked anything else. */
bool ledger_failed(const struct ledger *ledger, int code, struct err *err);

/* ---- ledger_holder.c */

/* Who has this ledger open: a number by which rows can say whose they are as
 * long as he lives. No two have the same. False: *err. */
MUST_USE bool ledger_need_holder(struct ledger *ledger, struct err *err);
/* Whether that holder still has his ledger open. He has it no more when his
 * process has ended, in whatever way, and its last write with it. */
MUST_USE bool ledger_holder_lives(struct ledger *ledger, int64_t holder,
    bool *lives, struct err *err);
/* To be called after the database was closed. */
void ledger_end_holder(struct ledger *ledger);

/* ---- ledger_schema.c */

/* Refuses databases that are not ours, or newer than we are; only reads. */
MUST_USE bool ledger_check_schema(struct ledger *ledger, struct err *err);
/* The tables as this program needs them, in one transaction. */
MUST_USE bool ledger_raise_schema(struct ledger *ledger, struct err *err);

#endif
