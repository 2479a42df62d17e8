/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "metrics/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics/names.h"

/* Upper bounds of the buckets, in microseconds, and as Prometheus reads them.
 * The last bucket is +Inf. */
static const struct {
	int64_t us;
	const char *le;
} buckets[] = {
	{500, "0.0005"},   {1000, "0.001"},   {5000, "0.005"},
	{10000, "0.01"},   {50000, "0.05"},   {100000, "0.1"},
	{500000, "0.5"},   {1000000, "1"},    {2500000, "2.5"},
	{5000000, "5"},    {10000000, "10"},  {INT64_MAX, "+Inf"},
};

/* A histogram's cells: its buckets, then the sum in microseconds. */
#define HISTOGRAM_CELLS (ARRAY_LENGTH(buckets) + 1)

/* A file of metrics begins with this and the hash of its table. */
#define MAGIC UINT64_C(0x7472732e6d657472) /* "trs.metr" */
#define HEADER_CELLS ((size_t)2)

struct metrics {
	const struct metric *table;
	size_t count;
	size_t *first_cell; /* of each metric */
	cell *cells;        /* behind the header: MAGIC, hash of the table */
	size_t cell_count;
};

static size_t
values_of(const struct metric_label *label)
{
	return label->name == NULL ? 1 : label->count;
}

static bool
is_named(const struct metric_label *label)
{
	return label->name != NULL && label->values == NULL;
}

static size_t
series_cells(const struct metric *metric)
{
	size_t series =
	    values_of(&metric->first) * values_of(&metric->second);

	return metric->kind == METRIC_HISTOGRAM ? series * HISTOGRAM_CELLS
						: series;
}

/* The names stand behind what they name; "other" needs no place. */
static size_t
cells_of(const struct metric *metric)
{
	size_t names = is_named(&metric->first) ? metric->first.count - 1 : 0;

	return series_cells(metric) + names * NAMES_CELLS;
}

/* FNV-1a over everything that decides what a cell means. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (hash ^ 0xff) * UINT64_C(1099511628211);
}

static uint64_t
hash_label(uint64_t hash, const struct metric_label *label)
{
	for (size_t i = 0; label->name != NULL && i < label->count; i++)
		hash = hash_text(
		    hash, is_named(label) ? "" : label->values[i]);
	return hash_text(hash, label->name == NULL ? "" : label->name);
}

static uint64_t
hash_table(const struct metric *table, size_t count)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < ARRAY_LENGTH(buckets); i++)
		hash = hash_text(hash, buckets[i].le);
	for (size_t i = 0; i < count; i++) {
		hash = hash_text(hash, table[i].name);
		hash = hash_text(hash,
		    table[i].kind == METRIC_COUNTER ? "counter" : "histogram");
		hash = hash_label(hash, &table[i].first);
		hash = hash_label(hash, &table[i].second);
	}
	return hash;
}

enum ownership {
	FILE_OURS,    /* of this table */
	FILE_OLD,     /* of another table: may be replaced */
	FILE_FOREIGN, /* something else: must not be touched */
};

/* An empty file becomes one of ours; its space is taken at once, since a full
 * disk would kill whoever counts in a hole. */
static enum ownership
adopt(int fd, size_t size, uint64_t hash)
{
	const uint64_t own[HEADER_CELLS] = {MAGIC, hash};
	uint64_t found[HEADER_CELLS];
	struct stat status;

	if (fstat(fd, &status) != 0)
		return FILE_FOREIGN;
	if (status.st_size == 0)
		return posix_fallocate(fd, 0, (off_t)size) == 0 &&
			pwrite(fd, own, sizeof own, 0) == sizeof own
		    ? FILE_OURS
		    : FILE_FOREIGN;
	if (pread(fd, found, sizeof found, 0) != sizeof found ||
	    found[0] != MAGIC)
		return FILE_FOREIGN;
	return found[1] == hash && status.st_size == (off_t)size ? FILE_OURS
								 : FILE_OLD;
}

