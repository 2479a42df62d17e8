/* SPDX-License-Identifier: MIT
 *
 * router/why.h: each reason that a Task is not given to somebody, where it
 * stands in its Workflow, and that asking changes nothing. That what it says a
 * change would bring comes true is for histories.c.
 */
#include "base/compat.h"

#include <stdio.h>

#include "router/field.h"
#include "router/why.h"
#include "routing.h"
#include "taskrouterd/why_words.h"
#include "tap.h"

#define DUMP_MOST ((size_t)4 << 20)
#define FLOW(name, routing) \
	"create Workflow: FriendlyName=" name "&Configuration=" \
	"{\"task_routing\":" routing "}\n"
#define TARGETS(list) \
	"{\"filters\":[{\"filter_friendly_name\":\"all\"," \
	"\"expression\":\"1==1\",\"targets\":[" list "]}]}"
#define SHOP "create Workspace: FriendlyName=Shop\n"
#define SINGLE "create Workspace: FriendlyName=Shop&MultiTaskEnabled=false\n"
#define ALICE \
	"create Worker: FriendlyName=Alice&ActivitySid=Available&Attributes="

static struct routing routing;
static struct arena arena;
static struct why_words words;

static struct why *
look(const char *name, size_t workers)
{
	const struct task *task =
	    (const struct task *)routing_find(&routing, KIND_TASK, name);
	struct buf before, after;
	struct why *why;

	buf_init(&before, DUMP_MOST);
	buf_init(&after, DUMP_MOST);
	router_dump(routing.router, &before);
	why = router_why(task, routing.now, workers, &arena);
	if (why != NULL)
		why_word(&words, why, &arena);
	router_dump(routing.router, &after);
	if (before.len == 0 || !str_equal(buf_str(&before), buf_str(&after)))
		ok(false, "asking why changes something");
	buf_release(&before);
	buf_release(&after);
	return why;
}

static void
begin(const char *requests)
{
	routing_begin(&routing);
	arena_init(&arena, (size_t)16 << 20);
	(void)routing_ask_all(&routing, requests);
}

static void
end(void)
{
	arena_release(&arena);
	routing_end(&routing);
}

/* Whether any sentence holds this. */
static bool
says(const char *text)
{
	if (str_contains(words.summary, text))
		return true;
	for (size_t i = 0; i < words.count; i++)
		if (str_contains(words.would_change[i], text))
			return true;
	return false;
}

static void
is_count(size_t got, size_t expected, const char *what)
{
	ok(got == expected, "%s: %zu, got %zu", what, expected, got);
}

static void
show(void)
{
	printf("# %.*s\n", STR_ARGS(words.summary));
	for (size_t i = 0; i < words.count; i++)
		printf("# - %.*s\n", STR_ARGS(words.would_change[i]));
}

/* ---- each reason, of the first Worker told of */

