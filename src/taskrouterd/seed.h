/* SPDX-License-Identifier: MIT
 *
 * Seeds, taskrouter-seed(5): Workspaces with all that is in them as one JSON
 * text, read and applied whole or not at all.
 *
 * A seed is applied to an empty router first, which shows everything that is
 * wrong with it; only then to the one that counts, by the same events. What is
 * refused only there, as there are too many Workspaces, is taken back in the
 * same turn: nobody ever sees it.
 */
#ifndef TASKROUTERD_SEED_H
#define TASKROUTERD_SEED_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "router/engine.h"
#include "taskrouterd/settings.h"

struct daemon;

/* Gets each message: one line, "workspaces[0].workers[3].activity_name: …". */
struct seed_report {
	void (*message)(void *to, const char *message);
	void *to;
};

/* Applies a seed to the daemon's router; the turn that it is in stores it.
 * `made` (NULL allowed) gets the SIDs of what was made, by name, as JSON:
 * {"workspaces":[{"friendly_name":…,"sid":…,"workers":{"Alice":"WK…"},…,
 * "tasks":["WT…"]}]}. False: nothing has changed; at least one message. */
MUST_USE bool seed_apply(struct daemon *daemon, struct str json,
    struct buf *made, const struct seed_report *report);

/* The same for a router that is nobody's yet, at the time `now`. */
MUST_USE bool seed_apply_to(struct router *router, int64_t now,
    struct str json, struct buf *made, const struct seed_report *report);

/* Checks the file of the key `seed`, if it is set. Messages begin with its
 * name. */
MUST_USE bool seed_check_file(
    const struct settings *settings, const struct seed_report *report);

/* The same; *err is the first message. */
MUST_USE bool seed_check(const struct settings *settings, struct err *err);

/* Applies that file, unless there is a Workspace already. False: *err. */
MUST_USE bool seed_plant(struct daemon *daemon, struct err *err);

#endif
