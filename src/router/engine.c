/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "router/lines.h"
#include "router/match.h"
#include "router/record.h"
#include "router/state.h"

static const struct kind_rules *const rules[KIND_COUNT] = {
	[KIND_WORKSPACE] = &workspace_rules,
	[KIND_ACTIVITY] = &activity_rules,
	[KIND_TASK_CHANNEL] = &task_channel_rules,
	[KIND_TASK_QUEUE] = &task_queue_rules,
	[KIND_WORKFLOW] = &workflow_rules,
	[KIND_WORKER] = &worker_rules,
	[KIND_WORKER_CHANNEL] = &worker_channel_rules,
	[KIND_TASK] = &task_rules,
	[KIND_RESERVATION] = &reservation_rules,
};

struct router *
router_new(const struct router_options *options)
{
	struct router *router = router_alloc(sizeof *router);

	router->options = *options;
	timers_init(&router->timers);
	TAILQ_INIT(&router->effects.changed);
	STAILQ_INIT(&router->effects.removed);
	STAILQ_INIT(&router->effects.records);
	return router;
}

static void
free_lines(struct router *router)
{
	struct object *object;

	for (object = object_first(router); object != NULL;
	     object = object_after(object)) {
		if (object->kind == KIND_TASK)
			wait_end(router, (struct task *)object);
		if (object->kind == KIND_WORKER)
			lines_forget_worker((struct worker *)object);
	}
	for (object = object_first(router); object != NULL;
	     object = object_after(object))
		if (object->kind == KIND_TASK_QUEUE)
			lines_forget_queue((struct task_queue *)object);
}

void
router_free(struct router *router)
{
	struct object *object;

	if (router == NULL)
		return;
	free_lines(router);
	router_settled(router);
	object = object_first(router);
	while (object != NULL) {
		struct object *next = object_after(object);
		object_forget(router, object);
		object_free(object);
		object = next;
	}
	timers_release(&router->timers);
	free(router->effects.callbacks);
	free(router->effects.warnings);
	free(router->references);
	free(router);
}

struct str
router_account(const struct router *router)
{
	return router->options.account_sid;
}

bool
refuse(struct refusal *refusal, unsigned status, unsigned code,
    const char *format, ...)
{
	va_list arguments;

	refusal->status = status;
	refusal->code = code;
	va_start(arguments, format);
	(void)vsnprintf(
	    refusal->text, sizeof refusal->text, format, arguments);
	va_end(arguments);
	return false;
}

/* ---- the agenda; see state.h */

static void
settle_agenda(struct router *router)
{
	for (;;) {
		struct task *task = agenda_task(router);
		struct worker *worker =
		    task == NULL ? agenda_worker(router) : NULL;
		if (task != NULL)
			route_task(router, task);
		else if (worker != NULL)
			match_worker(router, worker);
		else
			return;
	}
}

/* Those whose rest ends at one time are routed together, the most urgent
 * first. */
static void
end_rests(struct router *router, struct timer *timer)
{
	int64_t due = timer->due;

	while (timer != NULL && timer->what == TIMER_REST &&
	    timer->due == due) {
		wait_end_rest(router, timer->owner);
		timer = timers_first(&router->timers);
	}
}

static void
run_timer(struct router *router, struct timer *timer)
{
	switch ((enum timer_what)timer->what) {
	case TIMER_ROUTE:
		route_timer(router, timer->owner);
		break;
	case TIMER_REST:
		end_rests(router, timer);
		break;
	case TIMER_LIFE:
		task_life_timer(router, timer->owner);
		break;
	case TIMER_RESERVATION:
		reservation_timer(router, timer->owner);
		break;
	}
	settle_agenda(router);
}

static void
advance(struct router *router, int64_t now)
{
	if (now > router->now)
		router->now = now;
}

bool
router_tick(struct router *router, int64_t now, size_t most)
{
	for (size_t run = 0;; run++) {
		struct timer *timer = timers_first(&router->timers);
		if (timer == NULL || timer->due > now) {
			advance(router, now);
			return false;
		}
		if (run == most)
			return true;
		advance(router, timer->due);
		timers_clear(&router->timers, timer);
		run_timer(router, timer);
	}
}

int64_t
router_next_due(const struct router *router)
{
	struct timer *timer = timers_first(&router->timers);

	return timer != NULL ? timer->due : ROUTER_NEVER;
}

/* ---- events */

/* Where nothing is said of `what` by the event's kind. */
static struct object *
refuse_verb(const struct router_event *event, struct refusal *refusal,
    const char *what)
{
	refuse(refusal, 405, 20004, "a %s cannot be %s",
	    kind_rows[event->kind].noun, what);
	return NULL;
}

static struct object *
apply_create(struct router *router, const struct router_event *event,
    struct refusal *refusal)
{
	const struct kind_rules *rule = rules[event->kind];

	if (rule == NULL || rule->create == NULL)
		return refuse_verb(event, refusal, "created");
	return rule->create(
	    router, event->workspace, &event->changes, refusal);
}

