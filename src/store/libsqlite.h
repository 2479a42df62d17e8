/* SPDX-License-Identifier: MIT
 *
 * SQLite for the responder, loaded when its store is first needed: linked, it
 * would cost each CGI process a third of its life, also those that need no
 * store. After libsqlite_load the functions below are called by their usual
 * names. taskrouterd, which is nothing without its store, links it.
 */
#ifndef STORE_LIBSQLITE_H
#define STORE_LIBSQLITE_H

#include <sqlite3.h>

#include "base/compat.h"
#include "base/err.h"

/* One row per function that is used; their types come from sqlite3.h. */
#define LIBSQLITE_FUNCTIONS(ROW) \
	ROW(sqlite3_bind_int64) \
	ROW(sqlite3_bind_null) \
	ROW(sqlite3_bind_text64) \
	ROW(sqlite3_busy_handler) \
	ROW(sqlite3_changes) \
	ROW(sqlite3_clear_bindings) \
	ROW(sqlite3_close) \
	ROW(sqlite3_column_bytes) \
	ROW(sqlite3_column_int64) \
	ROW(sqlite3_column_text) \
	ROW(sqlite3_column_type) \
	ROW(sqlite3_db_config) \
	ROW(sqlite3_errmsg) \
	ROW(sqlite3_errstr) \
	ROW(sqlite3_exec) \
	ROW(sqlite3_extended_errcode) \
	ROW(sqlite3_finalize) \
	ROW(sqlite3_get_autocommit) \
	ROW(sqlite3_last_insert_rowid) \
	ROW(sqlite3_libversion) \
	ROW(sqlite3_libversion_number) \
	ROW(sqlite3_open_v2) \
	ROW(sqlite3_prepare_v2) \
	ROW(sqlite3_prepare_v3) \
	ROW(sqlite3_reset) \
	ROW(sqlite3_step) \
	ROW(sqlite3_system_errno)

struct libsqlite {
#define LIBSQLITE_MEMBER(function) __typeof__(function) *function;
	LIBSQLITE_FUNCTIONS(LIBSQLITE_MEMBER)
#undef LIBSQLITE_MEMBER
};

/* Empty until libsqlite_load returned true. */
extern struct libsqlite libsqlite;

/* For one thread at a time. */
MUST_USE bool libsqlite_load(struct err *err);

/* The file that fills the struct needs the bare names. */
#ifndef LIBSQLITE_BARE_NAMES
#define sqlite3_bind_int64 libsqlite.sqlite3_bind_int64
#define sqlite3_bind_null libsqlite.sqlite3_bind_null
#define sqlite3_bind_text64 libsqlite.sqlite3_bind_text64
#define sqlite3_busy_handler libsqlite.sqlite3_busy_handler
#define sqlite3_changes libsqlite.sqlite3_changes
#define sqlite3_clear_bindings libsqlite.sqlite3_clear_bindings
#define sqlite3_close libsqlite.sqlite3_close
#define sqlite3_column_bytes libsqlite.sqlite3_column_bytes
#define sqlite3_column_int64 libsqlite.sqlite3_column_int64
#define sqlite3_column_text libsqlite.sqlite3_column_text
#define sqlite3_column_type libsqlite.sqlite3_column_type
#define sqlite3_db_config libsqlite.sqlite3_db_config
#define sqlite3_errmsg libsqlite.sqlite3_errmsg
#define sqlite3_errstr libsqlite.sqlite3_errstr
#define sqlite3_exec libsqlite.sqlite3_exec
#define sqlite3_extended_errcode libsqlite.sqlite3_extended_errcode
#define sqlite3_finalize libsqlite.sqlite3_finalize
#define sqlite3_get_autocommit libsqlite.sqlite3_get_autocommit
#define sqlite3_last_insert_rowid libsqlite.sqlite3_last_insert_rowid
#define sqlite3_libversion libsqlite.sqlite3_libversion
#define sqlite3_libversion_number libsqlite.sqlite3_libversion_number
#define sqlite3_open_v2 libsqlite.sqlite3_open_v2
#define sqlite3_prepare_v2 libsqlite.sqlite3_prepare_v2
#define sqlite3_prepare_v3 libsqlite.sqlite3_prepare_v3
#define sqlite3_reset libsqlite.sqlite3_reset
#define sqlite3_step libsqlite.sqlite3_step
#define sqlite3_system_errno libsqlite.sqlite3_system_errno
#endif

#endif
