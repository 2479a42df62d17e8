/* SPDX-License-Identifier: MIT
 *
 * The types of events. No include guard: included once for each use.
 *
 * EVENT(id, type, the object it is about, resource type on the wire,
 *     what it carries (router/record.c), description)
 * {name} in a description is a datum that it carries (router/record_data.h). Texts
 * that Twilio's pages show: reservation.created, worker.activity.update and
 * task-queue.expression.updated; the others are in their manner.
 * Events about a Task's way through Workflow and TaskQueues are the Task's.
 * Source: https://www.twilio.com/docs/taskrouter/api/event/reference
 */
/* clang-format off */
EVENT(ACTIVITY_CREATED, "activity.created", activity, "activity", OF_ACTIVITY, "Activity {activity_name} created")
EVENT(ACTIVITY_UPDATED, "activity.updated", activity, "activity", OF_ACTIVITY, "Activity {activity_name} updated")
EVENT(ACTIVITY_DELETED, "activity.deleted", activity, "activity", OF_ACTIVITY, "Activity {activity_name} deleted")
EVENT(RESERVATION_CREATED, "reservation.created", reservation, "reservation", OF_RESERVATION, "Task {task_sid} assigned to Worker {worker_name} with Reservation {reservation_sid}")
EVENT(RESERVATION_ACCEPTED, "reservation.accepted", reservation, "reservation", OF_RESERVATION, "Reservation {reservation_sid} of Task {task_sid} accepted by Worker {worker_name}")
EVENT(RESERVATION_REJECTED, "reservation.rejected", reservation, "reservation", OF_RESERVATION, "Reservation {reservation_sid} of Task {task_sid} rejected by Worker {worker_name}")
EVENT(RESERVATION_TIMEOUT, "reservation.timeout", reservation, "reservation", OF_RESERVATION, "Reservation {reservation_sid} of Task {task_sid} timed out for Worker {worker_name}")
EVENT(RESERVATION_CANCELED, "reservation.canceled", reservation, "reservation", OF_RESERVATION, "Reservation {reservation_sid} of Task {task_sid} canceled for Worker {worker_name}")
EVENT(RESERVATION_RESCINDED, "reservation.rescinded", reservation, "reservation", OF_RESERVATION, "Reservation {reservation_sid} of Task {task_sid} rescinded for Worker {worker_name}")
EVENT(RESERVATION_COMPLETED, "reservation.completed", reservation, "reservation", OF_RESERVATION, "Reservation {reservation_sid} of Task {task_sid} completed by Worker {worker_name}")
EVENT(RESERVATION_FAILED, "reservation.failed", reservation, "reservation", OF_RESERVATION, "Reservation {reservation_sid} of Task {task_sid} failed")
EVENT(RESERVATION_WRAPUP, "reservation.wrapup", reservation, "reservation", OF_RESERVATION, "Reservation {reservation_sid} of Task {task_sid} wrapped up by Worker {worker_name}")
EVENT(TASK_CREATED, "task.created", task, "task", OF_TASK, "Task {task_sid} created")
EVENT(TASK_UPDATED, "task.updated", task, "task", OF_TASK, "Task {task_sid} updated")
EVENT(TASK_CANCELED, "task.canceled", task, "task", OF_TASK, "Task {task_sid} canceled")
EVENT(TASK_WRAPUP, "task.wrapup", task, "task", OF_TASK, "Task {task_sid} wrapped up")
EVENT(TASK_COMPLETED, "task.completed", task, "task", OF_TASK, "Task {task_sid} completed")
EVENT(TASK_DELETED, "task.deleted", task, "task", OF_TASK, "Task {task_sid} deleted")
EVENT(TASK_SYSTEM_DELETED, "task.system-deleted", task, "task", OF_TASK, "Task {task_sid} deleted by the system")
EVENT(TASK_TRANSFER_INITIATED, "task.transfer-initiated", task, "task", OF_TASK, "Transfer of Task {task_sid} initiated")
EVENT(TASK_TRANSFER_ATTEMPT_FAILED, "task.transfer-attempt-failed", task, "task", OF_TASK, "Attempt to transfer Task {task_sid} failed")
EVENT(TASK_TRANSFER_FAILED, "task.transfer-failed", task, "task", OF_TASK, "Transfer of Task {task_sid} failed")
EVENT(TASK_TRANSFER_CANCELED, "task.transfer-canceled", task, "task", OF_TASK, "Transfer of Task {task_sid} canceled")
EVENT(TASK_TRANSFER_COMPLETED, "task.transfer-completed", task, "task", OF_TASK, "Transfer of Task {task_sid} completed")
EVENT(TASK_CHANNEL_CREATED, "task-channel.created", channel, "taskchannel", OF_TASK_CHANNEL, "TaskChannel {task_channel_unique_name} created")
EVENT(TASK_CHANNEL_UPDATED, "task-channel.updated", channel, "taskchannel", OF_TASK_CHANNEL, "TaskChannel {task_channel_unique_name} updated")
EVENT(TASK_CHANNEL_DELETED, "task-channel.deleted", channel, "taskchannel", OF_TASK_CHANNEL, "TaskChannel {task_channel_unique_name} deleted")
EVENT(TASK_QUEUE_CREATED, "task-queue.created", queue, "taskqueue", OF_TASK_QUEUE, "TaskQueue {task_queue_name} created")
EVENT(TASK_QUEUE_DELETED, "task-queue.deleted", queue, "taskqueue", OF_TASK_QUEUE, "TaskQueue {task_queue_name} deleted")
EVENT(TASK_QUEUE_EXPRESSION_UPDATED, "task-queue.expression.updated", queue, "taskqueue", OF_TASK_QUEUE, "TaskQueue {task_queue_sid} expression updated to '{task_queue_target_expression}'")
EVENT(TASK_QUEUE_ENTERED, "task-queue.entered", task, "task", OF_TASK, "Task {task_sid} entered TaskQueue {task_queue_name}")
EVENT(TASK_QUEUE_TIMEOUT, "task-queue.timeout", task, "task", OF_TASK, "Task {task_sid} timed out in TaskQueue {task_queue_name}")
EVENT(TASK_QUEUE_MOVED, "task-queue.moved", task, "task", OF_TASK, "Task {task_sid} moved to TaskQueue {task_queue_name}")
EVENT(WORKER_CREATED, "worker.created", worker, "worker", OF_WORKER, "Worker {worker_name} created")
EVENT(WORKER_ACTIVITY_UPDATE, "worker.activity.update", worker, "worker", OF_WORKER_MOVED, "Worker {worker_name} updated to {worker_activity_name} Activity")
EVENT(WORKER_ATTRIBUTES_UPDATE, "worker.attributes.update", worker, "worker", OF_WORKER, "Worker {worker_name} attributes updated")
EVENT(WORKER_CAPACITY_UPDATE, "worker.capacity.update", worker, "worker", OF_WORKER_CHANNEL, "Worker {worker_name} capacity on TaskChannel {task_channel_unique_name} updated")
EVENT(WORKER_CHANNEL_AVAILABILITY_UPDATE, "worker.channel.availability.update", worker, "worker", OF_WORKER_CHANNEL, "Worker {worker_name} availability on TaskChannel {task_channel_unique_name} updated")
EVENT(WORKER_DELETED, "worker.deleted", worker, "worker", OF_WORKER, "Worker {worker_name} deleted")
EVENT(WORKFLOW_CREATED, "workflow.created", workflow, "workflow", OF_WORKFLOW, "Workflow {workflow_name} created")
EVENT(WORKFLOW_UPDATED, "workflow.updated", workflow, "workflow", OF_WORKFLOW, "Workflow {workflow_name} updated")
EVENT(WORKFLOW_DELETED, "workflow.deleted", workflow, "workflow", OF_WORKFLOW, "Workflow {workflow_name} deleted")
EVENT(WORKFLOW_ENTERED, "workflow.entered", task, "task", OF_TASK, "Task {task_sid} entered Workflow {workflow_name}")
EVENT(WORKFLOW_TARGET_MATCHED, "workflow.target-matched", task, "task", OF_TARGET, "Task {task_sid} matched a target of Workflow {workflow_name}")
EVENT(WORKFLOW_TIMEOUT, "workflow.timeout", task, "task", OF_TASK, "Task {task_sid} timed out in Workflow {workflow_name}")
EVENT(WORKFLOW_SKIPPED, "workflow.skipped", task, "task", OF_TASK, "Task {task_sid} skipped a target of Workflow {workflow_name}")
EVENT(WORKSPACE_CREATED, "workspace.created", workspace, "workspace", OF_WORKSPACE, "Workspace {workspace_name} created")
EVENT(WORKSPACE_UPDATED, "workspace.updated", workspace, "workspace", OF_WORKSPACE, "Workspace {workspace_name} updated")
EVENT(WORKSPACE_DELETED, "workspace.deleted", workspace, "workspace", OF_WORKSPACE, "Workspace {workspace_name} deleted")
/* clang-format on */
