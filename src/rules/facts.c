/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "rules/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rules/names.h"

static struct expr_value find(void *context, enum expr_root root,
    const struct expr_step *steps, size_t count);

void
facts_init(struct facts *facts, const struct rules_input *input,
    struct arena *arena)
{
	*facts = (struct facts){.input = input, .arena = arena};
	facts->last_note = &facts->notes;
	arena_init(&facts->scratch, FACTS_SCRATCH);
}

void
facts_release(struct facts *facts)
{
	arena_release(&facts->scratch);
}

void
facts_note(struct facts *facts, bool is_left_out, const char *format, ...)
{
	struct rules_note *note = arena_alloc(facts->arena, sizeof *note);
	char text[sizeof((struct err *)NULL)->text];
	va_list arguments;

	if (note == NULL)
		return;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	note->is_left_out = is_left_out;
	note->text = arena_str(facts->arena, str_from(text));
	*facts->last_note = note;
	facts->last_note = &note->next;
}

static void
release(void *pack)
{
	expr_pack_free(pack);
}

/* Attributes are the callers' and the operators' own: whatever is wrong with
 * them, the callback has to be answered. */
static void
read_attributes(struct facts *facts, struct facts_attributes *attributes,
    const char *parameter, struct str json)
{
	struct err err;

	attributes->is_read = true;
	if (json.at == NULL)
		return;
	struct expr_pack *pack = expr_pack_make(json, RULES_VALUES_MOST, &err);
	if (pack == NULL) {
		facts_note(facts, false,
		    "%s cannot be read, and count as empty: byte %zu: %s",
		    parameter, err.at, err.text);
		return;
	}
	if (!arena_defer(facts->arena, release, pack))
		return;
	if (expr_pack_root(pack).type != EXPR_RECORD)
		facts_note(facts, false,
		    "%s are no object, and count as empty", parameter);
	else
		attributes->pack = pack;
}

static struct facts_attributes *
attributes_of_task(struct facts *facts)
{
	if (!facts->task.is_read)
		read_attributes(facts, &facts->task, "TaskAttributes",
		    facts->input->callback->task_attributes);
	return &facts->task;
}

static struct facts_attributes *
attributes_of_worker(struct facts *facts)
{
	if (!facts->worker.is_read)
		read_attributes(facts, &facts->worker, "WorkerAttributes",
		    facts->input->callback->worker_attributes);
	return &facts->worker;
}

/* Where a member of that name would be remembered. */
static struct facts_seen *
place_of(struct facts_attributes *attributes, struct str name)
{
	const unsigned char *at = (const unsigned char *)name.at;
	size_t hash = name.len;

	if (name.len > 0)
		hash += (size_t)5 * at[0] + (size_t)3 * at[name.len / 2] +
		    (size_t)11 * at[name.len - 1];
	return &attributes->seen[hash % FACTS_SEEN];
}

static struct expr_value
follow(struct facts_attributes *attributes, const struct expr_step *steps,
    size_t count)
{
	struct str name = steps[0].name;

	if (attributes->pack == NULL)
		return (struct expr_value){.type = EXPR_NULL};
	struct facts_seen *seen = place_of(attributes, name);
	if (seen->name.at == NULL || !str_equal(seen->name, name))
		*seen = (struct facts_seen){name,
		    expr_value_follow(
			expr_pack_root(attributes->pack), steps, 1)};
	return expr_value_follow(seen->value, steps + 1, count - 1);
}

/* As in TaskRouter's own expressions, a Worker's sid is no attribute. */
static struct expr_value
find_of_worker(
    struct facts *facts, const struct expr_step *steps, size_t count)
{
	struct str sid = facts->input->callback->worker_sid;

	if (count == 1 && str_equal(steps[0].name, STR("sid")) &&
	    sid.at != NULL)
		return (struct expr_value){.type = EXPR_STRING, .text = sid};
	return follow(attributes_of_worker(facts), steps, count);
}

static struct expr_value
find(void *context, enum expr_root root, const struct expr_step *steps,
    size_t count)
{
	struct facts *facts = context;

	switch (root) {
	case EXPR_ROOT_TASK:
		return follow(attributes_of_task(facts), steps, count);
	case EXPR_ROOT_WORKER:
		return find_of_worker(facts, steps, count);
	case EXPR_ROOT_WORKERS:
	case EXPR_ROOT_OTHER:
		break;
	}
	return names_value(
	    facts->input, steps, count, &facts->looked_at_time);
}

struct expr_names
facts_names(struct facts *facts)
{
	return (struct expr_names){find, facts};
}

struct expr_value
facts_value(struct facts *facts, const struct expr_reference *reference)
{
	return find(
	    facts, reference->root, reference->steps, reference->count);
}

/* Whether `json` begins a member of that name, somewhere. */
static bool
may_have(struct str json, const char *attribute)
{
	char member[64];

	(void)snprintf(member, sizeof member, "\"%s\":\"", attribute);
	return str_contains(json, member);
}

/* Asked about each answer that is a telephone call. Attributes that nobody
 * has read yet are not read for it, unless a look at their bytes leaves a
 * doubt: what it is for is a warning. */
bool
facts_have(struct facts *facts, const char *attribute)
{
	struct expr_step step = {str_from(attribute), 0};

	if (!facts->task.is_read &&
	    may_have(facts->input->callback->task_attributes, attribute))
		return true;
	return follow(attributes_of_task(facts), &step, 1).type != EXPR_NULL;
}
