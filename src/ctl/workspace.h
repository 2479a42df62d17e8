/* SPDX-License-Identifier: MIT
 *
 * One Workspace, read through the REST API and written as a part of a seed.
 */
#ifndef CTL_WORKSPACE_H
#define CTL_WORKSPACE_H

#include "base/buf.h"
#include "base/compat.h"
#include "ctl/fetch.h"
#include "ctl/items.h"
#include "ctl/progress.h"
#include "twilio/seed_form.h"

struct workspace_copy {
	struct fetcher *fetcher;
	struct progress *progress;
	struct seed_form *form;
	const struct buf *seed; /* that the form writes into */
	bool tasks; /* too */
};

/* False: the fetcher has failed and says why. */
MUST_USE bool workspace_write(
    const struct workspace_copy *copy, const struct item *workspace);

/* Finds the next SID of a TaskQueue that stands as a string in JSON text, from
 * byte *at on, and moves *at behind it. Absent: there is none. */
struct str workspace_next_queue(struct str text, size_t *at);

#endif
