/* SPDX-License-Identifier: MIT
 *
 * The WorkerChannels of all Workers of a Workspace. The REST API shows those
 * of one Worker at a time, so several Workers are asked about at once; they
 * are handed on in their own order all the same.
 * Source: https://www.twilio.com/docs/taskrouter/api/worker-channel
 */
#ifndef CTL_WORKER_CHANNELS_H
#define CTL_WORKER_CHANNELS_H

#include "base/compat.h"
#include "ctl/fetch.h"
#include "ctl/items.h"

struct worker_channels {
	struct fetcher *fetcher;
	struct str workspace_sid;
	const struct items *workers; /* sorted */
	/* Called for each Worker, in their order. `channels` NULL: the Worker
	 * is gone by now. False: no more of it; the fetcher has failed. */
	bool (*take)(void *context, const struct item *worker,
	    const struct items *channels);
	void *context;
};

/* False: the fetcher has failed and says why. */
MUST_USE bool worker_channels_read(const struct worker_channels *request);

#endif
