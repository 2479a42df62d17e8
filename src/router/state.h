/* SPDX-License-Identifier: MIT
 *
 * The router from inside. Only the files of router/ include this.
 *
 * How an event is worked off: the functions below change objects and put what
 * may follow on two agendas: Tasks that must be routed (agenda_route) and
 * Workers that may have become free (agenda_free). settle_agenda of engine.c then
 * routes all Tasks, the most urgent first, among the Workers who were free
 * already, and after that lets each freed Worker take what suits him best. So a
 * Task that was rejected goes to others first, and a freed Worker serves who has
 * waited longest.
 *
 * All that decides what happens next can be told from what is stored: timers
 * that are due at once run in the order of what they are about, agendas are
 * empty between two events. So a restored router goes on as the other one would
 * have.
 */
#ifndef ROUTER_STATE_H
#define ROUTER_STATE_H

#include "base/compat.h"
#include "router/engine.h"
#include "router/model.h"

struct line;
struct plan_target;

RB_HEAD(object_sids, object);

/* What timers are about: their owners are a Task, a Reservation, a Task, a Task.
 * Of those that are due at once the first of them run first. */
enum timer_what { TIMER_LIFE, TIMER_RESERVATION, TIMER_ROUTE, TIMER_REST };

#define WORKER_VALUES_MOST 4096 /* JSON values: fewer than characters */
#define QUEUE_MEMORY ((size_t)16 << 20) /* bytes of a TaskQueue's expression */

struct router {
	struct router_options options;
	struct object_sids sids;
	struct object_list workspaces; /* by number */
	size_t workspace_count;
	struct timers timers;
	uint64_t number; /* the last one given to an object, event or rank */
	int64_t now;
	struct router_effects effects;
	size_t callback_room, warning_room;
	RB_HEAD(task_agenda, task) unrouted; /* as in a FIFO TaskQueue */
	RB_HEAD(worker_agenda, worker) freed; /* longest idle first */
	struct pending_reference *references; /* while restoring */
	size_t reference_count, reference_room;
};

/* ---- memory that cannot fail */

void router_fatal(void) __attribute__((noreturn)); /* says so, ends the process */
void *router_alloc(size_t size);                   /* zeroed */
void *router_grow(void *block, size_t count, size_t *room, size_t size);
/* A copy that ends in NUL; absent stays absent. */
struct str router_copy(struct str s);
/* Frees *member and puts a copy there. */
void router_set_text(struct str *member, struct str value);

/* ---- objects: object.c */

/* A new object with SID, number and dates, in the lists, noted as changed. Its
 * `workspace` is itself for KIND_WORKSPACE. */
struct object *object_new(
    struct router *router, enum kind kind, struct workspace *workspace);
/* An object in no list, without SID and number: for restoring. */
struct object *object_blank(enum kind kind);
void object_insert(struct router *router, struct object *object);
/* False: another one has this SID. */
bool object_insert_sid(struct router *router, struct object *object);
/* Out of the trees, before object_free, when the router itself goes. */
void object_forget(struct router *router, struct object *object);
/* All objects, by SID. */
struct object *object_first(const struct router *router);
struct object *object_after(struct object *object);
/* Noted for the store; nothing else. */
void object_touch(struct router *router, struct object *object);
/* Touched, its version one more, its date_updated now. */
void object_changed(struct router *router, struct object *object);
/* Out of all lists, noted as removed, its texts and itself freed. The caller
 * has undone all that refers to it. */
void object_remove(struct router *router, struct object *object);
/* Frees without noting anything: for router_free. */
void object_free(struct object *object);
int object_compare_number(const struct object *a, const struct object *b);
RB_PROTOTYPE(object_list, object, by_number, object_compare_number)

/* A new SID of this prefix. */
void router_make_sid(
    struct router *router, const char *prefix, char sid[ROUTER_SID + 1]);
/* Larger than all before: who gets it waits behind everybody. */
int64_t router_next_rank(struct router *router);
/* Sets the timer of the object. */
void router_set_timer(struct router *router, struct timer *timer,
    const struct object *object, int64_t due);

/* Puts the value there, texts copied; true if it differs from what was there.
 * Fields without a member are passed over. */
