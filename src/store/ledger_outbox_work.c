/* SPDX-License-Identifier: MIT
 *
 * The outbox: taking entries, and what becomes of them.
 */
#include "base/compat.h"

#include "store/ledger_outbox.h"

#include "store/ledger_outbox_inside.h"

static bool
take(struct ledger *ledger, int64_t number, const struct outbox_lease *lease,
    int64_t *changed, struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_TAKE, err);
	outbox_query_number(&s, number);
	outbox_query_text(&s, lease->owner);
	outbox_query_number(&s, lease->until_ms);
	outbox_query_number(&s, lease->now_ms);
	outbox_query_number(&s, lease->now_ms + OUTBOX_FURTHEST_MS);
	return outbox_query_run(&s, changed, err);
}

/* What is due later than it can be is due now. */
static bool
call_back(struct ledger *ledger, int64_t now_ms, struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_CALL_BACK, err);
	outbox_query_number(&s, now_ms + OUTBOX_FURTHEST_MS);
	outbox_query_number(&s, now_ms);
	return outbox_query_run(&s, NULL, err);
}

bool
ledger_outbox_take(struct ledger *ledger, const struct outbox_lease *lease,
    size_t most, struct arena *arena, struct outbox_entry *entries,
    size_t *count, struct err *err)
{
	struct outbox_query s;
	int64_t changed;

	if (!call_back(ledger, lease->now_ms, err))
		return false;
	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_DUE, err);
	outbox_query_number(&s, lease->now_ms);
	outbox_query_number(&s, (int64_t)most);
	outbox_query_number(&s, lease->now_ms + OUTBOX_FURTHEST_MS);
	if (!outbox_read_rows(&s, arena, entries, count, err))
		return false;
	for (size_t i = 0; i < *count; i++) {
		struct outbox_entry *entry = &entries[i];
		if (!take(ledger, entry->number, lease, &changed, err))
			return false;
		if (entry->state == OUTBOX_UNDER_WAY)
			entry->state = OUTBOX_FATE_UNKNOWN;
		entry->attempts++;
		entry->leased_until_ms = lease->until_ms;
	}
	return true;
}

bool
ledger_outbox_take_one(struct ledger *ledger, int64_t number,
    const struct outbox_lease *lease, bool *is_taken, struct err *err)
{
	int64_t changed = 0;

	if (!take(ledger, number, lease, &changed, err))
		return false;
	*is_taken = changed > 0;
	return true;
}

bool
ledger_outbox_done(struct ledger *ledger, int64_t number, struct str sid,
    struct str result, int64_t now_ms, struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_DONE, err);
	outbox_query_number(&s, number);
	outbox_query_number(&s, now_ms);
	outbox_query_text(&s, sid);
	outbox_query_text(&s, result);
	return outbox_query_run(&s, NULL, err);
}

bool
ledger_outbox_put_off(struct ledger *ledger, int64_t number, struct str owner,
    enum outbox_state state, int64_t due_ms, struct str lane, struct str error,
    struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_PUT_OFF, err);
	outbox_query_number(&s, number);
	outbox_query_text(&s, owner);
	outbox_query_text(&s, str_from(outbox_state_names[state]));
	outbox_query_number(&s, due_ms);
	outbox_query_text(&s, lane);
	outbox_query_text(&s, error);
	return outbox_query_run(&s, NULL, err);
}

bool
ledger_outbox_fail(struct ledger *ledger, int64_t number, struct str owner,
    struct str error, int64_t now_ms, struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_FAIL, err);
	outbox_query_number(&s, number);
	outbox_query_text(&s, owner);
	outbox_query_number(&s, now_ms);
	outbox_query_text(&s, error);
	return outbox_query_run(&s, NULL, err);
}

bool
ledger_outbox_forget(
    struct ledger *ledger, int64_t number, struct str owner, struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_FORGET, err);
	outbox_query_number(&s, number);
	outbox_query_text(&s, owner);
	return outbox_query_run(&s, NULL, err);
}

/* ---- for operators */

static bool
change(struct ledger *ledger, enum ledger_statement id, int64_t number,
    int64_t now_ms, bool *is_known, struct err *err)
{
	struct outbox_query s;
	int64_t changed = 0;

	outbox_query_begin(&s, ledger, id, err);
	outbox_query_number(&s, number);
	outbox_query_number(&s, now_ms);
	if (id == LEDGER_OUTBOX_DROP)
		outbox_query_number(&s, now_ms + OUTBOX_FURTHEST_MS);
	if (!outbox_query_run(&s, &changed, err))
		return false;
	*is_known = changed > 0;
	return true;
}

bool
ledger_outbox_retry(struct ledger *ledger, int64_t number, int64_t now_ms,
    bool *is_known, struct err *err)
{
	return change(ledger, LEDGER_OUTBOX_RETRY, number, now_ms, is_known,
	    err);
}

bool
ledger_outbox_drop(struct ledger *ledger, int64_t number, int64_t now_ms,
    bool *is_known, struct err *err)
{
	return change(ledger, LEDGER_OUTBOX_DROP, number, now_ms, is_known,
	    err);
}

static bool
purge(struct ledger *ledger, enum ledger_statement id, int64_t before_ms,
    size_t most, struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, id, err);
	outbox_query_number(&s, before_ms);
	outbox_query_number(&s, (int64_t)most);
	return outbox_query_run(&s, NULL, err);
}

bool
ledger_outbox_purge(struct ledger *ledger, int64_t before_ms, size_t most,
    struct err *err)
{
	return purge(ledger, LEDGER_OUTBOX_PURGE, before_ms, most, err) &&
	    purge(ledger, LEDGER_OUTBOX_PURGE_IDLE, before_ms, most, err);
}
