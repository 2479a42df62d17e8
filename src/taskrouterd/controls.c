/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/controls.h"

#include <inttypes.h>

#include "base/clock.h"
#include "config/config.h"

#define CONTROLS_MOST 32 /* that one table has */
#define RANGE_TEXT 64

struct reading {
	const struct control *control;
	struct str value;
	void *members;
};

static void *
member_of(const struct reading *reading)
{
	return (char *)reading->members + reading->control->offset;
}

/* "-12.5" in thousandths; more digits than three are refused, not rounded. */
static bool
read_thousandths(struct str value, int64_t *thousandths)
{
	struct str fraction = value, whole = str_cut(&fraction, '.');
	bool negative = str_has_prefix(whole, STR("-"));
	uint64_t parts[2] = {0, 0};

	if (negative)
		whole = str_slice(whole, 1, whole.len);
	if (!str_to_uint(whole, INT64_MAX / 1000 - 1, &parts[0]) ||
	    (fraction.at != NULL &&
		(fraction.len > 3 || !str_to_uint(fraction, 999, &parts[1]))))
		return false;
	for (size_t digits = fraction.len; digits < 3; digits++)
		parts[1] *= 10;
	*thousandths = (int64_t)(parts[0] * 1000 + parts[1]);
	if (negative)
		*thousandths = -*thousandths;
	return true;
}

static bool
read_text(const struct reading *reading)
{
	struct str *member = member_of(reading);

	*member = reading->value;
	return str_utf8_length(reading->value) != SIZE_MAX &&
	    reading->value.len >= (size_t)reading->control->least &&
	    reading->value.len <= (size_t)reading->control->most;
}

static bool
keep_number(const struct reading *reading, int64_t number)
{
	int64_t *member = member_of(reading);

	*member = number;
	return number >= reading->control->least &&
	    number <= reading->control->most;
}

static bool
read_integer(const struct reading *reading)
{
	int64_t number;

	return read_thousandths(reading->value, &number) &&
	    number % 1000 == 0 && !str_has_byte(reading->value, '.') &&
	    keep_number(reading, number / 1000);
}

static bool
read_decimal(const struct reading *reading)
{
	int64_t number;

	return read_thousandths(reading->value, &number) &&
	    keep_number(reading, number);
}

static bool
read_boolean(const struct reading *reading)
{
	bool *member = member_of(reading);

	*member = str_is(reading->value, "true");
	return *member || str_is(reading->value, "false");
}

static bool
read_choice(const struct reading *reading)
{
	int *member = member_of(reading);

	for (int i = 0; reading->control->choices[i] != NULL; i++)
		if (str_is(reading->value, reading->control->choices[i])) {
			*member = i;
			return true;
		}
	return false;
}

static bool
read_date(const struct reading *reading)
{
	int64_t *member = member_of(reading);

	if (!clock_parse(reading->value.at, reading->value.len, member))
		return false;
	*member *= 1000;
	return true;
}

static const struct {
	bool (*read)(const struct reading *reading);
	const char *noun;
} types[] = {
	[CONTROL_TEXT] = {read_text, "text"},
	[CONTROL_INTEGER] = {read_integer, "a whole number"},
	[CONTROL_SECONDS] = {read_decimal, "seconds"},
	[CONTROL_DECIMAL] = {read_decimal, "a number"},
	[CONTROL_BOOLEAN] = {read_boolean, "true or false"},
	[CONTROL_CHOICE] = {read_choice, "one of"},
	[CONTROL_DATE] = {read_date, "a date such as 2026-01-31T08:00:00Z"},
};

static void
put_thousandths(char *text, size_t size, int64_t number)
{
	int length = snprintf(text, size, "%s%" PRId64 ".%03d",
	    number < 0 ? "-" : "", number < 0 ? -(number / 1000) : number / 1000,
	    (int)(number < 0 ? -(number % 1000) : number % 1000));

	while (length > 0 && text[length - 1] == '0')
		text[--length] = '\0';
	if (length > 0 && text[length - 1] == '.')
		text[length - 1] = '\0';
}