/* Under a lock, since several processes start at once. A file of another
 * version is unlinked: processes of that version keep it, new ones make a new
 * one. What is no file of metrics is left alone. */
static int
open_file(const char *path, size_t size, uint64_t hash)
{
	for (int attempt = 0; attempt < 8; attempt++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		    S_IRUSR | S_IWUSR);
		if (fd < 0)
			return -1;
		struct stat named, opened;
		bool same = flock(fd, LOCK_EX) == 0 &&
		    fstat(fd, &opened) == 0 && S_ISREG(opened.st_mode) &&
		    stat(path, &named) == 0 && named.st_ino == opened.st_ino;
		enum ownership found =
		    same ? adopt(fd, size, hash) : FILE_OLD;
		if (found == FILE_OURS) {
			(void)flock(fd, LOCK_UN);
			return fd;
		}
		if (same && found == FILE_OLD)
			(void)unlink(path);
		(void)close(fd);
		if (found == FILE_FOREIGN)
			break;
	}
	errno = EEXIST;
	return -1;
}

static cell *
map_cells(struct metrics *metrics, const char *file, struct err *err)
{
	size_t size = metrics->cell_count * sizeof(cell);
	uint64_t hash = hash_table(metrics->table, metrics->count);
	int fd = -1, flags = MAP_SHARED;

	if (file != NULL) {
		fd = open_file(file, size, hash);
		if (fd < 0)
			err_set(err, 0, "metrics_file: %s: %s", file,
			    errno == EEXIST ? "is no file of metrics"
					    : strerror(errno));
	}
	if (fd < 0)
		flags = MAP_SHARED | MAP_ANONYMOUS;
	void *cells = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (fd >= 0)
		(void)close(fd);
	return cells == MAP_FAILED ? NULL : cells;
}

struct metrics *
metrics_open(const struct metric *table, size_t count, const char *file,
    struct err *err)
{
	struct metrics *metrics = calloc(1, sizeof *metrics);

	if (metrics == NULL)
		return NULL;
	metrics->table = table;
	metrics->count = count;
	metrics->cell_count = HEADER_CELLS;
	metrics->first_cell = calloc(count, sizeof *metrics->first_cell);
	for (size_t i = 0; metrics->first_cell != NULL && i < count; i++) {
		metrics->first_cell[i] = metrics->cell_count;
		metrics->cell_count += cells_of(&table[i]);
	}
	if (metrics->first_cell != NULL)
		metrics->cells = map_cells(metrics, file, err);
	if (metrics->cells == NULL) {
		metrics_close(metrics);
		return NULL;
	}
	return metrics;
}

void
metrics_close(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	if (metrics->cells != NULL)
		(void)munmap((void *)(uintptr_t)metrics->cells,
		    metrics->cell_count * sizeof(cell));
	free(metrics->first_cell);
	free(metrics);
}

static uint64_t
read_cell(const cell *from)
{
	return atomic_load_explicit(from, memory_order_relaxed);
}

static void
increase(cell *to, uint64_t by)
{
	atomic_fetch_add_explicit(to, by, memory_order_relaxed);
}

void
metrics_add(struct metrics *metrics, size_t metric, size_t first, size_t second)
{
	const struct metric *row = &metrics->table[metric];
	size_t series = first * values_of(&row->second) + second;

	if (first < values_of(&row->first) && second < values_of(&row->second))
		increase(
		    &metrics->cells[metrics->first_cell[metric] + series], 1);
}

void
metrics_observe(struct metrics *metrics, size_t metric, size_t first, int64_t us)
{
	const struct metric *row = &metrics->table[metric];
	size_t bucket = 0;

	if (first >= values_of(&row->first) || us < 0)
		return;
	cell *cells = &metrics->cells[metrics->first_cell[metric] +
	    first * HISTOGRAM_CELLS];
	while (us > buckets[bucket].us)
		bucket++;
	increase(&cells[bucket], 1);
	increase(&cells[ARRAY_LENGTH(buckets)], (uint64_t)us);
}

