/* SPDX-License-Identifier: MIT
 *
 * A stand-in for TaskRouter's REST side that costs next to nothing: answers
 * POST /v1/Workspaces/{sid}/Tasks with 201 and always the same Task. HTTP/1.1
 * with kept connections on a free port of 127.0.0.1; epoll, one thread.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { EVENTS = 256, REQUEST_MAX = 16384 };

struct connection {
	int fd;
	size_t len;
	char request[REQUEST_MAX + 1];
};

static char *answer;

/* The names of a Task as the API gives them; the values mean nothing. */
static const char task[] =
    "{\"account_sid\":\"AC00000000000000000000000000000001\",\"addons\":\"{}\","
    "\"age\":0,\"assignment_status\":\"pending\","
    "\"attributes\":\"{\\\"selected_language\\\":\\\"es\\\"}\","
    "\"date_created\":\"2024-01-01T00:00:00Z\","
    "\"date_updated\":\"2024-01-01T00:00:00Z\",\"ignore_capacity\":false,"
    "\"links\":{},\"priority\":0,\"reason\":null,\"routing_target\":null,"
    "\"sid\":\"WT00000000000000000000000000000001\","
    "\"task_channel_sid\":\"TC00000000000000000000000000000001\","
    "\"task_channel_unique_name\":\"default\","
    "\"task_queue_entered_date\":null,\"task_queue_friendly_name\":null,"
    "\"task_queue_sid\":null,\"timeout\":86400,\"url\":\"\","
    "\"virtual_start_time\":\"2024-01-01T00:00:00Z\","
    "\"workflow_friendly_name\":\"bench\","
    "\"workflow_sid\":\"WW00000000000000000000000000000001\","
    "\"workspace_sid\":\"WS00000000000000000000000000000001\"}";

static void
make_answer(void)
{
	if (asprintf(&answer,
		"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		sizeof(task) - 1, task) < 0)
		die("asprintf");
}

static bool
is_create_task(const char *request)
{
	static const char start[] = "POST /v1/Workspaces/";
	const char *end = strstr(request, " HTTP/1.1\r\n");

	return strncmp(request, start, sizeof(start) - 1) == 0 && end != NULL &&
	       end - request > 6 && memcmp(end - 6, "/Tasks", 6) == 0;
}

/* The length of a whole request, or 0 while it is incomplete. */
static size_t
whole_length(const char *request, size_t len)
{
	const char *head_end = strstr(request, "\r\n\r\n");
	const char *field;
	size_t total;

	if (head_end == NULL)
		return 0;
	field = strcasestr(request, "\r\nContent-Length:");
	total = (size_t)(head_end - request) + 4;
	if (field != NULL && field < head_end)
		total += (size_t)strtoul(field + 17, NULL, 10);
	return total <= len ? total : 0;
}

static void
drop(struct connection *conn)
{
	close(conn->fd);
	free(conn);
}

/* Answers what is complete; false when the connection is of no more use. */
static bool
answer_requests(struct connection *conn)
{
	size_t total;

	while ((total = whole_length(conn->request, conn->len)) > 0) {
		size_t len = strlen(answer);

		if (!is_create_task(conn->request) ||
		    send(conn->fd, answer, len, MSG_NOSIGNAL) != (ssize_t)len)
			return false;
		conn->len -= total;
		memmove(conn->request, conn->request + total, conn->len);
		conn->request[conn->len] = '\0';
	}
	return conn->len < REQUEST_MAX;
}

static void
serve(struct connection *conn)
{
	ssize_t n = recv(
	    conn->fd, conn->request + conn->len, REQUEST_MAX - conn->len, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0) {
		conn->len += (size_t)n;
		conn->request[conn->len] = '\0';
	}
	if (n <= 0 || !answer_requests(conn))
		drop(conn);
}

static void
welcome(int epoll, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection *conn;
	struct epoll_event ev = {.events = EPOLLIN};

	if (fd < 0)
		return;
	conn = malloc(sizeof(*conn));
	if (conn == NULL)
		die("malloc");
	conn->fd = fd;
	conn->len = 0;
	ev.data.ptr = conn;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		die("epoll_ctl");
}

int
main(void)
{
	struct epoll_event events[EVENTS];
	struct epoll_event ev = {.events = EPOLLIN};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int port, listener;

	make_answer();
	listener = listen_on_loopback(&port);
	set_nonblocking(listener);
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &ev) != 0)
		die("epoll");
	printf("listening on 127.0.0.1:%d\n", port);
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				welcome(epoll, listener);
			else
				serve(events[i].data.ptr);
		}
	}
}
