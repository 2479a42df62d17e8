/* SPDX-License-Identifier: MIT
 *
 * The state as text: two routers whose texts are the same go on in the same way.
 */
#include "base/compat.h"

#include <inttypes.h>

#include "router/state.h"

static void
dump_field(const struct field *field, const struct object *object,
    struct buf *out)
{
	const struct object *to;

	buf_format(out, " %s=", field->property);
	switch ((int)field->type) {
	case FIELD_BOOLEAN:
		buf_add_byte(out, field_boolean(field, object) ? '1' : '0');
		break;
	case FIELD_INTEGER:
	case FIELD_DATE:
	case FIELD_CHOICE:
		buf_format(out, "%" PRId64, field_integer(field, object));
		break;
	case FIELD_REFERENCE:
		to = field_object(field, object);
		buf_add_str(out, to != NULL ? str_from(to->sid) : STR("-"));
		break;
	default:
		buf_add_byte(out, field_text(field, object)->at != NULL ? '\'' : '-');
		buf_add_str(out, *field_text(field, object));
	}
}

static void
dump_rest(const struct task *task, struct buf *out)
{
	if (task->is_resting)
		buf_format(
		    out, " rests_until=%" PRId64, task->rest_timer.due);
}

void
router_dump(const struct router *router, struct buf *out)
{
	struct object *object;

	for (object = object_first(router); object != NULL;
	     object = object_after(object)) {
		size_t count;
		const struct field *field = field_first(object->kind, &count);
		buf_format(out, "%s %" PRIu64 " v%" PRIu32 " %" PRId64
		    " %" PRId64 " %s", object->sid, object->number,
		    object->version, object->date_created,
		    object->date_updated, object->workspace->object.sid);
		for (size_t i = 0; i < count; i++, field++)
			if ((field->uses & FIELD_STORED) != 0)
				dump_field(field, object, out);
		if (object->kind == KIND_TASK)
			dump_rest((const struct task *)object, out);
		buf_add_byte(out, '\n');
	}
}
