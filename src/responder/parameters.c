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
read_form(struct exchange *exchange, const struct form *form,
    const struct parameter *table, size_t count, struct str *values)
{
	struct err err;

	for (size_t i = 0; i < form->count; i++) {
		struct str value = form->fields[i].value;
		size_t row = find(table, count, form->fields[i].name);
		if (row == count) {
			refuse_unknown(
			    exchange, table, count, form->fields[i].name);
			return false;
		}
		if (values[row].at != NULL) {
			exchange_refuse(exchange, 400,
			    "%s: given more than once", table[row].name);
			return false;
		}
		if (!table[row].check(value, &err)) {
			exchange_refuse(exchange, 400, "%s: %s",
			    table[row].name, err.text);
			return false;
		}
		values[row] = value;
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
