/* SPDX-License-Identifier: MIT
 *
 * Events, which the store has and the router does not: fetched and listed.
 * Source: https://www.twilio.com/docs/taskrouter/api/event
 */
#include "base/compat.h"

#include <string.h>

#include "base/log.h"
#include "store/store.h"
#include "taskrouterd/api.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/filter.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/paging.h"
#include "taskrouterd/parameters.h"
#include "taskrouterd/respond.h"
#include "twilio/sid.h"

#define MS_PER_MINUTE INT64_C(60000)
#define MINUTES_PRESET 15

/* Asks the store. False: it failed, and the call was answered. */
static bool
ask(struct api_call *call, const struct store_events_query *query,
    store_take_event *take, void *context)
{
	struct err err;

	if (store_events(call->daemon->store, query, take, context, &err))
		return true;
	log_event(LOG_LEVEL_ERROR, "store", "%s", err.text);
	respond_error(call, 503, API_ERROR_UNAVAILABLE,
	    "The store of Events could not be read");
	return false;
}

/* A SID as it is stored: its digits in lower case. */
static struct str
lower_sid(struct arena *arena, struct str sid)
{
	char *text = arena_alloc(arena, sid.len + 1);

	if (text == NULL || sid.len < 2)
		return sid;
	memcpy(text, sid.at, 2);
	for (size_t i = 2; i < sid.len; i++)
		text[i] = ascii_lower(sid.at[i]);
	return (struct str){text, sid.len};
}

/* ---- one */

struct showing {
	const struct api_call *call;
	struct buf *body;
	struct page_result result;
	size_t most;
	uint64_t before; /* 0: no end */
};

static bool
show_event(void *context, const struct store_event *event)
{
	struct showing *showing = context;

	if (showing->before != 0 && event->number >= showing->before)
		return false;
	if (showing->result.count == showing->most ||
	    showing->body->len >= PAGE_BYTES_MOST) {
		showing->result.has_more = true;
		return false;
	}
	json_put_item(showing->body);
	present_event(showing->body, &showing->call->presenter, event);
	showing->result.last.number = event->number;
	if (showing->result.count++ == 0)
		showing->result.first = showing->result.last;
	return true;
}

static void
fetch_event(struct api_call *call)
{
	struct str sid = call->path.names[call->path.depth - 1];
	struct showing showing = {
		.call = call, .body = respond_buffer(call), .most = 1};
	struct store_events_query query = {
		.workspace = str_from(call->place.workspace->object.sid),
		.sid = lower_sid(call->arena, sid),
		.from = ROUTER_NEVER,
		.to = ROUTER_NEVER,
		.most = 1,
	};

	if (showing.body == NULL)
		respond_nothing(call); /* the arena makes it a 500 */
	else if (!sid_is(sid, "EV"))
		respond_not_found(call);
	else if (!ask(call, &query, show_event, &showing))
		return;
	else if (showing.result.count == 0)
		respond_not_found(call);
	else
		respond_json(call, 200, showing.body);
}

/* ---- many */

/* Puts the filters that a query holds where the store looks for them. */
static void
read_filters(struct api_call *call, struct store_events_query *query)
{
	const struct filter_row *row = NULL;

	while ((row = filter_next(call->path.resource, row)) != NULL) {
		struct str value = form_get(&call->form, row->parameter);
		struct str *member = (struct str *)(void *)(
		    (char *)query + row->detail);
		if (value.len == 0 || row->test == FILTER_WINDOW)
			continue;
		*member = row->test == FILTER_STORED
		    ? value
		    : lower_sid(call->arena, value);
		if (row->test != FILTER_STORED_CHANNEL)
			continue;
		const struct task_channel *channel =
		    router_find_channel(call->place.workspace, value);
		if (channel != NULL)
			*member = str_from(channel->object.sid);
	}
}

/* One bound of the window, if it is given. */
static bool
read_bound(const struct api_call *call, const char *parameter, int64_t *bound,
    struct refusal *refusal)
{
	struct str value = form_get(&call->form, parameter);
	struct err err;

