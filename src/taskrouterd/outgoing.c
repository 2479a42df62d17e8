/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/outgoing.h"

#include <stdio.h>
#include <string.h>

#include "http/response.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/fault_webhooks.h"

/* Any status that was not wanted; Source:
 * https://www.twilio.com/docs/api/errors/11200 */
#define ERROR_STATUS 11200

struct webhook_client *
outgoing_open(struct daemon *daemon, int64_t connections, struct err *err)
{
	const struct settings *settings = daemon->settings;
	const struct webhook_options options = {
		.auth_token = settings->auth_tokens.items[0],
		.ca_file = settings->callback.ca_file,
		.connections = connections > 2 ? (size_t)connections : 2,
	};

	return webhook_client_open(daemon->loop, &options, err);
}

bool
outgoing_send(struct daemon *daemon, struct webhook_client *client,
    enum outgoing_kind kind, const struct webhook_request *request)
{
	return fault_webhooks_send(daemon, client, kind, request);
}

void
outgoing_close(struct daemon *daemon, struct webhook_client *client)
{
	if (client == NULL)
		return;
	webhook_client_close(client);
	fault_webhooks_forget(daemon, client);
}

/* 8-4-4-4-12 of the SID's 32 digits. */
struct str
outgoing_token(struct str sid, char token[OUTGOING_TOKEN_SIZE])
{
	static const size_t ends[] = {8, 12, 16, 20, 32};
	size_t length = 0, from = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
		struct str part = str_slice(sid, 2 + from, 2 + ends[i]);
		if (i > 0)
			token[length++] = '-';
		if (part.len > 0)
			memcpy(token + length, part.at, part.len);
		length += part.len;
		from = ends[i];
	}
	token[length] = '\0';
	return (struct str){token, length};
}

void
outgoing_note(struct daemon *daemon, struct debugger_note note,
    const struct webhook_result *result, unsigned code, const char *text)
{
	note.code = code;
	note.text = str_from(text);
	note.date = daemon_now(daemon);
	note.status = result->status;
	note.content_type = result->content_type;
	note.body = result->body;
	debugger_note(daemon->debugger, &note);
}

void
outgoing_note_failure(struct daemon *daemon, struct debugger_note note,
    const struct webhook_result *result)
{
	const char *title = response_title(result->status);
	char text[sizeof result->reason + 64];

	if (result->outcome == WEBHOOK_ANSWERED)
		(void)snprintf(text, sizeof text, "answered with HTTP %u%s%s",
		    result->status, title != NULL ? " " : "",
		    title != NULL ? title : "");
	else
		(void)snprintf(text, sizeof text, "%s", result->reason);
	if (result->attempts > 1) {
		size_t length = strlen(text);
		(void)snprintf(text + length, sizeof text - length,
		    " (attempt %u)", result->attempts);
	}
	outgoing_note(daemon, note, result,
	    result->outcome == WEBHOOK_ANSWERED ? ERROR_STATUS : result->error,
	    text);
}

void
outgoing_note_overrides(struct daemon *daemon, struct debugger_note note,
    const struct webhook_result *result)
{
	char text[DEBUGGER_TEXT_MOST];

	if (result->note.len == 0)
		return;
	(void)snprintf(text, sizeof text,
	    "connection overrides that were passed over: %.*s",
	    STR_ARGS(result->note));
	outgoing_note(daemon, note, result, 0, text);
}
