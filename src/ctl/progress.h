/* SPDX-License-Identifier: MIT
 *
 * How far a command is, on standard error: on a terminal one line that
 * changes, with -v a line for each step, else nothing.
 */
#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include "base/compat.h"

struct progress {
	bool verbose;
	bool is_terminal;
	bool is_shown; /* the line that changes */
};

void progress_init(struct progress *progress, bool verbose);

/* What is being done; for terminals alone. */
void progress_show(struct progress *progress, const char *format, ...)
    PRINTF_LIKE(2, 3);
/* What has been done; for -v alone. */
void progress_tell(struct progress *progress, const char *format, ...)
    PRINTF_LIKE(2, 3);
/* Before anything else is written to standard error. */
void progress_clear(struct progress *progress);

#endif
