/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/rate_limits.h"

#include <string.h>

#include "base/buf.h"
#include "taskrouterd/api.h"
#include "taskrouterd/controls.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/faults.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/local.h"
#include "taskrouterd/respond.h"

#define SECOND_MS 1000
#define ANSWER_MOST ((size_t)16 << 10)

static const struct limit {
	const char *name;
	unsigned methods;
	const char *route;     /* fault_route_matches */
	const char *parameter; /* which it is about; NULL: any request */
	size_t per_second;     /* at most RATE_MOST */
} limits[RATE_LIMITS] = {
	{"EvaluateTaskAttributes", METHOD_GET | METHOD_HEAD,
	    "/v1/Workspaces/*/Tasks", "EvaluateTaskAttributes", 3},
	{"TargetWorkersExpression", METHOD_GET | METHOD_HEAD,
	    "/v1/Workspaces/*/Workers", "TargetWorkersExpression", 3},
	{"EvaluateWorkerAttributes", METHOD_GET | METHOD_HEAD,
	    "/v1/Workspaces/*/TaskQueues", "EvaluateWorkerAttributes", 3},
	{"RealTimeStatistics", METHOD_POST,
	    "/v1/Workspaces/*/TaskQueues/RealTimeStatistics", NULL, 5},
};

static bool
applies(const struct limit *limit, const struct api_call *call)
{
	const struct request *request = &call->exchange->request;

	return (limit->methods & (unsigned)request->method) != 0 &&
	    fault_route_matches(str_from(limit->route), request->path) &&
	    (limit->parameter == NULL ||
		form_get(&call->form, limit->parameter).len > 0);
}

/* Dates are kept newest first; one that was never used is 0. A clock that a
 * reset has put back begins anew. */
bool
rate_take(struct rate *rate, size_t most, int64_t now, size_t *left)
{
	size_t within = 0;

	if (rate->dates[0] > now)
		memset(rate->dates, 0, sizeof rate->dates);
	while (within < most && rate->dates[within] != 0 &&
	    now - rate->dates[within] < SECOND_MS)
		within++;
	*left = 0;
	if (within == most) {
		rate->refused++;
		return false;
	}
	*left = most - within - 1;
	memmove(rate->dates + 1, rate->dates,
	    sizeof rate->dates - sizeof rate->dates[0]);
	rate->dates[0] = now;
	rate->passed++;
	return true;
}

static bool
pass(struct api_call *call, const struct limit *limit, struct rate *rate)
{
	struct response *response = &call->exchange->response;
	size_t left;
	bool good = rate_take(
	    rate, limit->per_second, daemon_now(call->daemon), &left);

	response_header(response, "X-Rate-Limit-Limit",
	    arena_format(call->arena, "%zu", limit->per_second));
	response_header(response, "X-Rate-Limit-Remaining",
	    arena_format(call->arena, "%zu", left));
	response_header(
	    response, "X-Rate-Limit-Config", str_from(limit->name));
	if (!good)
		respond_error(call, 429, API_ERROR_TOO_MANY_REQUESTS,
		    "Too Many Requests");
	return good;
}

/* One at most applies: their routes differ. */
bool
rate_limits_admit(struct api_call *call)
{
	struct rate_limits *rates = &call->daemon->rate_limits;

	for (size_t i = 0; rates->enabled && i < RATE_LIMITS; i++)
		if (applies(&limits[i], call))
			return pass(call, &limits[i], &rates->rates[i]);
	return true;
}

/* ---- /_local/rate_limits */

struct wish {
	bool enabled;
};

static const struct control controls[] = {
	{
	    .name = "enabled", .type = CONTROL_BOOLEAN,
	    .offset = offsetof(struct wish, enabled),
	    .help = "Whether the limits are in force. Without it they stay "
		    "as they are.",
	},
};

static void
put_limit(struct buf *out, const struct limit *limit, const struct rate *rate)
{
	json_put_item(out);
	buf_add_byte(out, '{');
	json_put_key(out, "name");
	json_put_text(out, str_from(limit->name));
	json_put_key(out, "method");
	json_put_text(out, str_from((limit->methods & METHOD_POST) != 0
		? "POST"
		: "GET"));
	json_put_key(out, "route");
	json_put_text(out, str_from(limit->route));
	json_put_key(out, "parameter");
	json_put_text(out, str_from(limit->parameter));
	json_put_key(out, "per_second");
	json_put_integer(out, (int64_t)limit->per_second);
	json_put_key(out, "passed");
	json_put_integer(out, (int64_t)rate->passed);
	json_put_key(out, "refused");
	json_put_integer(out, (int64_t)rate->refused);
	buf_add_byte(out, '}');
}

static void
show(struct exchange *exchange)
{
	const struct rate_limits *rates = &daemon_of(exchange)->rate_limits;
	struct buf out;

	buf_init(&out, ANSWER_MOST);
	buf_add_byte(&out, '{');
	json_put_key(&out, "enabled");
	json_put_boolean(&out, rates->enabled);
	json_put_key(&out, "rate_limits");
	buf_add_byte(&out, '[');
	for (size_t i = 0; i < RATE_LIMITS; i++)
		put_limit(&out, &limits[i], &rates->rates[i]);
	buf_add_str(&out, STR("]}"));
	local_answer(exchange, 200, buf_str(&out));
	buf_release(&out);
}

void
rate_limits_serve(struct exchange *exchange)
{
	struct rate_limits *rates = &daemon_of(exchange)->rate_limits;
	struct wish wish = {rates->enabled};

	if (exchange->request.method == METHOD_POST) {
		if (!controls_read(controls, ARRAY_LENGTH(controls),
			&exchange->request.form, &wish, exchange))
			return;
		rates->enabled = wish.enabled;
	}
	show(exchange);
}

void
rate_limits_write_manual(FILE *out)
{
	controls_write_manual(controls, ARRAY_LENGTH(controls), out);
}
