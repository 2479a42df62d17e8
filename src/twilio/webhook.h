/* SPDX-License-Identifier: MIT
 *
 * Twilio's webhooks as Twilio sends them: a signed POST of a form, or a GET
 * with the form in the query, with the
 * connection overrides of the URL's fragment, repeated under one token, with
 * the URL's password once the application has asked for it. Redirects are not
 * followed. Sources: https://www.twilio.com/docs/usage/security,
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 *
 * Many are under way at once, over kept connections. Applications (scheme,
 * host, port and path) take turns; each may have one connection in any case,
 * and of the others a share that leaves as much to who comes next: one that
 * hangs cannot hold up the webhooks of another.
 *
 * Nothing here may be called from within `compose`; from within `done`
 * everything but webhook_client_close.
 */
#ifndef TWILIO_WEBHOOK_H
#define TWILIO_WEBHOOK_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/form.h"

struct event_base;
struct webhook_client;

/* What a webhook and its answer may take in memory. */
#define WEBHOOK_MEMORY ((size_t)1 << 20)

/* The views must live as long as the client. */
struct webhook_options {
	struct str auth_token;  /* signs */
	struct str ca_file;     /* absent: the distribution's */
	size_t connections;     /* open at once, all applications; at least 2 */
};

enum webhook_outcome {
	WEBHOOK_ANSWERED,  /* an HTTP response arrived whole, of any status */
	WEBHOOK_FAILED,
	WEBHOOK_ABANDONED, /* before it was sent */
};

struct webhook_result {
	enum webhook_outcome outcome;
	struct str url;          /* the request's */
	unsigned status;         /* HTTP; 0 unless WEBHOOK_ANSWERED */
	struct str content_type; /* absent: none */
	struct str body;
	unsigned error;          /* WEBHOOK_FAILED: Twilio's error number */
	unsigned attempts;
	int64_t duration_us;     /* from the first attempt on */
	struct str note;         /* overrides that were passed over; absent:
				  * none */
	char reason[256];        /* WEBHOOK_FAILED: why, for people; no secret */
};

struct webhook_request {
	struct str url;     /* absolute, http or https; copied */
	struct str token;   /* I-Twilio-Idempotency-Token; copied */
	int64_t timeout_ms; /* from the first attempt on, all attempts; the
			     * URL's own total time may end it before */
	size_t answer_limit; /* bytes of body; more breaks it off */
	bool is_signed_wrongly; /* for tests of applications */
	bool is_get;         /* the form goes into the query, behind what is
			      * there, and the whole URL is signed */
	/* Fills in the form, in the arena, when its turn has come; names end in
	 * NUL. False: it is not to be sent any more. */
	bool (*compose)(
	    void *context, struct arena *arena, struct form *form);
	/* Called once, from the loop or from webhook_client_abandon; what the
	 * result points to dies when it returns. */
	void (*done)(void *context, const struct webhook_result *result);
	void *context;
};

/* Loads libcurl. The program must ignore SIGPIPE. NULL: *err says why. */
struct webhook_client *webhook_client_open(struct event_base *loop,
    const struct webhook_options *options, struct err *err);
/* Webhooks in hand are dropped without `done`. NULL is allowed. */
void webhook_client_close(struct webhook_client *client);

/* Sends it when its turn comes. False: no memory; `done` is not called. */
MUST_USE bool webhook_start(
    struct webhook_client *client, const struct webhook_request *request);

/* Ends those that wait for their turn as abandoned. */
void webhook_client_abandon(struct webhook_client *client);

#endif
