/* SPDX-License-Identifier: MIT */
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void
die(const char *what)
{
	if (errno != 0)
		fprintf(stderr, "%s: %s\n", what, strerror(errno));
	else
		fprintf(stderr, "%s\n", what);
	exit(2);
}

uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

long
number(const char *text, long max)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || *end != '\0' || value < 0 || value > max) {
		errno = 0;
		fprintf(stderr, "%s: ", text);
		die("not a number in range");
	}
	return value;
}

struct bytes
read_file(const char *path)
{
	struct bytes file = {NULL, 0};
	FILE *f = fopen(path, "rb");
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		die(path);
	rewind(f);
	file.len = (size_t)size;
	file.data = calloc(1, file.len + 1);
	if (file.data == NULL || fread(file.data, 1, file.len, f) != file.len)
		die(path);
	fclose(f);
	return file;
}

static int
dial_unix(const char *path)
{
	struct sockaddr_un peer = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) >= sizeof(peer.sun_path))
		die("socket path too long");
	memcpy(peer.sun_path, path, strlen(path));
	if (fd < 0 || connect(fd, (struct sockaddr *)&peer, sizeof(peer)) != 0)
		die(path);
	return fd;
}

static int
dial_tcp(const char *address)
{
	struct sockaddr_in peer = {.sin_family = AF_INET};
	const char *colon = strrchr(address, ':');
	char host[INET_ADDRSTRLEN] = "";
	int one = 1;
	int fd;

	errno = 0;
	if (colon == NULL || (size_t)(colon - address) >= sizeof(host))
		die("address: want unix:PATH or HOST:PORT");
	memcpy(host, address, (size_t)(colon - address));
	peer.sin_port = htons((uint16_t)number(colon + 1, 65535));
	if (inet_pton(AF_INET, host, &peer.sin_addr) != 1)
		die("address: want a numeric host");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&peer, sizeof(peer)) != 0)
		die(address);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

int
dial(const char *address)
{
	if (strncmp(address, "unix:", 5) == 0)
		return dial_unix(address + 5);
	return dial_tcp(address);
}

int
listen_on_loopback(int *port)
{
	struct sockaddr_in self = {.sin_family = AF_INET};
	socklen_t len = sizeof(self);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)) != 0 ||
	    listen(fd, 1024) != 0 ||
	    getsockname(fd, (struct sockaddr *)&self, &len) != 0)
		die("listen");
	*port = ntohs(self.sin_port);
	return fd;
}

void
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		die("fcntl");
}

void
samples_add(struct samples *s, uint64_t ns)
{
	if (s->count == s->room) {
		s->room = s->room == 0 ? 65536 : 2 * s->room;
		s->ns = realloc(s->ns, s->room * sizeof(*s->ns));
		if (s->ns == NULL)
			die("realloc");
	}
	s->ns[s->count++] = ns;
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void
samples_sort(struct samples *s)
{
	if (s->count > 0)
		qsort(s->ns, s->count, sizeof(*s->ns), by_value);
}

double
samples_at(const struct samples *s, double share)
{
	if (s->count == 0)
		return 0;
	return (double)s->ns[(size_t)(share * (double)(s->count - 1))] / 1e6;
}
