/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/settings_store.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AS_THIS_USER " by this user; the program may run as another"

static const char *
doubt_folder(const char *folder)
{
	struct stat status;

	if (stat(folder, &status) != 0)
		return errno == ENOENT
		    ? "its folder does not exist, and is not made"
		    : errno == ENOTDIR
		    ? "its folder is not a folder"
		    : "its folder cannot be looked into" AS_THIS_USER;
	if (!S_ISDIR(status.st_mode))
		return "its folder is not a folder";
	/* SQLite makes files beside the database. */
	return access(folder, W_OK | X_OK) == 0
	    ? NULL
	    : "its folder cannot be written" AS_THIS_USER;
}

static const char *
doubt_file(const char *file)
{
	struct stat status;

	if (stat(file, &status) != 0)
		return NULL;
	if (!S_ISREG(status.st_mode))
		return "is not a regular file";
	return access(file, R_OK | W_OK) == 0
	    ? NULL
	    : "cannot be read and written" AS_THIS_USER;
}

const char *
settings_store_doubt(const struct settings_store *store)
{
	char path[PATH_MAX];
	const char *doubt;

	if (store->file.at == NULL || store->file.len >= sizeof path)
		return NULL;
	memcpy(path, store->file.at, store->file.len);
	path[store->file.len] = '\0';
	doubt = doubt_file(path);
	if (doubt != NULL)
		return doubt;
	/* It begins with '/'. */
	strrchr(path, '/')[1] = '\0';
	return doubt_folder(path);
}
