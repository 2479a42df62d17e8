/* SPDX-License-Identifier: MIT
 *
 * The outbox: calls of TaskRouter's REST API that are still to be made, so
 * that they are made whatever becomes of the process that wanted them.
 *
 * Entries of one lane are taken one after another, in the order of their
 * numbers; an entry without lane waits for nobody. Several processes take from
 * one outbox: who takes an entry has it for the length of a lease. If the lease
 * runs out while a call is under way, its fate is unknown to whoever takes it
 * next.
 *
 * Times are wall time in milliseconds, since other processes and later starts
 * read them. What is read is put into the caller's arena; where that overflows
 * the function fails. All functions but _find, _next, _count and _list write.
 */
#ifndef STORE_LEDGER_OUTBOX_H
#define STORE_LEDGER_OUTBOX_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "store/ledger.h"

enum outbox_kind {
	OUTBOX_CREATE_TASK,
	OUTBOX_UPDATE_WORKER,
	OUTBOX_UPDATE_TASK,
	OUTBOX_RESTORE_WORKER, /* an update_worker that is counted apart */
	OUTBOX_KINDS
};

enum outbox_state {
	OUTBOX_WAITING,      /* not called yet, or known not to be done */
	OUTBOX_UNDER_WAY,    /* somebody has it, or had it when he died */
	OUTBOX_FATE_UNKNOWN, /* a call may have been carried out */
	OUTBOX_DONE,
	OUTBOX_FAILED,       /* will not be tried again by itself */
	OUTBOX_STATES
};

/* "create_task", "fate_unknown" */
extern const char *const outbox_kind_names[OUTBOX_KINDS];
extern const char *const outbox_state_names[OUTBOX_STATES];

/* The lane of Tasks that wait to be created. Other lanes are the SID of the
 * Worker or Task that is changed. */
#define OUTBOX_LANE_CREATE_TASK "create_task"

/* A due time of entries that nobody takes by himself. */
#define OUTBOX_NEVER INT64_MAX

/* Nothing is due, and nobody has an entry, for longer from now on: where it
 * looks so the clock was set back, and the entry is due, or free, at once.
 * Longer than any pause between attempts, and than any lease. */
#define OUTBOX_FURTHEST_MS ((int64_t)2 * 3600 * 1000)

/* What is to be done.
 *
 * create_task: POST `form` to `path`; its attributes hold idempotency_key with
 * `key` as its value, by which the Task is found again.
 *
 * The others: POST `form`, which says what to set and may be empty, to `path`.
 * `extra` is absent or a JSON object of
 *   "merge": {…}    attributes that are put over those that the object has,
 *                   top-level member by member; they are read, changed and
 *                   written with If-Match, and again where somebody else wrote
 *                   at the same time;
 *   "only_if": {…}  properties of the object, such as "activity_sid", and the
 *                   text, or true or false, that each must have just before
 *                   (dates may be two seconds apart); where one has another,
 *                   there is nothing to do, and the entry is done. */
struct outbox_order {
	enum outbox_kind kind;
	struct str lane;        /* absent: waits for nobody */
	struct str key;         /* unique; absent: it has none */
	struct str fingerprint; /* of what was asked for under the key */
	struct str path;        /* "/v1/Workspaces/WS…/Tasks" */
	struct str form;        /* urlencoded, no credentials */
	struct str extra;
	/* Nobody takes it before. Work that belongs to an answer is put in some
	 * seconds ahead, before the answer leaves; afterwards it is released
	 * or withdrawn. */
	int64_t due_ms;
};

struct outbox_entry {
	int64_t number; /* from 1; never used again */
	struct outbox_order order;
	enum outbox_state state;
	int64_t attempts;  /* how often it was taken */
	int64_t created_ms;
	int64_t since_ms;  /* of the attempts: as created_ms, or when an
			    * operator had it tried again */
	int64_t leased_until_ms; /* 0: nobody has it */
	int64_t finished_ms;     /* 0: it is not */
	struct str result_sid; /* of the Task that was made */
	struct str result;     /* what TaskRouter answered */
	struct str error;      /* of the last attempt; absent: none */
};

/* Who takes entries, and for how long. */
struct outbox_lease {
	struct str owner; /* different for each process and start */
	int64_t now_ms;
	int64_t until_ms;
};

/* ---- putting in */

/* Puts an order in, behind those of its lane; `number` may be NULL. An order
 * whose key is there already is an error: see ledger_outbox_find. */
MUST_USE bool ledger_outbox_add(struct ledger *ledger,
    const struct outbox_order *order, int64_t now_ms, int64_t *number,
    struct err *err);

