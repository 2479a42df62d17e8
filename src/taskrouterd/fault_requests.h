/* SPDX-License-Identifier: MIT
 *
 * What faults (faults.h) do to requests to the REST API: answer with an error,
 * hold the answer or the request itself back, break the answer off.
 */
#ifndef TASKROUTERD_FAULT_REQUESTS_H
#define TASKROUTERD_FAULT_REQUESTS_H

#include "base/compat.h"
#include "taskrouterd/api.h"

/* Looks whether a fault hits a call that has begun. True: the call is the
 * fault's, which answers it now or later, and may run it (api_run) before it
 * does; false: it goes on, and what becomes of its answer is seen to. */
MUST_USE bool fault_requests_take(const struct api_call *call);

/* Twilio's error number for an HTTP status of 400 or more. */
unsigned fault_requests_code(unsigned status);

#endif
