/* SPDX-License-Identifier: MIT
 *
 * For LD_PRELOAD: a resolver that takes 7 s and then knows nothing.
 */
#include <netdb.h>
#include <time.h>

int getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **result)
{
	struct timespec left = {.tv_sec = 7};

	(void)node;
	(void)service;
	(void)hints;
	(void)result;
	while (nanosleep(&left, &left) != 0)
		continue;
	return EAI_AGAIN;
}
