/* SPDX-License-Identifier: MIT
 *
 * Objects go one by one through their presenter to the writer of seeds, which
 * takes what the REST API shows.
 */
#include "base/compat.h"

#include "taskrouterd/dump.h"

#include "base/arena.h"
#include "codec/json.h"
#include "taskrouterd/present.h"
#include "twilio/seed_form.h"

/* A Workflow's configuration of the largest size as a JSON text, and that text
 * as a tree of one object; both a few times. */
#define TEXT_MOST ((size_t)16 << 20)
#define OBJECT_MEMORY ((size_t)64 << 20)
#define VALUES_MOST 4096 /* of one object as the API shows it */

struct dump {
	const struct router *router;
	const struct workspace *workspace;
	struct seed_form *form;
	struct buf text;     /* of what was presented */
	struct arena memory; /* and its tree */
	bool failed;
};

static const struct {
	enum seed_kind seed;
	enum kind kind;
	enum resource_id resource;
} rows[] = {
	{SEED_ACTIVITY, KIND_ACTIVITY, RESOURCE_ACTIVITIES},
	{SEED_TASK_CHANNEL, KIND_TASK_CHANNEL, RESOURCE_TASK_CHANNELS},
	{SEED_WORKER, KIND_WORKER, RESOURCE_WORKERS},
	{SEED_TASK_QUEUE, KIND_TASK_QUEUE, RESOURCE_TASK_QUEUES},
	{SEED_WORKFLOW, KIND_WORKFLOW, RESOURCE_WORKFLOWS},
	{SEED_TASK, KIND_TASK, RESOURCE_TASKS},
};

static const struct object *
next(const struct dump *dump, enum kind kind, const struct object *before)
{
	return router_next(dump->router, dump->workspace, kind,
	    before == NULL ? 0 : before->number);
}

/* ---- JSON as the REST API shows it */

static void
present(struct dump *dump, enum resource_id resource,
    const struct object *object)
{
	static const struct presenter presenter = {
		.base = {"", 0},
		.account_sid = {"", 0},
	};

	present_object(
	    &dump->text, &presenter, &resource_rows[resource], object);
}

static struct json_object *
parse(struct dump *dump)
{
	struct json_limits limits = {.values = VALUES_MOST};
	struct json_object *value = NULL;
	struct err err;

	if (dump->text.failed ||
	    !json_parse(&dump->memory, buf_str(&dump->text), limits, &value,
		&err))
		dump->failed = true;
	buf_clear(&dump->text, TEXT_MOST);
	return value;
}

static struct json_object *
show(struct dump *dump, enum resource_id resource,
    const struct object *object)
{
	present(dump, resource, object);
	return parse(dump);
}

/* Where the Worker goes when the Reservation for which he was moved ends. No
 * seed has Reservations: in their Activity he would stay for ever, and the
 * Task with nobody. NULL: he is where he was put otherwise. */
static struct activity *
activity_before(const struct worker *worker)
{
	struct reservation *reservation;

	TAILQ_FOREACH(reservation, &worker->reservations, of_worker)
		if (reservation->previous != NULL)
			return reservation->previous;
	return NULL;
}

static struct json_object *
show_worker(struct dump *dump, const struct worker *worker)
{
	struct worker shown = *worker;
	struct activity *before = activity_before(worker);

	if (before != NULL)
		shown.activity = before;
	return show(dump, RESOURCE_WORKERS, &shown.object);
}

static bool
is_preset(const struct worker_channel *channel)
{
	return channel->available && channel->configured_capacity == 1;
}

/* Most Workers have WorkerChannels as they come: what is not shown costs
 * nothing. */
static struct json_object *
show_channels(struct dump *dump, const struct worker *worker)
{
	const struct object *object = NULL;
	bool any = false;

	while ((object = next(dump, KIND_TASK_CHANNEL, object)) != NULL) {
		const struct worker_channel *channel =
		    router_find_worker_channel(worker, str_from(object->sid));
		if (is_preset(channel))
			continue;
		buf_add_byte(&dump->text, any ? ',' : '[');
		present(dump, RESOURCE_WORKER_CHANNELS, &channel->object);
		any = true;
	}
	if (!any)
		return NULL;
	buf_add_byte(&dump->text, ']');
	return parse(dump);
}

/* ---- a Workspace */

static bool
is_passed_over(const struct object *object)
{
	return object->kind == KIND_TASK &&
	    ((const struct task *)object)->status > TASK_WRAPPING;
}

static void
note_all(struct dump *dump)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct object *object = NULL;
		while ((object = next(dump, rows[i].kind, object)) != NULL) {
			if (rows[i].seed != SEED_TASK)
				seed_form_note(dump->form, rows[i].seed,
				    str_from(object->sid),
				    present_name(object));
			else if (!is_passed_over(object))
				seed_form_note_target(dump->form,
				    ((const struct task *)object)
					->routing_target);
		}
	}
}

static void
add(struct dump *dump, size_t row, const struct object *object)
{
	const struct worker *worker = (const struct worker *)object;

	if (object->kind == KIND_WORKER)
		seed_form_add(dump->form, rows[row].seed,
		    show_worker(dump, worker), show_channels(dump, worker));
	else
		seed_form_add(dump->form, rows[row].seed,
		    show(dump, rows[row].resource, object), NULL);
}

static void
add_all(struct dump *dump)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct object *object = NULL;
		while ((object = next(dump, rows[i].kind, object)) != NULL) {
			if (is_passed_over(object))
				continue;
			add(dump, i, object);
			arena_release(&dump->memory);
		}
	}
}

static void
add_workspace(struct dump *dump, const struct workspace *workspace)
{
	dump->workspace = workspace;
	note_all(dump);
	seed_form_begin(dump->form,
	    show(dump, RESOURCE_WORKSPACES, &workspace->object));
	arena_release(&dump->memory);
	add_all(dump);
	seed_form_end(dump->form);
}

bool
dump_write(struct buf *out, const struct router *router,
    const struct workspace *workspace)
{
	struct dump dump = {.router = router, .form = seed_form_open(out)};
	const struct object *object = NULL;

	if (dump.form == NULL)
		return false;
	arena_init(&dump.memory, OBJECT_MEMORY);
	buf_init(&dump.text, TEXT_MOST);
	if (workspace != NULL)
		add_workspace(&dump, workspace);
	else
		while ((object = next(&dump, KIND_WORKSPACE, object)) != NULL)
			add_workspace(&dump, object->workspace);
	buf_release(&dump.text);
	arena_release(&dump.memory);
	return seed_form_close(dump.form) && !dump.failed;
}