static const struct {
	const char *what;
	const char *requests;
	const char *task;
	unsigned obstacles;
	bool gets_it; /* if the obstacles were gone */
	const char *said[3];
} rows[] = {
	{"Activity", SHOP "create TaskQueue: FriendlyName=Q\n"
	    "create Worker: FriendlyName=Alice\n"
	    FLOW("W", "{\"default_filter\":{\"queue\":\"@Q@\"}}")
	    "create Task: Attributes={}", "#1",
	    OBSTACLE_ACTIVITY, true,
	    {"by the default_filter: of 1 Workers 1 is eligible, 0 of them "
	     "free; in the way: Activity not available (1).",
	     "would get it if the Activity were available (it is Offline; "
	     "Available would be)."}},
	{"no capacity", SHOP "create TaskQueue: FriendlyName=Q\n"
	    ALICE "{}\nupdate WorkerChannel Alice/chat: Capacity=0\n"
	    "create Task: TaskQueueSid=Q&TaskChannel=chat", "#1",
	    OBSTACLE_CAPACITY, true,
	    {"would get it if the capacity on channel chat were at least 1 "
	     "(it is 0, 0 open)."}},
	{"capacity used up", SHOP "create TaskQueue: FriendlyName=Q\n"
	    ALICE "{}\ncreate Task: TaskQueueSid=Q\n"
	    "create Task: TaskQueueSid=Q", "#2",
	    OBSTACLE_CAPACITY, true,
	    {"were at least 2 (it is 1, 1 open)."}},
	{"channel not available", SHOP "create TaskQueue: FriendlyName=Q\n"
	    ALICE "{}\n"
	    "update WorkerChannel Alice/default: Available=false\n"
	    "create Task: TaskQueueSid=Q", "#1",
	    OBSTACLE_CHANNEL, true,
	    {"if the WorkerChannel default were available."}},
	{"single-tasking", SINGLE "create TaskQueue: FriendlyName=Q\n"
	    ALICE "{}\ncreate Task: TaskQueueSid=Q\n"
	    "create Task: TaskQueueSid=Q&TaskChannel=voice", "#2",
	    OBSTACLE_BUSY, true,
	    {"has a Reservation (1)", "(pending) of "
	     "Task WT"}},
	{"Activity and capacity", SHOP "create TaskQueue: FriendlyName=Q\n"
	    "create Worker: FriendlyName=Alice\n"
	    "update WorkerChannel Alice/default: Capacity=0\n"
	    "create Task: TaskQueueSid=Q", "#1",
	    OBSTACLE_ACTIVITY | OBSTACLE_CAPACITY, true,
	    {"Available would be) and the capacity on channel default"}},
	{"the target's expression", SHOP "create TaskQueue: FriendlyName=Q\n"
	    FLOW("W", TARGETS("{\"queue\":\"@Q@\",\"expression\":"
	    "\"task.language == worker.langauge\"}"))
	    ALICE "{\"language\":\"es\"}\n"
	    "create Task: Attributes={\"language\":\"es\"}", "#1",
	    OBSTACLE_EXPRESSION, false,
	    {"target expression is false (1)",
	     "there is no worker.langauge; is language meant?",
	     "0 of them to the liking of the target's"}},
	{"not eligible: HAS on a string",
	    SHOP "create TaskQueue: FriendlyName=Q&TargetWorkers=languages "
	    "HAS \"es\"\n" ALICE "{\"languages\":\"es\"}\n"
	    "create Task: TaskQueueSid=Q", "#1", OBSTACLE_MEMBER, false,
	    {"none of the 1 Workers is eligible for it: TargetWorkers "
	     "languages HAS \"es\".", "HAS wants a list on its left side"}},
	{"not eligible: a quoted name",
	    SHOP "create TaskQueue: FriendlyName=Q&TargetWorkers="
	    "\"language\" == \"es\"\n" ALICE "{\"language\":\"es\"}\n"
	    "create Task: TaskQueueSid=Q", "#1", OBSTACLE_MEMBER, false,
	    {"The TargetWorkers of TaskQueue Q"}},
	{"not eligible: a number and a string",
	    SHOP "create TaskQueue: FriendlyName=Q&TargetWorkers=level == 3\n"
	    ALICE "{\"level\":\"3\"}\ncreate Task: TaskQueueSid=Q", "#1",
	    OBSTACLE_MEMBER, false, {"a string never equals a number"}},
	{"not eligible: no such attribute",
	    SHOP "create TaskQueue: FriendlyName=Q&TargetWorkers=skill == 3\n"
	    ALICE "{\"level\":3}\ncreate Task: TaskQueueSid=Q", "#1",
	    OBSTACLE_MEMBER, false, {"there is no skill, or it is null"}},
	{"empty TargetWorkers",
	    SHOP "create TaskQueue: FriendlyName=Q&TargetWorkers=\n"
	    ALICE "{}\ncreate Task: TaskQueueSid=Q", "#1",
	    OBSTACLE_MEMBER, false, {"TargetWorkers is empty",
	    "1==1 would let everybody be"}},
	{"another Task is first", SHOP "create TaskQueue: FriendlyName=Q\n"
	    "create Worker: FriendlyName=Alice\n"
	    "create Task: TaskQueueSid=Q\n"
	    "create Task: TaskQueueSid=Q&Priority=9", "#1",
	    OBSTACLE_ACTIVITY, false,
	    {"1 Task stands before it; first WT", "its priority is higher",
	     "would suit if the Activity were available"}},
	{"an older one", SHOP "create TaskQueue: FriendlyName=Q\n"
	    "create Worker: FriendlyName=Alice\n"
	    "create Task: TaskQueueSid=Q\ncreate Task: TaskQueueSid=Q", "#2",
	    OBSTACLE_ACTIVITY, false, {"it is older"}},
	{"a newer one", SHOP
	    "create TaskQueue: FriendlyName=Q&TaskOrder=LIFO\n"
	    "create Worker: FriendlyName=Alice\n"
	    "create Task: TaskQueueSid=Q\ncreate Task: TaskQueueSid=Q", "#1",
	    OBSTACLE_ACTIVITY, false, {"it is newer, in a LIFO TaskQueue"}},
	{"for one Worker", SHOP "create Worker: FriendlyName=Alice\n"
	    "create Task: RoutingTarget=@Worker Alice@&IgnoreCapacity=false",
	    "#1", OBSTACLE_ACTIVITY, true,
	    {"waits for Worker Alice (WK", "would get it if the Activity"}},
	{"given back", SHOP "create TaskQueue: FriendlyName=Q\n"
	    ALICE "{}\ncreate Task: TaskQueueSid=Q\n"
	    "update Reservation #1: ReservationStatus=rejected"
	    "&WorkerActivitySid=Offline\nwait 7000", "#1",
	    OBSTACLE_ACTIVITY, true,
	    {"It was reserved 1 time before, last for Worker Alice (WK",
	     "): rejected 7 s ago."}},
	{"Activity and expression", SHOP "create TaskQueue: FriendlyName=Q\n"
	    "create Worker: FriendlyName=Alice\n"
	    FLOW("W", TARGETS("{\"queue\":\"@Q@\","
	    "\"expression\":\"worker.level == 3\"}"))
	    "create Task: Attributes={}", "#1",
	    OBSTACLE_ACTIVITY | OBSTACLE_EXPRESSION, false,
	    {"; in the way too: Activity not available."}},
	{"Activity and TargetWorkers", SHOP
	    "create TaskQueue: FriendlyName=Q&TargetWorkers=level > 2\n"
	    "create Worker: FriendlyName=Alice&Attributes={\"level\":1}\n"
	    FLOW("W", "{\"default_filter\":{\"queue\":\"@Q@\"}}")
	    "create Task: Attributes={}", "#1",
	    OBSTACLE_ACTIVITY | OBSTACLE_MEMBER, false,
	    {"with 2); in the way too: Activity not available."}},
	{"for one who is not eligible", SHOP
	    "create TaskQueue: FriendlyName=Q&TargetWorkers=level > 2\n"
	    ALICE "{\"level\":1}\n" FLOW("W", TARGETS("{\"queue\":\"@Q@\","
	    "\"known_worker_friendly_name\":\"task.agent\"}"))
	    "create Task: Attributes={\"agent\":\"alice\"}", "#1",
	    OBSTACLE_MEMBER, false,
	    {"alone, who is not eligible for its TaskQueue.",
	     "would be eligible for TaskQueue Q", "level > 2 held (it compares "
	     "1 with 2)"}},
};

