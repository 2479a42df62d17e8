/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/outbox.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "responder/attempt.h"
#include "responder/keeper.h"
#include "responder/outbox_parts.h"

/* What other processes put in, or leave when they die, is found so soon. */
#define POLL_MS ((int64_t)1000)
/* So many ended entries are forgotten at once, so often. */
#define PURGE_MOST ((size_t)1000)
#define PURGE_EVERY_US (INT64_C(60) * 1000000)
/* An attempt is a search and a call at most, each within rest.timeout. */
#define CALLS_PER_ATTEMPT 2
/* By so much a lease is longer than what is done under it. */
#define LEASE_MARGIN_MS ((int64_t)1000)
#define ENTRIES_MOST ((size_t)256)
#define ENTRIES_MEMORY ((size_t)16 << 20)

LIST_HEAD(deliveries, delivery);

/* Looks what is due, and takes it if something is. */
struct look {
	struct keeper_job job;
	bool is_going_on;
	bool is_stale;           /* woken since it began */
	size_t most;             /* that may be taken */
	int64_t lease_ms;
	int64_t purge_before_ms; /* 0: not now */
	int64_t next_ms;
	struct arena arena;
	size_t count;
	struct outbox_entry entries[ENTRIES_MOST];
};

struct outbox {
	struct responder *responder;
	struct event *timer; /* to look again */
	struct deliveries deliveries;
	size_t under_way;    /* taken, and not told to the store yet */
	bool is_stopped;
	int64_t purged_us;
	struct outbox_report report;
	struct look look;
};

/* An entry that this process has taken. */
struct delivery {
	LIST_ENTRY(delivery) entry;
	struct outbox *outbox;
	struct attempt *attempt; /* NULL: it is over */
	struct keeper_job job;
	bool is_with_store;
	struct outbox_verdict verdict;
};

static void look(struct outbox *outbox);

static void
set_timer(struct outbox *outbox, int64_t ms)
{
	struct timeval wait = {ms / 1000, ms % 1000 * 1000};

	if (!outbox->is_stopped)
		(void)evtimer_add(outbox->timer, &wait);
}

/* ---- how an entry ends */

/* The SID of the Worker or Task that is to be changed: the last segment of the
 * path. Absent for one that is to be made. */
static struct str
object_of(const struct outbox_entry *entry)
{
	struct str rest = entry->order.path, last = STR_NONE;

	if (entry->order.kind == OUTBOX_CREATE_TASK)
		return STR_NONE;
	while (rest.at != NULL)
		last = str_cut(&rest, '/');
	return last;
}

static void
log_object(struct log_line *line, const struct attempt *attempt)
{
	static const char *const keys[OUTBOX_KINDS] = {
		[OUTBOX_CREATE_TASK] = "task",
		[OUTBOX_UPDATE_WORKER] = "worker",
		[OUTBOX_UPDATE_TASK] = "task",
		[OUTBOX_RESTORE_WORKER] = "worker",
	};
	struct str object = object_of(&attempt->entry);

	log_str(line, keys[attempt->entry.order.kind],
	    object.at != NULL ? object : attempt->sid);
}

static void
log_verdict(const struct attempt *attempt, const struct outbox_verdict *verdict)
{
	static const enum log_level levels[] = {
		[OUTBOX_RESULT_QUEUED] = LOG_LEVEL_INFO,
		[OUTBOX_RESULT_DONE] = LOG_LEVEL_INFO,
		[OUTBOX_RESULT_LATE] = LOG_LEVEL_INFO,
		[OUTBOX_RESULT_AGAIN] = LOG_LEVEL_WARNING,
		[OUTBOX_RESULT_FAILED] = LOG_LEVEL_ERROR,
	};
	const struct outbox_entry *entry = &attempt->entry;
	struct log_line line;

	log_begin(&line, levels[verdict->result], "outbox");
	log_int(&line, "number", entry->number);
	log_str(&line, "kind", str_from(outbox_kind_names[entry->order.kind]));
	log_str(&line, "result",
	    str_from(outbox_result_name(verdict->result)));
	log_object(&line, attempt);
	log_int(&line, "attempt", entry->attempts);
	if (verdict->result == OUTBOX_RESULT_AGAIN)
		log_ms(&line, "again_in_ms",
		    (verdict->due_ms - clock_wall_ms()) * 1000);
	log_str(&line, "error", attempt->error);
	log_end(&line);
}

