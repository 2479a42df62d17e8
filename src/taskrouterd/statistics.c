/* SPDX-License-Identifier: MIT
 *
 * Statistics of Workspaces, TaskQueues, Workflows and Workers: what is asked
 * for, and how it is told.
 * Source: https://www.twilio.com/docs/taskrouter/api/taskqueue-statistics,
 * .../api/workflow-statistics, .../worker-statistics and Twilio's OpenAPI
 * description, whose examples show what each answer has.
 */
#include "base/compat.h"

#include "base/log.h"
#include "codec/json.h"
#include "taskrouterd/api.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/debugger.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/list.h"
#include "taskrouterd/parameters.h"
#include "taskrouterd/reckon.h"
#include "taskrouterd/reckon_put.h"
#include "taskrouterd/respond.h"
#include "twilio/sid.h"

/* Source: Twilio's page of the resource. */
#define BULK_MOST 50
#define BULK_VALUES 1024 /* JSON values that are read at all */

static const struct statistics_row {
	enum resource_id resource;
	enum tally_of of;
	unsigned parts;      /* enum reckon_part */
	const char *sid_key; /* of whom they are about, or NULL */
} rows[] = {
	{RESOURCE_WORKSPACE_STATISTICS, TALLY_OF_WORKSPACE, PART_COMBINED,
	    NULL},
	{RESOURCE_WORKSPACE_CUMULATIVE_STATISTICS, TALLY_OF_WORKSPACE,
	    PART_CUMULATIVE, NULL},
	{RESOURCE_WORKSPACE_REAL_TIME_STATISTICS, TALLY_OF_WORKSPACE,
	    PART_REAL_TIME, NULL},
	{RESOURCE_WORKERS_STATISTICS, TALLY_OF_WORKERS, PART_COMBINED, NULL},
	{RESOURCE_WORKERS_CUMULATIVE_STATISTICS, TALLY_OF_WORKERS,
	    PART_CUMULATIVE, NULL},
	{RESOURCE_WORKERS_REAL_TIME_STATISTICS, TALLY_OF_WORKERS,
	    PART_REAL_TIME, NULL},
	{RESOURCE_WORKER_STATISTICS, TALLY_OF_WORKERS,
	    PART_CUMULATIVE | PART_NESTED, "worker_sid"},
	{RESOURCE_TASK_QUEUES_STATISTICS, TALLY_OF_TASK_QUEUE, PART_COMBINED,
	    "task_queue_sid"},
	{RESOURCE_TASK_QUEUES_REAL_TIME_STATISTICS, TALLY_OF_TASK_QUEUE,
	    PART_REAL_TIME, "task_queue_sid"},
	{RESOURCE_TASK_QUEUE_STATISTICS, TALLY_OF_TASK_QUEUE, PART_COMBINED,
	    "task_queue_sid"},
	{RESOURCE_TASK_QUEUE_CUMULATIVE_STATISTICS, TALLY_OF_TASK_QUEUE,
	    PART_CUMULATIVE, "task_queue_sid"},
	{RESOURCE_TASK_QUEUE_REAL_TIME_STATISTICS, TALLY_OF_TASK_QUEUE,
	    PART_REAL_TIME, "task_queue_sid"},
	{RESOURCE_WORKFLOW_STATISTICS, TALLY_OF_WORKFLOW, PART_COMBINED,
	    "workflow_sid"},
	{RESOURCE_WORKFLOW_CUMULATIVE_STATISTICS, TALLY_OF_WORKFLOW,
	    PART_CUMULATIVE, "workflow_sid"},
	{RESOURCE_WORKFLOW_REAL_TIME_STATISTICS, TALLY_OF_WORKFLOW,
	    PART_REAL_TIME, "workflow_sid"},
};

/* A call for statistics under way. */
struct asking {
	struct api_call *call;
	const struct statistics_row *row;
	struct reckoning reckoning;
};

/* ---- what is asked for */

static bool
has_parameter(const struct asking *asking, const char *name, struct str *value)
{
	*value = form_get(&asking->call->form, name);
	return value->len > 0 &&
	    filter_find(asking->call->path.resource, str_from(name)) != NULL;
}

