/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#define LIBSQLITE_BARE_NAMES
#include "store/libsqlite.h"

#include "base/library.h"

/* STRICT tables are what we use that is newest. */
#define OLDEST_VERSION 3037000
#define OLDEST_VERSION_TEXT "3.37"

struct libsqlite libsqlite;

static const struct library_function functions[] = {
#define LIBSQLITE_ROW(function) {#function, &libsqlite.function},
	LIBSQLITE_FUNCTIONS(LIBSQLITE_ROW)
#undef LIBSQLITE_ROW
};

static bool
load(struct err *err)
{
	if (!library_load(
		SQLITE_SONAME, functions, ARRAY_LENGTH(functions), err))
		return false;
	if (libsqlite.sqlite3_libversion_number() < OLDEST_VERSION)
		return err_set(err, 0, SQLITE_SONAME
		    " is version %s: expected " OLDEST_VERSION_TEXT
		    " or newer", libsqlite.sqlite3_libversion());
	return true;
}

bool
libsqlite_load(struct err *err)
{
	static bool loaded;

	if (!loaded)
		loaded = load(err);
	return loaded;
}
