/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/sqlite.h"

/* Later than every date, and small enough to be added to. */
#define FOREVER (INT64_MAX / 2)

/* In the order in which they lead a search. Where SQLite chose itself, it
 * could not know that a Task has few Events and a Workspace has many. */
static const struct filter {
	const char *column;
	size_t member; /* of struct store_events_query */
} filters[] = {
	{"sid", offsetof(struct store_events_query, sid)},
	{"reservation", offsetof(struct store_events_query, reservation)},
	{"task", offsetof(struct store_events_query, task)},
	{"worker", offsetof(struct store_events_query, worker)},
	{"workflow", offsetof(struct store_events_query, workflow)},
	{"task_queue", offsetof(struct store_events_query, task_queue)},
	{"task_channel", offsetof(struct store_events_query, task_channel)},
	{"type", offsetof(struct store_events_query, type)},
	{"workspace", offsetof(struct store_events_query, workspace)},
};
_Static_assert(ARRAY_LENGTH(filters) == SQLITE_STORE_FILTERS,
    "each filter has its statement");

/* Parameters of a search; those of the filters come behind them. */
enum { FIRST = 1, LAST, FROM, TO, MOST, BEFORE_FILTERS = MOST };

static struct str
given(const struct store_events_query *query, size_t filter)
{
	const void *member = (const char *)query + filters[filter].member;

	return *(const struct str *)member;
}

char *
events_sql(enum events_part part, size_t filter)
{
	/* In the order of read_event and read_moment. */
	static const char *const columns[] = {
		[EVENTS_WHOLE] = "sid, workspace, type, resource_type, "
		    "resource_sid, description, data",
		[EVENTS_MOMENT] = "type, worker, workflow, task_queue, "
		    "task_channel, activity, task_age, task_queue_time, "
		    "activity_time",
	};
	sqlite3_str *sql = sqlite3_str_new(NULL);
	int parameter = BEFORE_FILTERS;

	sqlite3_str_appendf(sql, "SELECT number, date, %s FROM event "
	    "INDEXED BY event_by_%s WHERE number BETWEEN ?%d AND ?%d "
	    "AND date BETWEEN ?%d AND ?%d", columns[part],
	    filters[filter].column, FIRST, LAST, FROM, TO);
	for (size_t i = 0; i < ARRAY_LENGTH(filters); i++) {
		const char *column = filters[i].column;

		parameter++;
		if (i == filter || i == ARRAY_LENGTH(filters) - 1)
			sqlite3_str_appendf(
			    sql, " AND %s = ?%d", column, parameter);
		else
			sqlite3_str_appendf(sql,
			    " AND (?%d IS NULL OR %s = ?%d)", parameter,
			    column, parameter);
	}
	sqlite3_str_appendf(sql, " ORDER BY number LIMIT ?%d", MOST);
	return sqlite3_str_finish(sql);
}

