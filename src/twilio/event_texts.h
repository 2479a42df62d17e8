/* SPDX-License-Identifier: MIT
 *
 * The parameters of an event callback by which Events are looked up, or which
 * stand by themselves in a list of them. The names are those of the columns
 * too, in this order.
 *
 * EVENT_TEXT(id, column, parameter, kind, most): a SID of that kind, or with
 * NULL any text of at most `most` bytes.
 * Source: https://www.twilio.com/docs/taskrouter/api/event/reference
 */
EVENT_TEXT(TYPE, "type", "EventType", NULL, 64)
EVENT_TEXT(DESCRIPTION, "description", "EventDescription", NULL, 1024)
EVENT_TEXT(RESOURCE_TYPE, "resource_type", "ResourceType", NULL, 64)
EVENT_TEXT(RESOURCE, "resource", "ResourceSid", NULL, 34)
EVENT_TEXT(WORKSPACE, "workspace", "WorkspaceSid", "WS", 34)
EVENT_TEXT(TASK, "task", "TaskSid", "WT", 34)
EVENT_TEXT(WORKER, "worker", "WorkerSid", "WK", 34)
EVENT_TEXT(RESERVATION, "reservation", "ReservationSid", "WR", 34)
EVENT_TEXT(TASK_QUEUE, "task_queue", "TaskQueueSid", "WQ", 34)
EVENT_TEXT(WORKFLOW, "workflow", "WorkflowSid", "WW", 34)
EVENT_TEXT(ACTIVITY, "activity", "WorkerActivitySid", "WA", 34)
EVENT_TEXT(PREVIOUS_ACTIVITY, "previous_activity", "WorkerPreviousActivitySid", "WA", 34)
