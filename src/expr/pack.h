/* SPDX-License-Identifier: MIT
 *
 * How attributes are packed. Only for the files of expr/.
 */
#ifndef EXPR_PACK_H
#define EXPR_PACK_H

#include "base/compat.h"
#include "expr/value.h"

/* A value. Those of a list stand one behind the other; those of a record too,
 * each behind its key. */
struct expr_pack_node {
	union {
		int64_t integer;
		double number;
		uint32_t first; /* of a list or record: the number of a node */
		uint32_t text;  /* of a string: its offset behind the nodes */
	};
	uint32_t size; /* bytes of a string, items, members; 1 for `true` */
	enum expr_type type;
};

struct expr_pack {
	uint32_t nodes;
	uint32_t bytes; /* of text, behind the nodes */
	struct expr_pack_node node[]; /* the first is the document */
};

/* Packs in one pass what most attributes are: JSON without escapes, fractions,
 * numbers of more than 18 digits, records of many members, and mistakes. For
 * all else it is NULL, and nothing is known of the document. */
struct expr_pack *expr_pack_plain(struct str json, size_t most);

#endif
