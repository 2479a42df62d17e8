/* SPDX-License-Identifier: MIT
 *
 * /_local/faults: adds faults (faults.h), shows them and takes them away.
 */
#ifndef TASKROUTERD_FAULT_CONTROLS_H
#define TASKROUTERD_FAULT_CONTROLS_H

#include <stdio.h>

#include "base/compat.h"
#include "http/exchange.h"

/* /_local/faults: GET {"faults":[…]}; POST adds one and shows it, 201; DELETE
 * removes all. */
void fault_controls_serve(struct exchange *exchange);

/* /_local/faults/{id}: GET, DELETE. */
void fault_controls_serve_one(struct exchange *exchange);

/* The parameters, as mdoc(7). */
void fault_controls_write_manual(FILE *out);

#endif