static void
check_reason(size_t row)
{
	const struct why_worker *told;
	struct why *why;
	unsigned failed = 0;

	begin(rows[row].requests);
	why = look(rows[row].task, 9);
	told = why->worker_count > 0 ? &why->workers[0] : NULL;
	if (told == NULL || told->obstacles != rows[row].obstacles ||
	    (told->first == why->task) != rows[row].gets_it ||
	    why->counts.ready != 0)
		failed++;
	for (size_t i = 0; i < ARRAY_LENGTH(rows[row].said); i++) {
		const char *said = rows[row].said[i];
		if (said == NULL || says(said))
			continue;
		failed++;
		printf("# does not say: %s\n", said);
	}
	if (failed > 0)
		show();
	ok(failed == 0, "%s", rows[row].what);
	end();
}

/* ---- where it stands */

static void
test_targets(void)
{
	struct why *why;

	begin(SHOP "create TaskQueue: FriendlyName=Q\n"
	    FLOW("W", "{\"filters\":[{\"expression\":\"a == 1\",\"targets\":"
	    "[{\"queue\":\"@Q@\",\"timeout\":10},{\"skip_if\":\"1==1\"},"
	    "{\"timeout\":20},{\"timeout\":5}]},"
	    "{\"expression\":\"a == 2\",\"targets\":[{\"queue\":\"@Q@\"}]},"
	    "{\"expression\":\"a != 3\",\"targets\":"
	    "[{\"queue\":\"@Q@\",\"timeout\":35},{\"timeout\":30}]}]}")
	    "create Task: Attributes={\"a\":1}");
	why = look("#1", 0);
	is_count(why->matching, 2, "two of the filters match");
	ok(why->current == &why->filters[0], "it is routed with the first");
	is_int(why->targets[0].stand, WHY_CURRENT, "in its first target");
	is_int(why->next, WHY_NEXT_TARGET, "another one follows");
	is_int(why->next_at, ROUTING_START + 10000, "in 10 s");
	is_int(why->targets[1].begins, ROUTING_START + 10000,
	    "which is the second, as far as time goes");
	is_int(why->targets[2].stand, WHY_NEVER, "and has no end");
	(void)routing_ask(&routing, "wait 12000");
	why = look("#1", 0);
	is_int(why->targets[0].stand, WHY_TIMED_OUT, "its time was over");
	is_int(why->targets[1].stand, WHY_SKIPPED, "the next was skipped");
	is_int(why->targets[2].stand, WHY_CURRENT, "it is in the third");
	is_int(why->targets[3].begins, ROUTING_START + 30000,
	    "the fourth begins 30 s after the Task");
	is_int(why->targets[3].ends, ROUTING_START + 35000, "and ends at 35");
	(void)routing_ask(&routing, "wait 20000");
	why = look("#1", 0);
	is_int(why->next, WHY_NEXT_FILTER, "then another filter has it");
	is_int(why->next_filter, 2, "the next that matches");
	is_int(why->next_target, 1, "the target whose time is not over then");
	(void)routing_ask(&routing, "wait 4000");
	why = look("#1", 0);
	is_int(why->task->step.filter, 2, "and so it is");
	is_int(why->task->step.target, 1, "in that target");
	is_int(why->next, WHY_NEXT_CANCELED, "nothing follows");
	ok(says("s; then the Task is canceled: nothing follows."), "said so");
	end();
}

