/* SPDX-License-Identifier: MIT
 *
 * What an application's answer to an assignment callback means.
 * Source: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks and
 * the error pages https://www.twilio.com/docs/api/errors/40000, 40001, 40005.
 */
#ifndef TASKROUTERD_ANSWER_H
#define TASKROUTERD_ANSWER_H

#include "base/compat.h"
#include "router/engine.h"
#include "twilio/webhook.h"

struct daemon;

/* Whether it is an answer at all: HTTP 200. Any other status, and none, sends
 * the callback to the fallback URL. */
bool answer_counts(const struct webhook_result *result);

/* Obeys an answer that counts. `reservation` NULL: it is gone. False: Twilio's
 * debugger would show something, *refusal has the number and the words; the
 * Reservation stays as it is. */
bool answer_obey(struct daemon *daemon, struct reservation *reservation,
    const struct webhook_result *result, struct refusal *refusal);

#endif
