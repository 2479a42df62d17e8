/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "codec/json.h"
#include "router/names.h"
#include "router/state.h"

/* More than the texts that one event can carry take: their lengths are limited
 * by router/fields.h. */
#define RECORD_MEMORY ((size_t)64 << 20)

/* Data that belong together. */
enum group {
	GROUP_ALWAYS = 1 << 0,
	GROUP_TASK = 1 << 1,
	GROUP_ON_CHANNEL = 1 << 2, /* which TaskChannel it is on */
	GROUP_CHANNEL = 1 << 3,    /* the TaskChannel itself */
	GROUP_QUEUE = 1 << 4,
	GROUP_FLOW = 1 << 5,
	GROUP_TARGET = 1 << 6,
	GROUP_WORKER = 1 << 7,
	GROUP_MOVE = 1 << 8,
	GROUP_WORKER_CHANNEL = 1 << 9,
	GROUP_RESERVATION = 1 << 10,
	GROUP_ACTIVITY = 1 << 11,
};

/* What the types carry. */
enum {
	OF_WORKSPACE = GROUP_ALWAYS,
	OF_ACTIVITY = GROUP_ALWAYS | GROUP_ACTIVITY,
	OF_TASK_CHANNEL = GROUP_ALWAYS | GROUP_ON_CHANNEL | GROUP_CHANNEL,
	OF_TASK_QUEUE = GROUP_ALWAYS | GROUP_QUEUE,
	OF_WORKFLOW = GROUP_ALWAYS | GROUP_FLOW,
	OF_WORKER = GROUP_ALWAYS | GROUP_WORKER,
	OF_WORKER_MOVED = OF_WORKER | GROUP_MOVE,
	OF_WORKER_CHANNEL =
	    OF_WORKER | GROUP_ON_CHANNEL | GROUP_WORKER_CHANNEL,
	OF_TASK = GROUP_ALWAYS | GROUP_TASK | GROUP_ON_CHANNEL | GROUP_QUEUE |
	    GROUP_FLOW,
	OF_TARGET = OF_TASK | GROUP_TARGET,
	OF_RESERVATION = OF_TASK | GROUP_WORKER | GROUP_RESERVATION,
};

/* Whom an event is about, with all that follows from what the caller gave. */
struct about {
	const struct record *record;
	unsigned groups;
	struct str account;
	const struct workspace *workspace;
	const struct activity *activity;
	const struct task_channel *channel;
	const struct task_queue *queue;
	const struct workflow *workflow;
	const struct worker *worker;
	const struct worker_channel *worker_channel;
	const struct task *task;
	const struct reservation *reservation;
	const struct activity *previous;
	int64_t previous_ms;
	int64_t previous_capacity;
	struct str known_worker_sid;
	struct str filter_name;
};

static const struct {
	const char *type;
	size_t resource; /* where struct about points at it */
	const char *resource_type;
	unsigned groups;
	struct str description;
} types[RECORD_TYPES] = {
#define EVENT(id, type, resource, resource_type, groups, description) \
	[RECORD_##id] = {type, offsetof(struct about, resource), \
	    resource_type, groups, {description, sizeof(description) - 1}},
#include "router/events.h"
#undef EVENT
};

enum datum {
#define DATUM(name, ...) DATUM_##name,
#include "router/record_data.h"
#undef DATUM
	DATA
};

static const char *const names[DATA] = {
#define DATUM(name, ...) [DATUM_##name] = #name,
#include "router/record_data.h"
#undef DATUM
};

/* ---- who is meant */

static void
find_of_reservation(struct about *about)
{
	const struct reservation *reservation = about->reservation;

	if (reservation == NULL)
		return;
	if (about->task == NULL)
		about->task = reservation->task;
	if (about->worker == NULL)
		about->worker = reservation->worker;
	if (about->queue == NULL)
		about->queue = reservation->task_queue;
	if (about->workflow == NULL)
		about->workflow = reservation->workflow;
}

static void
find_of_task(struct about *about)
{
	const struct task *task = about->task;

	if (task == NULL)
		return;
	if (about->queue == NULL)
		about->queue = task->task_queue;
	if (about->workflow == NULL)
		about->workflow = task->workflow;
	if (about->channel == NULL)
		about->channel = task->task_channel;
}

static void
find_of_worker_channel(struct about *about)
{
	const struct worker_channel *channel = about->worker_channel;

	if (channel == NULL)
		return;
	if (about->worker == NULL)
		about->worker = channel->worker;
	if (about->channel == NULL)
		about->channel = channel->task_channel;
}