static struct object *
apply_update(struct router *router, const struct router_event *event,
    struct refusal *refusal)
{
	const struct kind_rules *rule = rules[event->kind];

	if (rule == NULL || rule->update == NULL)
		return refuse_verb(event, refusal, "updated");
	return rule->update(router, event->object, &event->changes, refusal)
	    ? event->object
	    : NULL;
}

static struct object *
apply_delete(struct router *router, const struct router_event *event,
    struct refusal *refusal)
{
	const struct kind_rules *rule = rules[event->kind];

	if (rule == NULL || rule->remove == NULL)
		return refuse_verb(event, refusal, "deleted");
	(void)rule->remove(router, event->object, refusal);
	return NULL;
}

/* Either may come when nobody waits for it any more. */
static struct object *
apply_callback(struct router *router, const struct router_event *event,
    struct refusal *refusal)
{
	struct reservation *reservation =
	    (struct reservation *)event->object;

	(void)refusal;
	if (reservation->callback != CALLBACK_DUE)
		return NULL;
	reservation->callback = CALLBACK_DONE;
	object_touch(router, event->object);
	if (reservation->status != RESERVATION_PENDING)
		return NULL;
	if (event->verb == ROUTER_CALLBACK_FAILED)
		reservation_end(
		    router, reservation, RESERVATION_CANCELED, NULL);
	return event->object;
}

static struct object *
apply_hold(struct router *router, const struct router_event *event,
    struct refusal *refusal)
{
	struct reservation *reservation =
	    (struct reservation *)event->object;
	const struct change *deadline =
	    change_find(&event->changes, FIELD_RESERVATION_DEADLINE);

	(void)refusal;
	if (reservation->status != RESERVATION_PENDING)
		return NULL;
	if (event->verb == ROUTER_HOLD)
		reservation_hold(router, reservation, deadline->integer);
	else
		reservation_end(
		    router, reservation, RESERVATION_CANCELED, NULL);
	return event->object;
}

static struct object *(*const verbs[])(struct router *,
    const struct router_event *, struct refusal *) = {
	[ROUTER_CREATE] = apply_create,
	[ROUTER_UPDATE] = apply_update,
	[ROUTER_DELETE] = apply_delete,
	[ROUTER_CALLBACK_DONE] = apply_callback,
	[ROUTER_CALLBACK_FAILED] = apply_callback,
	[ROUTER_HOLD] = apply_hold,
	[ROUTER_HOLD_FAILED] = apply_hold,
};

/* A timer may have removed what the event is about. */
static bool
is_gone(const struct router *router, const struct router_event *event,
    const char sid[ROUTER_SID + 1])
{
	return event->verb != ROUTER_CREATE &&
	    router_find(router, str_from(sid)) == NULL;
}

struct object *
router_apply(struct router *router, const struct router_event *event,
    int64_t now, struct refusal *refusal)
{
	char sid[ROUTER_SID + 1] = "";
	struct object *object;

	*refusal = (struct refusal){0};
	if (event->object != NULL)
		memcpy(sid, event->object->sid, sizeof sid);
	(void)router_tick(router, now, SIZE_MAX);
	if (is_gone(router, event, sid)) {
		refuse(refusal, 404, 20404, "The %s %s is gone",
		    kind_rows[event->kind].noun, sid);
		return NULL;
	}
	object = verbs[event->verb](router, event, refusal);
	settle_agenda(router);
	return object;
}

/* ---- effects */

const struct router_effects *
router_effects(const struct router *router)
{
	return &router->effects;
}

bool
router_is_unsettled(const struct router *router)
{
	const struct router_effects *effects = &router->effects;

	return !TAILQ_EMPTY(&effects->changed) ||
	    !STAILQ_EMPTY(&effects->removed) ||
	    !STAILQ_EMPTY(&effects->records) ||
	    effects->callback_count > 0 || effects->warning_count > 0;
}

void
router_settled(struct router *router)
{
	struct router_effects *effects = &router->effects;

	while (!TAILQ_EMPTY(&effects->changed)) {
		struct object *object = TAILQ_FIRST(&effects->changed);
		TAILQ_REMOVE(&effects->changed, object, changed);
		object->is_changed = false;
		object->is_stored = true;
	}
	while (!STAILQ_EMPTY(&effects->removed)) {
		struct removal *removal = STAILQ_FIRST(&effects->removed);
		STAILQ_REMOVE_HEAD(&effects->removed, entry);
		free(removal);
	}
	while (!STAILQ_EMPTY(&effects->records)) {
		struct record *record = STAILQ_FIRST(&effects->records);
		STAILQ_REMOVE_HEAD(&effects->records, entry);
		record_free(record);
	}
	effects->callback_count = 0;
	effects->warning_count = 0;
}

void
router_note_delivered(
    struct router *router, struct workspace *workspace, uint64_t number)
{
	if ((int64_t)number <= workspace->delivered)
		return;
	workspace->delivered = (int64_t)number;
	object_touch(router, &workspace->object);
}
