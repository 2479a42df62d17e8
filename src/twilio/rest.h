/* SPDX-License-Identifier: MIT
 *
 * Calls of TaskRouter's REST API, on libcurl's multi interface driven by the
 * event loop: hundreds can be in flight over a few kept connections, and none
 * of them ever blocks the loop. libcurl is loaded when the first client is
 * opened, so that a CGI process that makes no call does not pay for it.
 *
 * Nothing here may be called from within is_abandoned; from within `done`
 * everything but rest_client_close.
 */
#ifndef TWILIO_REST_H
#define TWILIO_REST_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

/* Bytes of a header If-Match: room for a few entity tags. */
#define REST_IF_MATCH_MOST 256

struct event_base;
struct rest_client;
struct rest_call;

/* How to reach the API. The views live as long as their owner says; a call
 * copies what it needs. */
struct rest_options {
	struct str base_url;  /* "https://taskrouter.twilio.com" */
	struct str user;      /* AccountSid, or API key SID */
	struct str password;  /* auth token, or API key secret */
	struct str ca_file;   /* absent: the distribution's */
	struct str proxy;     /* absent: none; never from the environment */
	int64_t connect_timeout_ms;
	int64_t timeout_ms;   /* of the whole call, waiting for Retry-After
			       * and for a free connection included */
	size_t answer_limit;  /* bytes of body; more breaks the call off */
};

enum rest_outcome {
	REST_ANSWERED,  /* an HTTP response arrived whole */
	REST_NOT_SENT,  /* failed before the request left: nothing happened */
	REST_UNKNOWN,   /* failed afterwards: TaskRouter may have done it; also
			 * an answer cut short, or too long to keep */
	REST_TIMEOUT,   /* no connection within connect_timeout_ms, or no
			 * answer within timeout_ms; see `sent` */
	REST_ABANDONED, /* is_abandoned said so before the request left */
};

struct rest_result {
	enum rest_outcome outcome;
	bool sent;            /* the request may have reached TaskRouter */
	unsigned status;      /* HTTP; 0 unless REST_ANSWERED */
	struct str body;      /* in the call's arena */
	struct str request_id; /* Twilio-Request-Id, absent if none */
	struct str etag;      /* ETag as it came, absent if none */
	bool oversized;       /* REST_UNKNOWN because of answer_limit */
	int64_t retry_after_s; /* of the last 429 or 503; -1: there was none */
	int64_t duration_us;
	char error[256];      /* what failed, for the log; no secret */
};

/* One call, as its maker describes it. */
struct rest_request {
	const char *method;   /* "POST"; anything else is a GET */
	struct str path;      /* "/v1/Workspaces/WS…/Tasks", encoded */
	struct str form;      /* urlencoded body of a POST */
	struct str if_match;  /* a header of that name; absent: none. Without
			       * control characters */
	struct arena *arena;  /* for the answer; must live until `done` ran */
	/* Asked just before the request is sent: nobody waits any more? NULL:
	 * never abandoned. */
	bool (*is_abandoned)(void *context);
	/* Called once, from the loop, never from within rest_start. */
	void (*done)(void *context, const struct rest_result *result);
	void *context;
};

/* Loads libcurl and makes a client on the loop. The program must ignore
 * SIGPIPE, which TLS libraries cause. `connections` and `calls` as
 * rest_client_limit. NULL: *err says why. */
struct rest_client *rest_client_open(struct event_base *loop,
    size_t connections, size_t calls, struct err *err);

/* Reads the CA certificates that calls with these options need, which would
 * hold the loop up for some 20 ms at the first call. For programs that serve,
 * before they do: it blocks for that time. Nothing is done for plain HTTP.
 * The certificates are not read again as long as the client is open and
 * ca_file is the same. False: *err says what is wrong with the file; calls
 * would fail for the same reason. */
MUST_USE bool rest_client_warm(struct rest_client *client,
    const struct rest_options *options, struct err *err);

/* Calls under way are dropped without `done`. NULL is allowed. */
void rest_client_close(struct rest_client *client);

/* At most `connections` to TaskRouter at once and at most `calls` in hand. */
void rest_client_limit(
    struct rest_client *client, size_t connections, size_t calls);

size_t rest_client_calls(const struct rest_client *client);

/* Starts a call, on a piece of memory of its own. HTTP 429 and 503 with
 * Retry-After are waited for and repeated as long as the deadline allows. A
 * POST that may have reached TaskRouter is never sent again otherwise; a GET
 * is, when a kept connection turns out to be dead. False: too many calls in
 * hand, or no memory; `done` is not called then. */
MUST_USE bool rest_start(struct rest_client *client,
    const struct rest_options *options, const struct rest_request *request);

/* "libcurl/7.88.1 OpenSSL/3.0.17 …"; loads libcurl. NULL if that fails. */
const char *rest_library_version(void);

#endif
