/* SPDX-License-Identifier: MIT
 *
 * An Event as its callback tells it: form parameters that differ with the type
 * of the Event, and of which new ones may come at any time.
 * Source: https://www.twilio.com/docs/taskrouter/api/event/reference
 */
#ifndef TWILIO_TASKROUTER_EVENT_H
#define TWILIO_TASKROUTER_EVENT_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "codec/form.h"

enum event_text {
#define EVENT_TEXT(id, column, parameter, kind, most) EVENT_##id,
#include "twilio/event_texts.h"
#undef EVENT_TEXT
	EVENT_TEXTS
};

struct taskrouter_event {
	/* What tells the Event from all others: its Sid (EV…), or, without one,
	 * "sha256:" and the digest of all parameters, so that an Event which is
	 * sent again has the same. */
	struct str key;
	int64_t at_ms; /* TimestampMs, else Timestamp; -1: neither can be read */
	/* Absent where the parameter is, and where it is no such SID, too long,
	 * not UTF-8 or has control bytes. All of it is in `data` anyway. */
	struct str texts[EVENT_TEXTS];
	/* All parameters as a compact JSON object of strings, named as in the
	 * REST API's event_data (TaskSid is task_sid). A name that came more
	 * than once has a list. Bytes that are no UTF-8 are U+FFFD, and so is
	 * a NUL in a name. */
	struct str data;
};

/* Views of the form, and what is made new in the arena. Only for want of memory
 * (arena->overflow) is anything missing. */
void taskrouter_event_read(const struct form *form, struct arena *arena,
    struct taskrouter_event *event);

/* A copy in the arena that needs nothing else. */
void taskrouter_event_copy(const struct taskrouter_event *event,
    struct arena *arena, struct taskrouter_event *copy);

#endif
