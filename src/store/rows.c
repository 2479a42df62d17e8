/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "store/file.h"
#include "store/sqlite.h"

/* What every table of objects begins with, in the order of its columns. */
#define HEAD "number, sid, version, date_created, date_updated, workspace"
enum {
	COLUMN_NUMBER,
	COLUMN_SID,
	COLUMN_VERSION,
	COLUMN_CREATED,
	COLUMN_UPDATED,
	COLUMN_WORKSPACE,
	HEAD_COLUMNS,
};

/* ---- values: how each type of field is kept */

typedef int bind_value(sqlite3_stmt *put, int at, const struct field *field,
    const struct object *object);
typedef bool take_value(
    sqlite3_stmt *all, int at, struct stored_value *value);

static int
bind_text(sqlite3_stmt *put, int at, const struct field *field,
    const struct object *object)
{
	return sqlite_bind(put, at, *field_text(field, object));
}

static int
bind_boolean(sqlite3_stmt *put, int at, const struct field *field,
    const struct object *object)
{
	return sqlite3_bind_int64(put, at, field_boolean(field, object));
}

static int
bind_integer(sqlite3_stmt *put, int at, const struct field *field,
    const struct object *object)
{
	return sqlite3_bind_int64(put, at, field_integer(field, object));
}

static int
bind_date(sqlite3_stmt *put, int at, const struct field *field,
    const struct object *object)
{
	int64_t date = field_integer(field, object);

	return date == ROUTER_NEVER ? sqlite3_bind_null(put, at)
				    : sqlite3_bind_int64(put, at, date);
}

/* An index that the row has no word for is not kept: the column takes no
 * NULL, so the transaction fails. */
static int
bind_choice(sqlite3_stmt *put, int at, const struct field *field,
    const struct object *object)
{
	int64_t chosen = field_integer(field, object);
	int64_t i = 0;

	while (i < chosen && field->choices[i] != NULL)
		i++;
	return sqlite_bind(put, at,
	    i == chosen ? str_from(field->choices[i]) : STR_NONE);
}

static int
bind_reference(sqlite3_stmt *put, int at, const struct field *field,
    const struct object *object)
{
	const struct object *other = field_object(field, object);

	return sqlite_bind(
	    put, at, other == NULL ? STR_NONE : str_from(other->sid));
}

static bool
take_text(sqlite3_stmt *all, int at, struct stored_value *value)
{
	return sqlite_column(all, at, &value->text);
}

static bool
take_integer(sqlite3_stmt *all, int at, struct stored_value *value)
{
	value->integer = sqlite3_column_int64(all, at);
	return true;
}

static bool
take_date(sqlite3_stmt *all, int at, struct stored_value *value)
{
	bool is_null = sqlite3_column_type(all, at) == SQLITE_NULL;

	value->integer =
	    is_null ? ROUTER_NEVER : sqlite3_column_int64(all, at);
	return true;
}

/* What a column gets for objects that were stored without it. */
enum preset { PRESET_TEXT, PRESET_BOOLEAN, PRESET_NUMBER, PRESET_CHOICE };

static const struct value_type {
	const char *declaration;
	enum preset preset;
	bind_value *bind;
	take_value *take;
} value_types[] = {
#define TEXT_TYPE {"TEXT", PRESET_TEXT, bind_text, take_text}
	[FIELD_TEXT] = TEXT_TYPE,
	[FIELD_URL] = TEXT_TYPE,
	[FIELD_UNIQUE_NAME] = TEXT_TYPE,
	[FIELD_EVENT_TYPES] = TEXT_TYPE,
	[FIELD_ATTRIBUTES] = TEXT_TYPE,
	[FIELD_CONFIGURATION] = TEXT_TYPE,
	[FIELD_EXPRESSION] = TEXT_TYPE,
	[FIELD_ROUTING_TARGET] = TEXT_TYPE,
#undef TEXT_TYPE
	[FIELD_BOOLEAN] = {"INTEGER NOT NULL", PRESET_BOOLEAN, bind_boolean,
	    take_integer},
	[FIELD_INTEGER] = {"INTEGER NOT NULL", PRESET_NUMBER, bind_integer,
	    take_integer},
	[FIELD_DATE] = {"INTEGER", PRESET_TEXT, bind_date, take_date},
	[FIELD_CHOICE] = {"TEXT NOT NULL", PRESET_CHOICE, bind_choice,
	    take_text},
	[FIELD_REFERENCE] = {"TEXT", PRESET_TEXT, bind_reference, take_text},
};

