/* SPDX-License-Identifier: MIT
 *
 * URLs in a document that are relative to where it came from.
 */
#ifndef TASKROUTERD_URL_REFERENCE_H
#define TASKROUTERD_URL_REFERENCE_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"

/* The http or https URL that `reference` means in a document of the absolute
 * URL `base` (RFC 3986 section 5.2); user and password of the base stay. An
 * empty one means the base. In the arena, ending in NUL; absent: it is of
 * another scheme, or does not fit. */
struct str url_reference(
    struct arena *arena, struct str base, struct str reference);

#endif
