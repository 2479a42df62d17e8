/* SPDX-License-Identifier: MIT
 *
 * Instructions for a pending Reservation, as an assignment callback answers
 * them and as the REST API takes them: checked by one table
 * (twilio/instructions.h), obeyed by one table.
 *
 * accept, reject and {} do what they say. dequeue, call, conference and
 * redirect make and change simulated telephone calls (calls.h): their
 * parameters are checked, the Task gets the attribute worker_call_sid, and the
 * Reservation is accepted when the Worker answers, which is at once unless a
 * rule says otherwise; call and redirect accept only where `accept` says so.
 * Source: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks,
 * https://www.twilio.com/docs/taskrouter/api/reservations
 */
#ifndef TASKROUTERD_INSTRUCT_H
#define TASKROUTERD_INSTRUCT_H

#include "base/arena.h"
#include "base/compat.h"
#include "codec/form.h"
#include "codec/json.h"
#include "router/engine.h"

struct daemon;

/* Obeys the JSON object of an assignment callback; {} changes nothing. False:
 * nothing has changed, *refusal has Twilio's error number (status 400, or 410
 * for a Reservation that was rescinded) and words. */
MUST_USE bool instruct_json(struct daemon *daemon,
    struct reservation *reservation, struct json_object *value,
    struct refusal *refusal);

/* Obeys the parameters of a REST update that has `Instruction`; others than
 * the instruction's are ignored. Also takes supervise, which is known on the
 * Task's side only: on the Worker's side the caller refuses it. */
MUST_USE bool instruct_form(struct daemon *daemon,
    struct reservation *reservation, const struct form *form,
    struct refusal *refusal);

#endif
