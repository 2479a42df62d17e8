/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "codec/json.h"
#include "router/engine.h"
#include "router/record.h"
#include "router/state.h"
#include "tap.h"

/* Numbers are of the sections of the reference. */

#define NOW INT64_C(1700000123456)
#define ZEROS "0000000000000000000000000000000"

static struct arena arena;

static void
count_sids(void *context, unsigned char bytes[16])
{
	unsigned char *count = context;

	memset(bytes, 0, 16);
	bytes[15] = ++*count;
}

/* ---- a small router, made by hand */

static struct workspace workspace = {
	.object = {.kind = KIND_WORKSPACE, .sid = "WS" ZEROS "1"},
	.friendly_name = {"Shop", 4},
};
static struct activity idle = {
	.object = {.kind = KIND_ACTIVITY, .sid = "WA" ZEROS "1"},
	.friendly_name = {"Idle", 4},
	.available = true,
};
static struct activity offline = {
	.object = {.kind = KIND_ACTIVITY, .sid = "WA" ZEROS "2"},
	.friendly_name = {"Offline", 7},
};
static struct task_channel voice = {
	.object = {.kind = KIND_TASK_CHANNEL, .sid = "TC" ZEROS "1"},
	.friendly_name = {"Telephone", 9},
	.unique_name = {"voice", 5},
	.channel_optimized_routing = true,
};
static struct task_queue spanish = {
	.object = {.kind = KIND_TASK_QUEUE, .sid = "WQ" ZEROS "1"},
	.friendly_name = {"Spanish", 7},
	.target_workers = {"languages HAS \"es\"", 18},
};
static struct task_queue english = {
	.object = {.kind = KIND_TASK_QUEUE, .sid = "WQ" ZEROS "2"},
	.friendly_name = {"English", 7},
};
static struct workflow calls = {
	.object = {.kind = KIND_WORKFLOW, .sid = "WW" ZEROS "1"},
	.friendly_name = {"Calls", 5},
};
static struct worker alice = {
	.object = {.kind = KIND_WORKER, .sid = "WK" ZEROS "1", .version = 7},
	.friendly_name = {"Alice", 5},
	.attributes = {"{\"languages\":[\"es\"]}", 20},
	.activity = &idle,
};
static struct worker_channel alice_voice = {
	.object = {.kind = KIND_WORKER_CHANNEL, .sid = "WC" ZEROS "1"},
	.worker = &alice,
	.task_channel = &voice,
	.configured_capacity = 3,
	.available = true,
	.assigned = 1,
	.open = 2,
};
static struct task task = {
	.object = {.kind = KIND_TASK,
	    .sid = "WT" ZEROS "1",
	    .version = 2,
	    .date_created = NOW - 90999},
	.attributes = {"{\"name\":\"Zo\xc3\xab\"}", 15},
	.status = TASK_RESERVED,
	.priority = 5,
	.task_queue = &spanish,
	.task_queue_entered_date = NOW - 5000,
	.workflow = &calls,
	.task_channel = &voice,
};
static struct reservation reservation = {
	.object = {.kind = KIND_RESERVATION, .sid = "WR" ZEROS "1"},
	.task = &task,
	.worker = &alice,
	.channel = &alice_voice,
	.workflow = &calls,
	.task_queue = &spanish,
};

static const struct record_subject of_workspace = {.workspace = &workspace};
static const struct record_subject of_activity = {
	.workspace = &workspace, .activity = &offline};
static const struct record_subject of_channel = {
	.workspace = &workspace, .task_channel = &voice};
static const struct record_subject of_queue = {
	.workspace = &workspace, .task_queue = &spanish};
static const struct record_subject of_workflow = {
	.workspace = &workspace, .workflow = &calls};
static const struct record_subject of_worker = {
	.workspace = &workspace, .worker = &alice};
static const struct record_subject of_move = {.workspace = &workspace,
	.worker = &alice,
	.previous_activity = &offline,
	.previous_ms = 26123};
static const struct record_subject of_worker_channel = {
	.workspace = &workspace,
	.worker_channel = &alice_voice,
	.previous_capacity = 2};
static const struct record_subject of_task = {
	.workspace = &workspace, .task = &task};
