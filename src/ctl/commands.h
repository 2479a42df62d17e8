/* SPDX-License-Identifier: MIT
 *
 * What the table of commands is made of. Nobody but command.c and the files of
 * the commands includes this.
 */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "base/compat.h"
#include "base/err.h"
#include "ctl/command.h"
#include "responder/settings_store.h"

/* export: Workspaces of the REST API as a seed (export.c). */
enum export_option {
	EXPORT_OUTPUT,
	EXPORT_TASKS,
	EXPORT_TIMEOUT,
	EXPORT_OPTIONS
};
extern const struct command_option export_options[EXPORT_OPTIONS];
bool export_check(const struct invocation *invocation, struct err *err);
int export_run(const struct invocation *invocation);

/* flush: makes the calls that wait in the store (flush.c). */
enum flush_option {
	FLUSH_TIMEOUT,
	FLUSH_OPTIONS
};
extern const struct command_option flush_options[FLUSH_OPTIONS];
bool flush_check(const struct invocation *invocation, struct err *err);
int flush_run(const struct invocation *invocation);

/* Whether the responder has made its store yet. Commands do not make it: it
 * would be theirs, and the responder, another user, could not open it. */
bool has_store(const struct settings_store *store);

/* outbox: shows them, and changes one (outbox.c). */
enum outbox_option {
	OUTBOX_RETRY,
	OUTBOX_DROP,
	OUTBOX_OPTIONS
};
extern const struct command_option outbox_options[OUTBOX_OPTIONS];
bool outbox_check(const struct invocation *invocation, struct err *err);
int outbox_run(const struct invocation *invocation);

#endif
