/* SPDX-License-Identifier: MIT
 *
 * Statistics as TaskRouter shows them in JSON.
 * Source: the examples of Twilio's OpenAPI description.
 */
#ifndef TASKROUTERD_RECKON_PUT_H
#define TASKROUTERD_RECKON_PUT_H

#include "base/buf.h"
#include "base/compat.h"
#include "taskrouterd/reckon.h"

enum reckon_part {
	PART_REAL_TIME = 1 << 0,
	PART_CUMULATIVE = 1 << 1,
	PART_NESTED = 1 << 2, /* "realtime" and "cumulative" are members */
	PART_COMBINED = PART_REAL_TIME | PART_CUMULATIVE | PART_NESTED,
};

/* Appends the members of the parts, which were reckoned. */
void reckon_put(struct buf *out, const struct reckoning *r,
    const struct subject *subject, unsigned parts);

#endif
