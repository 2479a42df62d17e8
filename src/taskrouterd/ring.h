/* SPDX-License-Identifier: MIT
 *
 * The newest of many: a bounded list of malloc'ed blocks, whose oldest makes
 * room for the next.
 */
#ifndef TASKROUTERD_RING_H
#define TASKROUTERD_RING_H

#include "base/compat.h"
#include "base/str.h"

struct ring;

/* Keeps at most `most` blocks, at least one. NULL: no memory. */
struct ring *ring_open(size_t most);
/* Frees the blocks too. NULL is allowed. */
void ring_close(struct ring *ring);

/* Takes the block over. */
void ring_add(struct ring *ring, void *block);
void ring_clear(struct ring *ring);

/* The newest one for 0, the one before it for 1; NULL beyond the oldest. */
void *ring_newest(const struct ring *ring, size_t index);
/* How many were added since it was opened or cleared. */
uint64_t ring_total(const struct ring *ring);

/* For blocks that hold their texts behind their structure: copies at most
 * `most` bytes of *text to *at, which moves behind them, and lets *text point
 * there. Absent stays absent. */
void ring_keep_text(char **at, struct str *text, size_t most);

#endif
