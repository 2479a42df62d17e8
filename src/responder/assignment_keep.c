/* SPDX-License-Identifier: MIT
 *
 * Sources of what the work becomes:
 * https://www.twilio.com/docs/taskrouter/api/worker and
 * https://www.twilio.com/docs/taskrouter/api/task (update).
 */
#include "base/compat.h"

#include "responder/assignment_keep.h"

#include "base/log.h"
#include "codec/form.h"
#include "responder/assignment_answer.h"
#include "responder/assignment_guard.h"
#include "responder/responder.h"
#include "twilio/sid.h"

#define FORM_MOST ((size_t)256)

_Static_assert(
    ARRAY_LENGTH(((struct rules_decision *)0)->work) <= LEDGER_ANSWER_WORK,
    "the store takes what a rule can ask for");

static const struct {
	enum outbox_kind kind;
	const char *collection;
} kinds[] = {
	[RULES_UPDATE_WORKER] = {OUTBOX_UPDATE_WORKER, "Workers"},
	[RULES_UPDATE_TASK] = {OUTBOX_UPDATE_TASK, "Tasks"},
};

static struct str
activity_form(struct arena *arena, struct str activity_sid)
{
	struct str text = STR("");
	struct buf form;

	if (activity_sid.len == 0)
		return text;
	buf_init(&form, FORM_MOST);
	form_add(&form, "ActivitySid", activity_sid);
	if (form.failed)
		arena->overflow = true;
	else
		text = arena_str(arena, buf_str(&form));
	buf_release(&form);
	return text;
}

static struct outbox_order
make_order(struct exchange *exchange, const struct callback *callback,
    const struct rules_work *work)
{
	struct arena *arena = &exchange->arena;

	return (struct outbox_order){
	    .kind = kinds[work->kind].kind,
	    .lane = work->sid,
	    .path = arena_format(arena, "/v1/Workspaces/%.*s/%s/%.*s",
		STR_ARGS(callback->workspace_sid),
		kinds[work->kind].collection, STR_ARGS(work->sid)),
	    .form = activity_form(arena, work->activity_sid),
	    .extra = work->attributes.at == NULL ? STR_NONE
						 : arena_format(arena,
						       "{\"merge\":%.*s}",
						       STR_ARGS(
							   work->attributes)),
	};
}

static bool
is_sid(struct str value, const char *prefix)
{
	struct err unused;

	return sid_check(value, prefix, &unused);
}

/* Why no work can be done for this callback; NULL: it can. Only account_sid
 * signs in to the REST API. */
static const char *
find_obstacle(
    const struct settings *settings, const struct callback *callback)
{
	if (settings->store.file.at == NULL)
		return "no store is configured (store.file)";
	if (!is_sid(callback->reservation_sid, "WR"))
		return "the callback names no Reservation";
	if (!is_sid(callback->workspace_sid, "WS"))
		return "the callback names no Workspace";
	if (callback->account_sid.len > 0 && settings->account_sid.len > 0 &&
	    !str_equal(callback->account_sid, settings->account_sid))
		return "the callback is of another account than account_sid";
	return NULL;
}

static void
warn_of_obstacle(struct exchange *exchange,
    const struct rules_decision *decision, const char *obstacle)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_WARNING, "follow_up");
	log_str(&line, "id", exchange->id);
	log_str(&line, "reservation", exchange->facts.reservation_sid);
	log_str(&line, "rule", decision->name);
	log_str(&line, "message",
	    STR("the work that the rule asks for will not be done"));
	log_str(&line, "detail", str_from(obstacle));
	log_end(&line);
}

static bool
can_keep(const struct settings *settings, const struct callback *callback)
{
	return settings->store.file.at != NULL &&
	    is_sid(callback->reservation_sid, "WR");
}

bool
assignment_must_keep(const struct rules_decision *decision)
{
	return decision->work_count > 0 || decision->depends_on_time;
}

void
assignment_keep(struct exchange *exchange, const struct callback *callback,
    const struct rules_decision *decision)
{
	const struct settings *settings = settings_of(exchange);
	const char *obstacle = find_obstacle(settings, callback);
	struct outbox_order work[ARRAY_LENGTH(decision->work)];
	struct ledger_answer_claim claim = {
	    .reservation = callback->reservation_sid,
	    .answer = {decision->name, str_from(decision->instruction),
		decision->json},
	    .work = work,
	};

	if (decision->work_count > 0 && obstacle != NULL)
		warn_of_obstacle(exchange, decision, obstacle);
	for (size_t i = 0; obstacle == NULL && i < decision->work_count; i++)
		work[claim.work_count++] =
		    make_order(exchange, callback, &decision->work[i]);
	if (exchange->arena.overflow || !can_keep(settings, callback) ||
	    (claim.work_count == 0 && !decision->depends_on_time))
		assignment_answer(exchange, &claim.answer);
	else
		assignment_guard(exchange, &claim, &settings->rules.fallback,
		    settings->assignment_deadline_ms);
}
