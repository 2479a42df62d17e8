/* SPDX-License-Identifier: MIT
 *
 * Answers of the REST API, with the headers that TaskRouter sends. Each
 * function completes the response and leaves it to daemon_answer; the call
 * must not be answered again.
 * Source: https://www.twilio.com/docs/usage/twilios-response
 */
#ifndef TASKROUTERD_RESPOND_H
#define TASKROUTERD_RESPOND_H

#include "base/buf.h"
#include "base/compat.h"
#include "router/engine.h"
#include "taskrouterd/api.h"
#include "taskrouterd/refusal.h"

/* An empty buffer for a body; its memory dies with the exchange. NULL: there
 * is none, and the exchange's arena knows. */
struct buf *respond_buffer(struct api_call *call);

void respond_json(
    struct api_call *call, unsigned status, const struct buf *body);
/* 204. */
void respond_nothing(struct api_call *call);
/* {"code":…,"message":…,"more_info":…,"status":…} */
void respond_refusal(struct api_call *call, const struct refusal *refusal);
void respond_error(struct api_call *call, unsigned status,
    enum api_error code, const char *format, ...) PRINTF_LIKE(4, 5);
/* 404 with the path of the request. */
void respond_not_found(struct api_call *call);

#endif
