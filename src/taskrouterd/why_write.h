/* SPDX-License-Identifier: MIT
 *
 * What router/why.h found out, as JSON.
 */
#ifndef TASKROUTERD_WHY_WRITE_H
#define TASKROUTERD_WHY_WRITE_H

#include "base/buf.h"
#include "base/compat.h"
#include "router/why.h"
#include "taskrouterd/why_words.h"

void why_write(struct buf *out, const struct why *why,
    const struct why_words *words);

#endif
