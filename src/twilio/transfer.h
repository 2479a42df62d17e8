/* SPDX-License-Identifier: MIT
 *
 * One HTTP request on a curl easy handle: how it is set up, what stops it,
 * and what can be said about it afterwards. Above all whether it may have
 * reached TaskRouter, since a POST that may have is never sent again.
 */
#ifndef TWILIO_TRANSFER_H
#define TWILIO_TRANSFER_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"
#include "twilio/libcurl.h"
#include "twilio/multi.h"
#include "twilio/rest.h"
#include "twilio/target.h"

/* Bytes of a response's head; more breaks the transfer off. */
#define TRANSFER_HEAD_LIMIT ((size_t)32 * 1024)

/* Why one of our own callbacks ended a transfer. */
enum transfer_stop {
	TRANSFER_WENT_ON,
	TRANSFER_ABANDONED,
	TRANSFER_REPEATED,
	TRANSFER_HEAD_CUT_SHORT,
	TRANSFER_HEAD_TOO_LONG,
	TRANSFER_BODY_TOO_LONG,
	TRANSFER_NO_MEMORY,
};

struct transfer {
	CURL *easy;
	const struct target *target;
	struct curl_slist *headers;
	struct buf body;       /* its ceiling is that of the answer */
	size_t head_bytes;
	bool head_is_whole;    /* of the last response */
	long bytes_before;     /* what had been sent when the request began:
				* a proxy's CONNECT */
	bool begun;            /* the request was handed to a connection */
	enum transfer_stop stop;
	char error[CURL_ERROR_SIZE];
};

/* A list of header lines ("Name: value"; "Name:" takes one of libcurl's out),
 * for transfer_init; copied. NULL: no memory. */
struct curl_slist *transfer_headers(const char *const *lines, size_t count);

/* Allocates nothing; `target` and `headers` must outlive the transfer. */
void transfer_init(struct transfer *transfer, const struct target *target,
    struct curl_slist *headers, size_t answer_limit);
void transfer_release(struct transfer *transfer);

/* Sets up `easy`, which must be new or reset, for one attempt. The transfer
 * must stay where it is until the handle is out of the multi handle. False:
 * transfer->error says which option libcurl refused. */
MUST_USE bool transfer_prepare(struct transfer *transfer, CURL *easy);

/* Takes a handle and prepares it, lets `adjust` (NULL: nobody) set more
 * options, and hands it to libcurl; the handle tells `owner` afterwards
 * (transfer_owner). False: transfer->error says why not; in either case
 * transfer_detach gives the handle back. */
MUST_USE bool transfer_start(struct transfer *transfer, struct multi *multi,
    bool (*adjust)(void *owner, CURL *easy), void *owner);
void *transfer_owner(CURL *easy);
/* Ends the transfer, if there is one; what came stays. */
void transfer_detach(struct transfer *transfer, struct multi *multi);

/* Whether the request, or a part of it, has left. */
bool transfer_is_sent(const struct transfer *transfer);

/* What came of it; fills in transfer->error unless it was answered. */
enum rest_outcome transfer_end(struct transfer *transfer, CURLcode result);

/* Of an answered transfer. */
unsigned transfer_status(const struct transfer *transfer);
bool transfer_is_multiplexed(const struct transfer *transfer);
/* Lives as long as the handle is not reset; absent if there is none. */
struct str transfer_header(const struct transfer *transfer, const char *name);
/* Seconds from now that Retry-After asks for; -1 without a valid one. */
int64_t transfer_retry_after(const struct transfer *transfer);

#endif
