/* SPDX-License-Identifier: MIT
 *
 * taskrouterd as a running process.
 */
#ifndef TASKROUTERD_SERVER_H
#define TASKROUTERD_SERVER_H

#include "base/compat.h"
#include "taskrouterd/settings.h"

struct server_start {
	struct settings *settings;
	bool fastcgi; /* on `listener`; else HTTP, on settings->listen */
	int listener;
};

/* Serves until SIGTERM, SIGINT or SIGUSR1, and for limits.stop_timeout at most
 * to finish what is in hand. The exit status of the program. */
int server_start(const struct server_start *start);

/* Whether it may serve there: beyond this machine only with credentials that
 * the user set. False: *err. */
MUST_USE bool server_may_start(
    const struct server_start *start, struct err *err);

#endif
