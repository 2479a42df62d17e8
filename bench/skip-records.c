/* SPDX-License-Identifier: MIT
 *
 * The yardstick: a FastCGI application on descriptor 0 that skips every
 * record up to the final empty STDIN and writes a constant answer. It looks
 * at no parameter and checks nothing, so no honest application is faster.
 * One thread, epoll.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"
#include "fastcgi.h"

enum { LISTENER = 0, EVENTS = 64, PIECE = 65536 };

/* Where the walk over the records stands. The body of BEGIN_REQUEST counts
 * as part of its header, because the keep flag in it is needed. */
struct connection {
	int fd;
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

/* STDOUT with the answer, its end, END_REQUEST; request id 1 throughout,
 * which is the only one that web servers use. */
static unsigned char answer[FCGI_HEADER_LEN + sizeof(HEAD BODY) - 1 +
			    FCGI_HEADER_LEN + FCGI_HEADER_LEN + 8];

static void
put_header(unsigned char *p, unsigned char type, unsigned char len)
{
	const unsigned char header[FCGI_HEADER_LEN] = {
	    FCGI_VERSION, type, 0, 1, 0, len};

	memcpy(p, header, sizeof(header));
}

static void
make_answer(void)
{
	const size_t len = sizeof(HEAD BODY) - 1;
	unsigned char *p = answer;

	_Static_assert(sizeof(HEAD BODY) - 1 < 256, "one length byte is used");
	put_header(p, FCGI_STDOUT, (unsigned char)len);
	p += FCGI_HEADER_LEN;
	memcpy(p, HEAD BODY, len);
	p += len;
	put_header(p, FCGI_STDOUT, 0);
	p += FCGI_HEADER_LEN;
	put_header(p, FCGI_END_REQUEST, 8);
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
	if (send(conn->fd, answer, sizeof(answer), MSG_NOSIGNAL) !=
		(ssize_t)sizeof(answer) ||
	    !conn->keep)
		drop(conn);
}

static void
welcome(int epoll)
{
	int fd = accept4(LISTENER, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection *conn;
	struct epoll_event ev = {.events = EPOLLIN};

	if (fd < 0)
		return;
	conn = calloc(1, sizeof(*conn));
	if (conn == NULL)
		die("calloc");
	conn->fd = fd;
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

	make_answer();
	set_nonblocking(LISTENER);
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, LISTENER, &ev) != 0)
		die("epoll");
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				welcome(epoll);
			else
				serve(events[i].data.ptr);
		}
	}
}
