/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/parameters.h"

#include "config/config.h"

#define MOST_PARAMETERS 16

static size_t
find(const struct parameter *table, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(name, table[i].name) ||
		    (table[i].alias != NULL && str_is(name, table[i].alias)))
			return i;
	return count;
}

static void
refuse_unknown(struct exchange *exchange, const struct parameter *table,
    size_t count, struct str name)
{
	const char *known[MOST_PARAMETERS + 1] = {NULL};
	struct str shown = str_slice(name, 0, 64);

	for (size_t i = 0; i < count && i < MOST_PARAMETERS; i++)
		known[i] = table[i].name;
	const char *nearest = config_nearest(name, known);
	exchange_refuse(exchange, 400, "unknown parameter %.*s%s%s%s",
	    STR_ARGS(shown), nearest == NULL ? "" : "; did you mean ",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
}

static bool
check_items(const struct parameter *row, struct str value, struct err *err)
{
	struct str rest = value;

	while (rest.at != NULL)
		if (!row->check(str_cut(&rest, ','), err))
			return false;
	return true;
}

static bool
read_field(struct exchange *exchange, const struct parameter *row,
    struct str value, struct str *to)
{
	struct err err;

	if (to->at != NULL && !row->repeatable) {
		exchange_refuse(
		    exchange, 400, "%s: given more than once", row->name);
		return false;
	}
	if (!(row->repeatable ? check_items(row, value, &err)
			      : row->check(value, &err))) {
		exchange_refuse(exchange, 400, "%s: %s", row->name, err.text);
		return false;
	}
	*to = to->at == NULL
	    ? value
	    : arena_format(&exchange->arena, "%.*s,%.*s", STR_ARGS(*to),
		  STR_ARGS(value));
	return true;
}

static bool
read_form(struct exchange *exchange, const struct form *form,
    const struct parameter *table, size_t count, struct str *values)
{
	for (size_t i = 0; i < form->count; i++) {
		size_t row = find(table, count, form->fields[i].name);
		if (row == count) {
			refuse_unknown(
			    exchange, table, count, form->fields[i].name);
			return false;
		}
		if (!read_field(exchange, &table[row], form->fields[i].value,
			&values[row]))
			return false;
	}
	return true;
}

bool
parameters_read(struct exchange *exchange, const struct parameter *table,
    size_t count, struct str *values)
{
	struct request *request = &exchange->request;
	struct form query;
	struct err err;

	for (size_t i = 0; i < count; i++)
		values[i] = STR_NONE;
	if (!request_query_parameters(
		request, &exchange->arena, &query, &err)) {
		exchange_refuse(exchange, 400,
		    "the query is malformed at byte %zu: %s", err.at, err.text);
		return false;
	}
	return read_form(exchange, &query, table, count, values) &&
	    read_form(exchange, &request->form, table, count, values);
}

bool
parameters_check_any(struct exchange *exchange, const struct parameter *table,
    size_t count, const struct str *values)
{
	struct str names = STR("");

	for (size_t i = 0; i < count; i++) {
		if (values[i].at != NULL)
			return true;
		names = arena_format(&exchange->arena, "%.*s%s%s",
		    STR_ARGS(names), i > 0 ? ", " : "", table[i].name);
	}
	exchange_refuse(exchange, 400,
	    "nothing to change: expected any of %.*s", STR_ARGS(names));
	return false;
}

void
parameters_send(struct buf *out, const struct parameter *table, size_t count,
    const struct str *values)
{
	for (size_t i = 0; i < count; i++) {
		struct str rest = values[i];
		if (rest.at != NULL && !table[i].repeatable) {
			form_add(out, table[i].name, rest);
			continue;
		}
		while (rest.at != NULL)
			form_add(out, table[i].name, str_cut(&rest, ','));
	}
}

void
parameters_begin_form(struct exchange *exchange, struct buf *form,
    const struct parameter *table, size_t count, const struct str *values)
{
	buf_init(form, exchange->arena.ceiling);
	parameters_send(form, table, count, values);
}
