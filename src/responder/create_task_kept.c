/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/create_task_kept.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "codec/digest.h"
#include "codec/json.h"
#include "responder/attempt.h"
#include "responder/keeper.h"
#include "responder/outbox.h"
#include "responder/outbox_parts.h"
#include "responder/upstream.h"
#include "store/ledger_outbox.h"
#include "twilio/sid.h"

/* Hexadecimal digits of the attribute: 128 bits. */
#define KEY_LENGTH ((size_t)32)
#define LANE STR(OUTBOX_LANE_CREATE_TASK)
#define RETRY_AFTER STR("1")
/* A Task has about 25 properties; its attributes are one string. */
#define TASK_VALUES 1000
#define MEMORY_MOST ((size_t)4 << 20)

/* What the store says to a request. */
enum beginning {
	BEGIN_GO,        /* it is ours: call TaskRouter */
	BEGIN_QUEUED,    /* others are waiting, and so does it */
	BEGIN_REPLAY,    /* it has been done */
	BEGIN_BUSY,      /* somebody is at it */
	BEGIN_DIFFERENT, /* the key stands for something else */
};

/* Lives as long as the exchange. */
struct kept {
	struct exchange *exchange;
	struct create_task_order order;
	bool is_outbox;     /* asked for now, or when the key came first */
	struct arena arena; /* of what the store has */
	struct outbox_entry fresh; /* as it would be put in */
	struct outbox_entry entry; /* as it is in the store */
	enum beginning beginning;
	struct attempt *attempt;
	struct outbox_verdict verdict;
	bool is_repeated;  /* the client has been told that it is queued */
	bool is_forgotten; /* the verdict: nothing is left of it */
	int64_t lease_ms;
	struct keeper_job job;
	bool is_with_store;
};

struct str
create_task_key(struct exchange *exchange, struct str key)
{
	const struct settings *settings = settings_of(exchange);
	unsigned char drawn[16] = {0};
	char digest[DIGEST_LENGTH + 1];
	/* A key counts within a Workspace. */
	struct str texts[] = {
		settings->workspace_sid.count > 0
		    ? settings->workspace_sid.items[0]
		    : STR_NONE,
		key,
		STR_NONE,
	};

	if (key.at == NULL) {
		if (getrandom(drawn, sizeof drawn, 0) != sizeof drawn)
			return STR_NONE;
		texts[2] = (struct str){(const char *)drawn, sizeof drawn};
	}
	digest_texts(texts, ARRAY_LENGTH(texts), digest);
	return arena_str(
	    &exchange->arena, (struct str){digest, KEY_LENGTH});
}

static struct kept *
kept_of(struct keeper_job *job)
{
	return (struct kept *)(void *)((char *)job -
	    offsetof(struct kept, job));
}

/* ---- what the store says; on its thread */

static struct outbox_lease
lease_of(const struct kept *kept)
{
	int64_t now = clock_wall_ms();

	return (struct outbox_lease){
		.owner = outbox_owner(),
		.now_ms = now,
		.until_ms = now + kept->lease_ms,
	};
}

static bool
begin_new(struct kept *kept, struct ledger *ledger, struct err *err)
{
	struct outbox_lease lease = lease_of(kept);
	struct outbox_order order = kept->fresh.order;
	int64_t *number = &kept->entry.number;
	bool is_used = false;

	kept->entry = kept->fresh;
	if (kept->is_outbox &&
	    !ledger_outbox_is_used(ledger, LANE, &is_used, err))
		return false;
	kept->beginning = is_used ? BEGIN_QUEUED : BEGIN_GO;
	/* One that dies with this process is done by another; unless the
	 * client wants to see to it himself. */
	order.due_ms = kept->is_outbox ? lease.now_ms : OUTBOX_NEVER;
	if (!is_used)
		return ledger_outbox_add_taken(
		    ledger, &order, &lease, number, err);
	order.lane = LANE;
	return ledger_outbox_add(ledger, &order, lease.now_ms, number, err);
}

static bool
begin_again(struct kept *kept, struct ledger *ledger, struct err *err)
{
	struct outbox_lease lease = lease_of(kept);
	struct outbox_entry *entry = &kept->entry;
	bool is_taken = false, is_known;

	if (!str_equal(entry->order.fingerprint, kept->order.fingerprint)) {
		kept->beginning = BEGIN_DIFFERENT;
		return true;
	}
	if (entry->state == OUTBOX_DONE) {
		kept->beginning = BEGIN_REPLAY;
		return true;
	}
	if (entry->state == OUTBOX_FAILED &&
	    !ledger_outbox_retry(
		ledger, entry->number, lease.now_ms, &is_known, err))
		return false;
	kept->beginning = BEGIN_QUEUED;
	kept->is_repeated = entry->order.lane.at != NULL;
	if (kept->is_repeated)
		return true;
	if (!ledger_outbox_take_one(
		ledger, entry->number, &lease, &is_taken, err))
		return false;
	kept->beginning = is_taken ? BEGIN_GO : BEGIN_BUSY;
	/* Whoever had it may have sent it. */
	entry->state = OUTBOX_FATE_UNKNOWN;
	entry->attempts++;
	kept->is_outbox = kept->is_outbox || entry->order.due_ms != OUTBOX_NEVER;
	return true;
}

