/* SPDX-License-Identifier: MIT
 *
 * Looks every two seconds for answers that processes had claimed when they
 * ended (store/ledger_answers.h): where nobody has asked for them since, they
 * count as given, and their work is done.
 */
#ifndef RESPONDER_ASSIGNMENT_SWEEP_H
#define RESPONDER_ASSIGNMENT_SWEEP_H

#include "base/compat.h"
#include "responder/responder.h"

struct assignment_sweep;

/* For programs that serve long; does nothing where no keeper runs. */
void assignment_sweep_start(struct responder *responder);

/* Whether no look is under way, and nothing of what the last one found. */
bool assignment_sweep_is_idle(const struct responder *responder);

/* Before the keeper is closed: looks no more. */
void assignment_sweep_stop(struct responder *responder);

/* After the keeper was closed. */
void assignment_sweep_close(struct responder *responder);

#endif
