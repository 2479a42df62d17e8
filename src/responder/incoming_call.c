/* SPDX-License-Identifier: MIT
 *
 * GET or POST /incoming_call: somebody calls. He is told what he can press;
 * where there is no choice he is put into the queue.
 * Source: https://www.twilio.com/docs/taskrouter/quickstart (receive a call)
 */
#include "base/compat.h"

#include "responder/calls.h"
#include "responder/responder.h"

void
handle_incoming_call(struct exchange *exchange)
{
	const struct settings_calls *calls = &settings_of(exchange)->calls;

	if (!call_begin(exchange))
		return;
	if (calls->menu.count == 1)
		call_answer_enqueue(exchange, calls->menu.items, true);
	else
		call_answer_menu(exchange, 1);
}
