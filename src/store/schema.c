/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/sqlite.h"

#include "store/file.h"

/* Each step leads from the version before it (its index) to the next; a step
 * that was released is never changed. The tables of objects are not here: they
 * follow router/fields.h, see add_kinds. But where a property is renamed or
 * means something else, that takes a step.
 *
 * Events: `at` is the latest date among an Event and all before it, so it grows
 * with the number even where somebody set the clock back, and a span of time is
 * a span of numbers. The row number is the last column of every index, so each
 * of them gives its Events in order. SIDs have no fixed places, so an index
 * costs a page of each commit for every other SID: no index on what is not
 * searched for. */
static const char *const steps[] = {
	"CREATE TABLE event("
	"number INTEGER PRIMARY KEY, at INTEGER NOT NULL, "
	"date INTEGER NOT NULL, sid TEXT NOT NULL, workspace TEXT NOT NULL, "
	"type TEXT NOT NULL, resource_type TEXT, resource_sid TEXT, "
	"description TEXT, data TEXT, reservation TEXT, task TEXT, "
	"worker TEXT, workflow TEXT, task_queue TEXT, task_channel TEXT"
	") STRICT;"
	"CREATE INDEX event_by_at ON event(at);"
	"CREATE INDEX event_by_lateness ON event(at - date) WHERE at > date;"
	"CREATE INDEX event_by_sid ON event(sid);"
	"CREATE INDEX event_by_workspace ON event(workspace);"
	"CREATE INDEX event_by_type ON event(workspace, type);"
	"CREATE INDEX event_by_reservation ON event(reservation) "
	"WHERE reservation IS NOT NULL;"
	"CREATE INDEX event_by_task ON event(task) WHERE task IS NOT NULL;"
	"CREATE INDEX event_by_worker ON event(worker) "
	"WHERE worker IS NOT NULL;"
	"CREATE INDEX event_by_workflow ON event(workflow) "
	"WHERE workflow IS NOT NULL;"
	"CREATE INDEX event_by_task_queue ON event(task_queue) "
	"WHERE task_queue IS NOT NULL;"
	"CREATE INDEX event_by_task_channel ON event(task_channel) "
	"WHERE task_channel IS NOT NULL;"
	/* No number below this one is given again, whatever was removed. */
	"CREATE TABLE mark(number INTEGER NOT NULL) STRICT;"
	"INSERT INTO mark VALUES(0);",
	/* Numbers that are no object's. */
	"CREATE TABLE setting("
	"name TEXT PRIMARY KEY, value INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;",
	/* What statistics are made of; of Events that are there already it is
	 * not known. */
	"ALTER TABLE event ADD COLUMN activity TEXT;"
	"ALTER TABLE event ADD COLUMN task_age INTEGER;"
	"ALTER TABLE event ADD COLUMN task_queue_time INTEGER;"
	"ALTER TABLE event ADD COLUMN activity_time INTEGER;",
};

int
schema_version(void)
{
	return (int)ARRAY_LENGTH(steps);
}

bool
schema_check(struct sqlite_store *s, struct err *err)
{
	int64_t tables = 0, id = 0, version = 0;
	int code = sqlite_ask(s, "SELECT count(*) FROM sqlite_schema", &tables);

	if (code == SQLITE_OK)
		code = sqlite_ask(s, "PRAGMA application_id", &id);
	if (code == SQLITE_OK)
		code = sqlite_ask(s, "PRAGMA user_version", &version);
	if (code != SQLITE_OK)
		return sqlite_failed(s, code, err);
	if (tables == 0 && id == 0 && version == 0)
		return true;
	if (id != SQLITE_STORE_ID)
		return err_set(err, 0, FILE_SAYS "is a database of another program "
		    "(application_id 0x%08llx, not 0x%08x)", s->file,
		    (unsigned long long)id & 0xffffffff, SQLITE_STORE_ID);
	if (version > schema_version())
		return err_set(err, 0, FILE_SAYS "was written by a newer taskrouterd "
		    "(its schema is version %lld, this program knows %d)",
		    s->file, (long long)version, schema_version());
	return true;
}

