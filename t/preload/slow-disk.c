/* SPDX-License-Identifier: MIT
 *
 * Preloaded: every write to a place in a file, and every fsync, first takes
 * SLOW_DISK microseconds; an fsync SLOW_SYNC microseconds more. SQLite writes
 * its files in this way; so a transaction takes a while, and what is answered
 * before it is over can be caught. With SLOW_FLAG only while that file exists.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int
is_slow(void)
{
	const char *flag = getenv("SLOW_FLAG");

	return flag == NULL || access(flag, F_OK) == 0;
}

static void
wait_a_while(const char *variable)
{
	const char *text = getenv(variable);
	long us = text == NULL ? 0 : strtol(text, NULL, 10);
	struct timespec left = {us / 1000000, us % 1000000 * 1000};

	if (us > 0 && is_slow())
		while (nanosleep(&left, &left) != 0)
			continue;
}

#define WRITING(name, offset) \
	ssize_t name(int fd, const void *bytes, size_t length, offset at) \
	{ \
		ssize_t (*real)(int, const void *, size_t, offset) = \
		    (ssize_t (*)(int, const void *, size_t, offset)) \
			dlsym(RTLD_NEXT, #name); \
		wait_a_while("SLOW_DISK"); \
		return real(fd, bytes, length, at); \
	}
#define SYNCING(name) \
	int name(int fd) \
	{ \
		int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, #name); \
		wait_a_while("SLOW_DISK"); \
		wait_a_while("SLOW_SYNC"); \
		return real(fd); \
	}

WRITING(pwrite, off_t)
WRITING(pwrite64, off64_t)
SYNCING(fsync)
SYNCING(fdatasync)
