/* SPDX-License-Identifier: MIT
 *
 * Changing a Worker or a Task. What is sent says what to set, so that sending
 * it twice does no harm; what depends on the object's state is made from it and
 * sent with If-Match.
 * Source: https://www.twilio.com/docs/taskrouter/api/worker and
 * https://www.twilio.com/docs/taskrouter/api/task
 */
#include "base/compat.h"

#include "base/buf.h"
#include "base/clock.h"
#include "codec/form.h"
#include "responder/attempt_parts.h"
#include "twilio/task.h"

/* An order's extra: attributes of at most 4,096 characters, and names. */
#define EXTRA_VALUES 8192
#define FORM_MOST ((size_t)256 * 1024)
/* Somebody else wrote first: only he must have finished. */
#define CONFLICT_PAUSE_MS 50

#define STATUS_PRECONDITION_FAILED 412

static bool
is_gone(unsigned status)
{
	return status == 404 || status == 409 || status == 410;
}

/* A Task that has been completed cannot be once more, so that a refusal may
 * mean that the call before was carried out; all else can be set twice. */
static bool
may_be_done(const struct attempt *attempt)
{
	return attempt->entry.state == OUTBOX_FATE_UNKNOWN &&
	    str_contains(attempt->entry.order.form, "AssignmentStatus=");
}

static void
on_changed(struct attempt *attempt)
{
	unsigned status = attempt->result.status;
	enum attempt_end end = attempt_judge(attempt);

	if (status == STATUS_PRECONDITION_FAILED) {
		attempt->wait_ms = CONFLICT_PAUSE_MS;
		end = ATTEMPT_AGAIN;
	} else if (is_gone(status) ||
	    (end == ATTEMPT_REFUSED && may_be_done(attempt))) {
		end = ATTEMPT_LATE;
	}
	attempt->body = end == ATTEMPT_DONE ? attempt->result.body : STR_NONE;
	attempt_finish(attempt, end, NULL);
}

static void
change(struct attempt *attempt, struct str form, struct str if_match)
{
	struct attempt_call call = {
		.operation = REST_FOLLOW_UP,
		.path = attempt->entry.order.path,
		.form = form,
		.if_match = if_match,
		.next = on_changed,
	};

	attempt_make_call(attempt, &call);
}

/* ---- what depends on the object */

/* The member of the order's extra; NULL: there is none, or no object. */
static struct json_object *
get_extra(struct attempt *attempt, const char *name)
{
	struct json_limits limits = {.values = EXTRA_VALUES};
	struct json_object *extra, *part;
	struct err unused;

	if (!json_parse(&attempt->arena, attempt->entry.order.extra, limits,
		&extra, &unused))
		return NULL;
	part = json_get(extra, name);
	return json_type(part) == JSON_OBJECT ? part : NULL;
}

/* Seconds: an Event's date, and the one of the object that it is about. */
#define DATES_APART 2

/* Dates are the same if they are near. */
static bool
is_same_text(struct str now, struct str wanted)
{
	int64_t a, b;

	if (now.at == NULL || str_equal(now, wanted))
		return str_equal(now, wanted);
	return clock_parse(now.at, now.len, &a) &&
	    clock_parse(wanted.at, wanted.len, &b) && a - b <= DATES_APART &&
	    b - a <= DATES_APART;
}

static bool
is_same(struct json_object *now, struct json_object *wanted)
{
	enum json_type type = json_type(wanted);

	if (json_type(now) != type)
		return false;
	if (type == JSON_BOOLEAN)
		return json_boolean(now) == json_boolean(wanted);
	return type == JSON_STRING &&
	    is_same_text(json_text(now), json_text(wanted));
}

/* Ends the attempt if something is not as it must be. */
static bool
check_conditions(struct attempt *attempt)
{
	struct json_object *conditions = get_extra(attempt, "only_if");
	struct json_member member = {0};

	while (conditions != NULL && json_next(conditions, &member)) {
		struct str name = arena_str(&attempt->arena, member.key);
		struct json_object *now =
		    name.at == NULL ? NULL : json_get(attempt->json, name.at);
		if (is_same(now, member.value))
			continue;
		struct str text = arena_format(&attempt->arena,
		    "%.*s is %.*s, not %.*s", STR_ARGS(name),
		    STR_ARGS(json_write(&attempt->arena, now)),
		    STR_ARGS(json_write(&attempt->arena, member.value)));
		attempt_finish(attempt, ATTEMPT_LATE, text.at);
		return false;
	}
	return true;
}

/* The order's form with the merged attributes. */
static struct str
add_attributes(struct attempt *attempt, struct str attributes)
{
	struct buf form;

	buf_init(&form, FORM_MOST);
	buf_add_str(&form, attempt->entry.order.form);
	form_add(&form, "Attributes", attributes);
	struct str text = arena_str(&attempt->arena, buf_str(&form));
	attempt->arena.overflow = attempt->arena.overflow || form.failed;
	buf_release(&form);
	return text;
}

static void
refuse_reading(struct attempt *attempt)
{
	enum attempt_end end = attempt_judge(attempt);

	/* Reading changes nothing, so there is no doubt. */
	if (end == ATTEMPT_DOUBTFUL || end == ATTEMPT_DONE)
		end = ATTEMPT_AGAIN;
	if (is_gone(attempt->result.status))
		end = ATTEMPT_LATE;
	attempt_finish(attempt, end, NULL);
}

static void
on_read(struct attempt *attempt)
{
	struct json_object *merge = get_extra(attempt, "merge");
	struct str form = attempt->entry.order.form;
	struct err err;

	if (!attempt_has_succeeded(attempt)) {
		refuse_reading(attempt);
		return;
	}
	if (!check_conditions(attempt))
		return;
	if (merge != NULL) {
		struct str attributes = task_merge_attributes(&attempt->arena,
		    json_get_text(attempt->json, "attributes"), merge, &err);
		if (attributes.at == NULL) {
			attempt_finish(attempt, ATTEMPT_REFUSED, err.text);
			return;
		}
		form = add_attributes(attempt, attributes);
	}
	change(attempt, form, attempt->result.etag);
}

void
attempt_update(struct attempt *attempt)
{
	struct attempt_call call = {
		.operation = REST_READ_FOLLOW_UP,
		.path = attempt->entry.order.path,
		.next = on_read,
	};

	if (attempt->entry.order.extra.at == NULL)
		change(attempt, attempt->entry.order.form, STR_NONE);
	else
		attempt_make_call(attempt, &call);
}
