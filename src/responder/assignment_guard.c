/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/assignment_guard.h"

#include <event2/event.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/log.h"
#include "responder/assignment_answer.h"
#include "responder/keeper.h"
#include "responder/outbox.h"

/* Of the texts of a claim and of the answer that is kept. */
#define MEMORY_MOST ((size_t)1 << 20)
/* Between two looks at a claim that another has not settled yet. */
#define ASK_AGAIN_US ((int64_t)20000)
/* Between two attempts to tell the store what was answered. */
#define TELL_AGAIN_US ((int64_t)1000000)
/* Attempts to have a fallback kept of which the store knows nothing: TaskRouter
 * repeats a callback within seconds or not at all. */
#define TELL_MOST 15
#define UNTOLD_MOST ((size_t)256) /* such fallbacks at once */
/* Claims of processes that have ended, settled on the way by one that does not
 * serve long. */
#define SETTLE_MOST ((size_t)4)

enum stage {
	ASKING,  /* a job is under way; the timer is the deadline's */
	WAITING, /* for another's claim, to ask again */
	TELLING, /* a job is under way; the exchange has been answered */
	TELL_LATER,
};

struct guard {
	struct keeper_job job; /* first: see guard_of */
	LIST_ENTRY(guard) entry;
	struct assignment_guards *guards;
	struct exchange *exchange; /* NULL once it has been answered */
	struct event *timer;
	enum stage stage;
	int64_t deadline_us;
	bool is_claimed; /* the store has our claim, to be settled */
	bool is_given;   /* the answer that was claimed was given */
	bool is_last;    /* the process ends with it */
	bool is_untold;  /* counts in guards->untold */
	unsigned told;   /* attempts */
	_Atomic bool is_late; /* set by the loop: nothing must be claimed */

	/* The keeper's while a job is under way, else the loop's. */
	struct arena arena;
	struct ledger_answer_claim claim;
	struct ledger_answer fallback;
	struct ledger_answer_kept kept;
	bool is_refused; /* the fallback was kept instead */
};

LIST_HEAD(guard_list, guard);

/* One for each process. */
struct assignment_guards {
	struct responder *responder;
	struct guard_list list;
	int64_t claims; /* numbers that were used */
	size_t untold;  /* guards that nobody but us knows of */
	bool is_stopping;
};

static struct guard *
guard_of(struct keeper_job *job)
{
	return (struct guard *)(void *)job;
}

static struct timeval
interval(int64_t us)
{
	if (us < 0)
		us = 0;
	return (struct timeval){us / 1000000, us % 1000000};
}

static void
release(struct guard *guard)
{
	LIST_REMOVE(guard, entry);
	if (guard->is_untold)
		guard->guards->untold--;
	if (guard->timer != NULL)
		event_free(guard->timer);
	arena_release(&guard->arena);
	free(guard);
}

/* ---- telling the store what was answered */

static bool
run_tell(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct guard *guard = guard_of(job);
	struct ledger_answer_claim refused = guard->claim;
	int64_t now = clock_wall_ms();
	size_t count;

	refused.answer = guard->fallback;
	if (!guard->is_given)
		return ledger_answer_refuse(ledger, &refused, now, err);
	if (!ledger_answer_give(ledger, guard->claim.reservation,
		guard->claim.number, now, err))
		return false;
	/* Nobody else may ever come to do it. */
	return !guard->is_last ||
	    ledger_answers_settle(ledger, SETTLE_MOST, now, &count, err);
}

static void tell(struct guard *guard);

/* Whether it is worth another attempt: not for ever where the store knows
 * nothing that others could wait for. */
static bool
is_worth_telling(struct guard *guard)
{
	struct assignment_guards *guards = guard->guards;

	if (guards->is_stopping)
		return false;
	if (guard->is_claimed || guard->is_untold)
		return guard->is_claimed || guard->told < TELL_MOST;
	if (guards->untold >= UNTOLD_MOST)
		return false;
	guard->is_untold = true;
	guards->untold++;
	return true;
}

static void
tell_later(struct guard *guard)
{
	struct timeval again = interval(TELL_AGAIN_US);

	guard->stage = TELL_LATER;
	if (!is_worth_telling(guard) || event_add(guard->timer, &again) != 0)
		release(guard);
}

static void
told(struct keeper_job *job, const struct err *err)
{
	struct guard *guard = guard_of(job);
	struct responder *responder = guard->guards->responder;
	bool has_work = guard->is_given;

	if (err != NULL) {
		tell_later(guard);
		return;
	}
	release(guard);
	if (has_work)
		outbox_wake(responder);
}

static void
tell(struct guard *guard)
{
	guard->stage = TELLING;
	guard->told++;
	guard->job.run = run_tell;
	guard->job.done = told;
	if (!keeper_submit(guard->guards->responder->keeper, &guard->job))
		tell_later(guard);
}

/* ---- asking the store */

