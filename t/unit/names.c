/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "expr/expr.h"
#include "router/names.h"
#include "routing.h"
#include "tap.h"

static struct routing routing;

/* Five Workers in a TaskQueue for those who speak Spanish, one outside it. */
static const char situation[] =
    "create Workspace: FriendlyName=Shop\n"
    "create Activity: FriendlyName=Lunch\n"
    "create TaskChannel: FriendlyName=Post&UniqueName=post\n"
    "create TaskQueue: FriendlyName=Spanish&TargetWorkers=es == true\n"
    "create Worker: FriendlyName=Alice&ActivitySid=Available&Attributes="
    "{\"es\":true,\"level\":3,\"sid\":\"mine\",\"friendly_name\":"
    "\"mine\",\"skills\":[\"a\",{\"deep\":\"b\"}],\"channel\":{\"fax\":"
    "{\"configured_capacity\":9},\"voice\":{\"own\":1}}}\n"
    "create Worker: FriendlyName=B&ActivitySid=Available&Attributes="
    "{\"es\":true}\n"
    "create Worker: FriendlyName=C&ActivitySid=Lunch&Attributes="
    "{\"es\":true}\n"
    "create Worker: FriendlyName=D&ActivitySid=Lunch&Attributes="
    "{\"es\":true}\n"
    "create Worker: FriendlyName=E&ActivitySid=Offline&Attributes="
    "{\"es\":true}\n"
    "create Worker: FriendlyName=F&ActivitySid=Available\n"
    "update WorkerChannel Alice/voice: Capacity=3\n"
    "update WorkerChannel Alice/post: Capacity=0\n"
    "create Task: RoutingTarget=@Alice@&TaskChannel=voice&Attributes="
    "{\"lang\":\"es\",\"list\":[1,2],\"worker\":{\"sid\":\"theirs\"}}";

/* Numbers are of the sections of the reference; what each expression is for
 * Alice, her Task and the TaskQueue. */
static const struct {
	const char *what;
	enum expr_place place;
	const char *expression;
	bool holds;
} rows[] = {
	{"6.1", EXPR_IN_FILTER, "lang == 'es'", true},
	{"6.1", EXPR_IN_FILTER, "task.lang == 'es'", true},
	{"6.1", EXPR_IN_FILTER, "list[1] == 2", true},
	{"6.3 a missing name is NULL", EXPR_IN_FILTER, "nothing == null", true},
	{"6.1 no Worker in a filter", EXPR_IN_FILTER, "worker.sid == 'theirs'",
	    true},
	{"6.1", EXPR_IN_TARGET, "task.lang == 'es' AND worker.level == 3",
	    true},
	{"6.1", EXPR_IN_WORKERS, "level == 3 AND worker.es == true", true},
	{"6.1", EXPR_IN_WORKERS, "skills HAS 'a' AND skills[1].deep == 'b'",
	    true},
	{"6.1 a Worker's own SID comes first", EXPR_IN_WORKERS,
	    "sid == '@Alice@' AND worker.sid != 'mine'", true},
	{"6.1 and the name", EXPR_IN_WORKERS, "friendly_name == 'Alice'", true},
	{"6.1 and the Activity", EXPR_IN_WORKERS,
	    "activity_name == 'Available' AND activity_sid == '@Available@'",
	    true},
	{"6.1 a SID has nothing inside", EXPR_IN_WORKERS, "sid.x == null",
	    true},
	{"6.1 capacity", EXPR_IN_TARGET,
	    "worker.channel.voice.configured_capacity == 3", true},
	{"1.6 the pending Reservation is not assigned", EXPR_IN_TARGET,
	    "worker.channel.voice.assigned_tasks == 0", true},
	{"1.6 but takes capacity", EXPR_IN_TARGET,
	    "worker.channel.voice.available_capacity_percentage == 66", true},
	{"1.6 a capacity of nothing", EXPR_IN_TARGET,
	    "worker.channel.post.available_capacity_percentage == 0", true},
	{"1.6 an idle channel", EXPR_IN_TARGET,
	    "worker.channel.chat.available_capacity_percentage == 100", true},
	{"6.1 what is no channel is an attribute", EXPR_IN_TARGET,
	    "worker.channel.fax.configured_capacity == 9", true},
	{"6.1 what channels have not, too", EXPR_IN_TARGET,
	    "worker.channel.voice.own == 1", true},
	{"6.1 who is available", EXPR_IN_SKIP_IF, "workers.available == 2",
	    true},
	{"6.1 who is not", EXPR_IN_SKIP_IF, "workers.unavailable == 3", true},
	{"6.1 who is in an Activity", EXPR_IN_SKIP_IF,
	    "workers.@Lunch@ == 2 AND workers.@Offline@ == 1 AND "
	    "workers.@Available@ == 2 AND workers.@Unavailable@ == 0",
	    true},
	{"6.1 nobody is in an Activity that is gone", EXPR_IN_SKIP_IF,
	    "workers.WA00000000000000000000000000000fff == 0", true},
	{"6.1 another name is NULL", EXPR_IN_SKIP_IF, "workers.busy == null",
	    true},
	{"6.1 and so is what is inside", EXPR_IN_SKIP_IF,
	    "workers.available.x == null", true},
	{"6.1 no attributes in skip_if", EXPR_IN_SKIP_IF, "lang == 'es'",
	    false},
};

