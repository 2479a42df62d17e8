/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "store/file.h"
#include "store/ledger_inside.h"

/* Of a database file; max_page_count counts in them. */
#define PAGE_SIZE ((int64_t)4096)
/* Between two looks at a lock that another process has. */
#define LOCK_PAUSE_NS 500000

static const char *const statement_rows[LEDGER_STATEMENTS] = {
#define STATEMENT(id, sql) [LEDGER_##id] = sql,
#include "store/ledger_statements.h"
#undef STATEMENT
};

/* FULL: a commit is on disk before it is believed. The log is cut to this many
 * bytes when a large transaction made it longer. Temporary files would lie
 * about with people's data in them. */
static const char settings[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 16777216;"
    "PRAGMA cache_size = -2048;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA secure_delete = FAST;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;";

bool
ledger_failed(const struct ledger *ledger, int code, struct err *err)
{
	/* What it calls by names that mean little to an operator. */
	static const struct {
		int code;
		const char *text;
	} rows[] = {
		{SQLITE_BUSY, "is locked by another process"},
		{SQLITE_CORRUPT, "is damaged"},
		{SQLITE_NOTADB, "is not an SQLite database"},
		{SQLITE_FULL, "has no room left (the disk, or store.size)"},
		{SQLITE_READONLY, "cannot be written"},
	};
	bool is_last = sqlite3_extended_errcode(ledger->db) == code;
	const char *text =
	    is_last ? sqlite3_errmsg(ledger->db) : sqlite3_errstr(code);
	int reason = is_last ? sqlite3_system_errno(ledger->db) : 0;
	int primary = code & 0xff;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].code == primary)
			return err_set(err, 0, FILE_SAYS "%s (%s)",
			    ledger->file, rows[i].text, text);
	if (primary == SQLITE_IOERR && reason == 0)
		reason = errno;
	if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) &&
	    reason != 0)
		return err_set(err, 0, FILE_SAYS "%s (%s)", ledger->file, text,
		    strerror(reason));
	return err_set(err, 0, FILE_SAYS "%s", ledger->file, text);
}

/* ---- statements */

sqlite3_stmt *
ledger_statement(
    struct ledger *ledger, enum ledger_statement id, struct err *err)
{
	sqlite3_stmt **statement = &ledger->statements[id];