static bool
run_ask(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct guard *guard = guard_of(job);
	struct ledger_answer_claim refused = guard->claim;
	int64_t now = clock_wall_ms();

	guard->is_refused = guard->is_late;
	if (!guard->is_refused)
		return ledger_answer_claim(ledger, &guard->claim, now,
		    &guard->arena, &guard->kept, err);
	refused.answer = guard->fallback;
	return ledger_answer_refuse(ledger, &refused, now, err);
}

/* The exchange may have been the last thing that held its memory. */
static void
fall_back(struct guard *guard, enum fallback_reason reason, const char *detail)
{
	struct exchange *exchange = guard->exchange;

	guard->exchange = NULL;
	guard->is_late = true;
	(void)event_del(guard->timer);
	assignment_fall_back(exchange, &guard->fallback, reason, detail);
}

static void
take_kept(struct guard *guard)
{
	struct exchange *exchange = guard->exchange;

	guard->exchange = NULL;
	(void)event_del(guard->timer);
	if (!guard->kept.is_new)
		exchange->facts.note = STR("repeated");
	/* What was no answer has no follow-up. */
	guard->is_given =
	    assignment_answer_copy(exchange, &guard->kept.answer);
	if (guard->kept.state == LEDGER_ANSWER_OURS) {
		tell(guard);
	} else {
		release(guard);
	}
}

static void
wait_for_claimer(struct guard *guard)
{
	int64_t left = guard->deadline_us - clock_monotonic_us();
	struct timeval again =
	    interval(left < ASK_AGAIN_US ? left : ASK_AGAIN_US);

	guard->stage = WAITING;
	if (event_add(guard->timer, &again) == 0)
		return;
	fall_back(guard, FALLBACK_MEMORY, NULL);
	release(guard);
}

/* The fallback has been given before the store came to an end. */
static void
come_late(struct guard *guard, bool is_kept)
{
	if (is_kept && (guard->is_refused ||
	    guard->kept.state != LEDGER_ANSWER_OURS)) {
		release(guard);
		return;
	}
	if (is_kept)
		metrics_add(guard->guards->responder->metrics,
		    COUNTER_CALLBACKS_LATE, 0, 0);
	tell(guard);
}

static void
asked(struct keeper_job *job, const struct err *err)
{
	struct guard *guard = guard_of(job);

	guard->is_claimed = err == NULL && !guard->is_refused &&
	    guard->kept.state == LEDGER_ANSWER_OURS;
	if (guard->exchange == NULL) {
		come_late(guard, err == NULL);
	} else if (err != NULL) {
		fall_back(guard, FALLBACK_STORE, err->text);
		tell_later(guard);
	} else if (guard->kept.state == LEDGER_ANSWER_CLAIMED) {
		wait_for_claimer(guard);
	} else {
		take_kept(guard);
	}
}

static void
ask(struct guard *guard)
{
	struct timeval left =
	    interval(guard->deadline_us - clock_monotonic_us());

	guard->stage = ASKING;
	guard->job.run = run_ask;
	guard->job.done = asked;
	if (event_add(guard->timer, &left) != 0) {
		fall_back(guard, FALLBACK_MEMORY, NULL);
		release(guard);
	} else if (!keeper_submit(
		       guard->guards->responder->keeper, &guard->job)) {
		fall_back(guard, FALLBACK_QUEUE, NULL);
		tell_later(guard);
	}
}

/* libevent's clock is a little behind. */
static bool
is_over(const struct guard *guard)
{
	return clock_monotonic_us() + ASK_AGAIN_US / 2 >= guard->deadline_us;
}

static void
on_timer(evutil_socket_t fd, short what, void *context)
{
	struct guard *guard = context;

	(void)fd;
	(void)what;
	switch (guard->stage) {
	case ASKING:
		fall_back(guard, FALLBACK_DEADLINE, NULL);
		break;
	case WAITING:
		if (!is_over(guard)) {
			ask(guard);
			break;
		}
		fall_back(guard, FALLBACK_DEADLINE, "another process has "
		    "claimed the answer");
		release(guard);
		break;
	case TELL_LATER:
		tell(guard);
		break;
	case TELLING: /* has no timer */
		break;
	}
}

/* ---- beginning */

static struct assignment_guards *
need_guards(struct responder *responder)
{
	struct assignment_guards *guards = responder->guards;

	if (guards == NULL)
		guards = responder->guards = calloc(1, sizeof *guards);
	if (guards != NULL && guards->responder == NULL) {
		guards->responder = responder;
		LIST_INIT(&guards->list);
	}
	return guards;
}

static struct ledger_answer
copy_answer(struct arena *arena, const struct ledger_answer *answer)
{
	return (struct ledger_answer){
	    .rule = arena_str(arena, answer->rule),
	    .instruction = arena_str(arena, answer->instruction),
	    .json = arena_str(arena, answer->json),
	};
}

