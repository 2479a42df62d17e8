/* SPDX-License-Identifier: MIT
 *
 * Events: what happened, with everything that Twilio tells about it, taken
 * down at the moment it happens. Private to router/, but for the table of
 * types. Source: https://www.twilio.com/docs/taskrouter/api/event/reference
 */
#ifndef ROUTER_RECORD_H
#define ROUTER_RECORD_H

#include "base/compat.h"
#include "base/str.h"
#include "router/model.h"

/* RECORD_TASK_CREATED, … */
enum record_type {
#define EVENT(id, ...) RECORD_##id,
#include "router/events.h"
#undef EVENT
	RECORD_TYPES
};

/* Whom an event is about: NULL where it does not matter. What a Reservation or
 * Task refers to need not be given besides it. */
struct record_subject {
	struct workspace *workspace; /* always given */
	struct activity *activity;
	struct task_channel *task_channel;
	struct task_queue *task_queue;
	struct workflow *workflow;
	struct worker *worker;
	struct worker_channel *worker_channel;
	struct task *task;
	struct reservation *reservation;
	/* worker.activity.update, worker.deleted: which one ended, and how long
	 * he was in it */
	struct activity *previous_activity;
	int64_t previous_ms;
	int64_t previous_capacity;          /* of a WorkerChannel */
	struct str known_worker_sid;        /* workflow.target-matched */
	struct str filter_name;             /* workflow.target-matched */
};

void record_event(struct router *router, enum record_type type,
    const struct record_subject *subject);

/* An event about a Task alone. */
void record_task(
    struct router *router, struct task *task, enum record_type type);

/* Whether TaskRouter has an event type of this name. */
bool record_type_exists(struct str name);
/* Whether a Workspace's EventsFilter ("a, b"; null or empty: all) lets it pass. */
bool record_filter_matches(struct str events_filter, struct str type);

struct record;
void record_free(struct record *record);

#endif
