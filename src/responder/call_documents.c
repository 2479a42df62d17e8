/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/call_documents.h"

#include <inttypes.h>
#include <stdio.h>

#include "codec/xml.h"

#define NUMBER_SIZE 24

/* As the tables of keys spell them. */
static const char *const method_names[] = {
	[CALLS_POST] = "POST", [CALLS_GET] = "GET"};

static void
add_number(struct buf *out, const char *name, int64_t number)
{
	char text[NUMBER_SIZE];

	(void)snprintf(text, sizeof text, "%" PRId64, number);
	xml_add_attribute(out, name, str_from(text));
}

static void
begin(struct buf *out)
{
	buf_add_str(out, STR(XML_DECLARATION "<Response>"));
}

static void
end(struct buf *out)
{
	buf_add_str(out, STR("</Response>\n"));
}

static void
add_prompt(struct buf *out, const struct settings_prompt *prompt)
{
	if (prompt->play.at != NULL) {
		buf_add_str(out, STR("<Play>"));
		xml_add_text(out, prompt->play);
		buf_add_str(out, STR("</Play>"));
	} else if (prompt->text.at != NULL) {
		buf_add_str(out, STR("<Say"));
		xml_add_attribute(out, "language", prompt->language);
		xml_add_attribute(out, "voice", prompt->voice);
		buf_add_byte(out, '>');
		xml_add_text(out, prompt->text);
		buf_add_str(out, STR("</Say>"));
	}
}

static void
add_prompts(struct buf *out, const struct settings_prompts *prompts)
{
	for (size_t i = 0; i < prompts->count; i++)
		add_prompt(out, &prompts->items[i]);
}

/* Where silence matters Twilio has to tell of it; where it only ends the call
 * the document's end does. */
static bool
is_silence_asked(const struct settings_calls *calls)
{
	return calls->repeat > 0 || calls->no_input != NO_CHOICE_HANG_UP ||
	    calls->goodbye.count > 0;
}

/* Relative, so that it holds at any mount point, and keeps the user and
 * password that the first URL may have had. */
static void
add_action(
    struct buf *out, const struct settings_calls *calls, unsigned showing)
{
	char action[64] = "enqueue_call";

	if (is_silence_asked(calls))
		(void)snprintf(action, sizeof action,
		    "enqueue_call?" CALL_MENU_PARAMETER "=%u", showing);
	xml_add_attribute(out, "action", str_from(action));
	xml_add_attribute(out, "method", STR("POST"));
}

static void
add_finish_key(struct buf *out, struct str key)
{
	if (str_is(key, "none"))
		xml_add_attribute(out, "finishOnKey", STR(""));
	else if (!str_is(key, "#"))
		xml_add_attribute(out, "finishOnKey", key);
}

void
call_write_menu(
    struct buf *out, const struct settings *settings, unsigned showing)
{
	const struct settings_calls *calls = &settings->calls;

	begin(out);
	buf_add_str(out, STR("<Gather"));
	add_action(out, calls, showing);
	add_number(out, "numDigits", (int64_t)calls->digits);
	add_number(out, "timeout", calls->timeout);
	add_finish_key(out, calls->finish_on_key);
	if (is_silence_asked(calls))
		xml_add_attribute(out, "actionOnEmptyResult", STR("true"));
	buf_add_byte(out, '>');
	if (showing == 1)
		add_prompts(out, &calls->greeting);
	for (size_t i = 0; i < calls->menu.count; i++)
		add_prompt(out, &calls->menu.items[i].prompt);
	buf_add_str(out, STR("</Gather>"));
	end(out);
}

static void
add_task(struct buf *out, const struct settings_call_choice *choice)
{
	buf_add_str(out, STR("<Task"));
	if (choice->priority >= 0)
		add_number(out, "priority", choice->priority);
	if (choice->timeout >= 0)
		add_number(out, "timeout", choice->timeout);
	buf_add_byte(out, '>');
	xml_add_text(out, choice->attributes);
	buf_add_str(out, STR("</Task>"));
}

static void
add_url(struct buf *out, const char *name, struct str url,
    const char *method_name, int method)
{
	if (url.at == NULL)
		return;
	xml_add_attribute(out, name, url);
	xml_add_attribute(out, method_name, str_from(method_names[method]));
}

void
call_write_enqueue(struct buf *out, const struct settings *settings,
    const struct settings_call_choice *choice, bool is_first)
{
	const struct settings_calls *calls = &settings->calls;

	begin(out);
	if (is_first) {
		add_prompts(out, &calls->greeting);
		add_prompt(out, &choice->prompt);
	}
	buf_add_str(out, STR("<Enqueue"));
	xml_add_attribute(out, "workflowSid",
	    choice->workflow_sid.at != NULL ? choice->workflow_sid
					    : settings->workflow_sid);
	add_url(out, "action", calls->enqueue_action, "method",
	    calls->enqueue_method);
	add_url(out, "waitUrl", calls->wait_url, "waitUrlMethod",
	    calls->wait_method);
	buf_add_byte(out, '>');
	add_task(out, choice);
	buf_add_str(out, STR("</Enqueue>"));
	end(out);
}

void
call_write_goodbye(struct buf *out, const struct settings *settings)
{
	begin(out);
	add_prompts(out, &settings->calls.goodbye);
	buf_add_str(out, STR("<Hangup/>"));
	end(out);
}
