/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/responder.h"

#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/route.h"
#include "responder/assignment_answer.h"
#include "responder/assignment_guard.h"
#include "responder/assignment_sweep.h"
#include "responder/calls.h"
#include "responder/keeper.h"
#include "responder/local_time.h"
#include "responder/outbox.h"
#include "store/ledger_outbox.h"

static const struct route routes[] = {
#define ROUTE(name, path, methods, admit) \
	{path, #name, methods, admit, handle_##name, false},
#include "responder/routes.h"
#undef ROUTE
};

/* Label values. The last route stands for a path that names none. */
static const char *const route_names[] = {
#define ROUTE(name, path, methods, admit) #name,
#include "responder/routes.h"
#undef ROUTE
	"none",
};
static const char *const status_names[] = {
	"other", "200", "202", "204", "308", "400", "401", "403", "404", "405",
	"409", "412", "413", "415", "422", "429", "431", "500", "501", "502",
	"503", "504",
};
static const char *const operation_names[] = {
	[REST_CREATE_TASK] = "create_task",
	[REST_ACCEPT_RESERVATION] = "accept_reservation",
	[REST_READ_RESERVATION] = "read_reservation",
	[REST_UPDATE_RESERVATION] = "update_reservation",
	[REST_LIST_TASKS] = "list_tasks",
	[REST_READ_TASK] = "read_task",
	[REST_UPDATE_TASK] = "update_task",
	[REST_LIST_WORKERS] = "list_workers",
	[REST_READ_WORKER] = "read_worker",
	[REST_UPDATE_WORKER] = "update_worker",
	[REST_LIST_ACTIVITIES] = "list_activities",
	[REST_FIND_TASK] = "find_task",
	[REST_READ_FOLLOW_UP] = "read_follow_up",
	[REST_FOLLOW_UP] = "follow_up",
};
static const char *const outcome_names[] = {
	[REST_ANSWERED] = "answered",   [REST_NOT_SENT] = "not_sent",
	[REST_UNKNOWN] = "unknown",     [REST_TIMEOUT] = "timeout",
	[REST_ABANDONED] = "abandoned",
};
static const char *const reason_names[] = {
	[REFUSED_SIGNATURE] = "signature",
	[REFUSED_ACCOUNT] = "account",
	[REFUSED_WORKSPACE] = "workspace",
	[REFUSED_UNCONFIGURED] = "unconfigured",
};
static const char *const step_names[] = {
	[CALL_MENU] = "menu",
	[CALL_REPEATED] = "repeated",
	[CALL_ENQUEUED] = "enqueued",
	[CALL_HUNG_UP] = "hung_up",
};
static const char *const event_outcome_names[] = {
	[EVENT_STORED] = "stored",
	[EVENT_REPEATED] = "repeated",
	[EVENT_REFUSED] = "refused",
};
static const char *const fallback_names[] = {
	[FALLBACK_DEADLINE] = "deadline",
	[FALLBACK_STORE] = "store",
	[FALLBACK_QUEUE] = "queue",
	[FALLBACK_MEMORY] = "memory",
};
static const char *const result_names[] = {"refused", "taken"};
static const char *const outbox_result_names[] = {
	[OUTBOX_RESULT_QUEUED] = "queued", [OUTBOX_RESULT_DONE] = "done",
	[OUTBOX_RESULT_LATE] = "late",     [OUTBOX_RESULT_AGAIN] = "again",
	[OUTBOX_RESULT_FAILED] = "failed",
};

#define VALUES(names) names, ARRAY_LENGTH(names)
#define NO_LABEL {NULL, NULL, 0}
#define LABEL_ROUTE {"route", VALUES(route_names)}
#define LABEL_STATUS {"status", VALUES(status_names)}
#define LABEL_INSTRUCTION {"instruction", VALUES(instruction_names)}
#define LABEL_REASON {"reason", VALUES(reason_names)}
#define LABEL_FALLBACK {"reason", VALUES(fallback_names)}
#define LABEL_OPERATION {"operation", VALUES(operation_names)}
#define LABEL_OUTCOME {"outcome", VALUES(outcome_names)}
#define LABEL_RULE {"rule", NULL, METRIC_NAMES}
#define LABEL_STEP {"step", VALUES(step_names)}
#define LABEL_EVENT_OUTCOME {"result", VALUES(event_outcome_names)}
#define LABEL_RESULT {"result", VALUES(result_names)}
#define LABEL_RECOVERY {"result", recovery_result_names, RECOVERY_NAMES}
#define LABEL_KIND {"kind", outbox_kind_names, OUTBOX_KINDS}
#define LABEL_OUTBOX_RESULT {"result", VALUES(outbox_result_names)}

static const struct metric counters[] = {
#define COUNTER(name, metric, help, kind, first, second) \
	{metric, help, kind, first, second},
#include "responder/counters.h"
#undef COUNTER
};

const char *
rest_operation_name(enum rest_operation operation)
{
	return operation_names[operation];
}

const char *
event_outcome_name(enum event_outcome outcome)
{
	return event_outcome_names[outcome];
}

const char *
outbox_result_name(enum outbox_result result)
{
	return outbox_result_names[result];
}

struct responder *
responder_of(const struct exchange *exchange)
{
	return (struct responder *)(void *)exchange->application;
}

const struct settings *
settings_of(const struct exchange *exchange)
{
	return exchange->context;
}

void
count_event(struct exchange *exchange, enum counter counter, size_t first,
    size_t second)
{
	metrics_add(responder_of(exchange)->metrics, counter, first, second);
}

void
count_rule_hit(struct exchange *exchange, struct str name)
{
	struct metrics *metrics = responder_of(exchange)->metrics;

	metrics_add(metrics, COUNTER_RULE_HITS,
	    metrics_name(metrics, COUNTER_RULE_HITS, name), 0);
}

static void
serve(struct application *application, struct exchange *exchange)
{
	struct responder *responder = (struct responder *)(void *)application;
	struct settings *settings = responder->settings;
	struct site site = {
		.routes = routes,
		.count = ARRAY_LENGTH(routes),
		.mount = settings->public_path,
	};

	exchange->context = settings_hold(settings);
	route_dispatch(&site, exchange);
}

static size_t
status_index(unsigned status)
{
	for (size_t i = 1; i < ARRAY_LENGTH(status_names); i++) {
		const char *name = status_names[i];
		if (status / 100 == (unsigned)(name[0] - '0') &&
		    status / 10 % 10 == (unsigned)(name[1] - '0') &&
		    status % 10 == (unsigned)(name[2] - '0'))
			return i;
	}
	return 0;
}

static void
ended(struct application *application, struct exchange *exchange)
{
	struct responder *responder = (struct responder *)(void *)application;
	int64_t duration = clock_monotonic_us() - exchange->started_us;
	size_t route = exchange->route == NULL
	    ? ARRAY_LENGTH(routes)
	    : (size_t)(exchange->route - routes);

	metrics_add(responder->metrics, COUNTER_REQUESTS, route,
	    status_index(exchange->response.status));
	metrics_observe(
	    responder->metrics, COUNTER_REQUEST_TIME, route, duration);
	exchange_log(exchange, duration);
	settings_release(exchange->context);
}

bool
responder_init(struct responder *responder, struct settings *settings,
    struct err *err)
{
	const char *file = settings->metrics_file.at;

	*responder = (struct responder){
		.application = {.serve = serve, .ended = ended},
		.settings = settings,
	};
	local_time_prepare(settings);
	err->text[0] = '\0';
	responder->metrics = metrics_open(
	    counters, ARRAY_LENGTH(counters), file, err);
	if (responder->metrics == NULL)
		return err_set(err, 0, "out of memory");
	if (err->text[0] != '\0')
		log_event(LOG_LEVEL_ERROR, "metrics", "%s", err->text);
	return true;
}

void
responder_release(struct responder *responder)
{
	assignment_sweep_stop(responder);
	assignment_guard_stop(responder);
	keeper_close(
	    responder->keeper, responder->settings->limits.stop_timeout_ms);
	assignment_sweep_close(responder);
	assignment_guard_close(responder);
	rest_client_close(responder->rest);
	outbox_close(responder);
	metrics_close(responder->metrics);
	settings_release(responder->settings);
	if (responder->loop != NULL)
		event_base_free(responder->loop);
	*responder = (struct responder){0};
}

void
responder_prepare_rest(struct responder *responder)
{
	struct rest_options options = settings_rest_options(responder->settings);
	struct err err;

	if (!responder_need_rest(responder, &err) ||
	    !rest_client_warm(responder->rest, &options, &err))
		log_event(LOG_LEVEL_ERROR, "rest",
		    "TaskRouter cannot be called: %s", err.text);
}

/* Only then are there certificates that were not read yet. */
static bool
changes_peer(const struct settings *from, const struct settings *to)
{
	return !str_equal(from->api_url, to->api_url) ||
	    !str_equal(from->rest.ca_file, to->rest.ca_file);
}

void
responder_reload(struct responder *responder, struct settings *settings)
{
	bool prepare = changes_peer(responder->settings, settings);

	settings_release(responder->settings);
	responder->settings = settings;
	local_time_prepare(settings);
	if (responder->rest == NULL)
		return;
	rest_client_limit(responder->rest, (size_t)settings->rest.connections,
	    (size_t)settings->rest.calls);
	if (prepare)
		responder_prepare_rest(responder);
}

bool
responder_need_loop(struct responder *responder, struct err *err)
{
	if (responder->loop == NULL)
		responder->loop = event_base_new();
	return responder->loop != NULL ||
	    err_set(err, 0, "the event loop cannot be made");
}

bool
responder_need_rest(struct responder *responder, struct err *err)
{
	const struct settings *settings = responder->settings;

	if (responder->rest != NULL)
		return true;
	if (!responder_need_loop(responder, err))
		return false;
	responder->rest = rest_client_open(responder->loop,
	    (size_t)settings->rest.connections, (size_t)settings->rest.calls,
	    err);
	return responder->rest != NULL;
}
