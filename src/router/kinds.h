/* SPDX-License-Identifier: MIT
 *
 * The kinds of objects.
 *
 * KIND(name, structure, prefix of SIDs, noun, plural in paths, list key,
 *     table in the store)
 */
KIND(WORKSPACE, workspace, "WS", "Workspace", "Workspaces", "workspaces", "workspace")
KIND(ACTIVITY, activity, "WA", "Activity", "Activities", "activities", "activity")
KIND(TASK_CHANNEL, task_channel, "TC", "TaskChannel", "TaskChannels", "channels", "task_channel")
KIND(TASK_QUEUE, task_queue, "WQ", "TaskQueue", "TaskQueues", "task_queues", "task_queue")
KIND(WORKFLOW, workflow, "WW", "Workflow", "Workflows", "workflows", "workflow")
KIND(WORKFLOW_REVISION, workflow_revision, "ZV", "Workflow revision", "", "", "workflow_revision")
KIND(WORKER, worker, "WK", "Worker", "Workers", "workers", "worker")
KIND(WORKER_CHANNEL, worker_channel, "WC", "WorkerChannel", "Channels", "channels", "worker_channel")
KIND(TASK, task, "WT", "Task", "Tasks", "tasks", "task")
KIND(RESERVATION, reservation, "WR", "Reservation", "Reservations", "reservations", "reservation")
