/* SPDX-License-Identifier: MIT
 *
 * The keys calls.*: what follows from them, and what contradicts.
 */
#include "base/compat.h"

#include "responder/call_documents.h"
#include "responder/settings_parts.h"

#define LITERAL(text) {text, sizeof(text) - 1}

/* Source: https://www.twilio.com/docs/taskrouter/quickstart */
static const struct settings_call_choice tutorial[] = {
	{
	    .digits = LITERAL("1"),
	    .prompt = {.text = LITERAL("Para espa\u00f1ol oprime el uno."),
		.language = LITERAL("es")},
	    .attributes = LITERAL("{\"selected_language\":\"es\"}"),
	    .priority = -1, .timeout = -1,
	},
	{
	    .digits = LITERAL("2"),
	    .prompt = {.text = LITERAL("For English, press two."),
		.language = LITERAL("en")},
	    .attributes = LITERAL("{\"selected_language\":\"en\"}"),
	    .priority = -1, .timeout = -1,
	},
};

void
settings_derive_calls(struct settings *settings)
{
	struct settings_calls *calls = &settings->calls;

	calls->is_tutorial = calls->menu.count == 0;
	if (calls->is_tutorial)
		calls->menu = (struct settings_call_choices){
			tutorial, ARRAY_LENGTH(tutorial)};
	for (size_t i = 0; i < calls->menu.count; i++) {
		const struct settings_call_choice *choice =
		    &calls->menu.items[i];
		if (choice->digits.len > calls->digits)
			calls->digits = choice->digits.len;
		if (calls->default_digits.at == NULL ||
		    str_equal(choice->digits, calls->default_digits))
			calls->default_choice = choice;
	}
}

static bool
lacks_workflow(const struct settings *settings)
{
	for (size_t i = 0; i < settings->calls.menu.count; i++)
		if (settings->calls.menu.items[i].workflow_sid.at == NULL)
			return settings->workflow_sid.at == NULL;
	return false;
}

const char *
settings_calls_blocked(const struct settings *settings)
{
	return lacks_workflow(settings)
	    ? "workflow_sid is not configured, so calls cannot be put into a "
	      "queue"
	    : NULL;
}

bool
settings_calls_lack_workflow(const struct settings *settings)
{
	return !settings->calls.is_tutorial && lacks_workflow(settings);
}

/* The menu is the tutorial's, but something about calls was written. */
bool
settings_calls_need_workflow(const struct settings *settings)
{
	const struct settings_calls *calls = &settings->calls;

	return calls->is_tutorial && lacks_workflow(settings) &&
	    (calls->greeting.count > 0 || calls->goodbye.count > 0 ||
		calls->repeat > 0 || calls->default_digits.at != NULL ||
		calls->no_input == NO_CHOICE_ENQUEUE ||
		calls->wait_url.at != NULL ||
		calls->enqueue_action.at != NULL);
}

bool
settings_calls_lack_default(const struct settings *settings)
{
	return settings->calls.default_choice == NULL;
}

bool
settings_calls_press_finish_key(const struct settings *settings)
{
	const struct settings_calls *calls = &settings->calls;

	for (size_t i = 0; i < calls->menu.count; i++)
		if (calls->finish_on_key.len == 1 &&
		    str_has_byte(calls->menu.items[i].digits,
			calls->finish_on_key.at[0]))
			return true;
	return false;
}

bool
settings_calls_say_nothing(const struct settings *settings)
{
	const struct settings_calls *calls = &settings->calls;

	for (size_t i = 0; i < calls->menu.count; i++)
		if (calls->menu.items[i].prompt.text.at != NULL ||
		    calls->menu.items[i].prompt.play.at != NULL)
			return false;
	return calls->menu.count > 1 && calls->greeting.count == 0;
}

bool
settings_calls_never_say_goodbye(const struct settings *settings)
{
	const struct settings_calls *calls = &settings->calls;

	return calls->goodbye.count > 0 &&
	    (calls->menu.count == 1 ||
		(calls->no_input == NO_CHOICE_ENQUEUE &&
		    calls->wrong_input == NO_CHOICE_ENQUEUE));
}

bool
settings_calls_are_too_long(const struct settings *settings)
{
	const struct settings_calls *calls = &settings->calls;
	struct buf out;

	buf_init(&out, CALL_DOCUMENT_MOST);
	call_write_menu(&out, settings, 1);
	bool failed = out.failed;
	buf_clear(&out, CALL_DOCUMENT_MOST);
	call_write_goodbye(&out, settings);
	failed = failed || out.failed;
	for (size_t i = 0; i < calls->menu.count && !failed; i++) {
		buf_clear(&out, CALL_DOCUMENT_MOST);
		call_write_enqueue(&out, settings, &calls->menu.items[i], true);
		failed = out.failed;
	}
	buf_release(&out);
	return failed;
}
