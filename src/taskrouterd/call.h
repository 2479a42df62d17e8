/* SPDX-License-Identifier: MIT
 *
 * Simulated telephone calls from inside: only calls.c and what it is made of
 * include this. A caller's call runs TwiML and may wait in the queue of a
 * Workflow; a Worker's call (a leg) rings, and is bridged with a caller.
 *
 *   calls.c    the list, and what is due; call.c what happens to one
 *   voice.c    asks the application for TwiML
 *   verbs.c    carries it out
 *   queue.c    Enqueue, and how a caller leaves the queue
 *   dial.c     Workers who are called
 *   legs.c     the line between a Worker and a caller
 *   leg_task.c what that does to Reservation and Task
 *   notices.c  status callbacks
 *
 * Calls know each other by SID. What may change the router happens in turns of
 * the loop alone, as with everything else: daemon.h.
 */
#ifndef TASKROUTERD_CALL_H
#define TASKROUTERD_CALL_H

#include <sys/queue.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"
#include "codec/form.h"
#include "router/engine.h"
#include "router/tree.h"
#include "taskrouterd/calls.h"
#include "taskrouterd/outcomes.h"
#include "taskrouterd/twiml.h"

struct call;
struct daemon;
struct exchange;
struct webhook_client;

/* Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values */
enum call_status {
	CALL_NOTED, /* it is no call: only what would have been done */
	CALL_RINGING,
	CALL_IN_PROGRESS,
	CALL_COMPLETED, /* this one and all that follow: it is over */
	CALL_BUSY,
	CALL_NO_ANSWER,
	CALL_FAILED,
	CALL_CANCELED,
};

/* What a live call waits for. */
enum call_wait {
	WAIT_NOTHING,
	WAIT_DOCUMENT,
	WAIT_DIGITS,
	WAIT_PAUSE,
	WAIT_WORKER, /* in the queue */
	WAIT_ANSWER, /* it rings */
	WAIT_HANGUP, /* two talk, or somebody is alone on the line */
};

#define STEPS_MOST 500          /* of a call's transcript */
#define STEP_TEXT_MOST 256      /* bytes */
#define CALL_MEMORY ((size_t)1 << 20)
#define DOCUMENTS_MOST 100      /* that one call asks for */
#define QUEUE_MOST 100          /* callers in the queue of one Workflow */

/* Something that happens at a time. */
struct call_due {
	RB_ENTRY(call_due) entry;
	int64_t at;       /* ms */
	bool is_set;
	uint64_t order;   /* of those at the same time */
	struct call *call;
	void (*run)(struct call *call);
};

struct call_step {
	STAILQ_ENTRY(call_step) entry;
	int64_t date;
	struct str verb; /* "Gather", or what happened: "hangup" */
	struct str text;
};

/* A document on its way: the call's own, or that of the waitUrl. */
struct call_track {
	struct arena arena;
	struct twiml document;
	struct str url;  /* where it came from */
	const struct twiml_verb *next;
	uint64_t ticket; /* what is asked for with another one is too late */
	bool is_asked;   /* the next document is under way */
};
enum call_track_id { TRACK_MAIN, TRACK_WAIT, TRACKS };

/* Where status callbacks go. */
struct call_notify {
	struct str url;  /* absent: nowhere */
	bool is_get;
	unsigned events; /* 1 << enum call_event */
};

enum call_event {
	EVENT_INITIATED,
	EVENT_RINGING,
	EVENT_ANSWERED,
	EVENT_COMPLETED,
	EVENT_START,
	EVENT_END,
	EVENT_JOIN,
	EVENT_LEAVE,
	CALL_EVENTS,
};

struct call_notice;

struct call {
	TAILQ_ENTRY(call) entry; /* in calls->all */
	RB_ENTRY(call) by_sid;
	struct calls *calls;
	struct arena memory; /* of its texts and steps */
	char sid[ROUTER_SID + 1];
	struct call_order order; /* texts are the call's own */
	bool is_inbound;
	enum call_status status;
	enum call_wait waits;
	int64_t date_answered; /* ROUTER_NEVER: not yet */
	int64_t date_ended;
	struct call_due due;      /* of `waits` */
	struct call_due hang_up;  /* of the caller */
	STAILQ_HEAD(, call_step) steps;
	struct call_step *last_step;
	size_t step_count;
	uint64_t steps_lost;
	size_t documents; /* that were asked for */
	size_t requests;  /* under way, but for status callbacks */
	struct call_track tracks[TRACKS];
	enum call_track_id track; /* that `waits` is about */
	bool is_running; /* verbs.c is at it */
	bool is_leaving; /* the queue, once verbs.c is done */
	const struct twiml_verb *gather; /* that waits; NULL: none */

	/* The parameters of a caller's call. */
	struct str places[8]; /* CALL_PLACES */
	struct str said_status; /* CallStatus of the last request */
	struct str digits; /* to be pressed */
	struct str speech; /* to be said */
	struct str keys;   /* pressed at the Gather that waits */

	/* In the queue, or bridged. */
	bool in_queue;
	struct str workflow; /* SID, of the queue */
	struct str task;     /* SID */
	int64_t date_queued;
	struct str queue_action; /* absent: none */
	bool queue_action_get;
	char partner[ROUTER_SID + 1]; /* "": none */

