/* SPDX-License-Identifier: MIT
 *
 * Templates: texts with places that are filled from a callback.
 *
 *   ${task.called}                     an attribute, or a name of names.h
 *   ${task.called:-+15005550006}       with a default, up to the first '}'
 *   $${                                "${" itself
 *
 * What is filled in is the text of a string, or a number, true or false as
 * JSON writes it; null, lists and records count as missing.
 */
#ifndef RULES_TEMPLATE_H
#define RULES_TEMPLATE_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "expr/expr.h"

struct template_part {
	struct str literal; /* present: nothing else counts */
	struct str name;    /* as written */
	struct expr_reference reference;
	struct str fallback; /* absent: none */
};

struct template {
	struct template_part *parts;
	size_t count;
};

#define TEMPLATE_PARTS_MOST 64

/* Whether a text has a place to fill, or something that would be one. */
bool template_is_one(struct str text);

/* Whether a name of rules stands in it the way other languages write a place:
 * $task.called, {{task.called}}. *name: which. */
bool template_is_meant(struct arena *arena, struct str text, struct str *name);

/* False: *err says what was expected, and where. What it refers to lies in
 * the arena. */
MUST_USE bool template_parse(struct arena *arena, struct str text,
    struct template *template, struct err *err);

/* Whether it is one place to fill, and nothing before and behind it. */
bool template_is_whole(const struct template *template);

/* How what is filled in is written. */
enum template_encoding {
	TEMPLATE_PLAIN,
	TEMPLATE_IN_URL, /* percent-encoded (RFC 3986 section 2.1) but for the
			  * unreserved characters */
	TEMPLATE_IN_SIP, /* the same, but for '+' (RFC 3261 section 19.1.2) */
};

struct template_source {
	struct expr_value (*find)(
	    void *context, const struct expr_reference *reference);
	void *context;
	const char *sample; /* for what is missing and has no default; NULL:
			     * nothing */
};

/* The text, in the arena, of at most `most` bytes. False: *err says why. */
MUST_USE bool template_fill(const struct template *template,
    const struct template_source *source, enum template_encoding encoding,
    size_t most, struct arena *arena, struct str *text, struct err *err);

/* The value of a place, for one that is the whole template; its default as a
 * string. EXPR_NULL: missing, and *err says so. */
struct expr_value template_value(const struct template_part *part,
    const struct template_source *source, struct err *err);

#endif
