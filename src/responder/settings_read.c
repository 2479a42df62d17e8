/* SPDX-License-Identifier: MIT
 *
 * The values of the configuration that are more than a string or a number.
 */
#include "base/compat.h"

#include "responder/settings_parts.h"
#include "twilio/instruction.h"
#include "twilio/sid.h"

/* Characters of a Task's attributes; Twilio refuses more
 * (https://www.twilio.com/docs/taskrouter/limits). */
#define ATTRIBUTES_MOST ((size_t)4096)
#define ITEMS_MOST ((size_t)10000) /* of accounts, Workflows, TaskQueues */
#define NETWORKS_MOST ((size_t)256)

/* Says so if `value` is no object. */
static bool
expect_object(struct config_reader *reader, const char *path,
    struct json_object *value)
{
	if (json_type(value) == JSON_OBJECT)
		return true;
	config_error(reader, path, "expected an object, not %s",
	    json_type_name(json_type(value)));
	return false;
}

static size_t
count_members(struct json_object *object)
{
	struct json_member member = {0};
	size_t count = 0;

	while (json_next(object, &member))
		count++;
	return count;
}

/* Memory for one item for each member of `object`; NULL if there are too many
 * or there is no memory. */
static void *
make_items(struct config_reader *reader, const char *path,
    struct json_object *object, size_t size)
{
	size_t count = count_members(object);

	if (count <= ITEMS_MOST)
		return arena_array(config_arena(reader), count, size);
	config_error(reader, path, "expected at most %zu, not %zu", ITEMS_MOST,
	    count);
	return NULL;
}

/* The path of the member `sid`, which must be a SID of that kind; NULL, and
 * an error, if it is not. */
static const char *
sid_path(struct config_reader *reader, const char *parent, struct str sid,
    const char *kind)
{
	const char *path = config_path(reader, parent, sid);
	struct err err;

	if (sid_check(sid, kind, &err))
		return path;
	config_error(reader, path, "%s", err.text);
	return NULL;
}

static void
check_account_keys(struct config_reader *reader, const char *path,
    struct json_object *value)
{
	static const char *const known[] = {
	    "auth_token", "auth_token_file", NULL};
	struct json_member member = {0};

	while (json_next(value, &member))
		if (!str_is(member.key, known[0]) &&
		    !str_is(member.key, known[1]))
			config_unknown(reader, path, member.key, known);
}

/* {"auth_token": …} or {"auth_token_file": …} */
static bool
read_auth_tokens(struct config_reader *reader, const char *path,
    struct json_object *value, struct config_strings *tokens)
{
	struct json_object *token = json_get(value, "auth_token");
	struct json_object *file = json_get(value, "auth_token_file");
	const char *file_path =
	    config_path(reader, path, STR("auth_token_file"));

	check_account_keys(reader, path, value);
	if ((token == NULL) == (file == NULL))
		config_error(reader, path,
		    "expected either auth_token or auth_token_file");
	else if (token != NULL)
		return config_read_secret(reader,
		    config_path(reader, path, STR("auth_token")), token,
		    tokens);
	else if (json_type(file) != JSON_STRING)
		config_error(reader, file_path,
		    "expected the name of a file, not %s",
		    json_type_name(json_type(file)));
	else
		return config_read_secret_file(
		    reader, file_path, json_text(file), tokens);
	return false;
}

void
settings_read_accounts(struct config_reader *reader, const char *path,
    struct json_object *value, void *settings)
{
	struct settings *s = settings;
	struct json_member member = {0};

	if (!expect_object(reader, path, value))
		return;
	s->account_count = 0;
	s->accounts = make_items(reader, path, value, sizeof *s->accounts);
	while (s->accounts != NULL && json_next(value, &member)) {
		const char *account = sid_path(reader, path, member.key, "AC");
		struct settings_account *to = &s->accounts[s->account_count];
		if (account == NULL ||
		    !expect_object(reader, account, member.value) ||
		    !read_auth_tokens(
			reader, account, member.value, &to->auth_tokens))
			continue;
		to->account_sid = arena_str(config_arena(reader), member.key);
		s->account_count++;
	}
}

static bool
read_network(struct config_reader *reader, const char *path,
    struct json_object *item, struct settings_network *network)
{
	struct err err;

