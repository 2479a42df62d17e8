/* SPDX-License-Identifier: MIT
 *
 * What an assignment costs the routing engine as Workers and pending Tasks
 * grow in number, and what each of them takes of memory. No network, no disk.
 * usage: growth WAY COUNT ASSIGNMENTS
 * Prints microseconds per assignment and bytes per object. Ways:
 *   workers   COUNT idle Workers
 *   tasks     COUNT pending Tasks, for one Worker
 *   queues    COUNT idle Workers, eligible for each of fifty TaskQueues
 *   several   COUNT idle Workers, MaxReservedWorkers 5
 *   single    COUNT idle Workers, single-tasking, moved by each Reservation
 *   order     COUNT idle Workers, order_by
 *   agents    COUNT idle Workers, of whom the target's expression suits one
 *   unsuited  COUNT pending Tasks, each of which asks for something else that
 *             nobody has
 *   suited    COUNT pending Tasks, each of which avoids somebody else
 *   known     COUNT pending Tasks that want one Worker, who is busy with them
 */
#include "base/compat.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "router/engine.h"

#define START INT64_C(1700000000000)

#define QUEUES_MOST 50

static const struct way {
	const char *name;
	bool tasks;  /* COUNT is of Tasks, else of Workers */
	bool single; /* single-tasking */
	size_t queues;
	int64_t reserved; /* MaxReservedWorkers */
	const char *target; /* more of the target, as JSON */
	/* The Tasks' attribute "asks": of those that wait, with a number behind
	 * it if each is to be another one, and of those that are served. */
	const char *waiting;
	bool numbered;
	const char *served;
} ways[] = {
	{"workers", false, false, 1, 1, "", "x", false, "x"},
	{"tasks", true, false, 1, 1, "", "x", false, "x"},
	{"queues", false, false, QUEUES_MOST, 1, "", "x", false, "x"},
	{"several", false, false, 1, 5, "", "x", false, "x"},
	{"single", false, true, 1, 1, "", "x", false, "x"},
	{"order", false, false, 1, 1,
	    ",\"order_by\":\"worker.level DESC\"", "x", false, "x"},
	{"agents", false, false, 1, 1,
	    ",\"expression\":\"worker.name == task.asks\"", "",
	    false, "agent 50"},
	{"unsuited", true, false, 1, 1,
	    ",\"expression\":\"task.asks == worker.name\"", "other",
	    true, "agent 0"},
	{"suited", true, false, 1, 1,
	    ",\"expression\":\"task.asks != worker.name\"", "other",
	    true, "other"},
	{"known", true, false, 1, 1,
	    ",\"known_worker_friendly_name\":\"task.asks\"", "worker 0", false,
	    "worker 0"},
};

struct bench {
	const struct way *way;
	struct router *router;
	struct workspace *workspace;
	struct object *queues[QUEUES_MOST];
	struct object *workflows[QUEUES_MOST];
	struct object *available, *reserved;
	int64_t now;
	uint64_t sids;
	size_t tasks;
};

static void
count_sids(void *context, unsigned char bytes[16])
{
	uint64_t *count = context;

	(*count)++;
	memset(bytes, 0, 16);
	memcpy(bytes, count, sizeof *count);
}

/* Changes of fields, with their values, up to NULL. */
static struct object *
apply(struct bench *bench, enum router_verb verb, enum kind kind,
    struct object *object, struct change *items, size_t count)
{
	struct refusal refusal;
	struct router_event event = {
	    .verb = verb,
	    .kind = kind,
	    .workspace = bench->workspace,
	    .object = object,
	    .changes = {items, count},
	};
	struct object *made =
	    router_apply(bench->router, &event, bench->now++, &refusal);

	if (refusal.status != 0) {
		(void)fprintf(stderr, "growth: %s\n", refusal.text);
		exit(1);
	}
	return made;
}

#define APPLY(bench, verb, kind, object, ...)                              \
	apply((bench), ROUTER_##verb, KIND_##kind, (object),               \
	    (struct change[]){__VA_ARGS__},                                \
	    sizeof((struct change[]){__VA_ARGS__}) / sizeof(struct change))
