/* SPDX-License-Identifier: MIT
 *
 * What a cycle costs at least: the same HTTP requests, through the same nginx
 * to a constant FastCGI backend, and the same rows into the same store, with
 * the same statements, in transactions of a given size. It looks at nothing
 * and decides nothing, and no request waits for a transaction.
 *
 * usage: yardstick [-c AT_ONCE] [-n CYCLES] [-s STORE -t TRACE -g ROWS]
 *            ADDRESS REQUEST_FILE=TIMES ...
 * Each cycle sends each request TIMES times (a decimal number, reached on the
 * average), in this order. The rows of TRACE (store-trace.h) are spread over
 * the whole run, ROWS of them (a decimal number, again) in a transaction.
 * Prints one line of key=value pairs.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"
#include "store-trace.h"

enum {
	KINDS_MAX = 16,
	STATEMENTS_MAX = 256,
	PATIENCE_MS = 20000,
};

/* As taskrouterd's (src/store/sqlite.c), where it is open. */
static const char settings[] =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 2000;"
    "PRAGMA cache_size = -32768;"
    "PRAGMA temp_store = MEMORY;";

/* One request of a cycle, so many times. */
struct kind {
	struct bytes request;
	double times;
};

struct cycle {
	long number;
	size_t kind;
	long left; /* requests of this kind that are still to be sent */
};

struct writer {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS_MAX];
	struct bytes trace;
	const char *at;
	double group;
	long rows; /* in the trace */
	long written, commits;
	uint64_t ns;
};

struct bench {
	struct http_loop loop;
	struct writer writer;
	const char *store, *trace, *address;
	struct kind kinds[KINDS_MAX];
	size_t kind_count;
	long at_once, wanted;
	struct cycle *cycles;
	long begun, done, answered, to_be_answered;
};

static void
usage(const char *program)
{
	fprintf(stderr,
	    "usage: %s [-c AT_ONCE] [-n CYCLES] [-s STORE -t TRACE -g ROWS] "
	    "ADDRESS REQUEST_FILE=TIMES ...\n",
	    program);
	exit(2);
}

static double
decimal(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value > 0) || value > 1e6) {
		errno = 0;
		die("want a number above 0");
	}
	return value;
}

/* ---- rows */

static void
must(struct writer *writer, int code)
{
	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return;
	fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(writer->db));
	exit(2);
}

static uint32_t
take_number(struct writer *writer)
{
	uint32_t value;

	memcpy(&value, writer->at, sizeof(value));
	writer->at += sizeof(value);
	return value;
}

static struct bytes
take_text(struct writer *writer)
{
	struct bytes text = {.len = take_number(writer)};

	text.data = (char *)(uintptr_t)writer->at;
	writer->at += text.len;
	return text;
}

static bool
is_over(const struct writer *writer)
{
	return writer->at == writer->trace.data + writer->trace.len;
}

/* The next row's statement; those that come before it are made ready. */
static sqlite3_stmt *
take_statement(struct writer *writer)
{
	while (*writer->at == TRACE_STATEMENT[0]) {
		writer->at++;
		uint32_t id = take_number(writer);
		struct bytes sql = take_text(writer);

		if (id >= STATEMENTS_MAX)
			die("too many statements");
		if (writer->statements[id] == NULL)
			must(writer, sqlite3_prepare_v3(writer->db, sql.data,
					 (int)sql.len,
					 SQLITE_PREPARE_PERSISTENT,
					 &writer->statements[id], NULL));
	}
	if (*writer->at != TRACE_ROW[0])
		die("the trace is damaged");
	writer->at++;
	return writer->statements[take_number(writer)];
}

static void
bind_value(struct writer *writer, sqlite3_stmt *statement, int at)
{
	char type = *writer->at++;
	struct bytes text;
	int64_t integer;

	if (type == TRACE_INTEGER) {
		memcpy(&integer, writer->at, sizeof(integer));
		writer->at += sizeof(integer);
		must(writer, sqlite3_bind_int64(statement, at, integer));
	} else if (type == TRACE_TEXT) {
		text = take_text(writer);
		must(writer,
		    sqlite3_bind_text64(statement, at, text.data, text.len,
			SQLITE_STATIC, SQLITE_UTF8));
	} else {
		must(writer, sqlite3_bind_null(statement, at));
	}
}

static void
write_row(struct writer *writer)
{
	sqlite3_stmt *statement = take_statement(writer);
	uint32_t count = take_number(writer);

	for (uint32_t i = 0; i < count; i++)
		bind_value(writer, statement, (int)i + 1);
	must(writer, sqlite3_step(statement));
	must(writer, sqlite3_reset(statement));
	writer->written++;
}

