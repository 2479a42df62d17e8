/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/ledger_inside.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
	int version;
	const char *sql;
} steps[] = {
#define STEP(version, sql) {version, sql},
#include "store/ledger_tables.h"
#undef STEP
};

static int
newest_version(void)
{
	return steps[ARRAY_LENGTH(steps) - 1].version;
}

static int
ask(struct ledger *ledger, const char *sql, int64_t *value)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(ledger->db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*value = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

bool
ledger_check_schema(struct ledger *ledger, struct err *err)
{
	int64_t id = 0, version = 0, tables = 0;
	/* Another process may be making it: all of it is seen, or nothing. */
	int code = sqlite3_exec(ledger->db, "BEGIN", NULL, NULL, NULL);

	if (code == SQLITE_OK)
		code = ask(ledger, "PRAGMA application_id", &id);
	if (code == SQLITE_OK)
		code = ask(ledger, "PRAGMA user_version", &version);
	if (code == SQLITE_OK)
		code = ask(
		    ledger, "SELECT count(*) FROM sqlite_schema", &tables);
	if (code == SQLITE_OK)
		code = sqlite3_exec(ledger->db, "COMMIT", NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return ledger_failed(ledger, code, err);
	if (id == LEDGER_ID && version > newest_version())
		return err_set(err, 0, "%.180s: was written by a newer "
		    "taskrouter.fcgi (its schema is %" PRId64
		    ", this program knows %d)", ledger->file, version,
		    newest_version());
	if (id != LEDGER_ID && (id != 0 || version != 0 || tables != 0))
		return err_set(err, 0, "%.180s: is the database of another "
		    "program", ledger->file);
	return true;
}

static int
raise_from(struct ledger *ledger, int64_t version)
{
	char mark[96];
	int code = SQLITE_OK;

	for (size_t i = 0; code == SQLITE_OK && i < ARRAY_LENGTH(steps); i++)
		if (steps[i].version > version)
			code = sqlite3_exec(
			    ledger->db, steps[i].sql, NULL, NULL, NULL);
	(void)snprintf(mark, sizeof mark,
	    "PRAGMA application_id = %d; PRAGMA user_version = %d;",
	    LEDGER_ID, newest_version());
	if (code == SQLITE_OK)
		code = sqlite3_exec(ledger->db, mark, NULL, NULL, NULL);
	return code;
}

bool
ledger_raise_schema(struct ledger *ledger, struct err *err)
{
	int64_t version = 0;
	int code = ask(ledger, "PRAGMA user_version", &version);

	if (code == SQLITE_OK && version == newest_version())
		return true;
	/* Another process may do the same at the same time. */
	if (code == SQLITE_OK)
		code = sqlite3_exec(
		    ledger->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = ask(ledger, "PRAGMA user_version", &version);
	if (code == SQLITE_OK)
		code = raise_from(ledger, version);
	if (code == SQLITE_OK)
		code = sqlite3_exec(ledger->db, "COMMIT", NULL, NULL, NULL);
	/* A transaction that is left open ends with the connection, which is
	 * closed next. */
	return code == SQLITE_OK || ledger_failed(ledger, code, err);
}
