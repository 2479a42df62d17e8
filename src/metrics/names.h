/* SPDX-License-Identifier: MIT
 *
 * Names that several processes give to the places of an array they share, as
 * the values of a label are when the program learns of them only when it
 * runs. Without locks: a process may be killed anywhere in here.
 */
#ifndef METRICS_NAMES_H
#define METRICS_NAMES_H

#include "base/compat.h"
#include "base/str.h"
#include "metrics/metrics.h"

typedef _Atomic uint64_t cell;

/* What a place takes; all 0 as long as it has no name. */
#define NAMES_CELLS (METRIC_NAME_LENGTH / sizeof(uint64_t))

/* The place of `name` among `count`, which it gets if it has none: the same
 * each time and in each process. `count` for "other" and when all places are
 * taken. Fast while half of them are free. */
size_t names_place(cell *places, size_t count, struct str name);

/* The name of a place, as it was kept; lives in `text` or for ever. */
struct str names_at(const cell *places, size_t count, size_t place,
    char text[METRIC_NAME_LENGTH]);

#endif
