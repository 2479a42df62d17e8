/* SPDX-License-Identifier: MIT
 *
 * What faults (faults.h) do to webhooks: they are not sent, or later, twice,
 * after the next one, or with a signature that does not match.
 */
#ifndef TASKROUTERD_FAULT_WEBHOOKS_H
#define TASKROUTERD_FAULT_WEBHOOKS_H

#include "base/compat.h"
#include "taskrouterd/outgoing.h"
#include "twilio/webhook.h"

/* As outgoing_send. While there are faults for its kind, `compose` may be
 * called at once, and again when its turn has come. */
MUST_USE bool fault_webhooks_send(struct daemon *daemon,
    struct webhook_client *client, enum outgoing_kind kind,
    const struct webhook_request *request);

/* The client is closed: forgets what would go through it. */
void fault_webhooks_forget(
    struct daemon *daemon, const struct webhook_client *client);

#endif