static const struct record_subject of_target = {.workspace = &workspace,
	.task = &task,
	.filter_name = {"F", 1},
	.known_worker_sid = {"WK" ZEROS "1", 34}};
static const struct record_subject of_reservation = {
	.workspace = &workspace, .reservation = &reservation};

static unsigned char sid_count;
static struct router *router;

static const struct record *
tell(enum record_type type, const struct record_subject *subject)
{
	router_settled(router);
	record_event(router, type, subject);
	return STAILQ_FIRST(&router_effects(router)->records);
}

static struct json_object *
data_of(const struct record *record)
{
	struct json_object *data = NULL;
	struct err err = {0, ""};

	ok(json_parse(&arena, record->data,
	       (struct json_limits){.values = 1000}, &data, &err) &&
		json_type(data) == JSON_OBJECT,
	    "%s: the data are an object", record->type);
	return data;
}

/* ---- names: 8.2 and 8.3, as callbacks send them */

#define ALWAYS \
	"Sid AccountSid WorkspaceSid WorkspaceName EventType " \
	"EventDescription ResourceType ResourceSid Timestamp TimestampMs "
#define TASK \
	ALWAYS \
	"TaskSid TaskAttributes TaskAge TaskPriority TaskAssignmentStatus " \
	"TaskVersion TaskDateCreated TaskQueueEnteredDate TaskChannelSid " \
	"TaskChannelUniqueName TaskQueueSid TaskQueueName " \
	"TaskQueueTargetExpression WorkflowSid WorkflowName "
#define WORKER \
	"WorkerSid WorkerName WorkerAttributes WorkerActivitySid " \
	"WorkerActivityName WorkerVersion "
#define WORKER_CHANNEL \
	ALWAYS \
	"TaskChannelSid TaskChannelUniqueName " WORKER \
	"WorkerChannelAvailable WorkerChannelAvailableCapacity "
#define RESERVATION TASK WORKER "ReservationSid "
#define ACTIVITY ALWAYS "ActivitySid ActivityName ActivityAvailable "
#define CHANNEL \
	ALWAYS \
	"TaskChannelSid TaskChannelUniqueName TaskChannelName " \
	"TaskChannelOptimizedRouting "
#define QUEUE ALWAYS "TaskQueueSid TaskQueueName TaskQueueTargetExpression "
#define FLOW ALWAYS "WorkflowSid WorkflowName "

