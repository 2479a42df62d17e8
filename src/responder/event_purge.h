/* SPDX-License-Identifier: MIT
 *
 * Events that are older than events.keep go, a few at a time, so that neither
 * new ones nor the disk are kept waiting.
 */
#ifndef RESPONDER_EVENT_PURGE_H
#define RESPONDER_EVENT_PURGE_H

#include "base/compat.h"

/* How many go at most with each Event that a short-lived process stores. */
#define EVENT_PURGE_WITH_ONE 8

struct event_purge;
struct responder;

/* Begins; for programs that serve long. Does nothing where no store is
 * configured; NULL then, and without memory. */
struct event_purge *event_purge_start(struct responder *responder);
/* After the keeper was closed. NULL is allowed. */
void event_purge_stop(struct event_purge *purge);

#endif
