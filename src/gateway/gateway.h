/* SPDX-License-Identifier: MIT
 *
 * What the transports share: their limits, and the choice between them.
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "base/compat.h"

/* Read anew for each connection and request, so that a reload acts. */
struct gateway_limits {
	size_t head;        /* bytes of meta-variables */
	size_t body;        /* bytes */
	size_t connections; /* open at once */
	int64_t receive_us; /* from the first byte of a request to its last */
	int64_t send_us;    /* for a peer that does not take its answer */
	int64_t idle_us;    /* for a kept connection without a request */
};

/* Where requests come from. */
enum gateway_kind {
	GATEWAY_NONE, /* nowhere: started by hand */
	GATEWAY_FASTCGI,
	GATEWAY_CGI,
};

/* Asks the descriptors and the environment: a listening socket on descriptor
 * 0 (spawn-fcgi, mod_fcgid, lighttpd, systemd's StandardInput=socket) or on 3
 * (systemd's LISTEN_FDS) means FastCGI, and *listener is it; else
 * GATEWAY_INTERFACE means CGI. Being a socket is not enough: Apache's
 * mod_cgid gives a CGI a connected one. */
enum gateway_kind gateway_detect(int *listener);

#endif