static const struct {
	const char *type;
	enum record_type id;
	const struct record_subject *subject;
	const char *names, *resource_type;
} types[] = {
#define ROW(type, id, subject, names, resource) \
	{type, RECORD_##id, &(subject), names, resource}
	/* clang-format off */
	ROW("activity.created", ACTIVITY_CREATED, of_activity, ACTIVITY, "activity"),
	ROW("activity.updated", ACTIVITY_UPDATED, of_activity, ACTIVITY, "activity"),
	ROW("activity.deleted", ACTIVITY_DELETED, of_activity, ACTIVITY, "activity"),
	ROW("reservation.created", RESERVATION_CREATED, of_reservation, RESERVATION, "reservation"),
	ROW("reservation.accepted", RESERVATION_ACCEPTED, of_reservation, RESERVATION, "reservation"),
	ROW("reservation.rejected", RESERVATION_REJECTED, of_reservation, RESERVATION, "reservation"),
	ROW("reservation.timeout", RESERVATION_TIMEOUT, of_reservation, RESERVATION, "reservation"),
	ROW("reservation.canceled", RESERVATION_CANCELED, of_reservation, RESERVATION, "reservation"),
	ROW("reservation.rescinded", RESERVATION_RESCINDED, of_reservation, RESERVATION, "reservation"),
	ROW("reservation.completed", RESERVATION_COMPLETED, of_reservation, RESERVATION, "reservation"),
	ROW("reservation.failed", RESERVATION_FAILED, of_reservation, RESERVATION, "reservation"),
	ROW("reservation.wrapup", RESERVATION_WRAPUP, of_reservation, RESERVATION, "reservation"),
	ROW("task.created", TASK_CREATED, of_task, TASK, "task"),
	ROW("task.updated", TASK_UPDATED, of_task, TASK, "task"),
	ROW("task.canceled", TASK_CANCELED, of_task, TASK, "task"),
	ROW("task.wrapup", TASK_WRAPUP, of_task, TASK, "task"),
	ROW("task.completed", TASK_COMPLETED, of_task, TASK, "task"),
	ROW("task.deleted", TASK_DELETED, of_task, TASK, "task"),
	ROW("task.system-deleted", TASK_SYSTEM_DELETED, of_task, TASK, "task"),
	ROW("task.transfer-initiated", TASK_TRANSFER_INITIATED, of_task, TASK, "task"),
	ROW("task.transfer-attempt-failed", TASK_TRANSFER_ATTEMPT_FAILED, of_task, TASK, "task"),
	ROW("task.transfer-failed", TASK_TRANSFER_FAILED, of_task, TASK, "task"),
	ROW("task.transfer-canceled", TASK_TRANSFER_CANCELED, of_task, TASK, "task"),
	ROW("task.transfer-completed", TASK_TRANSFER_COMPLETED, of_task, TASK, "task"),
	ROW("task-channel.created", TASK_CHANNEL_CREATED, of_channel, CHANNEL, "taskchannel"),
	ROW("task-channel.updated", TASK_CHANNEL_UPDATED, of_channel, CHANNEL, "taskchannel"),
	ROW("task-channel.deleted", TASK_CHANNEL_DELETED, of_channel, CHANNEL, "taskchannel"),
	ROW("task-queue.created", TASK_QUEUE_CREATED, of_queue, QUEUE, "taskqueue"),
	ROW("task-queue.deleted", TASK_QUEUE_DELETED, of_queue, QUEUE, "taskqueue"),
	ROW("task-queue.expression.updated", TASK_QUEUE_EXPRESSION_UPDATED, of_queue, QUEUE, "taskqueue"),
	ROW("task-queue.entered", TASK_QUEUE_ENTERED, of_task, TASK, "task"),
	ROW("task-queue.timeout", TASK_QUEUE_TIMEOUT, of_task, TASK, "task"),
	ROW("task-queue.moved", TASK_QUEUE_MOVED, of_task, TASK, "task"),
	ROW("worker.created", WORKER_CREATED, of_worker, ALWAYS WORKER, "worker"),
	ROW("worker.activity.update", WORKER_ACTIVITY_UPDATE, of_move, ALWAYS WORKER "WorkerTimeInPreviousActivity WorkerTimeInPreviousActivityMs WorkerPreviousActivitySid WorkerPreviousActivityName ", "worker"),
	ROW("worker.attributes.update", WORKER_ATTRIBUTES_UPDATE, of_worker, ALWAYS WORKER, "worker"),
	ROW("worker.capacity.update", WORKER_CAPACITY_UPDATE, of_worker_channel, WORKER_CHANNEL "WorkerChannelPreviousCapacity WorkerChannelTaskCount ", "worker"),
	ROW("worker.channel.availability.update", WORKER_CHANNEL_AVAILABILITY_UPDATE, of_worker_channel, WORKER_CHANNEL "WorkerChannelPreviousCapacity WorkerChannelTaskCount ", "worker"),
	ROW("worker.deleted", WORKER_DELETED, of_worker, ALWAYS WORKER, "worker"),
	ROW("workflow.created", WORKFLOW_CREATED, of_workflow, FLOW, "workflow"),
	ROW("workflow.updated", WORKFLOW_UPDATED, of_workflow, FLOW, "workflow"),
	ROW("workflow.deleted", WORKFLOW_DELETED, of_workflow, FLOW, "workflow"),
	ROW("workflow.entered", WORKFLOW_ENTERED, of_task, TASK, "task"),
	ROW("workflow.target-matched", WORKFLOW_TARGET_MATCHED, of_target, TASK "WorkflowFilterName KnownWorkerSid ", "task"),
	ROW("workflow.timeout", WORKFLOW_TIMEOUT, of_task, TASK, "task"),
	ROW("workflow.skipped", WORKFLOW_SKIPPED, of_task, TASK, "task"),
	ROW("workspace.created", WORKSPACE_CREATED, of_workspace, ALWAYS, "workspace"),
	ROW("workspace.updated", WORKSPACE_UPDATED, of_workspace, ALWAYS, "workspace"),
	ROW("workspace.deleted", WORKSPACE_DELETED, of_workspace, ALWAYS, "workspace"),
	/* clang-format on */
};

static const struct {
	const char *type, *sid;
} resources[] = {
	{"activity", "WA" ZEROS "2"},
	{"reservation", "WR" ZEROS "1"},
	{"task", "WT" ZEROS "1"},
	{"taskchannel", "TC" ZEROS "1"},
	{"taskqueue", "WQ" ZEROS "1"},
	{"worker", "WK" ZEROS "1"},
	{"workflow", "WW" ZEROS "1"},
	{"workspace", "WS" ZEROS "1"},
};

static const char *
sid_of_resource(const char *type)
{
	for (size_t i = 0; i < ARRAY_LENGTH(resources); i++)
		if (strcmp(resources[i].type, type) == 0)
			return resources[i].sid;
	return "";
}

/* "TimestampMs" for "timestamp_ms". */
static struct str
camel_case(struct str name)
{
	struct str copy = arena_str(&arena, name);
	char *text = (char *)(uintptr_t)copy.at;
	size_t length = 0;
	bool upper = true;

	for (size_t i = 0; i < name.len; i++) {
		if (name.at[i] == '_') {
			upper = true;
			continue;
		}
		text[length++] = upper ? (char)(name.at[i] - 'a' + 'A')
				       : name.at[i];
		upper = false;
	}
	return (struct str){text, length};
}

static void
check_names(const struct record *record, const char *names)
{
	struct json_object *data = data_of(record);
	struct json_member member = {0};
	struct str shown = STR("");
	size_t texts = 0, members = 0;

	while (data != NULL && json_next(data, &member)) {
		shown = arena_format(&arena, "%.*s%.*s ", STR_ARGS(shown),
		    STR_ARGS(camel_case(member.key)));
		texts += json_text(member.value).len > 0;
		members++;
	}
	is_int((int64_t)texts, (int64_t)members, "8.4 %s: all are strings",
	    record->type);
	/* Their order says nothing. */
	struct str rest = str_from(names);
	for (size_t i = 0; i < members; i++) {
		struct str name = str_cut(&rest, ' ');
		struct str word =
		    arena_format(&arena, " %.*s ", STR_ARGS(name));
		struct str all =
		    arena_format(&arena, " %.*s", STR_ARGS(shown));
		ok(name.len > 0 && str_contains(all, word.at),
		    "8.3 %s: %.*s", record->type, STR_ARGS(name));
	}
	is_int((int64_t)rest.len, 0, "8.3 %s: nothing is missing",
	    record->type);
}

static void
test_types(void)
{
	is_int(ARRAY_LENGTH(types), RECORD_TYPES, "8.3 all types are here");
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		const struct record *record =
		    tell(types[i].id, types[i].subject);
		is_str(str_from(record->type), types[i].type, "8.3 %s",
		    types[i].type);
		ok(record_type_exists(str_from(types[i].type)),
		    "8.3 %s: is known", types[i].type);
		is_str(str_from(record->resource_type),
		    types[i].resource_type, "8.2 %s: resource type",
		    types[i].type);
		is_str(str_from(record->resource_sid),
		    sid_of_resource(types[i].resource_type),
		    "8.2 %s: resource SID", types[i].type);
		ok(record->description.len > 0 &&
			!str_has_byte(record->description, '{') &&
			!str_contains(record->description, "  ") &&
			!str_has_suffix(record->description, STR(" ")),
		    "8.4 %s: described in full", types[i].type);
		check_names(record, types[i].names);
	}
	ok(!record_type_exists(STR("task.create")) &&
		!record_type_exists(STR("")) &&
		!record_type_exists(STR("Task.created")),
	    "8.3 other types are not");
}

