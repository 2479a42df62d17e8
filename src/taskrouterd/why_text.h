/* SPDX-License-Identifier: MIT
 *
 * What router/why.h found out, as lines for a terminal: less than the JSON
 * says.
 */
#ifndef TASKROUTERD_WHY_TEXT_H
#define TASKROUTERD_WHY_TEXT_H

#include "base/buf.h"
#include "base/compat.h"
#include "router/why.h"
#include "taskrouterd/why_words.h"

void why_text(struct buf *out, const struct why *why,
    const struct why_words *words);

#endif
