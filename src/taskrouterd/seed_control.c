/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/seed_control.h"

#include "base/buf.h"
#include "taskrouterd/controls.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/dump.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/seed.h"

#define JSON_TYPE "application/json; charset=utf-8"
#define DUMP_MOST ((size_t)256 << 20)
#define ANSWER_MOST ((size_t)64 << 20)
/* A hundred messages of two thousand bytes, escaped. */
#define MESSAGES_MOST ((size_t)2 << 20)

struct wish {
	struct str workspace;
};

static const struct control controls[] = {
	{
	    .name = "workspace", .type = CONTROL_TEXT,
	    .offset = offsetof(struct wish, workspace), .least = 1, .most = 256,
	    .help = "One Workspace, by SID or friendly name, instead of all.",
	},
};

void
seed_control_write_manual(FILE *out)
{
	controls_write_manual(controls, ARRAY_LENGTH(controls), out);
}

static void
release_buffer(void *buffer)
{
	buf_release(buffer);
}

/* Larger than the memory of an exchange, with which it dies; NULL: there is
 * none, and the exchange's arena knows. */
static struct buf *
make_buffer(struct exchange *exchange, size_t ceiling)
{
	struct buf *buffer = arena_alloc(&exchange->arena, sizeof *buffer);

	if (buffer == NULL)
		return NULL;
	buf_init(buffer, ceiling);
	return arena_defer(&exchange->arena, release_buffer, buffer) ? buffer
								     : NULL;
}

static void
put_message(void *to, const char *message)
{
	struct buf *out = to;

	json_put_item(out);
	json_put_text(out, str_from(message));
}

/* A problem document with every message: {…,"detail":…,"errors":["…"]} */
static void
refuse_seed(struct exchange *exchange, const struct buf *errors)
{
	struct buf *out = make_buffer(exchange, MESSAGES_MOST);

	if (out == NULL) {
		exchange_complete(exchange);
		return;
	}
	buf_add_str(out, STR("{\"status\":400,\"title\":\"Bad Request\","
	    "\"detail\":\"The seed has errors: nothing has changed\""));
	json_put_key(out, "request_id");
	json_put_text(out, exchange->id);
	json_put_key(out, "errors");
	buf_add_byte(out, '[');
	buf_add_str(out, buf_str(errors));
	buf_add_str(out, STR("]}"));
	response_body(&exchange->response, 400, "application/problem+json",
	    buf_str(out));
	exchange->facts.note = STR("the seed has errors");
	exchange_complete(exchange);
}

void
seed_control_plant(struct exchange *exchange)
{
	struct daemon *daemon = daemon_of(exchange);
	struct buf *made = make_buffer(exchange, ANSWER_MOST);
	struct buf *errors = make_buffer(exchange, MESSAGES_MOST / 2);
	struct seed_report report = {put_message, errors};

	if (made == NULL || errors == NULL) {
		exchange_complete(exchange);
	} else if (!seed_apply(daemon, exchange->request.body, made, &report)) {
		refuse_seed(exchange, errors);
	} else {
		response_body(&exchange->response, 201, JSON_TYPE,
		    made->failed ? STR("{}") : buf_str(made));
		daemon_answer(daemon, exchange);
	}
}

/* By SID or friendly name. False: the exchange was refused. */
static bool
find_workspace(struct exchange *exchange, struct str name,
    struct workspace **found)
{
	const struct router *router = daemon_of(exchange)->router;
	struct object *object =
	    router_find_in(router, NULL, KIND_WORKSPACE, name);
	size_t count = object != NULL;

	*found = (struct workspace *)object;
	object = NULL;
	while ((object = router_next(router, NULL, KIND_WORKSPACE,
		    object == NULL ? 0 : object->number)) != NULL)
		if (str_equal(object->workspace->friendly_name, name)) {
			*found = object->workspace;
			count++;
		}
	if (count == 0)
		exchange_refuse(exchange, 404,
		    "workspace: there is no Workspace %.*s", STR_ARGS(name));
	else if (count > 1)
		exchange_refuse(exchange, 400,
		    "workspace: there are %zu Workspaces %.*s: name one by "
		    "its SID", count, STR_ARGS(name));
	return count == 1;
}

void
seed_control_dump(struct exchange *exchange)
{
	struct daemon *daemon = daemon_of(exchange);
	struct wish wish = {.workspace = STR_NONE};
	struct workspace *workspace = NULL;
	struct buf *out;
	struct form form;
	struct err err;

	if (!request_query_parameters(
		&exchange->request, &exchange->arena, &form, &err)) {
		exchange_refuse(exchange, 400, "%s", err.text);
		return;
	}
	if (!controls_read(controls, ARRAY_LENGTH(controls), &form, &wish,
		exchange))
		return;
	if (wish.workspace.at != NULL &&
	    !find_workspace(exchange, wish.workspace, &workspace))
		return;
	out = make_buffer(exchange, DUMP_MOST);
	if (out == NULL) {
		exchange_complete(exchange);
		return;
	}
	if (!dump_write(out, daemon->router, workspace)) {
		exchange_refuse(exchange, 503,
		    "the state is too large to be dumped in one piece: name a "
		    "workspace");
		return;
	}
	response_body(&exchange->response, 200, JSON_TYPE, buf_str(out));
	daemon_answer(daemon, exchange);
}
