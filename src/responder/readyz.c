/* SPDX-License-Identifier: MIT
 *
 * GET /readyz: callbacks that come now would be answered. Says which check
 * failed and nothing more, since anyone may ask.
 */
#include "base/compat.h"

#include "responder/keeper.h"
#include "responder/responder.h"

/* A store that has been at one transaction for so long is as good as none. */
#define STORE_STALL_US ((int64_t)5000000)

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

/* Where no store is configured, none can fail. */
static bool
can_store(const struct exchange *exchange)
{
	const struct keeper *keeper = responder_of(exchange)->keeper;

	return keeper == NULL ||
	    (keeper_fault(keeper) == NULL &&
		keeper_busy_us(keeper) < STORE_STALL_US);
}

static const struct {
	const char *name;
	bool (*holds)(const struct exchange *exchange);
} checks[] = {
	{"stopping", is_serving},
	{"callbacks", can_take_callbacks},
	{"store", can_store},
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
