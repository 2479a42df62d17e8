/* SPDX-License-Identifier: MIT
 *
 * GET /events: the Events in the store, newest first.
 * Source of the filters' names:
 * https://www.twilio.com/docs/taskrouter/api/event
 */
#include "base/compat.h"

#include <inttypes.h>

#include "base/clock.h"
#include "responder/checks.h"
#include "responder/errand.h"
#include "responder/events_write.h"
#include "responder/list.h"
#include "responder/parameters.h"
#include "responder/responder.h"
#include "store/ledger_events.h"
#include "twilio/sid.h"

#define PAGE_SIZE_PRESET 50
#define PAGE_SIZE_MOST 1000
/* A page that is as long as this ends, whatever its size. */
#define PAGE_BYTES_MOST ((size_t)2 << 20)
/* One Event more fits in any case: a body becomes six times its length at
 * most, twice for CSV. */
#define PAGE_CEILING ((size_t)16 << 20)
#define MINUTE_MS ((int64_t)60000)
#define MINUTES_MOST UINT64_C(1000000000)

static bool
check_event_type(struct str value, struct err *err)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] <= ' ' || value.at[i] > '~' ||
		    value.at[i] == ',')
			value.len = 0;
	return value.len > 0 ||
	    err_set(err, 0, "expected one type, such as task.created");
}

static bool
check_workspace_sid(struct str value, struct err *err)
{
	return sid_check(value, "WS", err);
}

static bool
check_date(struct str value, struct err *err)
{
	int64_t seconds;

	return clock_parse(value.at, value.len, &seconds) ||
	    err_set(err, 0, "expected a date such as 2026-01-31T23:59:59Z");
}

static bool
check_minutes(struct str value, struct err *err)
{
	uint64_t minutes;

	return str_to_uint(value, MINUTES_MOST, &minutes) ||
	    err_set(err, 0, "expected a number of minutes");
}

/* "1769907600000.42" */
static bool
read_token(struct str value, struct ledger_position *position)
{
	uint64_t at = 0, number = 0;
	struct str rest = value;
	struct str first = str_cut(&rest, '.');

	if (!str_to_uint(first, INT64_MAX, &at) ||
	    !str_to_uint(rest, INT64_MAX, &number))
		return false;
	*position = (struct ledger_position){(int64_t)at, (int64_t)number};
	return true;
}

static bool
check_page_token(struct str value, struct err *err)
{
	struct ledger_position unused;

	return read_token(value, &unused) ||
	    err_set(err, 0, "expected the PageToken of a next_page_url");
}

static bool
check_format(struct str value, struct err *err)
{
	return str_is(value, "json") || str_is(value, "csv") ||
	    err_set(err, 0, "expected json or csv");
}

enum {
	EVENT_TYPE_IS,
	WORKSPACE_SID,
	TASK_SID,
	WORKER_SID,
	RESERVATION_SID,
	TASK_QUEUE_SID,
	WORKFLOW_SID,
	START_DATE,
	END_DATE,
	MINUTES,
	PAGE_SIZE,
	PAGE_TOKEN,
	FORMAT,
	PARAMETER_COUNT,
};

static const struct parameter parameters[PARAMETER_COUNT] = {
	[EVENT_TYPE_IS] = {"EventType", "event_type", check_event_type, false},
	[WORKSPACE_SID] = {"WorkspaceSid", "workspace_sid",
	    check_workspace_sid, false},
	[TASK_SID] = {"TaskSid", "task_sid", check_task_sid, false},
	[WORKER_SID] = {"WorkerSid", "worker_sid", check_worker_sid, false},
	[RESERVATION_SID] = {"ReservationSid", "reservation_sid",
	    check_reservation_sid, false},
	[TASK_QUEUE_SID] = {"TaskQueueSid", "task_queue_sid",
	    check_task_queue_sid, false},
	[WORKFLOW_SID] = {"WorkflowSid", "workflow_sid",
	    check_workflow_sid, false},
	[START_DATE] = {"StartDate", "start_date", check_date, false},
	[END_DATE] = {"EndDate", "end_date", check_date, false},
	[MINUTES] = {"Minutes", "minutes", check_minutes, false},
	[PAGE_SIZE] = {"PageSize", "page_size", check_page_size, false},
	[PAGE_TOKEN] = {"PageToken", "page_token", check_page_token, false},
	[FORMAT] = {"Format", "format", check_format, false},
};

