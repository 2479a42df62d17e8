/* SPDX-License-Identifier: MIT
 *
 * What TaskRouter takes as a Task's properties.
 * Source: https://www.twilio.com/docs/taskrouter/api/task and the limits of
 * https://www.twilio.com/docs/taskrouter/limits.
 */
#ifndef TWILIO_TASK_H
#define TWILIO_TASK_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/json.h"

#define TASK_ATTRIBUTES_LENGTH 4096      /* characters */
/* The attribute by which a Task that we created is found again. */
#define TASK_KEY_ATTRIBUTE "idempotency_key"
#define TASK_PRIORITY_MOST 2147483647
#define TASK_TIMEOUT_MOST 1209600        /* seconds: two weeks */

/* Each says whether the text may be sent as the property; if not, *err says
 * what was expected. */
bool task_check_attributes(struct str value, struct err *err);
bool task_check_priority(struct str value, struct err *err);
bool task_check_timeout(struct str value, struct err *err);
/* A TaskChannel's SID or unique name. */
bool task_check_channel(struct str value, struct err *err);
/* The SID of a Worker, TaskQueue or Workflow. */
bool task_check_routing_target(struct str value, struct err *err);
/* A date that is not before 1900 and not in the future. */
bool task_check_virtual_start_time(struct str value, struct err *err);

/* The attributes, which must have passed task_check_attributes, with the member
 * idempotency_key behind all others; every other byte stays as it is. Absent:
 * there is such a member already, they would be too long, or no memory; *err
 * says which. The key is of letters and digits. */
struct str task_add_key(struct arena *arena, struct str attributes,
    struct str key, struct err *err);

/* The attributes with the members of `merge`, an object, in place of those of
 * the same names and behind all others. Absent: `attributes` is no JSON object, they would be too long, or no memory; *err
 * says which. */
struct str task_merge_attributes(struct arena *arena, struct str attributes,
    struct json_object *merge, struct err *err);

#endif
