/* SPDX-License-Identifier: MIT
 *
 * What the store's test program does when it is called with arguments: it uses
 * a store in a way whose outcome can be checked from outside, while a test
 * makes calls fail or kills it.
 */
#ifndef UNIT_STORE_EXERCISE_H
#define UNIT_STORE_EXERCISE_H

#include "base/compat.h"

/* The exit status. Arguments:
 *   exercise FILE   writes a few groups, purges, closes; tells what became of
 *                   each. After a write that failed it looks at once what is
 *                   there, as taskrouterd does
 *   crash FILE      as exercise, but ends at the first write that fails, as
 *                   kill -9 would end it
 *   look FILE       tells which groups are there: whole, absent or torn
 *   commit FILE     writes one group after the other, without end; tells the
 *                   number of each when the store has it
 *   last FILE       "last N": groups 1 to N are there, and nothing else
 *   fill FILE SIZE  writes groups of about SIZE bytes until one is refused
 *   rate FILE ROWS SECONDS
 *                   rows and Events per second in groups of ROWS of each */
int store_exercise(int count, char **arguments);

#endif
