/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/debugger.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/log.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/ring.h"
#include "twilio/webhook_url.h"

#define MORE_INFO "https://www.twilio.com/docs/errors/"
#define SID_MOST 34
/* An answer has no more once it is as long as this; the last alert may go
 * beyond it. */
#define SHOWN_LENGTH ((size_t)256 * 1024)
#define SHOWN_CEILING (SHOWN_LENGTH + (size_t)64 * 1024)

static const struct {
	unsigned code;
	enum { ERROR, WARNING } level;
	const char *message;
} rows[] = {
#define ALERT(code, level, message) {code, level, message},
#include "taskrouterd/alerts.h"
#undef ALERT
};

/* Its texts stand behind it. */
struct alert {
	struct debugger_note note;
	char text[];
};

struct debugger {
	struct ring *alerts;
	uint64_t lost;
};

/* The texts of a note. The URL is cut to what may be shown before. */
static const struct {
	size_t member;
	size_t most;
} texts[] = {
	{offsetof(struct debugger_note, text), DEBUGGER_TEXT_MOST},
	{offsetof(struct debugger_note, workspace), SID_MOST},
	{offsetof(struct debugger_note, workflow), SID_MOST},
	{offsetof(struct debugger_note, task), SID_MOST},
	{offsetof(struct debugger_note, worker), SID_MOST},
	{offsetof(struct debugger_note, reservation), SID_MOST},
	{offsetof(struct debugger_note, event), SID_MOST},
	{offsetof(struct debugger_note, url), DEBUGGER_URL_MOST},
	{offsetof(struct debugger_note, content_type), DEBUGGER_TYPE_MOST},
	{offsetof(struct debugger_note, body), DEBUGGER_BODY_MOST},
};

struct debugger *
debugger_open(size_t most)
{
	struct debugger *debugger = calloc(1, sizeof *debugger);

	if (debugger == NULL)
		return NULL;
	debugger->alerts = ring_open(most);
	if (debugger->alerts != NULL)
		return debugger;
	free(debugger);
	return NULL;
}

void
debugger_close(struct debugger *debugger)
{
	if (debugger == NULL)
		return;
	ring_close(debugger->alerts);
	free(debugger);
}

const char *
debugger_message(unsigned code)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].code == code)
			return rows[i].message;
	return "Not as it should be";
}

bool
debugger_is_warning(unsigned code)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].code == code)
			return rows[i].level == WARNING;
	return true;
}

static struct str *
text_of(struct debugger_note *note, size_t index)
{
	return (struct str *)(void *)((char *)note + texts[index].member);
}

static struct alert *
make_alert(struct debugger_note note)
{
	size_t length = 0;
	char *at;

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		size_t own = text_of(&note, i)->len;
		length += own < texts[i].most ? own : texts[i].most;
	}
	struct alert *alert = malloc(sizeof *alert + length);
	if (alert == NULL)
		return NULL;
	at = alert->text;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		ring_keep_text(&at, text_of(&note, i), texts[i].most);
	alert->note = note;
	return alert;
}

/* No URL: its query may hold a secret of the application. */
static void
log_note(const struct debugger_note *note)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_INFO, "debugger");
	log_int(&line, "code", note->code);
	log_str(&line, "message", str_from(debugger_message(note->code)));
	log_str(&line, "text", note->text);
	log_str(&line, "workspace", note->workspace);
	log_str(&line, "reservation", note->reservation);
	log_str(&line, "event", note->event);
	log_end(&line);
}

void
debugger_note(struct debugger *debugger, const struct debugger_note *note)
{
	struct debugger_note shown = *note;
	struct arena arena;

	log_note(note);
	arena_init(&arena, SHOWN_CEILING);
	if (note->url.at != NULL)
		shown.url = webhook_url_shown(note->url, &arena);
	struct alert *alert = make_alert(shown);
	arena_release(&arena);
	if (alert != NULL)
		ring_add(debugger->alerts, alert);
	else
		debugger->lost++;
}

void
debugger_clear(struct debugger *debugger)
{
	ring_clear(debugger->alerts);
	debugger->lost = 0;
}

