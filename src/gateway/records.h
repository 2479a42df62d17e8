/* SPDX-License-Identifier: MIT
 *
 * Receives the FastCGI records of one request, in whatever pieces they come,
 * and keeps only their contents. Nothing but BEGIN_REQUEST, PARAMS and STDIN,
 * in that order, under one request id and within the limits, is taken; so
 * what is handed to libfcgi afterwards is known to be whole and well-formed.
 * Source: FastCGI Specification 1.0, sections 3.3, 5.1 and 5.2.
 */
#ifndef GATEWAY_RECORDS_H
#define GATEWAY_RECORDS_H

#include "base/buf.h"
#include "base/compat.h"

enum records_state {
	RECORDS_EMPTY,    /* nothing of a request has come */
	RECORDS_PARTIAL,
	RECORDS_COMPLETE, /* a whole request: take it, then records_reset */
	RECORDS_BROKEN,   /* `fault` says why; only closing helps */
};

struct records_limits {
	size_t head;
	size_t body;
};

struct records {
	enum records_state state;
	const char *fault;
	unsigned id;
	bool keep;           /* FCGI_KEEP_CONN */
	struct buf head;     /* the name-value pairs of PARAMS */
	struct buf body;     /* the contents of STDIN */
	bool head_oversized; /* then `head` is empty */
	bool body_oversized; /* then `body` is empty */

	/* Of the record that is being received: */
	unsigned char header[8];
	size_t header_length;
	size_t content_left;
	size_t padding_left;
	unsigned char begin[8];
	size_t begin_length;
	size_t dropped; /* bytes beyond a limit, not kept */
	unsigned phase;
};

void records_init(struct records *records);
void records_release(struct records *records);
/* Ready for the next request; keeps a little memory. */
void records_reset(struct records *records);

/* Takes bytes up to the end of one request; returns how many it took. */
size_t records_feed(struct records *records, struct records_limits limits,
    const char *bytes, size_t length);

#endif
