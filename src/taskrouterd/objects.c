/* SPDX-License-Identifier: MIT
 *
 * What the REST API does with the router's objects: one set of functions for
 * all kinds.
 */
#include "base/compat.h"

#include "taskrouterd/api.h"
#include "taskrouterd/calls.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/doubts.h"
#include "taskrouterd/instruct.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/list.h"
#include "taskrouterd/parameters.h"
#include "taskrouterd/respond.h"

/* ---- one object */

static void
answer_object(struct api_call *call, unsigned status, struct object *object)
{
	struct buf *body = respond_buffer(call);

	api_note(call, object);
	if (body == NULL) {
		respond_nothing(call); /* the arena makes it a 500 */
		return;
	}
	present_object(body, &call->presenter, call->path.resource, object);
	if ((call->path.resource->uses & RESOURCE_TAGGED) != 0)
		response_header(&call->exchange->response, "ETag",
		    arena_format(call->arena, "%u", object->version));
	respond_json(call, status, body);
}

/* The parameters of a create or update. False: the call was answered. */
static bool
read_changes(
    struct api_call *call, enum field_use use, struct changes *changes)
{
	struct parameters parameters = {
		.arena = call->arena,
		.router = call->daemon->router,
		.workspace = call->place.workspace,
		.kind = call->path.resource->kind,
		.use = use,
		.now = call->presenter.now,
	};
	struct refusal refusal = {0};

	if (parameters_read(&parameters, &call->form, changes, &refusal))
		return true;
	respond_refusal(call, &refusal);
	return false;
}

static bool
has_expressions(const struct api_call *call)
{
	return form_get(&call->form, "Configuration").at != NULL ||
	    form_get(&call->form, "TargetWorkers").at != NULL;
}

static void
apply(struct api_call *call, const struct router_event *event, unsigned status)
{
	struct refusal refusal = {0};
	struct object *object = daemon_apply(call->daemon, event, &refusal);

	if (object != NULL && has_expressions(call))
		doubts_tell(call->daemon, object);
	if (object != NULL)
		answer_object(call, status, object);
	else if (refusal.status != 0)
		respond_refusal(call, &refusal);
	else
		respond_nothing(call);
}

static void
create_object(struct api_call *call)
{
	struct router_event event = {
		.verb = ROUTER_CREATE,
		.kind = call->path.resource->kind,
		.workspace = call->place.workspace,
	};

	if (read_changes(call, FIELD_CREATE, &event.changes))
		apply(call, &event, 201);
}

static void
fetch_object(struct api_call *call)
{
	answer_object(call, 200, call->place.object);
}

/* A Reservation is told a status, or what to do to the Worker's telephone.
 * Source: https://www.twilio.com/docs/taskrouter/api/reservations */
static void
instruct_reservation(struct api_call *call)
{
	struct object *object = call->place.object;
	struct str sid = arena_str(call->arena, str_from(object->sid));
	struct refusal refusal = {0};
	struct str word = form_get(&call->form, "Instruction");

	if (call->path.resource->id == RESOURCE_WORKER_RESERVATIONS &&
	    str_equal_nocase(word, STR("supervise"))) {
		respond_error(call, 400, API_ERROR_PARAMETER,
		    "Instruction: supervise is for Reservations below Tasks");
		return;
	}
	if (!instruct_form(call->daemon,
		(struct reservation *)object, &call->form, &refusal)) {
		respond_refusal(call, &refusal);
		return;
	}
	object = router_find_in(call->daemon->router, call->place.workspace,
	    KIND_RESERVATION, sid);
	if (object == NULL)
		respond_not_found(call);
	else
		answer_object(call, 200, object);
}

/* Whoever takes the Reservation while its Worker's telephone rings is too late.
 * Source: https://support.twilio.com/hc/en-us/articles/40136086868507 */
static bool
is_held(struct api_call *call, const struct object *object)
{
	if (!calls_is_held(call->daemon->calls, str_from(object->sid)))
		return false;
	respond_error(call, 400, API_ERROR_PARAMETER,
	    "Reservation %s not in expected state [pending] and cannot be "
	    "updated to [onHold]; its Worker is being called", object->sid);
	return true;
}

static void
update_object(struct api_call *call)
{
	struct router_event event = {
		.verb = ROUTER_UPDATE,
		.kind = call->path.resource->kind,
		.workspace = call->place.workspace,
		.object = call->place.object,
	};

	if (event.kind == KIND_RESERVATION &&
	    form_get(&call->form, "Instruction").len > 0)
		instruct_reservation(call);
	else if (event.kind == KIND_RESERVATION &&
	    is_held(call, event.object))
		return;
	else if (read_changes(call, FIELD_UPDATE, &event.changes))
		apply(call, &event, 200);
}

static void
remove_object(struct api_call *call)
{
	struct router_event event = {
		.verb = ROUTER_DELETE,
		.kind = call->path.resource->kind,
		.workspace = call->place.workspace,
		.object = call->place.object,
	};

	apply(call, &event, 204);
}

/* ---- lists */

/* Writes the items, as many as a page may be long. */
static void
put_items(struct api_call *call, const struct list_item *items, size_t count,
    struct page_result *result, struct buf *body)
{
	for (size_t i = 0; i < count; i++) {
		if (body->len >= PAGE_BYTES_MOST) {
			result->has_more = true;
			break;
		}
		json_put_item(body);
		present_object(body, &call->presenter, call->path.resource,
		    items[i].object);
		result->last = items[i].position;
		result->count++;
	}
	if (result->count > 0)
		result->first = items[0].position;
}

static void
list_objects(struct api_call *call)
{
	struct list list = {
		.resource = call->path.resource,
		.kind = call->path.resource->kind,
		.router = call->daemon->router,
		.workspace = call->place.workspace,
		.parent = call->place.parent,
		.arena = call->arena,
	};
	struct page_result result = {0};
	struct refusal refusal = {0};
	struct buf *body = respond_buffer(call);
	size_t count;

	if (!list_read(&list, &call->form, &refusal)) {
		respond_refusal(call, &refusal);
		return;
	}
	const struct list_item *items =
	    list_take(&list, &count, &result.has_more);
	if (items == NULL || body == NULL) {
		respond_nothing(call);
		return;
	}
	buf_add_byte(body, '{');
	json_put_key(body, list.resource->key);
	buf_add_byte(body, '[');
	put_items(call, items, count, &result, body);
	buf_add_byte(body, ']');
	paging_put_meta(body, &list.paging, &result, list.resource,
	    api_url(call), &call->form);
	buf_add_byte(body, '}');
	respond_json(call, 200, body);
}

const struct api_operations api_objects = {
	.list = list_objects,
	.create = create_object,
	.fetch = fetch_object,
	.update = update_object,
	.remove = remove_object,
};
