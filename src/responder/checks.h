/* SPDX-License-Identifier: MIT
 *
 * What parameters of operator endpoints may be, for struct parameter: each
 * says whether the text may be sent; if not, *err says what was expected.
 * Source: https://www.twilio.com/docs/taskrouter/api, each resource's page.
 */
#ifndef RESPONDER_CHECKS_H
#define RESPONDER_CHECKS_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

bool check_activity_sid(struct str value, struct err *err);
bool check_reservation_sid(struct str value, struct err *err);
bool check_task_sid(struct str value, struct err *err);
bool check_task_queue_sid(struct str value, struct err *err);
bool check_worker_sid(struct str value, struct err *err);
bool check_workflow_sid(struct str value, struct err *err);

/* Any text that is not empty. */
bool check_text(struct str value, struct err *err);
/* A FriendlyName: at most 64 characters. */
bool check_name(struct str value, struct err *err);
bool check_boolean(struct str value, struct err *err);

bool check_page(struct str value, struct err *err);
bool check_page_size(struct str value, struct err *err);

/* Any status of a Task, and those that an update may ask for. */
bool check_task_status(struct str value, struct err *err);
bool check_new_task_status(struct str value, struct err *err);
bool check_new_reservation_status(struct str value, struct err *err);
/* "Priority:desc,DateCreated:asc" */
bool check_task_ordering(struct str value, struct err *err);

#endif
