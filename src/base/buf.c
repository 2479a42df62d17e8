/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE ((size_t)256)

void
buf_init(struct buf *buf, size_t ceiling)
{
	*buf = (struct buf){.ceiling = ceiling};
}

void
buf_release(struct buf *buf)
{
	free(buf->at);
	buf_init(buf, buf->ceiling);
}

void
buf_clear(struct buf *buf, size_t keep)
{
	if (buf->size > keep)
		buf_release(buf);
	buf->len = 0;
	buf->failed = false;
}

/* Room for `more` further bytes. */
static bool
reserve(struct buf *buf, size_t more)
{
	if (buf->failed || more > buf->ceiling - buf->len)
		return false;
	if (more <= buf->size - buf->len)
		return true;
	size_t size = buf->size == 0 ? FIRST_SIZE : buf->size;
	while (size < buf->len + more)
		size = size > buf->ceiling / 2 ? buf->ceiling : size * 2;
	char *at = realloc(buf->at, size);
	if (at == NULL)
		return false;
	buf->at = at;
	buf->size = size;
	return true;
}

void
buf_add(struct buf *buf, const void *bytes, size_t length)
{
	if (length == 0)
		return;
	if (!reserve(buf, length)) {
		buf->failed = true;
		return;
	}
	memcpy(buf->at + buf->len, bytes, length);
	buf->len += length;
}

void
buf_add_str(struct buf *buf, struct str s)
{
	buf_add(buf, s.at, s.len);
}

void
buf_add_byte(struct buf *buf, char byte)
{
	buf_add(buf, &byte, 1);
}

void
buf_add_number(struct buf *buf, uint64_t value)
{
	char text[20];
	size_t at = sizeof text;

	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	buf_add(buf, text + at, sizeof text - at);
}

void
buf_format(struct buf *buf, const char *format, ...)
{
	va_list arguments;
	char text[1024];

	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof text)
		buf->failed = true;
	else
		buf_add(buf, text, (size_t)length);
}

struct str
buf_str(const struct buf *buf)
{
	if (buf->failed)
		return STR_NONE;
	return (struct str){buf->at != NULL ? buf->at : "", buf->len};
}
