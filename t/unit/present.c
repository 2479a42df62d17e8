/* SPDX-License-Identifier: MIT
 *
 * Objects and Events in JSON: which properties, what they are, where links
 * lead. "5.8" is the table of properties that the cases follow.
 */
#include "base/compat.h"

#include <string.h>

#include "account.h"
#include "codec/json.h"
#include "router/field.h"
#include "store/store.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/present.h"
#include "tap.h"

#define BASE "https://taskrouter.example/v1"

static struct account account;
static struct workspace *workspace;
static struct object *activity, *channel, *queue, *workflow, *worker,
    *worker_channel, *task, *reservation;

static struct presenter
presenter(void)
{
	return (struct presenter){
		STR(BASE), STR(ACCOUNT_SID), account.now};
}

static struct json_object *
parse(const struct buf *out)
{
	struct json_limits limits = {.values = 1000};
	struct json_object *value;
	struct err err;

	if (!ok(json_parse(
		    &account.arena, buf_str(out), limits, &value, &err),
		"it is JSON: %.*s", STR_ARGS(buf_str(out))))
		return NULL;
	return value;
}

static struct json_object *
show(enum resource_id resource, const struct object *object)
{
	struct presenter p = presenter();
	struct buf out;

	buf_init(&out, 65536);
	present_object(&out, &p, &resource_rows[resource], object);
	struct json_object *value = parse(&out);
	buf_release(&out);
	return value;
}

static struct str
keys_of(struct json_object *value)
{
	struct json_member member = {0};
	struct str keys = STR("");

	while (json_next(value, &member))
		keys = arena_format(&account.arena, "%.*s%s%.*s",
		    STR_ARGS(keys), keys.len > 0 ? " " : "",
		    STR_ARGS(member.key));
	return keys;
}

/* The member of a path "links.workspace", as JSON. */
static struct str
value_at(struct json_object *value, const char *path)
{
	struct str rest = str_from(path);

	while (rest.at != NULL) {
		struct str key =
		    arena_str(&account.arena, str_cut(&rest, '.'));
		value = json_get(value, key.at);
	}
	return json_write(&account.arena, value);
}

/* ---- 5.8: which properties */

static const struct {
	enum resource_id resource;
	struct object **object;
	const char *keys, *links;
} shapes[] = {
	{RESOURCE_ACTIVITIES, &activity,
	    "sid account_sid workspace_sid date_created date_updated "
	    "friendly_name available url links",
	    "workspace"},
	{RESOURCE_TASK_CHANNELS, &channel,
	    "sid account_sid workspace_sid date_created date_updated "
	    "friendly_name unique_name channel_optimized_routing url links",
	    "workspace"},
	{RESOURCE_TASK_QUEUES, &queue,
	    "sid account_sid workspace_sid date_created date_updated "
	    "friendly_name target_workers max_reserved_workers task_order "
	    "reservation_activity_sid reservation_activity_name "
	    "assignment_activity_sid assignment_activity_name url links",
	    "assignment_activity bulk_real_time_statistics "
	    "cumulative_statistics list_statistics real_time_statistics "
	    "reservation_activity statistics workspace"},
	{RESOURCE_WORKFLOWS, &workflow,
	    "sid account_sid workspace_sid date_created date_updated "
	    "friendly_name configuration assignment_callback_url "
	    "fallback_assignment_callback_url task_reservation_timeout "
	    "document_content_type url links",
	    "cumulative_statistics real_time_statistics statistics workspace"},
	{RESOURCE_WORKERS, &worker,
	    "sid account_sid workspace_sid date_created date_updated "
	    "friendly_name attributes activity_sid activity_name available "
	    "date_status_changed url links",
	    "activity channels cumulative_statistics real_time_statistics "
	    "reservations statistics worker_channels worker_statistics "
	    "workspace"},
	{RESOURCE_WORKER_CHANNELS, &worker_channel,
	    "sid account_sid workspace_sid date_created date_updated "
	    "worker_sid task_channel_sid task_channel_unique_name "
	    "configured_capacity available assigned_tasks "
	    "available_capacity_percentage url",
	    ""},
	{RESOURCE_TASKS, &task,
	    "sid account_sid workspace_sid date_created date_updated "
	    "attributes assignment_status priority reason timeout age "
	    "virtual_start_time task_queue_sid task_queue_friendly_name "
	    "task_queue_entered_date workflow_sid workflow_friendly_name "
	    "task_channel_sid task_channel_unique_name routing_target "
	    "ignore_capacity addons url links",
	    "reservations task_queue workflow workspace"},
	{RESOURCE_TASK_RESERVATIONS, &reservation,
	    "sid account_sid workspace_sid date_created date_updated "
	    "reservation_status task_sid worker_sid worker_name url links",
	    "task worker workspace"},
};

