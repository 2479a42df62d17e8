/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "router/plan.h"
#include "router/record.h"
#include "router/state.h"

void
router_fatal(void)
{
	(void)fputs("taskrouterd: out of memory: ending; what was answered is "
	    "in the store\n", stderr);
	abort();
}

void *
router_alloc(size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL)
		router_fatal();
	return memory;
}

void *
router_grow(void *block, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room > 0 ? *room : 8;

	if (count <= *room && block != NULL)
		return block;
	while (wanted < count)
		wanted *= 2;
	block = reallocarray(block, wanted, size);
	if (block == NULL)
		router_fatal();
	*room = wanted;
	return block;
}

struct str
router_copy(struct str s)
{
	char *copy;

	if (s.at == NULL)
		return STR_NONE;
	copy = router_alloc(s.len + 1);
	memcpy(copy, s.at, s.len);
	return (struct str){copy, s.len};
}

static void
free_text(struct str *member)
{
	free((char *)(uintptr_t)member->at);
	*member = STR_NONE;
}

void
router_set_text(struct str *member, struct str value)
{
	struct str copy = router_copy(value);

	free_text(member);
	*member = copy;
}

/* ---- the trees */

static int
compare_sid(const struct object *a, const struct object *b)
{
	return memcmp(a->sid, b->sid, ROUTER_SID);
}
RB_PROTOTYPE(object_sids, object, by_sid, compare_sid)
RB_GENERATE(object_sids, object, by_sid, compare_sid)

int
object_compare_number(const struct object *a, const struct object *b)
{
	return a->number < b->number ? -1 : a->number > b->number;
}
RB_GENERATE(object_list, object, by_number, object_compare_number)

static struct object_list *
list_of(struct router *router, struct object *object, size_t **count)
{
	if (object->kind == KIND_WORKSPACE) {
		*count = &router->workspace_count;
		return &router->workspaces;
	}
	*count = &object->workspace->counts[object->kind];
	return &object->workspace->lists[object->kind];
}

void
object_insert(struct router *router, struct object *object)
{
	size_t *count;
	struct object_list *list = list_of(router, object, &count);

	RB_INSERT(object_list, list, object);
	(*count)++;
}

bool
object_insert_sid(struct router *router, struct object *object)
{
	return RB_INSERT(object_sids, &router->sids, object) == NULL;
}

void
object_forget(struct router *router, struct object *object)
{
	RB_REMOVE(object_sids, &router->sids, object);
}

struct object *
object_first(const struct router *router)
{
	struct object_sids sids = router->sids;

	return RB_MIN(object_sids, &sids);
}

struct object *
object_after(struct object *object)
{
	return RB_NEXT(object_sids, NULL, object);
}

struct object *
router_find(const struct router *router, struct str sid)
{
	struct object key;
	struct object_sids sids = router->sids;

	if (sid.len != ROUTER_SID)
		return NULL;
	memcpy(key.sid, sid.at, 2);
	for (size_t i = 2; i < ROUTER_SID; i++)
		key.sid[i] = ascii_lower(sid.at[i]);
	return RB_FIND(object_sids, &sids, &key);
}

struct object *
router_find_in(const struct router *router,
    const struct workspace *workspace, enum kind kind, struct str sid)
{
	struct object *object = router_find(router, sid);

	if (object == NULL || object->kind != kind ||
	    (workspace != NULL && object->workspace != workspace))
		return NULL;
	return object;
}

struct object *
router_next(const struct router *router, const struct workspace *workspace,
    enum kind kind, uint64_t after)
{
	struct object key = {.number = after + 1};
	struct object_list list = kind == KIND_WORKSPACE
	    ? router->workspaces
	    : workspace->lists[kind];

	return RB_NFIND(object_list, &list, &key);
}

const struct object *
router_after(const struct object *object)
{
	/* The tree's macros know no const. */
	return RB_NEXT(object_list, NULL, (struct object *)(uintptr_t)object);
}

struct task_channel *
router_find_channel(const struct workspace *workspace, struct str name)
{
	struct object_list list = workspace->lists[KIND_TASK_CHANNEL];
	struct object *object;

	RB_FOREACH(object, object_list, &list) {
		struct task_channel *channel = (struct task_channel *)object;
		if (str_equal(channel->unique_name, name) ||
		    str_equal_nocase(str_from(object->sid), name))
			return channel;
	}
	return NULL;
}

struct worker_channel *
router_find_worker_channel(const struct worker *worker, struct str name)
{
	struct worker_channel *channel;

	LIST_FOREACH(channel, &worker->channels, of_worker) {
		struct task_channel *of = channel->task_channel;
		if (str_equal_nocase(str_from(channel->object.sid), name) ||
		    str_equal_nocase(str_from(of->object.sid), name) ||
		    str_equal(of->unique_name, name))
			return channel;
	}
	return NULL;
}

/* ---- birth and death */

