/* SPDX-License-Identifier: MIT
 *
 * The file that a store is kept in, before SQLite opens it. Private to store/.
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "base/compat.h"
#include "base/err.h"

/* What messages begin with: the file, cut so that the reason fits too. */
#define FILE_SAYS "%.180s: "

/* The database that ends with the process. */
#define STORE_IN_MEMORY ":memory:"

/* Makes sure that the file is there, is one, and that it and its folder can be
 * written. A new or empty one gets the mode 0600, which SQLite gives its logs
 * too: attributes tell about people. An older store keeps the mode that its
 * owner gave it. False: *err names the file. */
MUST_USE bool file_prepare(const char *file, struct err *err);

/* The name by which SQLite opens that file and nothing else, to be freed:
 * "file:x" would be a URI to it. NULL: no memory. */
char *file_name(const char *file);

#endif
