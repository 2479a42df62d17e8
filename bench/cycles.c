/* SPDX-License-Identifier: MIT
 *
 * Whole cycles, as a client of the responder and of TaskRouter sees them:
 * create_task; GET the Task until it is assigned, by an assignment callback
 * that the responder accepts; complete the Task. So many at once, each with a
 * kept connection of its own.
 *
 * usage: cycles [-c AT_ONCE] [-n CYCLES] [-p POLL_MS] -r CREATE_TASK_FILE
 *            -t TASKS_PATH -a AUTHORIZATION ADDRESS
 * Prints one line of key=value pairs; the exit status is 1 where an answer was
 * wrong or a Task was not assigned in time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"

enum {
	REQUEST_MAX = 1024,
	PATIENCE_MS = 20000, /* without a single answer; then all is given up */
};
#define ASSIGNED_WITHIN_NS 10000000000u

enum step { CREATE, ASK, COMPLETE };

/* What happens in one slot of the loop. */
struct cycle {
	enum step step;
	char task[64];
	uint64_t begun_at;
	uint64_t ask_at; /* 0: not asleep */
	struct cycle *next; /* in the queue of those asleep */
	struct http_slot *slot;
};

struct bench {
	struct http_loop loop;
	const char *address;
	const char *tasks;
	const char *authorization;
	struct bytes create;
	long at_once;
	long wanted;
	uint64_t poll_ns;

	struct cycle *cycles;
	struct cycle *asleep, **last; /* all sleep equally long: a queue */
	long begun, done, failures, asked;
	struct samples assigned, whole;
};

static void
usage(const char *program)
{
	fprintf(stderr,
	    "usage: %s [-c AT_ONCE] [-n CYCLES] [-p POLL_MS] "
	    "-r CREATE_TASK_FILE -t TASKS_PATH -a AUTHORIZATION ADDRESS\n",
	    program);
	exit(2);
}

static void
read_options(struct bench *bench, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:n:p:r:t:a:")) != -1) {
		if (c == 'c')
			bench->at_once = number(optarg, 10000);
		else if (c == 'n')
			bench->wanted = number(optarg, 100000000);
		else if (c == 'p')
			bench->poll_ns =
			    (uint64_t)number(optarg, 10000) * 1000000u;
		else if (c == 'r')
			bench->create = read_file(optarg);
		else if (c == 't')
			bench->tasks = optarg;
		else if (c == 'a')
			bench->authorization = optarg;
		else
			usage(argv[0]);
	}
	if (optind + 1 != argc || bench->create.len == 0 ||
	    bench->tasks == NULL || bench->authorization == NULL ||
	    bench->at_once == 0)
		usage(argv[0]);
	bench->address = argv[optind];
}

static void
send_about(struct bench *bench, struct cycle *cycle, const char *method,
    const char *form)
{
	char text[REQUEST_MAX];
	int len = snprintf(text, sizeof(text),
	    "%s %s/%s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n"
	    "User-Agent: bench/1\r\nAccept: application/json\r\n",
	    method, bench->tasks, cycle->task, bench->address,
	    bench->authorization);

	if (len < 0 || (size_t)len + strlen(form) + 100 > sizeof(text))
		die("request too long");
	if (form[0] != '\0')
		len += snprintf(text + len, sizeof(text) - (size_t)len,
		    "Content-Type: application/x-www-form-urlencoded\r\n"
		    "Content-Length: %zu\r\n",
		    strlen(form));
	len += snprintf(
	    text + len, sizeof(text) - (size_t)len, "\r\n%s", form);
	http_send(&bench->loop, cycle->slot, text, (size_t)len);
}

static void
ask(struct bench *bench, struct cycle *cycle)
{
	cycle->step = ASK;
	cycle->ask_at = 0;
	bench->asked++;
	send_about(bench, cycle, "GET", "");
}

static void
begin(struct bench *bench, struct cycle *cycle)
{
	if (bench->begun >= bench->wanted)
		return;
	bench->begun++;
	cycle->step = CREATE;
	cycle->begun_at = now_ns();
	http_send(&bench->loop, cycle->slot, bench->create.data,
	    bench->create.len);
}

static void
fail(struct bench *bench, struct cycle *cycle,
    const struct http_answer *answer)
{
	static const char *const names[] = {
	    "create_task", "GET Task", "complete"};

	if (bench->failures++ == 0)
		fprintf(stderr, "first failure, %s: %.*s\n",
		    names[cycle->step], (int)answer->size, answer->head.data);
	begin(bench, cycle);
}