static void
write_rows(struct writer *writer, long until)
{
	uint64_t begun = now_ns();

	must(writer, sqlite3_exec(
			 writer->db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
	while (writer->written < until && !is_over(writer))
		write_row(writer);
	must(writer, sqlite3_exec(writer->db, "COMMIT", NULL, NULL, NULL));
	writer->commits++;
	writer->ns += now_ns() - begun;
}

/* Writes what is due when such a share of the requests was answered: whole
 * groups, and at the end the rest. */
static void
write_due(struct writer *writer, double share)
{
	long due = (long)((double)writer->rows * share);

	for (;;) {
		long next =
		    (long)(writer->group * (double)(writer->commits + 1));

		if (next > due)
			break;
		write_rows(writer, next);
	}
	if (share >= 1 && writer->written < writer->rows)
		write_rows(writer, writer->rows);
}

/* Walks over the trace to count its rows. */
static void
count_rows(struct writer *writer)
{
	while (!is_over(writer)) {
		bool is_row = *writer->at++ == TRACE_ROW[0];

		(void)take_number(writer);
		if (!is_row) {
			(void)take_text(writer);
			continue;
		}
		for (uint32_t left = take_number(writer); left > 0; left--) {
			char type = *writer->at++;

			if (type == TRACE_INTEGER)
				writer->at += sizeof(int64_t);
			else if (type == TRACE_TEXT)
				(void)take_text(writer);
		}
		writer->rows++;
	}
	writer->at = writer->trace.data;
}

static void
open_store(struct bench *bench)
{
	struct writer *writer = &bench->writer;

	if (bench->store == NULL)
		return;
	writer->trace = read_file(bench->trace);
	writer->at = writer->trace.data;
	count_rows(writer);
	must(writer, sqlite3_open(bench->store, &writer->db));
	must(writer, sqlite3_exec(writer->db, settings, NULL, NULL, NULL));
}

static void
close_store(struct writer *writer)
{
	for (size_t i = 0; i < STATEMENTS_MAX; i++)
		(void)sqlite3_finalize(writer->statements[i]);
	(void)sqlite3_close(writer->db);
	free(writer->trace.data);
}

/* ---- requests */

/* How many requests of a kind the n-th cycle sends. */
static long
times_in(const struct kind *kind, long n)
{
	return (long)(kind->times * (double)(n + 1)) -
	       (long)(kind->times * (double)n);
}

static bool
begin(struct bench *bench, struct cycle *cycle)
{
	if (bench->begun >= bench->wanted)
		return false;
	cycle->number = bench->begun++;
	cycle->kind = 0;
	cycle->left = times_in(&bench->kinds[0], cycle->number);
	return true;
}

/* Moves to the next request that is to be sent. */
static bool
advance(struct bench *bench, struct cycle *cycle)
{
	while (cycle->left == 0) {
		if (++cycle->kind < bench->kind_count) {
			cycle->left = times_in(
			    &bench->kinds[cycle->kind], cycle->number);
			continue;
		}
		bench->done++;
		if (!begin(bench, cycle))
			return false;
	}
	cycle->left--;
	return true;
}

static void
send_next(struct bench *bench, struct http_slot *slot)
{
	struct cycle *cycle = &bench->cycles[slot->number];

	if (advance(bench, cycle)) {
		const struct bytes *request =
		    &bench->kinds[cycle->kind].request;

		http_send(&bench->loop, slot, request->data, request->len);
	}
}

static void
take(struct http_loop *loop, struct http_slot *slot,
    const struct http_answer *answer)
{
	struct bench *bench = loop->context;

	if (answer->status != 200)
		die("an answer is not 200");
	bench->answered++;
	send_next(bench, slot);
}

static void
run(struct bench *bench)
{
	for (long i = 0; i < bench->at_once; i++)
		if (begin(bench, &bench->cycles[i]))
			send_next(bench, &bench->loop.slots[i]);
	while (bench->loop.waiting > 0) {
		errno = 0;
		if (!http_turn(&bench->loop, PATIENCE_MS))
			die("no answer for too long");
		if (bench->store != NULL)
			write_due(&bench->writer,
			    (double)bench->answered /
				(double)bench->to_be_answered);
	}
}

/* ---- the program */

static void
add_kind(struct bench *bench, char *argument)
{
	struct kind *kind = &bench->kinds[bench->kind_count];
	char *equals = strrchr(argument, '=');

	if (bench->kind_count == KINDS_MAX || equals == NULL) {
		errno = 0;
		die("want REQUEST_FILE=TIMES, not too many");
	}
	*equals = '\0';
	kind->times = decimal(equals + 1);
	kind->request = read_file(argument);
	bench->to_be_answered +=
	    (long)(kind->times * (double)bench->wanted);
	bench->kind_count++;
}

static void
read_options(struct bench *bench, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:n:s:t:g:")) != -1) {
		if (c == 'c')
			bench->at_once = number(optarg, 10000);
		else if (c == 'n')
			bench->wanted = number(optarg, 100000000);
		else if (c == 's')
			bench->store = optarg;
		else if (c == 't')
			bench->trace = optarg;
		else if (c == 'g')
			bench->writer.group = decimal(optarg);
		else
			usage(argv[0]);
	}
	if (optind + 2 > argc || bench->at_once == 0 ||
	    (bench->store != NULL &&
		(bench->trace == NULL || bench->writer.group < 1)))
		usage(argv[0]);
	bench->address = argv[optind];
	for (int i = optind + 1; i < argc; i++)
		add_kind(bench, argv[i]);
}

static void
print_result(const struct bench *bench, uint64_t took)
{
	const struct writer *writer = &bench->writer;

	printf("cycles=%ld requests=%ld per_second=%.1f rows=%ld commits=%ld "
	       "sql_us_per_cycle=%.1f\n",
	    bench->done, bench->answered,
	    (double)bench->done * 1e9 / (double)took, writer->written,
	    writer->commits,
	    (double)writer->ns / 1e3 / (double)bench->wanted);
}

int
main(int argc, char **argv)
{
	struct bench bench = {.at_once = 32, .wanted = 1000};
	uint64_t begun_at;

	read_options(&bench, argc, argv);
	bench.loop.take = take;
	bench.loop.context = &bench;
	bench.cycles = calloc((size_t)bench.at_once, sizeof(*bench.cycles));
	if (bench.cycles == NULL)
		die("calloc");
	open_store(&bench);
	http_open(&bench.loop, bench.address, (size_t)bench.at_once);
	begun_at = now_ns();
	run(&bench);
	print_result(&bench, now_ns() - begun_at);
	http_close(&bench.loop);
	close_store(&bench.writer);
	free(bench.cycles);
	return 0;
}
