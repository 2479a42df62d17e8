/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "http/exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/route.h"

static void
write_hex(char *to, uint32_t value)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 8; i++)
		to[i] = digits[value >> (28 - 4 * i) & 15];
}

/* Unique enough to find a line in the log of many processes and restarts: a
 * number that the process drew when it began, and a count. */
static void
set_id(struct exchange *exchange)
{
	static uint64_t count;
	static uint32_t process;
	static char text[] = "00000000-00000000";

	if (count == 0) {
		if (getrandom(&process, sizeof process, GRND_NONBLOCK) < 0)
			process = (uint32_t)clock_monotonic_us();
		write_hex(text, process);
	}
	write_hex(text + 9, (uint32_t)++count);
	exchange->id = arena_str(&exchange->arena, str_from(text));
}

struct exchange *
exchange_new(
    struct application *application, const struct transport *transport)
{
	struct exchange *exchange = calloc(1, sizeof *exchange);

	if (exchange == NULL)
		return NULL;
	arena_init(&exchange->arena,
	    application->memory > 0 ? application->memory : EXCHANGE_MEMORY);
	exchange->application = application;
	exchange->transport = transport;
	exchange->started_us = clock_monotonic_us();
	set_id(exchange);
	return exchange;
}

/* No memory was left to say more. */
static void
out_of_memory(struct response *response)
{
	*response = (struct response){0};
	response_body(response, 500, "application/problem+json",
	    STR("{\"status\":500,\"title\":\"Internal Server Error\","
		"\"detail\":\"out of memory\"}"));
}

void
exchange_complete(struct exchange *exchange)
{
	struct response *response = &exchange->response;

	if (exchange->completed)
		return;
	exchange->completed = true;
	if (exchange->arena.overflow) {
		out_of_memory(response);
		exchange->facts.note = STR("out of memory");
	}
	response_header(response, "Cache-Control", STR("no-store"));
	response->head = exchange->request.method == METHOD_HEAD;
	exchange->transport->respond(exchange);
}

void
exchange_refuse(
    struct exchange *exchange, unsigned status, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	struct str detail = arena_str(&exchange->arena, str_from(text));
	response_problem(&exchange->response, &exchange->arena, status,
	    exchange->id, detail, 0);
	if (exchange->facts.note.at == NULL)
		exchange->facts.note = detail;
	exchange_complete(exchange);
}

bool
exchange_is_abandoned(struct exchange *exchange)
{
	return exchange->transport->is_abandoned != NULL &&
	    exchange->transport->is_abandoned(exchange);
}

void
exchange_log(const struct exchange *exchange, int64_t duration_us)
{
	const struct request *request = &exchange->request;
	const struct exchange_facts *facts = &exchange->facts;
	unsigned status = exchange->response.status;
	struct log_line line;

	log_begin(&line,
	    status >= 500       ? LOG_LEVEL_ERROR
		: status >= 400 ? LOG_LEVEL_WARNING
				: LOG_LEVEL_INFO,
	    "request");
	log_str(&line, "id", exchange->id);
	log_str(&line, "method", request->meta[META_REQUEST_METHOD]);
	if (exchange->route != NULL)
		log_str(&line, "route", str_from(exchange->route->name));
	else
		log_str(&line, "path",
		    request->path.at != NULL ? request->path
					     : request->meta[META_PATH_INFO]);
	log_int(&line, "status", status);
	log_ms(&line, "ms", duration_us);
	log_str(&line, "client", request->meta[META_REMOTE_ADDR]);
	log_str(&line, "account", facts->account_sid);
	log_str(&line, "workspace", facts->workspace_sid);
	log_str(&line, "worker", facts->worker_sid);
	log_str(&line, "task", facts->task_sid);
	log_str(&line, "reservation", facts->reservation_sid);
	log_str(&line, "call", facts->call_sid);
	log_str(&line, "rule", facts->rule);
	log_str(&line, "decision", facts->decision);
	log_str(&line, "signed_url", facts->signed_url);
	log_str(&line, "idempotency_token",
	    request->meta[META_HTTP_I_TWILIO_IDEMPOTENCY_TOKEN]);
	log_str(&line, "note", facts->note);
	log_end(&line);
}

void
exchange_free(struct exchange *exchange)
{
	exchange->application->ended(exchange->application, exchange);
	exchange_discard(exchange);
}

void
exchange_discard(struct exchange *exchange)
{
	arena_release(&exchange->arena);
	free(exchange);
}
