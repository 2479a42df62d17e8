/* SPDX-License-Identifier: MIT
 *
 * taskrouterd: a TaskRouter of one's own. Reads what it is told, finds out how
 * it was started, and serves over HTTP or as FastCGI.
 */
#include "base/compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/process.h"
#include "gateway/gateway.h"
#include "taskrouterd/options.h"
#include "taskrouterd/seed.h"
#include "taskrouterd/server.h"
#include "taskrouterd/settings.h"

/* Their values must not stay where /proc shows them. */
static const char *const secret_variables[] = {
	"TWILIO_AUTH_TOKEN",
	NULL,
};

static void
print_message(void *to, bool warning, const char *message)
{
	(void)to;
	(void)warning;
	(void)fprintf(stderr, "%s\n", message);
}

static void
log_message(void *to, bool warning, const char *message)
{
	(void)to;
	log_event(warning ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
	    "configuration", "%s", message);
}

static struct settings *
gather(const struct options *options)
{
	struct settings_source source = {
		.file = options->file,
		.options = options->items,
		.option_count = options->count,
	};

	return settings_gather(
	    &source, options->test ? print_message : log_message, NULL);
}

static void
print_seed_message(void *to, const char *message)
{
	print_message(to, false, message);
}

static void
log_seed_message(void *to, const char *message)
{
	(void)to;
	log_event(LOG_LEVEL_ERROR, "seed", "%s", message);
}

static int
test_configuration(const struct options *options, struct server_start *start)
{
	struct seed_report report = {print_seed_message, NULL};
	struct err err;

	if (!server_may_start(start, &err)) {
		print_message(NULL, false, err.text);
		return EX_CONFIG;
	}
	if (!seed_check_file(start->settings, &report))
		return EX_CONFIG;
	if (options->show)
		settings_print(start->settings, stdout);
	else
		(void)fprintf(stderr, "%s: the configuration is good\n",
		    options->file != NULL ? options->file : "taskrouterd");
	return EXIT_SUCCESS;
}

static int
serve(struct server_start *start)
{
	struct seed_report report = {log_seed_message, NULL};
	struct err err;

	if (!seed_check_file(start->settings, &report))
		return EX_CONFIG;
	log_open((enum log_target)start->settings->log,
	    (enum log_level)start->settings->log_level);
	if (server_may_start(start, &err))
		return server_start(start);
	log_event(LOG_LEVEL_ERROR, "start", "%s", err.text);
	return EX_CONFIG;
}

int
main(int argc, char **argv)
{
	struct server_start start = {.listener = -1};
	struct options options;
	int status = options_read(argc, argv, &options);

	if (status >= 0) {
		options_forget(&options);
		return status;
	}
	start.fastcgi = options.listen == NULL &&
	    gateway_detect(&start.listener) == GATEWAY_FASTCGI;
	process_harden();
	process_hide_environment(secret_variables);
	log_open(LOG_TO_AUTO, LOG_LEVEL_INFO);
	start.settings = gather(&options);
	options_forget(&options);
	if (start.settings == NULL)
		status = EX_CONFIG;
	else if (options.test)
		status = test_configuration(&options, &start);
	else
		status = serve(&start);
	settings_discard(start.settings);
	log_flush();
	return status;
}
