/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#include "config/reader.h"

/* The text, its tree, names and paths; wiped when all is read. */
#define SCRATCH_CEILING ((size_t)16 * 1024 * 1024)

static struct str
variable_of(const struct config_key *key, const char *suffix)
{
	char name[128];
	size_t length = key->environment == NULL ? 0 : strlen(key->environment);
	size_t more = strlen(suffix);

	if (length == 0 || length + more >= sizeof name)
		return STR_NONE;
	memcpy(name, key->environment, length);
	memcpy(name + length, suffix, more + 1);
	struct str value = str_from(getenv(name));
	return value.len == 0 ? STR_NONE : value;
}

/* Notes which keys the command line sets: no other value of theirs counts. */
static void
note_options(struct config_reader *reader)
{
	for (size_t i = 0; i < reader->source.option_count; i++) {
		const struct config_option *option = &reader->source.options[i];
		const struct config_key *key =
		    config_owner(reader, str_from(option->key));
		if (key == NULL)
			continue;
		config_state_of(reader, key)->origin = CONFIG_FROM_OPTION;
		config_state_of(reader, key)->option = option;
	}
}

/* Notes which keys the environment sets, before the file is read: their
 * values in the file do not count. */
static void
note_environment(struct config_reader *reader)
{
	for (size_t i = 0; i < reader->count; i++) {
		const struct config_key *key = &reader->keys[i];
		if (reader->states[i].origin == CONFIG_FROM_OPTION)
			continue;
		if (variable_of(key, "").at != NULL)
			reader->states[i].origin = CONFIG_FROM_VARIABLE;
		else if (key->type == CONFIG_SECRET &&
		    variable_of(key, "_FILE").at != NULL)
			reader->states[i].origin = CONFIG_FROM_VARIABLE_FILE;
	}
}

static void
read_secret_file(struct config_reader *reader, const struct config_key *key,
    const char *path, struct str file)
{
	struct config_strings *member = config_member(reader, key);
	struct config_strings list;

	if (config_read_secret_file(reader, path, file, &list) &&
	    config_check_list(reader, key, path, &list))
		*member = list;
}

static void
read_option(struct config_reader *reader, const struct config_key *key)
{
	const struct config_option *option =
	    config_state_of(reader, key)->option;

	if (option->names_file)
		read_secret_file(
		    reader, key, key->path, str_from(option->value));
	else
		config_read_text(reader, key, str_from(option->value));
}

/* What wins over the file. */
static void
read_replacements(struct config_reader *reader)
{
	for (size_t i = 0; i < reader->count; i++) {
		const struct config_key *key = &reader->keys[i];
		if (reader->states[i].origin == CONFIG_FROM_OPTION) {
			read_option(reader, key);
			continue;
		}
		struct str value = variable_of(key, "");
		struct str file = key->type == CONFIG_SECRET
		    ? variable_of(key, "_FILE")
		    : STR_NONE;
		if (value.at != NULL && file.at != NULL)
			config_error(reader, key->path,
			    "%s_FILE is set too: only one of them can count",
			    key->environment);
		else if (value.at != NULL)
			config_read_text(reader, key, value);
		else if (file.at != NULL)
			read_secret_file(reader, key, key->path, file);
	}
}

static void
read_presets(struct config_reader *reader)
{
	for (size_t i = 0; i < reader->count; i++)
		if (reader->keys[i].preset != NULL)
			config_read_preset(reader, &reader->keys[i]);
}

/* Whether there are keys below `path`. */
static bool
is_parent(const struct config_reader *reader, struct str path)
{
	for (size_t i = 0; i < reader->count; i++) {
		struct str key = str_from(reader->keys[i].path);
		if (str_has_prefix(key, path) && key.len > path.len &&
		    key.at[path.len] == '.')
			return true;
	}
	return false;
}

/* What may stand directly below `parent`, for "did you mean". */
static const char *const *
names_below(struct config_reader *reader, struct str parent)
{
	const char **names = arena_array(
	    reader->scratch, 2 * reader->count + 1, sizeof *names);
	size_t skip = parent.len > 0 ? parent.len + 1 : 0;
	size_t count = 0;

	for (size_t i = 0; names != NULL && i < reader->count; i++) {
		struct str path = str_from(reader->keys[i].path);
		if (!str_has_prefix(path, parent) || path.len <= skip ||
		    (skip > 0 && path.at[parent.len] != '.'))
			continue;
		struct str rest = str_slice(path, skip, path.len);
		bool leaf = !str_has_byte(rest, '.');
		struct str name = str_cut(&rest, '.');
		names[count++] = arena_str(reader->scratch, name).at;
		if (leaf && reader->keys[i].type == CONFIG_SECRET)
			names[count++] = arena_format(
			    reader->scratch, "%.*s_file", STR_ARGS(name)).at;
	}
	return names;
}

static void
refuse_unknown(struct config_reader *reader, const char *parent,
    struct str name)
{
	static const char *const no_names[] = {NULL};
	const struct config_key *key = config_owner(reader, name);
	const char *const *names = reader->errors > CONFIG_ERRORS_MOST
	    ? no_names
	    : names_below(reader, str_from(parent));
	struct str child = name;
	struct str group = str_cut(&child, '.');

	/* Messages and the manual write "rest.timeout"; so people will. */
	if (parent[0] == '\0' && key != NULL && str_is(name, key->path))
		config_error(reader, config_path(reader, "", name),
		    "unknown key; write \"%.*s\": {\"%.*s\": ...}",
		    STR_ARGS(group), STR_ARGS(child));
	else if (names != NULL)
		config_unknown(reader, parent, name, names);
}

