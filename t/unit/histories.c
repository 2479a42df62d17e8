/* SPDX-License-Identifier: MIT
 *
 * Random histories: thousands of events of every kind, at random times, on
 * random Workspaces. After each the state's invariants hold; what the effects
 * say, kept as a store would keep it, gives the same state, which goes on as
 * the other one does; and the same history again gives the same state again.
 */
#include "base/compat.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mirror.h"
#include "router/engine.h"
#include "router/why.h"
#include "tap.h"

#define HISTORIES 60
#define HISTORIES_LONG 3000
#define STEPS 300
#define RESTORED_EACH 25 /* steps */
#define COMPARED_EACH 5  /* steps: with its twin */
#define TEXT_MOST ((size_t)8 << 20)

static struct chance {
	uint64_t state;
} chance;

/* splitmix64 */
static uint64_t
draw(void)
{
	uint64_t z = (chance.state += 0x9e3779b97f4a7c15U);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

static size_t
pick(size_t count)
{
	return (size_t)(draw() % count);
}

static bool
one_in(size_t count)
{
	return pick(count) == 0;
}

static void
next_bytes(void *context, unsigned char bytes[16])
{
	uint64_t *count = context;

	(*count)++;
	for (size_t i = 0; i < 16; i++)
		bytes[i] = (unsigned char)(i < 8 ? *count >> (8 * (7 - i)) : i);
}

struct world {
	struct router *router;
	struct mirror *mirror;
	struct workspace *workspace;
	uint64_t sids;
	unsigned names;
	int64_t now;
	bool failed;
	bool traced; /* HISTORY names this one alone */
	struct world *twin; /* restored from this one, or NULL */
	size_t scan_most;   /* nothing must depend on it */
	size_t offers_most; /* 0: no Task rests */
};

/* ---- changes */

#define CHANGES_MOST 8

struct draft {
	struct change items[CHANGES_MOST];
	size_t count;
};

static struct change *
add(struct draft *draft, enum field_id id)
{
	struct change *change = &draft->items[draft->count++];

	change->field = &field_rows[id];
	return change;
}

static void
add_text(struct draft *draft, enum field_id id, const char *text)
{
	add(draft, id)->text = str_from(text);
}

static void
add_integer(struct draft *draft, enum field_id id, int64_t integer)
{
	add(draft, id)->integer = integer;
}

static void
add_boolean(struct draft *draft, enum field_id id, bool boolean)
{
	add(draft, id)->boolean = boolean;
}

static void
add_object(struct draft *draft, enum field_id id, void *object)
{
	add(draft, id)->object = object;
}

static struct object *
apply(struct world *world, enum router_verb verb, enum kind kind,
    struct object *object, struct draft *draft)
{
	struct refusal refusal;
	struct router_event event = {
	    .verb = verb,
	    .kind = kind,
	    .workspace = world->workspace,
	    .object = object,
	    .changes = {draft != NULL ? draft->items : NULL,
	        draft != NULL ? draft->count : 0},
	};

	return router_apply(world->router, &event, world->now, &refusal);
}

/* ---- objects at random */

static void *
any(const struct world *world, enum kind kind)
{
	struct workspace *workspace = world->workspace;
	size_t count = workspace->counts[kind], wanted;
	struct object *object = NULL;

	if (count == 0)
		return NULL;
	wanted = pick(count);
	object = router_next(world->router, workspace, kind, 0);
	while (wanted-- > 0)
		object = router_next(
		    world->router, workspace, kind, object->number);
	return object;
}

static const char *const queue_expressions[] = {
	"1==1", "skill == \"a\"", "languages HAS \"es\"", "level >= 2",
	"friendly_name != \"w1\"", "activity_name == \"Available\"", "",
	"skill IN [\"a\", \"b\"] AND level < 3",
	"worker.channel.default.assigned_tasks == 0",
};

static const char *const worker_attributes[] = {
	"{}", "{\"skill\":\"a\",\"level\":1}", "{\"skill\":\"b\",\"level\":2}",
	"{\"languages\":[\"en\",\"es\"],\"level\":3}",
	"{\"skill\":\"a\",\"languages\":[\"es\"],\"level\":2}",
};

static const char *const task_attributes[] = {
	"{}", "{\"type\":\"x\"}", "{\"type\":\"y\",\"language\":\"es\"}",
	"{\"type\":\"z\",\"skill\":\"a\"}", "{\"type\":\"x\",\"skill\":\"b\"}",
	"{\"type\":\"y\",\"agent\":\"w1\"}", "{\"type\":\"y\",\"agent\":null}",
	"{\"type\":\"x\",\"avoid\":\"w2\"}", "{\"type\":\"z\",\"agent\":\"w3\"}",
};

static const char *const targets[] = {
	"\"timeout\":10", "\"priority\":5", "\"timeout\":30,\"priority\":1",
	"\"expression\":\"task.skill == worker.skill\"",
	"\"expression\":\"worker.friendly_name != task.avoid\",\"timeout\":20",
	"\"skip_if\":\"workers.available == 0\"", "\"skip_if\":\"1==1\"",
	"\"order_by\":\"worker.level DESC\"",
	"\"known_worker_friendly_name\":\"task.agent\",\"timeout\":15",
	"\"expression\":\"task.language IN worker.languages\"",
	"\"expression\":\"worker.channel.default.assigned_tasks == 0\"",
	"\"expression\":"
	"\"worker.channel.default.available_capacity_percentage < 100\"",
	"\"known_worker_friendly_name\":\"task.agent\",\"priority\":3,"
	"\"expression\":\"task.skill == worker.skill\"",
};

static const char *const filters[] = {
	"type == \\\"x\\\"", "type == \\\"y\\\" OR skill == \\\"a\\\"",
	"1==1", "type IN [\\\"y\\\", \\\"z\\\"]",
};

static void
write_configuration(const struct world *world, char *text, size_t size)
{
	size_t length = 0, count = pick(4);

#define ADD(...) \
	length += (size_t)snprintf(text + length, size - length, __VA_ARGS__)
	ADD("{\"task_routing\":{\"filters\":[");
	for (size_t i = 0; i < count; i++) {
		size_t steps = 1 + pick(3);
		ADD("%s{\"expression\":\"%s\",\"targets\":[", i > 0 ? "," : "",
		    filters[pick(ARRAY_LENGTH(filters))]);
		for (size_t j = 0; j < steps; j++) {
			struct object *queue = any(world, KIND_TASK_QUEUE);
			ADD("%s{\"queue\":\"%s\",%s}", j > 0 ? "," : "",
			    queue->sid, targets[pick(ARRAY_LENGTH(targets))]);
		}
		ADD("]}");
	}
	ADD("]");
	if (!one_in(3)) {
		struct object *queue = any(world, KIND_TASK_QUEUE);
		ADD(",\"default_filter\":{\"queue\":\"%s\"}", queue->sid);
	}
	ADD("}}");
#undef ADD
}

/* ---- events at random; none that makes no sense is left out: refusals must
 * change nothing */

static void
make_queue(struct world *world)
{
	struct draft draft = {.count = 0};
	char name[16];

	(void)snprintf(name, sizeof name, "q%u", world->names++);
	add_text(&draft, FIELD_TASK_QUEUE_FRIENDLY_NAME, name);
	add_text(&draft, FIELD_TASK_QUEUE_TARGET_WORKERS,
	    queue_expressions[pick(ARRAY_LENGTH(queue_expressions))]);
	add_integer(&draft, FIELD_TASK_QUEUE_MAX_RESERVED_WORKERS,
	    one_in(2) ? 1 : 1 + (int64_t)pick(3));
	add_integer(&draft, FIELD_TASK_QUEUE_TASK_ORDER, (int64_t)pick(2));
	if (one_in(2)) {
		add_object(&draft, FIELD_TASK_QUEUE_RESERVATION_ACTIVITY,
		    any(world, KIND_ACTIVITY));
		add_object(&draft, FIELD_TASK_QUEUE_ASSIGNMENT_ACTIVITY,
		    any(world, KIND_ACTIVITY));
	}
	(void)apply(world, ROUTER_CREATE, KIND_TASK_QUEUE, NULL, &draft);
}

static void
change_queue(struct world *world)
{
	struct draft draft = {.count = 0};
	struct object *queue = any(world, KIND_TASK_QUEUE);

	if (one_in(3))
		add_text(&draft, FIELD_TASK_QUEUE_TARGET_WORKERS,
		    queue_expressions[pick(ARRAY_LENGTH(queue_expressions))]);
	if (one_in(3))
		add_integer(&draft, FIELD_TASK_QUEUE_MAX_RESERVED_WORKERS,
		    1 + (int64_t)pick(3));
	if (one_in(3))
		add_integer(&draft, FIELD_TASK_QUEUE_TASK_ORDER,
		    (int64_t)pick(2));
	if (one_in(4))
		add_object(&draft, FIELD_TASK_QUEUE_RESERVATION_ACTIVITY,
		    any(world, KIND_ACTIVITY));
	(void)apply(world, one_in(6) ? ROUTER_DELETE : ROUTER_UPDATE,
	    KIND_TASK_QUEUE, queue, &draft);
}

static void
set_configuration(struct world *world, struct object *workflow)
{
	struct draft draft = {.count = 0};
	static char configuration[65536];

	write_configuration(world, configuration, sizeof configuration);
	add_text(&draft, FIELD_WORKFLOW_CONFIGURATION, configuration);
	add_integer(&draft, FIELD_WORKFLOW_RESERVATION_TIMEOUT,
	    1 + (int64_t)pick(60));
	add_text(&draft, FIELD_WORKFLOW_CALLBACK_URL,
	    one_in(3) ? "" : "http://127.0.0.1:1/");
	if (workflow != NULL) {
		add_boolean(&draft, FIELD_WORKFLOW_RE_EVALUATE, one_in(2));
		(void)apply(world, one_in(6) ? ROUTER_DELETE : ROUTER_UPDATE,
		    KIND_WORKFLOW, workflow, &draft);
		return;
	}
	add_text(&draft, FIELD_WORKFLOW_FRIENDLY_NAME, "flow");
	(void)apply(world, ROUTER_CREATE, KIND_WORKFLOW, NULL, &draft);
}

static void
make_workflow(struct world *world)
{
	if (world->workspace->counts[KIND_TASK_QUEUE] > 0)
		set_configuration(world, NULL);
}

static void
change_workflow(struct world *world)
{
	struct object *workflow = any(world, KIND_WORKFLOW);

	if (workflow != NULL &&
	    world->workspace->counts[KIND_TASK_QUEUE] > 0)
		set_configuration(world, workflow);
}

static void
make_worker(struct world *world)
{
	struct draft draft = {.count = 0};
	char name[16];

	(void)snprintf(name, sizeof name, "w%zu", pick(9));
	add_text(&draft, FIELD_WORKER_FRIENDLY_NAME, name);
	add_text(&draft, FIELD_WORKER_ATTRIBUTES,
	    worker_attributes[pick(ARRAY_LENGTH(worker_attributes))]);
	if (one_in(2))
		add_object(&draft, FIELD_WORKER_ACTIVITY,
		    any(world, KIND_ACTIVITY));
	(void)apply(world, ROUTER_CREATE, KIND_WORKER, NULL, &draft);
}

static void
move_worker(struct world *world)
{
	struct draft draft = {.count = 0};
	struct object *worker = any(world, KIND_WORKER);

	if (worker == NULL)
		return;
	add_object(&draft, FIELD_WORKER_ACTIVITY, any(world, KIND_ACTIVITY));
	if (one_in(3))
		add_boolean(&draft, FIELD_WORKER_REJECT_PENDING, true);
	(void)apply(world, ROUTER_UPDATE, KIND_WORKER, worker, &draft);
}

static void
change_worker(struct world *world)
{
	struct draft draft = {.count = 0};
	struct object *worker = any(world, KIND_WORKER);
	char name[16];

	if (worker == NULL)
		return;
	(void)snprintf(name, sizeof name, "w%zu", pick(9));
	if (one_in(4))
		add_text(&draft, FIELD_WORKER_FRIENDLY_NAME, name);
	else
		add_text(&draft, FIELD_WORKER_ATTRIBUTES,
		    worker_attributes[pick(ARRAY_LENGTH(worker_attributes))]);
	(void)apply(world, one_in(8) ? ROUTER_DELETE : ROUTER_UPDATE,
	    KIND_WORKER, worker, &draft);
}

static void
change_channel(struct world *world)
{
	struct draft draft = {.count = 0};
	struct object *channel = any(world, KIND_WORKER_CHANNEL);

	if (channel == NULL)
		return;
	if (one_in(2))
		add_integer(&draft, FIELD_WORKER_CHANNEL_CAPACITY,
		    (int64_t)pick(4));
	else
		add_boolean(&draft, FIELD_WORKER_CHANNEL_AVAILABLE,
		    !one_in(3));
	(void)apply(
	    world, ROUTER_UPDATE, KIND_WORKER_CHANNEL, channel, &draft);
}

static void
add_destination(struct world *world, struct draft *draft)
{
	static const enum kind kinds[] = {
	    KIND_WORKER, KIND_TASK_QUEUE, KIND_WORKFLOW};
	struct object *target;

	if (!one_in(6)) {
		add_object(draft, FIELD_TASK_WORKFLOW,
		    any(world, KIND_WORKFLOW));
		return;
	}
	target = any(world, kinds[pick(ARRAY_LENGTH(kinds))]);
	if (target == NULL)
		return;
	add_text(draft, FIELD_TASK_ROUTING_TARGET, target->sid);
	if (target->kind == KIND_WORKER && one_in(2))
		add_boolean(draft, FIELD_TASK_IGNORE_CAPACITY, one_in(2));
}

static void
make_task(struct world *world)
{
	struct draft draft = {.count = 0};

	add_destination(world, &draft);
	add_text(&draft, FIELD_TASK_ATTRIBUTES,
	    task_attributes[pick(ARRAY_LENGTH(task_attributes))]);
	add_integer(&draft, FIELD_TASK_PRIORITY, (int64_t)pick(4));
	if (one_in(4))
		add_object(&draft, FIELD_TASK_TASK_CHANNEL,
		    any(world, KIND_TASK_CHANNEL));
	if (one_in(5))
		add_integer(&draft, FIELD_TASK_TIMEOUT, 1 + (int64_t)pick(99));
	(void)apply(world, ROUTER_CREATE, KIND_TASK, NULL, &draft);
}

static void
change_task(struct world *world)
{
	struct draft draft = {.count = 0};
	struct object *task = any(world, KIND_TASK);

	if (task == NULL)
		return;
	if (one_in(2))
		add_text(&draft, FIELD_TASK_ATTRIBUTES,
		    task_attributes[pick(ARRAY_LENGTH(task_attributes))]);
	if (one_in(2))
		add_integer(&draft, FIELD_TASK_PRIORITY, (int64_t)pick(4));
	if (one_in(6))
		add_integer(&draft, FIELD_TASK_VIRTUAL_START_TIME,
		    world->now - (int64_t)pick(100000));
	if (one_in(6))
		add_object(&draft, FIELD_TASK_TASK_CHANNEL,
		    any(world, KIND_TASK_CHANNEL));
	if (one_in(2))
		add_integer(&draft, FIELD_TASK_STATUS, (int64_t)pick(6));
	(void)apply(world, one_in(12) ? ROUTER_DELETE : ROUTER_UPDATE,
	    KIND_TASK, task, &draft);
}

/* Mostly one that is open: most of them are not. */
static struct object *
any_reservation(const struct world *world)
{
	struct object *object = any(world, KIND_RESERVATION);

	for (size_t i = 0; i < 40 && object != NULL; i++) {
		int64_t status = ((struct reservation *)object)->status;
		if (status == RESERVATION_PENDING ||
		    status == RESERVATION_ACCEPTED ||
		    status == RESERVATION_WRAPPING)
			break;
		object = any(world, KIND_RESERVATION);
	}
	return object;
}

static void
change_reservation(struct world *world)
{
	struct draft draft = {.count = 0};
	struct object *reservation = any_reservation(world);

	if (reservation == NULL)
		return;
	add_integer(&draft, FIELD_RESERVATION_STATUS,
	    one_in(3) ? (int64_t)pick(8) : RESERVATION_ACCEPTED);
	if (one_in(4))
		add_object(&draft, FIELD_RESERVATION_WORKER_ACTIVITY,
		    any(world, KIND_ACTIVITY));
	(void)apply(
	    world, ROUTER_UPDATE, KIND_RESERVATION, reservation, &draft);
}

static void
end_callback(struct world *world)
{
	struct object *reservation = any_reservation(world);

	if (reservation != NULL)
		(void)apply(world, one_in(2) ? ROUTER_CALLBACK_DONE
					     : ROUTER_CALLBACK_FAILED,
		    KIND_RESERVATION, reservation, NULL);
}

/* The Worker's telephone rings, or cannot be reached. */
static void
hold(struct world *world)
{
	struct object *reservation = any_reservation(world);
	struct draft draft = {.count = 0};

	add_integer(&draft, FIELD_RESERVATION_DEADLINE,
	    world->now + (int64_t)pick(90000));
	if (reservation != NULL)
		(void)apply(world, one_in(3) ? ROUTER_HOLD_FAILED : ROUTER_HOLD,
		    KIND_RESERVATION, reservation, &draft);
}

static void
change_workspace(struct world *world)
{
	struct draft draft = {.count = 0};

	add_integer(&draft, FIELD_WORKSPACE_PRIORITIZE_QUEUE_ORDER,
	    (int64_t)pick(2));
	if (one_in(3))
		add_object(&draft, FIELD_WORKSPACE_TIMEOUT_ACTIVITY,
		    any(world, KIND_ACTIVITY));
	if (one_in(20))
		add_boolean(&draft, FIELD_WORKSPACE_MULTI_TASK_ENABLED, true);
	(void)apply(world, ROUTER_UPDATE, KIND_WORKSPACE,
	    &world->workspace->object, &draft);
}

static void
change_task_channel(struct world *world)
{
	struct draft draft = {.count = 0};
	struct object *channel = any(world, KIND_TASK_CHANNEL);
	char name[16];

	add_boolean(&draft, FIELD_TASK_CHANNEL_OPTIMIZED, one_in(2));
	if (!one_in(4)) {
		(void)apply(world, one_in(5) ? ROUTER_DELETE : ROUTER_UPDATE,
		    KIND_TASK_CHANNEL, channel, &draft);
		return;
	}
	(void)snprintf(name, sizeof name, "c%u", world->names++);
	add_text(&draft, FIELD_TASK_CHANNEL_FRIENDLY_NAME, name);
	add_text(&draft, FIELD_TASK_CHANNEL_UNIQUE_NAME, name);
	(void)apply(world, ROUTER_CREATE, KIND_TASK_CHANNEL, NULL, &draft);
}

static void
change_activity(struct world *world)
{
	struct draft draft = {.count = 0};
	struct object *activity = any(world, KIND_ACTIVITY);

	add_text(&draft, FIELD_ACTIVITY_FRIENDLY_NAME,
	    one_in(2) ? "Available" : "Busy");
	if (one_in(4)) {
		add_boolean(&draft, FIELD_ACTIVITY_AVAILABLE, one_in(2));
		(void)apply(
		    world, ROUTER_CREATE, KIND_ACTIVITY, NULL, &draft);
		return;
	}
	(void)apply(world, one_in(4) ? ROUTER_DELETE : ROUTER_UPDATE,
	    KIND_ACTIVITY, activity, &draft);
}

static void
let_time_pass(struct world *world)
{
	static const size_t most[] = {1000, 20000, 100000, 1000000, 120000000};

	world->now += (int64_t)pick(
	    most[one_in(20) ? pick(ARRAY_LENGTH(most)) : pick(2)]);
	(void)router_tick(world->router, world->now, SIZE_MAX);
}

#define ACT(name, weight) {name, #name, weight}
static const struct {
	void (*act)(struct world *world);
	const char *name;
	size_t weight;
} acts[] = {
	ACT(make_task, 24),
	ACT(change_task, 12),
	ACT(change_reservation, 24),
	ACT(move_worker, 14),
	ACT(change_worker, 4),
	ACT(make_worker, 4),
	ACT(change_channel, 6),
	ACT(end_callback, 4),
	ACT(hold, 4),
	ACT(make_queue, 2),
	ACT(change_queue, 3),
	ACT(make_workflow, 1),
	ACT(change_workflow, 3),
	ACT(change_workspace, 1),
	ACT(change_task_channel, 2),
	ACT(change_activity, 2),
	ACT(let_time_pass, 16),
};

static void
act_at_random(struct world *world)
{
	size_t sum = 0, wanted;

	for (size_t i = 0; i < ARRAY_LENGTH(acts); i++)
		sum += acts[i].weight;
	wanted = pick(sum);
	for (size_t i = 0; i < ARRAY_LENGTH(acts); i++) {
		if (wanted < acts[i].weight) {
			if (world->traced)
				printf("# at %" PRId64 ": %s\n", world->now,
				    acts[i].name);
			acts[i].act(world);
			return;
		}
		wanted -= acts[i].weight;
	}
}

/* ---- what must hold */

static void
complain(struct world *world, uint64_t seed, size_t step, const char *what)
{
	world->failed = true;
	ok(false, "history %" PRIu64 ", step %zu: %s", seed, step, what);
}

static bool
equal_dumps(const struct router *a, const struct router *b)
{
	struct buf left, right;
	bool equal;

	buf_init(&left, TEXT_MOST);
	buf_init(&right, TEXT_MOST);
	router_dump(a, &left);
	router_dump(b, &right);
	equal = !left.failed && !right.failed &&
	    str_equal(buf_str(&left), buf_str(&right));
	if (!equal && getenv("SHOW") != NULL)
		(void)fprintf(stderr, "%.*s\n----\n%.*s\n",
		    STR_ARGS(buf_str(&left)), STR_ARGS(buf_str(&right)));
	buf_release(&left);
	buf_release(&right);
	return equal;
}

static struct router_options
options_of(struct world *world)
{
	return (struct router_options){
	    .account_sid = STR("AC00000000000000000000000000000000"),
	    .random = next_bytes,
	    .context = &world->sids,
	    .scan_most = world->scan_most,
	    .offers_most = world->offers_most,
	};
}

/* Another world goes on from what the store has of this one. */
static void
make_twin(struct world *world, struct world *twin, struct err *err)
{
	struct router_options options;

	*twin = *world;
	twin->mirror = NULL;
	twin->traced = false;
	twin->scan_most = 1;
	options = options_of(twin);
	twin->router = mirror_restore(world->mirror, &options, err);
	if (twin->router == NULL)
		return;
	twin->workspace = (struct workspace *)router_find(
	    twin->router, str_from(world->workspace->object.sid));
	(void)router_tick(twin->router, twin->now, SIZE_MAX);
}

static void
end_twin(struct world *world)
{
	if (world->twin != NULL)
		router_free(world->twin->router);
	world->twin = NULL;
}

static void
check_restoring(struct world *world, struct world *twin, uint64_t seed,
    size_t step)
{
	struct err err = {0, ""};

	mirror_take(world->mirror, world->router);
	make_twin(world, twin, &err);
	if (twin->router == NULL) {
		complain(world, seed, step, err.text);
		return;
	}
	world->twin = twin;
	if (!equal_dumps(world->router, twin->router))
		complain(world, seed, step, "the restored state differs");
	else if (!router_check(twin->router, &err))
		complain(world, seed, step, err.text);
}

/* What happened to the world happens to its twin. */
static void
follow(struct world *world, uint64_t begun, uint64_t seed, size_t step)
{
	uint64_t ended = chance.state;

	chance.state = begun;
	act_at_random(world->twin);
	if (chance.state != ended ||
	    (step % COMPARED_EACH == COMPARED_EACH - 1 &&
	        !equal_dumps(world->router, world->twin->router)))
		complain(world, seed, step,
		    "the restored router goes on otherwise");
}

/* ---- Tasks that rest */

static struct {
	size_t steps, wanted; /* that a Task rested; … for one Worker alone */
} rests;

static void
note_rests(const struct world *world)
{
	const struct task *task;

	TAILQ_FOREACH(task, &world->workspace->resting, stray) {
		rests.steps++;
		rests.wanted += task->wanted != NULL;
	}
}

static void
check_rests(void)
{
	ok(rests.steps > 100, "Tasks rested for %zu steps", rests.steps);
	ok(rests.wanted > 10, "%zu of them for one Worker alone", rests.wanted);
}

/* ---- what router/why.h says comes true */

#define CLAIMS_TRIED 4 /* at each look */
#define WHY_MEMORY ((size_t)64 << 20)

static struct {
	size_t asked, obstacles[OBSTACLE_COUNT], done;
} why_seen;

static void *
of_twin(const struct world *twin, const struct object *object)
{
	return router_find(twin->router, str_from(object->sid));
}

/* What stands in the way goes, the Activity last. */
static void
clear_the_way(struct world *twin, const struct why_worker *told)
{
	struct draft draft = {.count = 0};

	if ((told->obstacles & OBSTACLE_CHANNEL) != 0)
		add_boolean(&draft, FIELD_WORKER_CHANNEL_AVAILABLE, true);
	if ((told->obstacles & OBSTACLE_CAPACITY) != 0)
		add_integer(&draft, FIELD_WORKER_CHANNEL_CAPACITY,
		    (int64_t)told->channel->open + 1);
	if (draft.count > 0)
		(void)apply(twin, ROUTER_UPDATE, KIND_WORKER_CHANNEL,
		    of_twin(twin, &told->channel->object), &draft);
	draft.count = 0;
	if ((told->obstacles & OBSTACLE_BUSY) != 0) {
		add_integer(&draft, FIELD_TASK_STATUS, TASK_COMPLETED);
		(void)apply(twin, ROUTER_UPDATE, KIND_TASK,
		    of_twin(twin, &told->busy->task->object), &draft);
	}
	draft.count = 0;
	if (told->activity == NULL)
		return;
	add_object(&draft, FIELD_WORKER_ACTIVITY,
	    of_twin(twin, &told->activity->object));
	(void)apply(twin, ROUTER_UPDATE, KIND_WORKER,
	    of_twin(twin, &told->worker->object), &draft);
}

/* A Reservation that is pending cannot be completed; of several only the first
 * one is told of. */
static bool
can_be_tried(const struct why *why, const struct why_worker *told)
{
	return told->first == why->task &&
	    ((told->obstacles & OBSTACLE_BUSY) == 0 ||
	        (told->busy->status != RESERVATION_PENDING &&
	            told->worker->open == 1));
}

static void
try_claim(struct world *world, const struct why *why,
    const struct why_worker *told, uint64_t seed, size_t step)
{
	const struct reservation *reservation;
	const struct task *task;
	struct err err = {0, ""};
	struct world twin;

	make_twin(world, &twin, &err);
	clear_the_way(&twin, told);
	task = of_twin(&twin, &why->task->object);
	reservation = task != NULL
	    ? TAILQ_LAST(&task->reservations, task_reservations)
	    : NULL;
	if (task == NULL || task->status != TASK_RESERVED ||
	    reservation->worker != of_twin(&twin, &told->worker->object))
		complain(world, seed, step,
		    "who would get the Task does not get it");
	for (size_t i = 0; i < OBSTACLE_COUNT; i++)
		why_seen.obstacles[i] += (told->obstacles >> i) & 1;
	why_seen.done++;
	router_free(twin.router);
}

static void
check_answer(struct world *world, const struct why *why, size_t *tried,
    uint64_t seed, size_t step)
{
	why_seen.asked++;
	if (why->counts.ready > 0 && !why->task->is_resting)
		complain(world, seed, step,
		    "nothing keeps a Worker from a Task that is pending");
	for (size_t i = 0; i < why->worker_count; i++) {
		if (*tried == CLAIMS_TRIED)
			return;
		if (!can_be_tried(why, &why->workers[i]))
			continue;
		(*tried)++;
		try_claim(world, why, &why->workers[i], seed, step);
	}
}

/* Of the state that the store has. */
static void
check_why(struct world *world, uint64_t seed, size_t step)
{
	struct object *object = NULL;
	struct buf before, after;
	size_t tried = 0;

	buf_init(&before, TEXT_MOST);
	buf_init(&after, TEXT_MOST);
	router_dump(world->router, &before);
	while ((object = router_next(world->router, world->workspace, KIND_TASK,
	            object != NULL ? object->number : 0)) != NULL) {
		struct arena arena;
		arena_init(&arena, WHY_MEMORY);
		const struct why *why = router_why(
		    (struct task *)object, world->now, 100, &arena);
		if (why == NULL)
			complain(world, seed, step, "why takes much memory");
		else if (why->task->status == TASK_PENDING)
			check_answer(world, why, &tried, seed, step);
		arena_release(&arena);
	}
	router_dump(world->router, &after);
	if (!str_equal(buf_str(&before), buf_str(&after)))
		complain(world, seed, step, "asking why changes the state");
	buf_release(&before);
	buf_release(&after);
}

static void
check_why_seen(void)
{
	ok(why_seen.asked > 1000, "why was asked of %zu pending Tasks",
	    why_seen.asked);
	ok(why_seen.done > 100, "what it says was tried %zu times",
	    why_seen.done);
	for (size_t i = 0; i < OBSTACLE_COUNT; i++)
		if (1U << i < OBSTACLE_EXPRESSION)
			ok(why_seen.obstacles[i] > 0,
			    "obstacle %zu was cleared away %zu times", i,
			    why_seen.obstacles[i]);
}

static void
begin(struct world *world, bool single)
{
	struct draft draft = {.count = 0};
	struct router_options options;

	world->now = 1600000000000;
	options = options_of(world);
	world->router = router_new(&options);
	world->mirror = mirror_new();
	add_text(&draft, FIELD_WORKSPACE_FRIENDLY_NAME, "w");
	add_boolean(&draft, FIELD_WORKSPACE_MULTI_TASK_ENABLED, !single);
	world->workspace = (struct workspace *)apply(
	    world, ROUTER_CREATE, KIND_WORKSPACE, NULL, &draft);
	draft.count = 0;
	add_object(&draft, FIELD_WORKSPACE_DEFAULT_ACTIVITY,
	    router_next(world->router, world->workspace, KIND_ACTIVITY,
	        world->workspace->default_activity->object.number));
	(void)apply(world, ROUTER_UPDATE, KIND_WORKSPACE,
	    &world->workspace->object, &draft);
	for (size_t i = 0; i < 3; i++)
		make_queue(world);
	make_workflow(world);
	for (size_t i = 0; i < 5; i++)
		make_worker(world);
}

static void
run(struct world *world, uint64_t seed, bool checks)
{
	struct err err = {0, ""};
	struct world twin;

	chance.state = seed;
	begin(world, one_in(3));
	for (size_t step = 0; step < STEPS && !world->failed; step++) {
		uint64_t begun = chance.state;
		act_at_random(world);
		if (!checks)
			continue;
		if (world->twin != NULL)
			follow(world, begun, seed, step);
		if (!router_check(world->router, &err))
			complain(world, seed, step, err.text);
		note_rests(world);
		if (world->failed || step % RESTORED_EACH != RESTORED_EACH - 1)
			continue;
		end_twin(world);
		check_restoring(world, &twin, seed, step);
		if (!world->failed)
			check_why(world, seed, step);
	}
	end_twin(world);
}

/* Everything goes with the Workspace. */
static void
check_deleting(struct world *world, uint64_t seed)
{
	struct buf buf;

	(void)apply(world, ROUTER_DELETE, KIND_WORKSPACE,
	    &world->workspace->object, NULL);
	buf_init(&buf, TEXT_MOST);
	router_dump(world->router, &buf);
	mirror_take(world->mirror, world->router);
	if (buf.len > 0 || !mirror_is_empty(world->mirror) ||
	    router_next_due(world->router) != ROUTER_NEVER)
		complain(world, seed, STEPS, "something is left of the "
		    "Workspace");
	buf_release(&buf);
}

static void
end(struct world *world)
{
	router_free(world->router);
	mirror_free(world->mirror);
}

/* What all histories together must have come by; else they prove little. */
static struct {
	const char *type;
	size_t count;
} seen[] = {
	{"activity.created", 0}, {"activity.deleted", 0},
	{"activity.updated", 0}, {"reservation.accepted", 0},
	{"reservation.canceled", 0}, {"reservation.completed", 0},
	{"reservation.created", 0}, {"reservation.rejected", 0},
	{"reservation.rescinded", 0}, {"reservation.timeout", 0},
	{"reservation.wrapup", 0}, {"task-channel.created", 0},
	{"task-channel.deleted", 0}, {"task-queue.deleted", 0},
	{"task-queue.entered", 0}, {"task-queue.expression.updated", 0},
	{"task-queue.moved", 0}, {"task-queue.timeout", 0},
	{"task.canceled", 0}, {"task.completed", 0}, {"task.created", 0},
	{"task.deleted", 0}, {"task.system-deleted", 0}, {"task.updated", 0},
	{"task.wrapup", 0}, {"worker.activity.update", 0},
	{"worker.attributes.update", 0}, {"worker.capacity.update", 0},
	{"worker.channel.availability.update", 0}, {"worker.created", 0},
	{"worker.deleted", 0}, {"workflow.created", 0},
	{"workflow.deleted", 0}, {"workflow.entered", 0},
	{"workflow.skipped", 0}, {"workflow.target-matched", 0},
	{"workflow.timeout", 0}, {"workflow.updated", 0},
	{"workspace.created", 0}, {"workspace.deleted", 0},
	{"workspace.updated", 0},
};

static void
note_seen(const struct mirror *mirror)
{
	for (size_t i = 0; i < ARRAY_LENGTH(seen); i++)
		seen[i].count += mirror_records(mirror, seen[i].type);
}

static void
check_seen(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(seen); i++)
		ok(seen[i].count > 0, "%s came %zu times", seen[i].type,
		    seen[i].count);
}

