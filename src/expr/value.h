/* SPDX-License-Identifier: MIT
 *
 * What expressions compute with: JSON values, and attributes packed into one
 * block of memory each. A contact centre has a hundred thousand Tasks; their
 * attributes are read often and never change in place.
 */
#ifndef EXPR_VALUE_H
#define EXPR_VALUE_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

enum expr_type {
	EXPR_NULL,
	EXPR_BOOLEAN,
	EXPR_INTEGER, /* fits int64_t, written without fraction or exponent */
	EXPR_NUMBER,
	EXPR_STRING,
	EXPR_LIST,
	EXPR_RECORD,
};

struct expr_pack;

struct expr_value {
	enum expr_type type;
	union {
		bool boolean;
		int64_t integer;
		double number;
		struct str text;
		struct { /* of a list or record: opaque */
			const struct expr_pack *pack;
			uint32_t node;
		} inside;
	};
};

/* One step of a path: a member's name, or an index into a list. */
struct expr_step {
	struct str name; /* absent: `index` counts */
	uint32_t index;
};

/* Packs a JSON document (at most `most` values) into one malloc'ed block that
 * refers to nothing outside. NULL: not JSON, too many values or no memory;
 * *err says which and where. */
struct expr_pack *expr_pack_make(struct str json, size_t most, struct err *err);
/* NULL is allowed. */
void expr_pack_free(struct expr_pack *pack);
/* Bytes of memory that it takes. */
size_t expr_pack_size(const struct expr_pack *pack);

/* The whole document as a value. */
struct expr_value expr_pack_root(const struct expr_pack *pack);

/* Follows the steps from `value`; EXPR_NULL where a member is missing, an
 * index is out of range, or a step goes into something that has no members. */
struct expr_value expr_value_follow(struct expr_value value,
    const struct expr_step *steps, size_t count);

/* Items of a list; 0 and EXPR_NULL for anything else. */
size_t expr_value_length(struct expr_value list);
struct expr_value expr_value_item(struct expr_value list, size_t index);

/* Members of a record in their order; 0, EXPR_NULL and no name for anything
 * else. */
size_t expr_value_members(struct expr_value record);
struct expr_value expr_value_member(
    struct expr_value record, size_t index, struct str *name);

/* ==: of equal type and value (an integer and a number of the same size are
 * equal; "5" and 5 are not; NULL equals NULL); false for lists and records. */
bool expr_value_equal(struct expr_value a, struct expr_value b);
/* The same for values that are equal; others have the same by chance. */
uint64_t expr_value_hash(struct expr_value value);

#endif
