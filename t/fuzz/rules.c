/* SPDX-License-Identifier: MIT
 *
 * Rules and a callback. The input is a list of rules, the Task's attributes,
 * and the Worker's, with a line of --- between them; the time is fixed. A
 * list is refused exactly when an error was reported. One that is taken gives
 * every callback an answer that Twilio takes, and the same answer again.
 */
#include "base/compat.h"

#include <string.h>

#include "fuzz.h"
#include "rules/rules.h"
#include "twilio/sid.h"
#include "twilio/task.h"

#define SEPARATOR "\n---\n"
#define ZEROS "0000000000000000000000000000000"

static const struct instruction fallback = {"accept",
    {"{\"instruction\":\"accept\"}", 24}};

static void
report(void *to, const struct rules_fault *fault)
{
	size_t *errors = to;

	*errors += !fault->is_warning;
	MUST(fault->message[0] != '\0');
	MUST(fault->rule == RULES_NONE || fault->rule < RULES_MOST);
	MUST(fault->shown.at == NULL ||
	    fault->shown.at[fault->shown.len - 1] == '^');
}

static void
count_mistakes(void *to, bool warning, struct str key, const char *message)
{
	size_t *mistakes = to;

	(void)key;
	(void)message;
	*mistakes += !warning;
}

static void
check_answer(struct str json, struct arena *arena)
{
	struct json_limits limits = {.values = 1000};
	struct instruction instruction;
	struct json_object *value;
	size_t mistakes = 0;
	struct err err;

	MUST(json.at != NULL);
	MUST(json_parse(arena, json, limits, &value, &err));
	MUST(instruction_read(
		 value, arena, &instruction, count_mistakes, &mistakes) &&
	    mistakes == 0);
	MUST(str_equal(instruction.json, json));
}

static void
check_work(const struct rules_decision *decision)
{
	struct err err;

	MUST(decision->work_count <= 2);
	MUST(!decision->is_fallback || decision->work_count == 0);
	for (size_t i = 0; i < decision->work_count; i++) {
		const struct rules_work *work = &decision->work[i];
		MUST(sid_is(work->sid,
		    work->kind == RULES_UPDATE_WORKER ? "WK" : "WT"));
		MUST(work->activity_sid.at == NULL ||
		    sid_is(work->activity_sid, "WA"));
		MUST(work->attributes.at == NULL ||
		    task_check_attributes(work->attributes, &err));
		MUST(work->attributes.at != NULL ||
		    work->activity_sid.at != NULL);
	}
	for (const struct rules_note *n = decision->notes; n != NULL;
	     n = n->next)
		MUST(n->text.len > 0);
}

static void
check_callback(const struct rules *rules, struct str task, struct str worker)
{
	static const struct rules_time time = {
	    "sunday", "17:59", "2026-11-22"};
	struct callback callback = {
		.worker_sid = STR("WK" ZEROS "1"),
		.task_sid = STR("WT" ZEROS "1"),
		.task_age = STR("5"),
		.task_attributes = task,
		.worker_attributes = worker,
	};
	struct rules_input input = {
	    .callback = &callback, .time = &time, .fallback = &fallback};
	struct rules_decision first, second;
	struct arena arena;
	struct buf text;

	arena_init(&arena, (size_t)64 << 20);
	buf_init(&text, (size_t)64 << 20);
	MUST(rules_decide(rules, &input, &arena, &first));
	check_answer(first.json, &arena);
	check_work(&first);
	MUST(first.steps <= RULES_STEPS_MOST + 100000);
	MUST(!first.depends_on_time || rules_use_time(rules));
	MUST(first.work_count == 0 || rules_have_work(rules));
	MUST(first.rule == RULES_NONE || first.rule < rules_count(rules));
	MUST(rules_decide(rules, &input, &arena, &second));
	MUST(first.rule == second.rule &&
	    str_equal(first.json, second.json) &&
	    first.work_count == second.work_count);
	MUST(rules_explain(rules, &input, &arena, &text));
	MUST(str_contains(buf_str(&text), "answer: "));
	buf_release(&text);
	arena_release(&arena);
}

static struct str
cut(struct str *rest)
{
	struct str whole = *rest, separator = STR(SEPARATOR);

	for (size_t i = 0; i + separator.len <= whole.len; i++)
		if (str_has_prefix(
			str_slice(whole, i, whole.len), separator)) {
			*rest = str_slice(
			    whole, i + separator.len, whole.len);
			return str_slice(whole, 0, i);
		}
	*rest = STR_NONE;
	return whole;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = {(const char *)data, size};
	struct json_limits limits = {.values = 10000};
	struct str list = cut(&rest), task = cut(&rest), worker = rest;
	struct json_object *value;
	struct arena arena;
	size_t errors = 0;
	struct err err;

	arena_init(&arena, (size_t)64 << 20);
	if (size <= 65536 && json_parse(&arena, list, limits, &value, &err)) {
		struct rules *rules =
		    rules_read(value, &arena, report, &errors);
		MUST(arena.overflow || (rules == NULL) == (errors > 0));
		if (rules != NULL)
			check_callback(rules, task, worker);
	}
	arena_release(&arena);
	return 0;
}