/* ---- values */

static const struct {
	enum record_type id;
	const struct record_subject *subject;
	const char *name, *value;
} values[] = {
	{RECORD_TASK_CREATED, &of_task, "sid", "EV" ZEROS "1"},
	{RECORD_TASK_CREATED, &of_task, "account_sid", "AC" ZEROS "1"},
	{RECORD_TASK_CREATED, &of_task, "workspace_sid", "WS" ZEROS "1"},
	{RECORD_TASK_CREATED, &of_task, "workspace_name", "Shop"},
	{RECORD_TASK_CREATED, &of_task, "event_type", "task.created"},
	{RECORD_TASK_CREATED, &of_task, "event_description",
	    "Task WT" ZEROS "1 created"},
	{RECORD_TASK_CREATED, &of_task, "resource_type", "task"},
	{RECORD_TASK_CREATED, &of_task, "resource_sid", "WT" ZEROS "1"},
	{RECORD_TASK_CREATED, &of_task, "timestamp", "1700000123"},
	{RECORD_TASK_CREATED, &of_task, "timestamp_ms", "1700000123456"},
	{RECORD_TASK_CREATED, &of_task, "task_attributes",
	    "{\"name\":\"Zo\xc3\xab\"}"},
	{RECORD_TASK_CREATED, &of_task, "task_age", "90"},
	{RECORD_TASK_CREATED, &of_task, "task_priority", "5"},
	{RECORD_TASK_CREATED, &of_task, "task_assignment_status", "reserved"},
	{RECORD_TASK_CREATED, &of_task, "task_canceled_reason", NULL},
	{RECORD_TASK_CREATED, &of_task, "task_version", "2"},
	{RECORD_TASK_CREATED, &of_task, "task_date_created", "1700000032"},
	{RECORD_TASK_CREATED, &of_task, "task_queue_entered_date",
	    "1700000118"},
	{RECORD_TASK_CREATED, &of_task, "task_channel_unique_name", "voice"},
	{RECORD_TASK_CREATED, &of_task, "task_queue_target_expression",
	    "languages HAS \"es\""},
	{RECORD_TASK_CREATED, &of_task, "workflow_name", "Calls"},
	{RECORD_RESERVATION_CREATED, &of_reservation, "reservation_sid",
	    "WR" ZEROS "1"},
	{RECORD_RESERVATION_CREATED, &of_reservation, "resource_sid",
	    "WR" ZEROS "1"},
	{RECORD_RESERVATION_CREATED, &of_reservation, "event_description",
	    "Task WT" ZEROS "1 assigned to Worker Alice with Reservation "
	    "WR" ZEROS "1"},
	{RECORD_RESERVATION_CREATED, &of_reservation, "worker_attributes",
	    "{\"languages\":[\"es\"]}"},
	{RECORD_WORKER_ACTIVITY_UPDATE, &of_move, "event_description",
	    "Worker Alice updated to Idle Activity"},
	{RECORD_WORKER_ACTIVITY_UPDATE, &of_move, "worker_version", "7"},
	{RECORD_WORKER_ACTIVITY_UPDATE, &of_move,
	    "worker_time_in_previous_activity", "26"},
	{RECORD_WORKER_ACTIVITY_UPDATE, &of_move,
	    "worker_time_in_previous_activity_ms", "26123"},
	{RECORD_WORKER_ACTIVITY_UPDATE, &of_move,
	    "worker_previous_activity_sid", "WA" ZEROS "2"},
	{RECORD_WORKER_ACTIVITY_UPDATE, &of_move,
	    "worker_previous_activity_name", "Offline"},
	{RECORD_WORKER_CAPACITY_UPDATE, &of_worker_channel,
	    "worker_channel_available", "true"},
	{RECORD_WORKER_CAPACITY_UPDATE, &of_worker_channel,
	    "worker_channel_available_capacity", "33"},
	{RECORD_WORKER_CAPACITY_UPDATE, &of_worker_channel,
	    "worker_channel_previous_capacity", "2"},
	{RECORD_WORKER_CAPACITY_UPDATE, &of_worker_channel,
	    "worker_channel_task_count", "1"},
	{RECORD_WORKER_CAPACITY_UPDATE, &of_worker_channel, "worker_sid",
	    "WK" ZEROS "1"},
	{RECORD_TASK_CHANNEL_CREATED, &of_channel, "task_channel_name",
	    "Telephone"},
	{RECORD_TASK_CHANNEL_CREATED, &of_channel,
	    "task_channel_optimized_routing", "true"},
	{RECORD_TASK_QUEUE_EXPRESSION_UPDATED, &of_queue,
	    "event_description",
	    "TaskQueue WQ" ZEROS "1 expression updated to "
	    "'languages HAS \"es\"'"},
	{RECORD_ACTIVITY_CREATED, &of_activity, "activity_name", "Offline"},
	{RECORD_ACTIVITY_CREATED, &of_activity, "activity_available",
	    "false"},
	{RECORD_WORKFLOW_TARGET_MATCHED, &of_target, "known_worker_sid",
	    "WK" ZEROS "1"},
	{RECORD_WORKFLOW_TARGET_MATCHED, &of_target, "workflow_filter_name",
	    "F"},
};

