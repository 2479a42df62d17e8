/* SPDX-License-Identifier: MIT
 *
 * The scan before json-c: refuses what json-c would let pass, counts what it
 * will build, and blanks comments out. It sees tokens; grammar is json-c's.
 */
#ifndef CODEC_JSON_SCAN_H
#define CODEC_JSON_SCAN_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/json.h"

struct json_scan {
	char *text; /* writable copy: comments are blanked, offsets kept */
	size_t len;
	size_t at;
	size_t depth;
	size_t values;
	size_t members; /* of all objects */
	struct json_limits limits;
	struct err *err;
};

/* Scans the whole text. False: *scan->err says what is wrong, and where. */
MUST_USE bool json_scan(struct json_scan *scan);

/* The offset of the first key that its object has already, in a text that was
 * scanned; 0 if it cannot be told, as where one of them is written with
 * escapes. */
size_t json_find_repeated(
    struct arena *arena, struct str text, size_t members);

/* The first byte from `at` on that is no white space. */
size_t json_skip_blanks(struct str text, size_t at);

#endif
