/* SPDX-License-Identifier: MIT
 *
 * The responder's store: its thread, and what the log and the metrics say of
 * its faults.
 */
#include "base/compat.h"

#include <stdlib.h>

#include "base/log.h"
#include "responder/keeper.h"
#include "responder/responder.h"

static void
report(void *context, const struct err *err)
{
	struct responder *responder = context;

	if (err == NULL) {
		log_event(LOG_LEVEL_INFO, "store", "the store works again");
		return;
	}
	metrics_add(responder->metrics, COUNTER_STORE_FAULTS, 0, 0);
	log_event(LOG_LEVEL_ERROR, "store", "%s", err->text);
}

bool
responder_need_keeper(struct responder *responder, struct err *err)
{
	const struct settings_store *store = &responder->settings->store;
	struct keeper_options options = {
		.ledger = {
			.file = store->file.at,
			.size_most = store->size,
			.patience_ms = store->timeout_ms,
			.is_brief = responder->serves_once,
		},
		.jobs = (size_t)store->jobs,
		.report = report,
		.context = responder,
	};

	if (responder->keeper != NULL)
		return true;
	if (store->file.at == NULL)
		return err_set(err, 0, "no store is configured (store.file)");
	if (!responder_need_loop(responder, err))
		return false;
	responder->keeper = keeper_open(responder->loop, &options, err);
	return responder->keeper != NULL;
}

/* Opening is all that it is for. */
static bool
look(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	(void)job;
	(void)ledger;
	(void)err;
	return true;
}

static void
looked(struct keeper_job *job, const struct err *err)
{
	(void)err;
	free(job);
}

void
responder_prepare_keeper(struct responder *responder)
{
	struct keeper_job *job;
	struct err err;

	if (responder->settings->store.file.at == NULL)
		return;
	if (!responder_need_keeper(responder, &err)) {
		log_event(LOG_LEVEL_ERROR, "store", "%s", err.text);
		return;
	}
	job = calloc(1, sizeof *job);
	if (job == NULL)
		return;
	job->run = look;
	job->done = looked;
	if (!keeper_submit(responder->keeper, job))
		free(job);
}
