/* SPDX-License-Identifier: MIT
 *
 * The tables of taskrouterd as mdoc(7), for taskrouterd(8).
 */
#ifndef TASKROUTERD_MANUAL_H
#define TASKROUTERD_MANUAL_H

#include <stdio.h>

#include "base/compat.h"

/* The keys of the configuration file. */
void manual_write_keys(FILE *out);

/* The resources with their properties and parameters (router/fields.h). */
void manual_write_fields(FILE *out);

#endif
