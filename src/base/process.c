/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#ifdef HAVE_PRCTL
#include <sys/prctl.h>
#endif
#ifdef HAVE_MALLOPT
#include <malloc.h>
#endif

#include "base/clock.h"
#include "base/wipe.h"

void
process_harden(void)
{
	struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
#ifdef HAVE_MALLOPT
	(void)mallopt(M_ARENA_MAX, 1);
#endif
#if defined(HAVE_PRCTL) && !ADDRESS_SANITIZER
	/* The leak checker of AddressSanitizer traces the process. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void
process_hide_environment(const char *const *names)
{
	for (; *names != NULL; names++) {
		char *value = getenv(*names);
		char *copy = value == NULL ? NULL : strdup(value);
		if (copy == NULL)
			continue;
		wipe(value, strlen(value));
		(void)setenv(*names, copy, 1);
		wipe(copy, strlen(copy));
		free(copy);
	}
}

void
process_raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

void
process_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = path == NULL ? 0 : strlen(path);
	char message[128];

	if (length == 0 || length >= sizeof address.sun_path)
		return;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@') /* the abstract namespace */
		address.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* systemd wants to know when the reload began (sd_notify(3)). */
	int size = snprintf(message, sizeof message, "%s\nMONOTONIC_USEC=%jd",
	    state, (intmax_t)clock_monotonic_us());
	(void)sendto(fd, message, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	(void)close(fd);
}
