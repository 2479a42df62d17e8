/* SPDX-License-Identifier: MIT
 *
 * What the files ledger_outbox*.c share: statements whose parameters are bound
 * one after another, and rows read as entries.
 */
#ifndef STORE_LEDGER_OUTBOX_INSIDE_H
#define STORE_LEDGER_OUTBOX_INSIDE_H

#include "base/compat.h"
#include "store/ledger_inside.h"
#include "store/ledger_outbox.h"

struct outbox_query {
	struct ledger *ledger;
	sqlite3_stmt *statement; /* NULL: preparing it failed */
	int bound;               /* parameters so far */
	int code;                /* SQLITE_OK, or what went wrong first */
};

void outbox_query_begin(struct outbox_query *s, struct ledger *ledger,
    enum ledger_statement id, struct err *err);
/* The next parameter. */
void outbox_query_text(struct outbox_query *s, struct str text);
void outbox_query_number(struct outbox_query *s, int64_t number);

/* For what returns no rows; `changed` may be NULL. */
MUST_USE bool outbox_query_run(
    struct outbox_query *s, int64_t *changed, struct err *err);
/* For what does: while outbox_query_next, then outbox_query_end. */
bool outbox_query_next(struct outbox_query *s);
MUST_USE bool outbox_query_end(struct outbox_query *s, struct err *err);

/* The row that the statement is at, of one that selects all columns. */
MUST_USE bool outbox_read_row(const struct outbox_query *s,
    struct arena *arena, struct outbox_entry *entry, struct err *err);
/* All rows, and the statement's end. */
MUST_USE bool outbox_read_rows(struct outbox_query *s, struct arena *arena,
    struct outbox_entry *entries, size_t *count, struct err *err);

#endif
