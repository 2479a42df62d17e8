/* SPDX-License-Identifier: MIT
 *
 * What the files attempt*.c share. Nobody else includes this.
 */
#ifndef RESPONDER_ATTEMPT_PARTS_H
#define RESPONDER_ATTEMPT_PARTS_H

#include "base/compat.h"
#include "responder/attempt.h"

/* Less is no time for a call. */
#define ATTEMPT_CALL_LEAST_MS ((int64_t)100)

/* One call: `form` absent makes it a GET. `next` is called afterwards, with
 * attempt->result and ->json; where no call is possible the attempt ends. */
struct attempt_call {
	enum rest_operation operation;
	struct str path;
	struct str form;
	struct str if_match;
	void (*next)(struct attempt *attempt);
};
void attempt_make_call(struct attempt *attempt, const struct attempt_call *call);

/* Calls `next` later. False: no memory. */
MUST_USE bool attempt_wait(struct attempt *attempt, int64_t ms,
    void (*next)(struct attempt *attempt));

/* What the last call means for what it should do. */
enum attempt_end attempt_judge(const struct attempt *attempt);
bool attempt_has_succeeded(const struct attempt *attempt);

/* Ends it; the text says why, unless it is NULL and what the last call came to
 * is all there is to say. */
void attempt_finish(
    struct attempt *attempt, enum attempt_end end, const char *text);

/* How each kind begins. */
void attempt_create(struct attempt *attempt);
void attempt_update(struct attempt *attempt);

#endif