static int
prepare(struct sqlite_store *s, enum events_part part, size_t filter,
    sqlite3_stmt **statement)
{
	char *sql = events_sql(part, filter);

	if (sql == NULL)
		return SQLITE_NOMEM;
	int code = sqlite3_prepare_v3(
	    s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
	sqlite3_free(sql);
	return code;
}

int
events_prepare(struct sqlite_store *s)
{
	int code = SQLITE_OK;

	for (size_t i = 0; code == SQLITE_OK && i < ARRAY_LENGTH(filters); i++) {
		code = prepare(s, EVENTS_WHOLE, i, &s->events[i]);
		if (code == SQLITE_OK)
			code = prepare(s, EVENTS_MOMENT, i, &s->moments[i]);
	}
	return code;
}

void
events_release(struct sqlite_store *s)
{
	for (size_t i = 0; i < ARRAY_LENGTH(filters); i++) {
		(void)sqlite3_finalize(s->events[i]);
		(void)sqlite3_finalize(s->moments[i]);
	}
}

/* ---- writing */

int
events_put(struct sqlite_store *s, const struct record *record, int64_t at)
{
	sqlite3_stmt *put = s->statements[STATEMENT_PUT_EVENT];
	const int64_t integers[] = {
		(int64_t)record->number, at, record->date};
	/* Behind the integers, in the statement's order. */
	const struct str texts[] = {
		str_from(record->sid), str_from(record->workspace),
		str_from(record->type), str_from(record->resource_type),
		str_from(record->resource_sid), record->description,
		record->data};
	/* "" where there is none: NULL, which no index holds. */
	const char *const references[] = {record->reservation, record->task,
		record->worker, record->workflow, record->task_queue,
		record->task_channel, record->activity};
	const int64_t times[] = {record->task_age, record->task_queue_time,
		record->activity_time};
	int parameter = 0, code = SQLITE_OK;

	for (size_t i = 0; code == SQLITE_OK && i < ARRAY_LENGTH(integers); i++)
		code = sqlite3_bind_int64(put, ++parameter, integers[i]);
	for (size_t i = 0; code == SQLITE_OK && i < ARRAY_LENGTH(texts); i++)
		code = sqlite_bind(put, ++parameter, texts[i]);
	for (size_t i = 0; code == SQLITE_OK && i < ARRAY_LENGTH(references);
	     i++)
		code = sqlite_bind(put, ++parameter,
		    references[i][0] == '\0' ? STR_NONE
					     : str_from(references[i]));
	for (size_t i = 0; code == SQLITE_OK && i < ARRAY_LENGTH(times); i++) {
		parameter++;
		code = times[i] == ROUTER_NEVER
		    ? sqlite3_bind_null(put, parameter)
		    : sqlite3_bind_int64(put, parameter, times[i]);
	}
	return sqlite_run(put, code, NULL);
}

/* ---- spans of time as spans of numbers */

/* The first number that may be as late as `date`; INT64_MAX: none is. */
static int
first_from(struct sqlite_store *s, int64_t date, int64_t *number)
{
	sqlite3_stmt *find = s->statements[STATEMENT_FIRST_FROM];

	*number = INT64_MAX;
	return sqlite_run(find, sqlite3_bind_int64(find, 1, date), number);
}

/* The last number that may be as early as `date`; 0: none is. Among Events from
 * before the clock was set back there may be later ones. */
static int
last_until(struct sqlite_store *s, int64_t date, int64_t *number)
{
	sqlite3_stmt *find = s->statements[STATEMENT_LAST_UNTIL];
	int64_t late = 0;
	int code = sqlite_run(
	    s->statements[STATEMENT_MOST_LATE], SQLITE_OK, &late);

	*number = 0;
	if (code != SQLITE_OK)
		return code;
	if (date > FOREVER - late)
		date = FOREVER - late;
	return sqlite_run(
	    find, sqlite3_bind_int64(find, 1, date + late), number);
}

/* ---- reading */

static size_t
leading_filter(const struct store_events_query *query)
{
	size_t filter = 0;

	while (filter < ARRAY_LENGTH(filters) - 1 &&
	    given(query, filter).at == NULL)
		filter++;
	return filter;
}

static int
bind_query(struct sqlite_store *s, sqlite3_stmt *search,
    const struct store_events_query *query)
{
	int64_t from = query->from == ROUTER_NEVER ? INT64_MIN : query->from;
	int64_t to = query->to == ROUTER_NEVER ? FOREVER : query->to;
	int64_t after = query->after < INT64_MAX ? (int64_t)query->after
						 : INT64_MAX - 1;
	int64_t most = query->most < INT64_MAX ? (int64_t)query->most
					       : INT64_MAX;
	int64_t first = 0, last = INT64_MAX;
	int code = SQLITE_OK;

	if (query->from != ROUTER_NEVER)
		code = first_from(s, from, &first);
	if (code == SQLITE_OK && query->to != ROUTER_NEVER)
		code = last_until(s, to, &last);
	const int64_t integers[] = {
		[FIRST] = first > after ? first : after + 1, [LAST] = last,
		[FROM] = from, [TO] = to, [MOST] = most};
	for (int i = FIRST; code == SQLITE_OK && i <= MOST; i++)
		code = sqlite3_bind_int64(search, i, integers[i]);
	for (int i = 0; code == SQLITE_OK && i < SQLITE_STORE_FILTERS; i++)
		code = sqlite_bind(search, BEFORE_FILTERS + 1 + i,
		    given(query, (size_t)i));
	return code;
}

static bool
read_event(sqlite3_stmt *search, struct store_event *event)
{
	struct str *const texts[] = {&event->sid, &event->workspace,
		&event->type, &event->resource_type, &event->resource_sid,
		&event->description, &event->data};
	int column = 0;

	event->number = (uint64_t)sqlite3_column_int64(search, column++);
	event->date = sqlite3_column_int64(search, column++);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (!sqlite_column(search, column++, texts[i]))
			return false;
	return true;
}

static bool
read_moment(sqlite3_stmt *search, struct store_moment *moment)
{
	struct str *const texts[] = {&moment->type, &moment->worker,
		&moment->workflow, &moment->task_queue, &moment->task_channel,
		&moment->activity};
	int64_t *const times[] = {&moment->task_age, &moment->task_queue_time,
		&moment->activity_time};
	int column = 0;

	moment->number = (uint64_t)sqlite3_column_int64(search, column++);
	moment->date = sqlite3_column_int64(search, column++);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (!sqlite_column(search, column++, texts[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++, column++)
		*times[i] = sqlite3_column_type(search, column) == SQLITE_NULL
		    ? ROUTER_NEVER
		    : sqlite3_column_int64(search, column);
	return true;
}

/* Who takes what is found. */
struct taking {
	store_take_event *event;   /* EVENTS_WHOLE */
	store_take_moment *moment; /* EVENTS_MOMENT */
	void *context;
};

/* SQLITE_ROW: go on. */
static int
take_row(const struct taking *taking, sqlite3_stmt *search)
{
	struct store_event event;
	struct store_moment moment;
	bool goes_on;

	if (taking->event != NULL) {
		if (!read_event(search, &event))
			return SQLITE_NOMEM;
		goes_on = taking->event(taking->context, &event);
	} else {
		if (!read_moment(search, &moment))
			return SQLITE_NOMEM;
		goes_on = taking->moment(taking->context, &moment);
	}
	return goes_on ? SQLITE_ROW : SQLITE_DONE;
}

static bool
run_query(struct sqlite_store *s, sqlite3_stmt *search,
    const struct store_events_query *query, const struct taking *taking,
    struct err *err)
{
	int code = bind_query(s, search, query);

	if (code == SQLITE_OK)
		code = sqlite3_step(search);
	while (code == SQLITE_ROW) {
		code = take_row(taking, search);
		if (code == SQLITE_ROW)
			code = sqlite3_step(search);
	}
	bool done = code == SQLITE_DONE || sqlite_failed(s, code, err);
	(void)sqlite3_reset(search);
	(void)sqlite3_clear_bindings(search);
	return done;
}

bool
events_query(struct store *store, const struct store_events_query *query,
    store_take_event *take, void *context, struct err *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	return run_query(s, s->events[leading_filter(query)], query,
	    &(struct taking){.event = take, .context = context}, err);
}

bool
events_moments(struct store *store, const struct store_events_query *query,
    store_take_moment *take, void *context, struct err *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	return run_query(s, s->moments[leading_filter(query)], query,
	    &(struct taking){.moment = take, .context = context}, err);
}

/* ---- forgetting */

static int
purge(struct sqlite_store *s, int64_t before, size_t most)
{
	sqlite3_stmt *statement = s->statements[STATEMENT_PURGE];
	const int64_t limit =
	    most < INT64_MAX ? (int64_t)most : INT64_MAX;
	int64_t last;
	int code = last_until(s, before, &last);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 1, last);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 2, before);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 3, limit);
	return sqlite_run(statement, code, NULL);
}

bool
events_purge(struct store *store, int64_t before, size_t most, size_t *count,
    struct err *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	struct extent extent = s->extent;

	*count = 0;
	if (!transaction_begin(s, err))
		return false;
	int code = purge(s, before, most);
	int purged = code == SQLITE_OK ? sqlite3_changes(s->db) : 0;
	if (code == SQLITE_OK && purged > 0)
		code = sqlite_mark(s, &extent);
	if (code != SQLITE_OK)
		return transaction_undo(s, code, err);
	if (!transaction_commit(s, err))
		return false;
	s->extent = extent;
	*count = (size_t)purged;
	return true;
}