static unsigned
groups_there(const struct about *about)
{
	const struct {
		const void *object;
		unsigned groups;
	} rows[] = {
		{about->task, GROUP_TASK},
		{about->channel, GROUP_ON_CHANNEL | GROUP_CHANNEL},
		{about->queue, GROUP_QUEUE},
		{about->workflow, GROUP_FLOW},
		{about->worker, GROUP_WORKER},
		{about->previous, GROUP_MOVE},
		{about->worker_channel, GROUP_WORKER_CHANNEL},
		{about->reservation, GROUP_RESERVATION},
		{about->activity, GROUP_ACTIVITY},
	};
	unsigned groups = GROUP_ALWAYS | GROUP_TARGET;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].object != NULL)
			groups |= rows[i].groups;
	return groups;
}

static struct about
find_about(const struct router *router, enum record_type type,
    const struct record_subject *subject)
{
	struct about about = {
	    .account = router->options.account_sid,
	    .workspace = subject->workspace,
	    .activity = subject->activity,
	    .channel = subject->task_channel,
	    .queue = subject->task_queue,
	    .workflow = subject->workflow,
	    .worker = subject->worker,
	    .worker_channel = subject->worker_channel,
	    .task = subject->task,
	    .reservation = subject->reservation,
	    .previous = subject->previous_activity,
	    .previous_ms = subject->previous_ms,
	    .previous_capacity = subject->previous_capacity,
	    .known_worker_sid = subject->known_worker_sid,
	    .filter_name = subject->filter_name,
	};

	find_of_reservation(&about);
	find_of_task(&about);
	find_of_worker_channel(&about);
	about.groups = types[type].groups & groups_there(&about);
	return about;
}

/* ---- what is told of them: router/record_data.h */

static struct str
write_text(struct arena *arena, struct str text)
{
	(void)arena;
	return text;
}

static struct str
write_word(struct arena *arena, const char *word)
{
	(void)arena;
	return str_from(word);
}

static struct str
write_number(struct arena *arena, int64_t number)
{
	return arena_format(arena, "%" PRId64, number);
}

/* A date, in seconds since 1970. */
static struct str
write_seconds(struct arena *arena, int64_t date)
{
	if (date == ROUTER_NEVER)
		return STR_NONE;
	return write_number(arena, date / 1000);
}

static struct str
write_flag(struct arena *arena, bool flag)
{
	(void)arena;
	return flag ? STR("true") : STR("false");
}

static struct str
reason_of(const struct task *task, enum task_status status)
{
	return task->status == (int64_t)status ? task->reason : STR_NONE;
}

