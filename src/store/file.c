/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define OWNER_ONLY (S_IRUSR | S_IWUSR)

static bool
failed(const char *file, const char *what, struct err *err)
{
	return err_set(err, 0, FILE_SAYS "%s: %s", file, what, strerror(errno));
}

/* "a/b" is in "a", "/b" in "/", "b" in ".". */
static bool
folder_of(const char *file, char folder[PATH_MAX])
{
	const char *slash = strrchr(file, '/');
	size_t length = slash == NULL ? 0 : (size_t)(slash - file);
	struct str name = {file, length};

	if (slash == NULL)
		name = STR(".");
	else if (length == 0)
		name = STR("/");
	if (name.len >= PATH_MAX)
		return false;
	memcpy(folder, name.at, name.len);
	folder[name.len] = '\0';
	return true;
}

/* SQLite makes its log beside the file. */
static bool
check_folder(const char *file, struct err *err)
{
	char folder[PATH_MAX];
	struct stat status;

	if (!folder_of(file, folder))
		return err_set(err, 0, FILE_SAYS "is too long a name", file);
	if (stat(folder, &status) != 0)
		return errno == ENOENT
		    ? err_set(err, 0, FILE_SAYS "its folder does not exist", file)
		    : failed(file, "its folder cannot be used", err);
	if (!S_ISDIR(status.st_mode))
		return err_set(
		    err, 0, FILE_SAYS "%.100s is not a folder", file, folder);
	if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0)
		return failed(file, "its folder cannot be written", err);
	return true;
}

/* Also closes the file: that is why it must not be done to one that may be
 * open as a store, since POSIX then forgets the locks that this process has on
 * it (https://www.sqlite.org/howtocorrupt.html, 2.2). */
static bool
make_private(const char *file, struct err *err)
{
	int fd = open(
	    file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, OWNER_ONLY);

	if (fd < 0)
		return failed(file, "cannot be created", err);
	bool done = fchmod(fd, OWNER_ONLY) == 0;
	if (!done)
		failed(file, "cannot be made private", err);
	(void)close(fd);
	return done;
}

bool
file_prepare(const char *file, struct err *err)
{
	struct stat status;

	if (strcmp(file, STORE_IN_MEMORY) == 0)
		return true;
	if (file[0] == '\0')
		return err_set(err, 0, "a store needs the name of a file");
	if (!check_folder(file, err))
		return false;
	if (stat(file, &status) != 0)
		return errno == ENOENT ? make_private(file, err)
				       : failed(file, "cannot be used", err);
	if (S_ISDIR(status.st_mode))
		return err_set(err, 0, FILE_SAYS "is a folder, not a file", file);
	if (!S_ISREG(status.st_mode))
		return err_set(err, 0, FILE_SAYS "is not a regular file", file);
	if (faccessat(AT_FDCWD, file, R_OK | W_OK, AT_EACCESS) != 0)
		return failed(file, "cannot be read and written", err);
	return status.st_size > 0 || make_private(file, err);
}

char *
file_name(const char *file)
{
	bool is_plain =
	    file[0] == '/' || strcmp(file, STORE_IN_MEMORY) == 0;
	size_t size = strlen(file) + sizeof "./";
	char *name = malloc(size);

	if (name != NULL)
		(void)snprintf(
		    name, size, "%s%s", is_plain ? "" : "./", file);
	return name;
}
