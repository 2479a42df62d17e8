/* SPDX-License-Identifier: MIT
 *
 * Preloaded: the wall clock goes as many seconds ahead of the real one as the
 * file JUMP_CLOCK says, and changes when the file does. The monotonic clock
 * stays as it is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long
ahead(void)
{
	const char *name = getenv("JUMP_CLOCK");
	char text[32] = "";
	int fd = name == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	ssize_t count = read(fd, text, sizeof text - 1);
	(void)close(fd);
	return count > 0 ? strtol(text, NULL, 10) : 0;
}

int
clock_gettime(clockid_t clock, struct timespec *time)
{
	static int (*real)(clockid_t, struct timespec *);

	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(
		    RTLD_NEXT, "clock_gettime");
	int result = real(clock, time);
	if (result == 0 && clock == CLOCK_REALTIME)
		time->tv_sec += ahead();
	return result;
}
