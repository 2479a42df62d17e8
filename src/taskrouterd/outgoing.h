/* SPDX-License-Identifier: MIT
 *
 * What assignment callbacks and event callbacks have in common: how they are
 * sent, what they are known by, and what is noted about them.
 */
#ifndef TASKROUTERD_OUTGOING_H
#define TASKROUTERD_OUTGOING_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "taskrouterd/debugger.h"
#include "twilio/webhook.h"

struct daemon;

/* A client as the daemon's settings say, with at most `connections`. NULL: *err
 * says why. */
struct webhook_client *outgoing_open(
    struct daemon *daemon, int64_t connections, struct err *err);
/* As webhook_client_close; what faults hold back for it is dropped, too. */
void outgoing_close(struct daemon *daemon, struct webhook_client *client);

/* What a webhook is for. */
enum outgoing_kind {
	OUTGOING_ASSIGNMENT, /* an assignment callback, or its fallback */
	OUTGOING_EVENT,
	OUTGOING_VOICE,  /* a telephone call asks for TwiML */
	OUTGOING_STATUS, /* how a call goes on */
	OUTGOING_KINDS,
};

/* As webhook_start, through which all of them go; faults (faults.h) may hold
 * it back, change it or lose it. `compose` must change nothing: it may be called
 * at once, and again when its turn has come. */
MUST_USE bool outgoing_send(struct daemon *daemon,
    struct webhook_client *client, enum outgoing_kind kind,
    const struct webhook_request *request);

/* The webhook about the object of this SID, as a UUID: the same whenever it is
 * sent, also after a restart. */
#define OUTGOING_TOKEN_SIZE 37
struct str outgoing_token(struct str sid, char token[OUTGOING_TOKEN_SIZE]);

/* Completes the note by what came back, and the time, and gives it to the
 * debugger. `code`: Twilio's error number. */
void outgoing_note(struct daemon *daemon, struct debugger_note note,
    const struct webhook_result *result, unsigned code, const char *text);

/* The same for a webhook that was answered wrongly, or not at all. */
void outgoing_note_failure(struct daemon *daemon, struct debugger_note note,
    const struct webhook_result *result);

/* Notes which overrides of its URL were passed over, if any; where it is known
 * already that it says so for this URL, it may leave it out. */
void outgoing_note_overrides(struct daemon *daemon, struct debugger_note note,
    const struct webhook_result *result);

#endif
