/* SPDX-License-Identifier: MIT
 *
 * Preloaded: the FAIL_ALLOCATION-th call of malloc, calloc, realloc or strdup
 * finds no memory, unless one of two libraries makes it that do not survive
 * that, which nothing here can mend: libfcgi ends the program on purpose, and
 * json-c (0.16) uses the copy of a key without looking whether there is one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static const char *const spared_libraries[] = {"libfcgi.so", "libjson-c.so"};
static long fail_at = -1, seen;
static struct {
	uintptr_t from, to;
} spared[2];

static int
find_spared(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	for (int l = 0; l < 2; l++)
		for (int i = 0; i < info->dlpi_phnum; i++) {
			const ElfW(Phdr) *part = &info->dlpi_phdr[i];
			if (strstr(info->dlpi_name, spared_libraries[l]) == NULL ||
			    part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
				continue;
			spared[l].from = info->dlpi_addr + part->p_vaddr;
			spared[l].to = spared[l].from + part->p_memsz;
		}
	return 0;
}

/* Before main: what the dynamic linker allocates is not counted. */
__attribute__((constructor)) static void
begin(void)
{
	const char *text = getenv("FAIL_ALLOCATION");

	dl_iterate_phdr(find_spared, NULL);
	seen = 0;
	fail_at = text == NULL ? 0 : strtol(text, NULL, 10);
}

static int
fails(void *caller)
{
	uintptr_t from = (uintptr_t)caller;

	if (fail_at < 0)
		return 0;
	for (int l = 0; l < 2; l++)
		if (from >= spared[l].from && from < spared[l].to)
			return 0;
	if (++seen != fail_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL
						  : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL
						  : __libc_realloc(old, size);
}

char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = fails(__builtin_return_address(0)) ? NULL
							: __libc_malloc(size);

	return copy == NULL ? NULL : memcpy(copy, text, size);
}