/* One that was skipped, though its time is not over. */
static void
test_skipped(void)
{
	struct why *why;

	begin(SHOP "create TaskQueue: FriendlyName=Q\n"
	    FLOW("W", TARGETS("{\"queue\":\"@Q@\",\"timeout\":50,"
	    "\"skip_if\":\"workers.available == 0\"},{}"))
	    "create Task: Attributes={}");
	why = look("#1", 0);
	is_int(why->targets[0].stand, WHY_SKIPPED, "skipped, not timed out");
	ok(why->targets[0].skip_if->holds, "its skip_if holds");
	is_int(why->targets[1].stand, WHY_CURRENT, "the next is current");
	end();
}

static void
test_before(void)
{
	struct why *why;

	begin(SHOP "create TaskQueue: FriendlyName=Q\n"
	    "create TaskQueue: FriendlyName=R\n"
	    "create Worker: FriendlyName=Alice\n"
	    "create Task: TaskQueueSid=Q&Priority=1\n"
	    "create Task: TaskQueueSid=Q\n"
	    "create Task: TaskQueueSid=Q&Priority=5\n"
	    "create Task: TaskQueueSid=Q&Priority=7&TaskChannel=chat\n"
	    "create Task: TaskQueueSid=R&Priority=9");
	is_count(look("#3", 9)->before.count, 0, "nobody before the first");
	ok(says("would suit if the Activity were available (it is Offline; "
		"Available would be), but would take Task WT"),
	    "but he would take one of another TaskQueue first");
	why = look("#2", 9);
	is_count(why->before.count, 2, "of its TaskQueue and channel alone");
	ok(why->before.first->priority == 5, "the first of them");
	is_count(look("#4", 9)->before.count, 0, "nobody on another channel");
	end();
}

static void
test_revision(void)
{
	struct why *why;

	begin(SHOP "create TaskQueue: FriendlyName=Q\n"
	    FLOW("W", "{\"default_filter\":{\"queue\":\"@Q@\"}}")
	    "create Task: Attributes={}\n"
	    "update Workflow W: Configuration={\"task_routing\":"
	    "{\"default_filter\":{\"queue\":\"@Q@\",\"priority\":3}}}");
	why = look("#1", 0);
	ok(why->is_earlier, "it goes by an earlier configuration");
	ok(says("ReEvaluateTasks=true"), "and what to do is said");
	ok(says("the Workspace has no Workers"), "nor are there Workers");
	end();
}

/* ---- who is unknown */

static const struct {
	const char *attributes;
	unsigned code;
	const char *said;
} unknown[] = {
	{"{}", 40152, "no such attribute, or it is no string (40152)"},
	{"{\"agent\":\"Ann\"}", 40154, "\"Ann\" is no SID of a Worker (40154)"},
	{"{\"agent\":\"WK000000000000000000000000000000ff\"}", 40155,
	    "is \"WK000000000000000000000000000000ff\" (40155)"},
};

