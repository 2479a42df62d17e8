/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "mirror.h"

#include <stdlib.h>
#include <string.h>

#define VALUES_MOST 32

struct row {
	struct row *next;
	enum kind kind;
	char sid[ROUTER_SID + 1];
	char workspace[ROUTER_SID + 1];
	struct stored_object object;
	struct stored_value values[VALUES_MOST];
	char *texts[VALUES_MOST];
	size_t count;
};

struct mirror {
	struct row *rows;
	struct row *spoilt;
	size_t spoilt_value;
	struct stored_value was;
	struct str was_workspace;
	uint64_t number;
	size_t callbacks;
	struct {
		const char *type;
		size_t count;
	} records[128];
	size_t types;
};

struct mirror *
mirror_new(void)
{
	return calloc(1, sizeof(struct mirror));
}

static void
row_free(struct row *row)
{
	for (size_t i = 0; i < row->count; i++)
		free(row->texts[i]);
	free(row);
}

void
mirror_free(struct mirror *mirror)
{
	while (mirror->rows != NULL) {
		struct row *row = mirror->rows;
		mirror->rows = row->next;
		row_free(row);
	}
	free(mirror);
}

static bool
drop(struct mirror *mirror, const char *sid)
{
	for (struct row **at = &mirror->rows; *at != NULL; at = &(*at)->next) {
		struct row *row = *at;
		if (strcmp(row->sid, sid) != 0)
			continue;
		*at = row->next;
		row_free(row);
		return true;
	}
	return false;
}

static struct str
text_of(const struct field *field, const struct object *object)
{
	const struct object *to;

	switch ((int)field->type) {
	case FIELD_REFERENCE:
		to = field_object(field, object);
		return to != NULL ? str_from(to->sid) : STR_NONE;
	case FIELD_CHOICE:
		return str_from(field->choices[field_integer(field, object)]);
	case FIELD_BOOLEAN:
	case FIELD_INTEGER:
	case FIELD_DATE:
		return STR_NONE;
	default:
		return *field_text(field, object);
	}
}

static void
keep_value(struct row *row, const struct field *field,
    const struct object *object)
{
	struct stored_value *value = &row->values[row->count];
	struct str text = text_of(field, object);

	value->field = field;
	if (field->type == FIELD_BOOLEAN)
		value->integer = field_boolean(field, object);
	else if (field->type == FIELD_INTEGER || field->type == FIELD_DATE)
		value->integer = field_integer(field, object);
	if (text.at != NULL) {
		row->texts[row->count] = calloc(1, text.len + 1);
		memcpy(row->texts[row->count], text.at, text.len);
		value->text = (struct str){row->texts[row->count], text.len};
	}
	row->count++;
}

static void
keep(struct mirror *mirror, const struct object *object)
{
	struct row *row = calloc(1, sizeof *row);
	size_t count;
	const struct field *field = field_first(object->kind, &count);

	(void)drop(mirror, object->sid);
	row->kind = object->kind;
	memcpy(row->sid, object->sid, sizeof row->sid);
	memcpy(row->workspace, object->workspace->object.sid,
	    sizeof row->workspace);
	row->object = (struct stored_object){
	    .kind = object->kind,
	    .sid = str_from(row->sid),
	    .number = object->number,
	    .version = object->version,
	    .date_created = object->date_created,
	    .date_updated = object->date_updated,
	    .workspace = str_from(row->workspace),
	};
	for (size_t i = 0; i < count; i++, field++)
		if ((field->uses & FIELD_STORED) != 0)
			keep_value(row, field, object);
	row->next = mirror->rows;
	mirror->rows = row;
	if (object->number > mirror->number)
		mirror->number = object->number;
}

static void
count_record(struct mirror *mirror, const struct record *record)
{
	size_t i = 0;

	if (record->number > mirror->number)
		mirror->number = record->number;
	while (i < mirror->types &&
	    strcmp(mirror->records[i].type, record->type) != 0)
		i++;
	if (i == mirror->types)
		mirror->records[mirror->types++].type = record->type;
	mirror->records[i].count++;
}

void
mirror_take(struct mirror *mirror, struct router *router)
{
	const struct router_effects *effects = router_effects(router);
	const struct object *object;
	const struct removal *removal;
	const struct record *record;

	STAILQ_FOREACH(removal, &effects->removed, entry)
		(void)drop(mirror, removal->sid);
	TAILQ_FOREACH(object, &effects->changed, changed)
		keep(mirror, object);
	STAILQ_FOREACH(record, &effects->records, entry)
		count_record(mirror, record);
	mirror->callbacks += effects->callback_count;
	router_settled(router);
}

struct router *
mirror_restore(const struct mirror *mirror,
    const struct router_options *options, struct err *err)
{
	struct router *router = router_new(options);

	for (const struct row *row = mirror->rows; row != NULL; row = row->next)
		if (!router_restore(router, &row->object, row->values,
		        row->count, err)) {
			router_free(router);
			return NULL;
		}
	if (router_restored(router, mirror->number, err))
		return router;
	router_free(router);
	return NULL;
}

bool
mirror_is_empty(const struct mirror *mirror)
{
	return mirror->rows == NULL;
}

static const struct stored_value spoilings[] = {
	{.text = {NULL, 0}, .integer = INT64_MAX},
	{.text = {"", 0}, .integer = INT64_MIN + 1},
	{.text = {"nonsense", 8}, .integer = -2},
	{.text = {"WK00000000000000000000000000000bad", 34}, .integer = 99},
	{.text = {"{\"task_routing\":7}", 18}, .integer = INT64_MIN},
};

enum mirror_spoiling
mirror_spoil(struct mirror *mirror, size_t row, size_t value, size_t way)
{
	struct row *at = mirror->rows;
	struct stored_value *values;

	while (at != NULL && row-- > 0)
		at = at->next;
	if (at == NULL)
		return SPOIL_NO_ROW;
	if (value > at->count)
		return SPOIL_NO_VALUE;
	if (way == ARRAY_LENGTH(spoilings))
		return SPOIL_NO_WAY;
	values = at->values;
	mirror->spoilt = at;
	mirror->spoilt_value = value;
	mirror->was = values[value];
	mirror->was_workspace = at->object.workspace;
	if (value == at->count) {
		at->object.workspace = spoilings[way].text;
		return SPOIL_DONE;
	}
	values[value].text = spoilings[way].text;
	values[value].integer = spoilings[way].integer;
	return SPOIL_DONE;
}

void
mirror_mend(struct mirror *mirror)
{
	mirror->spoilt->values[mirror->spoilt_value] = mirror->was;
	mirror->spoilt->object.workspace = mirror->was_workspace;
}

size_t
mirror_records(const struct mirror *mirror, const char *type)
{
	for (size_t i = 0; i < mirror->types; i++)
		if (strcmp(mirror->records[i].type, type) == 0)
			return mirror->records[i].count;
	return 0;
}

size_t
mirror_callbacks(const struct mirror *mirror)
{
	return mirror->callbacks;
}