static bool
begin(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct kept *kept = kept_of(job);
	struct outbox_entry found;

	/* It may be run again. */
	arena_release(&kept->arena);
	if (!ledger_outbox_find(
		ledger, kept->order.key, &kept->arena, &found, err))
		return false;
	if (found.number == 0)
		return begin_new(kept, ledger, err);
	kept->entry = found;
	return begin_again(kept, ledger, err);
}

static bool
end(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct kept *kept = kept_of(job);
	const struct attempt *attempt = kept->attempt;

	if (kept->is_forgotten)
		return ledger_outbox_forget(
		    ledger, attempt->entry.number, outbox_owner(), err);
	return outbox_keep_verdict(attempt, &kept->verdict, ledger, err);
}

/* ---- answers */

static void
refuse_for_now(struct exchange *exchange, const char *reason)
{
	response_header(&exchange->response, "Retry-After", RETRY_AFTER);
	exchange_refuse(exchange, 503, "%s", reason);
}

static void
answer_queued(struct kept *kept)
{
	struct exchange *exchange = kept->exchange;
	struct arena *arena = &exchange->arena;
	struct str number = arena_format(arena, "%" PRId64, kept->entry.number);

	if (kept->is_repeated)
		response_header(&exchange->response, "Idempotency-Replayed",
		    STR("true"));
	else
		metrics_add(responder_of(exchange)->metrics, COUNTER_OUTBOX,
		    OUTBOX_CREATE_TASK, OUTBOX_RESULT_QUEUED);
	exchange->facts.decision = STR("queued");
	response_header(&exchange->response, "TaskRouter-Outbox-Number", number);
	response_body(&exchange->response, 202, "application/json",
	    arena_format(arena, "{\"outbox\":\"queued\",\"number\":%.*s}",
		STR_ARGS(number)));
	outbox_wake(responder_of(exchange));
	exchange_complete(exchange);
}

static void
answer_task(struct exchange *exchange, struct str decision, struct str sid,
    struct str task)
{
	struct arena *arena = &exchange->arena;
	struct json_limits limits = {.values = TASK_VALUES};
	struct str copy = arena_str(arena, task);
	struct json_object *json = NULL;
	struct err unused;

	if (copy.at == NULL ||
	    !json_parse(arena, copy, limits, &json, &unused))
		json = NULL;
	struct str attributes = json_get_text(json, "attributes");
	/* A Task without attributes is none that TaskRouter would tell of. */
	create_task_answer(exchange, decision, arena_str(arena, sid),
	    attributes.at != NULL ? attributes : STR("{}"), copy);
}

static void
answer_replay(struct kept *kept)
{
	const struct outbox_entry *entry = &kept->entry;

	response_header(
	    &kept->exchange->response, "Idempotency-Replayed", STR("true"));
	answer_task(kept->exchange, STR("replayed"), entry->result_sid,
	    entry->result);
}

static void
answer_busy(struct kept *kept)
{
	response_header(
	    &kept->exchange->response, "Retry-After", RETRY_AFTER);
	exchange_refuse(kept->exchange, 409,
	    "the Task of this Idempotency-Key is being created");
}

static void
answer_different(struct kept *kept)
{
	exchange_refuse(kept->exchange, 422,
	    "Idempotency-Key: was given with other parameters before");
}

/* ---- the call */

static void
refuse_attempt(struct kept *kept)
{
	const struct attempt *attempt = kept->attempt;
	struct upstream upstream = {
		.result = &attempt->result,
		.json = attempt->json,
	};

	if (attempt->has_called)
		upstream_refuse(kept->exchange, &upstream);
	else
		refuse_for_now(kept->exchange, attempt->error.at != NULL
			? attempt->error.at
			: "out of memory");
}

/* What was put in before stays if this fails, so that the answer is true
 * whatever the store says now. */
static void
on_end(struct keeper_job *job, const struct err *err)
{
	struct kept *kept = kept_of(job);
	const struct attempt *attempt = kept->attempt;

	(void)err;
	kept->is_with_store = false;
	kept->attempt->is_over = true;
	if (attempt->end == ATTEMPT_DONE)
		answer_task(kept->exchange, STR("created"), attempt->sid,
		    attempt->body);
	else if (kept->verdict.result == OUTBOX_RESULT_QUEUED)
		answer_queued(kept);
	else
		refuse_attempt(kept);
}

static void
judge(struct kept *kept)
{
	const struct attempt *attempt = kept->attempt;
	bool is_doubtful = attempt->end == ATTEMPT_DOUBTFUL;
	bool is_again = is_doubtful || attempt->end == ATTEMPT_AGAIN;

	kept->verdict = (struct outbox_verdict){
		.result = OUTBOX_RESULT_DONE,
		.state = is_doubtful ? OUTBOX_FATE_UNKNOWN : OUTBOX_WAITING,
		.due_ms = OUTBOX_NEVER,
		.lane = STR_NONE,
	};
	if (attempt->end == ATTEMPT_DONE)
		return;
	kept->verdict.result = OUTBOX_RESULT_AGAIN;
	kept->is_forgotten = !is_doubtful;
	if (!is_again || !kept->is_outbox)
		return;
	kept->is_forgotten = false;
	kept->verdict.result = OUTBOX_RESULT_QUEUED;
	kept->verdict.due_ms = clock_wall_ms() + outbox_again_ms(attempt);
	kept->verdict.lane = LANE;
}