size_t
metrics_name(struct metrics *metrics, size_t metric, struct str name)
{
	const struct metric *row = &metrics->table[metric];

	if (!is_named(&row->first))
		return SIZE_MAX;
	return names_place(&metrics->cells[metrics->first_cell[metric] +
			       series_cells(row)],
	    row->first.count - 1, name);
}

/* Backslash, quote and line feed are all that need it. */
static void
write_quoted(struct buf *out, struct str text)
{
	buf_add_byte(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		if (c == '\\' || c == '"' || c == '\n')
			buf_add_byte(out, '\\');
		buf_add_byte(out, c == '\n' ? 'n' : c);
	}
	buf_add_byte(out, '"');
}

/* {a="x",b="y"}, or nothing; `cells` are all the metric's. */
static void
write_labels(struct buf *out, const struct metric *row, const cell *cells,
    size_t first, size_t second, const char *le)
{
	const char *separator = "{";
	char name[METRIC_NAME_LENGTH];

	if (row->first.name != NULL) {
		buf_format(out, "%s%s=", separator, row->first.name);
		write_quoted(out,
		    is_named(&row->first)
			? names_at(cells + series_cells(row),
			      row->first.count - 1, first, name)
			: str_from(row->first.values[first]));
		separator = ",";
	}
	if (row->second.name != NULL) {
		buf_format(out, "%s%s=", separator, row->second.name);
		write_quoted(out, str_from(row->second.values[second]));
		separator = ",";
	}
	if (le != NULL) {
		buf_format(out, "%sle=\"%s\"", separator, le);
		separator = ",";
	}
	if (*separator == ',')
		buf_add_byte(out, '}');
}

static void
write_counter(struct buf *out, const struct metric *row, const cell *cells)
{
	size_t seconds = values_of(&row->second);

	for (size_t i = 0; i < series_cells(row); i++) {
		uint64_t value = read_cell(&cells[i]);
		if (value == 0 && row->first.name != NULL)
			continue;
		buf_format(out, "%s", row->name);
		write_labels(
		    out, row, cells, i / seconds, i % seconds, NULL);
		buf_format(out, " %ju\n", (uintmax_t)value);
	}
}

static void
write_histogram(
    struct buf *out, const struct metric *row, const cell *cells, size_t first)
{
	const cell *own = &cells[first * HISTOGRAM_CELLS];
	uint64_t total = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(buckets); i++)
		total += read_cell(&own[i]);
	if (total == 0 && row->first.name != NULL)
		return;
	total = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(buckets); i++) {
		total += read_cell(&own[i]);
		buf_format(out, "%s_bucket", row->name);
		write_labels(out, row, cells, first, 0, buckets[i].le);
		buf_format(out, " %ju\n", (uintmax_t)total);
	}
	uint64_t us = read_cell(&own[ARRAY_LENGTH(buckets)]);
	buf_format(out, "%s_sum", row->name);
	write_labels(out, row, cells, first, 0, NULL);
	buf_format(out, " %ju.%06ju\n%s_count", (uintmax_t)(us / 1000000),
	    (uintmax_t)(us % 1000000), row->name);
	write_labels(out, row, cells, first, 0, NULL);
	buf_format(out, " %ju\n", (uintmax_t)total);
}

static void
write_head(
    struct buf *out, const char *name, const char *help, const char *type)
{
	buf_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void
metrics_write(const struct metrics *metrics, struct buf *out)
{
	for (size_t i = 0; i < metrics->count; i++) {
		const struct metric *row = &metrics->table[i];
		const cell *cells = &metrics->cells[metrics->first_cell[i]];
		bool counter = row->kind == METRIC_COUNTER;
		write_head(out, row->name, row->help,
		    counter ? "counter" : "histogram");
		if (counter) {
			write_counter(out, row, cells);
			continue;
		}
		for (size_t f = 0; f < values_of(&row->first); f++)
			write_histogram(out, row, cells, f);
	}
}

void
metrics_write_gauge(
    struct buf *out, const char *name, const char *help, double value)
{
	write_head(out, name, help, "gauge");
	buf_format(out, "%s %.16g\n", name, value);
}
