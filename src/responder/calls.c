/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/calls.h"

#include "responder/call_documents.h"
#include "responder/responder.h"
#include "twilio/sid.h"

bool
call_begin(struct exchange *exchange)
{
	const char *blocked = settings_calls_blocked(settings_of(exchange));
	struct str call = call_parameter(exchange, "CallSid");

	if (sid_is(call, "CA"))
		exchange->facts.call_sid = call;
	if (blocked == NULL)
		return true;
	exchange_refuse(exchange, 500, "%s", blocked);
	return false;
}

/* admit_signed has read the query of a GET. */
struct str
call_parameter(const struct exchange *exchange, const char *name)
{
	return form_get(&exchange->request.form, name);
}

static void
answer(struct exchange *exchange, enum call_step step, struct str decision,
    struct buf *document)
{
	exchange->facts.decision = decision;
	count_event(exchange, COUNTER_CALLS, step, 0);
	if (document->failed)
		exchange->arena.overflow = true;
	response_body(&exchange->response, 200, "text/xml",
	    arena_str(&exchange->arena, buf_str(document)));
	buf_release(document);
	exchange_complete(exchange);
}

void
call_answer_menu(struct exchange *exchange, unsigned showing)
{
	struct buf document;

	buf_init(&document, CALL_DOCUMENT_MOST);
	call_write_menu(&document, settings_of(exchange), showing);
	if (showing == 1)
		answer(exchange, CALL_MENU, STR("menu"), &document);
	else
		answer(exchange, CALL_REPEATED,
		    arena_format(&exchange->arena, "menu %u", showing),
		    &document);
}

void
call_answer_enqueue(struct exchange *exchange,
    const struct settings_call_choice *choice, bool is_first)
{
	struct str language = choice->prompt.language;
	struct buf document;

	buf_init(&document, CALL_DOCUMENT_MOST);
	call_write_enqueue(
	    &document, settings_of(exchange), choice, is_first);
	answer(exchange, CALL_ENQUEUED,
	    arena_format(&exchange->arena, "enqueued%s%.*s%s%.*s",
		choice->digits.at != NULL ? " " : "",
		STR_ARGS(choice->digits), language.at != NULL ? " " : "",
		STR_ARGS(language)),
	    &document);
}

void
call_answer_goodbye(struct exchange *exchange)
{
	struct buf document;

	buf_init(&document, CALL_DOCUMENT_MOST);
	call_write_goodbye(&document, settings_of(exchange));
	answer(exchange, CALL_HUNG_UP, STR("hung up"), &document);
}
