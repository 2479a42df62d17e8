/* SPDX-License-Identifier: MIT
 *
 * The Workspaces that a command is about: by SID or friendly name, else those
 * of the configuration, else all of the account.
 */
#ifndef CTL_CHOOSE_H
#define CTL_CHOOSE_H

#include "base/compat.h"
#include "ctl/command.h"
#include "ctl/fetch.h"
#include "ctl/items.h"

struct choice {
	struct items listed;  /* all of the account, where names are needed */
	struct items fetched; /* those given by SID */
	const struct item **workspaces; /* none twice */
	size_t count;
};

void choice_init(struct choice *choice);
void choice_release(struct choice *choice);

/* False: the fetcher has failed and says why. */
MUST_USE bool choose_workspaces(struct choice *choice,
    struct fetcher *fetcher, const struct invocation *invocation);

#endif
