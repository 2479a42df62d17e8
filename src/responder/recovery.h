/* SPDX-License-Identifier: MIT
 *
 * Recovery of Workers (store/ledger_recovery.h), as a part of storing an Event.
 */
#ifndef RESPONDER_RECOVERY_H
#define RESPONDER_RECOVERY_H

#include "base/compat.h"
#include "responder/responder.h"
#include "store/ledger_recovery.h"

/* What a new Event of this exchange may lead to: a copy of the settings in the
 * arena, or NULL where recovery is off. */
const struct recovery_options *recovery_options_of(
    const struct exchange *exchange, struct arena *arena);

/* On the loop's thread, when what was planned for the Worker is kept: logs and
 * counts it, and has the outbox look. */
void recovery_note(struct responder *responder, struct str worker_sid,
    const struct recovery_outcome *outcome);

#endif
