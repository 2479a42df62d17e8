/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/why.h"

#include "base/buf.h"
#include "base/clock.h"
#include "router/why.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/debugger.h"
#include "taskrouterd/why_text.h"
#include "taskrouterd/why_words.h"
#include "taskrouterd/why_write.h"

/* Of the analysis: most of it is about Workers, at most some hundred of whom
 * are told of in full. */
#define MEMORY ((size_t)64 << 20)
#define BODY_CEILING ((size_t)16 << 20)

/* What is asked for besides the Task. */
struct question {
	uint64_t workers;
	bool as_text;
};

static bool
read_question(struct exchange *exchange, struct question *question)
{
	struct form form;
	struct err err;
	struct str workers, format;

	*question = (struct question){.workers = WHY_WORKERS_PRESET};
	if (!request_query_parameters(
	        &exchange->request, &exchange->arena, &form, &err)) {
		exchange_refuse(exchange, 400, "%s", err.text);
		return false;
	}
	workers = form_get(&form, "workers");
	format = form_get(&form, "format");
	question->as_text = str_is(format, "text");
	if (workers.at != NULL &&
	    !str_to_uint(workers, WHY_WORKERS_MOST, &question->workers)) {
		exchange_refuse(exchange, 400,
		    "workers: expected a whole number up to %d",
		    WHY_WORKERS_MOST);
		return false;
	}
	if (format.at == NULL || question->as_text || str_is(format, "json"))
		return true;
	exchange_refuse(exchange, 400, "format: expected json or text");
	return false;
}

static void
release_buffer(void *buffer)
{
	buf_release(buffer);
}

/* NULL: no memory. The body must last until the response is sent. */
static struct buf *
make_body(struct exchange *exchange)
{
	struct buf *body = arena_alloc(&exchange->arena, sizeof *body);

	if (body == NULL)
		return NULL;
	buf_init(body, BODY_CEILING);
	return arena_defer(&exchange->arena, release_buffer, body) ? body
								   : NULL;
}

/* Some of it is the application's, and the text may go to a terminal. */
static struct str
printable(struct str text, struct arena *arena)
{
	char *copy = arena_alloc(arena, text.len + 1);

	if (copy == NULL)
		return STR("");
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		copy[i] = c < ' ' || c == 0x7f ? '.' : text.at[i];
	}
	return (struct str){copy, text.len};
}

static struct str
alert_sentence(const struct debugger_note *note, struct arena *arena)
{
	struct str code = note->code == 0
	    ? STR("")
	    : arena_format(arena, " %u", note->code);
	char date[CLOCK_TEXT_SIZE];

	clock_format(note->date, date);
	return arena_format(arena, "%s%.*s at %.19sZ: %s: %.*s",
	    debugger_is_warning(note->code) ? "Warning" : "Error",
	    STR_ARGS(code), date, debugger_message(note->code),
	    STR_ARGS(printable(note->text, arena)));
}

/* An application that answers wrongly knows nothing of it; the debugger does. */
static void
tell_alerts(struct why_words *words, const struct debugger *debugger,
    const struct task *task, struct arena *arena)
{
	const struct debugger_note *note;
	struct str sid = str_from(task->object.sid);
	size_t index = 0;

	words->alert_count = words->alert_total = 0;
	while ((note = debugger_next_about(debugger, sid, &index)) != NULL) {
		words->alert_total++;
		if (words->alert_count < WHY_ALERTS_MOST)
			words->alerts[words->alert_count++] =
			    alert_sentence(note, arena);
	}
	if (words->alert_total > 0)
		words->summary = arena_format(arena,
		    "%.*s The debugger has %zu alert%s about it, the last: %.*s",
		    STR_ARGS(words->summary), words->alert_total,
		    words->alert_total == 1 ? "" : "s",
		    STR_ARGS(words->alerts[0]));
}

static bool
write_body(struct exchange *exchange, const struct task *task,
    const struct question *question, struct buf *body)
{
	struct why_words words;
	struct arena arena;
	struct why *why;

	arena_init(&arena, MEMORY);
	why = router_why(task, daemon_now(daemon_of(exchange)),
	    (size_t)question->workers, &arena);
	if (why != NULL) {
		why_word(&words, why, &arena);
		tell_alerts(&words, daemon_of(exchange)->debugger, task,
		    &arena);
		(question->as_text ? why_text : why_write)(body, why, &words);
	}
	bool written = why != NULL && !arena.overflow && !body->failed;
	arena_release(&arena);
	return written;
}

void
why_serve(struct exchange *exchange)
{
	struct str sid = exchange->request.segment;
	const struct task *task = (const struct task *)router_find_in(
	    daemon_of(exchange)->router, NULL, KIND_TASK, sid);
	struct buf *body;
	struct question question;

	if (!read_question(exchange, &question))
		return;
	if (task == NULL) {
		exchange_refuse(exchange, 404, "there is no Task %.*s",
		    STR_ARGS(str_slice(sid, 0, 2 * (size_t)ROUTER_SID)));
		return;
	}
	exchange->facts.task_sid =
	    arena_str(&exchange->arena, str_from(task->object.sid));
	exchange->facts.workspace_sid = arena_str(&exchange->arena,
	    str_from(task->object.workspace->object.sid));
	body = make_body(exchange);
	if (body == NULL ||
	    !write_body(exchange, task, &question, body)) {
		exchange_refuse(exchange, 500, "the answer is too large");
		return;
	}
	response_body(&exchange->response, 200,
	    question.as_text ? "text/plain; charset=utf-8"
			     : "application/json; charset=utf-8",
	    buf_str(body));
	exchange_complete(exchange);
}
