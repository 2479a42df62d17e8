/* SPDX-License-Identifier: MIT
 *
 * The indexes of routing. Private to router/.
 *
 *   membership  a Worker is eligible for a TaskQueue
 *   line        a TaskQueue and a TaskChannel: the Tasks that wait there, and
 *               the members who are free for them
 *   crowd       Tasks of one line, or that wait for one Worker alone: of one
 *               TaskQueue, TaskChannel and target expression. If that has a
 *               pivot, of one value for it: so a Worker finds the Tasks that
 *               ask for something he has without looking at all others
 *   demand      Tasks of a crowd that ask for the same, whose attributes have
 *               the same values in the expression. A Worker who does not suit
 *               one suits none
 *   seat        a member in a line
 *   view        the free seats of a line by what the Workers have where a target
 *               asks for it, or in the order of an order_by: made when looking
 *               at them one by one took too long
 *
 * Between two events nobody who is free and seated suits a Task that waits.
 */
#ifndef ROUTER_LINES_H
#define ROUTER_LINES_H

#include "base/compat.h"
#include "router/model.h"

struct membership {
	struct task_queue *queue;
	struct worker *worker;
	LIST_ENTRY(membership) of_queue;
	LIST_ENTRY(membership) of_worker;
};

struct seat {
	struct line *line;
	struct worker *worker;
	struct worker_channel *channel;
	int64_t rank;  /* copied from the Worker or channel while he is free */
	bool is_free;
	RB_ENTRY(seat) by_rank;
	LIST_ENTRY(seat) of_worker;
	LIST_ENTRY(seat) of_line;
	LIST_HEAD(, place) places; /* in the line's views */
};
RB_HEAD(free_seats, seat);

struct demand {
	struct crowd *crowd;
	struct str signature; /* the Tasks' values in the expression */
	RB_HEAD(waiting_tasks, task) tasks;
	struct task *first; /* of them */
	RB_ENTRY(demand) by_signature;
	RB_ENTRY(demand) by_urgency;
};

struct crowd {
	struct crowds *among; /* a line's, or those of the Worker wanted */
	struct task_queue *queue; /* NULL: none, the Tasks are for a Worker */
	struct task_channel *channel;
	/* NULL: any member will do. Belongs to a plan that the Tasks keep
	 * alive. */
	const struct expr *expression;
	bool has_pivot;
	struct expr_pivot pivot; /* of the expression */
	uint64_t value;          /* hash of what the Tasks have there, or 0 */
	RB_HEAD(demands, demand) demands;
	RB_HEAD(urgent_demands, demand) urgent; /* by their first Tasks */
	RB_ENTRY(crowd) by_key;
};

struct line {
	struct task_queue *queue;
	struct task_channel *channel;
	LIST_HEAD(, seat) seats;
	struct free_seats free; /* longest idle first */
	struct crowds crowds; /* those in which somebody waits */
	LIST_HEAD(line_views, view) views; /* the one used last first */
	LIST_ENTRY(line) of_queue;
};

/* Makes the memberships of a Worker, or of a TaskQueue, what the expressions
 * say now, with seats. Who is newly eligible is put on the agenda by the
 * caller. */
void lines_enlist_worker(struct router *router, struct worker *worker);
/* … of a TaskQueue; true if anything changed. */
bool lines_enlist_queue(struct router *router, struct task_queue *queue);
/* The Worker has another Activity, or more or less on one of his channels, which
 * few expressions ask for. Who is newly eligible is put on the agenda by the
 * caller. */
void lines_enlist_moved(struct router *router, struct worker *worker);
void lines_enlist_taken(struct router *router, struct worker *worker);
/* Ends all of them. Nobody waits in the TaskQueue's lines any more. */
void lines_forget_worker(struct worker *worker);
void lines_forget_queue(struct task_queue *queue);
void lines_forget_channel(struct router *router, struct task_channel *channel);
bool lines_is_member(const struct worker *worker, const struct task_queue *queue);
/* What makes him one: the TaskQueue's TargetWorkers hold for him. */
bool lines_is_eligible(
    const struct worker *worker, const struct task_queue *queue);

/* How many members are in the Activity, or in Activities of this availability:
 * presence.c. */
size_t presence_in(
    const struct task_queue *queue, const struct activity *activity);
size_t presence_available(const struct task_queue *queue, bool available);
/* One more or less of them. */
void presence_change(struct task_queue *queue, const struct activity *activity,
    bool joins);
/* The Worker has moved. */
void presence_move(struct worker *worker, const struct activity *from,
    const struct activity *to);

/* What expressions see of the Worker himself has changed: attributes, name. */
void lines_note_facts(struct worker *worker);

/* The line, made with its seats if nobody has waited there before. */
struct line *lines_find(
    struct router *router, struct task_queue *queue, struct task_channel *channel);

/* What a seat's place among the free ones goes by now. */
int64_t lines_rank(const struct seat *seat);
/* Puts the Worker's seats among the free ones, or takes them away, as
 * worker_is_free and his ranks say. */
void lines_seat(struct worker *worker);
/* Only takes away: nobody becomes free by it. */
void lines_unseat(struct worker *worker);

RB_PROTOTYPE(free_seats, seat, by_rank, seat_compare)
int seat_compare(const struct seat *a, const struct seat *b);
RB_PROTOTYPE(crowds, crowd, by_key, crowd_compare)
int crowd_compare(const struct crowd *a, const struct crowd *b);
RB_PROTOTYPE(demands, demand, by_signature, signature_compare)
int signature_compare(const struct demand *a, const struct demand *b);
RB_PROTOTYPE(urgent_demands, demand, by_urgency, urgency_compare)
int urgency_compare(const struct demand *a, const struct demand *b);
RB_PROTOTYPE(waiting_tasks, task, waiting, waiting_compare)
/* < 0: `a` is served first, by the order of the TaskQueue that both are in. */
int waiting_compare(const struct task *a, const struct task *b);
/* As in a FIFO TaskQueue: the Tasks may be in several. */
int oldest_compare(const struct task *a, const struct task *b);
/* Whether it is first of any Tasks of the Workspace. */
bool lines_is_before(const struct task *a, const struct task *b);

/* ---- views: view.c */

struct plan_target;
struct view;

/* The line's view in which whom the target asks for is found; NULL: it has none
 * for it, and, unless `make`, gets none. */
struct view *view_find(
    struct line *line, const struct plan_target *target, bool make);
/* Runs through those who may suit the Task: some that do not may be among them.
 * In the order of the target's order_by if the view is_ordered, else the longest
 * idle first. NULL: that was all. */
struct seat *view_first(struct view *view, const struct plan_target *target,
    const struct task *task, struct place **place);
struct seat *view_next(struct view *view, struct place **place);
bool view_is_ordered(const struct view *view);
/* A seat is free from now on, or no longer. */
void view_put(struct line *line, struct seat *seat);
void view_take_away(struct seat *seat);
/* Whether the seat is found where it should be: for router_check. */
bool view_has(const struct line *line, const struct seat *seat);
/* All of the line's, none of whose seats is free any more. */
void view_end_all(struct line *line);

#endif
