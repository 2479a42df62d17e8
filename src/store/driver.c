/* SPDX-License-Identifier: MIT
 *
 * The driver: opens a database and does what store/store.h asks of it.
 */
#include "base/compat.h"

#include <stdlib.h>
#include <string.h>

#include "store/file.h"
#include "store/sqlite.h"

/* STRICT tables and sqlite3_str are what we use that is newest. */
#define OLDEST_VERSION 3037000
#define OLDEST_VERSION_TEXT "3.37"

/* Before the first look at the file, which takes the lock that is kept until
 * the end: no other process can be in between, and SQLite needs no memory
 * that it shares with one (FILE-shm). */
static const char first_settings[] = "PRAGMA locking_mode = EXCLUSIVE";

/* After it is known that the file is ours. The log is cut to twice its usual
 * size when a large transaction made it longer (bytes). Temporary files would
 * lie about with people's data in them. */
static const char settings[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 16777216;"
    "PRAGMA cache_size = -32768;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA secure_delete = FAST;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;";

/* ---- the driver */

static bool
load(struct store *store, struct router *router, struct err *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	struct err why;

	return rows_load(s, router, err) &&
	    (router_restored(router, s->extent.number, &why) ||
		err_set(err, 0, FILE_SAYS "%s", s->file, why.text));
}

static void
note_number(struct extent *extent, uint64_t number)
{
	if (number > extent->number)
		extent->number = number;
}

static int
put_records(struct sqlite_store *s, const struct router_effects *effects,
    struct extent *extent)
{
	const struct record *record;
	int code = SQLITE_OK;

	STAILQ_FOREACH (record, &effects->records, entry) {
		note_number(extent, record->number);
		if (record->date > extent->at)
			extent->at = record->date;
		code = events_put(s, record, extent->at);
		if (code != SQLITE_OK)
			return code;
	}
	return code;
}

static int
put_effects(struct sqlite_store *s, const struct router_effects *effects,
    struct extent *extent)
{
	const struct removal *removal;
	const struct object *object;
	int code = SQLITE_OK;

	TAILQ_FOREACH (object, &effects->changed, changed) {
		note_number(extent, object->number);
		code = rows_put(s, object);
		if (code != SQLITE_OK)
			return code;
	}
	STAILQ_FOREACH (removal, &effects->removed, entry) {
		code = rows_drop(s, removal);
		if (code != SQLITE_OK)
			return code;
	}
	code = put_records(s, effects, extent);
	if (code == SQLITE_OK && !STAILQ_EMPTY(&effects->removed))
		code = sqlite_mark(s, extent);
	return code;
}

static bool
write_effects(struct store *store, const struct router_effects *effects,
    struct err *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	struct extent extent = s->extent;

	if (!transaction_begin(s, err))
		return false;
	int code = put_effects(s, effects, &extent);
	if (code != SQLITE_OK)
		return transaction_undo(s, code, err);
	if (!transaction_commit(s, err))
		return false;
	s->extent = extent;
	return true;
}

/* ---- settings */

static bool
keep_settings(struct store *store, const struct store_setting *rows,
    size_t count, struct err *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	sqlite3_stmt *keep = s->statements[STATEMENT_KEEP_SETTING];
	int code = SQLITE_OK;

	if (!transaction_begin(s, err))
		return false;
	for (size_t i = 0; code == SQLITE_OK && i < count; i++) {
		code = sqlite_bind(keep, 1, str_from(rows[i].name));
		if (code == SQLITE_OK)
			code = sqlite3_bind_int64(keep, 2, rows[i].value);
		code = sqlite_run(keep, code, NULL);
	}
	if (code != SQLITE_OK)
		return transaction_undo(s, code, err);
	return transaction_commit(s, err);
}

static bool
recall_settings(struct store *store, struct store_setting *rows,
    size_t count, struct err *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	sqlite3_stmt *recall = s->statements[STATEMENT_RECALL_SETTING];

	for (size_t i = 0; i < count; i++) {
		int code = sqlite_bind(recall, 1, str_from(rows[i].name));
		code = sqlite_run(recall, code, &rows[i].value);
		if (code != SQLITE_OK)
			return sqlite_failed(s, code, err);
	}
	return true;
}

/* ---- the whole */

static int
drop_rows(struct sqlite_store *s)
{
	sqlite3_str *sql = sqlite3_str_new(s->db);

	sqlite3_str_appendall(sql, "DELETE FROM event; DELETE FROM setting; "
	    "UPDATE mark SET number = 0;");
	for (size_t k = 0; k < KIND_COUNT; k++)
		sqlite3_str_appendf(
		    sql, "DELETE FROM \"%w\";", kind_rows[k].table);
	return sqlite_execute(s, sql);
}

static bool
clear_store(struct store *store, struct err *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	if (!transaction_begin(s, err))
		return false;
	int code = drop_rows(s);
	if (code != SQLITE_OK)
		return transaction_undo(s, code, err);
	if (!transaction_commit(s, err))
		return false;
	s->extent = (struct extent){.at = INT64_MIN};
	return true;
}

static struct store_extent
extent_of(const struct store *store)
{
	const struct sqlite_store *s = (const struct sqlite_store *)store;

	return (struct store_extent){
		.number = s->extent.number,
		.at = s->extent.at,
	};
}

/* Closing the last connection copies the log into the file and removes it;
 * where that fails the log stays, and with it what it holds. */
static void
close_store(struct store *store)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	rows_release(s);
	events_release(s);
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		(void)sqlite3_finalize(s->statements[i]);
	(void)sqlite3_close(s->db);
	free(s->file);
	free(s);
}

