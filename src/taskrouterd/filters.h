/* SPDX-License-Identifier: MIT
 *
 * What lists can be filtered and ordered by, besides PageSize, Page and
 * PageToken, which all have.
 *
 * FILTER(resource, parameter, test, detail)
 *   test    how it is read and compared: enum filter_test
 *   detail  OF(kind, field): the property that it is about
 *           EVENT(member): of struct store_events_query
 * Source: https://www.twilio.com/docs/taskrouter/api, each resource's page.
 */
FILTER(WORKSPACES, "FriendlyName", TEXT, OF(WORKSPACE, FRIENDLY_NAME))

FILTER(ACTIVITIES, "Available", BOOLEAN, OF(ACTIVITY, AVAILABLE))
FILTER(ACTIVITIES, "FriendlyName", TEXT, OF(ACTIVITY, FRIENDLY_NAME))

FILTER(WORKERS, "ActivityName", NAME, OF(WORKER, ACTIVITY))
FILTER(WORKERS, "ActivitySid", SID, OF(WORKER, ACTIVITY))
FILTER(WORKERS, "Available", AVAILABLE, OF(WORKER, ACTIVITY))
FILTER(WORKERS, "FriendlyName", TEXT, OF(WORKER, FRIENDLY_NAME))
FILTER(WORKERS, "Ordering", ORDERING, NO_DETAIL)
FILTER(WORKERS, "TargetWorkersExpression", WORKER_EXPRESSION, NO_DETAIL)
FILTER(WORKERS, "TaskQueueName", MEMBER_BY_NAME, NO_DETAIL)
FILTER(WORKERS, "TaskQueueSid", MEMBER_BY_SID, NO_DETAIL)

FILTER(WORKER_RESERVATIONS, "ReservationStatus", CHOICES, OF(RESERVATION, STATUS))

FILTER(TASK_QUEUES, "EvaluateWorkerAttributes", ACCEPTS, NO_DETAIL)
FILTER(TASK_QUEUES, "FriendlyName", TEXT, OF(TASK_QUEUE, FRIENDLY_NAME))
FILTER(TASK_QUEUES, "Ordering", ORDERING, NO_DETAIL)
FILTER(TASK_QUEUES, "WorkerSid", HAS_MEMBER, NO_DETAIL)

FILTER(WORKFLOWS, "FriendlyName", TEXT, OF(WORKFLOW, FRIENDLY_NAME))

FILTER(TASKS, "AssignmentStatus", CHOICES, OF(TASK, STATUS))
FILTER(TASKS, "EvaluateTaskAttributes", TASK_EXPRESSION, NO_DETAIL)
FILTER(TASKS, "HasAddons", ADDONS, NO_DETAIL)
FILTER(TASKS, "Ordering", ORDERING, NO_DETAIL)
FILTER(TASKS, "Priority", INTEGER, OF(TASK, PRIORITY))
FILTER(TASKS, "RoutingTarget", TEXT, OF(TASK, ROUTING_TARGET))
FILTER(TASKS, "TaskQueueName", NAME, OF(TASK, TASK_QUEUE))
FILTER(TASKS, "TaskQueueSid", SID, OF(TASK, TASK_QUEUE))
FILTER(TASKS, "WorkflowName", NAME, OF(TASK, WORKFLOW))
FILTER(TASKS, "WorkflowSid", SID, OF(TASK, WORKFLOW))

FILTER(TASK_RESERVATIONS, "ReservationStatus", CHOICES, OF(RESERVATION, STATUS))
FILTER(TASK_RESERVATIONS, "WorkerSid", SID, OF(RESERVATION, WORKER))

FILTER(EVENTS, "EndDate", WINDOW, NO_DETAIL)
FILTER(EVENTS, "EventType", STORED, EVENT(type))
FILTER(EVENTS, "Minutes", WINDOW, NO_DETAIL)
FILTER(EVENTS, "ReservationSid", STORED_SID, EVENT(reservation))
FILTER(EVENTS, "Sid", STORED_SID, EVENT(sid))
FILTER(EVENTS, "StartDate", WINDOW, NO_DETAIL)
FILTER(EVENTS, "TaskChannel", STORED_CHANNEL, EVENT(task_channel))
FILTER(EVENTS, "TaskQueueSid", STORED_SID, EVENT(task_queue))
FILTER(EVENTS, "TaskSid", STORED_SID, EVENT(task))
FILTER(EVENTS, "WorkerSid", STORED_SID, EVENT(worker))
FILTER(EVENTS, "WorkflowSid", STORED_SID, EVENT(workflow))
