/* SPDX-License-Identifier: MIT
 *
 * Workers whom a missed Reservation sent to the timeout Activity, found by the
 * Events that are kept, and put back through the outbox.
 *
 * TaskRouter tells two Events of it, a reservation.timeout and the Worker's
 * worker.activity.update, in either order. A change of Activity without a
 * timeout next to it was somebody's wish; and of two changes that are both next
 * to one, the timeout made the nearer.
 * Source: https://www.twilio.com/docs/taskrouter/worker-presence and
 * https://www.twilio.com/docs/taskrouter/api/event/reference
 */
#ifndef STORE_LEDGER_RECOVERY_H
#define STORE_LEDGER_RECOVERY_H

#include "base/compat.h"
#include "base/str.h"
#include "store/ledger.h"
#include "twilio/taskrouter_event.h"

/* The change comes of the timeout: it is so much later at most. Earlier it is
 * only where two machines of TaskRouter's gave the times; what is much earlier
 * was somebody who went away, or came, just before. */
#define RECOVERY_LATER_MS ((int64_t)2000)
#define RECOVERY_EARLIER_MS ((int64_t)500)
/* The Workers of a cascade come within this time. */
#define RECOVERY_CASCADE_MS ((int64_t)60000)

struct recovery_options {
	int64_t delay_ms;
	struct str timeout_activity_sid; /* absent: any Activity */
	struct str activity_sid; /* to go to; absent: the one before */
	int64_t per_hour;        /* of one Worker */
	int64_t cascade;         /* Workers */
	int64_t pause_ms;        /* after a cascade */
};

enum recovery_result {
	RECOVERY_NONE,    /* the Event is no reason for one */
	RECOVERY_PLANNED, /* it is in the outbox */
	RECOVERY_LIMITED, /* the Worker had as many as he may in an hour */
	RECOVERY_PAUSED,  /* after a cascade */
	RECOVERY_ALARM,   /* with this one it is a cascade */
	RECOVERY_RESULTS,
	RECOVERY_WITHDRAWN = RECOVERY_RESULTS, /* of one planned before */
	RECOVERY_NAMES
};

/* "planned" */
extern const char *const recovery_result_names[RECOVERY_NAMES];

struct recovery_outcome {
	enum recovery_result result;
	int64_t workers;   /* RECOVERY_ALARM: how many there are */
	int64_t withdrawn; /* that waited, and will not be made */
};

/* To be called behind ledger_put_event, in its transaction, for an Event that
 * is new. A Worker whose Activity changes again is left alone: what waits for
 * him is withdrawn. Writes. */
MUST_USE bool ledger_plan_recovery(struct ledger *ledger,
    const struct taskrouter_event *event, int64_t now_ms,
    const struct recovery_options *options, struct recovery_outcome *outcome,
    struct err *err);

#endif