static uint32_t
draw(void)
{
	uint32_t chance = 0;

	/* Without any, many only come together. */
	(void)!getrandom(&chance, sizeof chance, GRND_NONBLOCK);
	return chance;
}

int64_t
outbox_again_ms(const struct attempt *attempt)
{
	const struct settings_outbox *settings = &attempt->settings->outbox;
	int64_t wait = attempt->wait_ms < OUTBOX_FURTHEST_MS
	    ? attempt->wait_ms
	    : OUTBOX_FURTHEST_MS;
	int64_t pause = attempt_pause_ms(attempt->entry.attempts,
	    settings->longest_pause_ms, draw());

	/* Somebody else wrote at the same time: that is no trouble. */
	if (attempt->result.status == 412)
		return wait;
	if (attempt->end == ATTEMPT_DOUBTFUL && pause < settings->settle_ms)
		pause = settings->settle_ms;
	return pause > wait ? pause : wait;
}

/* What an attempt that was made by nobody but the outbox means. */
static struct outbox_verdict
judge(const struct attempt *attempt)
{
	static const enum outbox_result results[] = {
		[ATTEMPT_DONE] = OUTBOX_RESULT_DONE,
		[ATTEMPT_LATE] = OUTBOX_RESULT_LATE,
		[ATTEMPT_AGAIN] = OUTBOX_RESULT_AGAIN,
		[ATTEMPT_DENIED] = OUTBOX_RESULT_AGAIN,
		[ATTEMPT_DOUBTFUL] = OUTBOX_RESULT_AGAIN,
		[ATTEMPT_REFUSED] = OUTBOX_RESULT_FAILED,
		[ATTEMPT_ABANDONED] = OUTBOX_RESULT_AGAIN,
	};
	int64_t now = clock_wall_ms();
	struct outbox_verdict verdict = {
		.result = results[attempt->end],
		.state = attempt->end == ATTEMPT_DOUBTFUL ? OUTBOX_FATE_UNKNOWN
							  : OUTBOX_WAITING,
		.due_ms = now + outbox_again_ms(attempt),
	};

	if (verdict.result == OUTBOX_RESULT_AGAIN &&
	    verdict.due_ms - attempt->entry.since_ms >
		attempt->settings->outbox.give_up_ms)
		verdict.result = OUTBOX_RESULT_FAILED;
	return verdict;
}

bool
outbox_keep_verdict(const struct attempt *attempt,
    const struct outbox_verdict *verdict, struct ledger *ledger,
    struct err *err)
{
	int64_t number = attempt->entry.number;
	struct str owner = outbox_owner();
	int64_t now = clock_wall_ms();

	switch (verdict->result) {
	case OUTBOX_RESULT_DONE:
	case OUTBOX_RESULT_LATE:
		return ledger_outbox_done(ledger, number, attempt->sid,
		    attempt->sid.at != NULL ? attempt->body : STR_NONE, now,
		    err);
	case OUTBOX_RESULT_QUEUED:
	case OUTBOX_RESULT_AGAIN:
		return ledger_outbox_put_off(ledger, number, owner,
		    verdict->state, verdict->due_ms, verdict->lane,
		    attempt->error, err);
	case OUTBOX_RESULT_FAILED:
		break;
	}
	return ledger_outbox_fail(
	    ledger, number, owner, attempt->error, now, err);
}

static struct delivery *
delivery_of(struct keeper_job *job)
{
	return (struct delivery *)(void *)((char *)job -
	    offsetof(struct delivery, job));
}

static void
free_delivery(struct delivery *delivery)
{
	LIST_REMOVE(delivery, entry);
	delivery->outbox->under_way--;
	attempt_free(delivery->attempt);
	free(delivery);
}

static bool
keep(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct delivery *delivery = delivery_of(job);

	return outbox_keep_verdict(
	    delivery->attempt, &delivery->verdict, ledger, err);
}

/* Where the store failed the lease runs out, and the entry is taken again. */
static void
kept(struct keeper_job *job, const struct err *err)
{
	struct delivery *delivery = delivery_of(job);
	struct outbox *outbox = delivery->outbox;

	if (err == NULL) {
		outbox->report.results[delivery->verdict.result]++;
		metrics_add(outbox->responder->metrics, COUNTER_OUTBOX,
		    delivery->attempt->entry.order.kind,
		    delivery->verdict.result);
		log_verdict(delivery->attempt, &delivery->verdict);
	}
	/* Something may be due sooner than was known. */
	outbox->report.next_ms = 0;
	free_delivery(delivery);
	look(outbox);
}

