/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "gateway/gateway.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

#define SYSTEMD_FIRST_DESCRIPTOR 3

static bool
is_listening(int fd)
{
	int listening = 0;
	socklen_t size = sizeof listening;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) ==
	    0 && listening != 0;
}

/* sd_listen_fds(3): the variables may have been inherited by mistake, so the
 * process id must be ours. */
static bool
systemd_passes_socket(void)
{
	uint64_t pid, count;

	return str_to_uint(str_from(getenv("LISTEN_PID")), INT32_MAX, &pid) &&
	    pid == (uint64_t)getpid() &&
	    str_to_uint(str_from(getenv("LISTEN_FDS")), INT32_MAX, &count) &&
	    count >= 1 && is_listening(SYSTEMD_FIRST_DESCRIPTOR);
}

enum gateway_kind
gateway_detect(int *listener)
{
	if (is_listening(STDIN_FILENO)) {
		*listener = STDIN_FILENO;
		return GATEWAY_FASTCGI;
	}
	if (systemd_passes_socket()) {
		*listener = SYSTEMD_FIRST_DESCRIPTOR;
		return GATEWAY_FASTCGI;
	}
	return getenv("GATEWAY_INTERFACE") != NULL ? GATEWAY_CGI : GATEWAY_NONE;
}
