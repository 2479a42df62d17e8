/* SPDX-License-Identifier: MIT
 *
 * A job of the keeper that an exchange waits for, but not for ever: when the
 * store has not answered in time the exchange is refused, and the job goes on
 * without it.
 */
#ifndef RESPONDER_ERRAND_H
#define RESPONDER_ERRAND_H

#include "base/arena.h"
#include "base/compat.h"
#include "http/exchange.h"
#include "responder/keeper.h"

struct event;
struct errand;
struct responder;

struct errand {
	/* `run` and `writes` are the maker's. First: what `run` is given is the
	 * errand. It must not look at the exchange. */
	struct keeper_job job;
	/* For what `run` reads and writes; released with the errand, or with the
	 * exchange where that one is answered. */
	struct arena arena;
	/* On the loop's thread, when the job was done: completes the exchange.
	 * Its views may be of the errand's arena. */
	void (*answer)(struct exchange *exchange, struct errand *errand);
	/* When the exchange is refused with 503 instead. NULL: nothing is to be
	 * done. */
	void (*refused)(struct exchange *exchange);
	/* Completes the exchange then, in place of a problem document. May be
	 * NULL. */
	void (*answer_refused)(struct exchange *exchange);
	/* On the loop's thread, when what the job did is kept, also if nobody
	 * waits for it any more; before `answer`. NULL: nothing is to be done. */
	void (*kept)(struct responder *responder, struct errand *errand);

	/* The errand's own: */
	struct responder *responder;
	struct exchange *exchange; /* NULL: it was answered */
	struct event *deadline;
};

/* A zeroed errand at the head of `size` bytes, its arena with that ceiling.
 * NULL: no memory, and the exchange was refused. */
void *errand_new(struct exchange *exchange, size_t size, size_t ceiling);

/* For one that was not started. */
void errand_discard(struct errand *errand);

/* Hands the job to the keeper; the errand frees itself. Without a store, with
 * a full queue, when the job fails and when it takes longer than `timeout_ms`
 * the exchange is refused with 503 and Retry-After; the log, and not the
 * answer, says what is wrong with the store. */
void errand_start(
    struct exchange *exchange, struct errand *errand, int64_t timeout_ms);

#endif
