/* SPDX-License-Identifier: MIT
 *
 * What the two endpoints of phone calls share: reading what Twilio says about
 * a call, and answering it. Each answer completes the exchange, is logged as
 * its decision and counted.
 */
#ifndef RESPONDER_CALLS_H
#define RESPONDER_CALLS_H

#include "base/compat.h"
#include "http/exchange.h"
#include "responder/settings.h"

/* Values of the label "step". */
enum call_step {
	CALL_MENU,
	CALL_REPEATED, /* the menu, again */
	CALL_ENQUEUED,
	CALL_HUNG_UP,
};

/* Notes the call for the log. False: calls cannot be put into a queue, and the
 * exchange is refused with 500. */
MUST_USE bool call_begin(struct exchange *exchange);

/* A parameter of the form, or of the query of a GET; absent if there is none.
 * Whatever it is, it is no reason to refuse the call. */
struct str call_parameter(const struct exchange *exchange, const char *name);

/* The menu, for the `showing`th time, from 1 on. */
void call_answer_menu(struct exchange *exchange, unsigned showing);
/* `is_first`: the caller has heard nothing yet. */
void call_answer_enqueue(struct exchange *exchange,
    const struct settings_call_choice *choice, bool is_first);
void call_answer_goodbye(struct exchange *exchange);

#endif
