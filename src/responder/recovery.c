/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/recovery.h"

#include "base/log.h"
#include "responder/outbox.h"

const struct recovery_options *
recovery_options_of(const struct exchange *exchange, struct arena *arena)
{
	const struct settings_recovery *settings =
	    &settings_of(exchange)->recovery;
	struct recovery_options *options;

	if (!settings->is_enabled)
		return NULL;
	options = arena_alloc(arena, sizeof *options);
	if (options == NULL)
		return NULL;
	*options = settings->options;
	options->timeout_activity_sid =
	    arena_str(arena, options->timeout_activity_sid);
	options->activity_sid = arena_str(arena, options->activity_sid);
	return options;
}

static void
log_outcome(struct str worker_sid, const struct recovery_outcome *outcome)
{
	static const enum log_level levels[RECOVERY_RESULTS] = {
		[RECOVERY_NONE] = LOG_LEVEL_INFO,
		[RECOVERY_PLANNED] = LOG_LEVEL_INFO,
		[RECOVERY_LIMITED] = LOG_LEVEL_WARNING,
		[RECOVERY_PAUSED] = LOG_LEVEL_WARNING,
		[RECOVERY_ALARM] = LOG_LEVEL_ERROR,
	};
	struct log_line line;

	log_begin(&line, levels[outcome->result], "recovery");
	log_str(&line, "worker", worker_sid);
	log_str(&line, "result",
	    str_from(recovery_result_names[outcome->result]));
	if (outcome->withdrawn > 0)
		log_int(&line, "withdrawn", outcome->withdrawn);
	if (outcome->result == RECOVERY_ALARM) {
		log_int(&line, "workers", outcome->workers);
		log_str(&line, "message",
		    STR("so many Workers missed Reservations within a minute: "
			"none is put back for a while"));
	}
	log_end(&line);
}

void
recovery_note(struct responder *responder, struct str worker_sid,
    const struct recovery_outcome *outcome)
{
	if (outcome->result == RECOVERY_NONE && outcome->withdrawn == 0)
		return;
	log_outcome(worker_sid, outcome);
	if (outcome->result != RECOVERY_NONE)
		metrics_add(responder->metrics, COUNTER_RECOVERIES,
		    outcome->result, 0);
	for (int64_t i = 0; i < outcome->withdrawn; i++)
		metrics_add(responder->metrics, COUNTER_RECOVERIES,
		    RECOVERY_WITHDRAWN, 0);
	if (outcome->result == RECOVERY_ALARM)
		metrics_add(
		    responder->metrics, COUNTER_RECOVERY_ALARMS, 0, 0);
	if (outcome->result == RECOVERY_PLANNED)
		outbox_wake(responder);
}