static void
test_shapes(void)
{
	struct json_object *shown =
	    show(RESOURCE_WORKSPACES, &workspace->object);

	is_str(keys_of(shown),
	    "sid account_sid date_created date_updated friendly_name "
	    "event_callback_url events_filter default_activity_sid "
	    "default_activity_name timeout_activity_sid timeout_activity_name "
	    "multi_task_enabled prioritize_queue_order url links",
	    "5.8: a Workspace");
	is_str(keys_of(json_get(shown, "links")),
	    "activities cumulative_statistics events real_time_statistics "
	    "statistics task_channels task_queues tasks workers workflows",
	    "5.8: its links");
	for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++) {
		const char *noun =
		    kind_rows[resource_rows[shapes[i].resource].kind].noun;
		shown = show(shapes[i].resource, *shapes[i].object);
		is_str(keys_of(shown), shapes[i].keys, "5.8: a %s", noun);
		struct json_object *links = json_get(shown, "links");
		is_str(links == NULL ? STR("") : keys_of(links),
		    shapes[i].links, "5.8: a %s's links", noun);
	}
}

/* ---- what they are */

/* In `value`, "@WS" and the like stand for SIDs. */
static const struct {
	enum resource_id resource;
	struct object **object;
	const char *path, *value;
} values[] = {
	{RESOURCE_ACTIVITIES, &activity, "sid", "\"@WA\""},
	{RESOURCE_ACTIVITIES, &activity, "account_sid",
	    "\"" ACCOUNT_SID "\""},
	{RESOURCE_ACTIVITIES, &activity, "workspace_sid", "\"@WS\""},
	{RESOURCE_ACTIVITIES, &activity, "date_created",
	    "\"2026-01-01T00:00:00Z\""},
	{RESOURCE_ACTIVITIES, &activity, "available", "true"},
	{RESOURCE_ACTIVITIES, &activity, "url",
	    "\"" BASE "/Workspaces/@WS/Activities/@WA\""},
	{RESOURCE_ACTIVITIES, &activity, "links.workspace",
	    "\"" BASE "/Workspaces/@WS\""},

	{RESOURCE_TASK_QUEUES, &queue, "reservation_activity_sid", "null"},
	{RESOURCE_TASK_QUEUES, &queue, "reservation_activity_name", "null"},
	{RESOURCE_TASK_QUEUES, &queue, "links.reservation_activity", "null"},
	{RESOURCE_TASK_QUEUES, &queue, "assignment_activity_sid", "\"@WA\""},
	{RESOURCE_TASK_QUEUES, &queue, "assignment_activity_name",
	    "\"Available\""},
	{RESOURCE_TASK_QUEUES, &queue, "links.assignment_activity",
	    "\"" BASE "/Workspaces/@WS/Activities/@WA\""},
	{RESOURCE_TASK_QUEUES, &queue, "links.list_statistics",
	    "\"" BASE "/Workspaces/@WS/TaskQueues/Statistics\""},
	{RESOURCE_TASK_QUEUES, &queue, "links.statistics",
	    "\"" BASE "/Workspaces/@WS/TaskQueues/@WQ/Statistics\""},
	{RESOURCE_TASK_QUEUES, &queue, "task_order", "\"FIFO\""},
	{RESOURCE_TASK_QUEUES, &queue, "max_reserved_workers", "1"},

	{RESOURCE_WORKFLOWS, &workflow, "assignment_callback_url", "null"},
	{RESOURCE_WORKFLOWS, &workflow, "document_content_type", "null"},
	{RESOURCE_WORKFLOWS, &workflow, "task_reservation_timeout", "120"},

	{RESOURCE_WORKERS, &worker, "friendly_name",
	    "\"Zo\xc3\xab \\\"Z\\\"\""},
	{RESOURCE_WORKERS, &worker, "attributes",
	    "\"{\\\"languages\\\":[\\\"en\\\",\\\"es\\\"],\\\"n\\\":1.50}\""},
	{RESOURCE_WORKERS, &worker, "activity_name", "\"Available\""},
	{RESOURCE_WORKERS, &worker, "available", "true"},
	{RESOURCE_WORKERS, &worker, "links.activity",
	    "\"" BASE "/Workspaces/@WS/Activities/@WA\""},
	{RESOURCE_WORKERS, &worker, "links.worker_channels",
	    "\"" BASE "/Workspaces/@WS/Workers/@WK/Channels\""},
	{RESOURCE_WORKERS, &worker, "links.worker_statistics",
	    "\"" BASE "/Workspaces/@WS/Workers/@WK/Statistics\""},
	{RESOURCE_WORKERS, &worker, "links.statistics",
	    "\"" BASE "/Workspaces/@WS/Workers/Statistics\""},

	{RESOURCE_WORKER_CHANNELS, &worker_channel, "url",
	    "\"" BASE "/Workspaces/@WS/Workers/@WK/Channels/@WC\""},
	{RESOURCE_WORKER_CHANNELS, &worker_channel, "configured_capacity",
	    "3"},
	{RESOURCE_WORKER_CHANNELS, &worker_channel, "assigned_tasks", "0"},
	{RESOURCE_WORKER_CHANNELS, &worker_channel,
	    "available_capacity_percentage", "66"},
	{RESOURCE_WORKER_CHANNELS, &worker_channel,
	    "task_channel_unique_name", "\"default\""},

	{RESOURCE_TASKS, &task, "assignment_status", "\"reserved\""},
	{RESOURCE_TASKS, &task, "age", "61"},
	{RESOURCE_TASKS, &task, "reason", "null"},
	{RESOURCE_TASKS, &task, "addons", "\"{}\""},
	{RESOURCE_TASKS, &task, "routing_target", "null"},
	{RESOURCE_TASKS, &task, "ignore_capacity", "false"},
	{RESOURCE_TASKS, &task, "task_queue_friendly_name", "\"q\""},
	{RESOURCE_TASKS, &task, "task_channel_unique_name", "\"default\""},
	{RESOURCE_TASKS, &task, "virtual_start_time",
	    "\"1999-12-31T23:59:59Z\""},
	{RESOURCE_TASKS, &task, "links.workflow",
	    "\"" BASE "/Workspaces/@WS/Workflows/@WW\""},
	{RESOURCE_TASKS, &task, "links.reservations",
	    "\"" BASE "/Workspaces/@WS/Tasks/@WT/Reservations\""},

	{RESOURCE_TASK_RESERVATIONS, &reservation, "url",
	    "\"" BASE "/Workspaces/@WS/Tasks/@WT/Reservations/@WR\""},
	{RESOURCE_WORKER_RESERVATIONS, &reservation, "url",
	    "\"" BASE "/Workspaces/@WS/Workers/@WK/Reservations/@WR\""},
	{RESOURCE_WORKER_RESERVATIONS, &reservation, "links.task",
	    "\"" BASE "/Workspaces/@WS/Tasks/@WT\""},
	{RESOURCE_WORKER_RESERVATIONS, &reservation, "links.worker",
	    "\"" BASE "/Workspaces/@WS/Workers/@WK\""},
	{RESOURCE_TASK_RESERVATIONS, &reservation, "reservation_status",
	    "\"pending\""},
	{RESOURCE_TASK_RESERVATIONS, &reservation, "worker_name",
	    "\"Zo\xc3\xab \\\"Z\\\"\""},
};

