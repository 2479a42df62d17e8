/* SPDX-License-Identifier: MIT
 *
 * The SQLite driver from inside. Only the files of store/ include this, and
 * the store's test, which looks at how SQLite goes about each statement.
 *
 * One connection that has the file for itself, in WAL mode: a commit is one
 * write at the end of the log and one fsync. The log is copied back into the
 * file (a checkpoint) when we say so, not when SQLite thinks fit.
 * Source: https://www.sqlite.org/wal.html
 *
 * Functions that return int return SQLite's result codes, extended ones.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>

#include "base/compat.h"
#include "base/err.h"
#include "router/engine.h"
#include "store/store.h"

/* "TskR" in the file's header, which file(1) shows too. */
#define SQLITE_STORE_ID 0x54736b52

/* Pages of the log after which a commit is followed by a checkpoint. */
#define SQLITE_STORE_LOG 2000
/* Pages of the log above which nothing more is written, because checkpoints
 * fail. */
#define SQLITE_STORE_LOG_MOST 16000

enum statement {
#define STATEMENT(id, sql) STATEMENT_##id,
#include "store/statements.h"
#undef STATEMENT
	STATEMENT_COUNT
};
extern const char *const statement_rows[STATEMENT_COUNT];

/* What lists of Events are filtered by; the one that matches least comes
 * first, since it leads the search. The last one is always given. */
#define SQLITE_STORE_FILTERS 9

/* What is known of the rows without reading them. */
struct extent {
	uint64_t number; /* the largest that an object or Event has, or had */
	uint64_t marked; /* the one in the table `mark`, if we wrote it */
	int64_t at;      /* the latest date of all Events */
};

/* How one kind of objects is kept. */
struct kind_table {
	const struct field *columns[FIELD_IDS];
	size_t count;
	sqlite3_stmt *put, *all, *drop;
};

struct sqlite_store {
	struct store store;
	char *file; /* as it was given, for messages */
	sqlite3 *db;
	struct kind_table kinds[KIND_COUNT];
	sqlite3_stmt *statements[STATEMENT_COUNT];
	sqlite3_stmt *events[SQLITE_STORE_FILTERS];
	sqlite3_stmt *moments[SQLITE_STORE_FILTERS];
	struct extent extent;
	int log_pages;      /* in the log that are not in the file yet */
	int log_pages_kept; /* of them, when a checkpoint failed */
	/* A commit failed when its pages may have been in the log already:
	 * until they are out, whoever opens the file may find them. */
	bool is_doubtful;
};

/* ---- sqlite.c; driver.c has the rest of store.h */

/* Says what the code means for the file; returns false. To be called before
 * SQLite is asked anything else. */
bool sqlite_failed(
    const struct sqlite_store *s, int code, struct err *err);
/* Steps a statement that is bound, unless `code` says that binding failed, and
 * makes it ready for the next time. The first column of its row goes to *value
 * unless one of them is NULL. */
MUST_USE int sqlite_run(sqlite3_stmt *statement, int code, int64_t *value);
/* Parameter `at` becomes the text; NULL where it is absent. The bytes must stay
 * until the statement has run. */
MUST_USE int sqlite_bind(sqlite3_stmt *statement, int at, struct str text);
/* Absent for NULL; valid until the next step. False: no memory. */
MUST_USE bool sqlite_column(
    sqlite3_stmt *statement, int at, struct str *text);

/* As sqlite_run, for a statement that is used once. */
MUST_USE int sqlite_ask(
    struct sqlite_store *s, const char *sql, int64_t *value);
/* Runs the SQL that was collected, if it was; frees it. */
MUST_USE int sqlite_execute(struct sqlite_store *s, sqlite3_str *sql);
/* Notes extent->number in the database, where rows that bore such numbers are
 * being removed. */
MUST_USE int sqlite_mark(struct sqlite_store *s, struct extent *extent);

/* ---- schema.c */

/* Refuses databases that are not ours, or newer than we are; only reads. */
MUST_USE bool schema_check(struct sqlite_store *s, struct err *err);
/* Tables and columns as this program needs them, in one transaction. */
MUST_USE bool schema_raise(struct sqlite_store *s, struct err *err);
/* How many steps of migration there are: the schema's version. */
int schema_version(void);

/* ---- transaction.c */

MUST_USE bool transaction_begin(struct sqlite_store *s, struct err *err);
/* Where it fails, nothing of the transaction remains. */
MUST_USE bool transaction_commit(struct sqlite_store *s, struct err *err);
/* Ends the transaction that `code` made impossible; returns false. */
bool transaction_undo(struct sqlite_store *s, int code, struct err *err);

/* ---- rows.c */

/* Which fields each kind keeps; before anything else here. */
void rows_init(struct sqlite_store *s);
MUST_USE int rows_prepare(struct sqlite_store *s);
void rows_release(struct sqlite_store *s);
/* "INTEGER NOT NULL DEFAULT 1": how the column of a field is declared. */
void rows_declare(sqlite3_str *sql, const struct field *field);
/* The largest number of all objects, Events and the mark. */
MUST_USE int rows_largest(struct sqlite_store *s, uint64_t *number);
MUST_USE int rows_put(struct sqlite_store *s, const struct object *object);
MUST_USE int rows_drop(struct sqlite_store *s, const struct removal *removal);
MUST_USE bool rows_load(
    struct sqlite_store *s, struct router *router, struct err *err);

/* ---- events.c */

MUST_USE int events_prepare(struct sqlite_store *s);
void events_release(struct sqlite_store *s);
/* The statement that searches by the n-th filter for whole Events, or for what
 * of them is counted; to be freed by sqlite3_free. NULL: no memory. */
enum events_part { EVENTS_WHOLE, EVENTS_MOMENT };
char *events_sql(enum events_part part, size_t filter);
MUST_USE int events_put(
    struct sqlite_store *s, const struct record *record, int64_t at);
MUST_USE bool events_query(struct store *store,
    const struct store_events_query *query, store_take_event *take,
    void *context, struct err *err);
MUST_USE bool events_moments(struct store *store,
    const struct store_events_query *query, store_take_moment *take,
    void *context, struct err *err);
MUST_USE bool events_purge(struct store *store, int64_t before, size_t most,
    size_t *count, struct err *err);

#endif
