/* SPDX-License-Identifier: MIT
 *
 * The responder as a long-running process: FastCGI or built-in HTTP on one
 * event loop, signals, reload, an orderly end.
 */
#ifndef RESPONDER_SERVER_H
#define RESPONDER_SERVER_H

#include "base/compat.h"
#include "gateway/gateway.h"
#include "responder/settings.h"

struct server_start {
	struct settings *settings; /* taken over */
	const char *file;          /* read again on SIGHUP; NULL: none */
	const char *listen;        /* built-in HTTP on this address, or NULL */
	int listener;              /* else FastCGI on this socket */
};

/* Serves until SIGTERM, SIGINT or SIGUSR1, and for limits.stop_timeout at
 * most to finish what is in hand. The exit status of the program. */
int server_run(const struct server_start *start);

/* Messages of settings_load, to the log. */
void server_report(void *to, bool warning, const char *message);

struct gateway_limits server_limits(const struct settings *settings);

#endif