static void
on_attempted(struct attempt *attempt)
{
	struct delivery *delivery = attempt->context;

	delivery->verdict = judge(attempt);
	delivery->job = (struct keeper_job){
		.writes = true, .run = keep, .done = kept};
	delivery->is_with_store = keeper_submit(
	    delivery->outbox->responder->keeper, &delivery->job);
	if (!delivery->is_with_store)
		free_delivery(delivery);
}

/* ---- what is due */

static int64_t
attempt_ms(const struct settings *settings)
{
	return CALLS_PER_ATTEMPT * settings->rest.timeout_ms +
	    settings->outbox.settle_ms;
}

int64_t
outbox_lease_ms(const struct settings *settings)
{
	return attempt_ms(settings) + LEASE_MARGIN_MS;
}

/* One that finds no memory is taken again when its lease has run out. One that
 * this process is still at has only another lease: the clock was set. */
static void
deliver(struct outbox *outbox, const struct outbox_entry *entry)
{
	struct responder *responder = outbox->responder;

	if (attempt_is_under_way(responder, entry->number))
		return;
	struct delivery *delivery = calloc(1, sizeof *delivery);
	struct attempt *attempt = attempt_new(responder, entry);

	if (delivery == NULL || attempt == NULL) {
		attempt_free(attempt);
		free(delivery);
		return;
	}
	delivery->outbox = outbox;
	delivery->attempt = attempt;
	LIST_INSERT_HEAD(&outbox->deliveries, delivery, entry);
	outbox->under_way++;
	attempt->deadline_us = clock_monotonic_us() +
	    attempt_ms(responder->settings) * 1000;
	attempt->done = on_attempted;
	attempt->context = delivery;
	attempt_start(attempt);
}

static struct outbox *
outbox_of(struct keeper_job *job)
{
	return (struct outbox *)(void *)((char *)job -
	    offsetof(struct outbox, look.job));
}

static bool
peek(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct look *at = &outbox_of(job)->look;

	at->count = 0;
	return ledger_outbox_next(
	    ledger, clock_wall_ms(), &at->next_ms, err);
}

static bool
take_due(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct look *at = &outbox_of(job)->look;
	struct outbox_lease lease = {
		.owner = outbox_owner(),
		.now_ms = clock_wall_ms(),
	};

	lease.until_ms = lease.now_ms + at->lease_ms;
	/* It may be run again. */
	arena_release(&at->arena);
	at->count = 0;
	if (at->purge_before_ms > 0 &&
	    !ledger_outbox_purge(
		ledger, at->purge_before_ms, PURGE_MOST, err))
		return false;
	return ledger_outbox_take(ledger, &lease, at->most, &at->arena,
		   at->entries, &at->count, err) &&
	    ledger_outbox_next(ledger, lease.now_ms, &at->next_ms, err);
}

/* How many more may be taken now. */
static size_t
free_places(const struct outbox *outbox)
{
	size_t most = (size_t)outbox->responder->settings->outbox.calls;

	if (most > ENTRIES_MOST)
		most = ENTRIES_MOST;
	return outbox->under_way < most ? most - outbox->under_way : 0;
}

static void
end_look(struct outbox *outbox, const struct err *err)
{
	struct look *at = &outbox->look;
	int64_t wait = at->next_ms - clock_wall_ms();

	arena_release(&at->arena);
	at->is_going_on = false;
	outbox->report.store_fails = err != NULL;
	outbox->report.next_ms = at->next_ms;
	outbox->report.looks++;
	/* What finds no free place is taken when one gets free. */
	if (err != NULL || wait > POLL_MS || free_places(outbox) == 0)
		wait = POLL_MS;
	if (at->is_stale)
		look(outbox);
	else
		set_timer(outbox, wait < 1 ? 1 : wait);
}

static void
on_taken(struct keeper_job *job, const struct err *err)
{
	struct outbox *outbox = outbox_of(job);
	struct look *at = &outbox->look;

	for (size_t i = 0; err == NULL && i < at->count; i++)
		deliver(outbox, &at->entries[i]);
	end_look(outbox, err);
}

