/* SPDX-License-Identifier: MIT
 *
 * Creating a Task once, however often it is attempted.
 * Source: https://www.twilio.com/docs/taskrouter/api/task
 */
#include "base/compat.h"

#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "codec/form.h"
#include "responder/attempt_parts.h"
#include "responder/expression_budget.h"
#include "store/ledger_budget.h"
#include "twilio/sid.h"
#include "twilio/task.h"

/* Whose turn is later comes back later. */
#define TURN_MOST_MS ((int64_t)3000)
#define NOT_UNDERSTOOD "TaskRouter's answer could not be understood"
#define SEARCH_MOST ((size_t)256)

static void
on_created(struct attempt *attempt)
{
	struct str sid = json_get_text(attempt->json, "sid");
	enum attempt_end end = attempt_judge(attempt);

	if (end != ATTEMPT_DONE) {
		attempt_finish(attempt, end, NULL);
		return;
	}
	if (!attempt_has_succeeded(attempt) || !sid_is(sid, "WT")) {
		attempt_finish(attempt, ATTEMPT_DOUBTFUL, NOT_UNDERSTOOD);
		return;
	}
	attempt->sid = sid;
	attempt->body = attempt->result.body;
	attempt_finish(attempt, ATTEMPT_DONE, NULL);
}

static void
create(struct attempt *attempt)
{
	struct attempt_call call = {
		.operation = REST_CREATE_TASK,
		.path = attempt->entry.order.path,
		.form = attempt->entry.order.form,
		.next = on_created,
	};

	/* What fails from here on was not carried out before. */
	attempt->entry.state = OUTBOX_WAITING;
	attempt_make_call(attempt, &call);
}

/* ---- looking for it first */

/* TaskRouter evaluated something else if it is not the Task. */
static bool
is_ours(struct attempt *attempt, struct json_object *task)
{
	struct str attributes = json_get_text(task, "attributes");
	struct json_limits limits = {.values = TASK_ATTRIBUTES_LENGTH};
	struct json_object *json;
	struct err unused;

	return sid_is(json_get_text(task, "sid"), "WT") &&
	    attributes.at != NULL &&
	    json_parse(&attempt->arena, attributes, limits, &json, &unused) &&
	    str_equal(json_get_text(json, TASK_KEY_ATTRIBUTE),
		attempt->entry.order.key);
}

static void
on_found(struct attempt *attempt)
{
	struct json_object *tasks = json_get(attempt->json, "tasks");
	bool is_list = attempt_has_succeeded(attempt) &&
	    json_type(tasks) == JSON_ARRAY;

	if (is_list && json_length(tasks) == 0) {
		create(attempt);
		return;
	}
	struct json_object *task = is_list ? json_item(tasks, 0) : NULL;
	if (!is_list || !is_ours(attempt, task)) {
		attempt_finish(attempt, ATTEMPT_DOUBTFUL,
		    is_list ? NOT_UNDERSTOOD : NULL);
		return;
	}
	attempt->sid = json_get_text(task, "sid");
	attempt->body = json_write(&attempt->arena, task);
	attempt_finish(attempt, ATTEMPT_DONE, NULL);
}

static void
find(struct attempt *attempt)
{
	struct attempt_call call = {
		.operation = REST_FIND_TASK,
		.next = on_found,
	};
	struct str expression = arena_format(&attempt->arena,
	    TASK_KEY_ATTRIBUTE " == \"%.*s\"",
	    STR_ARGS(attempt->entry.order.key));
	struct buf query;

	buf_init(&query, SEARCH_MOST);
	form_add(&query, "EvaluateTaskAttributes", expression);
	form_add(&query, "PageSize", STR("1"));
	call.path = arena_format(&attempt->arena, "%.*s?%.*s",
	    STR_ARGS(attempt->entry.order.path), STR_ARGS(buf_str(&query)));
	attempt->arena.overflow = attempt->arena.overflow || query.failed;
	buf_release(&query);
	attempt_make_call(attempt, &call);
}

static struct attempt *
attempt_of(struct keeper_job *job)
{
	return (struct attempt *)(void *)((char *)job -
	    offsetof(struct attempt, job));
}

static bool
take_turn(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct attempt *attempt = attempt_of(job);
	int64_t now = clock_wall_ms();

	if (!ledger_take_moment(ledger, EXPRESSION_BUDGET, now,
		EXPRESSION_APART_MS, attempt->patience_ms,
		&attempt->moment_ms, err))
		return false;
	attempt->has_turn = attempt->moment_ms - now <= attempt->patience_ms;
	return true;
}

static void
on_turn(struct keeper_job *job, const struct err *err)
{
	struct attempt *attempt = attempt_of(job);
	int64_t wait = attempt->moment_ms - clock_wall_ms();

	if (err != NULL) {
		attempt_finish(attempt, ATTEMPT_DOUBTFUL, err->text);
		return;
	}
	if (wait < 0)
		wait = 0;
	if (attempt->has_turn && attempt_wait(attempt, wait, find))
		return;
	attempt->wait_ms = wait;
	attempt_finish(attempt, ATTEMPT_DOUBTFUL,
	    "too many Tasks are being looked for");
}

/* A turn that would come too late is left to others. */
static void
queue_up(struct attempt *attempt)
{
	int64_t left_ms =
	    (attempt->deadline_us - clock_monotonic_us()) / 1000 -
	    ATTEMPT_CALL_LEAST_MS;

	attempt->patience_ms = left_ms < TURN_MOST_MS ? left_ms : TURN_MOST_MS;
	if (attempt->patience_ms < 0)
		attempt->patience_ms = 0;
	attempt->job = (struct keeper_job){
		.writes = true, .run = take_turn, .done = on_turn};
	if (!keeper_submit(attempt->responder->keeper, &attempt->job))
		attempt_finish(attempt, ATTEMPT_DOUBTFUL,
		    "too many requests wait for the store");
}

void
attempt_create(struct attempt *attempt)
{
	if (attempt->entry.state != OUTBOX_FATE_UNKNOWN)
		create(attempt);
	else if (!attempt_wait(attempt, attempt->settle_ms, queue_up))
		attempt_finish(attempt, ATTEMPT_DOUBTFUL, "out of memory");
}
