/* SPDX-License-Identifier: MIT
 *
 * Preloaded: while the file FAIL_DISK exists, the disk is full. Logs, sockets
 * and pipes are written with write(2) and go on; databases are written with
 * pwrite(2).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static int
is_full(void)
{
	const char *flag = getenv("FAIL_DISK");

	return flag != NULL && access(flag, F_OK) == 0;
}

#define WRITING(name, offset) \
	ssize_t name(int fd, const void *bytes, size_t length, offset at) \
	{ \
		ssize_t (*real)(int, const void *, size_t, offset) = \
		    (ssize_t (*)(int, const void *, size_t, offset)) \
			dlsym(RTLD_NEXT, #name); \
		if (!is_full()) \
			return real(fd, bytes, length, at); \
		errno = ENOSPC; \
		return -1; \
	}

WRITING(pwrite, off_t)
WRITING(pwrite64, off64_t)
