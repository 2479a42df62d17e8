/* SPDX-License-Identifier: MIT
 *
 * Base64 (RFC 4648 section 4), by nettle.
 */
#ifndef CODEC_BASE64_H
#define CODEC_BASE64_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"

/* Decodes the whole text; absent if it is not base64 or does not fit. */
struct str base64_decode(struct arena *arena, struct str text);

#endif
