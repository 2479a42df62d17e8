/* SPDX-License-Identifier: MIT
 *
 * What reads a list of rules, and says what is wrong. Only for the files of
 * rules/.
 */
#ifndef RULES_READER_H
#define RULES_READER_H

#include "base/compat.h"
#include "rules/rules.h"

struct reader {
	struct arena *arena;
	rules_report *report;
	void *to;
	size_t rule; /* the one that is read, or RULES_NONE */
	struct str name; /* that it is given; absent: none, or not read yet */
	bool failed;
};

enum reader_severity { READER_ERROR, READER_WARNING };

/* `key` below the rule; `shown` as in struct rules_fault. */
void reader_say(struct reader *reader, enum reader_severity severity,
    struct str key, struct str shown, const char *format, ...)
    PRINTF_LIKE(5, 6);

/* "parent.key"; a key that nobody would write is cut. */
struct str reader_key(
    struct reader *reader, struct str parent, struct str key);

/* Says so if `value` is no object, or has members that are none of `known`
 * (ends with NULL); false only in the first case. */
MUST_USE bool reader_expect_members(struct reader *reader, struct str key,
    struct json_object *value, const char *const *known);

#endif
