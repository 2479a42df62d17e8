/* SPDX-License-Identifier: MIT
 *
 * Where a command writes what it has made: standard output, or a file that is
 * replaced as a whole when all is there, and left as it was when it is not.
 */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

struct output {
	struct arena arena;
	const char *name;      /* for messages */
	const char *target;    /* the file in the end; NULL: none is made */
	const char *temporary; /* NULL: there is none any more */
	int descriptor;
	bool is_own;           /* to be closed */
};

/* NULL and "-": standard output. Pipes and devices are written to as they
 * stand. False: *err. */
MUST_USE bool output_open(
    struct output *output, const char *file, struct err *err);

/* Writes all of it and puts the file in its place, readable by those whom the
 * umask lets read. False: *err; output_close clears away. */
MUST_USE bool output_write(
    struct output *output, struct str text, struct err *err);

/* What was not written whole is taken away. */
void output_close(struct output *output);

#endif
