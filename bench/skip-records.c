/* SPDX-License-Identifier: MIT
 *
 * The yardstick: a FastCGI application that skips every record up to the final
 * empty STDIN and writes a constant answer. It looks at no parameter and checks
 * nothing, so no honest application is faster. One thread, epoll.
 *
 * usage: skip-records [SOCKET=ANSWER_FILE ...]
 * Without arguments it serves descriptor 0, and the answer is that to an
 * assignment callback. With them it makes these unix sockets; the file is
 * what a CGI program would write.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common.h"
#include "fastcgi.h"

enum {
	LISTENER = 0,
	LISTENERS_MAX = 16,
	EVENTS = 64,
	PIECE = 65536,
	CONTENT_MAX = 65535, /* of one record */
};

/* A socket and what those who connect to it are told: STDOUT with the answer,
 * its end, END_REQUEST; request id 1 throughout, which is the only one that
 * web servers use. */
struct listener {
	int fd;
	unsigned char *answer;
	size_t len;
};

/* Where the walk over the records stands. The body of BEGIN_REQUEST counts
 * as part of its header, because the keep flag in it is needed. */
struct connection {
	int fd;
	const struct listener *listener;
	bool keep;
	size_t have;
	unsigned char header[FCGI_HEADER_LEN + FCGI_BEGIN_BODY_LEN];
	size_t skip;
};

#define HEAD                                                                   \
	"Status: 200 OK\r\n"                                                   \
	"Content-Type: application/json\r\n"                                   \
	"Content-Length: 24\r\n"                                               \
	"Cache-Control: no-store\r\n\r\n"
#define BODY "{\"instruction\":\"accept\"}"

static struct listener listeners[LISTENERS_MAX];
static size_t listener_count;

static void
put_header(unsigned char *p, unsigned char type, size_t len)
{
	const unsigned char header[FCGI_HEADER_LEN] = {FCGI_VERSION, type, 0,
	    1, (unsigned char)(len >> 8), (unsigned char)(len & 255)};

	memcpy(p, header, sizeof(header));
}

static void
add_listener(int fd, const char *content, size_t len)
{
	struct listener *listener = &listeners[listener_count++];
	unsigned char *p = calloc(1, len + 3 * FCGI_HEADER_LEN + 8);

	if (p == NULL || len > CONTENT_MAX)
		die("answer too large");
	listener->fd = fd;
	listener->answer = p;
	listener->len = len + 3 * FCGI_HEADER_LEN + 8;
	put_header(p, FCGI_STDOUT, len);
	p += FCGI_HEADER_LEN;
	memcpy(p, content, len);
	p += len;
	put_header(p, FCGI_STDOUT, 0);
	p += FCGI_HEADER_LEN;
	put_header(p, FCGI_END_REQUEST, 8);
}

static int
listen_at(const char *path)
{
	struct sockaddr_un self = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(self.sun_path))
		die("socket path too long");
	memcpy(self.sun_path, path, strlen(path));
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&self, sizeof(self)) != 0 ||
	    listen(fd, 4096) != 0)
		die(path);
	return fd;
}

static void
make_listeners(int argc, char **argv)
{
	if (argc == 1)
		add_listener(LISTENER, HEAD BODY, sizeof(HEAD BODY) - 1);
	if (argc - 1 > LISTENERS_MAX)
		die("too many sockets");
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		struct bytes file;

		if (equals == NULL)
			die("usage: skip-records [SOCKET=ANSWER_FILE ...]");
		*equals = '\0';
		file = read_file(equals + 1);
		add_listener(listen_at(argv[i]), file.data, file.len);
		free(file.data);
	}
}

static size_t
wanted(const struct connection *conn)
{
	if (conn->have >= FCGI_HEADER_LEN &&
	    conn->header[1] == FCGI_BEGIN_REQUEST)
		return FCGI_HEADER_LEN + FCGI_BEGIN_BODY_LEN;
	return FCGI_HEADER_LEN;
}

/* Takes header bytes from the input; returns how many. */
static size_t
take_header(struct connection *conn, const unsigned char *p, size_t len)
{
	size_t n = wanted(conn) - conn->have;

	if (n > len)
		n = len;
	memcpy(conn->header + conn->have, p, n);
	conn->have += n;
	if (conn->have < wanted(conn))
		return n;
	conn->skip = fcgi_rest_length(conn->header);
	if (conn->header[1] == FCGI_BEGIN_REQUEST) {
		conn->skip -= FCGI_BEGIN_BODY_LEN;
		conn->keep = conn->header[10] & FCGI_KEEP_CONN;
	}
	return n;
}

/* Walks over the input; true when the final empty STDIN went by. */
static bool
walk(struct connection *conn, const unsigned char *p, size_t len)
{
	bool whole = false;

	for (;;) {
		size_t n = conn->skip < len ? conn->skip : len;

		conn->skip -= n;
		p += n;
		len -= n;
		if (conn->skip > 0)
			return whole;
		if (conn->have == wanted(conn)) {
			whole = conn->header[1] == FCGI_STDIN &&
				fcgi_content_length(conn->header) == 0;
			conn->have = 0;
		}
		if (len == 0)
			return whole;
		n = take_header(conn, p, len);
		p += n;
		len -= n;
	}
}

static void
drop(struct connection *conn)
{
	close(conn->fd);
	free(conn);
}

static void
serve(struct connection *conn)
{
	static unsigned char piece[PIECE];
	ssize_t n = recv(conn->fd, piece, sizeof(piece), 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		drop(conn);
		return;
	}
	if (!walk(conn, piece, (size_t)n))
		return;
	if (send(conn->fd, conn->listener->answer, conn->listener->len,
		MSG_NOSIGNAL) != (ssize_t)conn->listener->len ||
	    !conn->keep)
		drop(conn);
}

static void
welcome(int epoll, const struct listener *listener)
{
	int fd =
	    accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection *conn;
	struct epoll_event ev = {.events = EPOLLIN};

	if (fd < 0)
		return;
	conn = calloc(1, sizeof(*conn));
	if (conn == NULL)
		die("calloc");
	conn->fd = fd;
	conn->listener = listener;
	ev.data.ptr = conn;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		die("epoll_ctl");
}

/* Whether an event is of a listener; else it is of a connection. */
static bool
is_listener(const void *of)
{
	for (size_t i = 0; i < listener_count; i++)
		if (of == &listeners[i])
			return true;
	return false;
}

static void
watch_listeners(int epoll)
{
	for (size_t i = 0; i < listener_count; i++) {
		struct epoll_event ev = {
		    .events = EPOLLIN, .data.ptr = &listeners[i]};

		set_nonblocking(listeners[i].fd);
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, listeners[i].fd, &ev) != 0)
			die("epoll_ctl");
	}
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0)
		die("epoll");
	make_listeners(argc, argv);
	watch_listeners(epoll);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (is_listener(events[i].data.ptr))
				welcome(epoll, events[i].data.ptr);
			else
				serve(events[i].data.ptr);
		}
	}
}
