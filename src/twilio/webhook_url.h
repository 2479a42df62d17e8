/* SPDX-License-Identifier: MIT
 *
 * The URL of a webhook: what is asked for and signed, whose password is kept
 * until the application asks for it, and how its fragment overrides the
 * connection.
 * Sources: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides,
 * https://www.twilio.com/docs/usage/security
 */
#ifndef TWILIO_WEBHOOK_URL_H
#define TWILIO_WEBHOOK_URL_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"

/* What is tried again (rp). */
enum webhook_retry {
	WEBHOOK_RETRY_4XX = 1 << 0,
	WEBHOOK_RETRY_5XX = 1 << 1,
	WEBHOOK_RETRY_CONNECT = 1 << 2, /* ct: no connection was made */
	WEBHOOK_RETRY_READ = 1 << 3,    /* rt: no answer came over it */
	WEBHOOK_RETRY_ALL = (1 << 4) - 1,
};

struct webhook_url {
	struct str target;   /* without user, password and fragment; ends in
			      * NUL */
	struct str user;     /* decoded, ends in NUL; absent: none */
	struct str password; /* the same */
	int64_t connect_ms;  /* ct */
	int64_t read_ms;     /* rt: between two pieces of an answer */
	int64_t total_ms;    /* tt: of all attempts together */
	int64_t retries;     /* rc */
	unsigned retry;      /* rp: enum webhook_retry */
	struct str note;     /* which overrides were passed over, and why; absent:
			      * none */
};

/* False: it is no absolute http or https URL, or the arena is full. */
MUST_USE bool webhook_url_read(
    struct str url, struct arena *arena, struct webhook_url *read);

/* Whose turn it is: all webhooks of one scheme, host, port and path share what
 * one application may take. A view of the URL. */
struct str webhook_url_application(struct str url);

/* The URL without user, password and fragment, in the arena: fit to be
 * shown. */
struct str webhook_url_shown(struct str url, struct arena *arena);

#endif
