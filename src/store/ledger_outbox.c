/* SPDX-License-Identifier: MIT
 *
 * The outbox: what is read of it, and what puts orders in.
 */
#include "base/compat.h"

#include "store/ledger_outbox.h"

#include "store/ledger_inside.h"
#include "store/ledger_outbox_inside.h"

const char *const outbox_kind_names[OUTBOX_KINDS] = {
	[OUTBOX_CREATE_TASK] = "create_task",
	[OUTBOX_UPDATE_WORKER] = "update_worker",
	[OUTBOX_UPDATE_TASK] = "update_task",
	[OUTBOX_RESTORE_WORKER] = "restore_worker",
};

const char *const outbox_state_names[OUTBOX_STATES] = {
	[OUTBOX_WAITING] = "waiting",
	[OUTBOX_UNDER_WAY] = "under_way",
	[OUTBOX_FATE_UNKNOWN] = "fate_unknown",
	[OUTBOX_DONE] = "done",
	[OUTBOX_FAILED] = "failed",
};

/* ---- statements with their parameters */

void
outbox_query_begin(struct outbox_query *s, struct ledger *ledger,
    enum ledger_statement id, struct err *err)
{
	s->ledger = ledger;
	s->statement = ledger_statement(ledger, id, err);
	s->bound = 0;
	s->code = SQLITE_OK;
}

void
outbox_query_text(struct outbox_query *s, struct str text)
{
	s->bound++;
	if (s->statement != NULL && s->code == SQLITE_OK)
		s->code = ledger_bind(s->statement, s->bound, text);
}

void
outbox_query_number(struct outbox_query *s, int64_t number)
{
	s->bound++;
	if (s->statement != NULL && s->code == SQLITE_OK)
		s->code = sqlite3_bind_int64(s->statement, s->bound, number);
}

bool
outbox_query_run(struct outbox_query *s, int64_t *changed, struct err *err)
{
	if (s->statement == NULL)
		return false;
	if (s->code == SQLITE_OK)
		s->code = ledger_run(s->statement);
	if (s->code != SQLITE_OK)
		return ledger_failed(s->ledger, s->code, err);
	if (changed != NULL)
		*changed = sqlite3_changes(s->ledger->db);
	return true;
}

bool
outbox_query_next(struct outbox_query *s)
{
	if (s->statement == NULL || s->code != SQLITE_OK)
		return false;
	int code = ledger_step(s->statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		s->code = code;
	return code == SQLITE_ROW;
}

bool
outbox_query_end(struct outbox_query *s, struct err *err)
{
	if (s->statement == NULL)
		return false;
	bool is_good = s->code == SQLITE_OK ||
	    ledger_failed(s->ledger, s->code, err);
	ledger_end(s->statement);
	return is_good;
}

/* ---- rows */

/* SIZE_MAX: a word of another version of the program. */
static size_t
find_name(const char *const *names, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(name, names[i]))
			return i;
	return SIZE_MAX;
}

static bool
read_names(sqlite3_stmt *row, struct outbox_entry *entry)
{
	size_t kind = find_name(
	    outbox_kind_names, OUTBOX_KINDS, ledger_column(row, 1));
	size_t state = find_name(
	    outbox_state_names, OUTBOX_STATES, ledger_column(row, 9));

	if (kind == SIZE_MAX || state == SIZE_MAX)
		return false;
	entry->order.kind = (enum outbox_kind)kind;
	entry->state = (enum outbox_state)state;
	return true;
}

bool
outbox_read_row(const struct outbox_query *s, struct arena *arena,
    struct outbox_entry *entry, struct err *err)
{
	sqlite3_stmt *row = s->statement;
	struct outbox_order *order = &entry->order;
	const struct {
		struct str *to;
		int column;
	} texts[] = {
		{&order->lane, 2}, {&order->key, 3}, {&order->fingerprint, 4},
		{&order->path, 5}, {&order->form, 6}, {&order->extra, 7},
		{&entry->result_sid, 15}, {&entry->result, 16},
		{&entry->error, 17},
	};

	*entry = (struct outbox_entry){
		.number = sqlite3_column_int64(row, 0),
		.attempts = sqlite3_column_int64(row, 10),
		.created_ms = sqlite3_column_int64(row, 11),
		.since_ms = sqlite3_column_int64(row, 12),
		.leased_until_ms = sqlite3_column_int64(row, 13),
		.finished_ms = sqlite3_column_int64(row, 14),
	};
	order->due_ms = sqlite3_column_int64(row, 8);
	if (!read_names(row, entry))
		return err_set(err, 0, "%.180s: entry %lld of the outbox was "
		    "written by a newer taskrouter.fcgi", s->ledger->file,
		    (long long)entry->number);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		*texts[i].to = arena_str(
		    arena, ledger_column(row, texts[i].column));
	return !arena->overflow ||
	    err_set(err, 0, "no memory for an entry of the outbox");
}

bool
outbox_read_rows(struct outbox_query *s, struct arena *arena,
    struct outbox_entry *entries, size_t *count, struct err *err)
{
	bool is_good = true;

	*count = 0;
	while (is_good && outbox_query_next(s)) {
		is_good = outbox_read_row(s, arena, &entries[*count], err);
		*count += is_good;
	}
	if (!is_good) {
		ledger_end(s->statement);
		return false;
	}
	return outbox_query_end(s, err);
}