static struct outbox_order
copy_order(struct arena *arena, const struct outbox_order *order)
{
	return (struct outbox_order){
	    .kind = order->kind,
	    .lane = arena_str(arena, order->lane),
	    .key = arena_str(arena, order->key),
	    .fingerprint = arena_str(arena, order->fingerprint),
	    .path = arena_str(arena, order->path),
	    .form = arena_str(arena, order->form),
	    .extra = arena_str(arena, order->extra),
	};
}

static void
copy_claim(struct guard *guard, const struct ledger_answer_claim *claim)
{
	struct arena *arena = &guard->arena;
	struct outbox_order *work =
	    arena_array(arena, claim->work_count, sizeof *work);

	for (size_t i = 0; work != NULL && i < claim->work_count; i++)
		work[i] = copy_order(arena, &claim->work[i]);
	guard->claim = (struct ledger_answer_claim){
	    .reservation = arena_str(arena, claim->reservation),
	    .number = ++guard->guards->claims,
	    .answer = copy_answer(arena, &claim->answer),
	    .work = work,
	    .work_count = claim->work_count,
	};
}

static struct guard *
new_guard(struct assignment_guards *guards, struct exchange *exchange,
    const struct ledger_answer_claim *claim,
    const struct ledger_answer *fallback, int64_t deadline_ms)
{
	struct guard *guard = calloc(1, sizeof *guard);

	if (guard == NULL)
		return NULL;
	LIST_INSERT_HEAD(&guards->list, guard, entry);
	guard->guards = guards;
	guard->is_last = guards->responder->sweep == NULL;
	guard->exchange = exchange;
	guard->job.writes = true;
	guard->deadline_us = exchange->started_us + deadline_ms * 1000;
	arena_init(&guard->arena, MEMORY_MOST);
	copy_claim(guard, claim);
	guard->fallback = copy_answer(&guard->arena, fallback);
	guard->timer =
	    event_new(guards->responder->loop, -1, 0, on_timer, guard);
	if (guard->timer != NULL && !guard->arena.overflow)
		return guard;
	release(guard);
	return NULL;
}

/* What the Reservation was answered with, where the store does not know yet
 * that it was the fallback; NULL: it was not. */
static const struct ledger_answer *
find_fallback(const struct assignment_guards *guards, struct str reservation)
{
	const struct guard *guard;

	LIST_FOREACH(guard, &guards->list, entry)
		if (guard->exchange == NULL && !guard->is_given &&
		    str_equal(guard->claim.reservation, reservation))
			return &guard->fallback;
	return NULL;
}

static void
begin(struct assignment_guards *guards, struct exchange *exchange,
    const struct ledger_answer_claim *claim,
    const struct ledger_answer *fallback, int64_t deadline_ms)
{
	const struct ledger_answer *given =
	    find_fallback(guards, claim->reservation);
	struct guard *guard;

	if (given != NULL) {
		exchange->facts.note = STR("repeated");
		(void)assignment_answer_copy(exchange, given);
		return;
	}
	guard = new_guard(guards, exchange, claim, fallback, deadline_ms);
	if (guard == NULL)
		assignment_fall_back(exchange, fallback, FALLBACK_MEMORY, NULL);
	else
		ask(guard);
}

void
assignment_guard(struct exchange *exchange,
    const struct ledger_answer_claim *claim,
    const struct instruction *instruction, int64_t deadline_ms)
{
	struct responder *responder = responder_of(exchange);
	struct ledger_answer fallback = {
	    .instruction = str_from(instruction->name),
	    .json = instruction->json,
	};
	struct assignment_guards *guards = need_guards(responder);
	struct err err;

	if (!responder_need_keeper(responder, &err))
		assignment_fall_back(exchange, &fallback, FALLBACK_STORE, err.text);
	else if (guards == NULL)
		assignment_fall_back(exchange, &fallback, FALLBACK_MEMORY, NULL);
	else
		begin(guards, exchange, claim, &fallback, deadline_ms);
}

/* ---- ending */

void
assignment_guard_stop(struct responder *responder)
{
	struct assignment_guards *guards = responder->guards;
	struct guard *guard, *next;

	if (guards == NULL)
		return;
	guards->is_stopping = true;
	for (guard = LIST_FIRST(&guards->list); guard != NULL; guard = next) {
		next = LIST_NEXT(guard, entry);
		if (guard->stage == TELL_LATER)
			tell(guard);
	}
}

/* Jobs that a stalled disk has not given back are left to it. */
void
assignment_guard_close(struct responder *responder)
{
	struct assignment_guards *guards = responder->guards;
	struct guard *guard, *next;

	if (guards == NULL)
		return;
	for (guard = LIST_FIRST(&guards->list); guard != NULL; guard = next) {
		next = LIST_NEXT(guard, entry);
		if (guard->stage == WAITING || guard->stage == TELL_LATER)
			release(guard);
	}
	if (LIST_EMPTY(&guards->list)) {
		free(guards);
		responder->guards = NULL;
	}
}
