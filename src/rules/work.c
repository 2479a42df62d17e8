/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "rules/work.h"

#include "twilio/sid.h"
#include "twilio/task.h"

#define WORK_VALUES ((size_t)10000)

static void
check_activity(struct reader *reader, struct json_object *worker)
{
	struct json_object *value = json_get(worker, "activity_sid");
	struct str text = json_text(value);
	struct err err;

	if (value == NULL || template_is_one(text) ||
	    sid_check(text, "WA", &err))
		return;
	reader_say(reader, READER_ERROR, STR("then.worker.activity_sid"),
	    STR_NONE, "%s", err.text);
}

/* Twilio takes no more of a Worker's either
 * (https://www.twilio.com/docs/taskrouter/limits). */
static void
check_attributes(
    struct reader *reader, struct str key, struct json_object *value)
{
	struct err err;

	if (value == NULL)
		return;
	if (json_type(value) != JSON_OBJECT)
		reader_say(reader, READER_ERROR, key, STR_NONE,
		    "expected an object, not %s",
		    json_type_name(json_type(value)));
	else if (!task_check_attributes(
		     json_write(reader->arena, value), &err))
		reader_say(reader, READER_ERROR, key, STR_NONE, "%s",
		    err.text);
}

static struct mold *
read_one(struct reader *reader, struct str key, struct json_object *value,
    const char *const *known)
{
	struct json_member member = {0};

	if (value == NULL || !reader_expect_members(reader, key, value, known))
		return NULL;
	if (!json_next(value, &member))
		reader_say(reader, READER_ERROR, key, STR_NONE,
		    "empty: expected %s%s", known[0],
		    known[1] == NULL ? "" : " or attributes");
	check_attributes(reader, reader_key(reader, key, STR("attributes")),
	    json_get(value, "attributes"));
	struct mold *mold = mold_read(reader, key, value);
	for (struct mold *m = mold == NULL ? NULL : mold->member; m != NULL;
	     m = m->next)
		m->fill = MOLD_STRING;
	return mold;
}

void
work_read(struct reader *reader, struct json_object *value, struct work *work)
{
	static const char *const known[] = {"worker", "task", NULL};
	static const char *const of_worker[] = {
	    "activity_sid", "attributes", NULL};
	static const char *const of_task[] = {"attributes", NULL};

	*work = (struct work){NULL, NULL};
	if (value == NULL ||
	    !reader_expect_members(reader, STR("then"), value, known))
		return;
	work->worker = read_one(reader, STR("then.worker"),
	    json_get(value, "worker"), of_worker);
	check_activity(reader, json_get(value, "worker"));
	work->task = read_one(
	    reader, STR("then.task"), json_get(value, "task"), of_task);
	if (json_get(value, "worker") == NULL &&
	    json_get(value, "task") == NULL)
		reader_say(reader, READER_ERROR, STR("then"), STR_NONE,
		    "expected worker, task or both");
}

bool
work_is_none(const struct work *work)
{
	return work->worker == NULL && work->task == NULL;
}

static struct str
check_filled_activity(struct facts *facts, struct str text)
{
	struct err err;

	if (text.at == NULL || sid_check(text, "WA", &err))
		return text;
	facts_note(
	    facts, true, "then.worker.activity_sid: %s", err.text);
	return STR_NONE;
}

/* Attributes of which nothing is left are no work. */
static struct str
check_filled_attributes(struct facts *facts, struct json_object *value)
{
	struct json_member member = {0};

	if (value == NULL || !json_next(value, &member))
		return STR_NONE;
	struct str json = json_write(facts->arena, value);
	size_t length = str_utf8_length(json);
	if (length <= TASK_ATTRIBUTES_LENGTH)
		return json;
	facts_note(facts, true, "then: attributes of %zu characters: "
	    "expected at most %d", length, TASK_ATTRIBUTES_LENGTH);
	return STR_NONE;
}

static const struct {
	const char *key, *kind, *parameter, *whose;
} targets[] = {
	[RULES_UPDATE_WORKER] = {"then.worker", "WK", "WorkerSid", "Worker"},
	[RULES_UPDATE_TASK] = {"then.task", "WT", "TaskSid", "Task"},
};

static bool
check_target(struct facts *facts, enum rules_work_kind kind, struct str sid)
{
	struct err err;

	if (sid.at != NULL && sid_check(sid, targets[kind].kind, &err))
		return true;
	facts_note(facts, true, "%s: nothing is done to the %s: %s %s",
	    targets[kind].key, targets[kind].whose, targets[kind].parameter,
	    sid.at == NULL ? "is missing" : "is no SID of one");
	return false;
}

static void
fill_one(const struct mold *mold, struct facts *facts,
    enum rules_work_kind kind, struct str sid, struct rules_decision *decision)
{
	struct rules_work *work = &decision->work[decision->work_count];
	struct json_limits limits = {.values = WORK_VALUES};
	struct mold_run run = mold_run_for(facts);
	struct json_object *value;
	struct err err;

	if (mold == NULL || !check_target(facts, kind, sid))
		return;
	struct str json = mold_fill(mold, &run);
	if (json.at == NULL ||
	    !json_parse(&facts->scratch, json, limits, &value, &err)) {
		facts_note(facts, true, "%s: too large", targets[kind].key);
		return;
	}
	*work = (struct rules_work){.kind = kind, .sid = sid};
	work->activity_sid = check_filled_activity(facts,
	    arena_str(facts->arena, json_get_text(value, "activity_sid")));
	work->attributes = check_filled_attributes(
	    facts, json_get(value, "attributes"));
	if (work->activity_sid.at != NULL || work->attributes.at != NULL)
		decision->work_count++;
}

void
work_fill(const struct work *work, struct facts *facts,
    struct rules_decision *decision)
{
	const struct callback *callback = facts->input->callback;

	fill_one(work->worker, facts, RULES_UPDATE_WORKER,
	    callback->worker_sid, decision);
	fill_one(work->task, facts, RULES_UPDATE_TASK, callback->task_sid,
	    decision);
}