/* As ledger_outbox_add, and takes it at once: it is under way. */
MUST_USE bool ledger_outbox_add_taken(struct ledger *ledger,
    const struct outbox_order *order, const struct outbox_lease *lease,
    int64_t *number, struct err *err);

/* What was put in ahead of an answer may be done from now on. Does nothing if
 * there is no such entry, or it has been taken. */
MUST_USE bool ledger_outbox_release(struct ledger *ledger, int64_t number,
    int64_t now_ms, struct err *err);
/* Forgets an entry that nobody has taken yet; does nothing to others. */
MUST_USE bool ledger_outbox_withdraw(
    struct ledger *ledger, int64_t number, struct err *err);

/* ---- looking */

/* The entry of that key. entry->number is 0 if there is none. */
MUST_USE bool ledger_outbox_find(struct ledger *ledger, struct str key,
    struct arena *arena, struct outbox_entry *entry, struct err *err);

/* Whether somebody waits in that lane. */
MUST_USE bool ledger_outbox_is_used(struct ledger *ledger, struct str lane,
    bool *is_used, struct err *err);

/* When the next entry may be taken: in the past if one may now; OUTBOX_NEVER
 * if there is none. */
MUST_USE bool ledger_outbox_next(struct ledger *ledger, int64_t now_ms,
    int64_t *at_ms, struct err *err);

struct outbox_count {
	int64_t open;      /* waiting, under way or of unknown fate; without
			    * those that nobody takes by himself */
	int64_t oldest_ms; /* when the oldest of them was put in; 0: none */
	int64_t failed;
};
MUST_USE bool ledger_outbox_count(
    struct ledger *ledger, struct outbox_count *count, struct err *err);

/* Entries above `after` that are not done, by their number, at most `most`;
 * *count says how many there are in `entries`. */
MUST_USE bool ledger_outbox_list(struct ledger *ledger, int64_t after,
    size_t most, struct arena *arena, struct outbox_entry *entries,
    size_t *count, struct err *err);

/* ---- working it off */

/* Takes what is due, at most one of each lane and `most` in all. One that was
 * under way when its lease ran out has the state OUTBOX_FATE_UNKNOWN. */
MUST_USE bool ledger_outbox_take(struct ledger *ledger,
    const struct outbox_lease *lease, size_t most, struct arena *arena,
    struct outbox_entry *entries, size_t *count, struct err *err);

/* Takes the entry, due or not. *is_taken is false if somebody has it, it has
 * ended, or there is none. */
MUST_USE bool ledger_outbox_take_one(struct ledger *ledger, int64_t number,
    const struct outbox_lease *lease, bool *is_taken, struct err *err);

/* It was carried out. `sid` and `result` may be absent. */
MUST_USE bool ledger_outbox_done(struct ledger *ledger, int64_t number,
    struct str sid, struct str result, int64_t now_ms, struct err *err);

/* To be tried again at `due_ms`: `state` is OUTBOX_WAITING or
 * OUTBOX_FATE_UNKNOWN. An entry without lane gets into `lane`, unless that is
 * absent. Only for whoever has it. */
MUST_USE bool ledger_outbox_put_off(struct ledger *ledger, int64_t number,
    struct str owner, enum outbox_state state, int64_t due_ms, struct str lane,
    struct str error, struct err *err);

/* It will not be carried out. Only for whoever has it. */
MUST_USE bool ledger_outbox_fail(struct ledger *ledger, int64_t number,
    struct str owner, struct str error, int64_t now_ms, struct err *err);

/* Forgets an entry that came to nothing, so that its key is as good as new.
 * Only for whoever has it. */
MUST_USE bool ledger_outbox_forget(struct ledger *ledger, int64_t number,
    struct str owner, struct err *err);

/* ---- for operators */

/* A failed or waiting entry becomes due; one that failed is looked for before
 * it is sent again. *is_known is false if it is none of them. */
MUST_USE bool ledger_outbox_retry(struct ledger *ledger, int64_t number,
    int64_t now_ms, bool *is_known, struct err *err);
/* Forgets an entry that nobody has at the moment. */
MUST_USE bool ledger_outbox_drop(struct ledger *ledger, int64_t number,
    int64_t now_ms, bool *is_known, struct err *err);

/* Forgets up to `most` that ended before `before_ms`, and as old ones that
 * nobody will take by himself. */
MUST_USE bool ledger_outbox_purge(struct ledger *ledger, int64_t before_ms,
    size_t most, struct err *err);

#endif
