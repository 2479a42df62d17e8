/* SPDX-License-Identifier: MIT
 *
 * Calls as JSON.
 */
#include "base/compat.h"

#include "taskrouterd/call.h"
#include "taskrouterd/json_put.h"

#define SHOWN_LENGTH ((size_t)256 * 1024)
#define SHOWN_CEILING (SHOWN_LENGTH + (size_t)64 * 1024)

const char *const call_status_names[] = {
	[CALL_NOTED] = NULL,
	[CALL_RINGING] = "ringing",
	[CALL_IN_PROGRESS] = "in-progress",
	[CALL_COMPLETED] = "completed",
	[CALL_BUSY] = "busy",
	[CALL_NO_ANSWER] = "no-answer",
	[CALL_FAILED] = "failed",
	[CALL_CANCELED] = "canceled",
};

static const char *const wait_names[] = {
	[WAIT_NOTHING] = NULL,
	[WAIT_DOCUMENT] = "document",
	[WAIT_DIGITS] = "digits",
	[WAIT_PAUSE] = "pause",
	[WAIT_WORKER] = "worker",
	[WAIT_ANSWER] = "answer",
	[WAIT_HANGUP] = "hangup",
};

static void
put_date(struct buf *out, const char *key, int64_t date)
{
	json_put_key(out, key);
	json_put_date(out, date);
}

static void
put_step(struct buf *out, const struct call_step *step)
{
	buf_add_byte(out, '{');
	put_date(out, "date", step->date);
	json_put_key(out, "verb");
	json_put_text(out, step->verb);
	json_put_key(out, "text");
	json_put_text(out, step->text);
	buf_add_byte(out, '}');
}

static void
put_steps(struct buf *out, const struct call *call, bool is_whole)
{
	const struct call_step *step;

	json_put_key(out, "steps_total");
	json_put_integer(
	    out, (int64_t)(call->step_count + call->steps_lost));
	if (!is_whole) {
		json_put_key(out, "last_step");
		if (call->last_step == NULL)
			buf_add_str(out, STR("null"));
		else
			put_step(out, call->last_step);
		return;
	}
	json_put_key(out, "steps");
	buf_add_byte(out, '[');
	STAILQ_FOREACH(step, &call->steps, entry) {
		json_put_item(out);
		put_step(out, step);
	}
	buf_add_byte(out, ']');
}

static struct str
task_of(const struct call *call)
{
	return call->task.at != NULL ? call->task : call->order.task;
}

static void
put_texts(struct buf *out, const struct call *call)
{
	const struct call_order *order = &call->order;
	const struct {
		const char *key;
		struct str text;
	} texts[] = {
		{"sid", str_from(call->sid)},
		{"instruction", order->instruction},
		{"to", order->to},
		{"from", order->from},
		{"workspace_sid", order->workspace},
		{"task_sid", task_of(call)},
		{"worker_sid", order->worker},
		{"reservation_sid", order->reservation},
		{"task_call_sid", order->call_sid},
		{"direction", call->is_inbound ? STR("inbound")
		    : call->status == CALL_NOTED ? STR_NONE
						 : STR("outbound-api")},
		{"status", str_from(call_status_names[call->status])},
		{"waits_for", str_from(wait_names[call->waits])},
		{"partner_sid", call->partner[0] != '\0'
			? str_from(call->partner)
			: STR_NONE},
		{"conference_sid", call->conference[0] != '\0'
			? str_from(call->conference)
			: STR_NONE},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		json_put_key(out, texts[i].key);
		json_put_text(out, texts[i].text);
	}
}

void
call_put(struct buf *out, const struct call *call, bool is_whole)
{
	struct str parameters = call->order.parameters;

	buf_add_byte(out, '{');
	put_texts(out, call);
	put_date(out, "date_created", call->order.date);
	put_date(out, "date_answered", call->date_answered);
	put_date(out, "date_ended", call->date_ended);
	json_put_key(out, "documents");
	json_put_integer(out, (int64_t)call->documents);
	json_put_key(out, "parameters");
	buf_add_str(out, parameters.at != NULL ? parameters : STR("null"));
	put_steps(out, call, is_whole);
	buf_add_byte(out, '}');
}

struct str
calls_write(const struct calls *calls, struct arena *arena)
{
	const struct call *call;
	struct buf out;
	size_t shown = 0;

	buf_init(&out, SHOWN_CEILING);
	buf_add_str(&out, STR("{\"calls\":["));
	TAILQ_FOREACH_REVERSE(call, &calls->all, call_list, entry) {
		if (shown++ == CALLS_SHOWN || out.len >= SHOWN_LENGTH)
			break;
		json_put_item(&out);
		call_put(&out, call, false);
	}
	buf_add_byte(&out, ']');
	json_put_key(&out, "total");
	json_put_integer(&out, (int64_t)calls->total);
	buf_add_byte(&out, '}');
	struct str json = arena_str(arena, buf_str(&out));
	buf_release(&out);
	return json;
}
