/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "tap.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/str.h"

#define FORM "expected ADDRESS:PORT"
#define PORT "expected a port from 0 to 65535"
#define HOST "an address is needed"

static void
test_split(void)
{
	static const struct {
		const char *text;
		const char *host; /* NULL: refused */
		unsigned port;
		const char *why;  /* the message has this */
	} rows[] = {
		{"127.0.0.1:8080", "127.0.0.1", 8080, NULL},
		{"[::1]:0", "::1", 0, NULL},
		{"::1:80", "::1", 80, NULL},
		{"localhost:65535", "localhost", 65535, NULL},
		{"127.0.0.1:65536", NULL, 0, PORT},
		{"127.0.0.1:", NULL, 0, PORT},
		{"127.0.0.1:-1", NULL, 0, PORT},
		{"127.0.0.1:+1", NULL, 0, PORT},
		{"127.0.0.1: 1", NULL, 0, PORT},
		{"127.0.0.1", NULL, 0, FORM},
		{"8080", NULL, 0, FORM},
		{":8080", NULL, 0, HOST},
		{"[]:8080", NULL, 0, HOST},
		{"", NULL, 0, FORM},
	};
	char host[ADDRESS_HOST], large[ADDRESS_HOST + 4];
	uint16_t port;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *text = rows[i].text;
		bool good = address_split(text, host, &port, &err);
		ok(good == (rows[i].host != NULL), "split %s: %s", text,
		    rows[i].host != NULL ? "is taken" : "is refused");
		if (!good) {
			ok(strstr(err.text, rows[i].why) != NULL,
			    "split %s: %s", text, err.text);
			continue;
		}
		is_str(str_from(host), rows[i].host, "split %s: host", text);
		is_int(port, rows[i].port, "split %s: port", text);
	}
	memset(large, 'a', sizeof large);
	memcpy(large + ADDRESS_HOST - 1, ":80", 4);
	ok(address_split(large, host, &port, &err), "the longest host");
	memcpy(large + ADDRESS_HOST, ":80", 4);
	large[ADDRESS_HOST - 1] = 'a';
	ok(!address_split(large, host, &port, &err), "a byte more");
}

static void
test_local(void)
{
	static const struct {
		const char *host;
		bool loopback;
	} rows[] = {
		{"127.0.0.1", true}, {"127.255.255.254", true},
		{"::1", true}, {"::ffff:127.0.0.1", true},
		{"128.0.0.1", false}, {"126.255.255.255", false},
		{"0.0.0.0", false}, {"::", false}, {"::2", false},
		{"::ffff:10.0.0.1", false}, {"10.0.0.1", false},
		{"127.1", false}, {"", false}, {"localhost", false},
	};
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		ok(address_is_loopback(rows[i].host) == rows[i].loopback,
		    "%s: %s", rows[i].host,
		    rows[i].loopback ? "loopback" : "not loopback");
		/* Those that somebody would have to be asked about. */
		if (!str_has_byte(str_from(rows[i].host), ':'))
			continue;
		(void)snprintf(text, sizeof text, "[%s]:80", rows[i].host);
		ok(address_is_local(text) == rows[i].loopback, "%s: %s", text,
		    rows[i].loopback ? "local" : "not local");
	}
	ok(address_is_local("localhost:80"), "the name localhost is local");
	ok(!address_is_local("localhost"), "nor is what is no address");
}

/* A listening socket there; its text is in `text`. */
static int
bound(in_addr_t address, char text[ADDRESS_TEXT])
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(address)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to) != 0)
		return -1;
	address_of(fd, text);
	return fd;
}

static void
test_sockets(void)
{
	char text[ADDRESS_TEXT];
	int pair[2];
	int fd = bound(INADDR_LOOPBACK, text);

	ok(str_has_prefix(str_from(text), STR("127.0.0.1:")) &&
		!str_has_suffix(str_from(text), STR(":0")),
	    "a bound socket: %s", text);
	ok(address_is_local_socket(fd), "on loopback: local");
	(void)close(fd);
	ok(!address_is_local_socket(fd), "a closed one is not");
	fd = bound(INADDR_ANY, text);
	ok(str_has_prefix(str_from(text), STR("0.0.0.0:")), "%s", text);
	ok(!address_is_local_socket(fd), "on all addresses: not local");
	(void)close(fd);
	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 &&
		address_is_local_socket(pair[0]),
	    "in the file system: local");
	(void)close(pair[0]);
	(void)close(pair[1]);
}

int
main(void)
{
	test_split();
	test_local();
	test_sockets();
	return tap_done();
}
