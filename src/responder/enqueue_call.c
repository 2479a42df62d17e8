/* SPDX-License-Identifier: MIT
 *
 * GET or POST /enqueue_call: what a caller has pressed, or that he has pressed
 * nothing. How often he heard the menu stands in the query, so that nothing
 * has to be kept.
 * Source: https://www.twilio.com/docs/taskrouter/quickstart (create a Task from
 * a phone call)
 */
#include "base/compat.h"

#include "responder/call_documents.h"
#include "responder/calls.h"
#include "responder/responder.h"

/* More than any caller hears it. */
#define OFTEN (CALLS_REPEAT_MOST + 1)

/* How often the menu was said; 0: the URL does not say so, since silence was
 * not to be told of, or because it is not our menu that asks. A number that is
 * none is the end of repeating, never its beginning. */
static unsigned
read_showing(struct exchange *exchange)
{
	struct form query;
	struct err err;
	uint64_t showing;

	if (!request_query_parameters(
		&exchange->request, &exchange->arena, &query, &err))
		return 0;
	struct str text = form_get(&query, CALL_MENU_PARAMETER);
	if (text.at == NULL)
		return 0;
	return str_to_uint(text, OFTEN, &showing) ? (unsigned)showing : OFTEN;
}

static const struct settings_call_choice *
find_choice(const struct settings_call_choices *menu, struct str digits)
{
	for (size_t i = 0; i < menu->count; i++)
		if (menu->count == 1 ||
		    str_equal(menu->items[i].digits, digits))
			return &menu->items[i];
	return NULL;
}

void
handle_enqueue_call(struct exchange *exchange)
{
	const struct settings_calls *calls = &settings_of(exchange)->calls;
	struct str digits = call_parameter(exchange, "Digits");
	const struct settings_call_choice *choice =
	    find_choice(&calls->menu, digits);
	unsigned showing = read_showing(exchange);
	unsigned said = showing > 0 ? showing : 1;

	if (!call_begin(exchange))
		return;
	/* Silence that Twilio was not to tell of is somebody else's, and as
	 * good as a wrong key: so the tutorial has it. */
	int then = digits.len == 0 && showing > 0 ? calls->no_input
						  : calls->wrong_input;
	if (choice != NULL)
		call_answer_enqueue(exchange, choice, false);
	else if ((int64_t)said <= calls->repeat)
		call_answer_menu(exchange, said + 1);
	else if (then == NO_CHOICE_ENQUEUE)
		call_answer_enqueue(exchange, calls->default_choice, false);
	else
		call_answer_goodbye(exchange);
}
