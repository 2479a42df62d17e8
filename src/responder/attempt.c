/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/attempt.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "responder/attempt_parts.h"

/* A Task, its form and its answer, and the trees of both. */
#define MEMORY_MOST ((size_t)4 << 20)
/* A Task or a Worker has some 25 properties; their attributes are one string of
 * at most 4,096 characters. */
#define ANSWER_VALUES 4096
#define FIRST_PAUSE_MS ((int64_t)1000)

int64_t
attempt_pause_ms(int64_t attempts, int64_t most_ms, uint32_t chance)
{
	int64_t pause = FIRST_PAUSE_MS;

	for (int64_t i = 1; i < attempts && pause < most_ms; i++)
		pause *= 2;
	if (pause > most_ms)
		pause = most_ms;
	/* 0.8 to 1.2 of it. */
	return pause * 4 / 5 + pause * 2 / 5 * (chance % 1000) / 1000;
}

/* ---- the calls */

static void
log_call(const struct attempt *attempt)
{
	const struct rest_result *result = &attempt->result;
	struct log_line line;

	if (result->outcome == REST_ANSWERED && result->status < 300)
		return;
	log_begin(&line, LOG_LEVEL_WARNING, "rest");
	log_int(&line, "outbox", attempt->entry.number);
	log_str(&line, "operation",
	    str_from(rest_operation_name(attempt->operation)));
	log_int(&line, "status", result->status);
	if (result->error[0] != '\0')
		log_str(&line, "error", str_from(result->error));
	log_str(&line, "twilio_request_id", result->request_id);
	log_ms(&line, "ms", result->duration_us);
	log_end(&line);
}

static bool
is_abandoned(void *context)
{
	const struct attempt *attempt = context;

	return attempt->is_abandoned != NULL &&
	    attempt->is_abandoned(attempt->context);
}

static void
on_done(void *context, const struct rest_result *result)
{
	struct attempt *attempt = context;
	struct metrics *metrics = attempt->responder->metrics;
	struct json_limits limits = {.values = ANSWER_VALUES};
	struct err unused;

	attempt->has_called = true;
	attempt->result = *result;
	metrics_add(metrics, COUNTER_REST_CALLS, attempt->operation,
	    result->outcome);
	metrics_observe(metrics, COUNTER_REST_TIME, attempt->operation,
	    result->duration_us);
	log_call(attempt);
	attempt->json = NULL;
	if (result->outcome == REST_ANSWERED &&
	    (!json_parse(&attempt->arena, result->body, limits, &attempt->json,
		 &unused) ||
		json_type(attempt->json) != JSON_OBJECT))
		attempt->json = NULL;
	attempt->next(attempt);
}

void
attempt_make_call(struct attempt *attempt, const struct attempt_call *call)
{
	struct rest_options options = settings_rest_options(attempt->settings);
	const char *blocked = settings_sign_in_blocked(attempt->settings);
	int64_t left_ms =
	    (attempt->deadline_us - clock_monotonic_us()) / 1000;
	struct rest_request request = {
		.method = call->form.at == NULL ? "GET" : "POST",
		.path = call->path,
		.form = call->form,
		.if_match = call->if_match,
		.arena = &attempt->arena,
		.is_abandoned = is_abandoned,
		.done = on_done,
		.context = attempt,
	};
	struct err err;

	attempt->operation = call->operation;
	attempt->next = call->next;
	attempt->result = (struct rest_result){.outcome = REST_NOT_SENT};
	attempt->json = NULL;
	if (options.timeout_ms > left_ms)
		options.timeout_ms = left_ms;
	/* Half a form would be another call than the one asked for. */
	if (attempt->arena.overflow)
		attempt_finish(attempt, ATTEMPT_AGAIN, "out of memory");
	else if (left_ms < ATTEMPT_CALL_LEAST_MS)
		attempt_finish(
		    attempt, ATTEMPT_AGAIN, "no time was left for the call");
	else if (blocked != NULL)
		attempt_finish(attempt, ATTEMPT_DENIED, blocked);
	else if (!responder_need_rest(attempt->responder, &err))
		attempt_finish(attempt, ATTEMPT_AGAIN, err.text);
	else if (!rest_start(attempt->responder->rest, &options, &request))
		attempt_finish(attempt, ATTEMPT_AGAIN,
		    "as many calls of TaskRouter as are allowed are under way");
}

/* ---- what they mean */

/* Statuses of answers, the first row that holds it. A 429 was never carried
 * out, and neither was a 503 with Retry-After (see rest.h). Credentials may be
 * put right, and what a proxy answered did not reach TaskRouter. */
static const struct {
	unsigned from, to;
	enum attempt_end end;
} answers[] = {
	{200, 299, ATTEMPT_DONE},
	{401, 401, ATTEMPT_DENIED},
	{403, 403, ATTEMPT_DENIED},
	{407, 407, ATTEMPT_DENIED},
	{408, 408, ATTEMPT_DOUBTFUL},
	{429, 429, ATTEMPT_AGAIN},
	{400, 499, ATTEMPT_REFUSED},
	{0, 999, ATTEMPT_DOUBTFUL},
};

