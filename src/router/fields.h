/* SPDX-License-Identifier: MIT
 *
 * Every property of every kind of object: one row drives how it is parsed,
 * checked, kept, shown and documented. The properties that all have (sid,
 * account_sid, workspace_sid, dates, url, links) have no rows.
 *
 * FIELD(kind, id, member, property, parameter, type, uses, preset, least,
 *     most, more, help)
 *   member    NONE where nothing is kept
 *   property  in JSON, and the column in the store; "" where it is not shown
 *   parameter in forms; NULL where it cannot be given
 *   type      enum field_type
 *   uses      CREATE, UPDATE, REQUIRED (on create), STORED, SHOWN
 *   preset    as it would be written in a form; NULL: null
 *   least, most  numbers: range; texts: characters
 *   more      .choices or .refers
 * Source: Twilio's OpenAPI description and the pages of TR/api.
 */
#define TEXT_MOST 64
#define URL_MOST 2048
#define ATTRIBUTES_MOST 4096
#define CONFIGURATION_MOST 1038576
#define EXPRESSION_MOST 65536

/* Workspace: https://www.twilio.com/docs/taskrouter/api/workspace */
FIELD(WORKSPACE, FRIENDLY_NAME, friendly_name, "friendly_name", "FriendlyName", TEXT, CREATE | UPDATE | REQUIRED | STORED | SHOWN, NULL, 1, TEXT_MOST, .choices = NULL, "A name for people.")
FIELD(WORKSPACE, EVENT_CALLBACK_URL, event_callback_url, "event_callback_url", "EventCallbackUrl", URL, CREATE | UPDATE | STORED | SHOWN, "", 0, URL_MOST, .choices = NULL, "Where each event is sent.")
FIELD(WORKSPACE, EVENTS_FILTER, events_filter, "events_filter", "EventsFilter", EVENT_TYPES, CREATE | UPDATE | STORED | SHOWN, NULL, 0, 4096, .choices = NULL, "The event types that are sent, separated by commas; null: all.")
FIELD(WORKSPACE, DEFAULT_ACTIVITY, default_activity, "default_activity_sid", "DefaultActivitySid", REFERENCE, UPDATE | STORED | SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "The Activity of a new Worker.")
FIELD(WORKSPACE, DEFAULT_ACTIVITY_NAME, default_activity, "default_activity_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "Its name.")
FIELD(WORKSPACE, TIMEOUT_ACTIVITY, timeout_activity, "timeout_activity_sid", "TimeoutActivitySid", REFERENCE, UPDATE | STORED | SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "The Activity of a Worker who let a Reservation time out.")
FIELD(WORKSPACE, TIMEOUT_ACTIVITY_NAME, timeout_activity, "timeout_activity_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "Its name.")
FIELD(WORKSPACE, MULTI_TASK_ENABLED, multi_task_enabled, "multi_task_enabled", "MultiTaskEnabled", BOOLEAN, CREATE | UPDATE | STORED | SHOWN, "true", 0, 0, .choices = NULL, "Whether a Worker may have several Tasks at once.")
FIELD(WORKSPACE, PRIORITIZE_QUEUE_ORDER, prioritize_queue_order, "prioritize_queue_order", "PrioritizeQueueOrder", CHOICE, CREATE | UPDATE | STORED | SHOWN, "FIFO", 0, 0, .choices = field_orders, "Which kind of TaskQueue a Worker serves first.")
FIELD(WORKSPACE, TEMPLATE, NONE, "", "Template", CHOICE, CREATE, "NONE", 0, 0, .choices = field_templates, "FIFO also makes a TaskQueue and a Workflow.")
FIELD(WORKSPACE, DELIVERED, delivered, "delivered", NULL, INTEGER, STORED, NULL, 0, INT64_MAX, .choices = NULL, "")

/* Activity: https://www.twilio.com/docs/taskrouter/api/activity */
FIELD(ACTIVITY, FRIENDLY_NAME, friendly_name, "friendly_name", "FriendlyName", TEXT, CREATE | UPDATE | REQUIRED | STORED | SHOWN, NULL, 1, TEXT_MOST, .choices = NULL, "A name for people.")
FIELD(ACTIVITY, AVAILABLE, available, "available", "Available", BOOLEAN, CREATE | STORED | SHOWN, "false", 0, 0, .choices = NULL, "Whether Workers in it get new Reservations. Cannot be changed.")

/* TaskChannel: https://www.twilio.com/docs/taskrouter/api/task-channel */
FIELD(TASK_CHANNEL, FRIENDLY_NAME, friendly_name, "friendly_name", "FriendlyName", TEXT, CREATE | UPDATE | REQUIRED | STORED | SHOWN, NULL, 1, TEXT_MOST, .choices = NULL, "A name for people.")
FIELD(TASK_CHANNEL, UNIQUE_NAME, unique_name, "unique_name", "UniqueName", UNIQUE_NAME, CREATE | REQUIRED | STORED | SHOWN, NULL, 1, TEXT_MOST, .choices = NULL, "A name for paths and expressions. Cannot be changed.")
FIELD(TASK_CHANNEL, OPTIMIZED, channel_optimized_routing, "channel_optimized_routing", "ChannelOptimizedRouting", BOOLEAN, CREATE | UPDATE | STORED | SHOWN, "false", 0, 0, .choices = NULL, "Whether idleness is measured on this channel alone.")

/* TaskQueue: https://www.twilio.com/docs/taskrouter/api/task-queue */
FIELD(TASK_QUEUE, FRIENDLY_NAME, friendly_name, "friendly_name", "FriendlyName", TEXT, CREATE | UPDATE | REQUIRED | STORED | SHOWN, NULL, 1, TEXT_MOST, .choices = NULL, "A name for people.")
FIELD(TASK_QUEUE, TARGET_WORKERS, target_workers, "target_workers", "TargetWorkers", EXPRESSION, CREATE | UPDATE | STORED | SHOWN, "1==1", 0, EXPRESSION_MOST, .choices = NULL, "Which Workers are eligible; empty: nobody.")
FIELD(TASK_QUEUE, MAX_RESERVED_WORKERS, max_reserved_workers, "max_reserved_workers", "MaxReservedWorkers", INTEGER, CREATE | UPDATE | STORED | SHOWN, "1", 1, 50, .choices = NULL, "How many Workers are reserved for one Task at once.")
FIELD(TASK_QUEUE, TASK_ORDER, task_order, "task_order", "TaskOrder", CHOICE, CREATE | UPDATE | STORED | SHOWN, "FIFO", 0, 0, .choices = field_orders, "Which Task is served first.")
FIELD(TASK_QUEUE, RESERVATION_ACTIVITY, reservation_activity, "reservation_activity_sid", "ReservationActivitySid", REFERENCE, CREATE | UPDATE | STORED | SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "Single-tasking: the Activity of a reserved Worker.")
FIELD(TASK_QUEUE, RESERVATION_ACTIVITY_NAME, reservation_activity, "reservation_activity_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "Its name.")
FIELD(TASK_QUEUE, ASSIGNMENT_ACTIVITY, assignment_activity, "assignment_activity_sid", "AssignmentActivitySid", REFERENCE, CREATE | UPDATE | STORED | SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "Single-tasking: the Activity of a Worker who accepted.")
FIELD(TASK_QUEUE, ASSIGNMENT_ACTIVITY_NAME, assignment_activity, "assignment_activity_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "Its name.")

/* Workflow: https://www.twilio.com/docs/taskrouter/api/workflow */
FIELD(WORKFLOW, FRIENDLY_NAME, friendly_name, "friendly_name", "FriendlyName", TEXT, CREATE | UPDATE | REQUIRED | STORED | SHOWN, NULL, 1, TEXT_MOST, .choices = NULL, "A name for people.")
FIELD(WORKFLOW, CONFIGURATION, configuration, "configuration", "Configuration", CONFIGURATION, CREATE | UPDATE | REQUIRED | STORED | SHOWN, NULL, 2, CONFIGURATION_MOST, .choices = NULL, "Filters and targets, as JSON.")
FIELD(WORKFLOW, CALLBACK_URL, assignment_callback_url, "assignment_callback_url", "AssignmentCallbackUrl", URL, CREATE | UPDATE | STORED | SHOWN, NULL, 0, URL_MOST, .choices = NULL, "Asked what to do with each Reservation.")
FIELD(WORKFLOW, FALLBACK_URL, fallback_assignment_callback_url, "fallback_assignment_callback_url", "FallbackAssignmentCallbackUrl", URL, CREATE | UPDATE | STORED | SHOWN, NULL, 0, URL_MOST, .choices = NULL, "Asked where that one fails.")
FIELD(WORKFLOW, RESERVATION_TIMEOUT, task_reservation_timeout, "task_reservation_timeout", "TaskReservationTimeout", INTEGER, CREATE | UPDATE | STORED | SHOWN, "120", 1, 86400, .choices = NULL, "Seconds that a Worker has to accept.")
FIELD(WORKFLOW, DOCUMENT_CONTENT_TYPE, document_content_type, "document_content_type", NULL, TEXT, SHOWN, NULL, 0, TEXT_MOST, .choices = NULL, "Always null.")
FIELD(WORKFLOW, RE_EVALUATE, NONE, "", "ReEvaluateTasks", BOOLEAN, UPDATE, "false", 0, 0, .choices = NULL, "Whether its pending Tasks are routed again.")
FIELD(WORKFLOW, REVISION, revision, "revision_sid", NULL, REFERENCE, STORED, NULL, 0, 0, .refers = KIND_WORKFLOW_REVISION, "")

FIELD(WORKFLOW_REVISION, WORKFLOW, workflow, "workflow_sid", NULL, REFERENCE, STORED, NULL, 0, 0, .refers = KIND_WORKFLOW, "")
FIELD(WORKFLOW_REVISION, CONFIGURATION, configuration, "configuration", NULL, CONFIGURATION, STORED, NULL, 2, CONFIGURATION_MOST, .choices = NULL, "")

/* Worker: https://www.twilio.com/docs/taskrouter/api/worker */
FIELD(WORKER, FRIENDLY_NAME, friendly_name, "friendly_name", "FriendlyName", TEXT, CREATE | UPDATE | REQUIRED | STORED | SHOWN, NULL, 1, TEXT_MOST, .choices = NULL, "A name that no other Worker of the Workspace has.")
FIELD(WORKER, ATTRIBUTES, attributes, "attributes", "Attributes", ATTRIBUTES, CREATE | UPDATE | STORED | SHOWN, "{}", 0, ATTRIBUTES_MOST, .choices = NULL, "What expressions see, as a JSON object.")
FIELD(WORKER, ACTIVITY, activity, "activity_sid", "ActivitySid", REFERENCE, CREATE | UPDATE | STORED | SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "The Activity that the Worker is in.")
FIELD(WORKER, ACTIVITY_NAME, activity, "activity_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "Its name.")
FIELD(WORKER, AVAILABLE, activity, "available", NULL, AVAILABLE_OF, SHOWN, NULL, 0, 0, .refers = KIND_ACTIVITY, "Whether that Activity is one of availability.")
FIELD(WORKER, DATE_STATUS_CHANGED, date_status_changed, "date_status_changed", NULL, DATE, STORED | SHOWN, NULL, 0, 0, .choices = NULL, "When the Activity changed last.")
FIELD(WORKER, REJECT_PENDING, NONE, "", "RejectPendingReservations", BOOLEAN, UPDATE, "false", 0, 0, .choices = NULL, "Whether a change to an unavailable Activity rejects what is pending.")
FIELD(WORKER, IDLE_RANK, idle_rank, "idle_rank", NULL, INTEGER, STORED, NULL, 0, INT64_MAX, .choices = NULL, "")

/* WorkerChannel: https://www.twilio.com/docs/taskrouter/api/worker-channel */
FIELD(WORKER_CHANNEL, WORKER, worker, "worker_sid", NULL, REFERENCE, STORED | SHOWN, NULL, 0, 0, .refers = KIND_WORKER, "Whose it is.")
FIELD(WORKER_CHANNEL, TASK_CHANNEL, task_channel, "task_channel_sid", NULL, REFERENCE, STORED | SHOWN, NULL, 0, 0, .refers = KIND_TASK_CHANNEL, "Which TaskChannel.")
FIELD(WORKER_CHANNEL, TASK_CHANNEL_NAME, task_channel, "task_channel_unique_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_TASK_CHANNEL, "Its unique name.")
FIELD(WORKER_CHANNEL, CAPACITY, configured_capacity, "configured_capacity", "Capacity", INTEGER, UPDATE | STORED | SHOWN, "1", 0, 50, .choices = NULL, "How many Tasks at once.")
FIELD(WORKER_CHANNEL, AVAILABLE, available, "available", "Available", BOOLEAN, UPDATE | STORED | SHOWN, "true", 0, 0, .choices = NULL, "Whether it takes new Tasks.")
FIELD(WORKER_CHANNEL, ASSIGNED_TASKS, assigned, "assigned_tasks", NULL, COUNT, SHOWN, NULL, 0, 0, .choices = NULL, "Tasks accepted.")
FIELD(WORKER_CHANNEL, PERCENTAGE, NONE, "available_capacity_percentage", NULL, PERCENTAGE, SHOWN, NULL, 0, 100, .choices = NULL, "What is left of the capacity.")
FIELD(WORKER_CHANNEL, IDLE_RANK, idle_rank, "idle_rank", NULL, INTEGER, STORED, NULL, 0, INT64_MAX, .choices = NULL, "")

/* Task: https://www.twilio.com/docs/taskrouter/api/task */
FIELD(TASK, ATTRIBUTES, attributes, "attributes", "Attributes", ATTRIBUTES, CREATE | UPDATE | STORED | SHOWN, "{}", 0, ATTRIBUTES_MOST, .choices = NULL, "What expressions see, as a JSON object.")
FIELD(TASK, STATUS, status, "assignment_status", "AssignmentStatus", CHOICE, UPDATE | STORED | SHOWN, "pending", 0, 0, .choices = field_task_statuses, "How far it is.")
FIELD(TASK, PRIORITY, priority, "priority", "Priority", INTEGER, CREATE | UPDATE | STORED | SHOWN, "0", 0, 2147483647, .choices = NULL, "Larger comes first.")
FIELD(TASK, REASON, reason, "reason", "Reason", TEXT, UPDATE | STORED | SHOWN, NULL, 0, 4096, .choices = NULL, "Why it was canceled or completed.")
FIELD(TASK, TIMEOUT, timeout, "timeout", "Timeout", INTEGER, CREATE | STORED | SHOWN, "86400", 1, 1209600, .choices = NULL, "Seconds until it is given up.")
FIELD(TASK, AGE, NONE, "age", NULL, AGE, SHOWN, NULL, 0, 0, .choices = NULL, "Seconds since it was created.")
FIELD(TASK, VIRTUAL_START_TIME, virtual_start_time, "virtual_start_time", "VirtualStartTime", DATE, CREATE | UPDATE | STORED | SHOWN, NULL, 0, 0, .choices = NULL, "The date that its place in the TaskQueue goes by.")
FIELD(TASK, TASK_QUEUE, task_queue, "task_queue_sid", "TaskQueueSid", REFERENCE, CREATE | STORED | SHOWN, NULL, 0, 0, .refers = KIND_TASK_QUEUE, "The TaskQueue that it is in.")
FIELD(TASK, TASK_QUEUE_NAME, task_queue, "task_queue_friendly_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_TASK_QUEUE, "Its name.")
FIELD(TASK, TASK_QUEUE_ENTERED_DATE, task_queue_entered_date, "task_queue_entered_date", NULL, DATE, STORED | SHOWN, NULL, 0, 0, .choices = NULL, "Since when.")
FIELD(TASK, WORKFLOW, workflow, "workflow_sid", "WorkflowSid", REFERENCE, CREATE | STORED | SHOWN, NULL, 0, 0, .refers = KIND_WORKFLOW, "The Workflow that routes it.")
FIELD(TASK, WORKFLOW_NAME, workflow, "workflow_friendly_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_WORKFLOW, "Its name.")
FIELD(TASK, TASK_CHANNEL, task_channel, "task_channel_sid", "TaskChannel", REFERENCE, CREATE | UPDATE | STORED | SHOWN, NULL, 0, 0, .refers = KIND_TASK_CHANNEL, "The TaskChannel, by SID or unique name.")
FIELD(TASK, TASK_CHANNEL_NAME, task_channel, "task_channel_unique_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_TASK_CHANNEL, "Its unique name.")
FIELD(TASK, ROUTING_TARGET, routing_target, "routing_target", "RoutingTarget", ROUTING_TARGET, CREATE | STORED | SHOWN, NULL, 0, 0, .choices = NULL, "A Worker, TaskQueue or Workflow to go to.")
FIELD(TASK, IGNORE_CAPACITY, ignore_capacity, "ignore_capacity", "IgnoreCapacity", BOOLEAN, CREATE | STORED | SHOWN, NULL, 0, 0, .choices = NULL, "Whether a Worker given as RoutingTarget gets it in any case.")
FIELD(TASK, ADDONS, NONE, "addons", NULL, EMPTY_OBJECT, SHOWN, NULL, 0, 0, .choices = NULL, "Always {}.")
FIELD(TASK, ASSIGNMENTS, assignments, "assignments", NULL, INTEGER, STORED, NULL, 0, INT64_MAX, .choices = NULL, "")
FIELD(TASK, DATE_ENDED, date_ended, "date_ended", NULL, DATE, STORED, NULL, 0, 0, .choices = NULL, "")
FIELD(TASK, REVISION, step.revision, "revision_sid", NULL, REFERENCE, STORED, NULL, 0, 0, .refers = KIND_WORKFLOW_REVISION, "")
FIELD(TASK, FILTER, step.filter, "step_filter", NULL, INTEGER, STORED, NULL, -1, INT64_MAX, .choices = NULL, "")
FIELD(TASK, TARGET, step.target, "step_target", NULL, INTEGER, STORED, NULL, 0, INT64_MAX, .choices = NULL, "")

/* Reservation: https://www.twilio.com/docs/taskrouter/api/reservations */
FIELD(RESERVATION, STATUS, status, "reservation_status", "ReservationStatus", CHOICE, UPDATE | STORED | SHOWN, "pending", 0, 0, .choices = field_reservation_statuses, "How far it is.")
FIELD(RESERVATION, TASK, task, "task_sid", NULL, REFERENCE, STORED | SHOWN, NULL, 0, 0, .refers = KIND_TASK, "The Task.")
FIELD(RESERVATION, WORKER, worker, "worker_sid", NULL, REFERENCE, STORED | SHOWN, NULL, 0, 0, .refers = KIND_WORKER, "The Worker.")
FIELD(RESERVATION, WORKER_NAME, worker, "worker_name", NULL, NAME_OF, SHOWN, NULL, 0, 0, .refers = KIND_WORKER, "The Worker's name.")
FIELD(RESERVATION, WORKER_ACTIVITY, NONE, "", "WorkerActivitySid", REFERENCE, UPDATE, NULL, 0, 0, .refers = KIND_ACTIVITY, "With rejected: the Activity for the Worker.")
FIELD(RESERVATION, CHANNEL, channel, "worker_channel_sid", NULL, REFERENCE, STORED, NULL, 0, 0, .refers = KIND_WORKER_CHANNEL, "")
FIELD(RESERVATION, WORKFLOW, workflow, "workflow_sid", NULL, REFERENCE, STORED, NULL, 0, 0, .refers = KIND_WORKFLOW, "")
FIELD(RESERVATION, TASK_QUEUE, task_queue, "task_queue_sid", NULL, REFERENCE, STORED, NULL, 0, 0, .refers = KIND_TASK_QUEUE, "")
FIELD(RESERVATION, PREVIOUS, previous, "previous_activity_sid", NULL, REFERENCE, STORED, NULL, 0, 0, .refers = KIND_ACTIVITY, "")
FIELD(RESERVATION, DEADLINE, deadline, "deadline", NULL, DATE, STORED, NULL, 0, 0, .choices = NULL, "")
FIELD(RESERVATION, CALLBACK, callback, "callback", NULL, CHOICE, STORED, "none", 0, 0, .choices = field_callback_states, "")

#undef TEXT_MOST
#undef URL_MOST
#undef ATTRIBUTES_MOST
#undef CONFIGURATION_MOST
#undef EXPRESSION_MOST