bool field_put(struct object *object, const struct change *change);
/* Puts presets of all rows with a member into a new object. */
void fields_preset(struct router *router, struct object *object);
/* Puts the changes that have a member into the object, texts copied; true if
 * any differs from what was there. */
bool fields_assign(
    struct router *router, struct object *object, const struct changes *changes);

/* Fills in the refusal, returns false. */
bool refuse(struct refusal *refusal, unsigned status, unsigned code,
    const char *format, ...) PRINTF_LIKE(4, 5);
#define REFUSE(refusal, ...) refuse((refusal), 400, 20001, __VA_ARGS__)

/* For the debugger. */
void router_note(struct router *router, const struct task *task, unsigned code,
    struct str wanted);

/* ---- what each kind does: one file each; engine.c has the table */

struct kind_rules {
	/* NULL function: REST cannot do it. Changes are checked as far as their
	 * rows say; what is REQUIRED is there. */
	struct object *(*create)(struct router *router,
	    struct workspace *workspace, const struct changes *changes,
	    struct refusal *refusal);
	bool (*update)(struct router *router, struct object *object,
	    const struct changes *changes, struct refusal *refusal);
	/* Removes it and what belongs to it. */
	bool (*remove)(struct router *router, struct object *object,
	    struct refusal *refusal);
};
extern const struct kind_rules workspace_rules, activity_rules,
    task_channel_rules, task_queue_rules, workflow_rules, worker_rules,
    worker_channel_rules, task_rules, reservation_rules;

/* ---- the agenda: agenda.c; engine.c works it off */

/* The Task is to be routed: from the top of its Workflow, or to its target. It
 * is pending and does not wait. */
void agenda_route(struct router *router, struct task *task);
/* The Worker may have become free. Of those who become free by one event the
 * longest idle goes first. */
void agenda_free(struct router *router, struct worker *worker);
/* Off the agenda; nothing if it is not on it. */
void agenda_forget_task(struct router *router, struct task *task);
void agenda_forget_worker(struct router *router, struct worker *worker);
/* The first of it, taken off; NULL: there is none. */
struct task *agenda_task(struct router *router);
struct worker *agenda_worker(struct router *router);

/* ---- what a Worker can take: capacity.c */

/* The WorkerChannel of a Worker for a TaskChannel; each has one for each. */
struct worker_channel *worker_channel_of(
    const struct worker *worker, const struct task_channel *channel);
/* Whether a new Reservation may be made for him on the channel: Activity,
 * capacity (multitasking), no open Reservation (single-tasking). */
bool worker_is_free(
    const struct worker *worker, const struct worker_channel *channel);
/* What keeps him from it, of these: bits of enum obstacle. */
unsigned worker_obstacles(
    const struct worker *worker, const struct worker_channel *channel);

/* ---- Workers: worker.c; their life: worker_rules.c, worker_channel.c */

/* The Worker of this name, whatever its case; NULL: there is none. */
struct worker *worker_by_name(
    const struct workspace *workspace, struct str name);
/* Into its Workspace's tree of names. False: another Worker has the name. */
bool worker_insert_name(struct worker *worker);
/* Out of it. */
void worker_remove_name(struct worker *worker);
/* Moves the Worker: event, counts, date, freed or not; none of his Reservations
 * takes him back any more. Nothing if he is in it or `activity` is NULL. */
void worker_move(
    struct router *router, struct worker *worker, struct activity *activity);
/* Behind all others, on this channel and in general. */
void worker_rank_last(struct router *router, struct worker *worker,
    struct worker_channel *channel);
/* A WorkerChannel for a Worker and TaskChannel that are new to each other. */
void worker_channel_add(struct router *router, struct worker *worker,
    struct task_channel *channel);
void worker_channel_remove(
    struct router *router, struct worker_channel *channel);
/* Removes the Worker; what he had reserved is canceled and routed again. */
void worker_delete(struct router *router, struct worker *worker);

/* ---- how long a Task lives: lifetime.c */

int64_t task_age(const struct task *task, int64_t now); /* seconds */
bool task_is_waiting(const struct task *task);   /* pending, reserved */
bool task_is_worked_on(const struct task *task); /* assigned, wrapping */
bool task_is_finished(const struct task *task);  /* completed, canceled */
/* Its own timer, by its status and dates: new, changed or restored. */
void task_set_life_timer(struct router *router, struct task *task);
int64_t task_life_due(const struct task *task);

