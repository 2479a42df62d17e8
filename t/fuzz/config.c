/* SPDX-License-Identifier: MIT
 *
 * Configuration files: any text is taken or refused in words, each message is
 * one line, and what -T shows of one that was taken is taken again and shows
 * the same.
 */
#include "base/compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "responder/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
report(void *to, bool warning, const char *message)
{
	size_t *errors = to;

	*errors += !warning;
	if (message[0] == '\0' || strchr(message, '\n') != NULL)
		abort();
}

/* A file in memory, private, so that secrets in it are taken. */
static struct settings *
load(const void *text, size_t size)
{
	char name[64];
	size_t errors = 0;
	int fd = memfd_create("taskrouter.json", MFD_CLOEXEC);

	if (fd < 0 || fchmod(fd, 0600) != 0 ||
	    write(fd, text, size) != (ssize_t)size)
		abort();
	(void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	struct settings *settings = settings_load(name, report, &errors);
	(void)close(fd);
	if ((settings == NULL) != (errors > 0))
		abort();
	return settings;
}

/* Secrets of the masks' length in their places. */
static void
unmask(char *text, size_t size)
{
	static const char mask[] = CONFIG_MASK;
	size_t length = sizeof mask - 1;

	for (size_t i = 0; i + length <= size; i++)
		if (memcmp(text + i, mask, length) == 0)
			memset(text + i, 'x', length);
}

static char *
show(const struct settings *settings, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	if (out == NULL)
		abort();
	settings_show(settings, out);
	if (fclose(out) != 0)
		abort();
	unmask(text, *size);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first_size, second_size;

	if (size > 65536)
		return 0;
	struct settings *settings = load(data, size);
	if (settings == NULL)
		return 0;
	char *first = show(settings, &first_size);
	settings_release(settings);
	settings = load(first, first_size);
	if (settings == NULL)
		abort();
	char *second = show(settings, &second_size);
	settings_release(settings);
	if (first_size != second_size ||
	    memcmp(first, second, first_size) != 0)
		abort();
	free(first);
	free(second);
	return 0;
}
