/* SPDX-License-Identifier: MIT
 *
 * Creating, updating and deleting Workers.
 * Source: https://www.twilio.com/docs/taskrouter/api/worker
 */
#include "base/compat.h"

#include <string.h>

#include "router/lines.h"
#include "router/record.h"
#include "router/rules.h"

static void
tell(struct router *router, struct worker *worker, enum record_type type)
{
	record_event(router, type,
	    &(struct record_subject){
		.workspace = worker->object.workspace,
		.worker = worker,
	    });
}

/* ---- creating */

static bool
is_new_name(const struct workspace *workspace, const struct worker *worker,
    const struct changes *changes, struct refusal *refusal)
{
	const struct change *name =
	    change_find(changes, FIELD_WORKER_FRIENDLY_NAME);
	const struct worker *other =
	    name != NULL ? worker_by_name(workspace, name->text) : NULL;

	if (other == NULL || other == worker)
		return true;
	return REFUSE(
	    refusal, "Worker with the same friendly name already exists");
}

static bool
read_values(struct str attributes, struct expr_pack **values,
    struct refusal *refusal)
{
	struct err err;

	*values = expr_pack_make(attributes, WORKER_VALUES_MOST, &err);
	return *values != NULL ||
	    REFUSE(refusal, "Attributes: %s", err.text);
}

static void
make_channels(struct router *router, struct worker *worker)
{
	struct workspace *workspace = worker->object.workspace;
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_TASK_CHANNEL])
		worker_channel_add(
		    router, worker, (struct task_channel *)object);
}

static struct object *
create(struct router *router, struct workspace *workspace,
    const struct changes *changes, struct refusal *refusal)
{
	struct expr_pack *values;
	struct worker *worker;

	if (!rules_has_room(workspace, KIND_WORKER, WORKERS_MOST, refusal) ||
	    !is_new_name(workspace, NULL, changes, refusal) ||
	    !read_values(rules_text(changes, FIELD_WORKER_ATTRIBUTES), &values,
		refusal))
		return NULL;
	worker =
	    (struct worker *)rules_new(router, KIND_WORKER, workspace, changes);
	worker->values = values;
	if (worker->activity == NULL)
		worker->activity = workspace->default_activity;
	worker->activity->workers++;
	worker->date_status_changed = router->now;
	worker->idle_rank = router_next_rank(router);
	(void)worker_insert_name(worker);
	make_channels(router, worker);
	tell(router, worker, RECORD_WORKER_CREATED);
	lines_enlist_worker(router, worker);
	agenda_free(router, worker);
	wait_find_strays(router, workspace);
	return &worker->object;
}

/* ---- updating */

/* An empty ActivitySid says as little as none. */
static struct activity *
activity_given(const struct worker *worker, const struct changes *changes)
{
	const struct change *change =
	    change_find(changes, FIELD_WORKER_ACTIVITY);

	return change != NULL && change->object != NULL
	    ? (struct activity *)change->object
	    : worker->activity;
}

static bool
may_reject(const struct activity *to, const struct changes *changes,
    struct refusal *refusal)
{
	if (!rules_is_true(changes, FIELD_WORKER_REJECT_PENDING) ||
	    !to->available)
		return true;
	return REFUSE(refusal, "Unable to reject pending reservations when "
	    "updating to an Available activity state.");
}

/* All but the Activity; true if anything differs. `values` (NULL: as they are)
 * become his. */
static bool
assign(struct router *router, struct worker *worker,
    const struct changes *changes, struct expr_pack *values)
{
	struct workspace *workspace = worker->object.workspace;
	struct activity *activity = worker->activity;
	bool renames = rules_differs(
	    changes, FIELD_WORKER_FRIENDLY_NAME, worker->friendly_name);

	if (renames) {
		wait_lose_worker(router, worker);
		worker_remove_name(worker);
	}
	(void)fields_assign(router, &worker->object, changes);
	worker->activity = activity;
	if (renames) {
		(void)worker_insert_name(worker);
		wait_find_strays(router, workspace);
	}
	if (values != NULL) {
		expr_pack_free(worker->values);
		worker->values = values;
	}
	return renames || values != NULL;
}

