/* SPDX-License-Identifier: MIT
 *
 * Callers in the queue of a Workflow.
 * Sources: https://www.twilio.com/docs/taskrouter/twiml-queue-calls,
 * https://www.twilio.com/docs/voice/twiml/enqueue
 */
#include "base/compat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/json.h"
#include "taskrouterd/call.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/url_reference.h"

#define ERROR_TASK 14222
#define ATTRIBUTE_VALUES ((size_t)4096) /* fewer than characters */
#define QUEUE_SID_SIZE (ROUTER_SID + 1)
#define NAME_MOST 32

/* ---- the Task */

/* "FromCity" becomes "from_city". */
static struct str
attribute_name(struct arena *arena, struct str name)
{
	char text[NAME_MOST];
	size_t length = 0;

	for (size_t i = 0; i < name.len && length + 2 < sizeof text; i++) {
		char lower = ascii_lower(name.at[i]);
		if (i > 0 && lower != name.at[i])
			text[length++] = '_';
		text[length++] = lower;
	}
	return arena_str(arena, (struct str){text, length});
}

/* The attributes that every Task of a call has: what a request about the call
 * says, and as it was said last. */
static bool
read_call(const struct call *call, struct arena *arena, struct form *form)
{
	if (!voice_parameters(call, arena, form, NULL, 0))
		return false;
	for (size_t i = 0; i < form->count; i++) {
		struct form_field *field = &form->fields[i];
		field->name = attribute_name(arena, field->name);
		if (str_is(field->name, "call_status") &&
		    call->said_status.at != NULL)
			field->value = call->said_status;
	}
	return !arena->overflow;
}

static struct str
with_member(struct arena *arena, struct str text, struct str key,
    struct str json)
{
	const struct str parts[] = {text, text.len > 1 ? STR(",") : STR(""),
		json_quote(arena, key), STR(":"), json};

	return arena_join(arena, parts, ARRAY_LENGTH(parts));
}

/* What <Task> gives, and the call's own, which count where both have one. */
static struct str
write_attributes(const struct call *call, struct json_object *given,
    struct arena *arena)
{
	struct json_member member = {0};
	struct str text = STR("{");
	struct form own;

	if (!read_call(call, arena, &own))
		return STR_NONE;
	while (given != NULL && json_next(given, &member)) {
		char name[NAME_MOST];
		(void)snprintf(
		    name, sizeof name, "%.*s", STR_ARGS(member.key));
		if (form_get(&own, name).at == NULL)
			text = with_member(arena, text, member.key,
			    json_write(arena, member.value));
	}
	for (size_t i = 0; i < own.count; i++)
		text = with_member(arena, text, own.fields[i].name,
		    json_quote(arena, own.fields[i].value));
	const struct str parts[] = {text, STR("}")};
	return arena_join(arena, parts, ARRAY_LENGTH(parts));
}

struct wanted_task {
	struct object *workflow;
	struct str attributes;
	int64_t priority, timeout; /* -1: not given */
};

static bool
read_number(const struct twiml_verb *task, const char *name,
    enum field_id field, int64_t *number)
{
	struct str text = task != NULL ? twiml_attribute(task, name) : STR_NONE;
	uint64_t value;

	*number = -1;
	if (text.at == NULL)
		return true;
	if (!str_to_uint(str_trim(text), (uint64_t)field_rows[field].most,
		&value) ||
	    (int64_t)value < field_rows[field].least)
		return false;
	*number = (int64_t)value;
	return true;
}

/* NULL: it is as it should be. */
static const char *
read_task(struct call *call, const struct twiml_verb *verb,
    struct arena *arena, struct wanted_task *wanted)
{
	const struct twiml_verb *task = twiml_child(verb, "Task");
	const struct json_limits limits = {.values = ATTRIBUTE_VALUES};
	struct json_object *given = NULL;
	struct err err;

