/* SPDX-License-Identifier: MIT
 *
 * One instruction on its way: what instruct.c and what checks it against the
 * Task and the Worker (order.c) share.
 */
#ifndef TASKROUTERD_ORDER_H
#define TASKROUTERD_ORDER_H

#include "base/arena.h"
#include "base/compat.h"
#include "codec/form.h"
#include "codec/json.h"
#include "router/engine.h"

struct daemon;
struct order;

/* Attributes of 4096 characters and an instruction of 64 KiB fit, as JSON. */
#define ORDER_MEMORY ((size_t)16 << 20)
#define ORDER_VALUES ((size_t)20000)

struct order_row {
	const char *name; /* "dequeue" */
	const char *noun; /* as Twilio's texts have it: "Dequeue" */
	bool (*obey)(struct order *order);
	/* Against Task, Worker and Workspace; fills in to, from, call_sid.
	 * NULL: nothing to check. */
	bool (*check)(struct order *order);
	bool accepts;      /* also without the parameter `accept` */
	bool calls_worker; /* the Task gets worker_call_sid */
};

struct order {
	struct daemon *daemon;
	struct reservation *reservation; /* until something was applied */
	const struct order_row *row;     /* NULL: {} or unknown */
	struct json_object *value;
	const struct form *form;         /* of a REST update; else NULL */
	struct json_object *task_values;   /* attributes */
	struct json_object *worker_values;
	char task_sid[ROUTER_SID + 1];
	struct str to;
	struct str from;     /* absent: nobody knows */
	struct str call_sid; /* the caller's; absent: there is none */
	char sid[ROUTER_SID + 1]; /* of the call that was recorded */
	struct arena *arena;
	struct refusal *refusal;
	bool is_refused;
};

/* HTTP 400 with Twilio's error number. Returns false. */
bool order_refuse(struct order *order, unsigned code, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Updates the object, which must be there, by one or two changes. False:
 * order->refusal says why not. */
bool order_apply(struct order *order, const struct object *object,
    const struct change *changes, size_t count);

/* NULL: the Workspace has no such Activity. */
struct object *order_find_activity(const struct order *order, struct str sid);

/* Each: false, and refused, where Twilio would refuse it. */
bool order_check_dequeue(struct order *order);
bool order_check_call(struct order *order);
bool order_check_redirect(struct order *order);
bool order_check_conference(struct order *order);
bool order_check_supervise(struct order *order);

#endif
