/* SPDX-License-Identifier: MIT
 *
 * Preloaded: the FAULT_AT-th call of FAULT_FUNCTION fails; with FAULT_ON set
 * all later ones do too. A function is one of SQLite's, or malloc as SQLite
 * calls it, or a system call on a file whose name, with "$" at its end,
 * contains FAULT_FILE; it then fails with errno FAULT_ERRNO. What fails has
 * done nothing, except that a write that fails has written half. The first
 * failure is told on standard error: "fault: sqlite3_step".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);

#define FAILS_OUTSIDE(name) \
	(is_outside(__builtin_return_address(0)) && fails(name))

static const char *function, *file;
static long fail_at, seen;
static int fails_on, failure, told;
static uintptr_t library_from, library_to;

static int
find_library(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		if (strstr(info->dlpi_name, "libsqlite3.so") == NULL ||
		    part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
			continue;
		library_from = info->dlpi_addr + part->p_vaddr;
		library_to = library_from + part->p_memsz;
	}
	return 0;
}

/* Before main. */
__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("FAULT_AT"), *number = getenv("FAULT_ERRNO");

	dl_iterate_phdr(find_library, NULL);
	fail_at = at == NULL ? 0 : strtol(at, NULL, 10);
	failure = number == NULL ? EIO : (int)strtol(number, NULL, 10);
	fails_on = getenv("FAULT_ON") != NULL;
	file = getenv("FAULT_FILE");
	function = getenv("FAULT_FUNCTION");
}

static int
fails(const char *name)
{
	static const char text[] = "fault: ";

	if (function == NULL || strcmp(name, function) != 0)
		return 0;
	seen++;
	if (seen != fail_at && !(fails_on && fail_at > 0 && seen > fail_at))
		return 0;
	if (!told) {
		/* Not by the functions that are replaced here. */
		(void)syscall(SYS_write, 2, text, sizeof text - 1);
		(void)syscall(SYS_write, 2, name, strlen(name));
		(void)syscall(SYS_write, 2, "\n", (size_t)1);
	}
	told = 1;
	errno = failure;
	return 1;
}

/* SQLite's calls of itself go on: what they rely on besides the result is not
 * for us to know. */
static int
is_outside(const void *caller)
{
	uintptr_t at = (uintptr_t)caller;

	return at < library_from || at >= library_to;
}

static int
fails_on_name(const char *name, const char *path)
{
	char whole[4200];

	(void)snprintf(whole, sizeof whole, "%s$", path);
	return file != NULL && strstr(whole, file) != NULL && fails(name);
}

static int
fails_on_file(const char *name, int fd)
{
	char link[64], path[4096];

	if (function == NULL || strcmp(name, function) != 0)
		return 0;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length < 0)
		return 0;
	path[length] = '\0';
	return fails_on_name(name, path);
}

static void *
next(const char *name)
{
	void *address = dlsym(RTLD_NEXT, name);

	if (address == NULL)
		abort();
	return address;
}

/* REPLACE(result, name, (parameters), (arguments), condition, failure) */
#define REPLACE(result, name, parameters, arguments, is_failing, ...) \
	result name parameters \
	{ \
		static result(*real) parameters; \
		if (real == NULL) { \
			void *address = next(#name); \
			memcpy(&real, &address, sizeof real); \
		} \
		if (is_failing) { \
			__VA_ARGS__; \
		} \
		return real arguments; \
	}

REPLACE(int, sqlite3_step, (sqlite3_stmt *s), (s),
    FAILS_OUTSIDE("sqlite3_step"), return SQLITE_IOERR)
REPLACE(int, sqlite3_exec,
    (sqlite3 *d, const char *sql, int (*row)(void *, int, char **, char **),
	void *context, char **message),
    (d, sql, row, context, message), FAILS_OUTSIDE("sqlite3_exec"),
    return SQLITE_IOERR)
REPLACE(int, sqlite3_prepare_v2,
    (sqlite3 *d, const char *sql, int length, sqlite3_stmt **s,
	const char **tail),
    (d, sql, length, s, tail), FAILS_OUTSIDE("sqlite3_prepare_v2"), *s = NULL;
    return SQLITE_NOMEM)
REPLACE(int, sqlite3_prepare_v3,
    (sqlite3 *d, const char *sql, int length, unsigned flags,
	sqlite3_stmt **s, const char **tail),
    (d, sql, length, flags, s, tail), FAILS_OUTSIDE("sqlite3_prepare_v3"),
    *s = NULL;
    return SQLITE_NOMEM)
REPLACE(int, sqlite3_bind_int64,
    (sqlite3_stmt *s, int at, sqlite3_int64 value), (s, at, value),
    FAILS_OUTSIDE("sqlite3_bind_int64"), return SQLITE_NOMEM)
REPLACE(int, sqlite3_bind_null, (sqlite3_stmt *s, int at), (s, at),
    FAILS_OUTSIDE("sqlite3_bind_null"), return SQLITE_NOMEM)
REPLACE(int, sqlite3_bind_text64,
    (sqlite3_stmt *s, int at, const char *text, sqlite3_uint64 length,
	void (*release)(void *), unsigned char encoding),
    (s, at, text, length, release, encoding),
    FAILS_OUTSIDE("sqlite3_bind_text64"), return SQLITE_NOMEM)
REPLACE(const unsigned char *, sqlite3_column_text,
    (sqlite3_stmt *s, int at), (s, at), FAILS_OUTSIDE("sqlite3_column_text"),
    return NULL)
REPLACE(int, sqlite3_open_v2,
    (const char *name, sqlite3 **d, int flags, const char *vfs),
    (name, d, flags, vfs), FAILS_OUTSIDE("sqlite3_open_v2"), *d = NULL;
    return SQLITE_CANTOPEN)
REPLACE(int, sqlite3_wal_checkpoint_v2,
    (sqlite3 *d, const char *name, int mode, int *pages, int *copied),
    (d, name, mode, pages, copied), FAILS_OUTSIDE("sqlite3_wal_checkpoint_v2"),
    return SQLITE_IOERR)

REPLACE(ssize_t, pwrite64,
    (int fd, const void *bytes, size_t length, off64_t at),
    (fd, bytes, length, at), fails_on_file("pwrite64", fd),
    (void)real(fd, bytes, length / 2, at);
    errno = failure; return -1)
REPLACE(ssize_t, pread64, (int fd, void *bytes, size_t length, off64_t at),
    (fd, bytes, length, at), fails_on_file("pread64", fd), return -1)
REPLACE(int, fsync, (int fd), (fd), fails_on_file("fsync", fd), return -1)
REPLACE(int, fdatasync, (int fd), (fd), fails_on_file("fdatasync", fd),
    return -1)
REPLACE(int, ftruncate64, (int fd, off64_t length), (fd, length),
    fails_on_file("ftruncate64", fd), return -1)
REPLACE(int, unlink, (const char *path), (path),
    fails_on_name("unlink", path), return -1)

int
open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list arguments;

	if ((flags & O_CREAT) != 0) {
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	if (fails_on_name("open64", path))
		return -1;
	return openat(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

void *
malloc(size_t size)
{
	if (!is_outside(__builtin_return_address(0)) && fails("malloc"))
		return NULL;
	return __libc_malloc(size);
}