/* ", 1 to 5": "" where there is none. */
static void
put_range(char text[RANGE_TEXT], const struct control *control)
{
	char least[RANGE_TEXT / 3], most[RANGE_TEXT / 3];

	*text = '\0';
	if (control->type == CONTROL_TEXT)
		(void)snprintf(text, RANGE_TEXT,
		    " of %" PRId64 " to %" PRId64 " bytes", control->least,
		    control->most);
	else if (control->type == CONTROL_INTEGER)
		(void)snprintf(text, RANGE_TEXT, ", %" PRId64 " to %" PRId64,
		    control->least, control->most);
	else if (control->type == CONTROL_SECONDS ||
	    control->type == CONTROL_DECIMAL) {
		put_thousandths(least, sizeof least, control->least);
		put_thousandths(most, sizeof most, control->most);
		(void)snprintf(text, RANGE_TEXT, ", %s to %s", least, most);
	}
}

static void
refuse_value(struct exchange *exchange, const struct control *control)
{
	struct str choices = STR("");
	char range[RANGE_TEXT];

	put_range(range, control);
	for (size_t i = 0; control->type == CONTROL_CHOICE &&
	    control->choices[i] != NULL; i++)
		choices = arena_format(&exchange->arena, "%.*s%s%s",
		    STR_ARGS(choices), i == 0 ? " " : ", ",
		    control->choices[i]);
	exchange_refuse(exchange, 400, "%s: expected %s%s%.*s", control->name,
	    types[control->type].noun, range, STR_ARGS(choices));
}

static void
refuse_unknown(const struct control *controls, size_t count, struct str name,
    struct exchange *exchange)
{
	const char *known[CONTROLS_MOST + 1] = {NULL};
	struct str shown = str_slice(name, 0, name.len < 64 ? name.len : 64);

	for (size_t i = 0; i < count && i < CONTROLS_MOST; i++)
		known[i] = controls[i].name;
	const char *nearest = config_nearest(name, known);
	exchange_refuse(exchange, 400, "%.*s: there is no such parameter%s%s%s",
	    STR_ARGS(shown), nearest != NULL ? "; did you mean " : "",
	    nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
}

/* Every parameter is one of the table's, and comes once. */
static bool
check_names(const struct control *controls, size_t count,
    const struct form *form, struct exchange *exchange)
{
	for (size_t f = 0; f < form->count; f++) {
		struct str name = form->fields[f].name;
		size_t i = 0;

		while (i < count && !str_is(name, controls[i].name))
			i++;
		if (i == count) {
			refuse_unknown(controls, count, name, exchange);
			return false;
		}
		for (size_t other = 0; other < f; other++)
			if (str_equal(form->fields[other].name, name)) {
				exchange_refuse(exchange, 400,
				    "%s: is given twice", controls[i].name);
				return false;
			}
	}
	return true;
}

bool
controls_read(const struct control *controls, size_t count,
    const struct form *form, void *members, struct exchange *exchange)
{
	if (!check_names(controls, count, form, exchange))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct reading reading = {
			.control = &controls[i],
			.value = form_get(form, controls[i].name),
			.members = members,
		};
		if (reading.value.at == NULL && controls[i].preset == NULL)
			continue;
		if (reading.value.at == NULL)
			reading.value = str_from(controls[i].preset);
		if (!types[controls[i].type].read(&reading)) {
			refuse_value(exchange, &controls[i]);
			return false;
		}
	}
	return true;
}

/* ---- the manual */

static void
write_choices(const struct control *control, FILE *out)
{
	for (size_t i = 0; control->choices[i] != NULL; i++)
		fprintf(out, ".Cm %s%s\n", control->choices[i],
		    control->choices[i + 1] != NULL ? " ," : " .");
}

void
controls_write_manual(const struct control *controls, size_t count, FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < count; i++) {
		const struct control *control = &controls[i];
		bool is_choice = control->type == CONTROL_CHOICE;
		char range[RANGE_TEXT];

		put_range(range, control);
		fprintf(out, ".It Ic %s No (%s%s)\n", control->name,
		    is_choice ? "word" : types[control->type].noun, range);
		config_write_sentences(out, control->help);
		if (is_choice) {
			fputs("One of\n", out);
			write_choices(control, out);
		}
		if (control->preset != NULL && *control->preset != '\0') {
			fputs("Default:\n.Li ", out);
			config_write_argument(out, control->preset);
			fputs(" .\n", out);
		}
	}
	fputs(".El\n", out);
}
