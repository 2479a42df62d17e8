/* SPDX-License-Identifier: MIT
 *
 * What the programs in this folder share: giving up, clock, files, sockets
 * on this machine, and a sorted list of times. Single-threaded.
 */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
	char *data;
	size_t len;
};

/* Durations in nanoseconds. samples_at() needs samples_sort() first. */
struct samples {
	uint64_t *ns;
	size_t count;
	size_t room;
};

/* Prints `what` and, where errno is set, the reason; exit status 2. */
_Noreturn void die(const char *what);

/* Monotonic. */
uint64_t now_ns(void);

/* A decimal number from 0 to `max`; anything else ends the program. */
long number(const char *text, long max);

/* The whole file, NUL-terminated beyond `len`; lives until exit. */
struct bytes read_file(const char *path);

/* Connects to "unix:PATH" or "HOST:PORT" (numeric IPv4); blocking. */
int dial(const char *address);

/* Listens on a free port of 127.0.0.1 and stores its number. */
int listen_on_loopback(int *port);

void set_nonblocking(int fd);

void samples_add(struct samples *s, uint64_t ns);
void samples_sort(struct samples *s);

/* The value below which `share` (0 to 1) of the samples lie, in ms. */
double samples_at(const struct samples *s, double share);

#endif
