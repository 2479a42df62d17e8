/* SPDX-License-Identifier: MIT
 *
 * The properties are those of https://www.twilio.com/docs/taskrouter/api
 */
#include "base/compat.h"

#include "twilio/seed_form.h"

const struct seed_kind_row seed_kind_rows[SEED_KINDS] = {
	[SEED_WORKSPACE] = {"workspaces", "Workspace", NULL},
	[SEED_ACTIVITY] = {"activities", "Activity", "friendly_name"},
	[SEED_TASK_CHANNEL] = {"task_channels", "TaskChannel", "unique_name"},
	[SEED_WORKER] = {"workers", "Worker", "friendly_name"},
	[SEED_CHANNEL] = {"channels", "WorkerChannel", NULL},
	[SEED_TASK_QUEUE] = {"task_queues", "TaskQueue", "friendly_name"},
	[SEED_WORKFLOW] = {"workflows", "Workflow", "friendly_name"},
	[SEED_TASK] = {"tasks", "Task", NULL},
};

/* A property that bears the name that it has in the API. */
#define SAME(kind, name, parameter, type, preset) \
	{SEED_##kind, name, name, parameter, SEED_##type, SEED_KINDS, preset}
#define NAME_OF(kind, name, source, parameter, refers, preset) \
	{SEED_##kind, name, source, parameter, SEED_REFERENCE, SEED_##refers, \
	    preset}

const struct seed_property seed_properties[] = {
	SAME(WORKSPACE, "friendly_name", "FriendlyName", VALUE, NULL),
	{SEED_WORKSPACE, "template", NULL, "Template", SEED_VALUE, SEED_KINDS,
	    "NONE"},
	SAME(WORKSPACE, "event_callback_url", "EventCallbackUrl", VALUE, ""),
	SAME(WORKSPACE, "events_filter", "EventsFilter", VALUE, NULL),
	SAME(WORKSPACE, "multi_task_enabled", "MultiTaskEnabled", VALUE, "true"),
	SAME(WORKSPACE, "prioritize_queue_order", "PrioritizeQueueOrder", VALUE,
	    "FIFO"),
	/* What a new Workspace has: https://www.twilio.com/docs/taskrouter/api/workspace */
	NAME_OF(WORKSPACE, "default_activity_name", "default_activity_sid",
	    "DefaultActivitySid", ACTIVITY, "Offline"),
	NAME_OF(WORKSPACE, "timeout_activity_name", "timeout_activity_sid",
	    "TimeoutActivitySid", ACTIVITY, "Offline"),

	SAME(ACTIVITY, "friendly_name", "FriendlyName", VALUE, NULL),
	/* Without a preset: left out, it is what a new Workspace's Activity of
	 * that name has. */
	SAME(ACTIVITY, "available", "Available", VALUE, NULL),

	SAME(TASK_CHANNEL, "friendly_name", "FriendlyName", VALUE, NULL),
	SAME(TASK_CHANNEL, "unique_name", "UniqueName", VALUE, NULL),
	SAME(TASK_CHANNEL, "channel_optimized_routing",
	    "ChannelOptimizedRouting", VALUE, "false"),

	SAME(WORKER, "friendly_name", "FriendlyName", VALUE, NULL),
	SAME(WORKER, "attributes", "Attributes", OBJECT, "{}"),
	NAME_OF(WORKER, "activity_name", "activity_sid", "ActivitySid",
	    ACTIVITY, NULL),

	NAME_OF(CHANNEL, "task_channel_unique_name", "task_channel_sid", NULL,
	    TASK_CHANNEL, NULL),
	SAME(CHANNEL, "configured_capacity", "Capacity", VALUE, "1"),
	SAME(CHANNEL, "available", "Available", VALUE, "true"),

	SAME(TASK_QUEUE, "friendly_name", "FriendlyName", VALUE, NULL),
	SAME(TASK_QUEUE, "target_workers", "TargetWorkers", VALUE, "1==1"),
	SAME(TASK_QUEUE, "max_reserved_workers", "MaxReservedWorkers", VALUE,
	    "1"),
	SAME(TASK_QUEUE, "task_order", "TaskOrder", VALUE, "FIFO"),
	NAME_OF(TASK_QUEUE, "reservation_activity_name",
	    "reservation_activity_sid", "ReservationActivitySid", ACTIVITY,
	    NULL),
	NAME_OF(TASK_QUEUE, "assignment_activity_name",
	    "assignment_activity_sid", "AssignmentActivitySid", ACTIVITY, NULL),

	SAME(WORKFLOW, "friendly_name", "FriendlyName", VALUE, NULL),
	SAME(WORKFLOW, "assignment_callback_url", "AssignmentCallbackUrl",
	    VALUE, NULL),
	SAME(WORKFLOW, "fallback_assignment_callback_url",
	    "FallbackAssignmentCallbackUrl", VALUE, NULL),
	SAME(WORKFLOW, "task_reservation_timeout", "TaskReservationTimeout",
	    VALUE, "120"),
	SAME(WORKFLOW, "configuration", "Configuration", CONFIGURATION, NULL),

	NAME_OF(TASK, "workflow_friendly_name", "workflow_sid", "WorkflowSid",
	    WORKFLOW, NULL),
	SAME(TASK, "attributes", "Attributes", OBJECT, "{}"),
	SAME(TASK, "priority", "Priority", VALUE, "0"),
	SAME(TASK, "timeout", "Timeout", VALUE, "86400"),
	NAME_OF(TASK, "task_channel_unique_name", "task_channel_sid",
	    "TaskChannel", TASK_CHANNEL, "default"),
	SAME(TASK, "virtual_start_time", "VirtualStartTime", VALUE, NULL),
	NAME_OF(TASK, "task_queue_friendly_name", "task_queue_sid",
	    "TaskQueueSid", TASK_QUEUE, NULL),
	SAME(TASK, "routing_target", "RoutingTarget", TARGET, NULL),
	SAME(TASK, "ignore_capacity", "IgnoreCapacity", VALUE, NULL),
};

const size_t seed_property_count = ARRAY_LENGTH(seed_properties);
