/* SPDX-License-Identifier: MIT
 *
 * The first include of every source file: what configure found, the integer
 * types, and the attributes that the compilers we support share.
 */
#ifndef BASE_COMPAT_H
#define BASE_COMPAT_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) \
	__attribute__((format(printf, text, first)))

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif
#ifndef ADDRESS_SANITIZER
#define ADDRESS_SANITIZER 0
#endif

#endif
