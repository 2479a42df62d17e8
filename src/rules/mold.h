/* SPDX-License-Identifier: MIT
 *
 * A JSON value some of whose strings are templates. What stays the same is
 * kept as text. Only for the files of rules/.
 */
#ifndef RULES_MOLD_H
#define RULES_MOLD_H

#include "base/compat.h"
#include "rules/facts.h"
#include "rules/reader.h"
#include "rules/template.h"

enum mold_kind {
	MOLD_TEXT,     /* JSON that stays as it is */
	MOLD_TEMPLATE,
	MOLD_OBJECT,
	MOLD_LIST,
};

/* What a template becomes. */
enum mold_fill {
	MOLD_STRING,
	MOLD_BARE,  /* what is filled in, without quotes: a whole number from
		     * 0 on, true or false */
	MOLD_VALUE, /* the value itself, of any type, if the template is
		     * whole; else a string */
};

struct mold {
	enum mold_kind kind;
	struct str key;  /* of a member, as JSON; absent: of a list's item */
	struct str path; /* for notes: "from", "attributes.language" */
	struct str json; /* MOLD_TEXT */
	enum mold_fill fill;               /* MOLD_TEMPLATE, MOLD_VALUE */
	enum template_encoding encoding;   /* MOLD_TEMPLATE, not whole */
	struct template template;
	struct mold *member; /* MOLD_OBJECT, MOLD_LIST: the first */
	struct mold *next;
};

/* Reports templates that do not parse, below `key`; NULL if there are any, or
 * no memory. Members of an object keep their MOLD_TEXT of their own. */
struct mold *mold_read(
    struct reader *reader, struct str key, struct json_object *value);

/* Whether there is a template in it. */
bool mold_is_dynamic(const struct mold *mold);

/* One filling. */
struct mold_run {
	struct template_source source;
	struct arena *arena;
	uint64_t skip; /* a bit for each member of the outermost object that is
			* left out without a word */
	/* Told of what cannot be filled, and is left out; may be NULL. */
	void (*left_out)(void *to, struct str path, const char *why);
	void *to;
};

/* For the names of a callback, with notes of what is left out. */
struct mold_run mold_run_for(struct facts *facts);

/* The value as JSON, in the arena; absent if all of it is left out, or
 * without memory. An object or list may become an empty one. */
struct str mold_fill(const struct mold *mold, struct mold_run *run);

/* Calls `visit` for each place of its templates. */
void mold_each_name(const struct mold *mold,
    void (*visit)(void *to, const struct expr_reference *name), void *to);

#endif
