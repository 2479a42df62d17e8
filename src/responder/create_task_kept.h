/* SPDX-License-Identifier: MIT
 *
 * create_task with an Idempotency-Key or with the outbox: what is to be done is
 * in the store before TaskRouter is called, and what came of it afterwards.
 */
#ifndef RESPONDER_CREATE_TASK_KEPT_H
#define RESPONDER_CREATE_TASK_KEPT_H

#include "base/compat.h"
#include "base/str.h"
#include "http/exchange.h"

struct create_task_order {
	struct str key;         /* of create_task_key */
	bool is_repeatable;     /* the client has the key: he may come again */
	bool is_outbox;         /* what cannot be done now is done later */
	struct str fingerprint; /* of the parameters */
	struct str form;        /* its attributes hold the key */
};

/* The value of the attribute idempotency_key that stands for the client's key;
 * absent for a client without one: then it is drawn. Absent: no memory. */
struct str create_task_key(struct exchange *exchange, struct str key);

/* Answers the exchange, later. */
void create_task_keep(
    struct exchange *exchange, const struct create_task_order *order);

/* 200: the Task's attributes, or all of it (create_task.c). */
void create_task_answer(struct exchange *exchange, struct str decision,
    struct str sid, struct str attributes, struct str task);

#endif