/* Whether the file's value of `key` counts; if so it is the file's now. */
static bool
claim(struct config_reader *reader, const struct config_key *key,
    const char *path)
{
	struct config_state *state = config_state_of(reader, key);

	if (state->origin == CONFIG_FROM_FILE)
		config_error(reader, path,
		    "%s and %s_file are both given: only one of them can count",
		    key->path, key->path);
	if (state->origin != CONFIG_FROM_PRESET)
		return false;
	state->origin = CONFIG_FROM_FILE;
	return true;
}

/* The member that stands for `key`: its value, or KEY_file. */
static void
read_member(struct config_reader *reader, const struct config_key *key,
    const char *path, struct json_object *value)
{
	bool names_file = !str_is(str_from(path), key->path);

	/* Also where the environment wins: the secret stands there. */
	if (key->type == CONFIG_SECRET && !names_file)
		config_check_exposure(reader, path);
	if (!claim(reader, key, path))
		return;
	if (!names_file)
		config_read_value(reader, key, value);
	else if (json_type(value) != JSON_STRING)
		config_error(reader, path,
		    "expected the name of a file, not %s",
		    json_type_name(json_type(value)));
	else
		read_secret_file(reader, key, path, json_text(value));
}

static bool
is_member_of(const struct config_key *key, struct str path)
{
	size_t length = strlen(key->path);

	return path.len == length ||
	    (key->type == CONFIG_SECRET &&
		str_is(str_slice(path, length, path.len), "_file"));
}

/* Goes no deeper than the paths of the table. */
static void
read_object(struct config_reader *reader, const char *parent,
    struct json_object *object)
{
	struct json_member member = {0};

	while (json_next(object, &member)) {
		const char *path = config_path(reader, parent, member.key);
		const struct config_key *key =
		    config_owner(reader, str_from(path));
		/* A key with a dot in it is not a path. */
		if (str_has_byte(member.key, '.'))
			refuse_unknown(reader, parent, member.key);
		else if (key != NULL && is_member_of(key, str_from(path)))
			read_member(reader, key, path, member.value);
		else if (!is_parent(reader, str_from(path)))
			refuse_unknown(reader, parent, member.key);
		else if (json_type(member.value) == JSON_OBJECT)
			read_object(reader, path, member.value);
		else
			config_error(reader, path, "expected an object, not %s",
			    json_type_name(json_type(member.value)));
	}
}

/* Looked up before everything else: it may stand behind the secrets. */
static void
look_up_allowance(struct config_reader *reader, struct json_object *root)
{
	const char *name = reader->source.allow_readable_key;
	struct json_object *value = name == NULL ? NULL : json_get(root, name);

	reader->allows_readable =
	    json_type(value) == JSON_BOOLEAN && json_boolean(value);
}

/* Its tree; NULL, and an error, if it cannot be had. */
static struct json_object *
parse_config_file(struct config_reader *reader)
{
	struct json_limits limits = {CONFIG_VALUES_MOST, .comments = true};
	struct json_object *root;
	unsigned line, column;
	struct str text;
	struct err err;

	if (!config_read_file(reader->source.file, CONFIG_FILE_MOST,
		reader->scratch, &reader->status, &text, &err)) {
		config_file_error(reader, "%s", err.text);
	} else if (!json_parse(reader->scratch, text, limits, &root, &err)) {
		json_position(text, err.at, &line, &column);
		config_file_error(reader, "line %u, column %u: %s", line,
		    column, err.text);
	} else if (json_type(root) != JSON_OBJECT) {
		config_file_error(reader, "expected an object, not %s",
		    json_type_name(json_type(root)));
	} else {
		return root;
	}
	return NULL;
}

/* False if nothing is known of what the file says. */
static bool
read_config_file(struct config_reader *reader)
{
	if (reader->source.file == NULL)
		return true;
	struct json_object *root = parse_config_file(reader);
	if (root == NULL)
		return false;
	look_up_allowance(reader, root);
	read_object(reader, "", root);
	return true;
}

struct arena *
config_arena(struct config_reader *reader)
{
	return reader->arena;
}

static void
read_all(struct config_reader *reader)
{
	read_presets(reader);
	note_options(reader);
	note_environment(reader);
	bool known = read_config_file(reader);
	read_replacements(reader);
	if (known && reader->source.check != NULL)
		reader->source.check(reader, reader->settings);
	if (reader->arena->overflow || reader->scratch->overflow)
		config_file_error(reader, "too large for the memory there is");
}

bool
config_load(const struct config_key *keys, size_t count,
    struct config_source source, struct arena *arena, void *settings,
    void (*report)(void *to, bool warning, const char *message), void *to)
{
	struct arena scratch;
	struct config_reader reader = {
	    .keys = keys,
	    .count = count,
	    .source = source,
	    .arena = arena,
	    .scratch = &scratch,
	    .settings = settings,
	    .report = report,
	    .to = to,
	};

	arena_init(&scratch, SCRATCH_CEILING);
	reader.states = arena_array(&scratch, count, sizeof *reader.states);
	if (reader.states != NULL)
		read_all(&reader);
	else
		report(to, false, "no memory for the configuration");
	bool good = reader.states != NULL && reader.errors == 0;
	arena_wipe(&scratch);
	return good;
}