static const struct {
	size_t parameter;
	enum event_text text;
} filters[] = {
	{EVENT_TYPE_IS, EVENT_TYPE},
	{WORKSPACE_SID, EVENT_WORKSPACE},
	{TASK_SID, EVENT_TASK},
	{WORKER_SID, EVENT_WORKER},
	{RESERVATION_SID, EVENT_RESERVATION},
	{TASK_QUEUE_SID, EVENT_TASK_QUEUE},
	{WORKFLOW_SID, EVENT_WORKFLOW},
};

/* ---- the job */

struct lookup {
	struct errand errand;
	struct ledger_events_query query;
	struct events_page page;
	struct ledger_position next;
	struct str rest_of_query; /* of the next page, up to its token */
	uint64_t page_size;
};

static bool
take(void *context, const struct ledger_event *event)
{
	struct lookup *lookup = context;

	events_page_add(&lookup->page, event);
	return !lookup->page.body.failed &&
	    lookup->page.body.len < PAGE_BYTES_MOST;
}

static bool
look_up(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct lookup *lookup = (struct lookup *)(void *)job;

	events_page_begin(&lookup->page);
	if (!ledger_read_events(
		ledger, &lookup->query, &lookup->next, err))
		return false;
	return !lookup->page.body.failed ||
	    err_set(err, 0, "a page of Events found no memory");
}

/* ---- the answer */

/* Absent: there are no more. */
static struct str
next_url(struct exchange *exchange, const struct lookup *lookup)
{
	if (lookup->next.number == 0)
		return STR_NONE;
	return arena_format(&exchange->arena,
	    "%.*s?%.*s%sPageToken=%" PRId64 ".%" PRId64,
	    STR_ARGS(list_url(exchange, "/events")),
	    STR_ARGS(lookup->rest_of_query),
	    lookup->rest_of_query.len > 0 ? "&" : "", lookup->next.at_ms,
	    lookup->next.number);
}

static void
answer(struct exchange *exchange, struct errand *errand)
{
	struct lookup *lookup = (struct lookup *)(void *)errand;
	struct str url = next_url(exchange, lookup);

	if (url.at != NULL)
		response_header(&exchange->response, "Link",
		    arena_format(&exchange->arena, "<%.*s>; rel=\"next\"",
			STR_ARGS(url)));
	events_page_end(
	    &lookup->page, &exchange->arena, lookup->page_size, url);
	if (lookup->page.body.failed)
		exchange->arena.overflow = true;
	response_body(&exchange->response, 200,
	    lookup->page.is_csv ? "text/csv; charset=utf-8; header=present"
				: "application/json",
	    buf_str(&lookup->page.body));
	exchange_complete(exchange);
}

/* ---- the request */

/* Whether CSV is named among what the client takes (RFC 9110 section 12.5.1);
 * how much it likes it does not count. */
static bool
wants_csv(const struct exchange *exchange, struct str format)
{
	struct str rest = exchange->request.meta[META_HTTP_ACCEPT];

	if (format.at != NULL)
		return str_is(format, "csv");
	while (rest.at != NULL) {
		struct str range = str_cut(&rest, ',');
		struct str type = str_trim(str_cut(&range, ';'));
		if (str_equal_nocase(type, STR("text/csv")))
			return true;
	}
	return false;
}

