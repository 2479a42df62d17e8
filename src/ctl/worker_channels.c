/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "ctl/worker_channels.h"

#include <stdlib.h>

#include "ctl/pages.h"

struct reading;

/* One Worker's, being read or waiting for those before it. */
struct slot {
	struct reading *reading;
	struct pages pages;
	struct items items;
	bool is_read;
};

/* Worker n is in slot n % FETCHES_AT_ONCE, from its start until it is taken. */
struct reading {
	const struct worker_channels *request;
	size_t started;
	size_t taken;
	struct slot slots[FETCHES_AT_ONCE];
};

static void end_slot(void *context);

static void
start_worker(struct reading *reading)
{
	const struct worker_channels *request = reading->request;
	const struct item *worker = request->workers->sorted[reading->started];
	struct slot *slot = &reading->slots[reading->started % FETCHES_AT_ONCE];

	reading->started++;
	slot->is_read = false;
	slot->pages.fetch.may_be_gone = true;
	slot->pages.prefix = "WC";
	slot->pages.items = &slot->items;
	slot->pages.done = end_slot;
	slot->pages.context = slot;
	/* The path is copied. */
	struct str path = arena_format(&slot->items.arena,
	    "/v1/Workspaces/%.*s/Workers/%.*s/Channels",
	    STR_ARGS(request->workspace_sid), STR_ARGS(worker->sid));
	if (path.at == NULL)
		fetcher_fail(request->fetcher, STR_NONE, "out of memory");
	else
		pages_start(&slot->pages, request->fetcher, path);
}

static bool
may_start(const struct reading *reading)
{
	return reading->request->fetcher->error.at == NULL &&
	    reading->started < reading->request->workers->count &&
	    reading->started < reading->taken + FETCHES_AT_ONCE;
}

static bool
take_worker(struct reading *reading)
{
	const struct worker_channels *request = reading->request;
	struct slot *slot = &reading->slots[reading->taken % FETCHES_AT_ONCE];
	const struct item *worker = request->workers->sorted[reading->taken];

	if (!request->take(request->context, worker,
		slot->pages.gone ? NULL : &slot->items))
		return false;
	slot->is_read = false;
	items_release(&slot->items);
	pages_release(&slot->pages);
	reading->taken++;
	return true;
}

static void
end_slot(void *context)
{
	struct slot *slot = context;
	struct reading *reading = slot->reading;

	slot->is_read = true;
	while (reading->slots[reading->taken % FETCHES_AT_ONCE].is_read)
		if (!take_worker(reading))
			return;
	while (may_start(reading))
		start_worker(reading);
}

bool
worker_channels_read(const struct worker_channels *request)
{
	struct reading *reading = calloc(1, sizeof *reading);

	if (reading == NULL) {
		fetcher_fail(request->fetcher, STR_NONE, "out of memory");
		return false;
	}
	reading->request = request;
	for (size_t i = 0; i < FETCHES_AT_ONCE; i++) {
		reading->slots[i].reading = reading;
		items_init(&reading->slots[i].items, NULL);
	}
	while (may_start(reading))
		start_worker(reading);
	bool good = fetcher_run(request->fetcher);
	for (size_t i = 0; i < FETCHES_AT_ONCE; i++) {
		items_release(&reading->slots[i].items);
		pages_release(&reading->slots[i].pages);
	}
	free(reading);
	return good;
}
