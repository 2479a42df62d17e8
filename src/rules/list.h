/* SPDX-License-Identifier: MIT
 *
 * A list of rules as it was read. Only for the files of rules/.
 */
#ifndef RULES_LIST_H
#define RULES_LIST_H

#include "base/compat.h"
#include "rules/answer.h"
#include "rules/work.h"

struct rule {
	struct str name;
	bool is_named; /* by the configuration */
	struct expr *when; /* NULL: always */
	struct answer answer;
	struct work work;
};

struct rules {
	struct rule *items;
	size_t count;
	bool use_time;
	bool have_work;
	bool keep_calls;
};

/* What is odd about a list that has no errors (rules/check.c). */
void rules_check(struct reader *reader, const struct rules *rules);

/* Notes a Task without what the instruction needs. */
void rules_note_need(struct facts *facts, const char *instruction);

#endif