static enum attempt_end
judge_answer(const struct rest_result *result)
{
	if (result->status == 503 && result->retry_after_s >= 0)
		return ATTEMPT_AGAIN;
	for (size_t i = 0; i < ARRAY_LENGTH(answers); i++)
		if (result->status >= answers[i].from &&
		    result->status <= answers[i].to)
			return answers[i].end;
	return ATTEMPT_DOUBTFUL;
}

enum attempt_end
attempt_judge(const struct attempt *attempt)
{
	const struct rest_result *result = &attempt->result;

	if (result->outcome == REST_ABANDONED)
		return ATTEMPT_ABANDONED;
	if (result->outcome != REST_ANSWERED)
		return result->sent ? ATTEMPT_DOUBTFUL : ATTEMPT_AGAIN;
	return judge_answer(result);
}

bool
attempt_has_succeeded(const struct attempt *attempt)
{
	return attempt->json != NULL && attempt->result.status >= 200 &&
	    attempt->result.status < 300;
}

/* "TaskRouter answered 400: …" */
static struct str
describe(struct attempt *attempt)
{
	const struct rest_result *result = &attempt->result;
	struct str message = json_get_text(attempt->json, "message");

	if (result->outcome != REST_ANSWERED)
		return arena_str(&attempt->arena, str_from(result->error));
	return arena_format(&attempt->arena, "TaskRouter answered %u%s%.*s",
	    result->status, message.len > 0 ? ": " : "", STR_ARGS(message));
}

/* A Task that was not found out about may be there whatever became of the
 * search. */
static bool
is_still_doubtful(const struct attempt *attempt, enum attempt_end end)
{
	return attempt->entry.order.kind == OUTBOX_CREATE_TASK &&
	    attempt->entry.state == OUTBOX_FATE_UNKNOWN && end != ATTEMPT_DONE;
}

void
attempt_finish(struct attempt *attempt, enum attempt_end end, const char *text)
{
	int64_t asked_s = attempt->result.retry_after_s;

	attempt->end = is_still_doubtful(attempt, end) ? ATTEMPT_DOUBTFUL : end;
	if (text != NULL)
		attempt->error = arena_str(&attempt->arena, str_from(text));
	else if (end != ATTEMPT_DONE)
		attempt->error = describe(attempt);
	if (asked_s > 0 && asked_s > attempt->wait_ms / 1000)
		attempt->wait_ms = asked_s * 1000;
	attempt->done(attempt);
}

/* ---- beginning, waiting, ending */

static void
on_timer(evutil_socket_t fd, short what, void *context)
{
	struct attempt *attempt = context;

	(void)fd;
	(void)what;
	attempt->next(attempt);
}

bool
attempt_wait(struct attempt *attempt, int64_t ms,
    void (*next)(struct attempt *attempt))
{
	struct timeval wait = {ms / 1000, ms % 1000 * 1000};

	attempt->next = next;
	if (attempt->timer == NULL)
		attempt->timer = evtimer_new(
		    attempt->responder->loop, on_timer, attempt);
	return attempt->timer != NULL && evtimer_add(attempt->timer, &wait) == 0;
}

static void
copy_entry(struct attempt *attempt, const struct outbox_entry *entry)
{
	struct arena *arena = &attempt->arena;
	struct outbox_order *order = &attempt->entry.order;

	attempt->entry = *entry;
	order->lane = arena_str(arena, order->lane);
	order->key = arena_str(arena, order->key);
	order->fingerprint = arena_str(arena, order->fingerprint);
	order->path = arena_str(arena, order->path);
	order->form = arena_str(arena, order->form);
	order->extra = arena_str(arena, order->extra);
	attempt->entry.result_sid = STR_NONE;
	attempt->entry.result = STR_NONE;
	attempt->entry.error = STR_NONE;
}

struct attempt *
attempt_new(struct responder *responder, const struct outbox_entry *entry)
{
	struct attempt *attempt = calloc(1, sizeof *attempt);

	if (attempt == NULL)
		return NULL;
	attempt->responder = responder;
	LIST_INSERT_HEAD(&responder->attempts, attempt, of_responder);
	attempt->settings = settings_hold(responder->settings);
	arena_init(&attempt->arena, MEMORY_MOST);
	copy_entry(attempt, entry);
	if (!attempt->arena.overflow)
		return attempt;
	attempt_free(attempt);
	return NULL;
}

void
attempt_start(struct attempt *attempt)
{
	if (attempt->entry.order.kind == OUTBOX_CREATE_TASK)
		attempt_create(attempt);
	else
		attempt_update(attempt);
}

bool
attempt_is_under_way(const struct responder *responder, int64_t number)
{
	const struct attempt *attempt;

	LIST_FOREACH(attempt, &responder->attempts, of_responder)
		if (attempt->entry.number == number && !attempt->is_over)
			return true;
	return false;
}

void
attempt_free(struct attempt *attempt)
{
	if (attempt == NULL)
		return;
	LIST_REMOVE(attempt, of_responder);
	if (attempt->timer != NULL)
		event_free(attempt->timer);
	arena_release(&attempt->arena);
	settings_release(attempt->settings);
	free(attempt);
}
