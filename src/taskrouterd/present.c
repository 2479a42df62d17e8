/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/present.h"

#include <stdio.h>
#include <string.h>

#include "router/field.h"
#include "store/store.h"
#include "taskrouterd/json_put.h"

/* ---- URLs */

static void
add_segment(struct buf *out, const char *segment, struct str sid)
{
	buf_add_byte(out, '/');
	buf_add_str(out, str_from(segment));
	buf_add_byte(out, '/');
	buf_add_str(out, sid);
}

static void
add_workspace_url(
    struct buf *out, const struct presenter *presenter, struct str sid)
{
	buf_add_str(out, presenter->base);
	add_segment(out, resource_rows[RESOURCE_WORKSPACES].segment, sid);
}

/* The Worker or Task below which the resource shows the object; NULL: it
 * stands directly below the Workspace. */
static const struct object *
parent_of(const struct resource *resource, const struct object *object)
{
	const void *parent = NULL;

	if (resource->id == RESOURCE_WORKER_CHANNELS)
		parent = ((const struct worker_channel *)object)->worker;
	else if (resource->id == RESOURCE_WORKER_RESERVATIONS)
		parent = ((const struct reservation *)object)->worker;
	else if (resource->id == RESOURCE_TASK_RESERVATIONS)
		parent = ((const struct reservation *)object)->task;
	return parent;
}

static void
add_url(struct buf *out, const struct presenter *presenter,
    const struct resource *resource, const struct object *object)
{
	const struct object *parent = parent_of(resource, object);

	add_workspace_url(
	    out, presenter, str_from(object->workspace->object.sid));
	if (parent != NULL)
		add_segment(out, resource_rows[resource->parent].segment,
		    str_from(parent->sid));
	if (object->kind != KIND_WORKSPACE)
		add_segment(out, resource->segment, str_from(object->sid));
}

/* ---- links */

enum link_base { LINK_SELF, LINK_WORKSPACE, LINK_FIELD };

static const struct link {
	enum kind kind;
	const char *name;
	enum link_base base;
	enum field_id field; /* LINK_FIELD */
	const char *tail;
} links[] = {
#define LINK(kind, name, from, tail) \
	{KIND_##kind, name, LINK_##from, (enum field_id)0, tail},
#define LINK_TO(kind, name, field) \
	{KIND_##kind, name, LINK_FIELD, FIELD_##kind##_##field, ""},
#include "taskrouterd/links.h"
#undef LINK
#undef LINK_TO
};

static void
put_link(struct buf *out, const struct presenter *presenter,
    const struct resource *resource, const struct object *object,
    const struct link *link)
{
	json_put_key(out, link->name);
	if (link->base == LINK_FIELD) {
		object = field_object(&field_rows[link->field], object);
		if (object == NULL) {
			json_put_text(out, STR_NONE);
			return;
		}
		resource = resource_of_prefix(str_slice(
		    str_from(object->sid), 0, 2));
	}
	buf_add_byte(out, '"');
	if (link->base == LINK_WORKSPACE)
		add_workspace_url(out, presenter,
		    str_from(object->workspace->object.sid));
	else
		add_url(out, presenter, resource, object);
	buf_add_str(out, str_from(link->tail));
	buf_add_byte(out, '"');
}

static void
put_links(struct buf *out, const struct presenter *presenter,
    const struct resource *resource, const struct object *object)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_LENGTH(links); i++) {
		if (links[i].kind != object->kind)
			continue;
		if (!any) {
			json_put_key(out, "links");
			buf_add_byte(out, '{');
		}
		any = true;
		put_link(out, presenter, resource, object, &links[i]);
	}
	if (any)
		buf_add_byte(out, '}');
}

/* ---- properties */

struct str
present_name(const struct object *object)
{
	if (object == NULL)
		return STR_NONE;
	if (object->kind == KIND_TASK_CHANNEL)
		return ((const struct task_channel *)object)
		    ->unique_name;
	size_t count;
	const struct field *rows = field_first(object->kind, &count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].property, "friendly_name") == 0)
			return *field_text(&rows[i], object);
	return STR_NONE;
}

static int64_t
age_of(const struct presenter *presenter, const struct object *object)
{
	int64_t ms = presenter->now - object->date_created;

	return ms < 0 ? 0 : ms / 1000;
}

static void
put_sid(struct buf *out, const struct object *object)
{
	json_put_text(
	    out, object == NULL ? STR_NONE : str_from(object->sid));
}

static void
put_available(struct buf *out, const struct object *activity)
{
	json_put_boolean(out, activity != NULL &&
		((const struct activity *)activity)->available);
}

static void
put_value(struct buf *out, const struct presenter *presenter,
    const struct field *field, const struct object *object)
{
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_URL:
	case FIELD_UNIQUE_NAME:
	case FIELD_EVENT_TYPES:
	case FIELD_ATTRIBUTES:
	case FIELD_CONFIGURATION:
	case FIELD_EXPRESSION:
	case FIELD_ROUTING_TARGET:
		json_put_text(out, *field_text(field, object));
		break;
	case FIELD_BOOLEAN:
		json_put_boolean(out, field_boolean(field, object));
		break;
	case FIELD_INTEGER:
	case FIELD_COUNT:
		json_put_integer(out, field_integer(field, object));
		break;
	case FIELD_DATE:
		json_put_date(out, field_integer(field, object));
		break;
	case FIELD_CHOICE:
		json_put_text(out,
		    str_from(field->choices[field_integer(field, object)]));
		break;
	case FIELD_REFERENCE:
		put_sid(out, field_object(field, object));
		break;
	case FIELD_NAME_OF:
		json_put_text(out, present_name(field_object(field, object)));
		break;
	case FIELD_AVAILABLE_OF:
		put_available(out, field_object(field, object));
		break;
	case FIELD_PERCENTAGE:
		json_put_integer(out, router_percentage(
		    (const struct worker_channel *)object));
		break;
	case FIELD_AGE:
		json_put_integer(out, age_of(presenter, object));
		break;
	case FIELD_EMPTY_OBJECT:
		json_put_text(out, STR("{}"));
		break;
	}
}

