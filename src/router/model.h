/* SPDX-License-Identifier: MIT
 *
 * What a TaskRouter consists of: plain structures that point at each other.
 * Everybody may read them; only router/ changes them, since each change must
 * keep the indexes right and be noted for the store.
 *
 * Times are milliseconds since 1970 (UTC); ROUTER_NEVER where there is none.
 * Texts (struct str) are owned by their object, malloc'ed, NUL behind them;
 * absent is null.
 */
#ifndef ROUTER_MODEL_H
#define ROUTER_MODEL_H

#include <sys/queue.h>

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "expr/expr.h"
#include "router/timers.h"
#include "router/tree.h"

#define ROUTER_NEVER INT64_MIN
#define ROUTER_SID 34 /* characters of a SID */

enum kind {
#define KIND(name, ...) KIND_##name,
#include "router/kinds.h"
#undef KIND
	KIND_COUNT
};

struct kind_row {
	const char *structure;
	const char *prefix;
	const char *noun;   /* "TaskQueue" */
	const char *plural; /* in paths: "TaskQueues"; empty: never shown */
	const char *key;    /* of lists: "task_queues" */
	const char *table;  /* in the store */
	size_t size;        /* of the structure */
};
extern const struct kind_row kind_rows[KIND_COUNT];

/* What every object begins with. */
struct object {
	enum kind kind;
	char sid[ROUTER_SID + 1];
	uint64_t number;  /* order of creation over all kinds, never used twice */
	uint32_t version; /* 0 when created, one more with each change */
	int64_t date_created;
	int64_t date_updated;
	struct workspace *workspace; /* itself for a Workspace */
	RB_ENTRY(object) by_sid;     /* among all objects */
	RB_ENTRY(object) by_number;  /* among its Workspace's of this kind */
	TAILQ_ENTRY(object) changed; /* to be stored */
	bool is_changed;
	bool is_stored; /* a row of it exists in the store */
};

/* Objects in order of creation. */
RB_HEAD(object_list, object);

enum queue_order { ORDER_FIFO, ORDER_LIFO };

struct workspace {
	struct object object;
	struct str friendly_name;
	struct str event_callback_url;
	struct str events_filter;
	struct activity *default_activity;
	struct activity *timeout_activity;
	bool multi_task_enabled;
	int64_t prioritize_queue_order; /* enum queue_order */
	/* Events up to this number were delivered to event_callback_url, or
	 * were not to be. The deliverer sets it by router_note_delivered. */
	int64_t delivered;
	struct object_list lists[KIND_COUNT];
	size_t counts[KIND_COUNT];
	/* TaskQueues that ask for a Worker's Activity, or for his channels. */
	size_t activity_askers, channel_askers;
	RB_HEAD(worker_names, worker) names; /* of Workers, ignoring case */
	TAILQ_HEAD(stray_tasks, task) strays; /* that wait for a Worker who is unknown */
	TAILQ_HEAD(resting_tasks, task) resting; /* that wait for time to pass */
};

struct activity {
	struct object object;
	struct str friendly_name;
	bool available;
	size_t workers; /* that are in it */
	size_t users;   /* TaskQueues that name it */
};

struct task_channel {
	struct object object;
	struct str friendly_name;
	struct str unique_name;
	bool channel_optimized_routing;
	size_t tasks; /* that are on it, finished ones too */
};

struct task_queue {
	struct object object;
	struct str friendly_name;
	struct str target_workers; /* empty: nobody is eligible */
	int64_t max_reserved_workers;
	int64_t task_order; /* enum queue_order */
	struct activity *reservation_activity; /* NULL: none */
	struct activity *assignment_activity;  /* NULL: none */
	struct arena memory;        /* of `eligible` */
	struct expr *eligible;      /* target_workers; NULL: nobody */
	bool asks_activity;         /* it may depend on the Worker's Activity */
	bool asks_channel;          /* … and on how much he has on a channel */
	LIST_HEAD(, membership) members; /* Workers that are eligible */
	size_t member_count;
	struct presence *presences; /* of members, by Activity: lines.c */
	size_t presence_count, presence_room;
	LIST_HEAD(, line) lines;
	size_t tasks; /* unfinished ones in it */
	size_t plans; /* revisions of Workflows that name it */
	struct membership *mark; /* scratch of lines.c */
};

struct workflow {
	struct object object;
	struct str friendly_name;
	struct str configuration;
	struct str assignment_callback_url;
	struct str fallback_assignment_callback_url;
	struct str document_content_type; /* always null */
	int64_t task_reservation_timeout; /* seconds */
	struct workflow_revision *revision; /* the current configuration */
	size_t tasks; /* unfinished ones in it */
};

/* One configuration that a Workflow has or had: a pending Task goes on by the
 * one that it was routed with, until it is routed again. Its SID is never
 * shown. Lives as long as the Workflow's current one, or while a Task refers
 * to it. */
struct workflow_revision {
	struct object object;
	struct workflow *workflow;
	struct str configuration;
	struct plan *plan; /* of `configuration`: router/plan.h */
	size_t tasks;      /* that go by it */
};

/* Tasks that wait, by what they ask for: router/lines.h. */
RB_HEAD(crowds, crowd);

