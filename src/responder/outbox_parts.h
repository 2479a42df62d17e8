/* SPDX-License-Identifier: MIT
 *
 * What who attempts entries at once, in front of a waiting client, shares with
 * who works the outbox off.
 */
#ifndef RESPONDER_OUTBOX_PARTS_H
#define RESPONDER_OUTBOX_PARTS_H

#include "base/compat.h"
#include "base/err.h"
#include "responder/attempt.h"
#include "responder/responder.h"
#include "store/ledger_outbox.h"

/* What becomes of an entry. */
struct outbox_verdict {
	enum outbox_result result;
	enum outbox_state state; /* queued, again: waiting or fate unknown */
	int64_t due_ms;
	struct str lane;         /* to get into; absent: none */
};

/* This process, this start, as the owner of leases. */
struct str outbox_owner(void);

/* Long enough for one attempt. */
int64_t outbox_lease_ms(const struct settings *settings);

/* How long to wait before the next attempt. */
int64_t outbox_again_ms(const struct attempt *attempt);

/* On the keeper's thread. */
MUST_USE bool outbox_keep_verdict(const struct attempt *attempt,
    const struct outbox_verdict *verdict, struct ledger *ledger,
    struct err *err);

#endif
