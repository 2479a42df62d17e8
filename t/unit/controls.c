/* SPDX-License-Identifier: MIT
 *
 * The parameters of what stands under /_local: what each type takes, and in
 * which words it is refused.
 */
#include "base/compat.h"

#include "taskrouterd/controls.h"

#include <stdio.h>
#include <stdlib.h>

#include "tap.h"

struct members {
	struct str text;
	int64_t integer, seconds, decimal, date;
	bool boolean;
	int choice;
};

#define MEMBER(name) .offset = offsetof(struct members, name)

static const char *const choices[] = {"red", "green", NULL};

static const struct control controls[] = {
	{.name = "text", .type = CONTROL_TEXT, MEMBER(text), .least = 1,
	    .most = 4, .help = "A text. It's short."},
	{.name = "integer", .type = CONTROL_INTEGER, MEMBER(integer),
	    .preset = "7", .least = -5, .most = 500, .help = "A number."},
	{.name = "seconds", .type = CONTROL_SECONDS, MEMBER(seconds),
	    .least = 50, .most = 60000, .help = "A time."},
	{.name = "decimal", .type = CONTROL_DECIMAL, MEMBER(decimal),
	    .least = -1500, .most = INT64_MAX, .help = "A number."},
	{.name = "date", .type = CONTROL_DATE, MEMBER(date), .help = "A date."},
	{.name = "boolean", .type = CONTROL_BOOLEAN, MEMBER(boolean),
	    .preset = "true", .help = "Whether."},
	{.name = "choice", .type = CONTROL_CHOICE, MEMBER(choice),
	    .choices = choices, .preset = "green", .help = "A colour."},
};

#define TEXT "text: expected text of 1 to 4 bytes"
#define INTEGER "integer: expected a whole number, -5 to 500"
#define SECONDS "seconds: expected seconds, 0.05 to 60"
#define DECIMAL "decimal: expected a number, -1.5 to 9223372036854775.807"
#define DATE "date: expected a date such as 2026-01-31T08:00:00Z"
#define BOOLEAN "boolean: expected true or false"
#define CHOICE "choice: expected one of red, green"

/* `refusal` NULL: taken, and shown as `shown`. */
static const struct {
	const char *body, *shown, *refusal;
} cases[] = {
	{"", "(absent) 7 -1 -1 -1 true green", NULL},
	{"text=abcd", "abcd 7 -1 -1 -1 true green", NULL},
	{"text=", NULL, TEXT},
	{"text=abcde", NULL, TEXT},
	{"text=%ff", NULL, TEXT},
	{"integer=-5", "(absent) -5 -1 -1 -1 true green", NULL},
	{"integer=500", "(absent) 500 -1 -1 -1 true green", NULL},
	{"integer=501", NULL, INTEGER},
	{"integer=-6", NULL, INTEGER},
	{"integer=1.5", NULL, INTEGER},
	{"integer=1.0", NULL, INTEGER},
	{"integer=", NULL, INTEGER},
	{"integer=+1", NULL, INTEGER},
	{"integer=99999999999999999999", NULL, INTEGER},
	{"seconds=0.05", "(absent) 7 50 -1 -1 true green", NULL},
	{"seconds=60", "(absent) 7 60000 -1 -1 true green", NULL},
	{"seconds=1.5", "(absent) 7 1500 -1 -1 true green", NULL},
	{"seconds=.5", NULL, SECONDS},
	{"seconds=5.", NULL, SECONDS},
	{"seconds=0.049", NULL, SECONDS},
	{"seconds=60.001", NULL, SECONDS},
	{"seconds=1.2345", NULL, SECONDS},
	{"seconds=1e3", NULL, SECONDS},
	{"decimal=-1.5", "(absent) 7 -1 -1500 -1 true green", NULL},
	{"decimal=-0.5", "(absent) 7 -1 -500 -1 true green", NULL},
	{"decimal=-1.501", NULL, DECIMAL},
	{"decimal=9223372036854776", NULL, DECIMAL},
	{"date=1970-01-02T00:00:00Z",
	    "(absent) 7 -1 -1 86400000 true green", NULL},
	{"date=1970-01-02", NULL, DATE},
	{"boolean=false", "(absent) 7 -1 -1 -1 false green", NULL},
	{"boolean=True", NULL, BOOLEAN},
	{"boolean=", NULL, BOOLEAN},
	{"choice=red", "(absent) 7 -1 -1 -1 true red", NULL},
	{"choice=blue", NULL, CHOICE},
	{"integer=1&integer=2", NULL, "integer: is given twice"},
	{"integr=1", NULL,
	    "integr: there is no such parameter; did you mean integer?"},
	{"zzz=1", NULL, "zzz: there is no such parameter"},
	{"=1", NULL, ": there is no such parameter"},
};

static char problem[1024];

static void
respond(struct exchange *exchange)
{
	(void)snprintf(problem, sizeof problem, "%.*s",
	    STR_ARGS(exchange->response.body));
}

static void
ended(struct application *application, struct exchange *exchange)
{
	(void)application;
	(void)exchange;
}

static const struct transport transport = {.respond = respond};
static struct application application = {.ended = ended};

static void
test_case(size_t i)
{
	struct exchange *exchange = exchange_new(&application, &transport);
	struct members members = {.seconds = -1, .decimal = -1, .date = -1};
	struct form form;
	struct err err;
	char shown[256], quoted[256];

	*problem = '\0';
	if (!form_decode(
		&exchange->arena, str_from(cases[i].body), &form, &err))
		ok(false, "%s: a form", cases[i].body);
	bool taken = controls_read(controls, ARRAY_LENGTH(controls), &form,
	    &members, exchange);
	is_int(taken, cases[i].refusal == NULL, "%s: %s", cases[i].body,
	    cases[i].refusal == NULL ? "taken" : "refused");
	if (taken) {
		(void)snprintf(shown, sizeof shown,
		    "%.*s %jd %jd %jd %jd %s %s",
		    STR_ARGS(members.text.at != NULL ? members.text
						     : STR("(absent)")),
		    (intmax_t)members.integer, (intmax_t)members.seconds,
		    (intmax_t)members.decimal, (intmax_t)members.date,
		    members.boolean ? "true" : "false",
		    choices[members.choice]);
		is_str(str_from(shown), cases[i].shown, "%s: as it is",
		    cases[i].body);
	} else if (cases[i].refusal != NULL) {
		(void)snprintf(quoted, sizeof quoted, "\"detail\":\"%s\"",
		    cases[i].refusal);
		is_int(exchange->response.status, 400, "%s: 400",
		    cases[i].body);
		ok(str_contains(str_from(problem), quoted), "%s: %s",
		    cases[i].body, cases[i].refusal);
	}
	exchange_free(exchange);
}

static void
test_manual(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return;
	controls_write_manual(controls, ARRAY_LENGTH(controls), out);
	(void)fclose(out);
	ok(str_contains(str_from(text), ".It Ic seconds No (seconds, 0.05 to 60)"),
	    "the manual says what is taken");
	ok(str_contains(str_from(text), ".Cm red ,\n.Cm green .\n"),
	    "... which words");
	ok(str_contains(str_from(text), "Default:\n.Li \"7\" .\n"),
	    "... and the preset");
	free(text);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		test_case(i);
	test_manual();
	return tap_done();
}