void
rows_declare(sqlite3_str *sql, const struct field *field)
{
	const struct value_type *type = &value_types[field->type];
	const char *preset = field->preset;

	sqlite3_str_appendf(
	    sql, "\"%w\" %s DEFAULT ", field->property, type->declaration);
	if (type->preset == PRESET_BOOLEAN)
		sqlite3_str_appendf(
		    sql, "%d", str_is(str_from(preset), "true"));
	else if (type->preset == PRESET_NUMBER)
		sqlite3_str_appendall(sql, preset == NULL ? "0" : preset);
	else if (type->preset == PRESET_CHOICE && preset == NULL)
		sqlite3_str_appendf(sql, "%Q", field->choices[0]);
	else
		sqlite3_str_appendf(sql, "%Q", preset);
}

/* ---- statements */

/* "a", "b", each behind a comma; "excluded" makes it "a" = excluded."a". */
static void
add_names(sqlite3_str *sql, const struct kind_table *table, bool excluded)
{
	for (size_t i = 0; i < table->count; i++) {
		const char *name = table->columns[i]->property;

		sqlite3_str_appendf(sql, ", \"%w\"", name);
		if (excluded)
			sqlite3_str_appendf(sql, " = excluded.\"%w\"", name);
	}
}

/* An object's number, SID, date of creation and Workspace never change. */
static void
write_put(sqlite3_str *sql, const char *name, const struct kind_table *table)
{
	sqlite3_str_appendf(sql, "INSERT INTO \"%w\"(" HEAD, name);
	add_names(sql, table, false);
	sqlite3_str_appendall(sql, ") VALUES(?1");
	for (size_t i = 1; i < HEAD_COLUMNS + table->count; i++)
		sqlite3_str_appendf(sql, ", ?%d", (int)i + 1);
	sqlite3_str_appendall(sql, ") ON CONFLICT(number) DO UPDATE SET "
	    "version = excluded.version, date_updated = excluded.date_updated");
	add_names(sql, table, true);
}

static void
write_all(sqlite3_str *sql, const char *name, const struct kind_table *table)
{
	sqlite3_str_appendall(sql, "SELECT " HEAD);
	add_names(sql, table, false);
	sqlite3_str_appendf(sql, " FROM \"%w\" ORDER BY number", name);
}

static void
write_drop(sqlite3_str *sql, const char *name, const struct kind_table *table)
{
	(void)table;
	sqlite3_str_appendf(sql, "DELETE FROM \"%w\" WHERE sid = ?1", name);
}

static int
prepare(struct sqlite_store *s, enum kind kind,
    void (*write)(sqlite3_str *, const char *, const struct kind_table *),
    sqlite3_stmt **statement)
{
	sqlite3_str *sql = sqlite3_str_new(s->db);

	write(sql, kind_rows[kind].table, &s->kinds[kind]);
	int code = sqlite3_str_errcode(sql);
	char *text = sqlite3_str_finish(sql);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v3(s->db, text, -1,
		    SQLITE_PREPARE_PERSISTENT, statement, NULL);
	sqlite3_free(text);
	return code;
}

void
rows_init(struct sqlite_store *s)
{
	for (size_t i = 0; i < FIELD_IDS; i++) {
		const struct field *field = &field_rows[i];
		struct kind_table *table = &s->kinds[field->kind];

		if ((field->uses & FIELD_STORED) != 0)
			table->columns[table->count++] = field;
	}
}

int
rows_prepare(struct sqlite_store *s)
{
	int code = SQLITE_OK;

	for (size_t k = 0; code == SQLITE_OK && k < KIND_COUNT; k++) {
		struct kind_table *table = &s->kinds[k];

		code = prepare(s, (enum kind)k, write_put, &table->put);
		if (code == SQLITE_OK)
			code = prepare(
			    s, (enum kind)k, write_all, &table->all);
		if (code == SQLITE_OK)
			code = prepare(
			    s, (enum kind)k, write_drop, &table->drop);
	}
	return code;
}

void
rows_release(struct sqlite_store *s)
{
	for (size_t k = 0; k < KIND_COUNT; k++) {
		(void)sqlite3_finalize(s->kinds[k].put);
		(void)sqlite3_finalize(s->kinds[k].all);
		(void)sqlite3_finalize(s->kinds[k].drop);
	}
}