/* ---- waiting places: wait.c */

/* Puts a pending Task into its waiting place; after restoring, and when what
 * its place goes by has changed. */
void wait_begin(struct router *router, struct task *task);
/* Takes it out of there; nothing if it does not wait. */
void wait_end(struct router *router, struct task *task);
/* Whether others wait in the line who ask for the same: nobody is free for the
 * Task then. */
bool wait_has_others(struct line *line, const struct task *task);
/* Until when the Task, which is pending, is offered to nobody since it has just
 * been offered too often; ROUTER_NEVER: it is not so. Goes by its Reservations
 * and by its date_updated, which the end of a rest sets. */
int64_t wait_rests_until(const struct router *router, const struct task *task);
/* The rest is over: it goes on from where it is. */
void wait_end_rest(struct router *router, struct task *task);
/* The Task has lost a Reservation that its rest may have gone by. */
void wait_reckon_rest(struct router *router, struct task *task);
/* Looks up who alone may have a pending Task. */
void wait_find_wanted(struct router *router, struct task *task);
/* The name or SID that the target's known_worker_... refers to; absent: none. */
struct str wait_known_worker(
    const struct task *task, const struct plan_target *target);
/* Why nobody is the target's known Worker, as Twilio's debugger tells it: the
 * value is missing (40152), a SID that is none (40154), or no Worker has it
 * (40155). 0: there is one, or the target asks for none. Source: the pages of
 * these errors, https://www.twilio.com/docs/api/errors/40155 … */
unsigned wait_unknown(const struct task *task, const struct plan_target *target);
/* The Worker goes, or gets another name: who waited for him alone is a stray. */
void wait_lose_worker(struct router *router, struct worker *worker);
/* There is a new Worker, or a new name: whose strays may he be? */
void wait_find_strays(struct router *router, struct workspace *workspace);

/* ---- Reservations: reservation.c; by hand: reservation_rules.c */

/* The Worker is taken: Reservation, Activity, timer, event, callback. The
 * Task's own change to reserved is the caller's. */
struct reservation *reservation_make(struct router *router, struct task *task,
    struct worker *worker);
void reservation_accept(struct router *router, struct reservation *reservation);
/* The others of its Task are rescinded, and its timer runs out then. */
void reservation_hold(
    struct router *router, struct reservation *reservation, int64_t deadline);
/* Ends a pending one; its Task goes back to pending when it was the last. */
void reservation_end(struct router *router, struct reservation *reservation,
    enum reservation_status status, struct activity *activity);
/* Frees what an accepted or wrapping one held. */
void reservation_finish(
    struct router *router, struct reservation *reservation);
void reservation_wrap(struct router *router, struct reservation *reservation);
void reservation_timer(struct router *router, struct reservation *reservation);
bool reservation_is_open(const struct reservation *reservation);
/* Into its Task's and Worker's lists and counts. */
void reservation_link(struct reservation *reservation);
/* The callback of a restored one, if it is due. */
void reservation_call_back(
    struct router *router, struct reservation *reservation);
/* Takes it out of its Task and Worker; no event, no routing. */
void reservation_delete(struct router *router, struct reservation *reservation);

/* ---- Tasks: task.c; by hand: task_rules.c */

void task_cancel(struct router *router, struct task *task, struct str reason);
void task_complete(struct router *router, struct task *task, struct str reason);
void task_wrap(struct router *router, struct task *task);
/* The Task alone; its Reservations are the caller's. */
void task_wrapped(struct router *router, struct task *task);
/* Removes the Task and its Reservations, without an event. */
void task_delete(struct router *router, struct task *task);
/* As somebody asked for: open ones are canceled first, and it is told. */
void task_delete_by_hand(struct router *router, struct task *task);
void task_life_timer(struct router *router, struct task *task);
/* Packs the attributes that a restored Task has. */
void task_restore_values(struct task *task);

/* ---- routing: route.c */

/* Routes a pending Task; see the head of this file. */
void route_task(struct router *router, struct task *task);
/* The time of the target that it waits in is over. */
void route_timer(struct router *router, struct task *task);

#endif
