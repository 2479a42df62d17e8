/* SPDX-License-Identifier: MIT
 *
 * The client's side of HTTP/1.1 over kept connections: what reads an answer,
 * and an epoll loop of slots with one connection and at most one request each.
 * Every answer here has a Content-Length, and nginx passes it on.
 */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#include <stdbool.h>

#include "common.h"

enum { HTTP_ANSWER_MAX = 262144 };

/* Views into what was received. */
struct http_answer {
	unsigned status;
	struct bytes head; /* up to and with the line end of the last header */
	struct bytes body;
	size_t size; /* of all of it */
};

enum http_state { HTTP_INCOMPLETE, HTTP_COMPLETE, HTTP_BROKEN };

enum http_state http_read(
    const char *data, size_t len, struct http_answer *answer);

/* The value of a header, or of the first member `name` of a compact JSON body
 * that is a text without escapes. False: there is none, or it does not fit. */
bool http_header(const struct http_answer *answer, const char *name,
    char *value, size_t size);
bool http_member(const struct http_answer *answer, const char *name,
    char *value, size_t size);

/* Sends a request over a blocking connection and waits for its answer, which
 * lives in `buffer` (HTTP_ANSWER_MAX bytes). Ends the program where there is
 * none. */
void http_ask(int fd, const char *request, size_t len, char *buffer,
    struct http_answer *answer);

struct http_slot {
	int fd;
	size_t number;
	size_t len;
	char *data;
	bool waiting;
	uint64_t sent_at;
};

struct http_loop {
	int epoll;
	struct http_slot *slots;
	size_t count;
	size_t waiting; /* slots with a request out */
	/* Called with each answer; may send the slot's next request. */
	void (*take)(struct http_loop *loop, struct http_slot *slot,
	    const struct http_answer *answer);
	void *context;
};

/* Connects `count` slots to the address (common.h). */
void http_open(struct http_loop *loop, const char *address, size_t count);
void http_send(struct http_loop *loop, struct http_slot *slot,
    const char *request, size_t len);
/* Waits for answers, at most so long (-1: as long as it takes), and hands them
 * over. False: none came. */
bool http_turn(struct http_loop *loop, int timeout_ms);
void http_close(struct http_loop *loop);

#endif
