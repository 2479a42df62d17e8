/* SPDX-License-Identifier: MIT
 *
 * What the files of store/ ask SQLite, and what it says when it fails.
 */
#include "base/compat.h"

#include "store/sqlite.h"

#include <errno.h>
#include <string.h>

#include "store/file.h"

const char *const statement_rows[STATEMENT_COUNT] = {
#define STATEMENT(id, sql) [STATEMENT_##id] = sql,
#include "store/statements.h"
#undef STATEMENT
};

bool
sqlite_failed(const struct sqlite_store *s, int code, struct err *err)
{
	/* What it calls by names that mean little to an operator. */
	static const struct {
		int code;
		const char *text;
	} rows[] = {
		{SQLITE_BUSY, "is in use by another process"},
		{SQLITE_CORRUPT, "is damaged"},
		{SQLITE_NOTADB, "is not an SQLite database"},
	};
	bool is_last = sqlite3_extended_errcode(s->db) == code;
	const char *text =
	    is_last ? sqlite3_errmsg(s->db) : sqlite3_errstr(code);
	/* SQLite does not remember why a commit failed, but errno does. */
	int system = is_last ? sqlite3_system_errno(s->db) : 0;
	int reason = system != 0 ? system : errno;
	int primary = code & 0xff;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].code == primary)
			return err_set(err, 0, FILE_SAYS "%s (%s)", s->file,
			    rows[i].text, text);
	if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) &&
	    is_last && reason != 0)
		return err_set(err, 0, FILE_SAYS "%s (%s)", s->file, text,
		    strerror(reason));
	return err_set(err, 0, FILE_SAYS "%s", s->file, text);
}

int
sqlite_run(sqlite3_stmt *statement, int code, int64_t *value)
{
	/* There is none where preparing it failed. */
	if (statement == NULL)
		return code;
	errno = 0;
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW && value != NULL &&
	    sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*value = sqlite3_column_int64(statement, 0);
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

int
sqlite_bind(sqlite3_stmt *statement, int at, struct str text)
{
	if (text.at == NULL)
		return sqlite3_bind_null(statement, at);
	return sqlite3_bind_text64(
	    statement, at, text.at, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

bool
sqlite_column(sqlite3_stmt *statement, int at, struct str *text)
{
	*text = STR_NONE;
	if (sqlite3_column_type(statement, at) == SQLITE_NULL)
		return true;
	text->at = (const char *)sqlite3_column_text(statement, at);
	text->len = (size_t)sqlite3_column_bytes(statement, at);
	return text->at != NULL;
}

int
sqlite_ask(struct sqlite_store *s, const char *sql, int64_t *value)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);

	code = sqlite_run(statement, code, value);
	(void)sqlite3_finalize(statement);
	return code;
}

int
sqlite_execute(struct sqlite_store *s, sqlite3_str *sql)
{
	int code = sqlite3_str_errcode(sql);
	char *text = sqlite3_str_finish(sql);

	if (code == SQLITE_OK && text != NULL)
		code = sqlite3_exec(s->db, text, NULL, NULL, NULL);
	sqlite3_free(text);
	return code;
}

int
sqlite_mark(struct sqlite_store *s, struct extent *extent)
{
	sqlite3_stmt *mark = s->statements[STATEMENT_WRITE_MARK];

	if (extent->marked == extent->number)
		return SQLITE_OK;
	extent->marked = extent->number;
	return sqlite_run(mark,
	    sqlite3_bind_int64(mark, 1, (int64_t)extent->number), NULL);
}