static void
test_values(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
		sid_count = 0;
		const struct record *record =
		    tell(values[i].id, values[i].subject);
		is_str(json_get_text(data_of(record), values[i].name),
		    values[i].value, "8.4 %s: %s", record->type,
		    values[i].name);
	}
}

/* A Task that goes straight to a Worker has neither Workflow nor TaskQueue. */
static void
test_missing(void)
{
	struct task direct = task;
	struct record_subject subject = {
	    .workspace = &workspace, .task = &direct};

	direct.workflow = NULL;
	direct.task_queue = NULL;
	direct.task_queue_entered_date = ROUTER_NEVER;
	const struct record *record = tell(RECORD_TASK_CREATED, &subject);
	struct json_object *data = data_of(record);
	ok(json_get(data, "workflow_sid") == NULL &&
		json_get(data, "workflow_name") == NULL &&
		json_get(data, "task_queue_sid") == NULL &&
		json_get(data, "task_queue_entered_date") == NULL,
	    "8.2 what is not there is left out");
	is_str(str_from(record->workflow), "", "nor is it a column");
	is_str(str_from(record->task_queue), "", "nor is the other");
	is_str(str_from(record->task), "WT" ZEROS "1", "the Task is");
}

static void
test_reasons(void)
{
	struct task ended = task;
	struct record_subject subject = {
	    .workspace = &workspace, .task = &ended};
	struct json_object *data;

	ended.status = TASK_CANCELED;
	ended.reason = STR("hangup");
	data = data_of(tell(RECORD_TASK_CANCELED, &subject));
	is_str(json_get_text(data, "task_canceled_reason"), "hangup",
	    "8.2 why it was canceled");
	is_str(json_get_text(data, "task_completed_reason"), NULL,
	    "8.2 and not completed");
	ended.status = TASK_COMPLETED;
	data = data_of(tell(RECORD_TASK_COMPLETED, &subject));
	is_str(json_get_text(data, "task_completed_reason"), "hangup",
	    "8.2 why it was completed");
	is_str(json_get_text(data, "task_canceled_reason"), NULL,
	    "8.2 and not canceled");
}

