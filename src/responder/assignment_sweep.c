/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/assignment_sweep.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "responder/keeper.h"
#include "responder/outbox.h"
#include "store/ledger_answers.h"

#define OFTEN_S 2
#define SETTLE_MOST ((size_t)256) /* claims that one job settles */

struct assignment_sweep {
	struct keeper_job job; /* first: see sweep_of */
	struct responder *responder;
	struct event *timer;
	bool is_under_way;
	bool is_stopped;
	bool are_left;  /* what the job found */
	size_t settled; /* what it did */
};

static struct assignment_sweep *
sweep_of(struct keeper_job *job)
{
	return (struct assignment_sweep *)(void *)job;
}

static void
submit(struct assignment_sweep *sweep)
{
	sweep->is_under_way =
	    keeper_submit(sweep->responder->keeper, &sweep->job);
}

static bool
run_settle(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	return ledger_answers_settle(ledger, SETTLE_MOST, clock_wall_ms(),
	    &sweep_of(job)->settled, err);
}

static void
settled(struct keeper_job *job, const struct err *err)
{
	struct assignment_sweep *sweep = sweep_of(job);

	sweep->is_under_way = false;
	if (err != NULL || sweep->settled == 0)
		return;
	log_event(LOG_LEVEL_INFO, "answers",
	    "%zu answers of processes that ended count as given",
	    sweep->settled);
	outbox_wake(sweep->responder);
}

static bool
run_look(struct keeper_job *job, struct ledger *ledger, struct err *err)
{
	return ledger_answers_are_left(ledger, &sweep_of(job)->are_left, err);
}

static void
looked(struct keeper_job *job, const struct err *err)
{
	struct assignment_sweep *sweep = sweep_of(job);

	sweep->is_under_way = false;
	if (err != NULL || !sweep->are_left || sweep->is_stopped)
		return;
	sweep->job.writes = true;
	sweep->job.run = run_settle;
	sweep->job.done = settled;
	submit(sweep);
}

static void
look(struct assignment_sweep *sweep)
{
	if (sweep->is_under_way)
		return;
	sweep->job.writes = false;
	sweep->job.run = run_look;
	sweep->job.done = looked;
	submit(sweep);
}

static void
on_timer(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	look(context);
}

static struct assignment_sweep *
new_sweep(struct responder *responder)
{
	const struct timeval often = {.tv_sec = OFTEN_S};
	struct assignment_sweep *sweep = calloc(1, sizeof *sweep);

	if (sweep == NULL)
		return NULL;
	sweep->responder = responder;
	sweep->timer =
	    event_new(responder->loop, -1, EV_PERSIST, on_timer, sweep);
	if (sweep->timer != NULL && event_add(sweep->timer, &often) == 0)
		return sweep;
	if (sweep->timer != NULL)
		event_free(sweep->timer);
	free(sweep);
	return NULL;
}

void
assignment_sweep_start(struct responder *responder)
{
	if (responder->keeper == NULL)
		return;
	responder->sweep = new_sweep(responder);
	if (responder->sweep != NULL)
		look(responder->sweep);
	else
		log_event(LOG_LEVEL_ERROR, "answers", "out of memory: answers "
		    "of processes that ended are not looked for");
}

bool
assignment_sweep_is_idle(const struct responder *responder)
{
	return responder->sweep == NULL || !responder->sweep->is_under_way;
}

void
assignment_sweep_stop(struct responder *responder)
{
	if (responder->sweep == NULL)
		return;
	responder->sweep->is_stopped = true;
	(void)event_del(responder->sweep->timer);
}

/* A job that a stalled disk has not given back is left to it. */
void
assignment_sweep_close(struct responder *responder)
{
	struct assignment_sweep *sweep = responder->sweep;

	responder->sweep = NULL;
	if (sweep == NULL)
		return;
	event_free(sweep->timer);
	if (!sweep->is_under_way)
		free(sweep);
}
