/* SPDX-License-Identifier: MIT
 *
 * The `links` of each resource.
 *
 * LINK(kind, name, from, tail): the URL of SELF or of its WORKSPACE, and what
 *     comes behind it
 * LINK_TO(kind, name, field): the URL of the object that the field refers to,
 *     null where it refers to none
 * Source: the examples of Twilio's OpenAPI description.
 */
LINK(WORKSPACE, "activities", SELF, "/Activities")
LINK(WORKSPACE, "cumulative_statistics", SELF, "/CumulativeStatistics")
LINK(WORKSPACE, "events", SELF, "/Events")
LINK(WORKSPACE, "real_time_statistics", SELF, "/RealTimeStatistics")
LINK(WORKSPACE, "statistics", SELF, "/Statistics")
LINK(WORKSPACE, "task_channels", SELF, "/TaskChannels")
LINK(WORKSPACE, "task_queues", SELF, "/TaskQueues")
LINK(WORKSPACE, "tasks", SELF, "/Tasks")
LINK(WORKSPACE, "workers", SELF, "/Workers")
LINK(WORKSPACE, "workflows", SELF, "/Workflows")

LINK(ACTIVITY, "workspace", WORKSPACE, "")

LINK(TASK_CHANNEL, "workspace", WORKSPACE, "")

LINK_TO(TASK_QUEUE, "assignment_activity", ASSIGNMENT_ACTIVITY)
LINK(TASK_QUEUE, "bulk_real_time_statistics", WORKSPACE, "/TaskQueues/RealTimeStatistics")
LINK(TASK_QUEUE, "cumulative_statistics", SELF, "/CumulativeStatistics")
LINK(TASK_QUEUE, "list_statistics", WORKSPACE, "/TaskQueues/Statistics")
LINK(TASK_QUEUE, "real_time_statistics", SELF, "/RealTimeStatistics")
LINK_TO(TASK_QUEUE, "reservation_activity", RESERVATION_ACTIVITY)
LINK(TASK_QUEUE, "statistics", SELF, "/Statistics")
LINK(TASK_QUEUE, "workspace", WORKSPACE, "")

LINK(WORKFLOW, "cumulative_statistics", SELF, "/CumulativeStatistics")
LINK(WORKFLOW, "real_time_statistics", SELF, "/RealTimeStatistics")
LINK(WORKFLOW, "statistics", SELF, "/Statistics")
LINK(WORKFLOW, "workspace", WORKSPACE, "")

LINK_TO(WORKER, "activity", ACTIVITY)
LINK(WORKER, "channels", SELF, "/Channels")
LINK(WORKER, "cumulative_statistics", WORKSPACE, "/Workers/CumulativeStatistics")
LINK(WORKER, "real_time_statistics", WORKSPACE, "/Workers/RealTimeStatistics")
LINK(WORKER, "reservations", SELF, "/Reservations")
LINK(WORKER, "statistics", WORKSPACE, "/Workers/Statistics")
LINK(WORKER, "worker_channels", SELF, "/Channels")
LINK(WORKER, "worker_statistics", SELF, "/Statistics")
LINK(WORKER, "workspace", WORKSPACE, "")

LINK(TASK, "reservations", SELF, "/Reservations")
LINK_TO(TASK, "task_queue", TASK_QUEUE)
LINK_TO(TASK, "workflow", WORKFLOW)
LINK(TASK, "workspace", WORKSPACE, "")

LINK_TO(RESERVATION, "task", TASK)
LINK_TO(RESERVATION, "worker", WORKER)
LINK(RESERVATION, "workspace", WORKSPACE, "")
