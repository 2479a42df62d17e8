/* SPDX-License-Identifier: MIT
 *
 * What events carry. No include guard: included once for each use.
 *
 * DATUM(name, group, how it is written, value)
 *   name   in an Event's event_data; a callback's parameter is the same in
 *          CamelCase: timestamp_ms, TimestampMs
 *   group  told if the event's type carries the group and all that it is read
 *          from is there
 *   value  in terms of struct about, router/record.c; an absent text is left
 *          out
 * Source: https://www.twilio.com/docs/taskrouter/api/event/reference; what is
 * not on that page (versions, dates, the names of a Task's TaskQueue, Workflow
 * and TaskChannel, of the filter, of the previous Activity) are names of
 * https://www.twilio.com/docs/events/event-types/taskrouter and of payloads.
 */
/* clang-format off */
DATUM(sid, ALWAYS, word, about->record->sid)
DATUM(account_sid, ALWAYS, text, about->account)
DATUM(workspace_sid, ALWAYS, word, about->workspace->object.sid)
DATUM(workspace_name, ALWAYS, text, about->workspace->friendly_name)
DATUM(event_type, ALWAYS, word, about->record->type)
DATUM(event_description, ALWAYS, text, about->record->description)
DATUM(resource_type, ALWAYS, word, about->record->resource_type)
DATUM(resource_sid, ALWAYS, word, about->record->resource_sid)
DATUM(timestamp, ALWAYS, seconds, about->record->date)
DATUM(timestamp_ms, ALWAYS, number, about->record->date)

DATUM(task_sid, TASK, word, about->task->object.sid)
DATUM(task_attributes, TASK, text, about->task->attributes)
DATUM(task_age, TASK, number, task_age(about->task, about->record->date))
DATUM(task_priority, TASK, number, about->task->priority)
DATUM(task_assignment_status, TASK, word, task_status_name(about->task->status))
DATUM(task_canceled_reason, TASK, text, reason_of(about->task, TASK_CANCELED))
DATUM(task_completed_reason, TASK, text, reason_of(about->task, TASK_COMPLETED))
DATUM(task_version, TASK, number, about->task->object.version)
DATUM(task_date_created, TASK, seconds, about->task->object.date_created)
DATUM(task_queue_entered_date, TASK, seconds, about->task->task_queue_entered_date)

DATUM(task_channel_sid, ON_CHANNEL, word, about->channel->object.sid)
DATUM(task_channel_unique_name, ON_CHANNEL, text, about->channel->unique_name)
DATUM(task_channel_name, CHANNEL, text, about->channel->friendly_name)
DATUM(task_channel_optimized_routing, CHANNEL, flag, about->channel->channel_optimized_routing)

DATUM(task_queue_sid, QUEUE, word, about->queue->object.sid)
DATUM(task_queue_name, QUEUE, text, about->queue->friendly_name)
DATUM(task_queue_target_expression, QUEUE, text, about->queue->target_workers)

DATUM(workflow_sid, FLOW, word, about->workflow->object.sid)
DATUM(workflow_name, FLOW, text, about->workflow->friendly_name)
DATUM(workflow_filter_name, TARGET, text, about->filter_name)
DATUM(known_worker_sid, TARGET, text, about->known_worker_sid)

DATUM(worker_sid, WORKER, word, about->worker->object.sid)
DATUM(worker_name, WORKER, text, about->worker->friendly_name)
DATUM(worker_attributes, WORKER, text, about->worker->attributes)
DATUM(worker_activity_sid, WORKER, word, about->worker->activity->object.sid)
DATUM(worker_activity_name, WORKER, text, about->worker->activity->friendly_name)
DATUM(worker_version, WORKER, number, about->worker->object.version)
DATUM(worker_time_in_previous_activity, MOVE, number, about->previous_ms / 1000)
DATUM(worker_time_in_previous_activity_ms, MOVE, number, about->previous_ms)
DATUM(worker_previous_activity_sid, MOVE, word, about->previous->object.sid)
DATUM(worker_previous_activity_name, MOVE, text, about->previous->friendly_name)

DATUM(worker_channel_available, WORKER_CHANNEL, flag, about->worker_channel->available)
DATUM(worker_channel_available_capacity, WORKER_CHANNEL, number, router_percentage(about->worker_channel))
DATUM(worker_channel_previous_capacity, WORKER_CHANNEL, number, about->previous_capacity)
DATUM(worker_channel_task_count, WORKER_CHANNEL, number, (int64_t)about->worker_channel->assigned)

DATUM(reservation_sid, RESERVATION, word, about->reservation->object.sid)

DATUM(activity_sid, ACTIVITY, word, about->activity->object.sid)
DATUM(activity_name, ACTIVITY, text, about->activity->friendly_name)
DATUM(activity_available, ACTIVITY, flag, about->activity->available)
/* clang-format on */
