/* SPDX-License-Identifier: MIT
 *
 * GET /metrics: the counters of all processes that share metrics_file.
 */
#include "base/compat.h"

#include "base/buf.h"
#include "responder/responder.h"

#define METRICS_TEXT_MOST ((size_t)1 << 20)

void
handle_metrics(struct exchange *exchange)
{
	struct buf text;

	buf_init(&text, METRICS_TEXT_MOST);
	metrics_write(responder_of(exchange)->metrics, &text);
	response_body(&exchange->response, 200, "text/plain; version=0.0.4",
	    arena_str(&exchange->arena, buf_str(&text)));
	if (text.failed)
		exchange->arena.overflow = true;
	buf_release(&text);
	exchange_complete(exchange);
}
