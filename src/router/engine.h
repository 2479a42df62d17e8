/* SPDX-License-Identifier: MIT
 *
 * The routing engine: (state, event, now) -> (state', effects). It does no
 * I/O, has no clock of its own and takes chance from outside, so that the same
 * events at the same times give the same state.
 *
 * The effects of events collect in the router until the host has stored them,
 * in one transaction, and then carried them out: only then may anybody be told
 * what came of the events.
 *
 * Memory: the state is malloc'ed. A router that gets no memory ends the
 * process (router_fatal), since half an event must not be; everything that was
 * answered is in the store. Not thread-safe.
 */
#ifndef ROUTER_ENGINE_H
#define ROUTER_ENGINE_H

#include <sys/queue.h>

#include "base/buf.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "router/field.h"
#include "router/model.h"

struct router_options {
	struct str account_sid; /* must outlive the router */
	/* Fills 16 bytes of which no two calls give the same: SIDs are made of
	 * them. */
	void (*random)(void *context, unsigned char bytes[16]);
	void *context;
	/* How many free Workers are looked at one by one before they are sorted
	 * by what a target asks for; 0: the preset. Nothing but the time that
	 * routing takes depends on it. */
	size_t scan_most;
	/* After so many Reservations within a second a Task rests: it is offered
	 * to nobody until a second after the first of these. A round of several
	 * at once is not cut in half. 0: it never rests. */
	size_t offers_most;
};

struct router *router_new(const struct router_options *options);
/* NULL is allowed. */
void router_free(struct router *router);

/* ---- reading the state */

/* NULL: there is none of that SID (whatever the case of its digits). */
struct object *router_find(const struct router *router, struct str sid);
/* As router_find, and it must be of the kind, and in the Workspace unless
 * that is NULL. */
struct object *router_find_in(const struct router *router,
    const struct workspace *workspace, enum kind kind, struct str sid);
/* A TaskChannel by SID or unique name; a WorkerChannel by its SID or its
 * TaskChannel's SID or unique name. */
struct task_channel *router_find_channel(
    const struct workspace *workspace, struct str name);
struct worker_channel *router_find_worker_channel(
    const struct worker *worker, struct str name);

/* The first object of the list whose number is larger than `after` (0: the
 * first); NULL at the end. `workspace` is not looked at for KIND_WORKSPACE. */
struct object *router_next(const struct router *router,
    const struct workspace *workspace, enum kind kind, uint64_t after);

/* The object behind it in its list; NULL at the end. Costs less than
 * router_next. Good until the router is given an event. */
const struct object *router_after(const struct object *object);

/* What an expression in a list's filter sees: attributes and the names that
 * each Task or Worker has besides. */
struct expr_names router_task_names(const struct task *task);
struct expr_names router_worker_names(const struct worker *worker);
/* Whether the TaskQueue's TargetWorkers accept the Worker. */
bool router_is_member(const struct task_queue *queue, const struct worker *worker);
/* Calls `take` for each Worker whom they accept, in no order. */
void router_each_member(const struct task_queue *queue,
    void (*take)(void *context, const struct worker *worker), void *context);
/* How many of them are in the Activity, at a cost that does not grow with
 * their number. */
size_t router_members_in(
    const struct task_queue *queue, const struct activity *activity);

/* What is left of a WorkerChannel's capacity: floor((1 - open / capacity) * 100),
 * 0 where the capacity is 0, never below 0.
 * Source: https://www.twilio.com/docs/taskrouter/multitasking */
int64_t router_percentage(const struct worker_channel *channel);

struct str router_account(const struct router *router);

/* ---- events */

/* Why an event was refused; nothing has changed then. */
struct refusal {
	unsigned status; /* HTTP */
	unsigned code;   /* Twilio's error number */
	char text[1024];
};

enum router_verb {
	ROUTER_CREATE,
	ROUTER_UPDATE,
	ROUTER_DELETE,
	/* Assignment callbacks, of a Reservation. An accept or reject is an
	 * UPDATE of its status. */
	ROUTER_CALLBACK_DONE,   /* an answer came: it is not sent again */
	ROUTER_CALLBACK_FAILED, /* neither URL answered: it is canceled */
	/* A Reservation whose Worker is being called. Others of its Task are
	 * rescinded, and its own timer goes by FIELD_RESERVATION_DEADLINE, the
	 * only change. Nothing where it is not pending any more. */
	ROUTER_HOLD,
	ROUTER_HOLD_FAILED, /* he cannot be reached: it is canceled */
};

struct router_event {
	enum router_verb verb;
	enum kind kind;
	struct workspace *workspace; /* CREATE: where; NULL for a Workspace */
	struct object *object;       /* all others: of `kind` */
	struct changes changes;      /* CREATE and UPDATE; copied */
};