static void
test_unknown(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(unknown); i++) {
		begin(SHOP "create TaskQueue: FriendlyName=Q\n"
		    FLOW("W", TARGETS("{\"queue\":\"@Q@\","
		    "\"known_worker_sid\":\"task.agent\"}")) ALICE "{}");
		(void)routing_ask(&routing,
		    arena_format(&routing.arena, "create Task: Attributes=%s",
		        unknown[i].attributes).at);
		is_int(look("#1", 9)->unknown, unknown[i].code, "%u: why",
		    unknown[i].code);
		ok(says(unknown[i].said), "%u: said", unknown[i].code);
		end();
	}
	begin(SHOP ALICE "{}\nupdate Worker Alice: ActivitySid=Offline\n"
	    "create Task: RoutingTarget=@Worker Alice@&IgnoreCapacity=false\n"
	    "delete Worker Alice");
	is_count(look("#1", 9)->worker_count, 0, "the Worker is gone");
	ok(says("alone, who is not there any more."), "and that is said");
	end();
}

/* ---- who has it, or nobody any more */

static void
test_statuses(void)
{
	struct why *why;

	begin(SHOP "create TaskQueue: FriendlyName=Q\n"
	    FLOW("W", "{\"filters\":[{\"expression\":\"type == 'x'\","
	    "\"targets\":[{\"queue\":\"@Q@\",\"timeout\":60},{}]}]}")
	    ALICE "{}\ncreate Task: Attributes={\"type\":\"x\"}\n"
	    "create Task: Attributes={\"tipe\":\"x\"}");
	why = look("#1", 9);
	ok(says("is reserved for Worker Alice (WK"), "reserved: for whom");
	ok(says("it times out in 120 s"), "… and how long");
	is_int(why->next, WHY_NEXT_NONE, "… no target's time runs");
	is_int(why->targets[1].stand, WHY_AHEAD, "… another is ahead");
	is_count(why->worker_count, 0, "… nobody else is considered");
	(void)look("#2", 9);
	ok(says("None of the 1 filters of Workflow W (WW"), "no filter");
	ok(says("there is no default_filter"), "… and no default filter");
	ok(says("would match if type == \"x\" held (it compares null with "
		"\"x\": there is no type; is tipe meant?)"), "… and why");
	(void)routing_ask(&routing,
	    "update Reservation #1: ReservationStatus=accepted");
	(void)look("#1", 9);
	ok(says("is assigned: Worker Alice (WK"), "assigned: to whom");
	ok(says("(accepted), for 0 s."), "… and for how long");
	(void)routing_ask(&routing,
	    "update Task #1: AssignmentStatus=completed");
	(void)look("#1", 9);
	ok(says("is completed: Worker Alice (WK"), "completed: by whom");
	ok(says("(completed), 0 s ago."), "… and when");
	end();
}

/* ---- a Task that was offered too often */

static void
begin_resting(const char *requests)
{
	routing_begin_resting(&routing, 2);
	arena_init(&arena, (size_t)16 << 20);
	(void)routing_ask_all(&routing, requests);
	for (int i = 0; i < 2; i++)
		(void)routing_ask(&routing, "update Reservation #last: "
		    "ReservationStatus=rejected");
}

