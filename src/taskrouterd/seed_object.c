/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/parameters.h"
#include "taskrouterd/seed_reader.h"

/* Takes a parameter away; false: there is none of it. */
static bool
drop(struct form *form, const char *parameter)
{
	for (size_t i = 0; i < form->count; i++)
		if (str_is(form->fields[i].name, parameter)) {
			form->fields[i] = form->fields[--form->count];
			return true;
		}
	return false;
}

/* Each parameter that is refused is taken away, to see what is wrong with the
 * others. One that is required and now missing has been reported. */
static bool
read_changes(struct seed_reader *reader, const struct parameters *parameters,
    enum seed_kind kind, struct json_object *json, struct form *form,
    struct changes *changes)
{
	bool good = true;

	for (;;) {
		struct refusal refusal = {0};
		if (parameters_read(parameters, form, changes, &refusal))
			return good;
		const struct seed_property *property =
		    seed_refused(kind, &refusal);
		bool is_given = property != NULL &&
		    form_get(form, property->parameter).at != NULL;
		if (!is_given && property != NULL &&
		    json_get(json, property->name) != NULL)
			return false;
		(void)seed_error_refusal(reader, kind, &refusal);
		if (!is_given || !drop(form, property->parameter))
			return false;
		good = false;
	}
}

static struct object *
apply(struct seed_reader *reader, enum seed_kind kind,
    struct router_event *event, enum field_use use, struct json_object *json)
{
	struct parameters parameters = {
		.arena = reader->scratch,
		.router = reader->router,
		.workspace = event->workspace,
		.kind = event->kind,
		.use = use,
		.now = reader->now,
	};
	struct refusal refusal = {0};
	struct object *object;
	struct form form;

	bool good = seed_make_form(reader, kind, use, json, &form);
	if (!read_changes(reader, &parameters, kind, json, &form,
		&event->changes) ||
	    !good)
		return NULL;
	object = reader->apply(reader, event, &refusal);
	if (object == NULL)
		(void)seed_error_refusal(reader, kind, &refusal);
	return object;
}

struct object *
seed_make_object(struct seed_reader *reader, enum seed_kind kind,
    struct json_object *json)
{
	struct router_event event = {
		.verb = ROUTER_CREATE,
		.kind = seed_router_kind(kind),
		.workspace = kind == SEED_WORKSPACE ? NULL : reader->workspace,
	};

	return apply(reader, kind, &event, FIELD_CREATE, json);
}

void
seed_change_object(struct seed_reader *reader, enum seed_kind kind,
    struct object *object, struct json_object *json)
{
	struct router_event event = {
		.verb = ROUTER_UPDATE,
		.kind = seed_router_kind(kind),
		.workspace = reader->workspace,
		.object = object,
	};

	(void)apply(reader, kind, &event, FIELD_UPDATE, json);
}

bool
seed_delete_object(
    struct seed_reader *reader, enum seed_kind kind, struct object *object)
{
	struct router_event event = {
		.verb = ROUTER_DELETE,
		.kind = seed_router_kind(kind),
		.workspace = object->workspace,
		.object = object,
	};
	struct refusal refusal = {0};

	return reader->apply(reader, &event, &refusal) != NULL ||
	    refusal.status == 0;
}