void
router_make_sid(
    struct router *router, const char *prefix, char sid[ROUTER_SID + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[16];

	router->options.random(router->options.context, bytes);
	memcpy(sid, prefix, 2);
	for (size_t i = 0; i < sizeof bytes; i++) {
		sid[2 + 2 * i] = digits[bytes[i] >> 4];
		sid[3 + 2 * i] = digits[bytes[i] & 15];
	}
	sid[ROUTER_SID] = '\0';
}

int64_t
router_next_rank(struct router *router)
{
	return (int64_t)++router->number;
}

void
router_set_timer(struct router *router, struct timer *timer,
    const struct object *object, int64_t due)
{
	timer->order = object->number;
	timers_set(&router->timers, timer, due);
}

static void
workspace_born(struct object *object)
{
	TAILQ_INIT(&((struct workspace *)object)->strays);
	TAILQ_INIT(&((struct workspace *)object)->resting);
}

static void
task_born(struct object *object)
{
	struct task *task = (struct task *)object;

	TAILQ_INIT(&task->reservations);
	task->route_timer.owner = task;
	task->route_timer.what = TIMER_ROUTE;
	task->rest_timer.owner = task;
	task->rest_timer.what = TIMER_REST;
	task->life_timer.owner = task;
	task->life_timer.what = TIMER_LIFE;
}

static void
task_dead(struct object *object)
{
	expr_pack_free(((struct task *)object)->values);
}

static void
worker_born(struct object *object)
{
	TAILQ_INIT(&((struct worker *)object)->reservations);
}

static void
worker_dead(struct object *object)
{
	expr_pack_free(((struct worker *)object)->values);
}

static void
reservation_born(struct object *object)
{
	struct reservation *reservation = (struct reservation *)object;

	reservation->timer.owner = reservation;
	reservation->timer.what = TIMER_RESERVATION;
}

static void
queue_born(struct object *object)
{
	arena_init(&((struct task_queue *)object)->memory, QUEUE_MEMORY);
}

static void
queue_dead(struct object *object)
{
	struct task_queue *queue = (struct task_queue *)object;

	arena_release(&queue->memory);
	free(queue->presences);
}

static void
revision_dead(struct object *object)
{
	plan_free(((struct workflow_revision *)object)->plan);
}

static const struct {
	void (*born)(struct object *object);
	void (*dead)(struct object *object);
} lives[KIND_COUNT] = {
	[KIND_WORKSPACE] = {workspace_born, NULL},
	[KIND_TASK] = {task_born, task_dead},
	[KIND_WORKER] = {worker_born, worker_dead},
	[KIND_RESERVATION] = {reservation_born, NULL},
	[KIND_TASK_QUEUE] = {queue_born, queue_dead},
	[KIND_WORKFLOW_REVISION] = {NULL, revision_dead},
};

struct object *
object_blank(enum kind kind)
{
	struct object *object = router_alloc(kind_rows[kind].size);

	object->kind = kind;
	if (lives[kind].born != NULL)
		lives[kind].born(object);
	return object;
}

struct object *
object_new(struct router *router, enum kind kind, struct workspace *workspace)
{
	struct object *object = object_blank(kind);

	object->number = ++router->number;
	object->date_created = router->now;
	object->date_updated = router->now;
	object->workspace = kind == KIND_WORKSPACE
	    ? (struct workspace *)object
	    : workspace;
	do
		router_make_sid(router, kind_rows[kind].prefix, object->sid);
	while (!object_insert_sid(router, object));
	object_insert(router, object);
	object_touch(router, object);
	return object;
}

void
object_touch(struct router *router, struct object *object)
{
	if (object->is_changed)
		return;
	object->is_changed = true;
	TAILQ_INSERT_TAIL(&router->effects.changed, object, changed);
}

void
object_changed(struct router *router, struct object *object)
{
	object->version++;
	object->date_updated = router->now;
	object_touch(router, object);
}

static void
note_removal(struct router *router, const struct object *object)
{
	struct removal *removal = router_alloc(sizeof *removal);

	removal->kind = object->kind;
	memcpy(removal->sid, object->sid, sizeof removal->sid);
	STAILQ_INSERT_TAIL(&router->effects.removed, removal, entry);
}

void
object_remove(struct router *router, struct object *object)
{
	size_t *count;
	struct object_list *list = list_of(router, object, &count);

	RB_REMOVE(object_sids, &router->sids, object);
	RB_REMOVE(object_list, list, object);
	(*count)--;
	if (object->is_changed)
		TAILQ_REMOVE(&router->effects.changed, object, changed);
	if (object->is_stored)
		note_removal(router, object);
	object_free(object);
}

void
object_free(struct object *object)
{
	size_t count;
	const struct field *field = field_first(object->kind, &count);

	for (size_t i = 0; i < count; i++, field++)
		if (field->type <= FIELD_ROUTING_TARGET &&
		    field->offset != FIELD_NO_MEMBER)
			free_text((struct str *)(void *)
			    ((char *)object + field->offset));
	if (lives[object->kind].dead != NULL)
		lives[object->kind].dead(object);
	free(object);
}
