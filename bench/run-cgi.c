/* SPDX-License-Identifier: MIT
 *
 * Runs CGI programs by turns, many times, with one environment and one body,
 * and prints the wall time of the whole process for each: from just before
 * it is started until it was waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

enum { VARIABLES_MAX = 100, PROGRAMS_MAX = 8, ANSWER_MAX = 16384 };

struct program {
	const char *path;
	struct samples wall;
	struct samples cpu;
	long failures;
};

struct job {
	char *environment[VARIABLES_MAX + 1];
	struct bytes body;
	struct bytes expected;
	long rounds;
};

/* One NAME=VALUE a line. */
static void
read_environment(struct job *job, const char *path)
{
	struct bytes file = read_file(path);
	char *rest = file.data;
	size_t n = 0;

	while (rest != NULL && *rest != '\0') {
		if (n == VARIABLES_MAX)
			die("too many variables");
		job->environment[n++] = strsep(&rest, "\n");
	}
}

static void
read_options(struct job *job, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:v:b:e:")) != -1) {
		if (c == 'n')
			job->rounds = number(optarg, 1000000);
		else if (c == 'v')
			read_environment(job, optarg);
		else if (c == 'b')
			job->body = read_file(optarg);
		else if (c == 'e')
			job->expected = read_file(optarg);
	}
	errno = 0;
	if (job->rounds == 0 || job->expected.data == NULL || optind == argc ||
	    argc - optind > PROGRAMS_MAX)
		die("usage: run-cgi -n ROUNDS -v VARIABLES_FILE -b BODY_FILE "
		    "-e EXPECTED_BODY_FILE PROGRAM...");
}

/* The answer must end with the expected body and not say another status
 * than 200. */
static int
is_good(const struct job *job, const char *answer, size_t len)
{
	const struct bytes *e = &job->expected;
	const char *status = memmem(answer, len, "Status: ", 8);

	return len >= e->len &&
	       memcmp(answer + len - e->len, e->data, e->len) == 0 &&
	       (status == NULL || memcmp(status + 8, "200", 3) == 0);
}

static size_t
read_all(int fd, char *answer)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, answer + len, ANSWER_MAX - len)) > 0)
		len += (size_t)n;
	return len;
}

static pid_t
spawn(const struct job *job, const char *path, int in, int out)
{
	char *const argv[] = {(char *)(uintptr_t)path, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	errno = posix_spawn(&pid, path, &actions, NULL, argv, job->environment);
	if (errno != 0)
		die(path);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* The body lies in the pipe before the program starts, as in a web server
 * that has read it. */
static int
pipe_with_body(const struct bytes *body)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0 ||
	    write(fds[1], body->data, body->len) != (ssize_t)body->len)
		die("pipe");
	close(fds[1]);
	return fds[0];
}

static uint64_t
cpu_ns(const struct rusage *use)
{
	return (uint64_t)(use->ru_utime.tv_sec + use->ru_stime.tv_sec) *
		   1000000000u +
	       (uint64_t)(use->ru_utime.tv_usec + use->ru_stime.tv_usec) *
		   1000u;
}

static void
run_once(const struct job *job, struct program *program)
{
	char answer[ANSWER_MAX];
	int in = pipe_with_body(&job->body);
	struct rusage use;
	uint64_t began;
	size_t len;
	int out[2];
	int status;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) != 0)
		die("pipe");
	began = now_ns();
	pid = spawn(job, program->path, in, out[1]);
	close(out[1]);
	len = read_all(out[0], answer);
	if (wait4(pid, &status, 0, &use) != pid)
		die("wait4");
	samples_add(&program->wall, now_ns() - began);
	samples_add(&program->cpu, cpu_ns(&use));
	close(out[0]);
	close(in);
	if (status != 0 || !is_good(job, answer, len)) {
		if (program->failures++ == 0)
			fprintf(stderr, "%s: first failure: %.*s\n",
			    program->path, (int)len, answer);
	}
}

static void
print_result(struct program *p)
{
	samples_sort(&p->wall);
	samples_sort(&p->cpu);
	printf("failures=%ld p10_ms=%.4f p50_ms=%.4f p90_ms=%.4f "
	       "cpu_p50_ms=%.4f program=%s\n",
	    p->failures, samples_at(&p->wall, 0.10), samples_at(&p->wall, 0.50),
	    samples_at(&p->wall, 0.90), samples_at(&p->cpu, 0.50), p->path);
}

int
main(int argc, char **argv)
{
	struct program programs[PROGRAMS_MAX] = {{.path = NULL}};
	struct job job = {.rounds = 0};
	long failures = 0;
	int count;

	read_options(&job, argc, argv);
	count = argc - optind;
	for (int i = 0; i < count; i++)
		programs[i].path = argv[optind + i];
	for (long round = 0; round < job.rounds; round++)
		for (int i = 0; i < count; i++)
			run_once(&job, &programs[i]);
	for (int i = 0; i < count; i++) {
		print_result(&programs[i]);
		failures += programs[i].failures;
	}
	return failures > 0;
}
