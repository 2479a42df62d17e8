/* SPDX-License-Identifier: MIT
 *
 * The answer of a rule: an instruction, some of whose parameters may be
 * templates. Only for the files of rules/.
 */
#ifndef RULES_ANSWER_H
#define RULES_ANSWER_H

#include "base/compat.h"
#include "rules/mold.h"

struct answer {
	/* Without `mold`: the whole answer. With it: its name alone. */
	struct instruction instruction;
	struct mold *mold;
};

/* What Twilio would refuse is refused here, also of the defaults of
 * templates. */
void answer_read(struct reader *reader, struct json_object *value,
    struct answer *answer);

/* Attributes of the Task, one of which an instruction cannot do without. */
struct answer_need {
	const char *instruction;
	const char *attributes[2]; /* the second may be NULL */
	unsigned error;            /* what Twilio says without it */
};
/* NULL: it needs none. */
const struct answer_need *answer_find_need(const char *instruction);

/* The answer for a callback. A parameter that is missing, or that Twilio would
 * refuse, is left out, with a note. False: without it there is no answer. */
MUST_USE bool answer_fill(const struct answer *answer, struct facts *facts,
    struct instruction *instruction);

#endif