static const char *
sid_of(struct str word)
{
	const struct object *objects[] = {&workspace->object, activity,
	    channel, queue, workflow, worker, worker_channel, task,
	    reservation};

	for (size_t i = 0; i < ARRAY_LENGTH(objects); i++)
		if (memcmp(objects[i]->sid, word.at, 2) == 0)
			return objects[i]->sid;
	return "";
}

static struct str
with_sids(const char *text)
{
	struct str rest = str_from(text);
	struct str all = str_cut(&rest, '@');

	while (rest.at != NULL) {
		struct str part = str_cut(&rest, '@');
		all = arena_format(&account.arena, "%.*s%s%.*s",
		    STR_ARGS(all), sid_of(part),
		    STR_ARGS(str_slice(part, 2, part.len)));
	}
	return arena_str(&account.arena, all);
}

static void
test_values(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
		struct json_object *shown =
		    show(values[i].resource, *values[i].object);
		is_str(value_at(shown, values[i].path),
		    with_sids(values[i].value).at, "%s: %s",
		    resource_rows[values[i].resource].segment,
		    values[i].path);
	}
	struct json_object *shown =
	    show(RESOURCE_WORKSPACES, &workspace->object);
	is_str(value_at(shown, "event_callback_url"), "\"\"",
	    "an event URL that is not set is empty");
	is_str(value_at(shown, "events_filter"), "null",
	    "a filter that is not set is null");
	is_str(value_at(shown, "default_activity_name"), "\"Offline\"",
	    "the default Activity by name");
	is_str(value_at(shown, "multi_task_enabled"), "true", "multitasking");
	is_str(value_at(shown, "links.task_channels"),
	    with_sids("\"" BASE "/Workspaces/@WS/TaskChannels\"").at,
	    "a Workspace's links");
}