static void
collect(struct arena *arena, const struct about *about,
    struct str values[DATA])
{
#define DATUM(name, group, how, value) \
	if ((about->groups & GROUP_##group) != 0) \
		values[DATUM_##name] = write_##how(arena, value);
#include "router/record_data.h"
#undef DATUM
}

static struct str
value_of(const struct str values[DATA], struct str name)
{
	for (size_t i = 0; i < DATA; i++)
		if (str_is(name, names[i]))
			return values[i];
	return STR_NONE;
}

static struct str
describe(struct buf *buf, struct str format, const struct str values[DATA])
{
	struct str rest = format;

	buf_clear(buf, SIZE_MAX);
	while (rest.at != NULL) {
		buf_add_str(buf, str_cut(&rest, '{'));
		if (rest.at != NULL)
			buf_add_str(buf, value_of(values, str_cut(&rest, '}')));
	}
	return router_copy(buf_str(buf));
}

static struct str
write_object(
    struct arena *arena, struct buf *buf, const struct str values[DATA])
{
	buf_clear(buf, SIZE_MAX);
	for (size_t i = 0; i < DATA; i++) {
		if (values[i].at == NULL)
			continue;
		buf_add_byte(buf, buf->len == 0 ? '{' : ',');
		buf_add_byte(buf, '"');
		buf_add_str(buf, str_from(names[i]));
		buf_add_str(buf, STR("\":"));
		buf_add_str(buf, json_quote(arena, values[i]));
	}
	buf_add_byte(buf, '}');
	return router_copy(buf_str(buf));
}

static void
note_sid(char sid[ROUTER_SID + 1], struct str value)
{
	if (value.len == ROUTER_SID)
		memcpy(sid, value.at, ROUTER_SID);
}

static int64_t
since(int64_t date, int64_t beginning)
{
	if (beginning == ROUTER_NEVER)
		return ROUTER_NEVER;
	return date > beginning ? date - beginning : 0;
}

/* What statistics are made of. */
static void
measure(struct record *record, const struct about *about)
{
	record->task_age = ROUTER_NEVER;
	record->task_queue_time = ROUTER_NEVER;
	record->activity_time = ROUTER_NEVER;
	if ((about->groups & GROUP_TASK) != 0) {
		record->task_age =
		    since(record->date, about->task->object.date_created);
		record->task_queue_time = since(
		    record->date, about->task->task_queue_entered_date);
	}
	if (about->previous == NULL)
		return;
	note_sid(record->activity, str_from(about->previous->object.sid));
	record->activity_time = about->previous_ms > 0 ? about->previous_ms : 0;
}

static void
fill(struct record *record, enum record_type type, const struct about *about)
{
	struct str values[DATA] = {{NULL, 0}};
	struct arena arena;
	struct buf buf;

	arena_init(&arena, RECORD_MEMORY);
	buf_init(&buf, RECORD_MEMORY);
	collect(&arena, about, values);
	record->description = describe(&buf, types[type].description, values);
	values[DATUM_event_description] = record->description;
	record->data = write_object(&arena, &buf, values);
	if (arena.overflow || buf.failed)
		router_fatal();
	note_sid(record->task, values[DATUM_task_sid]);
	note_sid(record->worker, values[DATUM_worker_sid]);
	note_sid(record->reservation, values[DATUM_reservation_sid]);
	note_sid(record->task_queue, values[DATUM_task_queue_sid]);
	note_sid(record->workflow, values[DATUM_workflow_sid]);
	note_sid(record->task_channel, values[DATUM_task_channel_sid]);
	buf_release(&buf);
	arena_release(&arena);
}

void
record_event(struct router *router, enum record_type type,
    const struct record_subject *subject)
{
	struct about about = find_about(router, type, subject);
	struct record *record = router_alloc(sizeof *record);
	const struct object *resource;

	/* It points at one of several structures that begin with an object. */
	memcpy(&resource, (const char *)&about + types[type].resource,
	    sizeof resource);
	about.record = record;
	router_make_sid(router, "EV", record->sid);
	record->number = ++router->number;
	note_sid(record->workspace, str_from(about.workspace->object.sid));
	record->type = types[type].type;
	record->resource_type = types[type].resource_type;
	note_sid(record->resource_sid, str_from(resource->sid));
	record->date = router->now;
	measure(record, &about);
	fill(record, type, &about);
	STAILQ_INSERT_TAIL(&router->effects.records, record, entry);
}

void
record_free(struct record *record)
{
	free((char *)(uintptr_t)record->description.at);
	free((char *)(uintptr_t)record->data.at);
	free(record);
}

/* ---- names of types */

void
record_task(struct router *router, struct task *task, enum record_type type)
{
	record_event(router, type,
	    &(struct record_subject){
		.workspace = task->object.workspace,
		.task = task,
		.workflow = task->workflow,
		.task_queue = task->task_queue,
	    });
}

bool
record_type_exists(struct str name)
{
	for (size_t i = 0; i < RECORD_TYPES; i++)
		if (str_is(name, types[i].type))
			return true;
	return false;
}

bool
record_filter_matches(struct str events_filter, struct str type)
{
	struct str rest = events_filter;

	if (str_trim(events_filter).len == 0)
		return true;
	while (rest.at != NULL)
		if (str_equal(str_trim(str_cut(&rest, ',')), type))
			return true;
	return false;
}

void
router_note(struct router *router, const struct task *task, unsigned code,
    struct str wanted)
{
	struct router_effects *effects = &router->effects;
	struct router_warning *warning;

	effects->warnings = router_grow(effects->warnings,
	    effects->warning_count + 1, &router->warning_room,
	    sizeof *effects->warnings);
	warning = &effects->warnings[effects->warning_count++];
	warning->code = code;
	memcpy(warning->workspace, task->object.workspace->object.sid,
	    sizeof warning->workspace);
	memcpy(warning->workflow, task->workflow->object.sid,
	    sizeof warning->workflow);
	memcpy(warning->task, task->object.sid, sizeof warning->task);
	(void)snprintf(warning->wanted, sizeof warning->wanted, "%.*s",
	    STR_ARGS(wanted));
}
