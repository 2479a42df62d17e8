/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/event_purge.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/clock.h"
#include "responder/keeper.h"
#include "responder/responder.h"
#include "store/ledger_events.h"

/* Of one transaction: some milliseconds. */
#define STEP_EVENTS 500
/* While there are more to go, and when there were none. */
#define SOON_MS 100
#define LATER_MS 60000

struct event_purge {
	struct responder *responder;
	struct event *timer;
};

/* By itself: a thread that hangs may have it for longer than there is anything
 * else. */
struct step {
	struct keeper_job job;
	struct event_purge *purge;
	int64_t now_ms;
	int64_t keep_ms;
	size_t purged;
};

static bool
run(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	struct step *step = (struct step *)(void *)job;

	return ledger_purge_events(ledger, step->now_ms - step->keep_ms,
	    step->now_ms, STEP_EVENTS, &step->purged, err);
}

static void
wait_for(struct event_purge *purge, int64_t ms)
{
	struct timeval timeout = {
		.tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000,
	};

	(void)evtimer_add(purge->timer, &timeout);
}

static void
done(struct keeper_job *job, const struct err *err)
{
	struct step *step = (struct step *)(void *)job;

	wait_for(step->purge, err == NULL && step->purged == STEP_EVENTS
		? SOON_MS : LATER_MS);
	free(step);
}

static bool
start_step(struct event_purge *purge)
{
	struct responder *responder = purge->responder;
	struct step *step;
	struct err err;

	if (responder->settings->events.keep_ms == 0 ||
	    !responder_need_keeper(responder, &err))
		return false;
	step = calloc(1, sizeof *step);
	if (step == NULL)
		return false;
	*step = (struct step){
		.job = {.writes = true, .run = run, .done = done},
		.purge = purge,
		.now_ms = clock_wall_ms(),
		.keep_ms = responder->settings->events.keep_ms,
	};
	if (keeper_submit(responder->keeper, &step->job))
		return true;
	free(step);
	return false;
}

static void
on_time(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	if (!start_step(context))
		wait_for(context, LATER_MS);
}

struct event_purge *
event_purge_start(struct responder *responder)
{
	struct event_purge *purge;

	if (responder->settings->store.file.at == NULL)
		return NULL;
	purge = calloc(1, sizeof *purge);
	if (purge == NULL)
		return NULL;
	purge->responder = responder;
	purge->timer = evtimer_new(responder->loop, on_time, purge);
	if (purge->timer == NULL) {
		free(purge);
		return NULL;
	}
	wait_for(purge, SOON_MS);
	return purge;
}

void
event_purge_stop(struct event_purge *purge)
{
	if (purge == NULL)
		return;
	event_free(purge->timer);
	free(purge);
}