/* ---- Events */

static struct json_object *
show_event(const char *sid, const char *data)
{
	struct presenter p = presenter();
	struct store_event event = {
		.sid = STR("EV00000000000000000000000000000001"),
		.number = 1,
		.workspace = str_from(workspace->object.sid),
		.type = STR("task.created"),
		.resource_type = STR("task"),
		.resource_sid = str_from(sid),
		.date = INT64_C(1767225600123),
		.description = STR("a \"description\""),
		.data = str_from(data),
	};
	struct buf out;

	buf_init(&out, 65536);
	present_event(&out, &p, &event);
	struct json_object *value = parse(&out);
	buf_release(&out);
	return value;
}

static void
test_events(void)
{
	struct json_object *shown =
	    show_event(task->sid, "{\"task_sid\":\"x\"}");

	is_str(keys_of(shown),
	    "sid account_sid workspace_sid event_type description "
	    "resource_type resource_sid actor_type actor_sid source "
	    "source_ip_address event_data event_date event_date_ms "
	    "resource_url actor_url url",
	    "5.8: an Event");
	is_str(value_at(shown, "event_data.task_sid"), "\"x\"",
	    "its data is an object");
	is_str(value_at(shown, "event_date"), "\"2026-01-01T00:00:00Z\"",
	    "its date");
	is_str(value_at(shown, "event_date_ms"), "1767225600123",
	    "and by the millisecond");
	is_str(value_at(shown, "resource_url"),
	    with_sids("\"" BASE "/Workspaces/@WS/Tasks/@WT\"").at,
	    "what it is about");
	is_str(value_at(shown, "actor_url"),
	    with_sids("\"" BASE "/Workspaces/@WS\"").at, "who did it");
	is_str(value_at(shown, "url"),
	    with_sids("\"" BASE "/Workspaces/@WS/Events/"
		      "EV00000000000000000000000000000001\"").at,
	    "its own URL");
	is_str(value_at(show_event(workspace->object.sid, "{}"),
		   "resource_url"),
	    with_sids("\"" BASE "/Workspaces/@WS\"").at, "of a Workspace");
	is_str(value_at(show_event(reservation->sid,
			    "{\"task_attributes\":"
			    "\"{\\\"task_sid\\\":\\\"no\\\"}\","
			    "\"task_sid\":\"WT1\",\"worker_sid\":\"WK1\"}"),
		   "resource_url"),
	    with_sids("\"" BASE "/Workspaces/@WS/Tasks/WT1/Reservations/@WR\"")
		.at,
	    "of a Reservation: below its Task");
	is_str(value_at(show_event(worker_channel->sid,
			    "{\"worker_sid\":\"WK1\"}"), "resource_url"),
	    with_sids("\"" BASE "/Workspaces/@WS/Workers/WK1/Channels/@WC\"")
		.at,
	    "of a WorkerChannel: below its Worker");
	is_str(value_at(show_event(reservation->sid, "{}"), "resource_url"),
	    "null", "of a Reservation without its Task");
	is_str(value_at(show_event("QU1", "{}"), "resource_url"), "null",
	    "of something unknown");
}