/* What is given counts before what follows from it. */
static void
test_given(void)
{
	struct record_subject subject = of_task;

	subject.task_queue = &english;
	is_str(json_get_text(data_of(tell(RECORD_TASK_QUEUE_TIMEOUT,
				 &subject)),
		   "task_queue_name"),
	    "English", "8.3 the TaskQueue that was left");
}

static void
test_columns(void)
{
	const struct record *record;

	router_settled(router);
	sid_count = 0;
	router->number = 41;
	record_event(router, RECORD_RESERVATION_CREATED, &of_reservation);
	record_event(router, RECORD_WORKSPACE_UPDATED, &of_workspace);
	record = STAILQ_FIRST(&router_effects(router)->records);
	is_int((int64_t)record->number, 42, "the next number");
	is_str(str_from(record->sid), "EV" ZEROS "1", "its SID");
	is_int(record->date, NOW, "its date");
	is_str(str_from(record->workspace), "WS" ZEROS "1", "its Workspace");
	is_str(str_from(record->task), "WT" ZEROS "1", "its Task");
	is_str(str_from(record->worker), "WK" ZEROS "1", "its Worker");
	is_str(str_from(record->reservation), "WR" ZEROS "1",
	    "its Reservation");
	is_str(str_from(record->task_queue), "WQ" ZEROS "1",
	    "its TaskQueue");
	is_str(str_from(record->workflow), "WW" ZEROS "1", "its Workflow");
	is_str(str_from(record->task_channel), "TC" ZEROS "1",
	    "its TaskChannel");
	record = STAILQ_NEXT(record, entry);
	is_int((int64_t)record->number, 43, "the one behind it");
	is_str(str_from(record->task), "", "is about no Task");
	is_str(str_from(record->worker), "", "nor a Worker");
	ok(STAILQ_NEXT(record, entry) == NULL, "and is the last");
}