#define FIELD(id, member, value) \
	{.field = &field_rows[FIELD_##id], .member = (value)}

static void
make_queue(struct bench *bench, size_t number)
{
	char configuration[512];

	bench->queues[number] = APPLY(bench, CREATE, TASK_QUEUE, NULL,
	    FIELD(TASK_QUEUE_FRIENDLY_NAME, text, STR("Spanish")),
	    FIELD(TASK_QUEUE_TARGET_WORKERS, text,
	        STR("languages HAS \"es\"")),
	    FIELD(TASK_QUEUE_MAX_RESERVED_WORKERS, integer,
	        bench->way->reserved),
	    FIELD(TASK_QUEUE_RESERVATION_ACTIVITY, object, bench->reserved),
	    FIELD(TASK_QUEUE_ASSIGNMENT_ACTIVITY, object, bench->available));
	(void)snprintf(configuration, sizeof configuration,
	    "{\"task_routing\":{\"filters\":[{\"expression\":"
	    "\"selected_language == \\\"es\\\"\",\"targets\":[{\"queue\":"
	    "\"%s\"%s}]}]}}", bench->queues[number]->sid, bench->way->target);
	bench->workflows[number] = APPLY(bench, CREATE, WORKFLOW, NULL,
	    FIELD(WORKFLOW_FRIENDLY_NAME, text, STR("calls")),
	    FIELD(WORKFLOW_CONFIGURATION, text, str_from(configuration)));
}

static void
begin(struct bench *bench)
{
	struct router_options options = {
	    .account_sid = STR("AC00000000000000000000000000000000"),
	    .random = count_sids,
	    .context = &bench->sids,
	};

	bench->now = START;
	bench->router = router_new(&options);
	bench->workspace = (struct workspace *)APPLY(bench, CREATE, WORKSPACE,
	    NULL, FIELD(WORKSPACE_FRIENDLY_NAME, text, STR("bench")),
	    FIELD(WORKSPACE_MULTI_TASK_ENABLED, boolean, !bench->way->single));
	bench->available = router_next(bench->router, bench->workspace,
	    KIND_ACTIVITY, bench->workspace->default_activity->object.number);
	bench->reserved = router_next(bench->router, bench->workspace,
	    KIND_ACTIVITY, bench->available->number);
	for (size_t i = 0; i < bench->way->queues; i++)
		make_queue(bench, i);
	router_settled(bench->router);
}

static void
make_worker(struct bench *bench, size_t number)
{
	char name[32], attributes[128];

	(void)snprintf(name, sizeof name, "worker %zu", number);
	(void)snprintf(attributes, sizeof attributes,
	    "{\"languages\":[\"en\",\"es\"],\"name\":\"agent %zu\","
	    "\"level\":%zu}", number, number % 10);
	(void)APPLY(bench, CREATE, WORKER, NULL,
	    FIELD(WORKER_FRIENDLY_NAME, text, str_from(name)),
	    FIELD(WORKER_ATTRIBUTES, text, str_from(attributes)),
	    FIELD(WORKER_ACTIVITY, object, bench->available));
	router_settled(bench->router);
}

static void
make_task(struct bench *bench, const char *asks, bool numbered)
{
	size_t number = bench->tasks++;
	char suffix[32] = "", attributes[128];

	if (numbered)
		(void)snprintf(suffix, sizeof suffix, " %zu", number);
	(void)snprintf(attributes, sizeof attributes,
	    "{\"selected_language\":\"es\",\"name\":\"someone\","
	    "\"asks\":\"%s%s\"}", asks, suffix);
	(void)APPLY(bench, CREATE, TASK, NULL,
	    FIELD(TASK_WORKFLOW, object,
	        bench->workflows[number % bench->way->queues]),
	    FIELD(TASK_ATTRIBUTES, text, str_from(attributes)));
}

/* The Reservation made last is accepted and its Task completed and deleted;
 * whoever becomes free takes what waits. */
static void
serve(struct bench *bench, uint64_t *after)
{
	struct object *object = router_next(
	    bench->router, bench->workspace, KIND_RESERVATION, *after);
	struct reservation *reservation = (struct reservation *)object;
	struct object *task = &reservation->task->object;

	*after = object->number;
	(void)APPLY(bench, UPDATE, RESERVATION, object,
	    FIELD(RESERVATION_STATUS, integer, RESERVATION_ACCEPTED));
	(void)APPLY(bench, UPDATE, TASK, task,
	    FIELD(TASK_STATUS, integer, TASK_COMPLETED));
	(void)APPLY(bench, DELETE, TASK, task,
	    FIELD(TASK_STATUS, integer, TASK_COMPLETED));
	router_settled(bench->router);
}

/* Not counted: the first Task of each TaskQueue, for which it lists who is free
 * there. */
static double
assign(struct bench *bench, size_t assignments)
{
	uint64_t after = 0;
	int64_t begun;

	for (size_t i = 0; i < bench->way->queues; i++) {
		make_task(bench, bench->way->served, false);
		serve(bench, &after);
	}
	begun = clock_monotonic_us();
	for (size_t i = 0; i < assignments; i++) {
		make_task(bench, bench->way->served, false);
		serve(bench, &after);
	}
	return (double)(clock_monotonic_us() - begun) / (double)assignments;
}

static size_t
in_use(void)
{
	return mallinfo2().uordblks + mallinfo2().hblkhd;
}

static void
make_many(struct bench *bench, size_t count)
{
	if (bench->way->tasks)
		make_worker(bench, 0);
	for (size_t i = 0; i < count; i++) {
		if (bench->way->tasks)
			make_task(bench, bench->way->waiting,
			    bench->way->numbered);
		else
			make_worker(bench, i);
		router_settled(bench->router);
	}
}

static const struct way *
find_way(const char *name)
{
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (strcmp(ways[i].name, name) == 0)
			return &ways[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	struct bench bench = {.way = argc == 4 ? find_way(argv[1]) : NULL};
	size_t count, assignments, before;

	if (bench.way == NULL) {
		(void)fputs("usage: growth WAY COUNT ASSIGNMENTS\n", stderr);
		return 2;
	}
	count = strtoul(argv[2], NULL, 10);
	assignments = strtoul(argv[3], NULL, 10);
	begin(&bench);
	before = in_use();
	make_many(&bench, count);
	before = in_use() - before;
	printf("us_per_assignment=%.2f bytes_per_object=%zu\n",
	    assign(&bench, assignments), before / count);
	router_free(bench.router);
	return 0;
}