/* Only now and then, so that idle processes do not write. */
static void
plan_purge(struct outbox *outbox)
{
	int64_t now_us = clock_monotonic_us();

	outbox->look.purge_before_ms = 0;
	if (outbox->purged_us != 0 &&
	    now_us - outbox->purged_us < PURGE_EVERY_US)
		return;
	outbox->purged_us = now_us;
	outbox->look.purge_before_ms = clock_wall_ms() -
	    outbox->responder->settings->outbox.keep_ms;
}

static void
on_peeked(struct keeper_job *job, const struct err *err)
{
	struct outbox *outbox = outbox_of(job);
	struct look *at = &outbox->look;

	plan_purge(outbox);
	at->most = free_places(outbox);
	at->lease_ms = outbox_lease_ms(outbox->responder->settings);
	at->job = (struct keeper_job){
		.writes = true, .run = take_due, .done = on_taken};
	if (err != NULL || outbox->is_stopped ||
	    ((at->next_ms > clock_wall_ms() || at->most == 0) &&
		at->purge_before_ms == 0) ||
	    !keeper_submit(outbox->responder->keeper, &at->job))
		end_look(outbox, err);
}

static void
look(struct outbox *outbox)
{
	struct look *at = &outbox->look;

	if (outbox->is_stopped)
		return;
	at->is_stale = at->is_going_on;
	if (at->is_going_on)
		return;
	at->job = (struct keeper_job){.run = peek, .done = on_peeked};
	at->next_ms = OUTBOX_NEVER;
	at->is_going_on = keeper_submit(outbox->responder->keeper, &at->job);
	if (!at->is_going_on)
		set_timer(outbox, POLL_MS);
}

static void
on_timer(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	look(context);
}

/* ---- from outside */

struct str
outbox_owner(void)
{
	static char text[40];

	/* Numbers of processes come again. */
	if (text[0] == '\0')
		(void)snprintf(text, sizeof text, "%ld.%08x", (long)getpid(),
		    (unsigned)draw());
	return str_from(text);
}

void
outbox_start(struct responder *responder)
{
	struct outbox *outbox;
	struct err err;

	if (responder->settings->store.file.at == NULL ||
	    responder->outbox != NULL)
		return;
	if (!responder_need_keeper(responder, &err)) {
		log_event(LOG_LEVEL_ERROR, "outbox", "%s", err.text);
		return;
	}
	(void)outbox_owner();
	outbox = calloc(1, sizeof *outbox);
	if (outbox != NULL)
		outbox->timer = evtimer_new(responder->loop, on_timer, outbox);
	if (outbox == NULL || outbox->timer == NULL) {
		free(outbox);
		log_event(LOG_LEVEL_ERROR, "outbox", "out of memory");
		return;
	}
	outbox->responder = responder;
	LIST_INIT(&outbox->deliveries);
	arena_init(&outbox->look.arena, ENTRIES_MEMORY);
	responder->outbox = outbox;
	look(outbox);
}

void
outbox_wake(struct responder *responder)
{
	if (responder->outbox != NULL)
		look(responder->outbox);
}

void
outbox_stop(struct responder *responder)
{
	if (responder->outbox == NULL)
		return;
	responder->outbox->is_stopped = true;
	(void)evtimer_del(responder->outbox->timer);
}

bool
outbox_is_idle(const struct responder *responder)
{
	return responder->outbox == NULL || responder->outbox->under_way == 0;
}

struct outbox_report
outbox_tell(const struct responder *responder)
{
	return responder->outbox == NULL ? (struct outbox_report){0}
					 : responder->outbox->report;
}

void
outbox_close(struct responder *responder)
{
	struct outbox *outbox = responder->outbox;
	struct delivery *delivery, *next;

	responder->outbox = NULL;
	/* What the store's thread still has, if that did not come back from
	 * the disk, stays. */
	if (outbox == NULL || outbox->look.is_going_on)
		return;
	for (delivery = LIST_FIRST(&outbox->deliveries); delivery != NULL;
	     delivery = next) {
		next = LIST_NEXT(delivery, entry);
		if (!delivery->is_with_store)
			free_delivery(delivery);
	}
	if (!LIST_EMPTY(&outbox->deliveries))
		return;
	event_free(outbox->timer);
	arena_release(&outbox->look.arena);
	free(outbox);
}
