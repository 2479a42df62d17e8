/* SPDX-License-Identifier: MIT
 *
 * The resources with what can be given and what is shown, out of the tables
 * that requests are read and answered by.
 */
#include "base/compat.h"

#include "taskrouterd/manual.h"

#include <inttypes.h>

#include "config/config.h"
#include "router/field.h"
#include "taskrouterd/resource.h"
#include "taskrouterd/tally.h"

static const struct {
	enum kind kind; /* KIND_COUNT: Events and statistics */
	const char *segment;
	enum resource_id parent;
	const char *key; /* "": there is no list */
} resources[] = {
#define RESOURCE(id, kind, segment, parent, key, ...) \
	{kind, segment, RESOURCE_##parent, key},
#include "taskrouterd/resources.h"
#undef RESOURCE
};

static const struct {
	enum resource_id resource;
	const char *parameter;
} filters[] = {
#define FILTER(resource, parameter, ...) {RESOURCE_##resource, parameter},
#include "taskrouterd/filters.h"
#undef FILTER
};

/* What each number of the cumulative statistics is made of. */
enum {
	WORKSPACE = TALLY_OF_WORKSPACE,
	TASK_QUEUE = TALLY_OF_TASK_QUEUE,
	WORKFLOW = TALLY_OF_WORKFLOW,
	OF_TASKS = WORKSPACE | TASK_QUEUE | WORKFLOW,
	EVERYWHERE = OF_TASKS | TALLY_OF_WORKERS,
};
static const struct {
	const char *property;
	unsigned of; /* enum tally_of */
	const char *types[2];
	const char *definition;
} measures[] = {
#define COUNT(id, property, of, type, another, definition) \
	{property, of, {type, another}, definition},
#define WAIT(id, property, of, type, member, definition) \
	{property, of, {type, ""}, definition},
#include "taskrouterd/measures.h"
#undef COUNT
#undef WAIT
};

static const struct {
	enum resource_id resource;
	enum tally_of of;
} cumulative[] = {
	{RESOURCE_WORKSPACE_CUMULATIVE_STATISTICS, TALLY_OF_WORKSPACE},
	{RESOURCE_WORKERS_CUMULATIVE_STATISTICS, TALLY_OF_WORKERS},
	{RESOURCE_TASK_QUEUE_CUMULATIVE_STATISTICS, TALLY_OF_TASK_QUEUE},
	{RESOURCE_WORKFLOW_CUMULATIVE_STATISTICS, TALLY_OF_WORKFLOW},
};

static const char *const type_words[] = {
	[FIELD_TEXT] = "Text",
	[FIELD_URL] = "An http or https URL",
	[FIELD_UNIQUE_NAME] = "A name of letters, digits, '_' and '$', no digit first",
	[FIELD_EVENT_TYPES] = "Names of event types",
	[FIELD_ATTRIBUTES] = "A JSON object",
	[FIELD_CONFIGURATION] = "A JSON object",
	[FIELD_EXPRESSION] = "An expression",
	[FIELD_ROUTING_TARGET] = "A SID",
	[FIELD_BOOLEAN] = "True or false",
	[FIELD_INTEGER] = "A whole number",
	[FIELD_DATE] = "A date",
	[FIELD_CHOICE] = "One of",
	[FIELD_REFERENCE] = "The SID of a",
	[FIELD_NAME_OF] = "Text",
	[FIELD_AVAILABLE_OF] = "True or false",
	[FIELD_COUNT] = "A whole number",
	[FIELD_PERCENTAGE] = "A whole number",
	[FIELD_AGE] = "A whole number",
	[FIELD_EMPTY_OBJECT] = "A JSON object",
};

static void
write_path(FILE *out, enum resource_id id)
{
	enum resource_id path[RESOURCE_DEPTH];
	size_t depth = 0;

	for (; id != RESOURCE_NONE && depth < RESOURCE_DEPTH;
	     id = resources[id].parent)
		path[depth++] = id;
	fputs(".It Pa /v1", out);
	while (depth-- > 0)
		fprintf(out, "/%s%s", resources[path[depth]].segment,
		    depth > 0 ? "/{}" : "");
	fputs("\n", out);
}

static void
write_filters(FILE *out, enum resource_id id)
{
	bool is_list = resources[id].key[0] != '\0';
	bool first = true;

	for (size_t i = 0; i < ARRAY_LENGTH(filters); i++) {
		if (filters[i].resource != id)
			continue;
		fputs(!first     ? " ,\n"
			: is_list ? "Lists can be asked for with\n"
				  : "Can be asked for with\n", out);
		fprintf(out, ".Cm %s", filters[i].parameter);
		first = false;
	}
	if (!first)
		fputs(" .\n", out);
}

static void
write_choices(FILE *out, const struct field *field)
{
	for (size_t i = 0; field->choices[i] != NULL; i++)
		fprintf(out, "%s\n.Li %s", i == 0 ? "" : " ,",
		    field->choices[i]);
	fputs(" .\n", out);
}

static void
write_type(FILE *out, const struct field *field)
{
	bool is_number = field->type == FIELD_INTEGER;

	fputs(type_words[field->type], out);
	if (field->type == FIELD_CHOICE) {
		write_choices(out, field);
		return;
	}
	if (field->type == FIELD_REFERENCE)
		fprintf(out, "%s %s",
		    kind_rows[field->refers].noun[0] == 'A' ? "n" : "",
		    kind_rows[field->refers].noun);
	else if (field->parameter != NULL && field->most > 0)
		fprintf(out, "%s%" PRId64 " to %" PRId64 "%s",
		    is_number ? ", " : " of ", field->least, field->most,
		    is_number ? "" : " characters");
	fputs(".\n", out);
}

static void
write_use(FILE *out, const struct field *field)
{
	static const struct {
		unsigned uses;
		const char *words;
	} rows[] = {
		{FIELD_CREATE | FIELD_UPDATE, ""},
		{FIELD_CREATE | FIELD_UPDATE | FIELD_REQUIRED,
		    "Required on create.\n"},
		{FIELD_CREATE | FIELD_REQUIRED, "Required on create, and only "
						"then.\n"},
		{FIELD_CREATE, "On create only.\n"},
		{FIELD_UPDATE, "On update only.\n"},
		{0, "Only shown.\n"},
	};
	unsigned uses = field->uses &
	    (FIELD_CREATE | FIELD_UPDATE | FIELD_REQUIRED);

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].uses == uses)
			fputs(rows[i].words, out);
}