static bool
read_channel(struct asking *asking, struct refusal *refusal)
{
	struct reckoning *r = &asking->reckoning;
	struct str name;

	if (!has_parameter(asking, "TaskChannel", &name))
		return true;
	r->task_channel = router_find_channel(r->workspace, name);
	if (r->task_channel == NULL)
		return refuse_parameter(refusal, "TaskChannel: there is no "
		    "TaskChannel with the SID or unique name %.*s",
		    STR_ARGS(name));
	r->rules.task_channel = str_from(r->task_channel->object.sid);
	return true;
}

/* That what TaskQueueSid and TaskQueueName say is there; filters_read finds
 * it. */
static bool
check_queues(struct asking *asking, struct refusal *refusal)
{
	const struct reckoning *r = &asking->reckoning;
	const struct object *object =
	    router_next(r->router, r->workspace, KIND_TASK_QUEUE, 0);
	struct str value;

	if (has_parameter(asking, "TaskQueueSid", &value) &&
	    router_find_in(r->router, r->workspace, KIND_TASK_QUEUE, value) ==
	        NULL)
		return refuse_parameter(refusal, "TaskQueueSid: there is no "
		    "TaskQueue with the SID %.*s", STR_ARGS(value));
	if (!has_parameter(asking, "TaskQueueName", &value))
		return true;
	while (object != NULL &&
	    !str_equal(((const struct task_queue *)object)->friendly_name,
		value))
		object = router_after(object);
	return object != NULL || refuse_parameter(refusal,
		"TaskQueueName: there is no TaskQueue with the name %.*s",
		STR_ARGS(value));
}

/* The span and the thresholds, where there are any. */
static bool
read_past(struct asking *asking, struct refusal *refusal)
{
	struct reckoning *r = &asking->reckoning;
	const struct form *query = &asking->call->form;
	struct thresholds thresholds;
	struct str value;

	if ((asking->row->parts & PART_CUMULATIVE) == 0)
		return true;
	if (!span_read(&r->span, query, r->now, refusal))
		return false;
	if (!has_parameter(asking, "SplitByWaitTime", &value))
		return true;
	if (!thresholds_read(&thresholds, r->arena, query, refusal))
		return false;
	r->rules.thresholds = thresholds.seconds;
	r->rules.threshold_count = thresholds.count;
	return true;
}

/* Twilio's debugger shows a start that is too old, too.
 * Source: https://www.twilio.com/docs/api/errors/14241 */
static void
note_start(const struct api_call *call, const struct refusal *refusal)
{
	if (refusal->code != API_ERROR_START_TOO_OLD)
		return;
	debugger_note(call->daemon->debugger,
	    &(struct debugger_note){
		.code = refusal->code,
		.text = str_from(refusal->text),
		.date = call->presenter.now,
		.workspace = str_from(call->place.workspace->object.sid),
	    });
}

/* False: the call was answered. */
static bool
begin(struct asking *asking, struct api_call *call)
{
	struct refusal refusal = {0};
	size_t i = 0;

	while (rows[i].resource != call->path.resource->id)
		i++;
	*asking = (struct asking){
		.call = call,
		.row = &rows[i],
		.reckoning = {
			.arena = call->arena,
			.router = call->daemon->router,
			.store = call->daemon->store,
			.workspace = call->place.workspace,
			.now = call->presenter.now,
			.rules.of = rows[i].of,
		},
	};
	if (read_channel(asking, &refusal) &&
	    check_queues(asking, &refusal) && read_past(asking, &refusal))
		return true;
	note_start(call, &refusal);
	respond_refusal(call, &refusal);
	return false;
}

/* ---- gathering: false, the call was answered */

static bool
reckon(struct asking *asking, const struct str *sids, size_t count)
{
	struct reckoning *r = &asking->reckoning;
	struct err err = {0};

	if (reckon_subjects(r, sids, count) &&
	    ((asking->row->parts & PART_REAL_TIME) == 0 ||
		reckon_real_time(r)) &&
	    ((asking->row->parts & PART_CUMULATIVE) == 0 ||
		reckon_cumulative(r, &err)))
		return true;
	if (asking->call->arena->overflow) {
		respond_nothing(asking->call); /* the arena makes it a 500 */
		return false;
	}
	log_event(LOG_LEVEL_ERROR, "store", "%s", err.text);
	respond_error(asking->call, 503, API_ERROR_UNAVAILABLE,
	    "The store of Events could not be read");
	return false;
}