	if (task == NULL)
		task = twiml_child(verb, "TaskAttributes");
	wanted->workflow = call_object(call->calls, KIND_WORKFLOW,
	    str_trim(twiml_attribute(verb, "workflowSid")));
	if (wanted->workflow == NULL)
		return "workflowSid: there is no such Workflow";
	if (!read_number(task, "priority", FIELD_TASK_PRIORITY,
		&wanted->priority))
		return "priority: expected a whole number";
	if (!read_number(
		task, "timeout", FIELD_TASK_TIMEOUT, &wanted->timeout))
		return "timeout: expected seconds, 1 to 1209600";
	if (task != NULL && task->text.len > 0 &&
	    (!json_parse(arena, task->text, limits, &given, &err) ||
		json_type(given) != JSON_OBJECT))
		return "the attributes are no JSON object";
	wanted->attributes = write_attributes(call, given, arena);
	if (wanted->attributes.at == NULL ||
	    str_utf8_length(wanted->attributes) >
		(size_t)field_rows[FIELD_TASK_ATTRIBUTES].most)
		return "the attributes are longer than 4096 characters";
	return NULL;
}

static struct task_channel *
voice_channel(const struct workspace *workspace)
{
	struct task_channel *channel =
	    router_find_channel(workspace, STR("voice"));

	return channel != NULL
	    ? channel
	    : router_find_channel(workspace, STR("default"));
}

static const char *
create_task(struct call *call, const struct wanted_task *wanted,
    struct refusal *refusal)
{
	struct workspace *workspace = wanted->workflow->workspace;
	struct change changes[5] = {
		{.field = &field_rows[FIELD_TASK_ATTRIBUTES],
		    .text = wanted->attributes},
		{.field = &field_rows[FIELD_TASK_WORKFLOW],
		    .object = wanted->workflow},
		{.field = &field_rows[FIELD_TASK_TASK_CHANNEL],
		    .object = &voice_channel(workspace)->object},
	};
	struct router_event event = {
		.verb = ROUTER_CREATE,
		.kind = KIND_TASK,
		.workspace = workspace,
		.changes = {changes, 3},
	};

	if (wanted->priority >= 0)
		changes[event.changes.count++] = (struct change){
			.field = &field_rows[FIELD_TASK_PRIORITY],
			.integer = wanted->priority};
	if (wanted->timeout >= 0)
		changes[event.changes.count++] = (struct change){
			.field = &field_rows[FIELD_TASK_TIMEOUT],
			.integer = wanted->timeout};
	call->workflow = arena_str(
	    &call->memory, str_from(wanted->workflow->sid));
	call->order.workspace = arena_str(
	    &call->memory, str_from(workspace->object.sid));
	const struct object *task = router_apply(call->calls->daemon->router,
	    &event, call_now(call->calls), refusal);
	if (task == NULL)
		return refusal->text;
	call->task = arena_str(&call->memory, str_from(task->sid));
	return NULL;
}

static bool
make_task(struct call *call, const struct twiml_verb *verb)
{
	struct wanted_task wanted;
	struct refusal refusal;
	struct arena arena;

	arena_init(&arena, TWIML_MEMORY * 4);
	const char *why = read_task(call, verb, &arena, &wanted);
	if (why == NULL)
		why = create_task(call, &wanted, &refusal);
	if (why != NULL)
		call_note(call, ERROR_TASK, why);
	arena_release(&arena);
	return why == NULL;
}

/* ---- the queue */

/* Each Workflow has one. */
static struct str
queue_sid(const struct call *call, char sid[QUEUE_SID_SIZE])
{
	struct str digits = str_slice(call->workflow, 2, call->workflow.len);

	(void)snprintf(sid, QUEUE_SID_SIZE, "QU%.*s", STR_ARGS(digits));
	return str_from(sid);
}

#define NUMBER_SIZE 24

static struct str
number_text(char text[NUMBER_SIZE], int64_t number)
{
	(void)snprintf(text, NUMBER_SIZE, "%" PRId64, number);
	return str_from(text);
}

static size_t
queue_length(const struct calls *calls, struct str workflow)
{
	const struct call *call;
	size_t length = 0;

	TAILQ_FOREACH(call, &calls->all, entry)
		if (call->in_queue && str_equal(call->workflow, workflow))
			length++;
	return length;
}

struct call *
queue_find(const struct calls *calls, struct str task)
{
	struct call *call;

	TAILQ_FOREACH(call, &calls->all, entry)
		if (call->in_queue && str_equal(call->task, task))
			return call;
	return NULL;
}

