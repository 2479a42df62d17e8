/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/explain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "http/request.h"
#include "responder/assignment_decide.h"
#include "responder/local_time.h"
#include "responder/settings.h"
#include "twilio/sid.h"

#define INPUT_MOST ((size_t)1 << 20)        /* as limits.body at most */
#define EXPLAIN_MEMORY ((size_t)256 << 20)
#define EXPLAIN_TEXT_MOST ((size_t)64 << 20)

#define EXPECTED \
	"expected the parameters of an assignment callback, as the form " \
	"AccountSid=AC...&WorkspaceSid=WS...&TaskAttributes=..., one " \
	"name=value a line, or a JSON object"

static void
print_message(void *to, bool warning, const char *message)
{
	(void)to;
	if (!warning)
		(void)fprintf(stderr, "%s\n", message);
}

/* Reads all there is. */
static bool
read_descriptor(int fd, struct buf *buf, struct err *err)
{
	char piece[8192];
	ssize_t length;

	while ((length = read(fd, piece, sizeof piece)) != 0) {
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return err_set(err, 0, "%s", strerror(errno));
		buf_add(buf, piece, (size_t)length);
		if (buf->failed)
			return err_set(err, 0, "more than %zu bytes",
			    INPUT_MOST);
	}
	return true;
}

static bool
read_input(const char *name, struct buf *buf, struct err *err)
{
	if (name == NULL || strcmp(name, "-") == 0)
		return read_descriptor(STDIN_FILENO, buf, err);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, 0, "%s", strerror(errno));
	bool good = read_descriptor(fd, buf, err);
	(void)close(fd);
	return good;
}

static bool
is_name(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_alpha((unsigned char)text.at[i]))
			return false;
	return text.len > 0;
}

/* Attributes are an object, of which nothing is left where they are
 * percent-encoded. */
static bool
is_encoded_object(struct str value)
{
	return str_equal_nocase(str_slice(value, 0, 3), STR("%7B"));
}

/* A form with an end of line for each '&', as a log or an editor shows it;
 * `encoded`: as it was sent, but for that. */
static bool
read_lines(struct str text, struct form *form, bool *encoded, struct err *err)
{
	unsigned number = 0;

	*encoded = false;
	while (text.at != NULL) {
		struct str line = str_trim(str_cut(&text, '\n')), value = line;
		struct str name = str_cut(&value, '=');
		number++;
		if (line.len == 0)
			continue;
		if (!is_name(name) || value.at == NULL)
			return err_set(err, 0, "line %u: " EXPECTED, number);
		if (form->count == FORM_FIELDS)
			return err_set(err, 0, "more than %d parameters",
			    FORM_FIELDS);
		form->fields[form->count++] =
		    (struct form_field){name, value};
		*encoded = *encoded || is_encoded_object(value);
	}
	return true;
}

static struct str
join_lines(struct arena *arena, struct str text)
{
	char *joined = arena_alloc(arena, text.len + 1);
	size_t length = 0;

	for (size_t i = 0; joined != NULL && i < text.len; i++)
		if (text.at[i] != '\r')
			joined[length++] =
			    text.at[i] == '\n' ? '&' : text.at[i];
	return (struct str){joined, length};
}

/* A JSON object, lines or a form, whichever it looks like. */
static bool
read_parameters(
    struct str text, struct arena *arena, struct form *form, struct err *err)
{
	struct request request = {.body = str_trim(text)};
	bool encoded;

	if (request.body.len == 0)
		return err_set(err, 0, "empty: expected the body of a callback");
	request.media =
	    request.body.at[0] == '{' ? MEDIA_JSON : MEDIA_FORM;
	if (request.media == MEDIA_JSON || !str_has_byte(request.body, '\n'))
		return request_body_parameters(&request, arena, form, err);
	*form = (struct form){
	    arena_array(arena, FORM_FIELDS, sizeof *form->fields), 0};
	if (form->fields == NULL)
		return err_set(err, 0, "out of memory");
	if (!read_lines(request.body, form, &encoded, err))
		return false;
	request.body = join_lines(arena, request.body);
	return !encoded || request_body_parameters(&request, arena, form, err);
}

/* Whether it has any of a callback's parameters. */
static bool
is_callback(const struct callback *callback, struct arena *arena)
{
	struct form present;

	return callback_write(callback, arena, &present) && present.count > 0;
}