/* Applies the event, and what follows from it, at the time `now`. The object
 * created or changed, for DELETE and for a DONE or FAILED that came too late
 * NULL with refusal->status 0. NULL with a status: refused. Timers that are
 * due by `now` run first. `now` must not go back; if it does, the latest that
 * was given counts. */
struct object *router_apply(struct router *router,
    const struct router_event *event, int64_t now, struct refusal *refusal);

/* Runs the timers that are due by `now`, each at its own time; at most `most`
 * of them, so that a router that slept for a day does not hold up its host.
 * True if more are due. */
bool router_tick(struct router *router, int64_t now, size_t most);

/* When the next timer is due; ROUTER_NEVER: none is set. */
int64_t router_next_due(const struct router *router);

/* ---- effects */

/* A record of what happened (an Event resource). Owned by the router until
 * router_settled. */
struct record {
	STAILQ_ENTRY(record) entry;
	char sid[ROUTER_SID + 1];
	uint64_t number; /* as an object's */
	char workspace[ROUTER_SID + 1];
	const char *type;          /* "task.created" */
	const char *resource_type; /* "task" */
	char resource_sid[ROUTER_SID + 1];
	int64_t date;
	struct str description;
	/* A JSON object of strings: task_sid, task_attributes, … */
	struct str data;
	/* What lists of Events are filtered by; "" where there is none. */
	char task[ROUTER_SID + 1];
	char worker[ROUTER_SID + 1];
	char reservation[ROUTER_SID + 1];
	char task_queue[ROUTER_SID + 1];
	char workflow[ROUTER_SID + 1];
	char task_channel[ROUTER_SID + 1];
	/* What statistics are made of, in ms; ROUTER_NEVER: there is none. */
	int64_t task_age;        /* since the Task was created */
	int64_t task_queue_time; /* since it entered its TaskQueue */
	/* The Activity whose time ended for the Worker, and how long that was;
	 * "" and ROUTER_NEVER where none did. */
	char activity[ROUTER_SID + 1];
	int64_t activity_time;
};

/* The row of an object that is gone. */
struct removal {
	STAILQ_ENTRY(removal) entry;
	enum kind kind;
	char sid[ROUTER_SID + 1];
};

struct router_effects {
	TAILQ_HEAD(, object) changed;   /* each once, whatever happened to it */
	STAILQ_HEAD(, removal) removed; /* only what was stored */
	STAILQ_HEAD(record_list, record) records;
	/* Assignment callbacks to be sent, in order; they may be of
	 * Reservations that have ended since. */
	struct router_callback {
		char reservation[ROUTER_SID + 1];
	} *callbacks;
	size_t callback_count;
	/* What Twilio's debugger would show about routing: 40152, 40154, 40155. */
	struct router_warning {
		unsigned code;
		char workspace[ROUTER_SID + 1];
		char workflow[ROUTER_SID + 1];
		char task[ROUTER_SID + 1];
		char wanted[65]; /* the name or SID, cut; "": there is none */
	} *warnings;
	size_t warning_count;
};

/* What has collected since router_settled. */
const struct router_effects *router_effects(const struct router *router);
/* Whether there is anything to store. */
bool router_is_unsettled(const struct router *router);
/* The effects are stored: forgets them, marks their objects as stored. */
void router_settled(struct router *router);

/* Notes that the events up to `number` need not be delivered any more. */
void router_note_delivered(
    struct router *router, struct workspace *workspace, uint64_t number);

/* ---- restoring */

/* What a store keeps of each object besides its fields. */
struct stored_object {
	enum kind kind;
	struct str sid;
	uint64_t number;
	uint32_t version;
	int64_t date_created;
	int64_t date_updated;
	struct str workspace; /* SID; its own for a Workspace */
};

/* A field's value as a store gives it back. */
struct stored_value {
	const struct field *field;
	struct str text; /* texts, choices, references (a SID); absent: null */
	int64_t integer; /* booleans, integers, dates */
};

/* Takes one object of a store into an empty router; in any order. Values are
 * those of the kind's STORED rows, in their order. False: *err says what is
 * wrong with the row. */
MUST_USE bool router_restore(struct router *router,
    const struct stored_object *object, const struct stored_value *values,
    size_t count, struct err *err);
/* All objects are there: connects them, builds the indexes, sets the timers,
 * lists the callbacks that are due as effects. `number` is the largest that any
 * object or event of the store has. False: something refers to what is not
 * there. */
MUST_USE bool router_restored(
    struct router *router, uint64_t number, struct err *err);

/* ---- for tests: checks every invariant of the state, at a cost that grows
 * with all of it. False: *err names the one that is broken. */
MUST_USE bool router_check(const struct router *router, struct err *err);
/* The whole state as text, one object a line: equal for equal states. */
void router_dump(const struct router *router, struct buf *out);

#endif
