/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "router/rules.h"

#include "router/lines.h"

bool
rules_has_room(const struct workspace *workspace, enum kind kind, size_t most,
    struct refusal *refusal)
{
	if (workspace->counts[kind] < most)
		return true;
	return REFUSE(refusal, "A Workspace can have at most %zu %s", most,
	    kind_rows[kind].plural);
}

struct str
rules_text(const struct changes *changes, enum field_id id)
{
	const struct change *change = change_find(changes, id);

	return change != NULL ? change->text : str_from(field_rows[id].preset);
}

bool
rules_is_true(const struct changes *changes, enum field_id id)
{
	const struct change *change = change_find(changes, id);

	return change != NULL && change->boolean;
}

bool
rules_differs(const struct changes *changes, enum field_id id, struct str text)
{
	const struct change *change = change_find(changes, id);

	return change != NULL && !str_equal(change->text, text);
}

struct object *
rules_new(struct router *router, enum kind kind, struct workspace *workspace,
    const struct changes *changes)
{
	struct object *object = object_new(router, kind, workspace);

	fields_preset(router, object);
	(void)fields_assign(router, object, changes);
	return object;
}

void
rules_workers_differ(struct router *router, struct workspace *workspace,
    const struct activity *activity)
{
	struct object *object;

	RB_FOREACH(object, object_list, &workspace->lists[KIND_WORKER]) {
		struct worker *worker = (struct worker *)object;
		if (activity != NULL && worker->activity != activity)
			continue;
		lines_enlist_worker(router, worker);
		agenda_free(router, worker);
	}
}