/* He is where he was sent to: a rejection moves him no more. */
static void
reject_pending(struct router *router, struct worker *worker)
{
	struct reservation *reservation;

	TAILQ_FOREACH(reservation, &worker->reservations, of_worker)
		if (reservation->status == RESERVATION_PENDING)
			reservation_end(router, reservation,
			    RESERVATION_REJECTED, worker->activity);
}

/* One request is one version, whatever it changes. */
static void
apply(struct router *router, struct worker *worker,
    const struct changes *changes, struct expr_pack *values)
{
	struct activity *to = activity_given(worker, changes);
	bool moves = to != worker->activity;
	bool differs = assign(router, worker, changes, values);

	worker_move(router, worker, to);
	if (differs && !moves)
		object_changed(router, &worker->object);
	if (values != NULL)
		tell(router, worker, RECORD_WORKER_ATTRIBUTES_UPDATE);
	if (rules_is_true(changes, FIELD_WORKER_REJECT_PENDING))
		reject_pending(router, worker);
	if (!differs)
		return;
	lines_note_facts(worker);
	lines_enlist_worker(router, worker);
	agenda_free(router, worker);
}

static bool
update(struct router *router, struct object *object,
    const struct changes *changes, struct refusal *refusal)
{
	struct worker *worker = (struct worker *)object;
	struct expr_pack *values = NULL;

	if (!is_new_name(object->workspace, worker, changes, refusal) ||
	    !may_reject(activity_given(worker, changes), changes, refusal))
		return false;
	if (rules_differs(
		changes, FIELD_WORKER_ATTRIBUTES, worker->attributes) &&
	    !read_values(rules_text(changes, FIELD_WORKER_ATTRIBUTES), &values,
		refusal))
		return false;
	apply(router, worker, changes, values);
	return true;
}

/* ---- deleting */

void
worker_discard(struct router *router, struct worker *worker)
{
	struct reservation *reservation;

	while ((reservation = TAILQ_FIRST(&worker->reservations)) != NULL)
		reservation_delete(router, reservation);
	lines_forget_worker(worker);
	while (!LIST_EMPTY(&worker->channels))
		worker_channel_remove(router, LIST_FIRST(&worker->channels));
	agenda_forget_worker(router, worker);
	worker->activity->workers--;
	worker_remove_name(worker);
	object_remove(router, &worker->object);
}

void
worker_delete(struct router *router, struct worker *worker)
{
	struct reservation *reservation;

	wait_lose_worker(router, worker);
	TAILQ_FOREACH(reservation, &worker->reservations, of_worker)
		if (reservation->status == RESERVATION_PENDING)
			reservation_end(router, reservation,
			    RESERVATION_CANCELED, worker->activity);
	record_event(router, RECORD_WORKER_DELETED,
	    &(struct record_subject){
		.workspace = worker->object.workspace,
		.worker = worker,
		.previous_activity = worker->activity,
		.previous_ms = router->now - worker->date_status_changed,
	    });
	worker_discard(router, worker);
}

/* Twilio documents no answer; a Task that somebody works on keeps him. */
static bool
delete(struct router *router, struct object *object, struct refusal *refusal)
{
	struct worker *worker = (struct worker *)object;
	const struct reservation *reservation;

	TAILQ_FOREACH(reservation, &worker->reservations, of_worker)
		if (reservation_is_open(reservation) &&
		    reservation->status != RESERVATION_PENDING)
			return REFUSE(refusal,
			    "Cannot delete Worker %s because Reservation %s "
			    "is %s",
			    object->sid, reservation->object.sid,
			    reservation_status_name(reservation->status));
	worker_delete(router, worker);
	return true;
}

const struct kind_rules worker_rules = {create, update, delete};
