/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/ledger_events.h"

#include "store/ledger_inside.h"

#define DAY_MS ((int64_t)86400000)

/* ---- writing */

/* ?1 key, ?2 at, ?3 received, ?4 data, then the texts. */
static int
bind_event(sqlite3_stmt *put, const struct taskrouter_event *event,
    int64_t now_ms)
{
	int64_t at = event->at_ms >= 0 ? event->at_ms : now_ms;
	int code = ledger_bind(put, 1, event->key);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(put, 2, at);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(put, 3, now_ms);
	if (code == SQLITE_OK)
		code = ledger_bind(put, 4, event->data);
	for (int i = 0; code == SQLITE_OK && i < EVENT_TEXTS; i++)
		code = ledger_bind(put, 5 + i, event->texts[i]);
	return code;
}

bool
ledger_put_event(struct ledger *ledger, const struct taskrouter_event *event,
    int64_t now_ms, bool *is_new, struct err *err)
{
	sqlite3_stmt *put = ledger_statement(ledger, LEDGER_PUT_EVENT, err);

	if (put == NULL)
		return false;
	int code = bind_event(put, event, now_ms);
	if (code == SQLITE_OK)
		code = ledger_run(put);
	if (code != SQLITE_OK)
		return ledger_failed(ledger, code, err);
	*is_new = sqlite3_changes(ledger->db) > 0;
	return true;
}

bool
ledger_purge_events(struct ledger *ledger, int64_t before_ms, int64_t now_ms,
    size_t most, size_t *purged, struct err *err)
{
	sqlite3_stmt *purge =
	    ledger_statement(ledger, LEDGER_PURGE_EVENTS, err);

	if (purge == NULL)
		return false;
	int code = sqlite3_bind_int64(purge, 1, before_ms);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(purge, 2, now_ms + DAY_MS);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(purge, 3, (int64_t)most);
	if (code == SQLITE_OK)
		code = ledger_run(purge);
	if (code != SQLITE_OK)
		return ledger_failed(ledger, code, err);
	*purged = (size_t)sqlite3_changes(ledger->db);
	return true;
}

/* ---- reading */

/* The narrowest first: the first one that is wanted has an index. */
static const struct {
	enum event_text text;
	enum ledger_statement statement;
} indexes[] = {
	{EVENT_RESERVATION, LEDGER_READ_EVENTS_OF_RESERVATION},
	{EVENT_TASK, LEDGER_READ_EVENTS_OF_TASK},
	{EVENT_WORKER, LEDGER_READ_EVENTS_OF_WORKER},
};

static sqlite3_stmt *
prepare(struct ledger *ledger, const struct ledger_events_query *query,
    struct str *owner, struct err *err)
{
	*owner = STR_NONE;
	for (size_t i = 0; i < ARRAY_LENGTH(indexes); i++) {
		*owner = query->wanted[indexes[i].text];
		if (owner->at != NULL)
			return ledger_statement(
			    ledger, indexes[i].statement, err);
	}
	return ledger_statement(ledger, LEDGER_READ_EVENTS, err);
}

/* ?1 and ?2 where to go on, ?3 the earliest, ?4 whose. With one bound above,
 * SQLite begins there and not at the newest row. */
static int
bind_query(sqlite3_stmt *read, const struct ledger_events_query *query,
    struct str owner)
{
	struct ledger_position before = query->before;

	if (query->to_ms < before.at_ms)
		before = (struct ledger_position){query->to_ms, INT64_MAX};
	int code = sqlite3_bind_int64(read, 1, before.at_ms);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(read, 2, before.number);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(read, 3, query->from_ms);
	if (code == SQLITE_OK && owner.at != NULL)
		code = ledger_bind(read, 4, owner);
	return code;
}

/* Columns: number, at, the texts, key, received, data. The last is the long
 * one: it is not looked at where the row is not wanted. */
static bool
is_wanted(sqlite3_stmt *read, const struct ledger_events_query *query,
    struct ledger_event *row)
{
	row->position.number = sqlite3_column_int64(read, 0);
	row->position.at_ms = sqlite3_column_int64(read, 1);
	for (int i = 0; i < EVENT_TEXTS; i++) {
		struct str wanted = query->wanted[i];
		struct str text = ledger_column(read, 2 + i);
		if (wanted.at != NULL && !str_equal(wanted, text))
			return false;
		row->event.texts[i] = text;
	}
	row->event.at_ms = row->position.at_ms;
	row->event.key = ledger_column(read, 2 + EVENT_TEXTS);
	row->received_ms = sqlite3_column_int64(read, 3 + EVENT_TEXTS);
	row->event.data = ledger_column(read, 4 + EVENT_TEXTS);
	return true;
}

/* The next page begins behind the last row that was looked at. */
static int
take_rows(sqlite3_stmt *read, const struct ledger_events_query *query,
    struct ledger_position *next)
{
	size_t seen = 0, taken = 0;
	bool goes_on = true;
	int code;

	while ((code = ledger_step(read)) == SQLITE_ROW) {
		struct ledger_event row;
		if (!goes_on)
			return SQLITE_DONE;
		bool wanted = is_wanted(read, query, &row);
		*next = row.position;
		goes_on = !wanted || query->take(query->context, &row);
		taken += wanted;
		goes_on = goes_on && taken < query->most &&
		    ++seen < LEDGER_EVENTS_SEEN_MOST;
	}
	if (code == SQLITE_DONE)
		next->number = 0;
	return code;
}

bool
ledger_read_events(struct ledger *ledger,
    const struct ledger_events_query *query, struct ledger_position *next,
    struct err *err)
{
	struct str owner;
	sqlite3_stmt *read = prepare(ledger, query, &owner, err);

	*next = (struct ledger_position){0, 0};
	if (read == NULL)
		return false;
	int code = bind_query(read, query, owner);
	if (code == SQLITE_OK)
		code = take_rows(read, query, next);
	bool is_good =
	    code == SQLITE_DONE || ledger_failed(ledger, code, err);
	ledger_end(read);
	return is_good;
}
