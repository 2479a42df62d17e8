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

struct attempt {
	enum seed_kind kind;
	struct json_object *json;
	struct form form;
	bool good; /* nothing was refused so far */
};

static bool
is_given(const struct attempt *attempt, const struct seed_property *property)
{
	return property != NULL &&
	    form_get(&attempt->form, property->parameter).at != NULL;
}

/* Reports the refusal of a parameter and takes that away, to see what is wrong
 * with the others. False: there is nothing to go on with. */
static bool
refuse(struct seed_reader *reader, struct attempt *attempt,
    const struct refusal *refusal)
{
	const struct seed_property *property =
	    seed_refused(attempt->kind, refusal);

	(void)seed_error_refusal(reader, attempt->kind, refusal);
	attempt->good = false;
	return is_given(attempt, property) &&
	    drop(&attempt->form, property->parameter);
}

/* What is required and now missing has been reported. */
static bool
read_changes(struct seed_reader *reader, const struct parameters *parameters,
    struct attempt *attempt, struct changes *changes)
{
	for (;;) {
		struct refusal refusal = {0};
		if (parameters_read(
			parameters, &attempt->form, changes, &refusal))
			return true;
		const struct seed_property *property =
		    seed_refused(attempt->kind, &refusal);
		if (property != NULL && !is_given(attempt, property) &&
		    json_get(attempt->json, property->name) != NULL)
			return false;
		if (!refuse(reader, attempt, &refusal))
			return false;
	}
}

/* A trial also makes what is left of an object without that which was refused:
 * the router may refuse more of it, and others refer to it. But what it then
 * says about others than what is given may be for want of what was taken
 * away. */
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
	struct attempt attempt = {.kind = kind, .json = json};

	attempt.good = seed_make_form(reader, kind, use, json, &attempt.form);
	while (read_changes(reader, &parameters, &attempt, &event->changes) &&
	    (attempt.good || reader->is_trial)) {
		struct refusal refusal = {0};
		struct object *object =
		    reader->apply(reader, event, &refusal);
		if (object != NULL)
			return object;
		if (!attempt.good &&
		    !is_given(&attempt, seed_refused(kind, &refusal)))
			return NULL;
		if (!refuse(reader, &attempt, &refusal))
			return NULL;
	}
	return NULL;
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