static void
created(struct bench *bench, struct cycle *cycle,
    const struct http_answer *answer)
{
	if (answer->status != 200 ||
	    !http_header(answer, "TaskRouter-Task-Sid", cycle->task,
		sizeof(cycle->task)))
		fail(bench, cycle, answer);
	else
		ask(bench, cycle);
}

/* Whoever sleeps now wakes after all that sleep already. */
static void
sleep_once(struct bench *bench, struct cycle *cycle)
{
	cycle->ask_at = now_ns() + bench->poll_ns;
	cycle->next = NULL;
	*bench->last = cycle;
	bench->last = &cycle->next;
}

static void
seen(struct bench *bench, struct cycle *cycle,
    const struct http_answer *answer)
{
	uint64_t took = now_ns() - cycle->begun_at;
	char status[32];

	if (answer->status != 200 || took > ASSIGNED_WITHIN_NS ||
	    !http_member(answer, "assignment_status", status,
		sizeof(status))) {
		fail(bench, cycle, answer);
	} else if (strcmp(status, "assigned") != 0) {
		sleep_once(bench, cycle);
	} else {
		samples_add(&bench->assigned, took);
		cycle->step = COMPLETE;
		send_about(bench, cycle, "POST",
		    "AssignmentStatus=completed&Reason=done");
	}
}

static void
completed(struct bench *bench, struct cycle *cycle,
    const struct http_answer *answer)
{
	char status[32];

	if (answer->status != 200 ||
	    !http_member(answer, "assignment_status", status,
		sizeof(status)) ||
	    strcmp(status, "completed") != 0) {
		fail(bench, cycle, answer);
		return;
	}
	bench->done++;
	samples_add(&bench->whole, now_ns() - cycle->begun_at);
	begin(bench, cycle);
}

static void
take(struct http_loop *loop, struct http_slot *slot,
    const struct http_answer *answer)
{
	static void (*const steps[])(struct bench *, struct cycle *,
	    const struct http_answer *) = {created, seen, completed};
	struct bench *bench = loop->context;
	struct cycle *cycle = &bench->cycles[slot->number];

	steps[cycle->step](bench, cycle, answer);
}

/* How long the loop may wait: until the first of those asleep wakes. */
static int
time_to_wake(const struct bench *bench)
{
	uint64_t now = now_ns();

	if (bench->asleep == NULL)
		return PATIENCE_MS;
	if (bench->asleep->ask_at <= now)
		return 0;
	return (int)((bench->asleep->ask_at - now) / 1000000u) + 1;
}

static void
wake(struct bench *bench)
{
	uint64_t now = now_ns();

	while (bench->asleep != NULL && bench->asleep->ask_at <= now) {
		struct cycle *cycle = bench->asleep;

		bench->asleep = cycle->next;
		if (bench->asleep == NULL)
			bench->last = &bench->asleep;
		ask(bench, cycle);
	}
}

static void
run(struct bench *bench)
{
	for (long i = 0; i < bench->at_once; i++) {
		bench->cycles[i].slot = &bench->loop.slots[i];
		begin(bench, &bench->cycles[i]);
	}
	while (bench->loop.waiting > 0 || bench->asleep != NULL) {
		errno = 0;
		if (!http_turn(&bench->loop, time_to_wake(bench)) &&
		    bench->asleep == NULL)
			die("no answer for too long");
		wake(bench);
	}
}

static void
print_result(struct bench *bench, uint64_t took)
{
	samples_sort(&bench->assigned);
	samples_sort(&bench->whole);
	printf("cycles=%ld failures=%ld asked=%ld per_second=%.1f "
	       "assigned_p50_ms=%.3f assigned_p99_ms=%.3f "
	       "whole_p50_ms=%.3f whole_p99_ms=%.3f\n",
	    bench->done, bench->failures, bench->asked,
	    (double)bench->done * 1e9 / (double)took,
	    samples_at(&bench->assigned, 0.50),
	    samples_at(&bench->assigned, 0.99),
	    samples_at(&bench->whole, 0.50), samples_at(&bench->whole, 0.99));
}

int
main(int argc, char **argv)
{
	struct bench bench = {.at_once = 32, .wanted = 1000, .poll_ns = 5000000};
	uint64_t begun_at;

	read_options(&bench, argc, argv);
	bench.last = &bench.asleep;
	bench.loop.take = take;
	bench.loop.context = &bench;
	bench.cycles = calloc((size_t)bench.at_once, sizeof(*bench.cycles));
	if (bench.cycles == NULL)
		die("calloc");
	http_open(&bench.loop, bench.address, (size_t)bench.at_once);
	begun_at = now_ns();
	run(&bench);
	print_result(&bench, now_ns() - begun_at);
	http_close(&bench.loop);
	free(bench.cycles);
	return bench.failures > 0;
}
