/* SPDX-License-Identifier: MIT
 *
 * Counters and histograms in shared memory, so that several processes add up,
 * and their text for Prometheus (exposition format 0.0.4). Only ever added
 * to: a process that ends takes nothing back. A gauge is no part of it: who
 * is asked for one writes it out at that moment.
 */
#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

enum metric_kind {
	METRIC_COUNTER,
	METRIC_HISTOGRAM, /* of seconds, with the buckets of metrics.c */
};

/* A label with its possible values; `name` NULL: no such label. `values` NULL:
 * the program names them while it runs, at most `count`, of which the last is
 * "other" (see metrics_name); for `first` of a metric only. */
struct metric_label {
	const char *name;
	const char *const *values;
	size_t count;
};

/* A `count` that keeps metrics_name fast for up to 1,000 names. */
#define METRIC_NAMES 2048
/* Bytes of a name that are kept. */
#define METRIC_NAME_LENGTH 64

struct metric {
	const char *name; /* with its unit: "taskrouter_requests_total" */
	const char *help;
	enum metric_kind kind;
	struct metric_label first;
	struct metric_label second; /* counters only */
};

struct metrics;

/* `file` NULL: memory of this process. Otherwise a file that all processes
 * name; one that another table wrote is replaced. If the file cannot be used,
 * *err says why and the memory is this process's own. NULL: no memory. */
struct metrics *metrics_open(const struct metric *table, size_t count,
    const char *file, struct err *err);
void metrics_close(struct metrics *metrics);

/* The index of `name` among the values of the metric's first label, which are
 * named at run time: the same for every process that shares the file, and for
 * those to come. A longer name is cut; what finds no place is "other". Never
 * waits for another process, even one that was killed in here. */
size_t metrics_name(struct metrics *metrics, size_t metric, struct str name);

/* Indexes are of the table and of the labels' values, 0 for a label that the
 * metric does not have. */
void metrics_add(
    struct metrics *metrics, size_t metric, size_t first, size_t second);
void metrics_observe(
    struct metrics *metrics, size_t metric, size_t first, int64_t us);

/* Series that have never been counted are left out, unless the metric has no
 * labels. */
void metrics_write(const struct metrics *metrics, struct buf *out);

/* A gauge without labels, as it is now. Whole numbers are exact up to 2^53;
 * `value` must be finite. */
void metrics_write_gauge(
    struct buf *out, const char *name, const char *help, double value);

#endif
