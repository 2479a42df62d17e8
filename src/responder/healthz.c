/* SPDX-License-Identifier: MIT
 *
 * GET /healthz: the process is alive. Asks nobody else.
 */
#include "base/compat.h"

#include "responder/responder.h"

void
handle_healthz(struct exchange *exchange)
{
	response_body(&exchange->response, 200, "text/plain", STR("ok"));
	exchange_complete(exchange);
}
