/* SPDX-License-Identifier: MIT
 *
 * Budgets that all processes on one ledger share: so many of something a
 * second, each at a moment of its own.
 */
#ifndef STORE_LEDGER_BUDGET_H
#define STORE_LEDGER_BUDGET_H

#include "base/compat.h"
#include "store/ledger.h"

/* Takes the next moment of the budget `name`, in which two moments are at least
 * `apart_ms` apart: *at_ms is when, `now_ms` or later (wall time, since other
 * processes and later starts count on). Where it would be more than `most_ms`
 * away none is taken, and *at_ms says when the next one would have been. Writes.
 * A moment that lies further ahead than any budget can reach, because the clock
 * was set back, does not count. */
MUST_USE bool ledger_take_moment(struct ledger *ledger, const char *name,
    int64_t now_ms, int64_t apart_ms, int64_t most_ms, int64_t *at_ms,
    struct err *err);

#endif
