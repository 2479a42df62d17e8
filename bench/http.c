/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 64 };

/* ---- answers */

/* The text from behind `name` to the next `end`, copied. */
static bool
copy_value(const struct bytes *where, const char *at, const char *end,
    char *value, size_t size)
{
	const char *last = where->data + where->len;
	const char *stop =
	    memmem(at, (size_t)(last - at), end, strlen(end));

	if (stop == NULL || (size_t)(stop - at) >= size)
		return false;
	memcpy(value, at, (size_t)(stop - at));
	value[stop - at] = '\0';
	return true;
}

bool
http_header(const struct http_answer *answer, const char *name, char *value,
    size_t size)
{
	const struct bytes *head = &answer->head;
	size_t len = strlen(name);

	for (size_t i = 0; i + len + 3 < head->len; i++) {
		const char *at = head->data + i;

		if (*at != '\n' || strncasecmp(at + 1, name, len) != 0 ||
		    at[1 + len] != ':')
			continue;
		at += 2 + len;
		while (*at == ' ')
			at++;
		return copy_value(head, at, "\r\n", value, size);
	}
	return false;
}

bool
http_member(const struct http_answer *answer, const char *name, char *value,
    size_t size)
{
	char key[64];
	int len = snprintf(key, sizeof(key), "\"%s\":\"", name);
	const char *at = memmem(
	    answer->body.data, answer->body.len, key, (size_t)len);

	return at != NULL &&
	       copy_value(&answer->body, at + len, "\"", value, size);
}

/* The digits of the status stand in "HTTP/1.1 200 ". */
static bool
read_status(const char *data, struct http_answer *answer)
{
	const unsigned char *digit = (const unsigned char *)data + 9;

	if (memcmp(data, "HTTP/1.1 ", 9) != 0 || digit[3] != ' ')
		return false;
	answer->status = (digit[0] - '0') * 100u + (digit[1] - '0') * 10u +
			 (digit[2] - '0');
	return true;
}

enum http_state
http_read(const char *data, size_t len, struct http_answer *answer)
{
	const char *head_end = memmem(data, len, "\r\n\r\n", 4);
	char length[16];

	if (head_end == NULL)
		return HTTP_INCOMPLETE;
	answer->head.data = (char *)(uintptr_t)data;
	answer->head.len = (size_t)(head_end - data) + 2;
	answer->body.data = answer->head.data + answer->head.len + 2;
	answer->body.len = 0;
	if (!read_status(data, answer))
		return HTTP_BROKEN;
	if (http_header(answer, "Content-Length", length, sizeof(length)))
		answer->body.len = (size_t)number(length, HTTP_ANSWER_MAX);
	else if (answer->status != 204)
		return HTTP_BROKEN;
	answer->size = answer->head.len + 2 + answer->body.len;
	if (len < answer->size)
		return HTTP_INCOMPLETE;
	return len == answer->size ? HTTP_COMPLETE : HTTP_BROKEN;
}

static _Noreturn void
give_up(const char *what, const char *data, size_t len)
{
	fprintf(stderr, "%s, after %zu bytes: %.*s\n", what, len, (int)len,
	    data);
	exit(2);
}

static void
send_all(int fd, const char *request, size_t len)
{
	ssize_t n = send(fd, request, len, MSG_NOSIGNAL);

	if (n < 0)
		die("send");
	if ((size_t)n != len)
		die("request too large for one write");
}

void
http_ask(int fd, const char *request, size_t len, char *buffer,
    struct http_answer *answer)
{
	size_t have = 0;
	enum http_state state = HTTP_INCOMPLETE;

	send_all(fd, request, len);
	while (state == HTTP_INCOMPLETE && have < HTTP_ANSWER_MAX) {
		ssize_t n =
		    recv(fd, buffer + have, HTTP_ANSWER_MAX - have, 0);

		if (n <= 0)
			give_up("no answer", buffer, have);
		have += (size_t)n;
		state = http_read(buffer, have, answer);
	}
	if (state != HTTP_COMPLETE)
		give_up("no answer that is understood", buffer, have);
}

/* ---- many at once */

static void
open_slot(struct http_loop *loop, struct http_slot *slot, const char *address)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = slot};

	slot->number = (size_t)(slot - loop->slots);
	slot->data = malloc(HTTP_ANSWER_MAX);
	slot->fd = dial(address);
	set_nonblocking(slot->fd);
	if (slot->data == NULL ||
	    epoll_ctl(loop->epoll, EPOLL_CTL_ADD, slot->fd, &ev) != 0)
		die("open");
}

void
http_open(struct http_loop *loop, const char *address, size_t count)
{
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->slots = calloc(count, sizeof(*loop->slots));
	loop->count = count;
	if (loop->epoll < 0 || loop->slots == NULL)
		die("open");
	for (size_t i = 0; i < count; i++)
		open_slot(loop, &loop->slots[i], address);
}

void
http_send(struct http_loop *loop, struct http_slot *slot, const char *request,
    size_t len)
{
	slot->sent_at = now_ns();
	slot->len = 0;
	slot->waiting = true;
	loop->waiting++;
	send_all(slot->fd, request, len);
}

static void
receive(struct http_loop *loop, struct http_slot *slot)
{
	struct http_answer answer;
	ssize_t n = recv(slot->fd, slot->data + slot->len,
	    HTTP_ANSWER_MAX - slot->len, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || !slot->waiting)
		give_up("a connection ended", slot->data, slot->len);
	slot->len += (size_t)n;
	switch (http_read(slot->data, slot->len, &answer)) {
	case HTTP_INCOMPLETE:
		return;
	case HTTP_BROKEN:
		give_up("no answer that is understood", slot->data, slot->len);
	case HTTP_COMPLETE:
		slot->waiting = false;
		loop->waiting--;
		loop->take(loop, slot, &answer);
	}
}

bool
http_turn(struct http_loop *loop, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(loop->epoll, events, EVENTS, timeout_ms);

	if (n < 0 && errno != EINTR)
		die("epoll_wait");
	for (int i = 0; i < n; i++)
		receive(loop, events[i].data.ptr);
	return n > 0;
}

void
http_close(struct http_loop *loop)
{
	for (size_t i = 0; i < loop->count; i++) {
		close(loop->slots[i].fd);
		free(loop->slots[i].data);
	}
	free(loop->slots);
	close(loop->epoll);
}
