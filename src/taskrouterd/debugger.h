/* SPDX-License-Identifier: MIT
 *
 * The warnings and errors that Twilio's debugger would show: they are told to
 * nobody else. The newest are kept, in memory alone.
 * Source: https://www.twilio.com/docs/usage/monitor-alert, whose names the
 * JSON has, and the error pages https://www.twilio.com/docs/api/errors/40000 …
 */
#ifndef TASKROUTERD_DEBUGGER_H
#define TASKROUTERD_DEBUGGER_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"

struct debugger;

/* Absent texts are left out; all are copied, as far as the limits below go. */
struct debugger_note {
	unsigned code;    /* Twilio's error number: level and message */
	struct str text;  /* what it was in this case, for people */
	int64_t date;     /* ms */
	struct str workspace;
	struct str workflow;
	struct str task;
	struct str worker;
	struct str reservation;
	struct str event;
	struct str url;   /* shown without user, password and fragment */
	unsigned status;  /* of the answer; 0: there was none */
	struct str content_type;
	struct str body;  /* its first bytes are shown, those that print */
};

#define DEBUGGER_TEXT_MOST 512  /* bytes of `text` */
#define DEBUGGER_BODY_MOST 512  /* bytes of `body` */
#define DEBUGGER_URL_MOST 2048
#define DEBUGGER_TYPE_MOST 128  /* bytes of `content_type` */
/* Alerts that one answer shows, the newest. */
#define DEBUGGER_SHOWN 100

/* Keeps at most `most` alerts (at least 1). NULL: no memory. */
struct debugger *debugger_open(size_t most);
/* NULL is allowed. */
void debugger_close(struct debugger *debugger);

/* The oldest makes room. Without memory the alert is lost and counted. */
void debugger_note(struct debugger *debugger, const struct debugger_note *note);

/* {"alerts":[…newest first…],"total":N,"lost":N}: `total` is how many there
 * were since the start or debugger_clear, `lost` how many of them there was no
 * memory for. Absent when it does not fit the arena. */
struct str debugger_write(const struct debugger *debugger, struct arena *arena);

/* The next alert about the Task, from the newest on; *index is 0 at first and
 * the caller's. NULL: there is none. Good until the next note. */
const struct debugger_note *debugger_next_about(
    const struct debugger *debugger, struct str task, size_t *index);

void debugger_clear(struct debugger *debugger);

/* What Twilio calls the error, and whether it is a warning; for a number that
 * the table does not have the general words. */
const char *debugger_message(unsigned code);
bool debugger_is_warning(unsigned code);

#endif