/* What statistics are made of. */
static void
test_measures(void)
{
	static const struct {
		enum record_type type;
		const struct record_subject *subject;
		int64_t age, in_queue, activity_time;
		const char *activity;
	} rows[] = {
		{RECORD_TASK_CREATED, &of_task, 90999, 5000, ROUTER_NEVER, ""},
		{RECORD_RESERVATION_ACCEPTED, &of_reservation, 90999, 5000,
		    ROUTER_NEVER, ""},
		{RECORD_WORKER_ACTIVITY_UPDATE, &of_move, ROUTER_NEVER,
		    ROUTER_NEVER, 26123, "WA" ZEROS "2"},
		{RECORD_WORKER_DELETED, &of_move, ROUTER_NEVER, ROUTER_NEVER,
		    26123, "WA" ZEROS "2"},
		{RECORD_WORKER_CREATED, &of_worker, ROUTER_NEVER, ROUTER_NEVER,
		    ROUTER_NEVER, ""},
		{RECORD_TASK_QUEUE_CREATED, &of_queue, ROUTER_NEVER,
		    ROUTER_NEVER, ROUTER_NEVER, ""},
	};
	const struct record *record;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		record = tell(rows[i].type, rows[i].subject);
		is_int(record->task_age, rows[i].age, "%s: the Task's age",
		    record->type);
		is_int(record->task_queue_time, rows[i].in_queue,
		    "%s: its time in the TaskQueue", record->type);
		is_int(record->activity_time, rows[i].activity_time,
		    "%s: the time in an Activity", record->type);
		is_str(str_from(record->activity), rows[i].activity,
		    "%s: which one", record->type);
	}
	task.task_queue_entered_date = ROUTER_NEVER;
	task.object.date_created = NOW + 1000;
	record = tell(RECORD_TASK_CREATED, &of_task);
	ok(record->task_age == 0 && record->task_queue_time == ROUTER_NEVER,
	    "a Task in no TaskQueue, from before the clock was set back");
	task.task_queue_entered_date = NOW - 5000;
	task.object.date_created = NOW - 90999;
}

static void
test_hostile(void)
{
	struct workspace odd = workspace;
	struct record_subject subject = {.workspace = &odd};
	const struct record *record;

	odd.friendly_name = STR("\"}{sid}\\\n\x01\xff");
	record = tell(RECORD_WORKSPACE_CREATED, &subject);
	is_str(record->description,
	    "Workspace \"}{sid}\\\n\x01\xff created",
	    "a name is put into a description as it is");
	is_str(json_get_text(data_of(record), "workspace_name"),
	    "\"}{sid}\\\n\x01\xef\xbf\xbd", "and into the data");
}

/* ---- 1.3 and 8.1: EventsFilter */

static const struct {
	const char *filter, *type;
	bool passes;
} filters[] = {
	{NULL, "task.created", true},
	{"", "task.created", true},
	{" ", "task.created", true},
	{"task.created", "task.created", true},
	{"task.created", "task.updated", false},
	{"task.updated,task.created", "task.created", true},
	{"task.updated, task.created", "task.created", true},
	{" task.updated ,\ttask.created ", "task.updated", true},
	{"task.updated,,task.created", "task.created", true},
	{"task", "task.created", false},
	{"task.created", "task", false},
	{"task.created.x", "task.created", false},
	{"Task.Created", "task.created", false},
	{",", "task.created", false},
};

static void
test_filters(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(filters); i++)
		ok(record_filter_matches(str_from(filters[i].filter),
		       str_from(filters[i].type)) == filters[i].passes,
		    "8.1 \"%s\" %s %s",
		    filters[i].filter == NULL ? "(null)" : filters[i].filter,
		    filters[i].passes ? "lets pass" : "holds back",
		    filters[i].type);
}

int
main(void)
{
	struct router_options options = {
	    .account_sid = STR("AC" ZEROS "1"),
	    .random = count_sids,
	    .context = &sid_count};

	arena_init(&arena, (size_t)16 << 20);
	router = router_new(&options);
	router->now = NOW;
	workspace.object.workspace = &workspace;
	test_types();
	test_values();
	test_missing();
	test_reasons();
	test_given();
	test_columns();
	test_measures();
	test_hostile();
	test_filters();
	router_free(router);
	arena_release(&arena);
	return tap_done();
}
