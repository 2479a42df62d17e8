/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/ledger_budget.h"

#include "store/ledger_inside.h"

/* So far ahead no moment has been given away: the clock was set back. */
#define FURTHEST_MS ((int64_t)3600000)

static bool
read_next(struct ledger *ledger, const char *name, int64_t *next,
    struct err *err)
{
	sqlite3_stmt *read = ledger_statement(ledger, LEDGER_READ_BUDGET, err);

	if (read == NULL)
		return false;
	int code = ledger_bind(read, 1, str_from(name));
	if (code == SQLITE_OK)
		code = ledger_step(read);
	if (code == SQLITE_ROW)
		*next = sqlite3_column_int64(read, 0);
	bool is_good = code == SQLITE_ROW || code == SQLITE_DONE ||
	    ledger_failed(ledger, code, err);
	ledger_end(read);
	return is_good;
}

static bool
write_next(struct ledger *ledger, const char *name, int64_t next,
    struct err *err)
{
	sqlite3_stmt *write = ledger_statement(ledger, LEDGER_WRITE_BUDGET, err);

	if (write == NULL)
		return false;
	int code = ledger_bind(write, 1, str_from(name));
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(write, 2, next);
	if (code == SQLITE_OK)
		code = ledger_run(write);
	return code == SQLITE_OK || ledger_failed(ledger, code, err);
}

bool
ledger_take_moment(struct ledger *ledger, const char *name, int64_t now_ms,
    int64_t apart_ms, int64_t most_ms, int64_t *at_ms, struct err *err)
{
	int64_t next = 0;

	if (!read_next(ledger, name, &next, err))
		return false;
	if (next < now_ms || next > now_ms + FURTHEST_MS)
		next = now_ms;
	*at_ms = next;
	if (next - now_ms > most_ms)
		return true;
	return write_next(ledger, name, next + apart_ms, err);
}
