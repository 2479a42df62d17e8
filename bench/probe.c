/* SPDX-License-Identifier: MIT
 *
 * Looks for stalls of an event loop: one small FastCGI request every few
 * milliseconds over one kept connection, for a number of seconds. The worst
 * time to an answer is the longest the loop was away, plus whatever the
 * machine added: so compare with a second probe of an idle program.
 */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 16384, PATIENCE_MS = 20000 };

struct probe {
	struct bytes request;
	struct bytes body;
	uint64_t interval;
	uint64_t duration;
	long over; /* answers later than 20 ms */
	struct samples times;
};

static void
read_options(struct probe *pr, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "i:s:r:e:")) != -1) {
		if (c == 'i')
			pr->interval =
			    (uint64_t)number(optarg, 1000000) * 1000u;
		else if (c == 's')
			pr->duration =
			    (uint64_t)number(optarg, 3600) * 1000000000u;
		else if (c == 'r')
			pr->request = read_file(optarg);
		else if (c == 'e')
			pr->body = read_file(optarg);
	}
	errno = 0;
	if (optind + 1 != argc || pr->request.len == 0 ||
	    pr->body.data == NULL || pr->duration == 0)
		die("usage: probe -i MICROSECONDS -s SECONDS -r REQUEST_FILE "
		    "-e EXPECTED_BODY_FILE ADDRESS");
}

/* Waits for one good answer; a wrong or missing one ends the program. */
static void
ask(const struct probe *pr, int fd)
{
	char answer[ANSWER_MAX];
	struct pollfd p = {.fd = fd, .events = POLLIN};
	enum verdict verdict = INCOMPLETE;
	size_t len = 0;

	if (send(fd, pr->request.data, pr->request.len, MSG_NOSIGNAL) !=
	    (ssize_t)pr->request.len)
		die("probe: send");
	while (verdict == INCOMPLETE && len < sizeof(answer)) {
		ssize_t n = -1;

		if (poll(&p, 1, PATIENCE_MS) == 1)
			n = recv(fd, answer + len, sizeof(answer) - len, 0);
		if (n <= 0)
			die("probe: no answer");
		len += (size_t)n;
		verdict = judge_fastcgi(answer, len, &pr->body);
	}
	errno = 0;
	if (verdict != GOOD) {
		fprintf(stderr, "%.*s\n", (int)len, answer);
		die("probe: wrong answer");
	}
}

static void
sleep_until(uint64_t when)
{
	struct timespec t = {
	    .tv_sec = (time_t)(when / 1000000000u),
	    .tv_nsec = (long)(when % 1000000000u),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

int
main(int argc, char **argv)
{
	struct probe pr = {.interval = 2000000};
	uint64_t next, end;
	int fd;

	read_options(&pr, argc, argv);
	fd = dial(argv[optind]);
	next = now_ns();
	end = next + pr.duration;
	while (next < end) {
		uint64_t began = now_ns();

		ask(&pr, fd);
		samples_add(&pr.times, now_ns() - began);
		pr.over += now_ns() - began > 20000000u;
		next += pr.interval;
		sleep_until(next);
	}
	samples_sort(&pr.times);
	printf("probes=%zu over_20ms=%ld p50_ms=%.3f p99_ms=%.3f max_ms=%.3f\n",
	    pr.times.count, pr.over, samples_at(&pr.times, 0.50),
	    samples_at(&pr.times, 0.99), samples_at(&pr.times, 1.00));
	close(fd);
	return 0;
}
