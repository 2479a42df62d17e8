/* SPDX-License-Identifier: MIT
 *
 * One client of taskrouterd's REST API, one request after the other: makes
 * Workers or Tasks in great number, or measures what an assignment costs.
 *
 * usage: assign -w WORKSPACE_PATH -a AUTHORIZATION [-i ACTIVITY_SID]
 *            [-f WORKFLOW_SID] [-k WORKER_SID] ADDRESS
 *            workers|tasks|assignments COUNT
 *
 * workers      makes so many, in the Activity
 * tasks        makes so many, for the Workflow
 * assignments  so many times: makes a Task; looks for the Reservation that
 *              this brought, of the Worker where one is given, else of the
 *              Task; accepts it; completes its Task, deletes it
 *
 * Prints what one of them took, as key=value pairs. An answer that is not as
 * it should be ends it with status 2.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"

enum { REQUEST_MAX = 2048, FORM_MAX = 512, SID_SIZE = 64 };

/* {"languages":["en","es"]} and {"selected_language":"es"}, encoded. */
#define WORKER_ATTRIBUTES                                                      \
	"%7B%22languages%22%3A%5B%22en%22%2C%22es%22%5D%7D"
#define TASK_ATTRIBUTES "%7B%22selected_language%22%3A%22es%22%7D"

struct bench {
	const char *workspace, *authorization, *activity, *workflow, *worker;
	const char *address;
	long count;
	int fd;
	char *buffer;
	struct http_answer answer;
	struct samples times;
};

static void
usage(const char *program)
{
	fprintf(stderr,
	    "usage: %s -w WORKSPACE_PATH -a AUTHORIZATION [-i ACTIVITY_SID] "
	    "[-f WORKFLOW_SID] [-k WORKER_SID] ADDRESS "
	    "workers|tasks|assignments COUNT\n",
	    program);
	exit(2);
}

/* ---- requests */

static void
ask(struct bench *bench, const char *method, const char *path,
    const char *form, unsigned wanted)
{
	char text[REQUEST_MAX];
	int len = snprintf(text, sizeof(text),
	    "%s %s%s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    method, bench->workspace, path, bench->address,
	    bench->authorization, strlen(form), form);

	if (len < 0 || (size_t)len >= sizeof(text))
		die("request too long");
	http_ask(bench->fd, text, (size_t)len, bench->buffer, &bench->answer);
	if (bench->answer.status == wanted)
		return;
	fprintf(stderr, "%s %s %s: %.*s\n", method, path, form,
	    (int)bench->answer.size, bench->buffer);
	exit(2);
}

static void
take_sid(struct bench *bench, const char *member, char sid[SID_SIZE])
{
	if (http_member(&bench->answer, member, sid, SID_SIZE))
		return;
	fprintf(stderr, "no %s in %.*s\n", member, (int)bench->answer.size,
	    bench->buffer);
	exit(2);
}

/* ---- what can be measured */

static void
make_worker(struct bench *bench, long n)
{
	char form[FORM_MAX];

	(void)snprintf(form, sizeof(form),
	    "FriendlyName=Worker+%ld&Attributes=%s&ActivitySid=%s", n,
	    WORKER_ATTRIBUTES, bench->activity);
	ask(bench, "POST", "/Workers", form, 201);
}

static void
make_task(struct bench *bench, long n)
{
	char form[FORM_MAX];

	(void)n;
	(void)snprintf(form, sizeof(form),
	    "Attributes=%s&WorkflowSid=%s", TASK_ATTRIBUTES, bench->workflow);
	ask(bench, "POST", "/Tasks", form, 201);
}

static void
assign(struct bench *bench, long n)
{
	char task[SID_SIZE], reservation[SID_SIZE], path[3 * SID_SIZE];

	make_task(bench, n);
	take_sid(bench, "sid", task);
	if (bench->worker != NULL)
		(void)snprintf(path, sizeof(path),
		    "/Workers/%s/Reservations?ReservationStatus=pending",
		    bench->worker);
	else
		(void)snprintf(
		    path, sizeof(path), "/Tasks/%s/Reservations", task);
	ask(bench, "GET", path, "", 200);
	take_sid(bench, "sid", reservation);
	take_sid(bench, "task_sid", task);
	(void)snprintf(path, sizeof(path), "/Tasks/%s/Reservations/%s", task,
	    reservation);
	ask(bench, "POST", path, "ReservationStatus=accepted", 200);
	(void)snprintf(path, sizeof(path), "/Tasks/%s", task);
	ask(bench, "POST", path, "AssignmentStatus=completed&Reason=done", 200);
	ask(bench, "DELETE", path, "", 204);
}

static const struct action {
	const char *name;
	void (*run)(struct bench *bench, long n);
} actions[] = {
    {"workers", make_worker},
    {"tasks", make_task},
    {"assignments", assign},
};

static const struct action *
find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	errno = 0;
	die("want workers, tasks or assignments");
}

/* ---- the program */

static const struct action *
read_options(struct bench *bench, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "w:a:i:f:k:")) != -1) {
		if (c == 'w')
			bench->workspace = optarg;
		else if (c == 'a')
			bench->authorization = optarg;
		else if (c == 'i')
			bench->activity = optarg;
		else if (c == 'f')
			bench->workflow = optarg;
		else if (c == 'k')
			bench->worker = optarg;
		else
			usage(argv[0]);
	}
	if (optind + 3 != argc || bench->workspace == NULL ||
	    bench->authorization == NULL)
		usage(argv[0]);
	bench->address = argv[optind];
	bench->count = number(argv[optind + 2], 100000000);
	return find_action(argv[optind + 1]);
}

static void
run(struct bench *bench, const struct action *action)
{
	for (long i = 0; i < bench->count; i++) {
		uint64_t begun_at = now_ns();

		action->run(bench, i);
		samples_add(&bench->times, now_ns() - begun_at);
	}
	samples_sort(&bench->times);
}

int
main(int argc, char **argv)
{
	struct bench bench = {.activity = "", .workflow = ""};
	const struct action *action = read_options(&bench, argc, argv);

	bench.buffer = malloc(HTTP_ANSWER_MAX);
	if (bench.buffer == NULL)
		die("malloc");
	bench.fd = dial(bench.address);
	run(&bench, action);
	printf("count=%zu p50_us=%.1f p90_us=%.1f max_us=%.1f\n",
	    bench.times.count, 1e3 * samples_at(&bench.times, 0.50),
	    1e3 * samples_at(&bench.times, 0.90),
	    1e3 * samples_at(&bench.times, 1.00));
	close(bench.fd);
	free(bench.buffer);
	return 0;
}