static void
write_field(FILE *out, const struct field *field)
{
	fputs(".It", out);
	if (field->property[0] != '\0')
		fprintf(out, " Ic %s", field->property);
	if (field->parameter != NULL)
		fprintf(out, " Cm %s", field->parameter);
	fputs("\n", out);
	config_write_sentences(out, field->help);
	write_type(out, field);
	write_use(out, field);
	if (field->preset == NULL || field->preset[0] == '\0' ||
	    field->parameter == NULL)
		return;
	fputs("Default:\n.Li ", out);
	config_write_argument(out, field->preset);
	fputs(" .\n", out);
}

/* Internal properties have no help. */
static void
write_fields(FILE *out, enum kind kind)
{
	size_t count;
	const struct field *field = field_first(kind, &count);

	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < count; i++)
		if (field[i].help[0] != '\0')
			write_field(out, &field[i]);
	fputs(".El\n", out);
}

static void
write_measures(FILE *out, enum tally_of of)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < ARRAY_LENGTH(measures); i++) {
		const char *another = measures[i].types[1];
		if ((measures[i].of & of) == 0)
			continue;
		fprintf(out, ".It Ic %s\n", measures[i].property);
		config_write_sentences(out, measures[i].definition);
		fprintf(out, "Events of type\n.Li %s", measures[i].types[0]);
		if (another[0] != '\0')
			fprintf(out, "\nand\n.Li %s", another);
		fputs(" .\n", out);
	}
	fputs(".El\n", out);
}

/* What is counted has no properties of an object. */
static void
write_counted(FILE *out, enum resource_id id)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cumulative); i++)
		if (cumulative[i].resource == id) {
			write_measures(out, cumulative[i].of);
			return;
		}
	fputs("Only read.\n", out);
}

/* Whether a resource before this one has shown objects of its kind. */
static bool
was_written(enum resource_id id)
{
	for (size_t i = 0; i < (size_t)id; i++)
		if (resources[i].kind == resources[id].kind)
			return true;
	return false;
}

void
manual_write_fields(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < ARRAY_LENGTH(resources); i++) {
		enum resource_id id = (enum resource_id)i;
		write_path(out, id);
		write_filters(out, id);
		if (resources[i].kind == KIND_COUNT)
			write_counted(out, id);
		else if (was_written(id))
			fputs("The same by another path.\n", out);
		else
			write_fields(out, resources[i].kind);
	}
	fputs(".El\n", out);
}
