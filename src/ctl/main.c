/* SPDX-License-Identifier: MIT
 *
 * taskrouterctl: the command line for TaskRouter, Twilio's or one's own. Finds
 * the command and the configuration.
 */
#include "base/compat.h"

#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/process.h"
#include "ctl/command.h"
#include "responder/settings.h"

/* Their values must not stay where /proc shows them. */
static const char *const secret_variables[] = {
	"TWILIO_AUTH_TOKEN",
	"TWILIO_API_SECRET",
	"TASKROUTER_OPERATOR_TOKEN",
	NULL,
};

/* Warnings are about callbacks, which do not come here; or that api_url wins,
 * and which URL that is -v tells. */
static void
report(void *to, bool warning, const char *message)
{
	(void)to;
	if (!warning)
		command_complain("%s", message);
}

static const char *
configuration_of(const char *file)
{
	const char *named = getenv("TASKROUTER_CONFIG");

	if (file != NULL)
		return file;
	return named != NULL && named[0] != '\0' ? named : NULL;
}

static int
run(struct invocation *invocation, const char *file)
{
	struct settings *settings =
	    settings_load(configuration_of(file), report, NULL);
	const char *blocked;
	int status = EX_CONFIG;

	if (settings == NULL)
		return status;
	invocation->settings = settings;
	blocked = settings_sign_in_blocked(settings);
	if (blocked != NULL)
		command_complain("%s", blocked);
	else
		status = invocation->command->run(invocation);
	settings_release(settings);
	return status;
}

int
main(int argc, char **argv)
{
	struct invocation invocation;
	const char *file;
	int status = command_read(argc, argv, &invocation, &file);

	if (status >= 0)
		return status;
	process_harden();
	process_hide_environment(secret_variables);
	/* A reader that goes away is an error to be told; and TLS libraries
	 * would raise it. */
	(void)signal(SIGPIPE, SIG_IGN);
	return run(&invocation, file);
}
