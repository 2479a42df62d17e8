/* SPDX-License-Identifier: MIT
 *
 * The commands of taskrouterctl: one row each, for the command line, for its
 * help and for the function that does the work.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdio.h>

#include "base/compat.h"
#include "base/err.h"
#include "responder/settings.h"

#define EXIT_USAGE 2
#define COMMAND_OPTIONS_MOST 8

/* An option of one command; "-c", "-h" and "-v" are everybody's. */
struct command_option {
	char letter;          /* 'o'; 0: it has only a name */
	const char *name;     /* "tasks"; NULL: it has only a letter */
	const char *argument; /* what stands behind it, "file"; NULL: nothing */
	const char *help;     /* one line */
};

/* What a command was called with. */
struct invocation {
	const struct command *command;
	/* Of each of the command's options, in the order of its rows: the
	 * argument, or "" where it has none; NULL: not given. */
	const char *values[COMMAND_OPTIONS_MOST];
	char **operands;
	size_t operand_count;
	bool verbose;
	struct settings *settings;
};

struct command {
	const char *name;
	const char *summary;  /* "write Workspaces as a seed file" */
	const char *operands; /* "[workspace ...]"; NULL: it takes none */
	const struct command_option *options;
	size_t option_count;
	/* Checks what the table cannot say about options; NULL: nothing. False:
	 * *err, for a person who typed something wrong. */
	bool (*check)(const struct invocation *invocation, struct err *err);
	/* Says itself what goes wrong. The exit status of the program. */
	int (*run)(const struct invocation *invocation);
};

/* In the order of the alphabet. */
extern const struct command commands[];
extern const size_t command_count;

/* NULL: there is none of this name. */
const struct command *command_find(const char *name);
/* The name that somebody who wrote `name` may have meant, or NULL. */
const char *command_nearest(const char *name);

/* "usage: taskrouterctl export …" and a line for each option; `command` NULL:
 * that of the program, with a line for each command. */
void command_write_usage(FILE *out, const struct command *command);

/* Reads the command line. -1: go on, with *invocation and *file (-c; NULL if
 * it is not there) filled but for the settings; else the program's exit status,
 * and what there is to say has been said. */
int command_read(int argc, char **argv, struct invocation *invocation,
    const char **file);

/* "taskrouterctl: …" and a line feed, to standard error; control characters,
 * which may come from a server, become '?'. */
void command_complain(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
