/* SPDX-License-Identifier: MIT
 *
 * SHA-256 (FIPS 180-4) of several texts, by nettle.
 */
#ifndef CODEC_DIGEST_H
#define CODEC_DIGEST_H

#include "base/compat.h"
#include "base/str.h"

#define DIGEST_LENGTH 64 /* hexadecimal digits */

/* As lower-case hexadecimal digits, with a NUL behind them. Other texts, or
 * the same cut otherwise, give another digest; absent and empty differ. */
void digest_texts(
    const struct str *texts, size_t count, char digest[DIGEST_LENGTH + 1]);

#endif
