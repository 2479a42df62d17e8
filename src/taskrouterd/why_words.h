/* SPDX-License-Identifier: MIT
 *
 * What router/why.h found out, in sentences for a person.
 */
#ifndef TASKROUTERD_WHY_WORDS_H
#define TASKROUTERD_WHY_WORDS_H

#include "base/arena.h"
#include "base/compat.h"
#include "router/why.h"

#define WHY_WORDS_MOST 48
#define WHY_ALERTS_MOST 5

struct why_words {
	struct str summary;
	struct str would_change[WHY_WORDS_MOST];
	size_t count;
	/* What the debugger has about the Task, the newest first; the host
	 * fills this in. */
	struct str alerts[WHY_ALERTS_MOST];
	size_t alert_count; /* of those in `alerts` */
	size_t alert_total;
};

/* By the bits of enum obstacle, and by enum why_stand. */
extern const char *const why_obstacle_words[OBSTACLE_COUNT];
extern const char *const why_stand_words[];

/* All in the arena. */
void why_word(struct why_words *words, const struct why *why,
    struct arena *arena);
/* Why `other` is served before the Task: "its priority is higher". */
struct str why_before_word(const struct task *other, const struct task *task);

#endif
