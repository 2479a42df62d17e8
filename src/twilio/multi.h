/* SPDX-License-Identifier: MIT
 *
 * A curl multi handle driven by the event loop: curl says which sockets and
 * which timer it waits for, libevent waits.
 */
#ifndef TWILIO_MULTI_H
#define TWILIO_MULTI_H

#include "base/compat.h"
#include "twilio/libcurl.h"

struct event_base;
struct multi;

/* A transfer has ended; its handle is still to be given back. */
typedef void multi_finished(void *context, CURL *easy, CURLcode result);

/* libcurl must have been loaded. NULL: no memory. */
struct multi *multi_open(
    struct event_base *loop, multi_finished *finished, void *context);

/* Every handle must have been given back. NULL is allowed. */
void multi_close(struct multi *multi);

void multi_limit(struct multi *multi, long connections);

/* A new handle, or one of the few that are kept for this, without options but
 * for a small receive buffer. NULL: no memory. Every handle taken must be given
 * back. */
MUST_USE CURL *multi_take(struct multi *multi);
/* Ends the transfer, if there is one. */
void multi_give_back(struct multi *multi, CURL *easy);

/* The transfer starts in the next turn of the loop. NULL, or what failed. */
MUST_USE const char *multi_start(struct multi *multi, CURL *easy);

/* Lets libcurl go on at once, as if the loop had seen `socket` ready for
 * writing; CURL_SOCKET_TIMEOUT: as if its timer had run out. Who has finished
 * is told in the next turn of the loop. */
void multi_turn(struct multi *multi, curl_socket_t socket);

#endif