/* ---- telling */

static void
put_owner(struct buf *out, const struct api_call *call)
{
	json_put_key(out, "account_sid");
	json_put_text(out, call->presenter.account_sid);
	json_put_key(out, "workspace_sid");
	json_put_text(out, str_from(call->place.workspace->object.sid));
}

static void
put_sid(struct buf *out, const struct asking *asking, struct str sid)
{
	if (asking->row->sid_key == NULL)
		return;
	json_put_key(out, asking->row->sid_key);
	json_put_text(out, sid);
}

static void
put_url(struct buf *out, const struct api_call *call)
{
	json_put_key(out, "url");
	json_put_text(out, api_url(call));
}

/* ---- of one */

/* False: the call was answered. */
static bool
read_worker_filters(struct asking *asking)
{
	struct api_call *call = asking->call;
	struct reckoning *r = &asking->reckoning;
	struct refusal refusal = {0};

	if (r->rules.of != TALLY_OF_WORKERS)
		return true;
	r->worker = (const struct worker *)call->place.parent;
	if (filters_read(&r->filters, r->arena, r->router, r->workspace,
		call->path.resource, &call->form, &refusal))
		return true;
	respond_refusal(call, &refusal);
	return false;
}

static void
fetch_statistics(struct api_call *call)
{
	const struct object *parent = call->place.parent;
	struct str sid = parent != NULL ? str_from(parent->sid) : STR_NONE;
	struct buf *body = respond_buffer(call);
	struct asking asking;

	if (!begin(&asking, call) || !read_worker_filters(&asking))
		return;
	if (body == NULL) {
		respond_nothing(call);
		return;
	}
	if (!reckon(&asking,
		asking.row->of == TALLY_OF_WORKERS ? &STR_NONE : &sid, 1))
		return;
	buf_add_byte(body, '{');
	put_owner(body, call);
	put_sid(body, &asking, sid);
	reckon_put(body, &asking.reckoning, &asking.reckoning.subjects[0],
	    asking.row->parts);
	put_url(body, call);
	buf_add_byte(body, '}');
	respond_json(call, 200, body);
}

/* ---- of the TaskQueues of a page */

static void
put_queue(struct buf *out, const struct asking *asking, struct str sid)
{
	json_put_item(out);
	buf_add_byte(out, '{');
	put_owner(out, asking->call);
	put_sid(out, asking, sid);
	reckon_put(out, &asking->reckoning,
	    reckon_find(&asking->reckoning, sid), asking->row->parts);
	buf_add_byte(out, '}');
}

static void
put_page(struct buf *out, const struct asking *asking,
    const struct list_item *items, size_t count, struct page_result *result)
{
	for (size_t i = 0; i < count; i++) {
		if (out->len >= PAGE_BYTES_MOST) {
			result->has_more = true;
			break;
		}
		put_queue(out, asking, str_from(items[i].object->sid));
		result->last = items[i].position;
		result->count++;
	}
	if (result->count > 0)
		result->first = items[0].position;
}

static bool
reckon_items(
    struct asking *asking, const struct list_item *items, size_t count)
{
	struct str *sids =
	    arena_array(asking->call->arena, count, sizeof *sids);

