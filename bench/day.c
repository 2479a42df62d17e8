/* SPDX-License-Identifier: MIT
 *
 * A day of a contact centre on taskrouterd's simulated clock, which stands
 * still: minute by minute what is over is completed, the Tasks of the minute
 * are created, the clock is advanced, and each Task that waits is looked at
 * until it is assigned. One connection, one request after the other.
 *
 * usage: day [-n TASKS] [-s] -w WORKSPACE_PATH -a AUTHORIZATION
 *            -f WORKFLOW_SID ADDRESS
 *
 * -s  settles: waits after each change until its callbacks are answered. Then
 *     nothing depends on which answer comes first, and with a seed `answers`
 *     is the same in every run.
 *
 * How many Tasks a minute brings, what they ask for, and how long they last
 * depends on nothing but their number. Prints one line of key=value pairs; an
 * answer that is not as it should be ends it with status 2.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http.h"

enum {
	REQUEST_MAX = 2048,
	FORM_MAX = 512,
	PATH_MAX_ = 128,
	SID_SIZE = 64,
	DAY_MINUTES = 1440,
	/* What comes in before is over by midnight. */
	LAST_MINUTE = DAY_MINUTES - 20,
	SERVICE_LEAST = 3, /* minutes */
	SERVICE_STEPS = 4,
};

/* Of 1,000 Tasks so many come in each twenty-fourth of the time until the last
 * one: few at night, a peak in the morning and one in the afternoon, at which
 * 50 Workers are not quite enough for 10,000 Tasks. */
static const unsigned curve[] = {
    20, 14, 10, 10, 14, 22, 35, 48, 60, 66, 64, 58,
    52, 56, 62, 66, 60, 54, 50, 46, 42, 36, 31, 24};
enum { CURVE = sizeof(curve) / sizeof(curve[0]), CURVE_SUM = 1000 };

enum activity { CREATE, COMPLETE, LOOK, ADVANCE, SETTLE, ACTIVITIES };

static const char *const activity_names[] = {
    "create", "complete", "look", "advance", "settle"};

struct task {
	char sid[SID_SIZE];
	long ends; /* the minute in which it is completed; 0: not assigned */
	long number;
};

struct bench {
	const char *workspace, *authorization, *workflow, *address;
	long tasks;
	int settles;
	int fd;
	char *buffer;
	struct http_answer answer;

	struct task *open; /* begun and not completed, the oldest first */
	long open_count, open_most;
	long created, completed, waited;
	uint64_t hash;
	long count[ACTIVITIES];
	uint64_t ns[ACTIVITIES];
};

static void
usage(const char *program)
{
	fprintf(stderr,
	    "usage: %s [-n TASKS] [-s] -w WORKSPACE_PATH -a AUTHORIZATION "
	    "-f WORKFLOW_SID ADDRESS\n",
	    program);
	exit(2);
}

static void
read_options(struct bench *bench, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:sw:a:f:")) != -1) {
		if (c == 'n')
			bench->tasks = number(optarg, 10000000);
		else if (c == 's')
			bench->settles = 1;
		else if (c == 'w')
			bench->workspace = optarg;
		else if (c == 'a')
			bench->authorization = optarg;
		else if (c == 'f')
			bench->workflow = optarg;
		else
			usage(argv[0]);
	}
	if (optind + 1 != argc || bench->workspace == NULL ||
	    bench->authorization == NULL || bench->workflow == NULL)
		usage(argv[0]);
	bench->address = argv[optind];
}

/* ---- requests */

/* FNV-1a, of what every answer says. */
static void
remember(struct bench *bench)
{
	for (size_t i = 0; i < bench->answer.body.len; i++) {
		bench->hash ^= (unsigned char)bench->answer.body.data[i];
		bench->hash *= 1099511628211u;
	}
}

