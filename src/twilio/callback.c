/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/callback.h"

#include <string.h>

#include "twilio/sid.h"

/* The documented parameters; `kind` of those that are SIDs. */
static const struct parameter {
	const char *name;
	const char *kind;
	size_t member;
} parameters[] = {
	{"Timestamp", NULL, offsetof(struct callback, timestamp)},
	{"AccountSid", "AC", offsetof(struct callback, account_sid)},
	{"WorkspaceSid", "WS", offsetof(struct callback, workspace_sid)},
	{"WorkflowSid", "WW", offsetof(struct callback, workflow_sid)},
	{"TaskQueueSid", "WQ", offsetof(struct callback, task_queue_sid)},
	{"WorkerSid", "WK", offsetof(struct callback, worker_sid)},
	{"WorkerAttributes", NULL, offsetof(struct callback, worker_attributes)},
	{"TaskSid", "WT", offsetof(struct callback, task_sid)},
	{"TaskAttributes", NULL, offsetof(struct callback, task_attributes)},
	{"TaskAge", NULL, offsetof(struct callback, task_age)},
	{"TaskPriority", NULL, offsetof(struct callback, task_priority)},
	{"ReservationSid", "WR", offsetof(struct callback, reservation_sid)},
};

static bool
is_as_documented(const struct parameter *parameter, struct str value)
{
	if (value.at == NULL)
		return false;
	return parameter->kind == NULL || sid_is(value, parameter->kind);
}

struct str
callback_read(
    const struct form *form, struct arena *arena, struct callback *callback)
{
	struct str wrong = STR_NONE;

	*callback = (struct callback){0};
	for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
		const struct parameter *p = &parameters[i];
		struct str value = form_get(form, p->name);

		memcpy((char *)callback + p->member, &value, sizeof value);
		if (!is_as_documented(p, value))
			wrong = arena_format(arena, "%.*s%s%s", STR_ARGS(wrong),
			    wrong.at == NULL ? "" : " ", p->name);
	}
	return wrong;
}

bool
callback_write(
    const struct callback *callback, struct arena *arena, struct form *form)
{
	form->count = 0;
	form->fields = arena_array(
	    arena, ARRAY_LENGTH(parameters), sizeof *form->fields);
	if (form->fields == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
		struct form_field field = {
			.name = str_from(parameters[i].name)};

		memcpy(&field.value,
		    (const char *)callback + parameters[i].member,
		    sizeof field.value);
		if (field.value.at != NULL)
			form->fields[form->count++] = field;
	}
	return true;
}