static void
put_common(struct buf *out, const struct presenter *presenter,
    const struct object *object)
{
	json_put_key(out, "sid");
	put_sid(out, object);
	json_put_key(out, "account_sid");
	json_put_text(out, presenter->account_sid);
	if (object->kind != KIND_WORKSPACE) {
		json_put_key(out, "workspace_sid");
		put_sid(out, &object->workspace->object);
	}
	json_put_key(out, "date_created");
	json_put_date(out, object->date_created);
	json_put_key(out, "date_updated");
	json_put_date(out, object->date_updated);
}

void
present_object(struct buf *out, const struct presenter *presenter,
    const struct resource *resource, const struct object *object)
{
	size_t count;
	const struct field *rows = field_first(object->kind, &count);

	buf_add_byte(out, '{');
	put_common(out, presenter, object);
	for (size_t i = 0; i < count; i++) {
		if ((rows[i].uses & FIELD_SHOWN) == 0)
			continue;
		json_put_key(out, rows[i].property);
		put_value(out, presenter, &rows[i], object);
	}
	json_put_key(out, "url");
	buf_add_byte(out, '"');
	add_url(out, presenter, resource, object);
	buf_add_byte(out, '"');
	put_links(out, presenter, resource, object);
	buf_add_byte(out, '}');
}

/* ---- Events */

/* The text of a member of an Event's data, which is compact JSON: a quote
 * within one of its texts has a backslash before it. */
static struct str
find_in_data(struct str data, const char *key)
{
	char pattern[32];
	int length = snprintf(pattern, sizeof pattern, "\"%s\":\"", key);
	const char *found = data.at == NULL || length < 0
	    ? NULL
	    : memmem(data.at, data.len, pattern, (size_t)length);

	if (found == NULL)
		return STR_NONE;
	struct str rest = str_slice(
	    data, (size_t)(found - data.at) + (size_t)length, data.len);
	return str_cut(&rest, '"');
}

/* What an Event is about, as a resource, and the SID of the object below which
 * that stands. False: the Event does not tell. */
static bool
find_event_resource(const struct store_event *event,
    const struct resource **resource, struct str *parent)
{
	static const struct {
		const char *prefix, *key;
		enum resource_id resource;
	} deeper[] = {
		{"WR", "task_sid", RESOURCE_TASK_RESERVATIONS},
		{"WC", "worker_sid", RESOURCE_WORKER_CHANNELS},
	};
	struct str prefix = str_slice(event->resource_sid, 0, 2);

	*parent = STR_NONE;
	for (size_t i = 0; i < ARRAY_LENGTH(deeper); i++)
		if (str_is(prefix, deeper[i].prefix)) {
			*resource = &resource_rows[deeper[i].resource];
			*parent = find_in_data(event->data, deeper[i].key);
			return parent->len > 0;
		}
	*resource = resource_of_prefix(prefix);
	return *resource != NULL;
}

/* The URL of what the Event is about, whether that is still there or not. */
static void
put_resource_url(struct buf *out, const struct presenter *presenter,
    const struct store_event *event)
{
	const struct resource *resource = NULL;
	struct str parent = STR_NONE;
	bool is_workspace = str_equal(event->resource_sid, event->workspace);

	if (!is_workspace &&
	    !find_event_resource(event, &resource, &parent)) {
		json_put_text(out, STR_NONE);
		return;
	}
	buf_add_byte(out, '"');
	add_workspace_url(out, presenter, event->workspace);
	if (parent.len > 0)
		add_segment(out, resource_rows[resource->parent].segment,
		    parent);
	if (!is_workspace)
		add_segment(out, resource->segment, event->resource_sid);
	buf_add_byte(out, '"');
}

static void
put_texts(struct buf *out, const struct presenter *presenter,
    const struct store_event *event)
{
	const struct {
		const char *key;
		struct str value;
	} texts[] = {
		{"sid", event->sid},
		{"account_sid", presenter->account_sid},
		{"workspace_sid", event->workspace},
		{"event_type", event->type},
		{"description", event->description},
		{"resource_type", event->resource_type},
		{"resource_sid", event->resource_sid},
		{"actor_type", STR("workspace")},
		{"actor_sid", event->workspace},
		{"source", STR("twilio")},
		/* Where it came from: this program, on this machine. */
		{"source_ip_address", STR("127.0.0.1")},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		json_put_key(out, texts[i].key);
		json_put_text(out, texts[i].value);
	}
}

void
present_event(struct buf *out, const struct presenter *presenter,
    const struct store_event *event)
{
	buf_add_byte(out, '{');
	put_texts(out, presenter, event);
	json_put_key(out, "event_data");
	buf_add_str(out, event->data);
	json_put_key(out, "event_date");
	json_put_date(out, event->date);
	json_put_key(out, "event_date_ms");
	json_put_integer(out, event->date);
	json_put_key(out, "resource_url");
	put_resource_url(out, presenter, event);
	json_put_key(out, "actor_url");
	buf_add_byte(out, '"');
	add_workspace_url(out, presenter, event->workspace);
	buf_add_byte(out, '"');
	json_put_key(out, "url");
	buf_add_byte(out, '"');
	add_workspace_url(out, presenter, event->workspace);
	add_segment(
	    out, resource_rows[RESOURCE_EVENTS].segment, event->sid);
	buf_add_str(out, STR("\"}"));
}
