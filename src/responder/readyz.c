/* SPDX-License-Identifier: MIT
 *
 * GET /readyz: callbacks that come now would be answered. Says which check
 * failed and nothing more, since anyone may ask.
 */
#include "base/compat.h"

#include "responder/responder.h"

static bool
is_serving(const struct exchange *exchange)
{
	return !responder_of(exchange)->stopping;
}

static bool
can_take_callbacks(const struct exchange *exchange)
{
	return settings_callbacks_blocked(settings_of(exchange)) == NULL;
}

static const struct {
	const char *name;
	bool (*holds)(const struct exchange *exchange);
} checks[] = {
	{"stopping", is_serving},
	{"callbacks", can_take_callbacks},
};

void
handle_readyz(struct exchange *exchange)
{
	struct response *response = &exchange->response;

	for (size_t i = 0; i < ARRAY_LENGTH(checks); i++) {
		if (checks[i].holds(exchange))
			continue;
		response_body(response, 503, "text/plain",
		    arena_format(
			&exchange->arena, "failed: %s", checks[i].name));
		exchange_complete(exchange);
		return;
	}
	response_body(response, 200, "text/plain", STR("ok"));
	exchange_complete(exchange);
}