static const struct store_driver driver = {
	.load = load,
	.write = write_effects,
	.events = events_query,
	.moments = events_moments,
	.purge = events_purge,
	.keep = keep_settings,
	.recall = recall_settings,
	.clear = clear_store,
	.extent = extent_of,
	.close = close_store,
};

/* ---- opening */

static int
note_log(void *context, sqlite3 *db, const char *database, int pages)
{
	struct sqlite_store *s = context;

	(void)db;
	(void)database;
	s->log_pages = pages;
	return SQLITE_OK;
}

static bool
connect(struct sqlite_store *s, struct err *err)
{
	char *name = file_name(s->file);

	if (name == NULL)
		return err_set(err, 0, FILE_SAYS "out of memory", s->file);
	int code = sqlite3_open_v2(name, &s->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);
	free(name);
	if (code != SQLITE_OK)
		return sqlite_failed(s, code, err);
	(void)sqlite3_wal_hook(s->db, note_log, s);
	code = sqlite3_exec(s->db, first_settings, NULL, NULL, NULL);
	return code == SQLITE_OK || sqlite_failed(s, code, err);
}

/* A file system without what the log needs leaves the journal as it was. */
static bool
turn_log_on(struct sqlite_store *s, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	struct str mode = STR_NONE;
	int code = sqlite3_prepare_v2(
	    s->db, "PRAGMA journal_mode = WAL", -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	bool known = code == SQLITE_ROW && sqlite_column(statement, 0, &mode);
	bool is_on = known && (str_is(mode, "wal") || str_is(mode, "memory"));
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		(void)sqlite_failed(s, code, err);
	else if (!is_on)
		err_set(err, 0, FILE_SAYS "cannot be kept with a write-ahead log "
		    "(journal_mode is %.*s)", s->file, STR_ARGS(mode));
	(void)sqlite3_finalize(statement);
	return is_on;
}

static int
prepare(struct sqlite_store *s)
{
	int code = rows_prepare(s);

	if (code == SQLITE_OK)
		code = events_prepare(s);
	for (size_t i = 0; code == SQLITE_OK && i < STATEMENT_COUNT; i++)
		code = sqlite3_prepare_v3(s->db, statement_rows[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &s->statements[i], NULL);
	if (code == SQLITE_OK)
		code = rows_largest(s, &s->extent.number);
	s->extent.at = INT64_MIN;
	if (code == SQLITE_OK)
		code = sqlite_ask(
		    s, "SELECT max(at) FROM event", &s->extent.at);
	return code;
}

static bool
open_store(struct sqlite_store *s, struct err *err)
{
	if (sqlite3_libversion_number() < OLDEST_VERSION)
		return err_set(err, 0, FILE_SAYS "SQLite is version %s: expected "
		    OLDEST_VERSION_TEXT " or newer", s->file,
		    sqlite3_libversion());
	if (!file_prepare(s->file, err) || !connect(s, err) ||
	    !schema_check(s, err) || !turn_log_on(s, err))
		return false;
	int code = sqlite3_exec(s->db, settings, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return sqlite_failed(s, code, err);
	if (!schema_raise(s, err))
		return false;
	code = prepare(s);
	return code == SQLITE_OK || sqlite_failed(s, code, err);
}

struct store *
store_open_sqlite(const char *file, struct err *err)
{
	struct sqlite_store *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->file = strdup(file);
	if (s == NULL || s->file == NULL) {
		free(s);
		err_set(err, 0, FILE_SAYS "out of memory", file);
		return NULL;
	}
	s->store.driver = &driver;
	rows_init(s);
	if (open_store(s, err))
		return &s->store;
	close_store(&s->store);
	return NULL;
}
