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

#endif