/* ---- looking */

bool
ledger_outbox_find(struct ledger *ledger, struct str key, struct arena *arena,
    struct outbox_entry *entry, struct err *err)
{
	struct outbox_query s;
	size_t count;

	entry->number = 0;
	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_FIND, err);
	outbox_query_text(&s, key);
	return outbox_read_rows(&s, arena, entry, &count, err);
}

bool
ledger_outbox_is_used(
    struct ledger *ledger, struct str lane, bool *is_used, struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_IS_USED, err);
	outbox_query_text(&s, lane);
	*is_used = outbox_query_next(&s);
	return outbox_query_end(&s, err);
}

/* Whether something is due later than it can be. */
static bool
is_ahead(struct ledger *ledger, int64_t now_ms, bool *is_ahead,
    struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_IS_AHEAD, err);
	outbox_query_number(&s, now_ms + OUTBOX_FURTHEST_MS);
	outbox_query_number(&s, now_ms);
	*is_ahead = outbox_query_next(&s);
	return outbox_query_end(&s, err);
}

bool
ledger_outbox_next(struct ledger *ledger, int64_t now_ms, int64_t *at_ms,
    struct err *err)
{
	struct outbox_query s;
	int64_t soonest = OUTBOX_NEVER;
	bool is_due = false;

	if (!is_ahead(ledger, now_ms, &is_due, err))
		return false;
	*at_ms = now_ms;
	if (is_due)
		return true;
	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_NEXT, err);
	while (outbox_query_next(&s)) {
		int64_t due = sqlite3_column_int64(s.statement, 0);
		int64_t free_at = sqlite3_column_int64(s.statement, 1);
		if (due >= soonest)
			break;
		if (free_at > now_ms + OUTBOX_FURTHEST_MS)
			free_at = now_ms;
		if (free_at < due)
			free_at = due;
		if (free_at < soonest)
			soonest = free_at;
	}
	*at_ms = soonest;
	return outbox_query_end(&s, err);
}

bool
ledger_outbox_count(
    struct ledger *ledger, struct outbox_count *count, struct err *err)
{
	struct outbox_query s;

	*count = (struct outbox_count){0};
	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_COUNT, err);
	if (outbox_query_next(&s)) {
		count->open = sqlite3_column_int64(s.statement, 0);
		count->oldest_ms = sqlite3_column_int64(s.statement, 1);
	}
	if (!outbox_query_end(&s, err))
		return false;
	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_COUNT_FAILED, err);
	if (outbox_query_next(&s))
		count->failed = sqlite3_column_int64(s.statement, 0);
	return outbox_query_end(&s, err);
}

bool
ledger_outbox_list(struct ledger *ledger, int64_t after, size_t most,
    struct arena *arena, struct outbox_entry *entries, size_t *count,
    struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_LIST, err);
	outbox_query_number(&s, after);
	outbox_query_number(&s, (int64_t)most);
	return outbox_read_rows(&s, arena, entries, count, err);
}

/* ---- putting in */

static bool
add(struct ledger *ledger, const struct outbox_order *order,
    const struct outbox_lease *lease, int64_t now_ms, int64_t *number,
    struct err *err)
{
	struct outbox_query s;
	enum outbox_state state =
	    lease != NULL ? OUTBOX_UNDER_WAY : OUTBOX_WAITING;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_ADD, err);
	outbox_query_text(&s, str_from(outbox_kind_names[order->kind]));
	outbox_query_text(&s, order->lane);
	outbox_query_text(&s, order->key);
	outbox_query_text(&s, order->fingerprint);
	outbox_query_text(&s, order->path);
	outbox_query_text(&s, order->form.at != NULL ? order->form : STR(""));
	outbox_query_text(&s, order->extra);
	outbox_query_number(&s, order->due_ms);
	outbox_query_text(&s, str_from(outbox_state_names[state]));
	outbox_query_number(&s, lease != NULL);
	outbox_query_number(&s, now_ms);
	outbox_query_text(&s, lease != NULL ? lease->owner : STR_NONE);
	outbox_query_number(&s, lease != NULL ? lease->until_ms : 0);
	if (!outbox_query_run(&s, NULL, err))
		return false;
	if (number != NULL)
		*number = sqlite3_last_insert_rowid(ledger->db);
	return true;
}

bool
ledger_outbox_add(struct ledger *ledger, const struct outbox_order *order,
    int64_t now_ms, int64_t *number, struct err *err)
{
	return add(ledger, order, NULL, now_ms, number, err);
}

bool
ledger_outbox_add_taken(struct ledger *ledger,
    const struct outbox_order *order, const struct outbox_lease *lease,
    int64_t *number, struct err *err)
{
	return add(ledger, order, lease, lease->now_ms, number, err);
}

bool
ledger_outbox_release(
    struct ledger *ledger, int64_t number, int64_t now_ms, struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_RELEASE, err);
	outbox_query_number(&s, number);
	outbox_query_number(&s, now_ms);
	return outbox_query_run(&s, NULL, err);
}

bool
ledger_outbox_withdraw(struct ledger *ledger, int64_t number, struct err *err)
{
	struct outbox_query s;

	outbox_query_begin(&s, ledger, LEDGER_OUTBOX_WITHDRAW, err);
	outbox_query_number(&s, number);
	return outbox_query_run(&s, NULL, err);
}
