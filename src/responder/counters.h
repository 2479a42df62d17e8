/* SPDX-License-Identifier: MIT
 *
 * What is counted. COUNTER(name, metric, help, kind, first, second): the
 * labels are names in responder.c.
 */
COUNTER(REQUESTS, "taskrouter_requests_total",
    "Requests answered, by endpoint and HTTP status.", METRIC_COUNTER,
    LABEL_ROUTE, LABEL_STATUS)
COUNTER(REQUEST_TIME, "taskrouter_request_duration_seconds",
    "From a request's arrival to its answer, by endpoint.", METRIC_HISTOGRAM,
    LABEL_ROUTE, NO_LABEL)
COUNTER(INSTRUCTIONS, "taskrouter_instructions_total",
    "Assignment callbacks answered, by instruction; defer is {}.",
    METRIC_COUNTER, LABEL_INSTRUCTION, NO_LABEL)
COUNTER(REFUSED, "taskrouter_callbacks_refused_total",
    "Callbacks refused, by reason.", METRIC_COUNTER, LABEL_REASON, NO_LABEL)
COUNTER(CALLS, "taskrouter_calls_total",
    "Requests about phone calls answered, by what the caller gets.",
    METRIC_COUNTER, LABEL_STEP, NO_LABEL)
COUNTER(CALLBACK_FALLBACKS, "taskrouter_callbacks_fallback_total",
    "Assignment callbacks answered with assignment.fallback because their own "
    "answer could not be kept, by reason.",
    METRIC_COUNTER, LABEL_FALLBACK, NO_LABEL)
COUNTER(CALLBACKS_LATE, "taskrouter_callbacks_late_total",
    "Answers that were kept only after assignment.deadline, and withdrawn.",
    METRIC_COUNTER, NO_LABEL, NO_LABEL)
COUNTER(REST_CALLS, "taskrouter_rest_calls_total",
    "Calls of TaskRouter's REST API, by operation and outcome.",
    METRIC_COUNTER, LABEL_OPERATION, LABEL_OUTCOME)
COUNTER(REST_TIME, "taskrouter_rest_duration_seconds",
    "Duration of calls of TaskRouter's REST API, by operation.",
    METRIC_HISTOGRAM, LABEL_OPERATION, NO_LABEL)
COUNTER(EVENTS_STORED, "taskrouter_events_stored_total",
    "Event callbacks, by result; refused ones were answered with 503.",
    METRIC_COUNTER, LABEL_EVENT_OUTCOME, NO_LABEL)
COUNTER(STORE_FAULTS, "taskrouter_store_faults_total",
    "Times that the store began to fail, or was still failing after a second.",
    METRIC_COUNTER, NO_LABEL, NO_LABEL)
COUNTER(RELOADS, "taskrouter_reloads_total",
    "Configurations read after SIGHUP, by result.", METRIC_COUNTER,
    LABEL_RESULT, NO_LABEL)
COUNTER(RULE_HITS, "taskrouter_rule_hits_total",
    "Assignment callbacks answered by a rule, by its name.", METRIC_COUNTER,
    LABEL_RULE, NO_LABEL)
COUNTER(OUTBOX, "taskrouter_outbox_total",
    "What became of calls in the outbox, by kind and result; \"again\" is put "
    "off.", METRIC_COUNTER, LABEL_KIND, LABEL_OUTBOX_RESULT)
COUNTER(RECOVERIES, "taskrouter_recoveries_total",
    "Workers sent to the timeout Activity by a missed Reservation, by what is "
    "done about it.", METRIC_COUNTER, LABEL_RECOVERY, NO_LABEL)
COUNTER(RECOVERY_ALARMS, "taskrouter_recovery_alarms_total",
    "Cascades, at which no Worker is put back any more.", METRIC_COUNTER,
    NO_LABEL, NO_LABEL)
