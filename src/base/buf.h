/* SPDX-License-Identifier: MIT
 *
 * Bytes that grow up to a ceiling. What goes beyond it, and what malloc
 * refuses, sets `failed`: every later append does nothing, and the owner
 * tests once at the end. For what outlives a request or grows while it is
 * received; text that belongs to one request goes to its arena.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/compat.h"
#include "base/str.h"

struct buf {
	char *at;
	size_t len;
	size_t size;    /* bytes allocated */
	size_t ceiling; /* bytes that may be held */
	bool failed;
};

/* Allocates nothing. */
void buf_init(struct buf *buf, size_t ceiling);
void buf_release(struct buf *buf);
/* Empty and not failed; memory above `keep` bytes is given back. */
void buf_clear(struct buf *buf, size_t keep);

void buf_add(struct buf *buf, const void *bytes, size_t length);
void buf_add_str(struct buf *buf, struct str s);
void buf_add_byte(struct buf *buf, char byte);
void buf_add_number(struct buf *buf, uint64_t value); /* in decimal */
void buf_format(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* What it holds; valid until the next change. Absent when it failed. */
struct str buf_str(const struct buf *buf);

#endif
