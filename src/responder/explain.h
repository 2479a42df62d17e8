/* SPDX-License-Identifier: MIT
 *
 * taskrouter.fcgi --explain: why a callback gets the answer that it gets.
 */
#ifndef RESPONDER_EXPLAIN_H
#define RESPONDER_EXPLAIN_H

#include "base/compat.h"

struct explain_options {
	const char *configuration; /* NULL: the environment */
	const char *input; /* a file; NULL or "-": standard input */
	const char *at;    /* "2026-11-22T17:59" in the time zone of the rules;
			    * NULL: now */
};

/* Writes to standard output; the exit status: 0, 1 for an input that is no
 * callback, EX_CONFIG. */
int explain_run(const struct explain_options *options);

#endif