int
rows_largest(struct sqlite_store *s, uint64_t *number)
{
	sqlite3_str *sql = sqlite3_str_new(s->db);
	int64_t largest = 0;

	sqlite3_str_appendall(sql, "SELECT max(number) FROM ("
	    "SELECT max(number) AS number FROM mark "
	    "UNION ALL SELECT max(number) FROM event");
	for (size_t k = 0; k < KIND_COUNT; k++)
		sqlite3_str_appendf(sql,
		    " UNION ALL SELECT max(number) FROM \"%w\"",
		    kind_rows[k].table);
	sqlite3_str_appendall(sql, ")");
	int code = sqlite3_str_errcode(sql);
	char *text = sqlite3_str_finish(sql);
	if (code == SQLITE_OK)
		code = sqlite_ask(s, text, &largest);
	sqlite3_free(text);
	*number = (uint64_t)largest;
	return code;
}

/* ---- one object */

/* Parameters are counted from 1, columns from 0. */
static int
bind_head(sqlite3_stmt *put, const struct object *object)
{
	const struct {
		int column;
		int64_t value;
	} integers[] = {
		{COLUMN_NUMBER, (int64_t)object->number},
		{COLUMN_VERSION, object->version},
		{COLUMN_CREATED, object->date_created},
		{COLUMN_UPDATED, object->date_updated},
	};
	int code = sqlite_bind(put, COLUMN_SID + 1, str_from(object->sid));

	if (code == SQLITE_OK)
		code = sqlite_bind(put, COLUMN_WORKSPACE + 1,
		    str_from(object->workspace->object.sid));
	for (size_t i = 0; code == SQLITE_OK && i < ARRAY_LENGTH(integers); i++)
		code = sqlite3_bind_int64(
		    put, integers[i].column + 1, integers[i].value);
	return code;
}

int
rows_put(struct sqlite_store *s, const struct object *object)
{
	const struct kind_table *table = &s->kinds[object->kind];
	int at = HEAD_COLUMNS;
	int code = bind_head(table->put, object);

	for (size_t i = 0; code == SQLITE_OK && i < table->count; i++) {
		const struct field *field = table->columns[i];

		at++;
		code = value_types[field->type].bind(
		    table->put, at, field, object);
	}
	return sqlite_run(table->put, code, NULL);
}

int
rows_drop(struct sqlite_store *s, const struct removal *removal)
{
	sqlite3_stmt *drop = s->kinds[removal->kind].drop;

	return sqlite_run(
	    drop, sqlite_bind(drop, 1, str_from(removal->sid)), NULL);
}

/* ---- all objects */

static bool
take_head(sqlite3_stmt *all, enum kind kind, struct stored_object *object)
{
	*object = (struct stored_object){
		.kind = kind,
		.number = (uint64_t)sqlite3_column_int64(all, COLUMN_NUMBER),
		.version = (uint32_t)sqlite3_column_int64(all, COLUMN_VERSION),
		.date_created = sqlite3_column_int64(all, COLUMN_CREATED),
		.date_updated = sqlite3_column_int64(all, COLUMN_UPDATED),
	};
	return sqlite_column(all, COLUMN_SID, &object->sid) &&
	    sqlite_column(all, COLUMN_WORKSPACE, &object->workspace);
}

static bool
load_row(struct sqlite_store *s, enum kind kind, struct router *router,
    struct err *err)
{
	const struct kind_table *table = &s->kinds[kind];
	struct stored_value values[FIELD_IDS];
	struct stored_object object;
	struct err why;
	int at = HEAD_COLUMNS;
	bool taken = take_head(table->all, kind, &object);

	memset(values, 0, table->count * sizeof values[0]);
	for (size_t i = 0; taken && i < table->count; i++, at++) {
		values[i].field = table->columns[i];
		taken = value_types[values[i].field->type].take(
		    table->all, at, &values[i]);
	}
	if (!taken)
		return sqlite_failed(s, SQLITE_NOMEM, err);
	return router_restore(router, &object, values, table->count, &why) ||
	    err_set(err, 0, FILE_SAYS "%s", s->file, why.text);
}

static bool
load_kind(struct sqlite_store *s, enum kind kind, struct router *router,
    struct err *err)
{
	sqlite3_stmt *all = s->kinds[kind].all;
	int code = sqlite3_step(all);
	bool loaded = true;

	while (loaded && code == SQLITE_ROW) {
		loaded = load_row(s, kind, router, err);
		if (loaded)
			code = sqlite3_step(all);
	}
	if (loaded && code != SQLITE_DONE)
		loaded = sqlite_failed(s, code, err);
	(void)sqlite3_reset(all);
	return loaded;
}

bool
rows_load(struct sqlite_store *s, struct router *router, struct err *err)
{
	for (size_t k = 0; k < KIND_COUNT; k++)
		if (!load_kind(s, (enum kind)k, router, err))
			return false;
	return true;
}