	if (count == 0)
		return true;
	if (sids == NULL) {
		respond_nothing(asking->call);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		sids[i] = str_from(items[i].object->sid);
	return reckon(asking, sids, count);
}

static void
list_statistics(struct api_call *call)
{
	struct list list = {
		.resource = call->path.resource,
		.kind = KIND_TASK_QUEUE,
		.router = call->daemon->router,
		.workspace = call->place.workspace,
		.arena = call->arena,
	};
	struct page_result result = {0};
	struct refusal refusal = {0};
	struct buf *body = respond_buffer(call);
	struct asking asking;
	size_t count;

	if (!begin(&asking, call))
		return;
	if (!list_read(&list, &call->form, &refusal)) {
		respond_refusal(call, &refusal);
		return;
	}
	const struct list_item *items =
	    list_take(&list, &count, &result.has_more);
	if (items == NULL || body == NULL) {
		respond_nothing(call);
		return;
	}
	if (!reckon_items(&asking, items, count))
		return;
	buf_add_byte(body, '{');
	json_put_key(body, list.resource->key);
	buf_add_byte(body, '[');
	put_page(body, &asking, items, count, &result);
	buf_add_byte(body, ']');
	paging_put_meta(body, &list.paging, &result, list.resource,
	    api_url(call), &call->form);
	buf_add_byte(body, '}');
	respond_json(call, 200, body);
}

/* ---- of TaskQueues that are named */

/* A SID as it is told back: that of a TaskQueue that is there is written as
 * that has it. */
static bool
read_sid(const struct asking *asking, struct json_object *item, struct str *sid,
    struct refusal *refusal)
{
	const struct reckoning *r = &asking->reckoning;
	const struct object *queue;

	*sid = json_text(item);
	if (!sid_is(*sid, "WQ"))
		return refuse_parameter(refusal, "queueSids: expected SIDs of "
		    "TaskQueues, WQ and 32 hexadecimal digits");
	queue = router_find_in(r->router, r->workspace, KIND_TASK_QUEUE, *sid);
	if (queue != NULL)
		*sid = str_from(queue->sid);
	return true;
}

/* {"queueSids":["WQ…",…]}, or QueueSids as the page's table has it. */
static bool
read_sids(const struct asking *asking, struct str *sids, size_t *count,
    struct refusal *refusal)
{
	static const char *const names[] = {"queueSids", "QueueSids", NULL};
	const struct form *form = &asking->call->form;
	struct json_object *list = NULL;
	struct str text = form_get(form, names[0]);
	struct err err;

	for (size_t i = 0; i < form->count; i++)
		if (!str_is(form->fields[i].name, names[0]) &&
		    !str_is(form->fields[i].name, names[1]))
			parameters_note_unknown(form->fields[i].name, names);
	if (text.at == NULL)
		text = form_get(form, names[1]);
	if (text.len == 0 ||
	    !json_parse(asking->call->arena, text,
		(struct json_limits){.values = BULK_VALUES}, &list, &err) ||
	    json_type(list) != JSON_ARRAY || json_length(list) == 0 ||
	    json_length(list) > BULK_MOST)
		return refuse_parameter(refusal,
		    "queueSids: expected a list of 1 to %d SIDs of TaskQueues",
		    BULK_MOST);
	*count = json_length(list);
	for (size_t i = 0; i < *count; i++)
		if (!read_sid(asking, json_item(list, i), &sids[i], refusal))
			return false;
	return true;
}

static void
put_bulk(struct buf *out, const struct asking *asking, const struct str *sids,
    size_t count)
{
	json_put_key(out, "task_queue_data");
	buf_add_byte(out, '[');
	for (size_t i = 0; i < count; i++) {
		json_put_item(out);
		buf_add_byte(out, '{');
		put_sid(out, asking, sids[i]);
		reckon_put(out, &asking->reckoning,
		    reckon_find(&asking->reckoning, sids[i]),
		    asking->row->parts);
		buf_add_byte(out, '}');
	}
	buf_add_byte(out, ']');
	json_put_key(out, "task_queue_response_count");
	json_put_integer(out, (int64_t)count);
}

static void
ask_bulk(struct api_call *call)
{
	struct str sids[BULK_MOST];
	struct refusal refusal = {0};
	struct buf *body = respond_buffer(call);
	struct asking asking;
	size_t count;

	if (!begin(&asking, call))
		return;
	if (!read_sids(&asking, sids, &count, &refusal)) {
		respond_refusal(call, &refusal);
		return;
	}
	if (body == NULL) {
		respond_nothing(call);
		return;
	}
	if (!reckon(&asking, sids, count))
		return;
	buf_add_byte(body, '{');
	put_owner(body, call);
	put_bulk(body, &asking, sids, count);
	put_url(body, call);
	buf_add_byte(body, '}');
	respond_json(call, 200, body);
}

const struct api_operations api_statistics = {
	.list = list_statistics,
	.create = ask_bulk,
	.fetch = fetch_statistics,
};