static void
submit(struct kept *kept, bool (*run)(struct keeper_job *, struct ledger *,
    struct err *), void (*done)(struct keeper_job *, const struct err *))
{
	struct err err;

	kept->job = (struct keeper_job){
		.writes = true, .run = run, .done = done};
	kept->is_with_store =
	    keeper_submit(responder_of(kept->exchange)->keeper, &kept->job);
	if (kept->is_with_store)
		return;
	(void)err_set(&err, 0, "too many requests wait for the store");
	done(&kept->job, &err);
}

static void
on_attempted(struct attempt *attempt)
{
	struct kept *kept = attempt->context;

	judge(kept);
	submit(kept, end, on_end);
}

static bool
is_abandoned(void *context)
{
	const struct kept *kept = context;

	return exchange_is_abandoned(kept->exchange);
}

static void
call_taskrouter(struct kept *kept)
{
	struct exchange *exchange = kept->exchange;
	const struct settings *settings = settings_of(exchange);
	struct attempt *attempt =
	    attempt_new(responder_of(exchange), &kept->entry);

	kept->attempt = attempt;
	if (attempt == NULL) {
		refuse_for_now(exchange, "out of memory");
		return;
	}
	/* In front of a client it gets no longer than one call would. */
	attempt->deadline_us =
	    exchange->started_us + settings->rest.timeout_ms * 1000;
	attempt->settle_ms = settings->outbox.settle_ms;
	if (attempt->settle_ms > settings->rest.timeout_ms / 4)
		attempt->settle_ms = settings->rest.timeout_ms / 4;
	attempt->is_abandoned = is_abandoned;
	attempt->done = on_attempted;
	attempt->context = kept;
	attempt_start(attempt);
}

/* ---- the beginning */

static void
on_begin(struct keeper_job *job, const struct err *err)
{
	static void (*const next[])(struct kept *kept) = {
		[BEGIN_GO] = call_taskrouter,
		[BEGIN_QUEUED] = answer_queued,
		[BEGIN_REPLAY] = answer_replay,
		[BEGIN_BUSY] = answer_busy,
		[BEGIN_DIFFERENT] = answer_different,
	};
	struct kept *kept = kept_of(job);

	kept->is_with_store = false;
	/* Why, only the log says: it names files. */
	if (err != NULL)
		refuse_for_now(kept->exchange,
		    "the store failed, so nothing was sent to TaskRouter");
	else
		next[kept->beginning](kept);
}

/* What the store's thread still has, in a shutdown that it holds up, stays. */
static void
release(void *resource)
{
	struct kept *kept = resource;

	if (kept->is_with_store)
		return;
	attempt_free(kept->attempt);
	arena_release(&kept->arena);
	free(kept);
}

static struct kept *
make_kept(struct exchange *exchange, const struct create_task_order *order)
{
	const struct settings *settings = settings_of(exchange);
	struct kept *kept = calloc(1, sizeof *kept);

	if (kept == NULL || !arena_defer(&exchange->arena, release, kept))
		return NULL;
	kept->exchange = exchange;
	kept->order = *order;
	kept->is_outbox = order->is_outbox;
	kept->lease_ms = outbox_lease_ms(settings);
	arena_init(&kept->arena, MEMORY_MOST);
	kept->fresh.attempts = 1;
	kept->fresh.order = (struct outbox_order){
		.kind = OUTBOX_CREATE_TASK,
		.key = order->key,
		.fingerprint = order->fingerprint,
		.path = arena_format(&exchange->arena,
		    "/v1/Workspaces/%.*s/Tasks",
		    STR_ARGS(settings->workspace_sid.items[0])),
		.form = order->form,
	};
	return exchange->arena.overflow ? NULL : kept;
}

void
create_task_keep(
    struct exchange *exchange, const struct create_task_order *order)
{
	const struct settings *settings = settings_of(exchange);
	const char *blocked = settings_rest_blocked(settings);
	struct err err;

	if (settings->store.file.at == NULL) {
		exchange_refuse(exchange, 501, "%s needs store.file, which is "
		    "not configured",
		    order->is_repeatable ? "Idempotency-Key" : "Outbox");
		return;
	}
	if (blocked != NULL) {
		exchange_refuse(exchange, 500,
		    "TaskRouter cannot be called: %s", blocked);
		return;
	}
	struct kept *kept = make_kept(exchange, order);
	if (kept == NULL)
		exchange_refuse(exchange, 500, "out of memory");
	else if (!responder_need_keeper(responder_of(exchange), &err))
		refuse_for_now(exchange, "the store failed, so nothing was "
		    "sent to TaskRouter");
	else
		submit(kept, begin, on_begin);
}