struct worker {
	struct object object;
	struct str friendly_name;
	struct str attributes; /* compact JSON object */
	struct activity *activity;
	int64_t date_status_changed;
	/* Who waits longest for work has the least; router_next_rank. */
	int64_t idle_rank;
	struct expr_pack *values; /* of `attributes` */
	size_t open;     /* Reservations pending, accepted or wrapping */
	LIST_HEAD(, membership) memberships;
	LIST_HEAD(, seat) seats;
	LIST_HEAD(, worker_channel) channels;
	TAILQ_HEAD(, reservation) reservations; /* in order of creation */
	struct crowds wanted; /* of Tasks that wait for him alone */
	RB_ENTRY(worker) by_name;
	RB_ENTRY(worker) freed; /* in router->freed */
	int64_t freed_rank;     /* his idle_rank when he was put there */
	bool is_freed;
	struct membership *mark; /* scratch of lines.c */
};

struct worker_channel {
	struct object object;
	struct worker *worker;
	struct task_channel *task_channel;
	int64_t configured_capacity;
	bool available;
	int64_t idle_rank; /* as the Worker's, on this channel */
	size_t open;       /* Reservations pending, accepted or wrapping */
	size_t assigned;   /* of them: accepted */
	LIST_ENTRY(worker_channel) of_worker;
};

/* What keeps a Worker from a Task; bits. */
enum obstacle {
	OBSTACLE_ACTIVITY = 1 << 0,   /* his Activity is not available */
	OBSTACLE_CHANNEL = 1 << 1,    /* nor is his WorkerChannel */
	OBSTACLE_CAPACITY = 1 << 2,   /* multitasking: none is left there */
	OBSTACLE_BUSY = 1 << 3,       /* single-tasking: he has a Reservation */
	OBSTACLE_EXPRESSION = 1 << 4, /* the target's is false */
	OBSTACLE_MEMBER = 1 << 5,     /* the TaskQueue's TargetWorkers is */
};
#define OBSTACLE_COUNT 6

enum task_status {
	TASK_PENDING,
	TASK_RESERVED,
	TASK_ASSIGNED,
	TASK_WRAPPING,
	TASK_COMPLETED,
	TASK_CANCELED,
};

/* Where a Task stands in its Workflow. */
struct task_step {
	struct workflow_revision *revision; /* NULL: not in a Workflow */
	int64_t filter; /* index; PLAN_DEFAULT: the default filter */
	int64_t target; /* index */
};

struct task {
	struct object object;
	struct str attributes; /* compact JSON object */
	int64_t status;        /* enum task_status */
	int64_t priority;
	struct str reason;
	int64_t timeout; /* seconds from creation until it is given up */
	int64_t virtual_start_time;
	struct task_queue *task_queue;
	int64_t task_queue_entered_date;
	struct workflow *workflow;
	struct task_channel *task_channel;
	struct str routing_target; /* SID as given, or null */
	struct worker *wanted; /* while it waits: who alone may have it, or NULL */
	bool ignore_capacity;
	int64_t assignments; /* times that it went from pending to reserved */
	int64_t date_ended;  /* assigned, completed or canceled since then */
	struct task_step step;
	struct expr_pack *values; /* of `attributes` */
	TAILQ_HEAD(task_reservations, reservation) reservations; /* by creation */
	size_t open; /* of them: pending, accepted or wrapping */
	struct demand *demand; /* where it waits, or NULL */
	bool is_stray;         /* it is in its Workspace's strays */
	bool is_resting;       /* … or there: offered to nobody for now */
	bool is_unrouted;      /* it is in router->unrouted */
	bool is_rested;        /* … to go on from the target that it is in */
	TAILQ_ENTRY(task) stray; /* in strays or resting */
	RB_ENTRY(task) waiting; /* in its demand, or in router->unrouted */
	struct timer route_timer; /* the target's time */
	struct timer rest_timer;  /* when its rest ends */
	struct timer life_timer;  /* its own: time to live, to work, to be shown */
	bool is_announced; /* task.created was told */
};

enum reservation_status {
	RESERVATION_PENDING,
	RESERVATION_ACCEPTED,
	RESERVATION_REJECTED,
	RESERVATION_TIMEOUT,
	RESERVATION_CANCELED,
	RESERVATION_RESCINDED,
	RESERVATION_WRAPPING,
	RESERVATION_COMPLETED,
};

/* How far its assignment callback is. */
enum callback_state {
	CALLBACK_NONE, /* the Workflow had no URL */
	CALLBACK_DUE,  /* to be sent, or under way */
	CALLBACK_DONE,
};

struct reservation {
	struct object object;
	int64_t status; /* enum reservation_status */
	struct task *task;
	struct worker *worker;
	struct worker_channel *channel;
	struct workflow *workflow;     /* NULL: the Task was routed directly */
	struct task_queue *task_queue; /* NULL: the Task was for a Worker */
	struct activity *previous;     /* the Worker's before, single-tasking */
	int64_t deadline;
	int64_t callback; /* enum callback_state */
	TAILQ_ENTRY(reservation) of_task;
	TAILQ_ENTRY(reservation) of_worker;
	struct timer timer;
};

struct router;

#endif
