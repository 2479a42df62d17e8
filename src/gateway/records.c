/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "gateway/records.h"

#include <string.h>

enum record_type {
	FCGI_BEGIN_REQUEST = 1,
	FCGI_PARAMS = 4,
	FCGI_STDIN = 5,
};

enum phase {
	PHASE_BEGIN,
	PHASE_PARAMS,
	PHASE_STDIN,
};

#define FCGI_VERSION_1 1
#define FCGI_RESPONDER 1
#define FCGI_KEEP_CONN 1
#define HEADER_SIZE ((size_t)8)
#define BEGIN_SIZE ((size_t)8)

/* A request beyond its limits is received to its end, so that it can be
 * answered, but not for ever. */
#define MOST_DROPPED ((size_t)16 << 20)
#define MOST_VARIABLES 512
/* What a connection may keep allocated between two requests. */
#define KEPT_MEMORY ((size_t)4096)

/* Any further growth is stopped by the limits given to records_feed. */
#define BUFFER_CEILING ((size_t)64 << 20)

void
records_init(struct records *records)
{
	*records = (struct records){0};
	buf_init(&records->head, BUFFER_CEILING);
	buf_init(&records->body, BUFFER_CEILING);
}

void
records_release(struct records *records)
{
	buf_release(&records->head);
	buf_release(&records->body);
}

void
records_reset(struct records *records)
{
	struct buf head = records->head, body = records->body;

	buf_clear(&head, KEPT_MEMORY);
	buf_clear(&body, KEPT_MEMORY);
	*records = (struct records){.head = head, .body = body};
}

static bool
broken(struct records *records, const char *fault)
{
	records->state = RECORDS_BROKEN;
	records->fault = fault;
	return false;
}

/* Whether the header that has just come may stand here. */
static bool
check_header(struct records *records)
{
	static const struct {
		unsigned char type;
		const char *fault;
	} expected[] = {
		[PHASE_BEGIN] = {FCGI_BEGIN_REQUEST, "expected BEGIN_REQUEST"},
		[PHASE_PARAMS] = {FCGI_PARAMS, "expected PARAMS"},
		[PHASE_STDIN] = {FCGI_STDIN, "expected STDIN"},
	};
	const unsigned char *h = records->header;
	unsigned id = (unsigned)h[2] << 8 | h[3];

	if (h[0] != FCGI_VERSION_1)
		return broken(records, "not FastCGI version 1");
	if (id == 0)
		return broken(records, "management record");
	if (h[1] != expected[records->phase].type)
		return broken(records, expected[records->phase].fault);
	records->content_left = (size_t)h[4] << 8 | h[5];
	records->padding_left = h[6];
	if (records->phase == PHASE_BEGIN) {
		records->id = id;
		if (records->content_left != BEGIN_SIZE)
			return broken(records, "BEGIN_REQUEST of a wrong size");
	}
	if (id != records->id)
		return broken(records, "record of another request");
	return true;
}

/* The length of a name or value: one byte, or four with the high bit set. */
static bool
take_length(const unsigned char **at, size_t *left, size_t *length)
{
	const unsigned char *p = *at;
	size_t size = *left > 0 && (p[0] & 0x80) != 0 ? 4 : 1;

	if (*left < size)
		return false;
	*length = size == 1 ? p[0]
			    : (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 |
		(size_t)p[2] << 8 | p[3];
	*at += size;
	*left -= size;
	return true;
}

/* The pairs must fill PARAMS exactly. NUL and '=' in a name would be taken
 * for the end of it by what works on "NAME=value" strings. */
static bool
check_pairs(struct records *records)
{
	const unsigned char *at = (const unsigned char *)records->head.at;
	size_t left = records->head.len;

	for (unsigned count = 0; left > 0; count++) {
		size_t name, value;
		if (!take_length(&at, &left, &name) ||
		    !take_length(&at, &left, &value) || name > left ||
		    value > left - name)
			return broken(records, "variables cut short");
		if (count == MOST_VARIABLES)
			return broken(records, "too many variables");
		if (memchr(at, '=', name) != NULL ||
		    memchr(at, '\0', name + value) != NULL)
			return broken(records, "NUL or '=' in a variable");
		at += name + value;
		left -= name + value;
	}
	return true;
}

static bool
end_of_begin(struct records *records)
{
	const unsigned char *b = records->begin;

	if (((unsigned)b[0] << 8 | b[1]) != FCGI_RESPONDER)
		return broken(records, "a role other than responder");
	records->keep = (b[2] & FCGI_KEEP_CONN) != 0;
	records->phase = PHASE_PARAMS;
	return true;
}

/* An empty record ends a stream. */
static bool
end_of_record(struct records *records, bool empty)
{
	records->header_length = 0;
	switch ((enum phase)records->phase) {
	case PHASE_BEGIN:
		return end_of_begin(records);
	case PHASE_PARAMS:
		if (!empty)
			return true;
		records->phase = PHASE_STDIN;
		return records->head_oversized || check_pairs(records);
	case PHASE_STDIN:
		if (empty)
			records->state = RECORDS_COMPLETE;
		return true;
	}
	return true;
}

/* Keeps content, or, once its stream is beyond the limit, only counts it. */
static bool
keep_content(struct records *records, struct buf *stream, bool *oversized,
    size_t limit, const char *bytes, size_t length)
{
	size_t room = stream->len < limit ? limit - stream->len : 0;

	if (!*oversized && length <= room) {
		buf_add(stream, bytes, length);
		return !stream->failed || broken(records, "out of memory");
	}
	*oversized = true;
	buf_clear(stream, 0);
	records->dropped += length;
	return records->dropped <= MOST_DROPPED ||
	    broken(records, "far beyond the limits");
}

static bool
take_content(struct records *records, struct records_limits limits,
    const char *bytes, size_t length)
{
	switch ((enum phase)records->phase) {
	case PHASE_BEGIN:
		memcpy(records->begin + records->begin_length, bytes, length);
		records->begin_length += length;
		return true;
	case PHASE_PARAMS:
		return keep_content(records, &records->head,
		    &records->head_oversized, limits.head, bytes, length);
	case PHASE_STDIN:
		return keep_content(records, &records->body,
		    &records->body_oversized, limits.body, bytes, length);
	}
	return false;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* One step: a piece of a header, of content or of padding. */
static size_t
step(struct records *records, struct records_limits limits, const char *bytes,
    size_t length)
{
	size_t part;

	if (records->header_length < HEADER_SIZE) {
		part = least(length, HEADER_SIZE - records->header_length);
		memcpy(records->header + records->header_length, bytes, part);
		records->header_length += part;
		if (records->header_length < HEADER_SIZE ||
		    !check_header(records))
			return part;
	} else if (records->content_left > 0) {
		part = least(length, records->content_left);
		if (!take_content(records, limits, bytes, part))
			return part;
		records->content_left -= part;
	} else {
		part = least(length, records->padding_left);
		records->padding_left -= part;
	}
	if (records->content_left == 0 && records->padding_left == 0)
		(void)end_of_record(records,
		    records->header[4] == 0 && records->header[5] == 0);
	return part;
}

size_t
records_feed(struct records *records, struct records_limits limits,
    const char *bytes, size_t length)
{
	size_t taken = 0;

	if (records->state == RECORDS_EMPTY && length > 0)
		records->state = RECORDS_PARTIAL;
	while (taken < length && records->state == RECORDS_PARTIAL)
		taken += step(records, limits, bytes + taken, length - taken);
	return taken;
}
