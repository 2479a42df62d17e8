/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "ctl/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/command.h"

#define LINE_SIZE 79 /* what a terminal has in a line, and NUL */

void
progress_init(struct progress *progress, bool verbose)
{
	*progress = (struct progress){
		.verbose = verbose,
		.is_terminal = isatty(STDERR_FILENO) == 1,
	};
}

void
progress_show(struct progress *progress, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	if (!progress->is_terminal || progress->verbose)
		return;
	va_start(arguments, format);
	(void)vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	/* Back to the beginning, and away with what is behind the text. */
	(void)fprintf(stderr, "\r%s\033[K", line);
	progress->is_shown = true;
}

void
progress_tell(struct progress *progress, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	if (!progress->verbose)
		return;
	va_start(arguments, format);
	(void)vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	command_complain("%s", line);
}

void
progress_clear(struct progress *progress)
{
	if (progress->is_shown)
		(void)fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
