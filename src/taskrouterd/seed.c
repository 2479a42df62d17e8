/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/seed.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/seed_reader.h"

#define FILE_MOST ((size_t)32 << 20)  /* bytes of a seed */
#define VALUES_MOST ((size_t)4 << 20) /* JSON values in it */
#define TEXT_MEMORY ((size_t)256 << 20)
#define ITEM_MEMORY ((size_t)512 << 20)
#define OBJECT_MEMORY ((size_t)256 << 20)

/* ---- the two routers */

static struct object *
apply_to_router(struct seed_reader *reader, const struct router_event *event,
    struct refusal *refusal)
{
	return router_apply(reader->router, event, reader->now, refusal);
}

static struct object *
apply_to_daemon(struct seed_reader *reader, const struct router_event *event,
    struct refusal *refusal)
{
	return daemon_apply(reader->context, event, refusal);
}

/* SIDs that nobody will see. */
static void
count_up(void *context, unsigned char bytes[16])
{
	uint64_t *count = context;

	(*count)++;
	memset(bytes, 0, 16);
	memcpy(bytes, count, sizeof *count);
}

/* ---- what was made */

static void
put_objects(struct buf *out, const struct seed_index *index,
    enum seed_kind kind)
{
	json_put_key(out, seed_kind_rows[kind].key);
	buf_add_byte(out, '{');
	for (size_t i = 0; i < index->count; i++) {
		const struct seed_item *item = &index->items[i];
		struct str key = item->label.at != NULL ? item->label
							: item->name;
		struct seed_item *meant;
		if (item->kind != kind || item->object == NULL ||
		    seed_index_find(index, SEED_SET(kind), key, &meant) == 0 ||
		    meant != item)
			continue;
		json_put_item(out);
		json_put_text(out, key);
		buf_add_byte(out, ':');
		json_put_text(out, str_from(item->object->sid));
	}
	buf_add_byte(out, '}');
}

static void
put_tasks(struct buf *out, const struct seed_index *index)
{
	json_put_key(out, seed_kind_rows[SEED_TASK].key);
	buf_add_byte(out, '[');
	for (size_t i = 0; i < index->counts[SEED_TASK]; i++) {
		json_put_item(out);
		json_put_text(out, str_from(
		    index->items[index->first[SEED_TASK] + i].object->sid));
	}
	buf_add_byte(out, ']');
}

static void
put_made(struct buf *out, const struct seed_reader *reader)
{
	json_put_item(out);
	buf_add_byte(out, '{');
	json_put_key(out, "friendly_name");
	json_put_text(out, reader->workspace->friendly_name);
	json_put_key(out, "sid");
	json_put_text(out, str_from(reader->workspace->object.sid));
	for (size_t i = 0; i < SEED_KINDS; i++)
		if (seed_kind_rows[i].name != NULL)
			put_objects(out, &reader->index, (enum seed_kind)i);
	put_tasks(out, &reader->index);
	buf_add_byte(out, '}');
}

/* ---- one pass */

/* Which Workspaces were made, and what is told of them. */
struct pass {
	struct object **made;
	size_t count;
	struct buf *out;
};

static void
make_workspace(
    struct seed_reader *reader, size_t index, struct json_object *object)
{
	struct pass *pass = reader->pass;
	struct workspace *workspace;

	(void)index;
	if (reader->errors > 0 && !reader->is_trial)
		return;
	workspace = seed_make_workspace(reader, object);
	arena_release(reader->scratch);
	if (workspace == NULL)
		return;
	pass->made[pass->count++] = &workspace->object;
	if (pass->out != NULL && reader->errors == 0)
		put_made(pass->out, reader);
}

static void
take_back(struct seed_reader *reader, const struct pass *pass)
{
	for (size_t i = 0; i < pass->count; i++)
		(void)seed_delete_object(
		    reader, SEED_WORKSPACE, pass->made[i]);
}

static void
check_root(struct seed_reader *reader, struct json_object *root)
{
	const char *key = seed_kind_rows[SEED_WORKSPACE].key;
	struct json_member member = {0};

	if (json_type(root) != JSON_OBJECT) {
		(void)seed_error(reader, "expected %s, got %s",
		    json_type_name(JSON_OBJECT),
		    json_type_name(json_type(root)));
		return;
	}
	while (!seed_is_full(reader) && json_next(root, &member))
		if (!str_is(member.key, key))
			(void)seed_error_at(reader, member.key.at,
			    "a seed has \"%s\" and nothing else", key);
	if (json_get(root, key) == NULL)
		(void)seed_error_at(reader, key, "is required");
}

static bool
run(struct seed_reader *reader, struct json_object *root, struct buf *out)
{
	const char *key = seed_kind_rows[SEED_WORKSPACE].key;
	struct json_object *array = json_get(root, key);
	struct arena kept, scratch;
	struct pass pass = {.out = out};

	arena_init(&kept, ITEM_MEMORY);
	arena_init(&scratch, OBJECT_MEMORY);
	reader->kept = &kept;
	reader->scratch = &scratch;
	reader->pass = &pass;
	pass.made = arena_array(
	    &kept, json_length(array) + 1, sizeof *pass.made);
	if (pass.made == NULL)
		(void)seed_error(reader, "there is not enough memory");
	else
		seed_each(reader, key, array, make_workspace);
	if (reader->errors > 0 && !reader->is_trial)
		take_back(reader, &pass);
	arena_release(&scratch);
	arena_release(&kept);
	return reader->errors == 0;
}

