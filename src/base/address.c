/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"

bool
address_split(const char *text, char host[ADDRESS_HOST], uint16_t *port,
    struct err *err)
{
	struct str all = str_from(text), name;
	const char *colon = strrchr(text, ':');
	uint64_t number;

	if (colon == NULL)
		return err_set(err, 0,
		    "%s: expected ADDRESS:PORT, such as 127.0.0.1:8080", text);
	if (!str_to_uint(str_from(colon + 1), UINT16_MAX, &number))
		return err_set(err, 0,
		    "%s: expected a port from 0 to 65535 after the last colon",
		    text);
	name = str_slice(all, 0, (size_t)(colon - text));
	if (str_has_prefix(name, STR("[")) && str_has_suffix(name, STR("]")))
		name = str_slice(name, 1, name.len - 1);
	if (name.len == 0 || name.len >= ADDRESS_HOST)
		return err_set(err, 0, "%s: an address is needed before the "
		    "port; 127.0.0.1 is this machine alone", text);
	memcpy(host, name.at, name.len);
	host[name.len] = '\0';
	*port = (uint16_t)number;
	return true;
}

bool
address_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &v6) != 1)
		return false;
	return IN6_IS_ADDR_LOOPBACK(&v6) ||
	    (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

/* The address without its port, "" for a family that has none. */
static void
write_host(const struct sockaddr *address, char host[INET6_ADDRSTRLEN])
{
	const void *bytes = NULL;

	if (address->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)address)
			     ->sin_addr;
	else if (address->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)address)
			     ->sin6_addr;
	host[0] = '\0';
	if (bytes != NULL)
		(void)inet_ntop(address->sa_family, bytes, host,
		    INET6_ADDRSTRLEN);
}

static bool
all_are_loopback(const struct addrinfo *found)
{
	char host[INET6_ADDRSTRLEN];

	for (; found != NULL; found = found->ai_next) {
		write_host(found->ai_addr, host);
		if (!address_is_loopback(host))
			return false;
	}
	return true;
}

bool
address_is_local(const char *text)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	char host[ADDRESS_HOST];
	uint16_t port;
	struct err err;

	if (!address_split(text, host, &port, &err) ||
	    getaddrinfo(host, NULL, &hints, &found) != 0)
		return false;
	bool local = all_are_loopback(found);
	freeaddrinfo(found);
	return local;
}

bool
address_is_local_socket(int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t size = sizeof address;
	char host[INET6_ADDRSTRLEN];

	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		return false;
	write_host((const struct sockaddr *)&address, host);
	return address.ss_family == AF_UNIX || address_is_loopback(host);
}

void
address_of(int fd, char text[ADDRESS_TEXT])
{
	struct sockaddr_storage address = {0};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
	socklen_t size = sizeof address;
	char host[INET6_ADDRSTRLEN];

	(void)getsockname(fd, (struct sockaddr *)&address, &size);
	write_host((const struct sockaddr *)&address, host);
	bool six = address.ss_family == AF_INET6;
	(void)snprintf(text, ADDRESS_TEXT, six ? "[%s]:%u" : "%s:%u", host,
	    ntohs(six ? v6->sin6_port : v4->sin_port));
}