static void
declare_kind(sqlite3_str *sql, const char *name, const struct kind_table *table)
{
	sqlite3_str_appendf(sql, "CREATE TABLE \"%w\"("
	    "number INTEGER PRIMARY KEY, sid TEXT NOT NULL UNIQUE, "
	    "version INTEGER NOT NULL, date_created INTEGER NOT NULL, "
	    "date_updated INTEGER NOT NULL, workspace TEXT NOT NULL", name);
	for (size_t i = 0; i < table->count; i++) {
		sqlite3_str_appendall(sql, ", ");
		rows_declare(sql, table->columns[i]);
	}
	sqlite3_str_appendall(sql, ") STRICT;");
}

/* The columns of rows of router/fields.h that the database was made without:
 * objects that are there already get the preset. */
static int
add_columns(struct sqlite_store *s, const char *name,
    const struct kind_table *table, sqlite3_str *sql)
{
	sqlite3_stmt *find = NULL;
	int code = sqlite3_prepare_v2(s->db, "SELECT count(*) FROM "
	    "pragma_table_info(?1) WHERE name = ?2", -1, &find, NULL);

	for (size_t i = 0; code == SQLITE_OK && i < table->count; i++) {
		const struct field *field = table->columns[i];
		int64_t found = 0;

		code = sqlite_bind(find, 1, str_from(name));
		if (code == SQLITE_OK)
			code = sqlite_bind(find, 2, str_from(field->property));
		code = sqlite_run(find, code, &found);
		if (code != SQLITE_OK || found != 0)
			continue;
		sqlite3_str_appendf(
		    sql, "ALTER TABLE \"%w\" ADD COLUMN ", name);
		rows_declare(sql, field);
		sqlite3_str_appendall(sql, ";");
	}
	(void)sqlite3_finalize(find);
	return code;
}

static int
add_kind(struct sqlite_store *s, enum kind kind, sqlite3_str *sql)
{
	const char *name = kind_rows[kind].table;
	sqlite3_stmt *find = NULL;
	int64_t found = 0;
	int code = sqlite3_prepare_v2(s->db, "SELECT count(*) FROM "
	    "sqlite_schema WHERE type = 'table' AND name = ?1", -1, &find,
	    NULL);

	if (code == SQLITE_OK)
		code = sqlite_bind(find, 1, str_from(name));
	code = sqlite_run(find, code, &found);
	(void)sqlite3_finalize(find);
	if (code != SQLITE_OK)
		return code;
	if (found != 0)
		return add_columns(s, name, &s->kinds[kind], sql);
	declare_kind(sql, name, &s->kinds[kind]);
	return SQLITE_OK;
}

static int
add_kinds(struct sqlite_store *s)
{
	sqlite3_str *sql = sqlite3_str_new(s->db);
	int code = SQLITE_OK;

	for (size_t k = 0; code == SQLITE_OK && k < KIND_COUNT; k++)
		code = add_kind(s, (enum kind)k, sql);
	if (code == SQLITE_OK)
		return sqlite_execute(s, sql);
	sqlite3_free(sqlite3_str_finish(sql));
	return code;
}

static int
raise_to_present(struct sqlite_store *s)
{
	int64_t version = 0;
	sqlite3_str *sql;
	int code = sqlite_ask(s, "PRAGMA user_version", &version);

	for (; code == SQLITE_OK && version < schema_version(); version++)
		code = sqlite3_exec(s->db, steps[version], NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = add_kinds(s);
	if (code != SQLITE_OK)
		return code;
	sql = sqlite3_str_new(s->db);
	sqlite3_str_appendf(sql, "PRAGMA application_id = %d;"
	    "PRAGMA user_version = %d;", SQLITE_STORE_ID, schema_version());
	return sqlite_execute(s, sql);
}

bool
schema_raise(struct sqlite_store *s, struct err *err)
{
	int code = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	if (code == SQLITE_OK)
		code = raise_to_present(s);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	/* A transaction that is left open ends with the connection, which is
	 * closed next. */
	return code == SQLITE_OK || sqlite_failed(s, code, err);
}
