/* SPDX-License-Identifier: MIT
 *
 * Secrets must not stay in memory that was given back.
 */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include "base/compat.h"

/* Overwrites the bytes; the compiler cannot leave it out. */
void wipe(void *at, size_t length);

#endif
