/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "ctl/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_CEILING ((size_t)4 * PATH_MAX)

static bool
fail(const struct output *output, struct err *err)
{
	return err_set(err, 0, "%s: %s", output->name, strerror(errno));
}

/* The file itself, where the name is a symbolic link to it. */
static const char *
real_name(struct output *output, const char *file)
{
	char *real = realpath(file, NULL);
	struct str copy = arena_str(
	    &output->arena, str_from(real != NULL ? real : file));

	free(real);
	return copy.at;
}

/* A file that is replaced stays as open or closed to others as it was. */
static mode_t
mode_of(const char *target)
{
	struct stat status;
	mode_t mask = umask(0);

	(void)umask(mask);
	return stat(target, &status) == 0 ? status.st_mode & 07777
					  : 0666 & ~mask;
}

/* In the same directory: a rename cannot leave the file system. */
static bool
open_temporary(struct output *output, struct err *err)
{
	struct str name;
	int descriptor;

	if (output->target == NULL)
		return err_set(err, 0, "%s: out of memory", output->name);
	name = arena_format(&output->arena, "%s.XXXXXX", output->target);
	if (name.at == NULL)
		return err_set(err, 0, "%s: out of memory", output->name);
	descriptor = mkstemp((char *)(uintptr_t)name.at);
	if (descriptor < 0)
		return fail(output, err);
	output->descriptor = descriptor;
	output->is_own = true;
	output->temporary = name.at;
	return fchmod(descriptor, mode_of(output->target)) == 0 ||
	    fail(output, err);
}

bool
output_open(struct output *output, const char *file, struct err *err)
{
	struct stat status;

	*output = (struct output){
		.name = "standard output",
		.descriptor = STDOUT_FILENO,
	};
	arena_init(&output->arena, NAMES_CEILING);
	if (file == NULL || strcmp(file, "-") == 0)
		return true;
	output->name = file;
	if (stat(file, &status) != 0 || S_ISREG(status.st_mode)) {
		output->target = real_name(output, file);
		return open_temporary(output, err);
	}
	output->descriptor = open(file, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	output->is_own = output->descriptor >= 0;
	return output->is_own || fail(output, err);
}

static bool
write_all(int descriptor, struct str text)
{
	while (text.len > 0) {
		ssize_t written = write(descriptor, text.at, text.len);
		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0)
			text = str_slice(text, (size_t)written, text.len);
	}
	return true;
}

/* A full disk may be told of only here. */
static bool
close_own(struct output *output)
{
	bool good;

	if (!output->is_own)
		return true;
	good = close(output->descriptor) == 0;
	output->is_own = false;
	return good;
}

bool
output_write(struct output *output, struct str text, struct err *err)
{
	if (!write_all(output->descriptor, text))
		return fail(output, err);
	/* Before the rename: after a crash there is the old file or the new. */
	if (output->temporary != NULL && fsync(output->descriptor) != 0)
		return fail(output, err);
	if (!close_own(output))
		return fail(output, err);
	if (output->temporary == NULL)
		return true;
	if (rename(output->temporary, output->target) != 0)
		return fail(output, err);
	output->temporary = NULL;
	return true;
}

void
output_close(struct output *output)
{
	(void)close_own(output);
	if (output->temporary != NULL)
		(void)unlink(output->temporary);
	arena_release(&output->arena);
}
