/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ANSWER_MAX = 16384,
	EVENTS = 256,
	PATIENCE_MS = 20000, /* without a single answer; then all is given up */
	LAST_ANSWERS_MS = 2000, /* where the time is over */
};

struct connection {
	int fd;
	bool waiting; /* a request is out */
	uint64_t sent_at;
	size_t len;
	char answer[ANSWER_MAX];
};

struct client {
	const char *address;
	judge_fn *judge;
	struct bytes request; /* one behind the other, all of one length */
	struct bytes body;
	long kinds; /* how many they are; sent by turns */
	long connections;
	long requests; /* 0: no such limit */
	uint64_t duration;
	bool as_opened; /* the first request goes out with its connection */

	int epoll;
	long issued;
	long failures;
	long waiting;
	uint64_t began_at;
	uint64_t last_at; /* the last answer that counts for the rate */
	long in_time;
	struct samples times;
};

static void
usage(const char *program)
{
	fprintf(stderr,
	    "usage: %s [-c CONNECTIONS] [-n REQUESTS | -s SECONDS] [-a] "
	    "[-k KINDS] -r REQUEST_FILE -e EXPECTED_BODY_FILE ADDRESS\n",
	    program);
	exit(2);
}

static void
read_options(struct client *cl, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:n:s:ak:r:e:")) != -1) {
		if (c == 'c')
			cl->connections = number(optarg, 10000);
		else if (c == 'n')
			cl->requests = number(optarg, 100000000);
		else if (c == 's')
			cl->duration =
			    (uint64_t)number(optarg, 3600) * 1000000000u;
		else if (c == 'a')
			cl->as_opened = true;
		else if (c == 'k')
			cl->kinds = number(optarg, 100000000);
		else if (c == 'r')
			cl->request = read_file(optarg);
		else if (c == 'e')
			cl->body = read_file(optarg);
		else
			usage(argv[0]);
	}
	if (optind + 1 != argc || cl->request.len == 0 ||
	    cl->body.data == NULL || cl->connections == 0 || cl->kinds == 0 ||
	    cl->request.len % (size_t)cl->kinds != 0)
		usage(argv[0]);
	cl->address = argv[optind];
}

static void
watch(struct client *cl, struct connection *conn)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = conn};

	conn->fd = dial(cl->address);
	set_nonblocking(conn->fd);
	if (epoll_ctl(cl->epoll, EPOLL_CTL_ADD, conn->fd, &ev) != 0)
		die("epoll_ctl");
}

static bool
is_over(const struct client *cl)
{
	if (cl->requests > 0 && cl->issued >= cl->requests)
		return true;
	return cl->duration > 0 && now_ns() - cl->began_at >= cl->duration;
}

/* An idle connection has room for a whole request; a short write would mean
 * a request file of hundreds of kilobytes, which this program is not for. */
static void
send_request(struct client *cl, struct connection *conn)
{
	size_t len = cl->request.len / (size_t)cl->kinds;
	ssize_t n;

	if (is_over(cl))
		return;
	conn->sent_at = now_ns();
	n = send(conn->fd,
	    cl->request.data + len * (size_t)(cl->issued % cl->kinds), len,
	    MSG_NOSIGNAL);
	if (n >= 0 && (size_t)n != len)
		die("request too large for one write");
	conn->waiting = true;
	conn->len = 0;
	cl->issued++;
	cl->waiting++;
}

static void
report_failure(struct client *cl, const struct connection *conn)
{
	if (cl->failures++ == 0)
		fprintf(stderr, "first failure, after %zu bytes: %.*s\n",
		    conn->len, (int)conn->len, conn->answer);
}

static void
fail(struct client *cl, struct connection *conn)
{
	report_failure(cl, conn);
	if (conn->waiting)
		cl->waiting--;
	conn->waiting = false;
	close(conn->fd);
	if (is_over(cl))
		return;
	watch(cl, conn);
	send_request(cl, conn);
}

/* Answers after the end of the time are judged, but count for no rate. */
static void
succeed(struct client *cl, struct connection *conn)
{
	uint64_t now = now_ns();

	samples_add(&cl->times, now - conn->sent_at);
	if (cl->duration == 0 || now - cl->began_at < cl->duration) {
		cl->in_time++;
		cl->last_at = now;
	}
	conn->waiting = false;
	cl->waiting--;
	send_request(cl, conn);
}

static void
receive(struct client *cl, struct connection *conn)
{
	ssize_t n =
	    recv(conn->fd, conn->answer + conn->len, ANSWER_MAX - conn->len, 0);
	enum verdict verdict;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 && !conn->waiting) {
		close(conn->fd); /* has done its part */
		return;
	}
	if (n <= 0 || !conn->waiting) {
		fail(cl, conn);
		return;
	}
	conn->len += (size_t)n;
	verdict = cl->judge(conn->answer, conn->len, &cl->body);
	if (verdict == BAD ||
	    (verdict == INCOMPLETE && conn->len == ANSWER_MAX))
		fail(cl, conn);
	else if (verdict == GOOD)
		succeed(cl, conn);
}

/* Connects first and sends then, so that all begin at once; or, where so
 * asked, sends on each connection at once, as nginx does without keep-alive. */
static struct connection *
start(struct client *cl)
{
	struct connection *all = calloc((size_t)cl->connections, sizeof(*all));

	cl->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (all == NULL || cl->epoll < 0)
		die("start");
	cl->began_at = now_ns();
	for (long i = 0; i < cl->connections; i++) {
		watch(cl, &all[i]);
		if (cl->as_opened)
			send_request(cl, &all[i]);
	}
	if (cl->as_opened)
		return all;
	cl->began_at = now_ns();
	for (long i = 0; i < cl->connections; i++)
		send_request(cl, &all[i]);
	return all;
}

static void
run(struct client *cl)
{
	struct epoll_event events[EVENTS];

	while (cl->waiting > 0) {
		int patience = cl->duration > 0 && is_over(cl) ? LAST_ANSWERS_MS
							       : PATIENCE_MS;
		int n = epoll_wait(cl->epoll, events, EVENTS, patience);

		if (n < 0 && errno != EINTR)
			die("epoll_wait");
		if (n == 0)
			return;
		for (int i = 0; i < n; i++)
			receive(cl, events[i].data.ptr);
	}
}

static void
print_result(struct client *cl)
{
	uint64_t elapsed =
	    cl->duration > 0 ? cl->duration : cl->last_at - cl->began_at;
	double rate =
	    cl->in_time == 0 ? 0 : (double)cl->in_time * 1e9 / (double)elapsed;

	samples_sort(&cl->times);
	printf("requests=%zu failures=%ld unanswered=%ld per_second=%.1f "
	       "p50_ms=%.3f p99_ms=%.3f max_ms=%.3f\n",
	    cl->times.count, cl->failures, cl->waiting, rate,
	    samples_at(&cl->times, 0.50), samples_at(&cl->times, 0.99),
	    samples_at(&cl->times, 1.00));
}

int
client_main(int argc, char **argv, judge_fn *judge)
{
	struct client cl = {.judge = judge, .connections = 1, .kinds = 1};
	struct connection *all;

	read_options(&cl, argc, argv);
	if (cl.requests == 0 && cl.duration == 0)
		usage(argv[0]);
	all = start(&cl);
	run(&cl);
	cl.failures += cl.waiting;
	print_result(&cl);
	free(all);
	return cl.failures > 0;
}