static void
print_stranger(const char *parameter, struct str sid)
{
	printf("%s %.*s is not configured: such a callback is refused with "
	       "403; were it configured:\n", parameter, STR_ARGS(sid));
}

static void
print_notes(const struct settings *settings, const struct callback *callback,
    struct str gaps)
{
	if (sid_is(callback->account_sid, "AC") &&
	    !settings_knows_account(settings, callback->account_sid))
		print_stranger("AccountSid", callback->account_sid);
	if (sid_is(callback->workspace_sid, "WS") &&
	    !settings_knows_workspace(settings, callback->workspace_sid))
		print_stranger("WorkspaceSid", callback->workspace_sid);
	if (gaps.at == NULL)
		return;
	printf("parameters are missing or are no SIDs: %.*s\n",
	    STR_ARGS(gaps));
	if (settings->rules.list == NULL)
		printf("such a callback is answered with "
		       "assignment.default\n");
	else
		printf("such a callback is answered with "
		       "assignment.fallback, without a look at the rules; "
		       "with them:\n");
}

static bool
explain_rules(const struct settings *settings, const struct form *form,
    const struct callback *callback, const struct rules_time *at,
    struct arena *arena)
{
	struct rules_input input = {
		.callback = callback,
		.task_channel = form_get(form, "TaskChannelUniqueName"),
		.time = at,
		.fallback = &settings->rules.fallback,
	};
	struct buf out;

	buf_init(&out, EXPLAIN_TEXT_MOST);
	if (rules_use_time(settings->rules.list))
		printf("it is %s, %s %s, %.*s\n", at->weekday, at->date,
		    at->time_of_day, STR_ARGS(settings->rules.time_zone));
	bool good =
	    rules_explain(settings->rules.list, &input, arena, &out);
	if (good)
		(void)fwrite(out.at, 1, out.len, stdout);
	buf_release(&out);
	return good;
}

static void
explain_choice(const struct settings *settings,
    const struct callback *callback, struct str gaps, struct arena *arena)
{
	struct rules_decision decision;

	assignment_choose(settings, callback, gaps, &decision);
	struct str answer = instruction_mask(arena, decision.json);
	printf("there are no rules: assignment.task_queues, "
	       "assignment.workflows and assignment.default decide\n"
	       "answer: %.*s\n", STR_ARGS(answer));
}

static bool
explain(const struct settings *settings, struct str text,
    const struct rules_time *at, struct err *err)
{
	struct callback callback;
	struct arena arena;
	struct form form;
	bool good;

	arena_init(&arena, EXPLAIN_MEMORY);
	struct str gaps = STR_NONE;
	good = read_parameters(text, &arena, &form, err);
	if (good) {
		gaps = callback_read(&form, &arena, &callback);
		good = is_callback(&callback, &arena) ||
		    err_set(err, 0, "it has no parameter of a callback: " EXPECTED);
	}
	if (good) {
		print_notes(settings, &callback, gaps);
		if (settings->rules.list == NULL)
			explain_choice(settings, &callback, gaps, &arena);
		else
			good = explain_rules(
				   settings, &form, &callback, at, &arena) ||
			    err_set(err, 0, "out of memory");
	}
	arena_release(&arena);
	return good;
}

static bool
find_time(const struct explain_options *options,
    const struct settings *settings, struct rules_time *at, struct err *err)
{
	if (options->at != NULL)
		return rules_time_parse(at, str_from(options->at), err);
	local_time_prepare(settings);
	return local_time_now(at) ||
	    err_set(err, 0, "there is no date of this time");
}

int
explain_run(const struct explain_options *options)
{
	struct settings *settings =
	    settings_load(options->configuration, print_message, NULL);
	const char *name = options->input == NULL ? "-" : options->input;
	struct rules_time at;
	struct buf input;
	struct err err;

	if (settings == NULL)
		return EX_CONFIG;
	buf_init(&input, INPUT_MOST);
	if (!find_time(options, settings, &at, &err))
		name = "--at";
	else if (read_input(options->input, &input, &err) &&
	    explain(settings, buf_str(&input), &at, &err))
		name = NULL;
	if (name != NULL)
		(void)fprintf(
		    stderr, "taskrouter.fcgi: %s: %s\n", name, err.text);
	buf_release(&input);
	settings_release(settings);
	return name == NULL && fflush(stdout) == 0 ? EXIT_SUCCESS
						   : EXIT_FAILURE;
}