/* ---- a whole seed */

static bool
parse(struct seed_reader *reader, struct str json, struct arena *arena,
    struct json_object **root)
{
	struct json_limits limits = {.values = VALUES_MOST, .comments = true};
	unsigned line, column;
	struct err err;

	if (json_parse(arena, json, limits, root, &err))
		return true;
	json_position(json, err.at, &line, &column);
	return seed_error(
	    reader, "line %u, column %u: %s", line, column, err.text);
}

static bool
try(const struct seed_reader *like, struct json_object *root)
{
	struct seed_reader reader = *like;
	uint64_t count = 0;
	struct router_options options = {
		.account_sid = STR("AC00000000000000000000000000000000"),
		.random = count_up,
		.context = &count,
	};

	reader.router = router_new(&options);
	reader.apply = apply_to_router;
	reader.is_trial = true;
	if (reader.router == NULL)
		return seed_error(&reader, "there is not enough memory");
	check_root(&reader, root);
	bool good = run(&reader, root, NULL);
	router_free(reader.router);
	return good;
}

/* `reader` says to what; without a router it is only checked. */
static bool
read_seed(struct seed_reader *reader, struct str json, struct buf *made)
{
	struct json_object *root;
	struct arena arena;

	arena_init(&arena, TEXT_MEMORY);
	bool good = parse(reader, json, &arena, &root) && try(reader, root);
	if (good && reader->router != NULL) {
		if (made != NULL)
			buf_add_str(made, STR("{\"workspaces\":["));
		good = run(reader, root, made);
		if (made != NULL)
			buf_add_str(made, STR("]}"));
	}
	arena_release(&arena);
	return good;
}

bool
seed_apply(struct daemon *daemon, struct str json, struct buf *made,
    const struct seed_report *report)
{
	struct seed_reader reader = {
		.router = daemon->router,
		.now = daemon_now(daemon),
		.apply = apply_to_daemon,
		.context = daemon,
		.report = report->message,
		.to = report->to,
	};

	return read_seed(&reader, json, made);
}

bool
seed_apply_to(struct router *router, int64_t now, struct str json,
    struct buf *made, const struct seed_report *report)
{
	struct seed_reader reader = {
		.router = router,
		.now = now,
		.apply = apply_to_router,
		.report = report->message,
		.to = report->to,
	};

	return read_seed(&reader, json, made);
}

/* ---- files */

struct file_report {
	const char *file;
	const struct seed_report *report;
};

static void
report_of_file(void *to, const char *message)
{
	const struct file_report *of = to;
	char text[SEED_MESSAGE_SIZE];

	(void)snprintf(text, sizeof text, "%s: %s", of->file, message);
	of->report->message(of->report->to, text);
}

static bool
read_file(const char *file, struct seed_reader *reader)
{
	struct arena arena;
	struct stat status;
	struct str text;
	struct err err;

	arena_init(&arena, FILE_MOST + 1);
	bool good =
	    config_read_file(file, FILE_MOST, &arena, &status, &text, &err)
	    ? read_seed(reader, text, NULL)
	    : seed_error(reader, "%s", err.text);
	arena_release(&arena);
	return good;
}

/* What the clock shows when a store begins. */
static int64_t
time_of_start(const struct settings *settings)
{
	struct str start = settings->clock.start;
	int64_t seconds;

	return start.len > 0 && clock_parse(start.at, start.len, &seconds)
	    ? seconds * 1000
	    : clock_wall_ms();
}

bool
seed_check_file(
    const struct settings *settings, const struct seed_report *report)
{
	struct file_report of = {settings->seed.at, report};
	struct seed_reader reader = {
		.now = time_of_start(settings),
		.report = report_of_file,
		.to = &of,
	};

	return settings->seed.len == 0 || read_file(of.file, &reader);
}

static void
keep_first(void *to, const char *message)
{
	struct err *err = to;

	if (err->text[0] == '\0')
		(void)err_set(err, 0, "%s", message);
}

bool
seed_check(const struct settings *settings, struct err *err)
{
	struct seed_report report = {keep_first, err};

	err->text[0] = '\0';
	return seed_check_file(settings, &report);
}

bool
seed_plant(struct daemon *daemon, struct err *err)
{
	const char *file = daemon->settings->seed.at;
	struct seed_report report = {keep_first, err};
	struct file_report of = {file, &report};
	struct seed_reader reader = {
		.router = daemon->router,
		.now = daemon_now(daemon),
		.apply = apply_to_daemon,
		.context = daemon,
		.report = report_of_file,
		.to = &of,
	};

	if (daemon->settings->seed.len == 0)
		return true;
	if (router_next(daemon->router, NULL, KIND_WORKSPACE, 0) != NULL) {
		log_event(LOG_LEVEL_INFO, "seed",
		    "%s is left alone: there is a Workspace already", file);
		return true;
	}
	err->text[0] = '\0';
	if (!read_file(file, &reader))
		return false;
	log_event(LOG_LEVEL_INFO, "seed", "%s was applied", file);
	return true;
}
