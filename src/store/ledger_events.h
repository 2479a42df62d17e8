/* SPDX-License-Identifier: MIT
 *
 * The Events that TaskRouter told, each once.
 */
#ifndef STORE_LEDGER_EVENTS_H
#define STORE_LEDGER_EVENTS_H

#include "base/compat.h"
#include "base/str.h"
#include "store/ledger.h"
#include "twilio/taskrouter_event.h"

/* Rows that are looked at for one page, whatever it finds: a page that few
 * Events are in must not keep the store from writing. */
#define LEDGER_EVENTS_SEEN_MOST 10000

/* Keeps the Event, as of `now_ms` where it has no date. *is_new is false where
 * one of that key is kept already, which stays as it is. Writes. */
MUST_USE bool ledger_put_event(struct ledger *ledger,
    const struct taskrouter_event *event, int64_t now_ms, bool *is_new,
    struct err *err);

/* Where an Event stands among the others: newest first, and of one millisecond
 * the one first that came last. */
struct ledger_position {
	int64_t at_ms;
	int64_t number;
};
#define LEDGER_NEWEST ((struct ledger_position){INT64_MAX, INT64_MAX})

struct ledger_event {
	struct taskrouter_event event;
	struct ledger_position position;
	int64_t received_ms;
};

struct ledger_events_query {
	struct str wanted[EVENT_TEXTS]; /* absent: any */
	int64_t from_ms, to_ms;         /* both included */
	struct ledger_position before;  /* older than this one */
	size_t most;
	/* For each, until it is false: then that one is the last. What is in the
	 * Event lives until it returns. */
	bool (*take)(void *context, const struct ledger_event *event);
	void *context;
};

/* A page of Events. *next: where the next one goes on, or, where there are no
 * more, number 0. A page may have fewer than `most`, or none, although others
 * follow. */
MUST_USE bool ledger_read_events(struct ledger *ledger,
    const struct ledger_events_query *query, struct ledger_position *next,
    struct err *err);

/* Removes Events that were received before `before_ms`; looks at no more than
 * the `most` that were received first. Those that were received more than a day
 * after `now_ms`, when the clock was wrong, go as well. Writes. */
MUST_USE bool ledger_purge_events(struct ledger *ledger, int64_t before_ms,
    int64_t now_ms, size_t most, size_t *purged, struct err *err);

#endif
