/* SPDX-License-Identifier: MIT
 *
 * taskrouterctl export: Workspaces of the REST API as a seed,
 * taskrouter-seed(5).
 */
#include "base/compat.h"

#include <signal.h>
#include <stdlib.h>

#include "base/buf.h"
#include "ctl/choose.h"
#include "ctl/commands.h"
#include "ctl/fetch.h"
#include "ctl/output.h"
#include "ctl/progress.h"
#include "ctl/workspace.h"
#include "twilio/seed_form.h"

#define SEED_CEILING ((size_t)2 << 30)
/* Of one call: pages of 1000 objects are slower than what the responder asks
 * for, so rest.timeout does not count here. */
#define TIMEOUT_PRESET_S ((uint64_t)60)
#define TIMEOUT_MOST_S ((uint64_t)3600)
#define ANSWER_LIMIT ((size_t)128 << 20)

const struct command_option export_options[EXPORT_OPTIONS] = {
	[EXPORT_OUTPUT] = {'o', NULL, "file",
	    "write the seed to this file, not to standard output"},
	[EXPORT_TASKS] = {0, "tasks", NULL,
	    "Tasks too, but for those that have ended"},
	[EXPORT_TIMEOUT] = {0, "timeout", "seconds",
	    "how long one call of the REST API may take (60)"},
};

struct export {
	struct fetcher fetcher;
	struct output output;
	struct progress progress;
	struct choice choice;
	struct seed_form *form;
	struct buf seed;
};

static bool
read_timeout(const struct invocation *invocation, uint64_t *seconds)
{
	const char *text = invocation->values[EXPORT_TIMEOUT];

	*seconds = TIMEOUT_PRESET_S;
	return text == NULL ||
	    (str_to_uint(str_from(text), TIMEOUT_MOST_S, seconds) &&
		*seconds > 0);
}

bool
export_check(const struct invocation *invocation, struct err *err)
{
	uint64_t seconds;

	if (read_timeout(invocation, &seconds))
		return true;
	return err_set(err, 0,
	    "--timeout: expected a whole number of seconds from 1 to %ju",
	    (uintmax_t)TIMEOUT_MOST_S);
}

static bool
start(struct export *export, const struct invocation *invocation,
    struct err *err)
{
	struct rest_options options =
	    settings_rest_options(invocation->settings);
	uint64_t seconds;

	(void)read_timeout(invocation, &seconds);
	options.timeout_ms = (int64_t)seconds * 1000;
	options.answer_limit = ANSWER_LIMIT;
	if (options.connect_timeout_ms > options.timeout_ms)
		options.connect_timeout_ms = options.timeout_ms;
	progress_init(&export->progress, invocation->verbose);
	choice_init(&export->choice);
	buf_init(&export->seed, SEED_CEILING);
	export->form = seed_form_open(&export->seed);
	if (export->form == NULL)
		return err_set(err, 0, "out of memory");
	/* The file before all the reading, so that nobody waits for pages that
	 * cannot be kept; but when signals are caught already. */
	return fetcher_open(&export->fetcher, &options, &export->progress, err) &&
	    output_open(&export->output,
		invocation->values[EXPORT_OUTPUT], err);
}

static bool
write_workspaces(struct export *export, const struct invocation *invocation)
{
	const struct workspace_copy copy = {
		.fetcher = &export->fetcher,
		.progress = &export->progress,
		.form = export->form,
		.seed = &export->seed,
		.tasks = invocation->values[EXPORT_TASKS] != NULL,
	};

	progress_tell(&export->progress, "reading from %.*s as %.*s",
	    STR_ARGS(export->fetcher.options.base_url),
	    STR_ARGS(export->fetcher.options.user));
	if (!choose_workspaces(
		&export->choice, &export->fetcher, invocation))
		return false;
	for (size_t i = 0; i < export->choice.count; i++)
		if (!workspace_write(&copy, export->choice.workspaces[i]))
			return false;
	return true;
}

static bool
finish(struct export *export, struct err *err)
{
	bool good = seed_form_close(export->form);

	export->form = NULL;
	if (!good)
		return err_set(err, 0, "out of memory");
	return output_write(&export->output, buf_str(&export->seed), err);
}

/* True: all is written. */
static bool
run(struct export *export, const struct invocation *invocation)
{
	struct err err;

	if (!start(export, invocation, &err)) {
		command_complain("%s", err.text);
		return false;
	}
	bool good = write_workspaces(export, invocation);
	progress_clear(&export->progress);
	if (!good) {
		command_complain(
		    "%.*s", STR_ARGS(export->fetcher.error));
		return false;
	}
	good = finish(export, &err);
	if (!good)
		command_complain("%s", err.text);
	return good;
}

int
export_run(const struct invocation *invocation)
{
	struct export export = {.form = NULL};
	bool good = run(&export, invocation);
	int number = export.fetcher.signal;

	seed_form_discard(export.form);
	fetcher_close(&export.fetcher);
	output_close(&export.output);
	choice_release(&export.choice);
	buf_release(&export.seed);
	/* Now that everything is cleared away, end as told. */
	if (!good && number != 0)
		(void)raise(number);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
