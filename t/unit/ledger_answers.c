/* SPDX-License-Identifier: MIT
 *
 * Kept answers: who may give which one, and what becomes of its work. Called as
 * `lock FILE` it is another process that has the ledger locked.
 */
#include "base/compat.h"

#include "tap.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/ledger_answers.h"
#include "store/ledger_inside.h"

#define NOW INT64_C(1795377272131)
#define HOUR INT64_C(3600000)

static char folder[] = "/tmp/unit-answers-XXXXXX";
static char file[64];
static struct arena arena;

static const struct outbox_order work[] = {
	{.kind = OUTBOX_UPDATE_WORKER, .path = {"/v1/Workers/WK1", 15},
	    .form = {"ActivitySid=WA1", 15}},
	{.kind = OUTBOX_UPDATE_TASK, .path = {"/v1/Tasks/WT1", 13},
	    .form = {"", 0}, .extra = {"{\"merge\":{\"a\":1}}", 17}},
};

static struct ledger *
must_open(const char *name)
{
	struct ledger_options options = {
	    .file = name, .size_most = 1 << 24, .patience_ms = 1000};
	struct err err = {0};
	struct ledger *ledger = ledger_open(&options, &err);

	if (ledger == NULL) {
		ok(false, "%s opens: %s", name, err.text);
		exit(tap_done());
	}
	return ledger;
}

static bool
held(bool is_good, const struct err *err)
{
	return is_good || !ok(false, "the store works: %s", err->text);
}

static void
begin(struct ledger *ledger)
{
	struct err err = {0};

	(void)held(ledger_begin(ledger, &err), &err);
}

static void
commit(struct ledger *ledger)
{
	struct err err = {0};

	(void)held(ledger_commit(ledger, &err), &err);
}

static struct ledger_answer_claim
claim_of(const char *sid, int64_t number, const char *json)
{
	return (struct ledger_answer_claim){
	    .reservation = str_from(sid),
	    .number = number,
	    .answer = {STR("spanish"), STR("accept"), str_from(json)},
	    .work = work,
	    .work_count = ARRAY_LENGTH(work),
	};
}

/* In a transaction of its own. */
static struct ledger_answer_kept
claim_at(struct ledger *ledger, const char *sid, int64_t number,
    const char *json, int64_t now)
{
	struct ledger_answer_claim claim = claim_of(sid, number, json);
	struct ledger_answer_kept kept = {0};
	struct err err = {0};

	begin(ledger);
	(void)held(ledger_answer_claim(
		       ledger, &claim, now, &arena, &kept, &err), &err);
	commit(ledger);
	return kept;
}

static struct ledger_answer_kept
claim(struct ledger *ledger, const char *sid, int64_t number, const char *json)
{
	return claim_at(ledger, sid, number, json, NOW);
}

static void
give(struct ledger *ledger, const char *sid, int64_t number)
{
	struct err err = {0};

	begin(ledger);
	(void)held(ledger_answer_give(
		       ledger, str_from(sid), number, NOW, &err), &err);
	commit(ledger);
}

static void
refuse(struct ledger *ledger, const char *sid, int64_t number,
    const char *json)
{
	struct ledger_answer_claim instead = claim_of(sid, number, json);
	struct err err = {0};

	instead.answer.rule = STR_NONE;
	begin(ledger);
	(void)held(ledger_answer_refuse(ledger, &instead, NOW, &err), &err);
	commit(ledger);
}