static void
report(struct call *call, enum asking_for what, const char *result)
{
	char sid[QUEUE_SID_SIZE], seconds[NUMBER_SIZE];
	int64_t ms = call_now(call->calls) - call->date_queued;
	const struct pair pairs[] = {
		{"QueueResult", str_from(result)},
		{"QueueSid", queue_sid(call, sid)},
		{"QueueTime", number_text(seconds, ms / 1000)},
	};
	struct str action = call->queue_action;

	call->queue_action = STR_NONE;
	call_step(call, "queue", "left: %s", result);
	if (action.at != NULL)
		voice_ask(call, what, action, call->queue_action_get, pairs,
		    ARRAY_LENGTH(pairs));
}

/* What is around the wait is over. */
static void
stop_waiting(struct call *call)
{
	call->in_queue = false;
	call->gather = NULL;
	call_clear_due(&call->due);
	track_close(call, TRACK_WAIT);
}

void
queue_report(struct call *call, const char *result)
{
	stop_waiting(call);
	report(call, ASK_NOTHING, result);
}

void
queue_leave(struct call *call, const char *result)
{
	bool has_action = call->queue_action.at != NULL;

	stop_waiting(call);
	report(call, ASK_MAIN, result);
	if (!has_action)
		verbs_run(call, TRACK_MAIN);
}

void
queue_cancel_task(struct call *call, struct str reason)
{
	const struct change changes[] = {
		{.field = &field_rows[FIELD_TASK_STATUS],
		    .integer = TASK_CANCELED},
		{.field = &field_rows[FIELD_TASK_REASON], .text = reason},
	};

	/* It may have ended before: then nothing changes. */
	(void)call_update(call->calls, KIND_TASK, call->task, ROUTER_UPDATE,
	    changes, ARRAY_LENGTH(changes));
}

/* Asks the waitUrl once: music that nobody hears need not be repeated. */
static void
ask_wait(struct call *call, const struct twiml_verb *verb)
{
	struct str reference = twiml_attribute(verb, "waitUrl");
	bool get = str_equal_nocase(
	    twiml_attribute(verb, "waitUrlMethod"), STR("GET"));
	char sid[QUEUE_SID_SIZE], size[NUMBER_SIZE], most[NUMBER_SIZE];
	size_t length = queue_length(call->calls, call->workflow);
	struct str position = number_text(size, (int64_t)length);
	const struct pair pairs[] = {
		{"QueuePosition", position},
		{"QueueSid", queue_sid(call, sid)},
		{"QueueTime", STR("0")},
		{"AvgQueueTime", STR("0")},
		{"CurrentQueueSize", position},
		{"MaxQueueSize", number_text(most, QUEUE_MOST)},
	};

	if (str_trim(reference).len == 0)
		return;
	struct str url = url_reference(
	    &call->memory, call->tracks[TRACK_MAIN].url, reference);
	if (url.at != NULL)
		voice_ask(call, ASK_WAIT, url, get, pairs, ARRAY_LENGTH(pairs));
}

static void
keep_action(struct call *call, const struct twiml_verb *verb)
{
	struct str action = twiml_attribute(verb, "action");

	call->queue_action_get =
	    str_equal_nocase(twiml_attribute(verb, "method"), STR("GET"));
	call->queue_action = str_trim(action).len == 0 ? STR_NONE
	    : url_reference(&call->memory, call->tracks[TRACK_MAIN].url, action);
}

/* NULL: he waits. */
static const char *
try_to_enter(struct call *call, const struct twiml_verb *verb)
{
	struct str workflow = str_trim(twiml_attribute(verb, "workflowSid"));

	call->workflow = arena_str(&call->memory, workflow);
	call->date_queued = call_now(call->calls);
	if (queue_length(call->calls, workflow) >= QUEUE_MOST)
		return "queue-full";
	if (!make_task(call, verb))
		return "error";
	call->in_queue = true;
	return NULL;
}

bool
queue_enter(struct call *call, const struct twiml_verb *verb)
{
	if (twiml_attribute(verb, "workflowSid").at == NULL) {
		call_step(call, "skipped", "Enqueue without workflowSid");
		return false;
	}
	keep_action(call, verb);
	const char *result = try_to_enter(call, verb);
	if (result != NULL) {
		bool has_action = call->queue_action.at != NULL;
		report(call, ASK_MAIN, result);
		return has_action;
	}
	call->waits = WAIT_WORKER;
	call_step(call, "Enqueue", "Task %.*s", STR_ARGS(call->task));
	ask_wait(call, verb);
	return true;
}
