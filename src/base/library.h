/* SPDX-License-Identifier: MIT
 *
 * Shared libraries that are loaded when they are first needed, so that a CGI
 * process pays only for what its request uses.
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include "base/compat.h"
#include "base/err.h"

/* One function: its name, and the pointer that is to hold it. */
struct library_function {
	const char *name;
	void *slot;
};

/* Loads the library and fills every slot. It is never unloaded: libraries
 * register functions for the end of the process. False: *err says what is
 * missing; some slots may be filled. */
MUST_USE bool library_load(const char *soname,
    const struct library_function *functions, size_t count, struct err *err);

#endif