static bool
holds(const struct names *names, enum expr_place place, const char *text)
{
	struct err err = {0, ""};
	struct expr_names find = names_of(names);
	size_t steps = 0;
	struct expr *expr = expr_parse(
	    &routing.arena, routing_text(&routing, text), place, &err);

	if (expr == NULL) {
		ok(false, "%s: %s", text, err.text);
		return false;
	}
	return expr_evaluate(expr, &find, &steps) == EXPR_TRUE;
}

static void
test_names(const struct names *names)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		ok(holds(names, rows[i].place, rows[i].expression) ==
			rows[i].holds,
		    "%s: %s", rows[i].what, rows[i].expression);
}

static void
test_nobody(void)
{
	static const struct names nobody = {NULL, NULL, NULL};

	ok(holds(&nobody, EXPR_IN_TARGET,
	       "task.lang == null AND worker.sid == null"),
	    "6.1 without a Task or Worker all is NULL");
	ok(holds(&nobody, EXPR_IN_SKIP_IF, "workers.available == null"),
	    "6.1 without a TaskQueue nobody is counted");
}

/* floor((1 - R / capacity) * 100) */
static const struct {
	int64_t capacity;
	size_t assigned, pending;
	int64_t percentage;
} shares[] = {
	{1, 0, 0, 100}, {1, 1, 0, 0}, {1, 0, 1, 0}, {3, 0, 0, 100},
	{3, 1, 0, 66}, {3, 0, 1, 66}, {3, 1, 1, 33}, {3, 2, 1, 0},
	{50, 1, 0, 98}, {0, 0, 0, 0}, {0, 1, 0, 0}, {1, 2, 3, 0},
};

static void
test_percentage(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(shares); i++) {
		struct worker_channel channel = {
		    .configured_capacity = shares[i].capacity,
		    .assigned = shares[i].assigned,
		    .open = shares[i].assigned + shares[i].pending};
		is_int(router_percentage(&channel), shares[i].percentage,
		    "1.6 capacity %d, %zu assigned, %zu pending",
		    (int)shares[i].capacity, shares[i].assigned,
		    shares[i].pending);
	}
}

int
main(void)
{
	struct names names;

	routing_begin(&routing);
	names.task = (struct task *)routing_ask_all(&routing, situation);
	names.worker = (struct worker *)routing_find(
	    &routing, KIND_WORKER, "Alice");
	names.queue = (struct task_queue *)routing_find(
	    &routing, KIND_TASK_QUEUE, "Spanish");
	ok(names.task != NULL && names.worker != NULL && names.queue != NULL,
	    "the situation stands");
	test_names(&names);
	test_nobody();
	test_percentage();
	routing_end(&routing);
	return tap_done();
}