static void
test_resting(void)
{
	struct why *why;

	begin_resting(SHOP "create TaskQueue: FriendlyName=Q\n" ALICE "{}\n"
	    "create Worker: FriendlyName=Bob\n"
	    "create Task: TaskQueueSid=Q\ncreate Task: TaskQueueSid=Q\n"
	    "create Task: TaskQueueSid=Q");
	(void)routing_ask(&routing, "wait 100");
	why = look("#1", 9);
	is_count(why->offers, 2, "a Task that rests: how often it was offered");
	is_int(why->rests_until, ROUTING_START + 1000, "… and until when");
	ok(says(" It was offered 2 times within a second and rests until "
		"2023-11-14T22:13:21.000Z."), "… is said");
	ok(says("The rest of the Task is over in 1 s; then it is offered "
		"again."), "… and what ends it");
	ok(!says("would get it") && !says("would suit"),
	    "… which no Worker does");
	(void)routing_ask(&routing, "wait 900");
	(void)routing_ask(&routing, "update Worker Alice: ActivitySid=Offline");
	why = look("#1", 9);
	is_int(why->rests_until, ROUTER_NEVER, "it does not rest any more");
	ok(!says("rests"), "… and nothing is said of it");
	end();
	begin_resting(SHOP "create TaskQueue: FriendlyName=Q\n" ALICE "{}\n"
	    FLOW("W", TARGETS("{\"queue\":\"@Q@\","
	    "\"known_worker_friendly_name\":\"task.who\"}"))
	    "create Task: Attributes={\"who\":\"Alice\"}");
	why = look("#1", 9);
	is_int(why->unknown, 0, "the known Worker of one that rests is known");
	ok(says("waits for Worker Alice"), "… and told of");
	(void)routing_ask(&routing, "update Worker Alice: FriendlyName=Ann");
	is_int(look("#1", 9)->unknown, 40155, "… until he has another name");
	(void)routing_ask(&routing, "update Worker Ann: FriendlyName=Alice");
	is_int(look("#1", 9)->unknown, 0, "… and when he has it again");
	(void)routing_ask(&routing, "delete Worker Alice");
	is_int(look("#1", 9)->unknown, 40155, "… or is gone");
	end();
	begin_resting(SHOP "create TaskQueue: FriendlyName=Q\n" ALICE "{}\n"
	    "create Worker: FriendlyName=Bob\n"
	    FLOW("W", TARGETS("{\"queue\":\"@Q@\","
	    "\"known_worker_friendly_name\":\"task.who\"}"))
	    "create Task: Attributes={\"who\":\"Alice\"}");
	(void)routing_ask(&routing,
	    "update Task #1: Attributes={\"who\":\"Bob\"}");
	(void)look("#1", 9);
	ok(says("waits for Worker Bob"), "another Worker, and it still rests");
	(void)routing_ask(&routing, "delete Worker Bob");
	ok(look("#1", 9)->rests_until != ROUTER_NEVER, "… when he is gone");
	is_int(look("#1", 9)->unknown, 40155, "… and it waits for nobody");
	end();
}

/* ---- much text */

static void
test_long(void)
{
	static char queue[60000];
	size_t length;

	length = (size_t)snprintf(queue, sizeof queue, "create TaskQueue: "
	    "FriendlyName=Q&TargetWorkers=level == 1");
	while (length + 40 < sizeof queue)
		length += (size_t)snprintf(queue + length,
		    sizeof queue - length, " OR level == 1");
	begin(SHOP ALICE "{\"level\":2}");
	(void)routing_ask(&routing, queue);
	(void)routing_ask(&routing, "create Task: TaskQueueSid=Q");
	(void)look("#1", 9);
	ok(says("none of the 1 Workers is eligible for it: TargetWorkers "
		"level == 1 OR level == 1"), "what TargetWorkers is is said");
	ok(words.summary.len < 1000, "as far as it is short");
	ok(says("would be eligible for TaskQueue Q"), "who would be eligible");
	end();
}

/* ---- many */

static void
test_many(void)
{
	struct why *why;

	begin(SHOP "create TaskQueue: FriendlyName=Q&TargetWorkers=level > 1");
	for (unsigned i = 0; i < 50; i++)
		(void)routing_ask(&routing,
		    arena_format(&routing.arena, "create Worker: FriendlyName="
		        "W%u&Attributes={\"level\":%u}", i, i % 3).at);
	(void)routing_ask(&routing, "create Task: TaskQueueSid=Q");
	why = look("#1", 20);
	is_count(why->worker_count, 20, "as many are told of as asked for");
	is_count(why->counts.total, 50, "all are counted");
	is_count(why->counts.members, 16, "so are those who are eligible");
	is_count(why->counts.obstacles[0], 16, "and what is in their way");
	is_int(why->workers[15].obstacles, OBSTACLE_ACTIVITY, "members first");
	ok((why->workers[16].obstacles & OBSTACLE_MEMBER) != 0, "then others");
	is_count(look("#1", 3)->worker_count, 3, "fewer");
	is_count(look("#1", 0)->worker_count, 0, "none");
	is_count(look("#1", 1000)->worker_count, 50, "all");
	end();
}

int
main(void)
{
	for (size_t row = 0; row < ARRAY_LENGTH(rows); row++)
		check_reason(row);
	test_targets();
	test_skipped();
	test_before();
	test_revision();
	test_unknown();
	test_statuses();
	test_resting();
	test_long();
	test_many();
	return tap_done();
}
