/* SPDX-License-Identifier: MIT
 *
 * What cumulative statistics say: each number, and the Events that it is made
 * of. No include guard: included once for each use.
 *
 * COUNT(id, property, of, event type, another or "", definition)
 *     how many such Events there were
 * WAIT(id, property, of, event type, member, definition)
 *     average, least, largest and sum of the member (struct store_moment) of
 *     such Events, in seconds
 *   of          what it is told of: WORKSPACE, TASK_QUEUE, WORKFLOW, WORKERS.
 *               An Event counts for the TaskQueue, Workflow and Worker that it
 *               names; a task-queue.moved names the TaskQueue that was left
 *   definition  for the manual: the words of the property's description
 * Source: Twilio's OpenAPI description, schemas *_cumulative_statistics, and
 * https://www.twilio.com/docs/taskrouter/api/event/reference
 */
/* clang-format off */
COUNT(RESERVATIONS_CREATED, "reservations_created", EVERYWHERE, "reservation.created", "", "Reservations that were created.")
COUNT(RESERVATIONS_ACCEPTED, "reservations_accepted", EVERYWHERE, "reservation.accepted", "", "Reservations that were accepted.")
COUNT(RESERVATIONS_REJECTED, "reservations_rejected", EVERYWHERE, "reservation.rejected", "", "Reservations that were rejected.")
COUNT(RESERVATIONS_TIMED_OUT, "reservations_timed_out", EVERYWHERE, "reservation.timeout", "", "Reservations that were timed out.")
COUNT(RESERVATIONS_CANCELED, "reservations_canceled", EVERYWHERE, "reservation.canceled", "", "Reservations that were canceled.")
COUNT(RESERVATIONS_RESCINDED, "reservations_rescinded", EVERYWHERE, "reservation.rescinded", "", "Reservations that were rescinded.")
COUNT(TASKS_CREATED, "tasks_created", WORKSPACE, "task.created", "", "Tasks that were created.")
COUNT(TASKS_ENTERED_TASK_QUEUE, "tasks_entered", TASK_QUEUE, "task-queue.entered", "", "Tasks that entered the TaskQueue.")
COUNT(TASKS_ENTERED_WORKFLOW, "tasks_entered", WORKFLOW, "workflow.entered", "", "Tasks that entered the Workflow.")
COUNT(TASKS_CANCELED, "tasks_canceled", OF_TASKS, "task.canceled", "", "Tasks that were canceled.")
COUNT(TASKS_COMPLETED, "tasks_completed", OF_TASKS, "task.completed", "", "Tasks that were completed.")
COUNT(TASKS_DELETED, "tasks_deleted", OF_TASKS, "task.deleted", "task.system-deleted", "Tasks that were deleted. Those that are removed some time after their end do not count.")
COUNT(TASKS_MOVED, "tasks_moved", OF_TASKS, "task-queue.moved", "", "Tasks that were moved from one TaskQueue to another. Those of a TaskQueue are those that left it.")
COUNT(TASKS_TIMED_OUT, "tasks_timed_out_in_workflow", WORKSPACE | WORKFLOW, "workflow.timeout", "", "Tasks that were timed out of their Workflows.")

WAIT(UNTIL_ACCEPTED, "wait_duration_until_accepted", OF_TASKS, "reservation.accepted", task_age, "From a Task's creation until a Reservation of it was accepted.")
WAIT(UNTIL_CANCELED, "wait_duration_until_canceled", OF_TASKS, "task.canceled", task_age, "From a Task's creation until it was canceled.")
WAIT(IN_QUEUE_UNTIL_ACCEPTED, "wait_duration_in_queue_until_accepted", TASK_QUEUE, "reservation.accepted", task_queue_time, "From a Task's entry into the TaskQueue until a Reservation of it was accepted.")
/* clang-format on */
