/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/sqlite.h"

/* Copies the log into the file. TRUNCATE also makes it empty. */
static int
checkpoint(struct sqlite_store *s, int mode)
{
	int pages = 0, copied = 0;
	int code = sqlite3_wal_checkpoint_v2(
	    s->db, "main", mode, &pages, &copied);

	if (code == SQLITE_OK && copied == pages)
		s->log_pages = 0;
	return code;
}

static bool
is_open(const struct sqlite_store *s)
{
	return sqlite3_get_autocommit(s->db) == 0;
}

static int
roll_back(struct sqlite_store *s)
{
	if (!is_open(s))
		return SQLITE_OK;
	return sqlite_run(s->statements[STATEMENT_ROLLBACK], SQLITE_OK, NULL);
}

/* A log that is cut off holds nothing that failed. */
static int
settle_doubt(struct sqlite_store *s)
{
	int code = checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);

	if (code == SQLITE_OK)
		s->is_doubtful = false;
	return code;
}

/* What went wrong with transactions before is put right first. */
static int
make_ready(struct sqlite_store *s)
{
	int code = roll_back(s);

	if (code == SQLITE_OK && s->is_doubtful)
		code = settle_doubt(s);
	if (code == SQLITE_OK && s->log_pages > SQLITE_STORE_LOG_MOST)
		code = checkpoint(s, SQLITE_CHECKPOINT_PASSIVE);
	return code;
}

bool
transaction_begin(struct sqlite_store *s, struct err *err)
{
	int code = make_ready(s);

	if (code == SQLITE_OK)
		code = sqlite_run(
		    s->statements[STATEMENT_BEGIN], SQLITE_OK, NULL);
	return code == SQLITE_OK || sqlite_failed(s, code, err);
}

bool
transaction_undo(struct sqlite_store *s, int code, struct err *err)
{
	(void)sqlite_failed(s, code, err);
	/* Where this fails, transaction_begin tries again; a transaction that
	 * stays open is never committed. */
	(void)roll_back(s);
	return false;
}

/* What was committed is safe in the log, whatever comes of this. Where it fails
 * it is not tried again with each commit, since it is not cheap. */
static void
shorten_log(struct sqlite_store *s)
{
	if (s->log_pages < s->log_pages_kept + SQLITE_STORE_LOG)
		return;
	int code = checkpoint(s, SQLITE_CHECKPOINT_PASSIVE);
	s->log_pages_kept = code == SQLITE_OK ? 0 : s->log_pages;
}

bool
transaction_commit(struct sqlite_store *s, struct err *err)
{
	int code = sqlite_run(
	    s->statements[STATEMENT_COMMIT], SQLITE_OK, NULL);

	if (code != SQLITE_OK) {
		/* SQLite goes on as if nothing had been written, but a fsync
		 * that fails leaves whole pages in the log, and with them a
		 * commit for whoever reads it next. A full disk took no whole
		 * pages. */
		s->is_doubtful = code != SQLITE_FULL;
		(void)transaction_undo(s, code, err);
		if (s->is_doubtful)
			(void)settle_doubt(s);
		return false;
	}
	shorten_log(s);
	return true;
}
