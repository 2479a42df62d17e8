/* SPDX-License-Identifier: MIT
 *
 * Objects and Events as TaskRouter shows them in JSON: the properties of
 * router/fields.h and those that all have, null where unset; URLs absolute.
 * Source: Twilio's OpenAPI description.
 */
#ifndef TASKROUTERD_PRESENT_H
#define TASKROUTERD_PRESENT_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"
#include "router/model.h"
#include "taskrouterd/resource.h"

struct store_event; /* store/store.h */

struct presenter {
	struct str base; /* of URLs: "http://127.0.0.1:8015/v1" */
	struct str account_sid;
	int64_t now;
};

/* Appends the object as the resource shows it: a Reservation's URL is that of
 * its Task or of its Worker. The resource is of the object's kind. */
void present_object(struct buf *out, const struct presenter *presenter,
    const struct resource *resource, const struct object *object);

/* Its friendly name, of a TaskChannel the unique name; absent for what has
 * neither, and for NULL. */
struct str present_name(const struct object *object);

void present_event(struct buf *out, const struct presenter *presenter,
    const struct store_event *event);

#endif
