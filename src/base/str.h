/* SPDX-License-Identifier: MIT
 *
 * Text as pointer and length. A view never owns its bytes, need not end in
 * NUL and may hold any byte; `at == NULL` means "absent", which is different
 * from present and empty. Everything here is ASCII and ignores the locale.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/compat.h"

struct str {
	const char *at;
	size_t len;
};

/* A view of a string literal. */
#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* For "%.*s"; lengths beyond INT_MAX are cut. */
#define STR_ARGS(s) str_int_length(s), ((s).at != NULL ? (s).at : "")

int str_int_length(struct str s);

/* NULL gives STR_NONE. */
struct str str_from(const char *text);

bool str_equal(struct str a, struct str b);
bool str_is(struct str s, const char *text);
bool str_equal_nocase(struct str a, struct str b);
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
bool str_has_byte(struct str s, char byte);
bool str_contains(struct str s, const char *needle);

/* Byte order (as memcmp, shorter first); for sorting. */
int str_compare(struct str a, struct str b);

/* Without leading and trailing blanks, tabs, CR and LF. */
struct str str_trim(struct str s);

/* The bytes from `from` (inclusive) to `to` (exclusive), clamped to `s`. */
struct str str_slice(struct str s, size_t from, size_t to);

/* Cuts `*rest` at the first `separator`: returns what stands before it and
 * leaves what stands behind it. Without a separator all is returned and
 * `*rest` becomes absent, which ends a loop `while (rest.at != NULL)`. */
struct str str_cut(struct str *rest, char separator);

/* Digits only, no sign, no blanks, the whole view, at most `most`;
 * false leaves *value alone. */
MUST_USE bool str_to_uint(struct str s, uint64_t most, uint64_t *value);

/* The number of characters of valid UTF-8; SIZE_MAX if it is not valid. */
size_t str_utf8_length(struct str s);

/* How many bytes the UTF-8 sequence at `at` has (1 to 4); 0 if there is none. */
size_t str_utf8_sequence(struct str s, size_t at);

/* How many single-byte insertions, deletions and replacements turn `a` into
 * `b`, ignoring case; texts longer than 64 bytes count as SIZE_MAX apart. */
size_t str_distance(struct str a, struct str b);

bool ascii_is_alpha(unsigned char c);
bool ascii_is_digit(unsigned char c);
char ascii_lower(char c);
/* 0 to 15, or -1. */
int ascii_hex(char c);

#endif