	if (value.len == 0 || parameters_date(value, bound, &err))
		return true;
	return refuse_parameter(refusal, "%s: %s", parameter, err.text);
}

/* Minutes, StartDate and EndDate; without them, and without Sid, the last
 * 15 minutes. A page that a token begins has its beginning from that. */
static bool
read_window(const struct api_call *call, const struct paging *paging,
    struct store_events_query *query, struct refusal *refusal)
{
	struct str minutes = form_get(&call->form, "Minutes");
	uint64_t number = 0;

	query->from = query->to = ROUTER_NEVER;
	if (!read_bound(call, "StartDate", &query->from, refusal) ||
	    !read_bound(call, "EndDate", &query->to, refusal))
		return false;
	if (minutes.len > 0 && !str_to_uint(minutes, INT32_MAX, &number))
		return refuse_parameter(
		    refusal, "Minutes: expected a whole number of minutes");
	if (minutes.len == 0 && query->from == ROUTER_NEVER &&
	    query->to == ROUTER_NEVER && query->sid.len == 0 &&
	    (!paging->has_token || paging->backward))
		number = MINUTES_PRESET;
	int64_t since =
	    call->presenter.now - (int64_t)number * MS_PER_MINUTE;
	if (number > 0 && since > query->from)
		query->from = since;
	/* A date is a whole second, and it belongs to the window. */
	if (query->to != ROUTER_NEVER)
		query->to += 999;
	return true;
}

/* The last numbers before a position, around and around. */
struct looking_back {
	uint64_t *numbers;
	size_t size, count;
	uint64_t before;
};

static bool
look_at_event(void *context, const struct store_event *event)
{
	struct looking_back *back = context;

	if (event->number >= back->before)
		return false;
	back->numbers[back->count++ % back->size] = event->number;
	return true;
}

/* Where the page begins that ends before a position: the store reads forward
 * only. False: the call was answered. */
static bool
find_beginning(struct api_call *call, const struct paging *paging,
    struct store_events_query *query, bool *has_more)
{
	struct looking_back back = {
		.numbers = arena_array(
		    call->arena, paging->size, sizeof *back.numbers),
		.size = paging->size,
		.before = paging->from.number,
	};

	if (back.numbers == NULL) {
		respond_nothing(call); /* the arena makes it a 500 */
		return false;
	}
	query->most = INT32_MAX;
	if (!ask(call, query, look_at_event, &back))
		return false;
	*has_more = back.count > back.size;
	if (*has_more)
		query->after = back.numbers[back.count % back.size] - 1;
	return true;
}

static bool
read_query(struct api_call *call, struct paging *paging,
    struct store_events_query *query)
{
	struct refusal refusal = {0};

	*query = (struct store_events_query){
		.workspace = str_from(call->place.workspace->object.sid)};
	read_filters(call, query);
	if (paging_read(paging, &call->form, 0, &refusal) &&
	    read_window(call, paging, query, &refusal))
		return true;
	respond_refusal(call, &refusal);
	return false;
}

static void
list_events(struct api_call *call)
{
	struct showing showing = {.call = call, .body = respond_buffer(call)};
	struct store_events_query query;
	struct paging paging;
	bool has_more_before = false;

	if (!read_query(call, &paging, &query))
		return;
	if (showing.body == NULL) {
		respond_nothing(call);
		return;
	}
	if (paging.has_token && !paging.backward)
		query.after = paging.from.number;
	if (paging.backward) {
		showing.before = paging.from.number;
		if (!find_beginning(call, &paging, &query, &has_more_before))
			return;
	}
	showing.most = paging.size;
	query.most = paging.size + 1;
	buf_add_str(showing.body, STR("{\"events\":["));
	if (!ask(call, &query, show_event, &showing))
		return;
	buf_add_byte(showing.body, ']');
	if (paging.backward)
		showing.result.has_more = has_more_before;
	paging_put_meta(showing.body, &paging, &showing.result,
	    call->path.resource, api_url(call), &call->form);
	buf_add_byte(showing.body, '}');
	respond_json(call, 200, showing.body);
}

const struct api_operations api_events = {
	.list = list_events,
	.fetch = fetch_event,
};
