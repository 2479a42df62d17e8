/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "config/reader.h"

#include <stdlib.h>
#include <string.h>

#define MODE_OF_OTHERS (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)

/* systemd gives a service its credentials with mode 0440 and an access
 * control list for the one user (systemd.exec(5), LoadCredential=). */
static bool
is_credential(struct str file)
{
	struct str folder = str_from(getenv("CREDENTIALS_DIRECTORY"));

	return folder.len > 1 && folder.at[0] == '/' &&
	    str_has_prefix(file, folder) &&
	    str_has_prefix(str_slice(file, folder.len, file.len), STR("/")) &&
	    !str_contains(file, "/../");
}

static bool
is_exposed(const struct config_reader *reader, struct str file,
    const struct stat *status)
{
	return (status->st_mode & MODE_OF_OTHERS) != 0 &&
	    !reader->allows_readable && !is_credential(file);
}

void
config_check_exposure(struct config_reader *reader, const char *path)
{
	struct str file = str_from(reader->source.file);

	if (reader->told_readable || file.at == NULL ||
	    !is_exposed(reader, file, &reader->status))
		return;
	reader->told_readable = true;
	config_error(reader, path,
	    "a secret in a file that others may read (its mode is %04o): "
	    "chmod 600 it, or move the secret to a file of its own",
	    (unsigned)(reader->status.st_mode & 07777));
}

/* What no secret can be; the words never show it. */
static bool
check_secret(struct str secret, struct err *err)
{
	if (!config_check_text(secret, err))
		return false;
	if (str_trim(secret).len != secret.len)
		return err_set(err, 0, "must not begin or end with a blank");
	if (str_is(secret, CONFIG_MASK))
		return err_set(err, 0,
		    "\"" CONFIG_MASK "\" stands for a hidden secret: "
		    "expected the secret itself");
	return true;
}

static bool
add_secret(struct config_reader *reader, const char *path, struct str secret,
    struct config_strings *out)
{
	struct err err;

	if (!check_secret(secret, &err)) {
		config_error(reader, path, "%s", err.text);
		return false;
	}
	out->items[out->count] = arena_str(reader->arena, secret);
	return out->items[out->count++].at != NULL;
}

/* Whether the list is no longer than any list may be. */
static bool
check_length(struct config_reader *reader, const char *path, size_t count)
{
	if ((int64_t)count <= CONFIG_LIST_MOST)
		return true;
	config_error(reader, path, "expected at most %d secrets, not %zu",
	    (int)CONFIG_LIST_MOST, count);
	return false;
}

static bool
make_list(
    struct config_reader *reader, size_t most, struct config_strings *out)
{
	*out = (struct config_strings){
	    arena_array(reader->arena, most, sizeof *out->items), 0};
	return out->items != NULL;
}

bool
config_read_secret_text(struct config_reader *reader, const char *path,
    struct str text, struct config_strings *out)
{
	return make_list(reader, 1, out) &&
	    add_secret(reader, path, text, out);
}

static bool
refuse_type(
    struct config_reader *reader, const char *path, enum json_type type)
{
	config_error(reader, path,
	    "expected a string or a list of strings, not %s",
	    json_type_name(type));
	return false;
}

bool
config_read_secret(struct config_reader *reader, const char *path,
    struct json_object *value, struct config_strings *out)
{
	bool array = json_type(value) == JSON_ARRAY, good = true;
	size_t count = array ? json_length(value) : 1;

	config_check_exposure(reader, path);
	if (!check_length(reader, path, count) ||
	    !make_list(reader, count, out))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = array ? json_item(value, i) : value;
		if (json_type(item) == JSON_STRING)
			good = add_secret(reader, path, json_text(item), out) &&
			    good;
		else
			good = refuse_type(reader, path, json_type(item));
	}
	if (count == 0)
		config_error(reader, path, "expected at least one secret");
	return good && count > 0;
}

static size_t
count_lines(struct str text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.at[i] == '\n';
	return count;
}

static bool
read_lines(struct config_reader *reader, const char *path, struct str text,
    struct config_strings *out)
{
	if (!make_list(reader, count_lines(text), out))
		return false;
	while (text.at != NULL) {
		/* Trimmed: a file from Windows gives the same secret. */
		struct str line = str_trim(str_cut(&text, '\n'));
		if (line.len > 0 && !add_secret(reader, path, line, out))
			return false;
	}
	return check_length(reader, path, out->count);
}

/* A relative name in a configuration file means a file beside it: the
 * directory that a web server starts us in is not the operator's choice. */
static const char *
locate(struct config_reader *reader, const char *path, struct str file)
{
	const struct config_key *owner = config_owner(reader, str_from(path));
	const char *base = reader->source.file;
	const char *slash = base == NULL ? NULL : strrchr(base, '/');
	struct str name = arena_str(reader->scratch, file);

	if (file.at[0] != '/' && slash != NULL && owner != NULL &&
	    config_state_of(reader, owner)->origin == CONFIG_FROM_FILE)
		name = arena_format(reader->scratch, "%.*s/%.*s",
		    (int)(slash - base), base, STR_ARGS(file));
	return name.at;
}

bool
config_read_secret_file(struct config_reader *reader, const char *path,
    struct str file, struct config_strings *out)
{
	struct stat status;
	struct str text;
	struct err err;

	if (!config_check_text(file, &err)) {
		config_error(reader, path, "%s", err.text);
		return false;
	}
	const char *name = locate(reader, path, file);
	if (name == NULL)
		return false;
	if (!config_read_file(name, CONFIG_SECRET_FILE_MOST, reader->scratch,
		&status, &text, &err)) {
		config_error(reader, path, "%s: %s", name, err.text);
		return false;
	}
	if (is_exposed(reader, str_from(name), &status)) {
		config_error(reader, path,
		    "%s may be read by others (its mode is %04o): chmod 600 it",
		    name, (unsigned)(status.st_mode & 07777));
		return false;
	}
	if (!read_lines(reader, path, text, out))
		return false;
	if (out->count == 0)
		config_error(reader, path, "%s holds no secret", name);
	return out->count > 0;
}
