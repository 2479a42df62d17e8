/* SPDX-License-Identifier: MIT
 *
 * Preloaded (LD_PRELOAD) into the responder: a resolver that hangs for seven
 * seconds and then finds nothing, as one does whose name server is gone.
 */
#include <netdb.h>
#include <time.h>

int
getaddrinfo(const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
	struct timespec seven_seconds = {.tv_sec = 7};

	(void)node;
	(void)service;
	(void)hints;
	*result = NULL;
	nanosleep(&seven_seconds, NULL);
	return EAI_AGAIN;
}
