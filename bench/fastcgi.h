/* SPDX-License-Identifier: MIT
 *
 * The record header of FastCGI 1.0, section 3.3, and the few types used here.
 * The project's programs leave the codec to libfcgi; a yardstick must not.
 */
#ifndef BENCH_FASTCGI_H
#define BENCH_FASTCGI_H

#include <stddef.h>

enum {
	FCGI_VERSION = 1,
	FCGI_BEGIN_REQUEST = 1,
	FCGI_END_REQUEST = 3,
	FCGI_STDIN = 5,
	FCGI_STDOUT = 6,
	FCGI_STDERR = 7,
	FCGI_KEEP_CONN = 1,
	FCGI_HEADER_LEN = 8,
	FCGI_BEGIN_BODY_LEN = 8,
};

static inline size_t
fcgi_content_length(const unsigned char *header)
{
	return (size_t)header[4] << 8 | header[5];
}

/* Content and padding. */
static inline size_t
fcgi_rest_length(const unsigned char *header)
{
	return fcgi_content_length(header) + header[6];
}

#endif