static void
try_history(uint64_t seed)
{
	struct world first = {.traced = getenv("HISTORY") != NULL};
	struct world second = {.scan_most = 2};

	first.offers_most = second.offers_most = (size_t)(seed % 3);
	run(&first, seed, true);
	if (!first.failed) {
		run(&second, seed, false);
		ok(equal_dumps(first.router, second.router),
		    "history %" PRIu64 ": every invariant holds, the store's "
		    "state is the same, and so is that of a replay", seed);
		end(&second);
		check_deleting(&first, seed);
	}
	note_seen(first.mirror);
	end(&first);
}

/* ---- a store that somebody else has written */

static struct {
	size_t refused, taken, unexplained;
} spoilt;

static void
restore_spoilt(struct world *world)
{
	struct router_options options = options_of(world);
	struct err err = {0, ""};
	struct router *router =
	    mirror_restore(world->mirror, &options, &err);

	if (router == NULL) {
		spoilt.refused++;
		spoilt.unexplained += err.text[0] == '\0';
		return;
	}
	/* It may mean something else; it must mean something. */
	spoilt.taken++;
	(void)router_tick(router, world->now + 4000000000, SIZE_MAX);
	router_free(router);
}

static void
spoil_all(struct world *world)
{
	enum mirror_spoiling done = SPOIL_DONE;

	for (size_t row = 0; done != SPOIL_NO_ROW; row++)
		for (size_t value = 0;; value++) {
			for (size_t way = 0;; way++) {
				done = mirror_spoil(
				    world->mirror, row, value, way);
				if (done != SPOIL_DONE)
					break;
				restore_spoilt(world);
				mirror_mend(world->mirror);
			}
			if (done != SPOIL_NO_WAY)
				break;
		}
}

static void
check_spoilt(void)
{
	struct world world = {.sids = 0};

	run(&world, 3, false);
	mirror_take(world.mirror, world.router);
	spoil_all(&world);
	ok(spoilt.refused > 1000 && spoilt.unexplained == 0,
	    "%zu spoilt stores are refused, all with a reason", spoilt.refused);
	ok(spoilt.taken > 1000, "%zu could be read", spoilt.taken);
	end(&world);
}

int
main(void)
{
	const char *from = getenv("HISTORY");
	uint64_t count = getenv("TASKROUTER_LONG") != NULL ? HISTORIES_LONG
							    : HISTORIES;

	if (from != NULL) {
		try_history(strtoull(from, NULL, 10));
		return tap_done();
	}
	for (uint64_t seed = 1; seed <= count; seed++)
		try_history(seed);
	check_seen();
	check_rests();
	check_why_seen();
	check_spoilt();
	return tap_done();
}
