/* SPDX-License-Identifier: MIT
 *
 * Preloaded into taskrouterd: counts what its store does through SQLite and,
 * where it is asked to, writes down every row with its values, for the
 * yardstick to write the same ones.
 *
 * BENCH_COUNTS  file for the counters below, mapped
 * BENCH_TRACE   file for the rows; without it they are only counted, which
 *               costs a few comparisons per row
 */
#include "store-trace.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { STATEMENTS_MAX = 256 };

struct value {
	char type;
	int64_t integer;
	char *text;
	size_t len;
};

/* A statement that rows were bound to. */
struct known {
	sqlite3_stmt *statement; /* NULL: it is no more */
	bool is_written;         /* its SQL */
	struct value values[TRACE_VALUES_MAX];
	uint32_t count;
};

static struct trace_counts none, *counts = &none;
static FILE *trace;
static struct known known[STATEMENTS_MAX];
static uint32_t known_count;

/* The function that this library stands in front of; POSIX has it that a
 * pointer from dlsym can become one to a function. */
#define NEXT(name)                                                             \
	static __typeof__(&name) next;                                         \
	if (next == NULL)                                                      \
	*(void **)(void *)&next = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void
open_files(void)
{
	const char *file = getenv("BENCH_COUNTS");
	int fd = file == NULL ? -1 : open(file, O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		void *map = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);

		if (map != MAP_FAILED)
			counts = map;
		close(fd);
	}
	file = getenv("BENCH_TRACE");
	if (file != NULL)
		trace = fopen(file, "wbe");
}

/* ---- writing down */

static void
put(const void *data, size_t len)
{
	if (fwrite(data, 1, len, trace) != len)
		abort();
}

static void
put_text(const char *text, size_t len)
{
	uint32_t size = (uint32_t)len;

	put(&size, sizeof(size));
	put(text, len);
}

/* Few statements are made, and most live as long as the store. */
static struct known *
know(sqlite3_stmt *statement)
{
	for (uint32_t i = 0; i < known_count; i++)
		if (known[i].statement == statement)
			return &known[i];
	if (known_count == STATEMENTS_MAX)
		abort();
	known[known_count].statement = statement;
	return &known[known_count++];
}

static struct value *
value_at(sqlite3_stmt *statement, int at, char type)
{
	struct known *k = know(statement);
	struct value *value;

	if (at < 1 || at > TRACE_VALUES_MAX)
		abort();
	if ((uint32_t)at > k->count)
		k->count = (uint32_t)at;
	value = &k->values[at - 1];
	free(value->text);
	*value = (struct value){.type = type};
	return value;
}

static void
put_value(const struct value *value)
{
	put(&value->type, 1);
	if (value->type == TRACE_INTEGER)
		put(&value->integer, sizeof(value->integer));
	else if (value->type == TRACE_TEXT)
		put_text(value->text, value->len);
}

static void
put_row(sqlite3_stmt *statement)
{
	struct known *k = know(statement);
	uint32_t id = (uint32_t)(k - known);

	if (!k->is_written) {
		const char *sql = sqlite3_sql(statement);

		put(TRACE_STATEMENT, 1);
		put(&id, sizeof(id));
		put_text(sql, strlen(sql));
		k->is_written = true;
	}
	put(TRACE_ROW, 1);
	put(&id, sizeof(id));
	put(&k->count, sizeof(k->count));
	for (uint32_t i = 0; i < k->count; i++)
		put_value(&k->values[i]);
}

/* ---- what SQLite is asked */

int
sqlite3_bind_int64(sqlite3_stmt *statement, int at, sqlite3_int64 integer)
{
	NEXT(sqlite3_bind_int64);
	if (trace != NULL)
		value_at(statement, at, TRACE_INTEGER)->integer = integer;
	return next(statement, at, integer);
}

int
sqlite3_bind_null(sqlite3_stmt *statement, int at)
{
	NEXT(sqlite3_bind_null);
	if (trace != NULL)
		(void)value_at(statement, at, TRACE_NULL);
	return next(statement, at);
}

int
sqlite3_bind_text64(sqlite3_stmt *statement, int at, const char *text,
    sqlite3_uint64 len, void (*release)(void *), unsigned char encoding)
{
	NEXT(sqlite3_bind_text64);
	if (trace != NULL) {
		struct value *value = value_at(statement, at, TRACE_TEXT);

		value->text = malloc(len + 1);
		if (value->text == NULL)
			abort();
		memcpy(value->text, text, len);
		value->len = len;
	}
	return next(statement, at, text, len, release, encoding);
}

int
sqlite3_step(sqlite3_stmt *statement)
{
	NEXT(sqlite3_step);
	const char *sql = sqlite3_sql(statement);

	/* SQLite comes by here too, with statements that have no text; what
	 * is outside of a transaction is its opening. */
	if (sql == NULL ||
	    sqlite3_get_autocommit(sqlite3_db_handle(statement)) != 0)
		return next(statement);
	if (strncmp(sql, "COMMIT", 6) == 0) {
		counts->commits++;
	} else if (!sqlite3_stmt_readonly(statement)) {
		counts->rows++;
		if (trace != NULL)
			put_row(statement);
	}
	return next(statement);
}

/* The next one may get its place in memory. */
int
sqlite3_finalize(sqlite3_stmt *statement)
{
	NEXT(sqlite3_finalize);
	for (uint32_t i = 0; trace != NULL && i < known_count; i++)
		if (known[i].statement == statement)
			known[i].statement = NULL;
	return next(statement);
}

/* ---- what SQLite asks */

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int
fdatasync(int fd)
{
	NEXT(fdatasync);
	uint64_t begun = now();
	int result = next(fd);

	counts->sync_ns += now() - begun;
	counts->syncs++;
	return result;
}