/* ---- JSON */

static void
test_json(void)
{
	struct buf out;

	buf_init(&out, 4096);
	json_put_text(&out,
	    (struct str){"a\"\\/\n\x01\xc3\xa4\xff\x7f\0", 11});
	is_str(buf_str(&out),
	    "\"a\\\"\\\\/\\u000a\\u0001\xc3\xa4\xef\xbf\xbd\x7f\\u0000\"",
	    "every kind of character");
	buf_clear(&out, 4096);
	json_put_integer(&out, INT64_MIN);
	json_put_item(&out);
	json_put_integer(&out, -1);
	json_put_item(&out);
	json_put_integer(&out, INT64_MAX);
	is_str(buf_str(&out), "-9223372036854775808,-1,9223372036854775807",
	    "the limits of integers");
	buf_clear(&out, 4096);
	json_put_date(&out, -1000);
	json_put_item(&out);
	json_put_date(&out, ROUTER_NEVER);
	json_put_item(&out);
	json_put_text(&out, STR_NONE);
	json_put_item(&out);
	json_put_text(&out, STR(""));
	is_str(buf_str(&out), "\"1969-12-31T23:59:59Z\",null,null,\"\"",
	    "dates, null, the empty text");
	buf_release(&out);
}

static struct object *
make(enum kind kind, const char *form)
{
	struct object *object =
	    account_create(&account, kind, workspace, form);

	ok(object != NULL, "%s: %s", form, account.refusal.text);
	return object;
}

static void
fill(void)
{
	workspace = (struct workspace *)account_create(
	    &account, KIND_WORKSPACE, NULL, "FriendlyName=w");
	activity =
	    &account_activity(&account, workspace, "Available")->object;
	channel = &router_find_channel(workspace, STR("default"))->object;
	queue = make(KIND_TASK_QUEUE, arena_format(&account.arena,
	    "FriendlyName=q&AssignmentActivitySid=%s", activity->sid).at);
	workflow = make(KIND_WORKFLOW, arena_format(&account.arena,
	    "FriendlyName=f&Configuration={\"task_routing\":{"
	    "\"default_filter\":{\"queue\":\"%s\"}}}", queue->sid).at);
	worker = make(KIND_WORKER, arena_format(&account.arena,
	    "FriendlyName=Zo%%C3%%AB%%20\"Z\"&ActivitySid=%s&"
	    "Attributes={%%20\"languages\":[\"en\",\"es\"],\"n\":1.50}",
	    activity->sid).at);
	worker_channel = &router_find_worker_channel(
	    (const struct worker *)worker, STR("default"))
			      ->object;
	account_update(&account, worker_channel, "Capacity=3");
	task = make(KIND_TASK, "VirtualStartTime=1999-12-31T23:59:59Z");
	reservation = &TAILQ_FIRST(&((struct task *)task)
				       ->reservations)->object;
	account.now += 61999;
}

int
main(void)
{
	account_open(&account);
	fill();
	test_shapes();
	test_values();
	test_events();
	test_json();
	account_close(&account);
	return tap_done();
}