	if (json_type(item) != JSON_STRING) {
		config_error(reader, path,
		    "expected an IP address as a string, not %s",
		    json_type_name(json_type(item)));
		return false;
	}
	struct str text = json_text(item);
	if (!settings_parse_network(text, network, &err)) {
		/* No secret; and in a list of many it must be found. */
		config_error(reader, path, "\"%.*s\": %s",
		    text.len > 60 ? 60 : str_int_length(text), text.at,
		    err.text);
		return false;
	}
	if (network->bits == 0 || str_has_suffix(text, STR("/0")))
		config_warning(
		    reader, path, "trusts the forwarded headers of everybody");
	return true;
}

void
settings_read_networks(struct config_reader *reader, const char *path,
    struct json_object *value, void *networks)
{
	struct settings_networks *to = networks;
	bool array = json_type(value) == JSON_ARRAY;
	size_t count = array ? json_length(value) : 1;

	if (count > NETWORKS_MOST) {
		config_error(reader, path, "expected at most %zu, not %zu",
		    NETWORKS_MOST, count);
		return;
	}
	to->count = 0;
	to->items =
	    arena_array(config_arena(reader), count, sizeof *to->items);
	for (size_t i = 0; to->items != NULL && i < count; i++) {
		struct json_object *item = array ? json_item(value, i) : value;
		if (read_network(reader, path, item, &to->items[to->count]))
			to->count++;
	}
}

void
settings_read_attributes(struct config_reader *reader, const char *path,
    struct json_object *value, void *text)
{
	struct str *to = text;

	if (!expect_object(reader, path, value))
		return;
	struct str written = json_write(config_arena(reader), value);
	size_t characters = str_utf8_length(written);
	if (characters > ATTRIBUTES_MOST)
		config_error(reader, path,
		    "expected at most %zu characters of JSON, not %zu",
		    ATTRIBUTES_MOST, characters);
	else
		*to = written;
}

/* Where instruction_read reports to. */
struct place {
	struct config_reader *reader;
	const char *path;
};

static void
report_instruction(void *to, bool warning, struct str key, const char *message)
{
	const struct place *place = to;
	const char *path = key.len == 0
	    ? place->path
	    : config_path(place->reader, place->path, key);

	if (warning)
		config_warning(place->reader, path, "%s", message);
	else
		config_error(place->reader, path, "%s", message);
}

void
settings_check_secret_parameter(struct config_reader *reader,
    const char *path, struct json_object *value)
{
	struct json_object *secret = json_get(value, INSTRUCTION_SECRET);
	struct config_strings unused = {NULL, 0};

	if (secret != NULL)
		(void)config_read_secret(reader,
		    config_path(reader, path, STR(INSTRUCTION_SECRET)),
		    secret, &unused);
}

void
settings_read_instruction(struct config_reader *reader, const char *path,
    struct json_object *value, void *instruction)
{
	struct instruction *to = instruction;
	struct place place = {reader, path};
	struct instruction read;

	if (!expect_object(reader, path, value))
		return;
	settings_check_secret_parameter(reader, path, value);
	if (instruction_read(value, config_arena(reader), &read,
		report_instruction, &place))
		*to = read;
}

static void
read_choices(struct config_reader *reader, const char *path,
    struct json_object *value, struct settings_choices *to, const char *kind)
{
	struct json_member member = {0};

	if (!expect_object(reader, path, value))
		return;
	to->count = 0;
	to->items = make_items(reader, path, value, sizeof *to->items);
	while (to->items != NULL && json_next(value, &member)) {
		struct settings_choice *item = &to->items[to->count];
		const char *choice = sid_path(reader, path, member.key, kind);
		if (choice == NULL)
			continue;
		item->sid = arena_str(config_arena(reader), member.key);
		item->instruction = instruction_accept;
		settings_read_instruction(
		    reader, choice, member.value, &item->instruction);
		to->count++;
	}
}

void
settings_read_workflows(struct config_reader *reader, const char *path,
    struct json_object *value, void *choices)
{
	read_choices(reader, path, value, choices, "WW");
}

void
settings_read_task_queues(struct config_reader *reader, const char *path,
    struct json_object *value, void *choices)
{
	read_choices(reader, path, value, choices, "WQ");
}
