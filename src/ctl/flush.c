/* SPDX-License-Identifier: MIT
 *
 * taskrouterctl flush: makes the calls that wait in the responder's store, as a
 * process that serves for long would. For where there is none.
 */
#include "base/compat.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "ctl/commands.h"
#include "responder/assignment_sweep.h"
#include "responder/keeper.h"
#include "responder/outbox.h"
#include "responder/responder.h"
#include "store/ledger_outbox.h"

/* A cron line a minute, and some time to end. */
#define TIMEOUT_PRESET_S ((uint64_t)50)
#define TIMEOUT_MOST_S ((uint64_t)86400)
/* Of a store that hangs. */
#define STORE_PATIENCE_MS ((int64_t)5000)
/* How often is looked whether the time is over. */
#define TICK_US 100000

const struct command_option flush_options[FLUSH_OPTIONS] = {
	[FLUSH_TIMEOUT] = {0, "timeout", "seconds",
	    "how long it may take in all (50)"},
};

/* What is left at the end. */
struct rest {
	struct keeper_job job;
	struct outbox_count count;
	bool is_done;
	bool has_failed;
};

bool
has_store(const struct settings_store *store)
{
	return access(store->file.at, F_OK) == 0 || errno != ENOENT;
}

static bool
read_timeout(const struct invocation *invocation, uint64_t *seconds)
{
	const char *text = invocation->values[FLUSH_TIMEOUT];

	*seconds = TIMEOUT_PRESET_S;
	return text == NULL ||
	    (str_to_uint(str_from(text), TIMEOUT_MOST_S, seconds) &&
		*seconds > 0);
}

bool
flush_check(const struct invocation *invocation, struct err *err)
{
	uint64_t seconds;

	if (read_timeout(invocation, &seconds))
		return true;
	return err_set(err, 0,
	    "--timeout: expected a whole number of seconds from 1 to %ju",
	    (uintmax_t)TIMEOUT_MOST_S);
}

static bool
count_rest(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct rest *rest = (void *)job;

	return ledger_outbox_count(ledger, &rest->count, err);
}

static void
on_counted(struct keeper_job *job, const struct err *err)
{
	struct rest *rest = (void *)job;

	rest->has_failed = err != NULL;
	rest->is_done = true;
}

static void
on_tick(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
}

/* Whether something is under way, or will be due before the time is over. */
static bool
is_worth_waiting(const struct responder *responder, int64_t deadline_ms)
{
	struct outbox_report report = outbox_tell(responder);

	return !outbox_is_idle(responder) || report.looks == 0 ||
	    (!report.store_fails && report.next_ms < deadline_ms);
}

static bool
turn_until_done(struct responder *responder, int64_t timeout_ms)
{
	const struct timeval tick = {0, TICK_US};
	int64_t deadline_ms = clock_wall_ms() + timeout_ms;
	struct event *timer =
	    event_new(responder->loop, -1, EV_PERSIST, on_tick, NULL);

	if (timer == NULL || event_add(timer, &tick) != 0)
		return false;
	while (clock_wall_ms() < deadline_ms &&
	    is_worth_waiting(responder, deadline_ms))
		(void)event_base_loop(responder->loop, EVLOOP_ONCE);
	/* What is under way is given the time that a call may take. */
	outbox_stop(responder);
	deadline_ms = clock_wall_ms() + responder->settings->rest.timeout_ms;
	while (clock_wall_ms() < deadline_ms && !outbox_is_idle(responder))
		(void)event_base_loop(responder->loop, EVLOOP_ONCE);
	event_free(timer);
	return true;
}

static int
report(const struct responder *responder, struct rest *rest)
{
	struct outbox_report told = outbox_tell(responder);
	size_t done = told.results[OUTBOX_RESULT_DONE];
	size_t late = told.results[OUTBOX_RESULT_LATE];
	size_t failed = told.results[OUTBOX_RESULT_FAILED];

	if (!rest->is_done || rest->has_failed) {
		command_complain("the store failed");
		return EXIT_FAILURE;
	}
	if (done + late + failed > 0 || rest->count.open > 0)
		printf("done %zu, too late %zu, failed %zu, left %" PRId64 "\n",
		    done, late, failed, rest->count.open);
	return failed > 0 || rest->count.open > 0 ? EXIT_FAILURE
						   : EXIT_SUCCESS;
}

/* Answers that processes had claimed when they ended: their work is to be done
 * too. What is wrong with the store is told by what comes next. */
static void
settle_answers(struct responder *responder, int64_t timeout_ms)
{
	int64_t deadline_ms = clock_wall_ms() + timeout_ms;
	struct err unused;

	if (!responder_need_keeper(responder, &unused))
		return;
	assignment_sweep_start(responder);
	while (clock_wall_ms() < deadline_ms &&
	    !assignment_sweep_is_idle(responder))
		(void)event_base_loop(responder->loop, EVLOOP_ONCE);
	assignment_sweep_stop(responder);
}

static int
work(struct responder *responder, int64_t timeout_ms)
{
	/* A store that hangs may have it when this has returned. */
	static struct rest rest = {
		.job = {.run = count_rest, .done = on_counted},
	};

	settle_answers(responder, timeout_ms);
	outbox_start(responder);
	if (responder->outbox == NULL ||
	    !turn_until_done(responder, timeout_ms) ||
	    !keeper_submit(responder->keeper, &rest.job))
		return EXIT_FAILURE;
	keeper_close(responder->keeper, STORE_PATIENCE_MS);
	responder->keeper = NULL;
	return report(responder, &rest);
}

int
flush_run(const struct invocation *invocation)
{
	struct settings *settings = invocation->settings;
	struct responder responder;
	uint64_t seconds;
	struct err err;

	(void)read_timeout(invocation, &seconds);
	if (settings->store.file.at == NULL) {
		command_complain(
		    "store.file is not set: there is nothing to flush");
		return EX_CONFIG;
	}
	if (!has_store(&settings->store))
		return EXIT_SUCCESS;
	log_open(LOG_TO_STDERR,
	    invocation->verbose ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR);
	if (!responder_init(&responder, settings_hold(settings), &err)) {
		command_complain("%s", err.text);
		return EXIT_FAILURE;
	}
	int status = work(&responder, (int64_t)seconds * 1000);
	responder_release(&responder);
	log_flush();
	return status;
}
