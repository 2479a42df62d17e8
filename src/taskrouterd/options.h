/* SPDX-License-Identifier: MIT
 *
 * The command line of taskrouterd.
 */
#ifndef TASKROUTERD_OPTIONS_H
#define TASKROUTERD_OPTIONS_H

#include "base/compat.h"
#include "config/config.h"

#define OPTIONS_MOST 9

struct options {
	const char *file;   /* -c, or NULL */
	const char *listen; /* -l, or NULL */
	bool test;          /* -t, -T */
	bool show;          /* -T */
	/* Those that are values of keys. */
	struct config_option items[OPTIONS_MOST];
	size_t count;
	char *token; /* the copy of --auth-token */
};

/* Reads the command line. -1: go on; else the program's exit status, and what
 * there is to say has been said. A token in `argv` is copied and overwritten,
 * since everybody on the machine can read it there; options_forget overwrites
 * the copy, once the settings are made. */
int options_read(int argc, char **argv, struct options *options);
void options_forget(struct options *options);

#endif
