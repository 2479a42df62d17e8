/* SPDX-License-Identifier: MIT
 *
 * One attempt to carry out an entry of the outbox, by whoever has taken it:
 * the calls, and what their answers mean for the entry. What comes of it must
 * be kept by the maker.
 *
 * A Task whose creation may have been carried out before is looked for first,
 * by its idempotency_key, and created only if there is none. All processes on
 * one store look three times a second at most, which is what TaskRouter allows
 * (https://www.twilio.com/docs/taskrouter/limits).
 */
#ifndef RESPONDER_ATTEMPT_H
#define RESPONDER_ATTEMPT_H

#include <sys/queue.h>

#include "base/compat.h"
#include "codec/json.h"
#include "responder/keeper.h"
#include "responder/responder.h"
#include "store/ledger_outbox.h"

struct event;

enum attempt_end {
	ATTEMPT_DONE,
	ATTEMPT_LATE,      /* its object is gone, or not as it must be */
	ATTEMPT_AGAIN,     /* not carried out; may be, next time */
	ATTEMPT_DENIED,    /* not carried out: the credentials are not good */
	ATTEMPT_DOUBTFUL,  /* may have been carried out */
	ATTEMPT_REFUSED,   /* not carried out, and never will be */
	ATTEMPT_ABANDONED, /* not carried out: is_abandoned said so */
};

struct attempt {
	/* The maker's, to be set before attempt_start: */
	int64_t deadline_us; /* monotonic: calls end by then */
	int64_t settle_ms;   /* to wait before a Task is looked for */
	/* Asked just before something is sent; NULL: never. */
	bool (*is_abandoned)(void *context);
	/* Called once, perhaps within attempt_start. May free the attempt. */
	void (*done)(struct attempt *attempt);
	void *context;

	/* What came of it: */
	enum attempt_end end;
	bool has_called;           /* TaskRouter, at least once */
	struct rest_result result; /* of the last call */
	struct json_object *json;  /* its answer; NULL: no JSON object */
	struct str sid;            /* of the Task that was made */
	struct str body;           /* the Task, as TaskRouter has it */
	struct str error;          /* for people; absent: nothing went wrong */
	int64_t wait_ms;           /* that TaskRouter asks for; 0: none */

	/* Its own; may be read: */
	bool is_over; /* the maker: others may take the entry */
	LIST_ENTRY(attempt) of_responder;
	struct responder *responder;
	struct settings *settings; /* that it began with */
	struct outbox_entry entry; /* in the arena */
	struct arena arena;
	enum rest_operation operation;
	void (*next)(struct attempt *attempt);
	struct event *timer;
	struct keeper_job job;
	int64_t moment_ms;   /* of its turn */
	int64_t patience_ms; /* to wait for it */
	bool has_turn;
};

/* Copies the entry. NULL: no memory. */
struct attempt *attempt_new(
    struct responder *responder, const struct outbox_entry *entry);
void attempt_start(struct attempt *attempt);
/* Whether this process has an attempt at that entry that is not over. */
bool attempt_is_under_way(
    const struct responder *responder, int64_t number);
/* Not while it goes on, unless the REST client, the keeper and the loop are
 * gone, or will not be turned any more. NULL is allowed. */
void attempt_free(struct attempt *attempt);

/* How long to wait after the n-th attempt, from 1, before the next one: one
 * second and then twice as long each time, up to `most_ms`, a fifth more or
 * less by `chance`, so that many that failed together do not come together. */
int64_t attempt_pause_ms(int64_t attempts, int64_t most_ms, uint32_t chance);

#endif
