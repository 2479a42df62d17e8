/* SPDX-License-Identifier: MIT
 *
 * How a configuration's members are read. Only for plan.c and plan_value.c.
 *
 * Each function is false after *reader->err was filled in with the place and
 * what is wrong there. A member that is null, and a text that is empty or
 * blank, counts as left out.
 */
#ifndef ROUTER_PLAN_READER_H
#define ROUTER_PLAN_READER_H

#include "base/compat.h"
#include "codec/json.h"
#include "router/plan.h"

struct plan_reader {
	struct arena *kept;    /* what the plan is made of */
	struct arena *scratch; /* what is not needed when it is made */
	struct err *err;
	char place[64]; /* of the object that is read: "filters[0]" */
};

/* "PLACE.KEY: TEXT" */
bool plan_refuse(struct plan_reader *reader, const char *key,
    const char *format, ...) PRINTF_LIKE(3, 4);

/* Absent if it is left out; valid as long as the JSON. */
MUST_USE bool plan_text(struct plan_reader *reader, struct json_object *object,
    const char *key, struct str *text);

/* A whole number, or its digits as a string. *number stays what it was if it
 * is left out. */
MUST_USE bool plan_number(struct plan_reader *reader,
    struct json_object *object, const char *key, int64_t least,
    const char *expected, int64_t *number);

/* Absent if it is left out; kept, its digits in lower case. */
MUST_USE bool plan_queue(struct plan_reader *reader,
    struct json_object *object, struct str *queue);

/* NULL if it is left out. */
MUST_USE bool plan_expression(struct plan_reader *reader,
    struct json_object *object, const char *key, enum expr_place place,
    struct expr **expression);
MUST_USE bool plan_order(struct plan_reader *reader,
    struct json_object *object, struct expr_order **order);

/* known_worker_sid, or else known_worker_friendly_name. */
MUST_USE bool plan_known_worker(struct plan_reader *reader,
    struct json_object *object, struct plan_target *target);

#endif
