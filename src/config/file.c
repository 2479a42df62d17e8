/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "config/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PATH_MOST ((size_t)4096)

static bool
failed(struct err *err, const char *what)
{
	return err_set(err, 0, "%s: %s", what, strerror(errno));
}

/* Opening some devices and pipes does things, or waits: so the kind of file
 * is looked at before, and again afterwards because it may have changed. */
static int
open_regular(const char *path, struct stat *status, struct err *err)
{
	if (stat(path, status) != 0) {
		failed(err, "cannot be opened");
		return -1;
	}
	if (!S_ISREG(status->st_mode)) {
		err_set(err, 0, "is not a regular file");
		return -1;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		failed(err, "cannot be opened");
		return -1;
	}
	if (fstat(fd, status) != 0 || !S_ISREG(status->st_mode)) {
		err_set(err, 0, "is not a regular file");
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Up to the end of the file, or until `text` is full. */
static bool
read_whole(int fd, char *text, size_t size, size_t *length, struct err *err)
{
	*length = 0;
	while (*length < size) {
		ssize_t got = read(fd, text + *length, size - *length);
		if (got == 0)
			return true;
		if (got < 0 && errno != EINTR)
			return failed(err, "cannot be read");
		if (got > 0)
			*length += (size_t)got;
	}
	return true;
}

static bool
read_open(int fd, size_t most, struct arena *arena, const struct stat *status,
    struct str *text, struct err *err)
{
	size_t length;

	if ((uintmax_t)status->st_size > most)
		return err_set(err, 0, "is larger than %zu bytes", most);
	size_t size = (size_t)status->st_size;
	char *at = arena_alloc(arena, size + 1);
	if (at == NULL)
		return err_set(err, 0, "is too large for the memory there is");
	if (!read_whole(fd, at, size + 1, &length, err))
		return false;
	if (length > size)
		return err_set(err, 0, "changed while it was being read");
	*text = (struct str){at, length};
	return true;
}

bool
config_read_file(const char *path, size_t most, struct arena *arena,
    struct stat *status, struct str *text, struct err *err)
{
	int fd = open_regular(path, status, err);

	if (fd < 0)
		return false;
	bool done = read_open(fd, most, arena, status, text, err);
	(void)close(fd);
	return done;
}

bool
config_check_absolute_path(struct str value, struct err *err)
{
	if (str_has_prefix(value, STR("/")) && value.len < PATH_MOST)
		return true;
	return err_set(err, 0, "expected a path that begins with '/'");
}

bool
config_check_readable_file(struct str value, struct err *err)
{
	char name[PATH_MOST];

	if (!config_check_absolute_path(value, err))
		return false;
	memcpy(name, value.at, value.len);
	name[value.len] = '\0';
	if (access(name, R_OK) == 0)
		return true;
	return err_set(err, 0, "expected a file that can be read");
}