/* What is no text becomes dots. */
static void
put_body(struct buf *out, struct str body)
{
	char text[DEBUGGER_BODY_MOST];

	if (body.at == NULL) {
		json_put_text(out, body);
		return;
	}
	for (size_t i = 0; i < body.len; i++) {
		unsigned char c = (unsigned char)body.at[i];
		bool prints = (c >= ' ' && c != 0x7f) || c == '\n' || c == '\t';
		text[i] = prints ? body.at[i] : '.';
	}
	json_put_text(out, (struct str){text, body.len});
}

static void
put_code(struct buf *out, unsigned code)
{
	json_put_key(out, "error_code");
	if (code == 0)
		buf_add_str(out, STR("null"));
	else
		buf_format(out, "\"%u\"", code);
	json_put_key(out, "more_info");
	if (code == 0)
		buf_add_str(out, STR("null"));
	else
		buf_format(out, "\"" MORE_INFO "%u\"", code);
	json_put_key(out, "log_level");
	buf_add_str(out, debugger_is_warning(code) ? STR("\"warning\"")
	                                           : STR("\"error\""));
}

/* The most special thing that it is about. */
static struct str
resource_of(const struct debugger_note *note)
{
	const struct str sids[] = {note->event, note->reservation, note->task,
	    note->workflow, note->workspace};

	for (size_t i = 0; i < ARRAY_LENGTH(sids); i++)
		if (sids[i].len > 0)
			return sids[i];
	return STR_NONE;
}

static void
put_alert(struct buf *out, const struct debugger_note *note)
{
	const struct {
		const char *key;
		struct str value;
	} members[] = {
		{"resource_sid", resource_of(note)},
		{"workspace_sid", note->workspace},
		{"workflow_sid", note->workflow},
		{"task_sid", note->task},
		{"worker_sid", note->worker},
		{"reservation_sid", note->reservation},
		{"event_sid", note->event},
		{"request_method",
		    note->url.at != NULL ? STR("POST") : STR_NONE},
		{"request_url", note->url},
		{"response_content_type", note->content_type},
		{"message", str_from(debugger_message(note->code))},
		{"alert_text", note->text},
	};

	json_put_item(out);
	buf_add_byte(out, '{');
	put_code(out, note->code);
	json_put_key(out, "date_generated");
	json_put_date(out, note->date);
	for (size_t i = 0; i < ARRAY_LENGTH(members); i++) {
		json_put_key(out, members[i].key);
		json_put_text(out, members[i].value);
	}
	json_put_key(out, "response_status");
	if (note->status == 0)
		buf_add_str(out, STR("null"));
	else
		json_put_integer(out, note->status);
	json_put_key(out, "response_body");
	put_body(out, note->body);
	buf_add_byte(out, '}');
}

const struct debugger_note *
debugger_next_about(
    const struct debugger *debugger, struct str task, size_t *index)
{
	const struct alert *alert;

	while ((alert = ring_newest(debugger->alerts, (*index)++)) != NULL)
		if (str_equal(alert->note.task, task))
			return &alert->note;
	return NULL;
}

struct str
debugger_write(const struct debugger *debugger, struct arena *arena)
{
	const struct alert *alert;
	struct buf out;

	buf_init(&out, SHOWN_CEILING);
	buf_add_str(&out, STR("{\"alerts\":["));
	for (size_t i = 0; i < DEBUGGER_SHOWN && out.len < SHOWN_LENGTH; i++) {
		alert = ring_newest(debugger->alerts, i);
		if (alert == NULL)
			break;
		put_alert(&out, &alert->note);
	}
	buf_add_byte(&out, ']');
	json_put_key(&out, "total");
	json_put_integer(&out,
	    (int64_t)(ring_total(debugger->alerts) + debugger->lost));
	json_put_key(&out, "lost");
	json_put_integer(&out, (int64_t)debugger->lost);
	buf_add_byte(&out, '}');
	struct str json = arena_str(arena, buf_str(&out));
	buf_release(&out);
	return json;
}
