/* SPDX-License-Identifier: MIT
 *
 * Balanced trees: the BSDs have <sys/tree.h>, elsewhere libbsd has it.
 */
#ifndef ROUTER_TREE_H
#define ROUTER_TREE_H

#include "base/compat.h"

#if __has_include(<bsd/sys/tree.h>)
#include <bsd/sys/tree.h>
#else
#include <sys/tree.h>
#endif

#endif
