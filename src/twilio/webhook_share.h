/* SPDX-License-Identifier: MIT
 *
 * Whose turn it is: who waits for a connection, by application, and how many
 * an application may have at once.
 *
 * Half of the connections are kept for the first one of each application. Of
 * the other half an application may have as many as it leaves free (dynamic
 * thresholds, Choudhury and Hahne 1998): one alone gets half of them, and
 * whoever comes next finds some. Applications with something to send take
 * turns.
 */
#ifndef TWILIO_WEBHOOK_SHARE_H
#define TWILIO_WEBHOOK_SHARE_H

#include <sys/queue.h>

#include "base/compat.h"
#include "base/str.h"

struct share;
struct share_application;

/* Embedded in what waits. */
struct share_entry {
	TAILQ_ENTRY(share_entry) entry;
	struct share_application *application; /* NULL: not in it */
	bool is_active;
};

/* `connections`: at once, at least 2. NULL: no memory. */
struct share *share_new(size_t connections);
/* Everything must have left. NULL is allowed. */
void share_free(struct share *share);

/* Waits for its turn, behind those of the same application. `name` is copied.
 * False: no memory. */
MUST_USE bool share_enter(
    struct share *share, struct share_entry *entry, struct str name);
/* Whose turn it is: active from now on. NULL: nobody's. */
struct share_entry *share_take(struct share *share);
/* Makes room, whether it was active or waited. */
void share_leave(struct share *share, struct share_entry *entry);

/* One that waits; one of all. NULL: there is none. */
struct share_entry *share_waiting(const struct share *share);
struct share_entry *share_any(const struct share *share);

#endif