static int64_t
ask(struct ledger *ledger, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t value = -1;

	if (sqlite3_prepare_v2(ledger->db, sql, -1, &statement, NULL) ==
		SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	return value;
}

/* Entries that may be done, and those that nobody takes. */
static void
is_work(struct ledger *ledger, int64_t due, int64_t waiting, const char *name)
{
	static const char is_due[] =
	    "SELECT count(*) FROM outbox WHERE due <= 1795377272131";

	is_int(ask(ledger, is_due), due, "%s: %d orders may be done", name,
	    (int)due);
	is_int(ask(ledger, "SELECT count(*) FROM outbox") - due, waiting,
	    "%s: %d orders wait", name, (int)waiting);
}

static void
empty(struct ledger *ledger)
{
	ok(sqlite3_exec(ledger->db, "DELETE FROM outbox; DELETE FROM answer",
	       NULL, NULL, NULL) == SQLITE_OK, "everything is forgotten");
	arena_release(&arena);
}

static void
test_give(struct ledger *one, struct ledger *two)
{
	struct ledger_answer_kept kept = claim(one, "WR1", 1, "{1}");

	ok(kept.state == LEDGER_ANSWER_OURS && kept.is_new, "a new claim");
	is_str(kept.answer.json, "{1}", "... its own answer");
	is_work(one, 0, 2, "claimed");
	kept = claim(two, "WR1", 1, "{2}");
	ok(kept.state == LEDGER_ANSWER_CLAIMED, "another process must wait");
	kept = claim(one, "WR1", 2, "{3}");
	ok(kept.state == LEDGER_ANSWER_CLAIMED, "... and so must another claim");
	give(one, "WR1", 2);
	give(two, "WR1", 1);
	give(one, "WR2", 1);
	is_work(one, 0, 2, "others give in vain");
	give(one, "WR1", 1);
	is_work(one, 2, 0, "given");
	give(one, "WR1", 1);
	is_work(one, 2, 0, "given twice");
	kept = claim(two, "WR1", 5, "{4}");
	ok(kept.state == LEDGER_ANSWER_GIVEN && !kept.is_new, "given before");
	is_str(kept.answer.json, "{1}", "... the same answer");
	is_str(kept.answer.rule, "spanish", "... of the same rule");
	is_str(kept.answer.instruction, "accept", "... the same instruction");
	is_work(one, 2, 0, "asked again");
	empty(one);
}

static void
test_refuse(struct ledger *one, struct ledger *two)
{
	struct ledger_answer_kept kept;

	(void)claim(one, "WR1", 1, "{1}");
	refuse(two, "WR1", 1, "{fallback}");
	refuse(one, "WR1", 2, "{fallback}");
	is_work(one, 0, 2, "others refuse in vain");
	refuse(one, "WR1", 1, "{fallback}");
	is_work(one, 0, 0, "refused");
	kept = claim(two, "WR1", 3, "{2}");
	ok(kept.state == LEDGER_ANSWER_GIVEN, "the fallback is given");
	is_str(kept.answer.json, "{fallback}", "... and kept");
	ok(kept.answer.rule.at == NULL, "... and of no rule");
	give(one, "WR1", 1);
	refuse(one, "WR1", 1, "{other}");
	is_str(claim(one, "WR1", 4, "{3}").answer.json, "{fallback}",
	    "what was refused stays so");

	refuse(one, "WR2", 9, "{first}");
	kept = claim(two, "WR2", 1, "{2}");
	ok(kept.state == LEDGER_ANSWER_GIVEN, "a fallback without claim");
	is_str(kept.answer.json, "{first}", "... is kept too");

	(void)claim(one, "WR3", 5, "{3}");
	give(one, "WR3", 5);
	refuse(one, "WR3", 5, "{fallback}");
	is_str(claim(two, "WR3", 1, "{}").answer.json, "{3}",
	    "what was given stays so");
	is_work(one, 2, 0, "... with its work");
	empty(one);
}

static bool
are_left(struct ledger *ledger)
{
	struct err err = {0};
	bool left = false;

	(void)held(ledger_answers_are_left(ledger, &left, &err), &err);
	return left;
}

static size_t
settle(struct ledger *ledger, size_t most)
{
	struct err err = {0};
	size_t count = 0;

	begin(ledger);
	(void)held(ledger_answers_settle(ledger, most, NOW, &count, &err),
	    &err);
	commit(ledger);
	return count;
}

static void
test_left(struct ledger *one)
{
	struct ledger *two = must_open(file);
	struct ledger_answer_kept kept;

	(void)claim(two, "WR1", 1, "{1}");
	(void)claim(two, "WR2", 2, "{2}");
	(void)claim(two, "WR3", 3, "{3}");
	ok(!are_left(one) && settle(one, 9) == 0, "who lives settles himself");
	ledger_close(two);
	ok(are_left(one), "who has gone does not");
	kept = claim(one, "WR1", 1, "{4}");
	ok(kept.state == LEDGER_ANSWER_OURS && !kept.is_new,
	    "his claim is for who asks first");
	is_str(kept.answer.json, "{1}", "... as it was");
	is_work(one, 0, 6, "taken over");
	give(one, "WR1", 1);
	is_work(one, 2, 4, "... and given");
	is_int((int64_t)settle(one, 1), 1, "the others count as given");
	is_int((int64_t)settle(one, 9), 1, "... as many as are asked for");
	is_work(one, 6, 0, "settled");
	ok(!are_left(one) && settle(one, 9) == 0, "and that was all");
	kept = claim(one, "WR2", 4, "{5}");
	ok(kept.state == LEDGER_ANSWER_GIVEN, "what is settled is given");
	is_str(kept.answer.json, "{2}", "... as it was");
	empty(one);
}

/* A child that has claimed WR1; it ends when the pipe does. */
static pid_t
start_claimer(int *pipe_end)
{
	int ready[2], ends[2];
	char byte;

	if (pipe(ready) != 0 || pipe(ends) != 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		(void)close(ends[1]);
		struct ledger *ledger = must_open(file);
		(void)claim(ledger, "WR1", 1, "{1}");
		if (write(ready[1], "x", 1) == 1)
			(void)!read(ends[0], &byte, 1);
		_exit(0);
	}
	(void)!read(ready[0], &byte, 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	(void)close(ends[0]);
	*pipe_end = ends[1];
	return pid;
}

/* Before any ledger is open here, since a child must not inherit one. */
static void
test_killed(void)
{
	int end = -1, status;
	pid_t pid = start_claimer(&end);
	struct ledger *ledger = must_open(file);

	ok(claim(ledger, "WR1", 1, "{2}").state == LEDGER_ANSWER_CLAIMED &&
		!are_left(ledger), "a process has claimed an answer");
	ok(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid,
	    "... and is killed");
	ok(are_left(ledger), "its claim is left");
	is_int((int64_t)settle(ledger, 9), 1, "... and can be settled");
	is_work(ledger, 2, 0, "after the kill");
	(void)close(end);
	empty(ledger);
	ledger_close(ledger);
}

static void
test_purge(struct ledger *one)
{
	static const char count[] = "SELECT count(*) FROM answer";
	char sid[] = "WR0";

	for (int i = 0; i < 9; i++) {
		sid[2] = (char)('0' + i);
		(void)claim_at(one, sid, i + 1, "{}", NOW - 25 * HOUR - i - 1);
		if (i > 0)
			give(one, sid, i + 1);
	}
	(void)claim_at(one, "WRa", 20, "{}", NOW - 25 * HOUR + 2);
	give(one, "WRa", 20);
	(void)claim_at(one, "WRb", 21, "{}", NOW + HOUR);
	is_int(ask(one, count), 7, "a claim forgets four old answers");
	(void)claim(one, "WRc", 22, "{}");
	is_int(ask(one, count), 4, "... the next one four more");
	(void)claim(one, "WRd", 23, "{}");
	is_int(ask(one, count), 5, "... and then no more");
	ok(claim(one, "WR0", 30, "{}").state == LEDGER_ANSWER_CLAIMED,
	    "not one that is not settled");
	is_int(LEDGER_ANSWER_KEEP_MS, 25 * HOUR, "25 hours");
	empty(one);
}

static void
test_undone(struct ledger *one, struct ledger *two)
{
	struct ledger_answer_claim all = claim_of("WR1", 1, "{1}");
	struct ledger_answer_kept kept;
	struct err err = {0};
	struct arena small;

	begin(one);
	ok(ledger_answer_claim(one, &all, NOW, &arena, &kept, &err),
	    "a claim");
	ledger_undo(one);
	is_work(one, 0, 0, "undone");
	ok(claim(two, "WR1", 1, "{2}").is_new, "it was never there");
	give(two, "WR1", 1);

	arena_init(&small, 4);
	begin(one);
	ok(!ledger_answer_claim(one, &all, NOW, &small, &kept, &err) &&
		strcmp(err.text, "out of memory") == 0, "no memory");
	ledger_undo(one);
	arena_release(&small);

	all.work_count = LEDGER_ANSWER_WORK + 1;
	all.reservation = STR("WR9");
	begin(one);
	ok(!ledger_answer_claim(one, &all, NOW, &arena, &kept, &err),
	    "more work than an answer can have");
	ledger_undo(one);
	empty(one);
}

/* The ledger stays locked until standard input ends. */
static int
lock(const char *name)
{
	struct ledger *ledger = must_open(name);
	char byte;

	begin(ledger);
	puts("locked");
	(void)fflush(stdout);
	(void)!read(STDIN_FILENO, &byte, 1);
	ledger_undo(ledger);
	ledger_close(ledger);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "lock") == 0)
		return lock(argv[2]);
	if (mkdtemp(folder) == NULL)
		return EXIT_FAILURE;
	(void)snprintf(file, sizeof file, "%s/ledger", folder);
	arena_init(&arena, 1 << 20);
	test_killed();
	struct ledger *one = must_open(file), *two = must_open(file);
	test_give(one, two);
	test_refuse(one, two);
	test_purge(one);
	test_undone(one, two);
	test_left(one);
	ledger_close(two);
	ledger_close(one);
	arena_release(&arena);
	(void)unlink(file);
	(void)rmdir(folder);
	return tap_done();
}
