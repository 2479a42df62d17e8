/* SPDX-License-Identifier: MIT
 *
 * Text whose length is found by writing it twice: first nowhere, then into
 * memory of that length. Only for the files of expr/.
 */
#ifndef EXPR_WRITER_H
#define EXPR_WRITER_H

#include "base/arena.h"
#include "base/compat.h"
#include "expr/tree.h"

struct expr_writer {
	char *at; /* NULL: only count */
	size_t length;
	bool failed; /* there was no memory */
};

void expr_write(struct expr_writer *writer, struct str s);

/* Calls write(writer, subject) twice; the text, ending in NUL, in the arena,
 * or absent. */
struct str expr_write_twice(struct arena *arena,
    void (*write)(struct expr_writer *writer, const void *subject),
    const void *subject);

/* "worker.level >= 2" */
void expr_write_comparison(struct expr_writer *writer, enum expr_place place,
    const struct expr_node *comparison);

void expr_write_reference(struct expr_writer *writer, enum expr_place place,
    const struct expr_reference *reference);

void expr_write_integer(struct expr_writer *writer, int64_t integer);

/* As compact JSON. */
void expr_write_json(struct expr_writer *writer, struct expr_value value);

#endif
