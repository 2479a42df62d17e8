/* SPDX-License-Identifier: MIT
 *
 * What a rule asks for besides its answer: `then`. Only for the files of
 * rules/.
 */
#ifndef RULES_WORK_H
#define RULES_WORK_H

#include "base/compat.h"
#include "rules/mold.h"

struct work {
	struct mold *worker, *task; /* NULL: none; as in the configuration */
};

/* `value` may be NULL: there is none. */
void work_read(
    struct reader *reader, struct json_object *value, struct work *work);

bool work_is_none(const struct work *work);

/* The work for a callback; what cannot be done is left out, with a note. */
void work_fill(const struct work *work, struct facts *facts,
    struct rules_decision *decision);

#endif