/* The address is in the answers' URLs, and another one in each run. */
static void
ask(struct bench *bench, enum activity activity, const char *method,
    const char *path, const char *form, unsigned wanted)
{
	char text[REQUEST_MAX];
	uint64_t begun_at = now_ns();
	int len = snprintf(text, sizeof(text),
	    "%s %s HTTP/1.1\r\nHost: taskrouter.example.com\r\n"
	    "Authorization: %s\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    method, path, bench->authorization, strlen(form), form);

	if (len < 0 || (size_t)len >= sizeof(text))
		die("request too long");
	http_ask(bench->fd, text, (size_t)len, bench->buffer, &bench->answer);
	if (bench->answer.status != wanted) {
		fprintf(stderr, "%s %s %s: %.*s\n", method, path, form,
		    (int)bench->answer.size, bench->buffer);
		exit(2);
	}
	bench->count[activity]++;
	bench->ns[activity] += now_ns() - begun_at;
	remember(bench);
}

static void
take(struct bench *bench, const char *member, char value[SID_SIZE])
{
	if (http_member(&bench->answer, member, value, SID_SIZE))
		return;
	fprintf(stderr, "no %s in %.*s\n", member, (int)bench->answer.size,
	    bench->buffer);
	exit(2);
}

static void
advance(struct bench *bench, enum activity activity, const char *form)
{
	ask(bench, activity, "POST", "/_local/clock", form, 200);
}

static void
settle(struct bench *bench)
{
	if (bench->settles)
		advance(bench, SETTLE, "advance=0");
}

/* ---- what happens in a minute */

/* Of all Tasks, those that are there by the end of the minute. */
static long
wanted_by(const struct bench *bench, long minute)
{
	long whole = (minute + 1) * CURVE / LAST_MINUTE;
	long part = (minute + 1) * CURVE % LAST_MINUTE;
	long share = 0;

	if (minute + 1 >= LAST_MINUTE)
		return bench->tasks;
	for (long i = 0; i < whole; i++)
		share += (long)curve[i] * LAST_MINUTE;
	share += (long)curve[whole] * part;
	return (long)((double)bench->tasks * (double)share / CURVE_SUM /
		      LAST_MINUTE);
}

static void
create(struct bench *bench)
{
	/* {"selected_language":"es"}, encoded */
	static const char *const languages[] = {"en", "es", "en"};
	struct task *task = &bench->open[bench->open_count++];
	char form[FORM_MAX], path[PATH_MAX_];

	task->number = bench->created++;
	task->ends = 0;
	(void)snprintf(path, sizeof(path), "%s/Tasks", bench->workspace);
	(void)snprintf(form, sizeof(form),
	    "WorkflowSid=%s&Attributes="
	    "%%7B%%22selected_language%%22%%3A%%22%s%%22%%7D",
	    bench->workflow, languages[task->number % 3]);
	ask(bench, CREATE, "POST", path, form, 201);
	take(bench, "sid", task->sid);
	settle(bench);
}

static void
complete(struct bench *bench, const struct task *task)
{
	char path[PATH_MAX_];

	(void)snprintf(
	    path, sizeof(path), "%s/Tasks/%s", bench->workspace, task->sid);
	ask(bench, COMPLETE, "POST", path,
	    "AssignmentStatus=completed&Reason=done", 200);
	bench->completed++;
	settle(bench);
}

static void
complete_what_ends(struct bench *bench, long minute)
{
	long kept = 0;

	for (long i = 0; i < bench->open_count; i++) {
		const struct task *task = &bench->open[i];

		if (task->ends != 0 && task->ends <= minute)
			complete(bench, task);
		else
			bench->open[kept++] = *task;
	}
	bench->open_count = kept;
}

/* Service begins when the Task is assigned. */
static void
look(struct bench *bench, struct task *task, long minute)
{
	char path[PATH_MAX_], status[SID_SIZE];

	(void)snprintf(
	    path, sizeof(path), "%s/Tasks/%s", bench->workspace, task->sid);
	ask(bench, LOOK, "GET", path, "", 200);
	take(bench, "assignment_status", status);
	if (strcmp(status, "assigned") == 0)
		task->ends =
		    minute + SERVICE_LEAST + task->number % SERVICE_STEPS;
	else
		bench->waited++;
}

static void
live_through(struct bench *bench, long minute)
{
	complete_what_ends(bench, minute);
	while (bench->created < wanted_by(bench, minute))
		create(bench);
	if (bench->open_count > bench->open_most)
		bench->open_most = bench->open_count;
	advance(bench, ADVANCE, "advance=60");
	for (long i = 0; i < bench->open_count; i++)
		if (bench->open[i].ends == 0)
			look(bench, &bench->open[i], minute);
}

/* ---- the program */

/* Those before are what made the Workspace, and have ended. */
static double
used_ms(void)
{
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) != 0)
		die("getrusage");
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static void
print_result(const struct bench *bench, uint64_t took)
{
	long requests = 0;

	for (int i = 0; i < ACTIVITIES; i++) {
		requests += bench->count[i];
		printf("%s=%ld %s_ms=%.1f ", activity_names[i],
		    bench->count[i], activity_names[i],
		    (double)bench->ns[i] / 1e6);
	}
	printf("requests=%ld created=%ld completed=%ld open=%ld open_most=%ld "
	       "waited=%ld wall_ms=%.1f client_ms=%.1f answers=%016llx\n",
	    requests, bench->created, bench->completed, bench->open_count,
	    bench->open_most, bench->waited, (double)took / 1e6, used_ms(),
	    (unsigned long long)bench->hash);
}

int
main(int argc, char **argv)
{
	struct bench bench = {.tasks = 10000, .hash = 14695981039346656037u};
	uint64_t begun_at;

	read_options(&bench, argc, argv);
	bench.buffer = malloc(HTTP_ANSWER_MAX);
	bench.open = calloc((size_t)bench.tasks + 1, sizeof(*bench.open));
	if (bench.buffer == NULL || bench.open == NULL)
		die("calloc");
	bench.fd = dial(bench.address);
	begun_at = now_ns();
	for (long minute = 0; minute < DAY_MINUTES; minute++)
		live_through(&bench, minute);
	print_result(&bench, now_ns() - begun_at);
	close(bench.fd);
	free(bench.open);
	free(bench.buffer);
	return 0;
}
