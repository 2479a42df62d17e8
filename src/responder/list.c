/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/list.h"

#include "responder/expression_budget.h"
#include "responder/upstream.h"
#include "twilio/page.h"

/* Of a request, until TaskRouter has answered. */
struct asked {
	const struct list *list;
	struct str filters; /* as in struct page_address */
	struct str path;    /* of upstream_call */
};

struct str
list_url(struct exchange *exchange, const char *path)
{
	struct str public_url = settings_of(exchange)->public_url;

	if (public_url.len == 0)
		return STR("");
	return arena_format(
	    &exchange->arena, "%.*s%s", STR_ARGS(public_url), path);
}

static void
on_page(struct exchange *exchange, const struct upstream *upstream)
{
	const struct asked *asked = exchange->handler_state;
	struct page_address address = {
		.url = list_url(exchange, asked->list->path),
		.filters = asked->filters,
	};
	struct str page;
	struct err err;

	if (upstream->result->oversized) {
		exchange_refuse(exchange, 502,
		    "the page has more than %zu KiB; ask for one with a "
		    "smaller PageSize",
		    LIST_ANSWER_MOST / 1024);
		return;
	}
	if (!upstream->success) {
		upstream_hand_on(exchange, upstream);
		return;
	}
	if (!page_move(&exchange->arena, upstream->result->body, &address,
		&page, &err)) {
		exchange_refuse(exchange, 502,
		    "TaskRouter's answer could not be understood: at byte "
		    "%zu: %s", err.at, err.text);
		return;
	}
	exchange->facts.decision = STR("listed");
	response_body(&exchange->response, 200, "application/json", page);
	exchange_complete(exchange);
}

static void
ask(struct exchange *exchange)
{
	const struct asked *asked = exchange->handler_state;
	const struct upstream_call call = {
		.operation = asked->list->operation,
		.path = asked->path,
		.answer_limit = LIST_ANSWER_MOST,
	};

	upstream_begin(exchange, &call, on_page);
}

/* What is present of the rows from `from` to `to`, urlencoded. */
static struct str
encode(struct exchange *exchange, const struct list *list,
    const struct str *values, size_t from, size_t to)
{
	struct buf query;

	buf_init(&query, exchange->arena.ceiling);
	parameters_send(&query, list->table + from, to - from, values + from);
	struct str text = arena_str(&exchange->arena,
	    query.len > 0 ? buf_str(&query) : STR(""));
	/* A filter that is lost would make the list longer. */
	if (query.failed)
		exchange->arena.overflow = true;
	buf_release(&query);
	return text;
}

static bool
has_expression(const struct list *list, const struct str *values)
{
	for (size_t i = 0; i < list->count && list->expression != NULL; i++)
		if (values[i].at != NULL &&
		    str_is(str_from(list->table[i].name), list->expression))
			return true;
	return false;
}

void
list_answer(struct exchange *exchange, const struct list *list)
{
	struct asked *asked = arena_alloc(&exchange->arena, sizeof *asked);
	struct str values[LIST_FILTERS_MOST];

	if (asked == NULL) {
		exchange_complete(exchange);
		return;
	}
	if (!parameters_read(exchange, list->table, list->count, values))
		return;
	struct str paging =
	    encode(exchange, list, values, 0, LIST_PAGING_COUNT);
	asked->list = list;
	asked->filters =
	    encode(exchange, list, values, LIST_PAGING_COUNT, list->count);
	asked->path = arena_format(&exchange->arena, "%s%s%.*s%s%.*s",
	    list->upstream_path,
	    asked->filters.len + paging.len > 0 ? "?" : "",
	    STR_ARGS(asked->filters),
	    asked->filters.len > 0 && paging.len > 0 ? "&" : "",
	    STR_ARGS(paging));
	exchange->handler_state = asked;
	if (exchange->arena.overflow)
		exchange_complete(exchange);
	else if (has_expression(list, values))
		expression_budget_ask(exchange, ask);
	else
		ask(exchange);
}
