/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/find.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

#define NAME "taskrouter.json"

static struct str
directory_of(struct str path)
{
	size_t end = path.len;

	while (end > 0 && path.at[end - 1] != '/')
		end--;
	return str_slice(path, 0, end > 1 ? end - 1 : end);
}

static struct str
program_path(struct arena *arena)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path);

	if (length > 0 && (size_t)length < sizeof path)
		return arena_str(
		    arena, (struct str){path, (size_t)length});
	return str_from(getenv("SCRIPT_FILENAME"));
}

static struct str
real_path(struct arena *arena, const char *path)
{
	char *real = path == NULL ? NULL : realpath(path, NULL);
	struct str copy = arena_str(arena, str_from(real));

	free(real);
	return copy;
}

/* Both are real paths. */
static bool
is_within(struct str directory, struct str path)
{
	return directory.len > 0 && str_has_prefix(path, directory) &&
	    (directory.len == 1 || path.len == directory.len ||
		path.at[directory.len] == '/');
}

/* The web server hands out what lies below its document root, by the name of
 * a symbolic link too, unless it was told not to, which cannot be seen from
 * here. Nor does the file's mode say anything: on most hosts the server reads
 * as the same user as this program. */
bool
find_is_downloadable(struct arena *arena, const char *file)
{
	struct str root = real_path(arena, getenv("DOCUMENT_ROOT"));
	struct str beside = directory_of(str_from(file));
	const char *directory = beside.len == 0
	    ? "."
	    : arena_format(arena, "%.*s", STR_ARGS(beside)).at;

	return is_within(root, real_path(arena, file)) ||
	    is_within(root, real_path(arena, directory));
}

static bool
find_beside_program(struct arena *arena, const char **file, struct err *err)
{
	struct str beside = directory_of(program_path(arena));
	struct str above = directory_of(beside);
	const struct str directories[] = {above, beside};

	for (size_t i = 0; i < ARRAY_LENGTH(directories); i++) {
		struct str path = arena_format(
		    arena, "%.*s/" NAME, STR_ARGS(directories[i]));
		if (path.at == NULL || access(path.at, F_OK) != 0)
			continue;
		if (find_is_downloadable(arena, path.at))
			return err_set(err, 0,
			    "%s: lies below the document root, so a browser "
			    "could download it: move it above the document "
			    "root, or name another place by TASKROUTER_CONFIG; "
			    "see taskrouter.fcgi(8)", path.at);
		*file = path.at;
		return true;
	}
	return true;
}

bool
find_configuration(enum gateway_kind kind, struct arena *arena,
    const char **file, struct err *err)
{
	const char *named = getenv("TASKROUTER_CONFIG");

	*file = NULL;
	if (named != NULL && named[0] != '\0') {
		*file = named;
		return true;
	}
	if (kind == GATEWAY_CGI && !find_beside_program(arena, file, err))
		return false;
	if (*file == NULL && access(SYSTEM_CONFIGURATION, F_OK) == 0)
		*file = SYSTEM_CONFIGURATION;
	return true;
}
