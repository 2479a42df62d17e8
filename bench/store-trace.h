/* SPDX-License-Identifier: MIT
 *
 * The files of store-trace: counters, and rows in the order in which they
 * were written. Integers as this machine has them.
 *
 * TRACE_STATEMENT uint32 id, text SQL
 * TRACE_ROW       uint32 id, uint32 count, so many values:
 *     TRACE_INTEGER int64 | TRACE_TEXT text | TRACE_NULL
 * A text is its uint32 length and its bytes.
 */
#ifndef BENCH_STORE_TRACE_H
#define BENCH_STORE_TRACE_H

#include <stdint.h>

#define TRACE_STATEMENT "S"
#define TRACE_ROW "R"
#define TRACE_INTEGER 'i'
#define TRACE_TEXT 't'
#define TRACE_NULL 'n'

#define TRACE_VALUES_MAX 64

struct trace_counts {
	uint64_t commits;
	uint64_t rows; /* statements run that write, one row each */
	uint64_t syncs;
	uint64_t sync_ns;
};

#endif
