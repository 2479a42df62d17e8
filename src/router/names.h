/* SPDX-License-Identifier: MIT
 *
 * What names in expressions stand for. Private to router/.
 * Source: https://www.twilio.com/docs/taskrouter/expression-syntax,
 * .../workflow-configuration, .../worker-presence, .../multitasking
 */
#ifndef ROUTER_NAMES_H
#define ROUTER_NAMES_H

#include "base/compat.h"
#include "expr/expr.h"
#include "router/model.h"

/* The context of the names below; must live as long as they are used. */
struct names {
	const struct task *task;         /* NULL: task.… is NULL */
	const struct worker *worker;     /* NULL: worker.… is NULL */
	const struct task_queue *queue;  /* NULL: workers.… is NULL */
};

/* task.X: the attribute. worker.X: the attribute; sid, friendly_name,
 * activity_sid, activity_name, channel.NAME.{configured_capacity,
 * assigned_tasks, available_capacity_percentage} come first.
 * workers.available, workers.unavailable, workers.WA…: how many members of the
 * TaskQueue are in Activities of availability, in others, in that one. */
struct expr_names names_of(const struct names *names);

#endif