	if (*statement == NULL) {
		int code = sqlite3_prepare_v3(ledger->db, statement_rows[id],
		    -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
		if (code != SQLITE_OK)
			(void)ledger_failed(ledger, code, err);
	}
	return *statement;
}

int
ledger_bind(sqlite3_stmt *statement, int at, struct str text)
{
	if (text.at == NULL)
		return sqlite3_bind_null(statement, at);
	return sqlite3_bind_text64(
	    statement, at, text.at, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

struct str
ledger_column(sqlite3_stmt *statement, int at)
{
	const char *text = (const char *)sqlite3_column_text(statement, at);

	if (text == NULL)
		return STR_NONE;
	return (struct str){
	    text, (size_t)sqlite3_column_bytes(statement, at)};
}

int
ledger_step(sqlite3_stmt *statement)
{
	errno = 0;
	return sqlite3_step(statement);
}

void
ledger_end(sqlite3_stmt *statement)
{
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
}

int
ledger_run(sqlite3_stmt *statement)
{
	int code = ledger_step(statement);

	ledger_end(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

static bool
run(struct ledger *ledger, enum ledger_statement id, struct err *err)
{
	sqlite3_stmt *statement = ledger_statement(ledger, id, err);

	if (statement == NULL)
		return false;
	int code = ledger_run(statement);
	return code == SQLITE_OK || ledger_failed(ledger, code, err);
}

/* ---- transactions */

bool
ledger_begin(struct ledger *ledger, struct err *err)
{
	ledger_undo(ledger);
	return run(ledger, LEDGER_BEGIN, err);
}

bool
ledger_commit(struct ledger *ledger, struct err *err)
{
	if (run(ledger, LEDGER_COMMIT, err))
		return true;
	ledger_undo(ledger);
	return false;
}

void
ledger_undo(struct ledger *ledger)
{
	struct err unused;

	/* After some errors SQLite has undone it by itself. */
	if (sqlite3_get_autocommit(ledger->db) == 0)
		(void)run(ledger, LEDGER_UNDO, &unused);
}

/* ---- opening */

static bool
execute(struct ledger *ledger, const char *sql, struct err *err)
{
	int code = sqlite3_exec(ledger->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK || ledger_failed(ledger, code, err);
}

/* SQLite's own waits grow to 100 ms. Between two transactions of a process that
 * has much to write the lock is free for microseconds: who looks so seldom gets
 * it once in a second. */
static int
wait_for_lock(void *context, int times)
{
	static const struct timespec pause = {0, LOCK_PAUSE_NS};
	struct ledger *ledger = context;
	int64_t now = clock_monotonic_us();

	if (times == 0)
		ledger->waits_since_us = now;
	if (now - ledger->waits_since_us >=
	    ledger->options.patience_ms * 1000)
		return 0;
	(void)nanosleep(&pause, NULL);
	return 1;
}

/* Of two that turn the log of a new file on at once, SQLite refuses one without
 * waiting: each has a lock that the other wants. */
static int
step_patiently(struct ledger *ledger, sqlite3_stmt *statement)
{
	int code, times = 0;

	for (;;) {
		code = ledger_step(statement);
		if ((code & 0xff) != SQLITE_BUSY ||
		    wait_for_lock(ledger, times++) == 0)
			return code;
		(void)sqlite3_reset(statement);
	}
}

/* A file system without shared memory leaves the journal as it was. */
static bool
turn_log_on(struct ledger *ledger, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(ledger->db, "PRAGMA journal_mode = WAL",
	    -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = step_patiently(ledger, statement);
	bool is_on = code == SQLITE_ROW &&
	    str_is(ledger_column(statement, 0), "wal");
	if (code != SQLITE_ROW)
		(void)ledger_failed(ledger, code, err);
	else if (!is_on)
		err_set(err, 0, FILE_SAYS "cannot be kept with a write-ahead "
		    "log: its file system has no shared memory", ledger->file);
	(void)sqlite3_finalize(statement);
	return is_on;
}

/* It is copied all the same when it has grown (wal_autocheckpoint). */
static bool
leave_log(struct ledger *ledger, struct err *err)
{
	int code = !ledger->options.is_brief ? SQLITE_OK
	    : sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
		1, (int *)NULL);

	return code == SQLITE_OK || ledger_failed(ledger, code, err);
}

static bool
limit_size(struct ledger *ledger, struct err *err)
{
	char sql[64];

	(void)snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld",
	    (long long)(ledger->options.size_most / PAGE_SIZE));
	return execute(ledger, sql, err);
}

static bool
connect(struct ledger *ledger, struct err *err)
{
	struct stat status;
	int code = sqlite3_open_v2(ledger->file, &ledger->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);

	if (ledger->db == NULL)
		return err_set(err, 0, FILE_SAYS "out of memory", ledger->file);
	if (code != SQLITE_OK)
		return ledger_failed(ledger, code, err);
	if (stat(ledger->file, &status) != 0)
		return err_set(err, 0, FILE_SAYS "%s", ledger->file,
		    strerror(errno));
	ledger->device = status.st_dev;
	ledger->inode = status.st_ino;
	(void)sqlite3_busy_handler(ledger->db, wait_for_lock, ledger);
	return true;
}

static bool
open_ledger(struct ledger *ledger, struct err *err)
{
	return file_prepare(ledger->file, err) && connect(ledger, err) &&
	    ledger_check_schema(ledger, err) && turn_log_on(ledger, err) &&
	    execute(ledger, settings, err) && limit_size(ledger, err) &&
	    leave_log(ledger, err) &&
	    ledger_raise_schema(ledger, err);
}

struct ledger *
ledger_open(const struct ledger_options *options, struct err *err)
{
	if (!libsqlite_load(err))
		return NULL;
	struct ledger *ledger = calloc(1, sizeof *ledger);
	if (ledger != NULL)
		ledger->file = strdup(options->file);
	if (ledger == NULL || ledger->file == NULL) {
		free(ledger);
		err_set(err, 0, FILE_SAYS "out of memory", options->file);
		return NULL;
	}
	ledger->options = *options;
	ledger->options.file = ledger->file;
	ledger->sign_fd = -1;
	if (open_ledger(ledger, err))
		return ledger;
	ledger_close(ledger);
	return NULL;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	for (size_t i = 0; i < LEDGER_STATEMENTS; i++)
		(void)sqlite3_finalize(ledger->statements[i]);
	if (ledger->db != NULL)
		(void)sqlite3_close(ledger->db);
	ledger_end_holder(ledger);
	free(ledger->file);
	free(ledger);
}

bool
ledger_is_in_place(const struct ledger *ledger)
{
	struct stat status;

	return stat(ledger->file, &status) == 0 &&
	    status.st_dev == ledger->device && status.st_ino == ledger->inode;
}