/* What is behind it, and everything where it is absent. */
static int64_t
date_of(struct str value, int64_t preset_ms, int64_t add_ms)
{
	int64_t seconds;

	if (value.at == NULL || !clock_parse(value.at, value.len, &seconds))
		return preset_ms;
	return seconds * 1000 + add_ms;
}

/* Minutes becomes a StartDate, which stays where it is while pages are
 * turned. */
static void
fix_minutes(struct exchange *exchange, struct str values[PARAMETER_COUNT])
{
	char text[CLOCK_TEXT_SIZE];
	uint64_t minutes;

	if (!str_to_uint(values[MINUTES], MINUTES_MOST, &minutes))
		return;
	int64_t now_ms = clock_wall_ms();
	int64_t from_ms = now_ms - (int64_t)minutes * MINUTE_MS;
	clock_format(from_ms > 0 ? from_ms : 0, text);
	values[START_DATE] = arena_format(&exchange->arena, "%.19sZ", text);
	values[MINUTES] = STR_NONE;
}

static void
read_query(const struct str values[PARAMETER_COUNT],
    struct ledger_events_query *query, struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_LENGTH(filters); i++)
		query->wanted[filters[i].text] =
		    arena_str(arena, values[filters[i].parameter]);
	query->from_ms = date_of(values[START_DATE], INT64_MIN, 0);
	/* The whole second. */
	query->to_ms = date_of(values[END_DATE], INT64_MAX, 999);
	if (!read_token(values[PAGE_TOKEN], &query->before))
		query->before = LEDGER_NEWEST;
}

static struct str
write_query(const struct str values[PARAMETER_COUNT], struct arena *arena)
{
	struct buf form;

	buf_init(&form, (size_t)64 << 10);
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		if (i != PAGE_TOKEN && values[i].at != NULL)
			form_add(&form, parameters[i].name, values[i]);
	struct str text = form.len > 0 ? arena_str(arena, buf_str(&form))
				       : STR("");
	if (form.failed)
		arena->overflow = true;
	buf_release(&form);
	return text;
}

static void
release_page(void *body)
{
	buf_release(body);
}

static bool
prepare(struct exchange *exchange, struct str values[PARAMETER_COUNT],
    struct lookup *lookup)
{
	struct arena *arena = &lookup->errand.arena;
	uint64_t size;

	if (!str_to_uint(values[PAGE_SIZE], PAGE_SIZE_MOST, &size))
		size = PAGE_SIZE_PRESET;
	fix_minutes(exchange, values);
	read_query(values, &lookup->query, arena);
	lookup->rest_of_query = write_query(values, arena);
	lookup->page_size = size;
	lookup->query.most = (size_t)size;
	lookup->query.take = take;
	lookup->query.context = lookup;
	lookup->page.is_csv = wants_csv(exchange, values[FORMAT]);
	buf_init(&lookup->page.body, PAGE_CEILING);
	lookup->errand.job.run = look_up;
	lookup->errand.answer = answer;
	return arena_defer(arena, release_page, &lookup->page.body) &&
	    !arena->overflow && !exchange->arena.overflow;
}

void
handle_events(struct exchange *exchange)
{
	struct str values[PARAMETER_COUNT];
	struct lookup *lookup;

	if (!parameters_read(exchange, parameters, PARAMETER_COUNT, values))
		return;
	if (values[MINUTES].at != NULL && values[START_DATE].at != NULL) {
		exchange_refuse(exchange, 400,
		    "Minutes: expected either Minutes or StartDate");
		return;
	}
	lookup = errand_new(
	    exchange, sizeof *lookup, exchange->arena.ceiling);
	if (lookup == NULL)
		return;
	if (!prepare(exchange, values, lookup)) {
		errand_discard(&lookup->errand);
		exchange_refuse(exchange, 503, "out of memory");
		return;
	}
	errand_start(exchange, &lookup->errand,
	    settings_of(exchange)->events.timeout_ms);
}
