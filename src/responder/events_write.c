/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/events_write.h"

#include <inttypes.h>

#include "base/clock.h"
#include "codec/json.h"
#include "twilio/sid.h"

/* A description of 1024 bytes, six times as long when it is quoted. */
#define QUOTED_MOST ((size_t)16384)

enum column_type {
	COLUMN_SID,
	COLUMN_TEXT, /* texts[text] */
	COLUMN_DATE,
	COLUMN_DATE_MS, /* in JSON only */
	COLUMN_RECEIVED,
	COLUMN_DATA,
};

static const struct {
	const char *name;
	enum column_type type;
	enum event_text text;
} columns[] = {
	{"sid", COLUMN_SID, 0},
	{"event_type", COLUMN_TEXT, EVENT_TYPE},
	{"event_date", COLUMN_DATE, 0},
	{"event_date_ms", COLUMN_DATE_MS, 0},
	{"date_received", COLUMN_RECEIVED, 0},
	{"description", COLUMN_TEXT, EVENT_DESCRIPTION},
	{"resource_type", COLUMN_TEXT, EVENT_RESOURCE_TYPE},
	{"resource_sid", COLUMN_TEXT, EVENT_RESOURCE},
	{"workspace_sid", COLUMN_TEXT, EVENT_WORKSPACE},
	{"task_sid", COLUMN_TEXT, EVENT_TASK},
	{"worker_sid", COLUMN_TEXT, EVENT_WORKER},
	{"reservation_sid", COLUMN_TEXT, EVENT_RESERVATION},
	{"task_queue_sid", COLUMN_TEXT, EVENT_TASK_QUEUE},
	{"workflow_sid", COLUMN_TEXT, EVENT_WORKFLOW},
	{"event_data", COLUMN_DATA, 0},
};

/* "2026-01-31T23:59:59Z", as the REST API has it. */
#define DATE_SIZE 21

static struct str
date_text(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	clock_format(wall_ms, text);
	text[DATE_SIZE - 2] = 'Z';
	return (struct str){text, DATE_SIZE - 1};
}

/* Absent: null, or an empty field. `text` is for what must be made. */
static struct str
value_of(const struct ledger_event *event, size_t column,
    char text[CLOCK_TEXT_SIZE])
{
	switch (columns[column].type) {
	case COLUMN_SID:
		return sid_is(event->event.key, "EV") ? event->event.key
						      : STR_NONE;
	case COLUMN_TEXT:
		return event->event.texts[columns[column].text];
	case COLUMN_RECEIVED:
		return date_text(event->received_ms, text);
	case COLUMN_DATE:
		return date_text(event->position.at_ms, text);
	case COLUMN_DATE_MS:
	case COLUMN_DATA:
	default:
		return event->event.data;
	}
}

/* ---- JSON */

static void
add_json(struct buf *body, const struct ledger_event *event, size_t column)
{
	char text[CLOCK_TEXT_SIZE];
	struct str value = value_of(event, column, text);
	struct arena arena;

	buf_format(body, "%s\"%s\":", column > 0 ? "," : "{",
	    columns[column].name);
	if (columns[column].type == COLUMN_DATE_MS) {
		buf_format(body, "%" PRId64, event->position.at_ms);
	} else if (columns[column].type == COLUMN_DATA) {
		buf_add_str(body, value);
	} else if (value.at == NULL) {
		buf_add_str(body, STR("null"));
	} else {
		arena_init(&arena, QUOTED_MOST);
		buf_add_str(body, json_quote(&arena, value));
		body->failed = body->failed || arena.overflow;
		arena_release(&arena);
	}
}

/* ---- CSV */

static bool
is_formula(struct str value)
{
	return value.len > 0 && str_has_byte(STR("=+-@\t\r"), value.at[0]);
}

static void
add_csv(struct buf *body, const struct ledger_event *event, size_t column)
{
	char text[CLOCK_TEXT_SIZE];
	struct str value = value_of(event, column, text);

	if (column > 0)
		buf_add_byte(body, ',');
	if (value.at == NULL)
		return;
	buf_add_byte(body, '"');
	if (is_formula(value))
		buf_add_byte(body, '\'');
	for (struct str rest = value; rest.at != NULL;) {
		buf_add_str(body, str_cut(&rest, '"'));
		if (rest.at != NULL)
			buf_add_str(body, STR("\"\""));
	}
	buf_add_byte(body, '"');
}

static bool
is_in_csv(size_t column)
{
	return columns[column].type != COLUMN_DATE_MS;
}

static void
add_header(struct buf *body)
{
	for (size_t i = 0; i < ARRAY_LENGTH(columns); i++)
		if (is_in_csv(i))
			buf_format(body, "%s%s", i > 0 ? "," : "",
			    columns[i].name);
	buf_add_str(body, STR("\r\n"));
}

/* ---- both */

void
events_page_begin(struct events_page *page)
{
	buf_clear(&page->body, 0);
	page->count = 0;
	if (page->is_csv)
		add_header(&page->body);
	else
		buf_add_str(&page->body, STR("{\"events\":["));
}

void
events_page_add(struct events_page *page, const struct ledger_event *event)
{
	struct buf *body = &page->body;

	if (!page->is_csv && page->count > 0)
		buf_add_byte(body, ',');
	page->count++;
	for (size_t i = 0; i < ARRAY_LENGTH(columns); i++)
		if (!page->is_csv)
			add_json(body, event, i);
		else if (is_in_csv(i))
			add_csv(body, event, i);
	buf_add_str(body, page->is_csv ? STR("\r\n") : STR("}"));
}

void
events_page_end(struct events_page *page, struct arena *arena,
    uint64_t page_size, struct str next_page_url)
{
	struct str url = next_page_url.at != NULL
	    ? json_quote(arena, next_page_url)
	    : STR("null");

	if (!page->is_csv)
		buf_format(&page->body,
		    "],\"meta\":{\"key\":\"events\",\"page_size\":%" PRIu64
		    ",\"next_page_url\":%.*s}}",
		    page_size, STR_ARGS(url));
}
