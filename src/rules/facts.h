/* SPDX-License-Identifier: MIT
 *
 * What the names of conditions and templates are worth for one callback, and
 * what was noticed meanwhile. Attributes are read when the first name asks
 * for them. Only for the files of rules/.
 */
#ifndef RULES_FACTS_H
#define RULES_FACTS_H

#include "base/compat.h"
#include "expr/expr.h"
#include "rules/rules.h"

/* A hundred conditions ask for the same few attributes again and again. */
#define FACTS_SEEN 32
struct facts_seen {
	struct str name; /* absent: nothing is there yet */
	struct expr_value value;
};

struct facts_attributes {
	struct expr_pack *pack; /* NULL: not read yet, or no JSON */
	bool is_read;
	struct facts_seen seen[FACTS_SEEN]; /* of the outermost members */
};

struct facts {
	const struct rules_input *input;
	struct arena *arena;
	/* For what is filled in, before it is known whether it is kept: it may
	 * take more than the exchange has. */
	struct arena scratch;
	struct facts_attributes task, worker;
	bool looked_at_time;
	struct rules_note *notes;
	struct rules_note **last_note;
};

#define FACTS_SCRATCH ((size_t)16 << 20)

/* What is read is released with the arena. */
void facts_init(struct facts *facts, const struct rules_input *input,
    struct arena *arena);
void facts_release(struct facts *facts);

/* What `facts` know, for evaluation. */
struct expr_names facts_names(struct facts *facts);

struct expr_value facts_value(
    struct facts *facts, const struct expr_reference *reference);

/* Whether the Task has an attribute of that name that is not null. */
bool facts_have(struct facts *facts, const char *attribute);

/* Notes are cut at 320 bytes. */
void facts_note(struct facts *facts, bool is_left_out, const char *format,
    ...) PRINTF_LIKE(3, 4);

#endif
