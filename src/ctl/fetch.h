/* SPDX-License-Identifier: MIT
 *
 * GETs of the REST API for programs that want the answer or an end: the first
 * one that cannot be had fails them all, and says which and why. What may
 * have been bad luck is tried again: HTTP 429 and 5xx, broken connections, and
 * once the API was reached also connections that cannot be made.
 */
#ifndef CTL_FETCH_H
#define CTL_FETCH_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/json.h"
#include "ctl/progress.h"
#include "twilio/rest.h"

/* How many are under way at once, of those who ask for several. */
#define FETCHES_AT_ONCE 8
/* How often one is tried; the pauses between double, from 0.25 s. */
#define FETCH_TRIES 5
#define FETCH_PAUSE_MS 250

struct event_base;
struct event;

struct fetcher {
	struct progress *progress; /* is told of what is tried again */
	struct event_base *loop;
	struct rest_client *client;
	struct rest_options options;
	struct event *signals[3];
	int signal;           /* that ended it all, or 0 */
	size_t pending;       /* fetches under way */
	bool is_reached;      /* something was answered */
	struct arena arena;   /* the words below */
	struct str error;     /* why it has failed; absent: it has not */
};

/* One GET, in its maker's hands until `done`. */
struct fetch {
	struct fetcher *fetcher;
	struct str path;      /* "/v1/Workspaces?PageSize=1000"; must stay */
	struct arena *arena;  /* for the answer */
	bool may_be_gone;     /* HTTP 404 is an answer: `done` gets NULL */
	/* Called once, with a JSON object, unless the fetcher fails. May start
	 * other fetches, and this one again. */
	void (*done)(void *context, struct json_object *answer);
	void *context;
	unsigned tries;       /* so far */
};

/* SIGINT, SIGTERM and SIGHUP are caught from here on, and fail the fetcher.
 * `progress` and the views of `options` must stay. False: *err. */
MUST_USE bool fetcher_open(struct fetcher *fetcher,
    const struct rest_options *options, struct progress *progress,
    struct err *err);
/* What is under way is dropped. A zeroed one may be closed. */
void fetcher_close(struct fetcher *fetcher);

void fetch_start(struct fetch *fetch);

/* Lets all fetches come to their end. False: it has failed, now or before. */
MUST_USE bool fetcher_run(struct fetcher *fetcher);

/* Fails it with "GET path: …"; the first words stay. A path that is absent is
 * left out. */
void fetcher_fail(struct fetcher *fetcher, struct str path,
    const char *format, ...) PRINTF_LIKE(3, 4);

#endif