	/* Of a Worker's call. */
	struct outcome outcome;
	struct str url;       /* the instruction call: its TwiML */
	struct str post_work; /* SID of an Activity; absent: none */
	struct call_notify notify, notify_conference;
	bool end_on_exit, end_on_customer_exit;
	struct str dial_action; /* of the Dial that it is bridged by; absent */
	bool dial_action_get;
	bool is_dialling;       /* TwiML goes on after the bridge */
	char conference[ROUTER_SID + 1]; /* "": none */
	uint64_t conference_sequence;

	STAILQ_HEAD(, call_notice) notices;
	size_t notice_count;
	uint64_t notice_sequence;

	struct exchange *waiter; /* that asked for it; NULL: was answered */
	int64_t waiter_since_us;
};

RB_HEAD(call_sids, call);
RB_HEAD(call_dues, call_due);

struct asking;

struct calls {
	struct daemon *daemon;
	struct webhook_client *client;
	TAILQ_HEAD(call_list, call) all; /* oldest first */
	struct call_sids by_sid;
	struct call_dues by_due;
	LIST_HEAD(, asking) askings;
	size_t most, count;
	size_t in_hand;
	uint64_t total;
	uint64_t order; /* the last one given */
	int64_t running_at; /* ROUTER_NEVER: calls_run is not at it */
	struct outcomes outcomes;
	bool stopping;
};

/* ---- calls.c, call.c, calls_show.c */

extern const char *const call_status_names[]; /* "in-progress"; NULL: noted */

/* A new call, or NULL: no memory, or all that are kept are needed. */
struct call *call_new(struct calls *calls, const struct call_order *order);
struct call *call_find(const struct calls *calls, struct str sid);
bool call_is_over(const struct call *call);
int64_t call_now(const struct calls *calls);
/* A line of the transcript. */
void call_step(struct call *call, const char *verb, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* Calls `run` at that time; instead of what was set. */
void call_set_due(struct call_due *due, struct call *call, int64_t at,
    void (*run)(struct call *call));
void call_clear_due(struct call_due *due);
/* Answers who waits for the call to come to rest, if it has. */
void call_rested(struct call *call);
/* A call as JSON; with its transcript, or with its last line alone. */
void call_put(struct buf *out, const struct call *call, bool is_whole);
/* Over: no document is run any more, no time waited for. */
void call_end(struct call *call, enum call_status status);
/* The caller, or the Worker, hangs up. Nothing if it is over. */
void call_hang_up(struct call *call);
/* Sends the call to other TwiML. */
void call_redirect(struct call *call, struct str url, bool is_get);
/* For the debugger. */
void call_note(struct call *call, unsigned code, const char *text);
/* Applies to the object of this SID; false: it is not there, or refused. */
bool call_update(struct calls *calls, enum kind kind, struct str sid,
    enum router_verb verb, const struct change *changes, size_t count);
struct object *call_object(
    const struct calls *calls, enum kind kind, struct str sid);

/* ---- voice.c */

struct pair {
	const char *name;
	struct str value;
};

enum asking_for { ASK_MAIN, ASK_WAIT, ASK_NOTHING };

/* Asks for a document; `more` is sent besides the usual parameters. What was
 * asked for the same track before is not waited for any more. */
void voice_ask(struct call *call, enum asking_for what, struct str url,
    bool is_get, const struct pair *more, size_t count);
/* The parameters of every request about the call. In the arena; false: it is
 * full, and knows. */
#define VOICE_FIELDS 64
bool voice_parameters(const struct call *call, struct arena *arena,
    struct form *form, const struct pair *more, size_t count);
/* Drops the document of the track, and what was asked for it. */
void track_close(struct call *call, enum call_track_id id);
void askings_free(struct calls *calls);

/* ---- verbs.c */

/* Goes on with the track's document where it is. */
void verbs_run(struct call *call, enum call_track_id track);
/* More digits were given. */
void verbs_press(struct call *call);

/* ---- queue.c */

/* True: the caller waits, or an action is asked. False: go on. */
bool queue_enter(struct call *call, const struct twiml_verb *verb);
/* The caller is no longer in the queue, nor on the line with a Worker: asks the
 * Enqueue's action, or goes on behind it. */
void queue_leave(struct call *call, const char *result);
/* The same, for a caller who is sent elsewhere, or has hung up. */
void queue_report(struct call *call, const char *result);
/* The caller gives up the Task that he waits for. */
void queue_cancel_task(struct call *call, struct str reason);
/* Who waits for this Task; NULL: nobody. */
struct call *queue_find(const struct calls *calls, struct str task);

/* ---- legs.c */

void leg_hang_up(struct call *leg);
/* Calls that ring for the Task end. */
void legs_cancel(struct calls *calls, struct str task);
/* The caller has left the line. */
void leg_lost_caller(struct call *caller);
/* <Dial><Queue reservationSid>: true: bridged. */
bool leg_dial_queue(struct call *call, const struct twiml_verb *queue);
/* The call is sent elsewhere: who is on the line with it goes on alone. */
void leg_leave(struct call *leg);
/* Whether it is on the Worker's side of a line. */
bool call_is_leg(const struct call *call);

/* ---- notices.c */

void notice_call(struct call *call, enum call_event event);
void notice_conference(struct call *leg, enum call_event event,
    const struct call *participant, const struct pair *more, size_t count);
void notices_free(struct call *call);

#endif
