/* SPDX-License-Identifier: MIT
 *
 * The resources of the REST API: what a path names, and what can be done
 * with it.
 *
 * RESOURCE(id, kind, segment, parent, key, list methods, object methods,
 *     uses, operations)
 *   kind     KIND_COUNT where the router has no such objects
 *   segment  of the path, behind the parent's object; of what is counted over
 *            all objects of a list, that list's and its own
 *   parent   its id; NONE: the segment stands behind /v1
 *   key      of the array in a list
 *   list methods, object methods
 *            without those of a list there is one object, without a name in
 *            the path
 *   uses     TAGGED: objects have an ETag, changes heed If-Match;
 *            NAMED: the object's segment may be a unique name;
 *            JSON: bodies are JSON, not forms
 * Source: https://www.twilio.com/docs/taskrouter/api and Twilio's OpenAPI
 * description.
 */
RESOURCE(WORKSPACES, KIND_WORKSPACE, "Workspaces", NONE, "workspaces", READ | CREATE, READ | UPDATE | REMOVE, 0, api_objects)
RESOURCE(ACTIVITIES, KIND_ACTIVITY, "Activities", WORKSPACES, "activities", READ | CREATE, READ | UPDATE | REMOVE, 0, api_objects)
RESOURCE(WORKERS, KIND_WORKER, "Workers", WORKSPACES, "workers", READ | CREATE, READ | UPDATE | REMOVE, TAGGED, api_objects)
RESOURCE(WORKER_CHANNELS, KIND_WORKER_CHANNEL, "Channels", WORKERS, "channels", READ, READ | UPDATE, NAMED, api_objects)
RESOURCE(WORKER_RESERVATIONS, KIND_RESERVATION, "Reservations", WORKERS, "reservations", READ, READ | UPDATE, TAGGED, api_objects)
RESOURCE(TASK_QUEUES, KIND_TASK_QUEUE, "TaskQueues", WORKSPACES, "task_queues", READ | CREATE, READ | UPDATE | REMOVE, 0, api_objects)
RESOURCE(WORKFLOWS, KIND_WORKFLOW, "Workflows", WORKSPACES, "workflows", READ | CREATE, READ | UPDATE | REMOVE, 0, api_objects)
RESOURCE(TASK_CHANNELS, KIND_TASK_CHANNEL, "TaskChannels", WORKSPACES, "channels", READ | CREATE, READ | UPDATE | REMOVE, NAMED, api_objects)
RESOURCE(TASKS, KIND_TASK, "Tasks", WORKSPACES, "tasks", READ | CREATE, READ | UPDATE | REMOVE, TAGGED, api_objects)
RESOURCE(TASK_RESERVATIONS, KIND_RESERVATION, "Reservations", TASKS, "reservations", READ, READ | UPDATE, TAGGED, api_objects)
RESOURCE(EVENTS, KIND_COUNT, "Events", WORKSPACES, "events", READ, READ, 0, api_events)

RESOURCE(WORKSPACE_STATISTICS, KIND_COUNT, "Statistics", WORKSPACES, "", 0, READ, 0, api_statistics)
RESOURCE(WORKSPACE_CUMULATIVE_STATISTICS, KIND_COUNT, "CumulativeStatistics", WORKSPACES, "", 0, READ, 0, api_statistics)
RESOURCE(WORKSPACE_REAL_TIME_STATISTICS, KIND_COUNT, "RealTimeStatistics", WORKSPACES, "", 0, READ, 0, api_statistics)
RESOURCE(WORKERS_STATISTICS, KIND_COUNT, "Workers/Statistics", WORKSPACES, "", 0, READ, 0, api_statistics)
RESOURCE(WORKERS_CUMULATIVE_STATISTICS, KIND_COUNT, "Workers/CumulativeStatistics", WORKSPACES, "", 0, READ, 0, api_statistics)
RESOURCE(WORKERS_REAL_TIME_STATISTICS, KIND_COUNT, "Workers/RealTimeStatistics", WORKSPACES, "", 0, READ, 0, api_statistics)
RESOURCE(WORKER_STATISTICS, KIND_COUNT, "Statistics", WORKERS, "", 0, READ, 0, api_statistics)
RESOURCE(TASK_QUEUES_STATISTICS, KIND_COUNT, "TaskQueues/Statistics", WORKSPACES, "task_queues_statistics", READ, 0, 0, api_statistics)
RESOURCE(TASK_QUEUES_REAL_TIME_STATISTICS, KIND_COUNT, "TaskQueues/RealTimeStatistics", WORKSPACES, "", CREATE, 0, JSON, api_statistics)
RESOURCE(TASK_QUEUE_STATISTICS, KIND_COUNT, "Statistics", TASK_QUEUES, "", 0, READ, 0, api_statistics)
RESOURCE(TASK_QUEUE_CUMULATIVE_STATISTICS, KIND_COUNT, "CumulativeStatistics", TASK_QUEUES, "", 0, READ, 0, api_statistics)
RESOURCE(TASK_QUEUE_REAL_TIME_STATISTICS, KIND_COUNT, "RealTimeStatistics", TASK_QUEUES, "", 0, READ, 0, api_statistics)
RESOURCE(WORKFLOW_STATISTICS, KIND_COUNT, "Statistics", WORKFLOWS, "", 0, READ, 0, api_statistics)
RESOURCE(WORKFLOW_CUMULATIVE_STATISTICS, KIND_COUNT, "CumulativeStatistics", WORKFLOWS, "", 0, READ, 0, api_statistics)
RESOURCE(WORKFLOW_REAL_TIME_STATISTICS, KIND_COUNT, "RealTimeStatistics", WORKFLOWS, "", 0, READ, 0, api_statistics)
