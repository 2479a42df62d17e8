/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/parameters.h"
#include "tap.h"

static bool
check_word(struct str value, struct err *err)
{
	return str_is(value, "good") ||
	    err_set(err, 0, "expected the word good");
}

static bool
check_nothing(struct str value, struct err *err)
{
	(void)value;
	(void)err;
	return true;
}

static const struct parameter table[] = {
	{"TaskSid", "task_sid", check_word, false},
	{"Attributes", NULL, check_nothing, false},
	{"Status", "status", check_word, true},
};

static const struct {
	const char *what;
	const char *query; /* NULL: none */
	const char *form;
	const char *shown; /* the values, or what the 400 says */
	bool taken;
} rows[] = {
	{"none", NULL, "", "-,-", true},
	{"one in the form", NULL, "TaskSid=good", "good,-", true},
	{"one in the query", "TaskSid=good", "", "good,-", true},
	{"by its other name", NULL, "task_sid=good", "good,-", true},
	{"both places", "TaskSid=good", "Attributes=%7B%7D", "good,{}", true},
	{"an empty value", NULL, "Attributes=", "-,", true},
	{"a value that is not good", NULL, "TaskSid=bad",
	    "TaskSid: expected the word good", false},
	{"by its other name, not good", "task_sid=bad", "",
	    "TaskSid: expected the word good", false},
	{"an unknown one", NULL, "x=1", "unknown parameter x\"", false},
	{"a misspelt one", "TaskSids=1", "",
	    "unknown parameter TaskSids; did you mean TaskSid?", false},
	{"another case", NULL, "tasksid=good",
	    "unknown parameter tasksid; did you mean TaskSid?", false},
	{"one without a name", NULL, "=1", "unknown parameter \"", false},
	{"twice in the form", NULL, "TaskSid=good&TaskSid=good",
	    "TaskSid: given more than once", false},
	{"twice by two names", NULL, "TaskSid=good&task_sid=good",
	    "TaskSid: given more than once", false},
	{"twice in query and form", "TaskSid=good", "TaskSid=good",
	    "TaskSid: given more than once", false},
	{"a list with one that is not good", NULL, "Status=good,bad",
	    "Status: expected the word good", false},
	{"a list that ends in a comma", NULL, "Status=good,",
	    "Status: expected the word good", false},
	{"given again, not good", "Status=good", "Status=bad",
	    "Status: expected the word good", false},
	{"a malformed query", "TaskSid=%", "",
	    "the query is malformed at byte 8", false},
	{"a name of 100 bytes",
	    "x123456789x123456789x123456789x123456789x123456789x123456789"
	    "x123456789",
	    "",
	    "unknown parameter "
	    "x123456789x123456789x123456789x123456789x123456789x123456789x123"
	    "\"",
	    false},
};

/* What is sent on. */
static const struct {
	const char *form;
	const char *shown;
	const char *sent;
} sent_rows[] = {
	{"", "-", ""},
	{"Status=good", "good", "Status=good"},
	{"status=good&Status=good", "good,good", "Status=good&Status=good"},
	{"Status=good,good&Status=good", "good,good,good",
	    "Status=good&Status=good&Status=good"},
	{"Status=good&Attributes=a,b%26&TaskSid=good", "good",
	    "TaskSid=good&Attributes=a%2Cb%26&Status=good"},
	{"Attributes=", "-", "Attributes="},
};

static char body[1024];

static void
respond(struct exchange *exchange)
{
	struct str text = exchange->response.body;

	for (size_t i = 0; i < sizeof body; i++)
		body[i] = i < text.len && i < sizeof body - 1 ? text.at[i]
							      : '\0';
}

static void
ended(struct application *application, struct exchange *exchange)
{
	(void)application;
	(void)exchange;
}

static struct str
show(struct exchange *exchange, const struct str *values)
{
	struct str shown[2];

	for (size_t i = 0; i < ARRAY_LENGTH(shown); i++)
		shown[i] = values[i].at == NULL ? STR("-") : values[i];
	return arena_format(&exchange->arena, "%.*s,%.*s", STR_ARGS(shown[0]),
	    STR_ARGS(shown[1]));
}

static const struct transport transport = {.respond = respond};
static struct application application = {.ended = ended};

static void
test_sent(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(sent_rows); i++) {
		struct exchange *exchange =
		    exchange_new(&application, &transport);
		struct str values[ARRAY_LENGTH(table)];
		struct buf form;
		struct err err;

		ok(form_decode(&exchange->arena, str_from(sent_rows[i].form),
		       &exchange->request.form, &err),
		    "a form");
		ok(parameters_read(
		       exchange, table, ARRAY_LENGTH(table), values),
		    "%s: taken", sent_rows[i].form);
		is_str(values[2].at == NULL ? STR("-") : values[2],
		    sent_rows[i].shown, "%s: the value", sent_rows[i].form);
		parameters_begin_form(
		    exchange, &form, table, ARRAY_LENGTH(table), values);
		is_str(form.len > 0 ? buf_str(&form) : STR(""),
		    sent_rows[i].sent, "%s: sent on", sent_rows[i].form);
		buf_release(&form);
		bool any = *sent_rows[i].sent != '\0';
		ok(parameters_check_any(exchange, table, ARRAY_LENGTH(table),
		       values) == any &&
			exchange->completed == !any,
		    "%s: %s", sent_rows[i].form, any ? "something" : "nothing");
		ok(any || (exchange->response.status == 400 &&
			str_contains(str_from(body),
			    "expected any of TaskSid, Attributes, Status\"")),
		    "400 names what there is: %s", body);
		exchange_free(exchange);
	}
}

int
main(void)
{
	test_sent();
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct exchange *exchange =
		    exchange_new(&application, &transport);
		struct request *request = &exchange->request;
		struct str values[ARRAY_LENGTH(table)];
		struct err err;

		request->query = str_from(rows[i].query);
		ok(form_decode(&exchange->arena, str_from(rows[i].form),
		       &request->form, &err),
		    "%s: a form", rows[i].what);
		bool taken = parameters_read(
		    exchange, table, ARRAY_LENGTH(table), values);
		ok(taken == rows[i].taken && taken == !exchange->completed,
		    "%s: %s", rows[i].what,
		    rows[i].taken ? "taken" : "refused");
		if (taken)
			is_str(show(exchange, values), rows[i].shown,
			    "%s: the values", rows[i].what);
		else
			ok(exchange->response.status == 400 &&
				str_contains(
				    str_from(body), rows[i].shown),
			    "%s: 400: %s", rows[i].what, body);
		exchange_free(exchange);
	}
	return tap_done();
}
