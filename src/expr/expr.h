/* SPDX-License-Identifier: MIT
 *
 * TaskRouter's expression language: text -> checked tree -> value.
 *
 *   expr    := and ("OR" and)*
 *   and     := not ("AND" not)*
 *   not     := "NOT" not | primary
 *   primary := "(" expr ")" | operand operator operand
 *   operator:= == = != < <= > >= CONTAINS HAS IN "NOT" IN >- (HAS) <- (IN)
 *   operand := string | number | true | false | null | list | reference
 *   list    := "[" [operand ("," operand)*] "]"
 *   string  := '…' | "…", a backslash before a quote or a backslash
 *   reference := name ("." name | "[" integer "]")*
 *   name    := [A-Za-z_$][A-Za-z0-9_$]*
 *
 * Words are matched without regard to case. There is no official grammar:
 * this is what https://www.twilio.com/docs/taskrouter/expression-syntax and the
 * examples of Twilio's pages and of production workflows add up to. AND binds
 * tighter than OR, as in SQL.
 *
 * A '-' directly before a digit is always the sign of a number, so that "a<-5"
 * is less than minus five and "a>-5" greater than that, while "a<-b",
 * "a <- [5]" and "a >- 5" are IN and HAS. A hyphen is part of no name.
 *
 * Pure: no I/O, no clock; what outlives a call lies in the arena given.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "expr/value.h"

#define EXPR_DEPTH 64          /* parentheses, lists, NOTs inside each other */
#define EXPR_TEXT_MOST 65536   /* bytes of one expression */
#define EXPR_REFERENCE_MOST 40 /* names and indexes of one reference */
#define EXPR_STEPS_MOST 100000 /* comparisons of one evaluation, each item of a
				* list that is looked at included */

/* Where an expression stands, which says what its names mean and what the
 * checker warns of. */
enum expr_place {
	EXPR_IN_FILTER,  /* names are Task attributes; "task." is allowed */
	EXPR_IN_WORKERS, /* names are Worker attributes, or sid, friendly_name,
			  * activity_sid, activity_name; "worker." is allowed */
	EXPR_IN_TARGET,  /* "task." and "worker." are needed */
	EXPR_IN_SKIP_IF, /* workers.available, workers.unavailable,
			  * workers.WA… */
	EXPR_IN_RULE,    /* task., worker., and the roots that the caller
			  * names, which are texts, numbers or NULL */
};

struct expr;
struct expr_reference;

/* What a reference begins with, after the place's rules were applied. */
enum expr_root {
	EXPR_ROOT_TASK,
	EXPR_ROOT_WORKER,
	EXPR_ROOT_WORKERS,
	EXPR_ROOT_OTHER, /* EXPR_IN_RULE: the first step says which; elsewhere a
			  * name that can only be NULL */
};

/* What an expression's names stand for while it is evaluated. */
struct expr_names {
	/* The value of a reference without its root's word: for worker.level
	 * it gets EXPR_ROOT_WORKER and the step "level". */
	struct expr_value (*find)(void *context, enum expr_root root,
	    const struct expr_step *steps, size_t count);
	void *context;
};

/* What one expression or order_by takes of an arena at most: this much, and
 * this much for each byte of its text. */
#define EXPR_ARENA_BASE 1024
#define EXPR_ARENA_PER_BYTE 64

/* Parses a whole text. NULL: *err holds a message as TaskRouter words it
 * ("extraneous input 'evel' expecting OPERATOR") with the offset in err->at, or
 * says that a limit was exceeded or that there is no memory. The tree lives in
 * the arena and refers to `text` no more. */
struct expr *expr_parse(struct arena *arena, struct str text,
    enum expr_place place, struct err *err);

/* "level > > 3\n        ^": the line of the text around the offset and, below,
 * a caret; long lines are cut on both sides. In the arena. */
struct str expr_caret(struct arena *arena, struct str text, size_t at);

/* Tells what is allowed but never matches, or not what it seems to: HAS or IN
 * on two scalars, a quoted name that is a constant ("language" == "es"), two
 * constants that differ, an order comparison with null, CONTAINS on a number,
 * a name without its prefix in a target, an unknown name in skip_if. `at` is
 * the offset in the text. */
typedef void expr_warn(void *to, size_t at, const char *message);
void expr_check(const struct expr *expr, expr_warn *warn, void *to);

/* Tells of comparisons in one AND of which, whatever their name is worth, only
 * one can hold: time_of_day >= '22:00' AND time_of_day < '06:00', == and HAS of
 * the same name. Not all are found. */
void expr_check_conflicts(const struct expr *expr, expr_warn *warn, void *to);

/* The tree as text: references and words in one spelling, parentheses only
 * where they are needed; parsing it again gives an equal tree. In the arena. */
struct str expr_print(struct arena *arena, const struct expr *expr);

/* Whether both are the same tree, whatever the spelling. */
bool expr_equal(const struct expr *a, const struct expr *b);

/* Calls `visit` for each name that stands in the expression. */
typedef void expr_visit_name(
    void *to, size_t at, const struct expr_reference *name);
void expr_each_name(
    const struct expr *expr, expr_visit_name *visit, void *to);

/* Calls `visit` for each name and constant that are compared as a whole, the
 * constants of a list that is written out included; `ordered`: by < <= > or
 * >=. `at` is where the constant stands. */
typedef void expr_visit_pair(void *to, size_t at,
    const struct expr_reference *name, struct expr_value constant,
    bool ordered);
void expr_each_pair(
    const struct expr *expr, expr_visit_pair *visit, void *to);

/* Whether the expression has one value whatever its names are worth; of those
 * that do, not all are found. */
bool expr_is_settled(const struct expr *expr, bool *value);

/* Whether `wide` holds wherever `narrow` does: that it is found is certain
 * only where one of them is a member of the other's AND or OR. */
bool expr_implies(const struct expr *narrow, const struct expr *wide);

enum expr_outcome {
	EXPR_FALSE,
	EXPR_TRUE,
	EXPR_TOO_LONG, /* more than EXPR_STEPS_MOST steps; counts as false */
};

/* Evaluates; cannot fail on data. A missing name is NULL. Never allocates.
 * `steps` may be NULL.
 *   == = !=   by expr_value_equal; != is its negation for scalars and NULL;
 *             both are false where a side is a list or record
 *   < <= > >= two numbers, or two strings by byte order; else false
 *   CONTAINS  two strings; a list on the left holding the right side is HAS
 *   HAS       the left side is a list that holds the right one
 *   IN        the right side is a list that holds the left one
 *   NOT IN    negation of IN: true for NULL and where the right is no list
 * Source: https://www.twilio.com/docs/taskrouter/expression-syntax; where it is
 * silent (NULL, types, string order) as production workflows rely on. */
enum expr_outcome expr_evaluate(const struct expr *expr,
    const struct expr_names *names, size_t *steps);

/* As expr_evaluate, and tells of each comparison that was made: how many AND,
 * OR and NOT it stands in, its text as expr_print would write it, the two
 * values as JSON, and what came of it. For explanations; the texts lie in the
 * arena and are absent where it is full. */
typedef void expr_observe(void *to, size_t depth, struct str comparison,
    struct str left, struct str right, bool result);
enum expr_outcome expr_explain(const struct expr *expr,
    const struct expr_names *names, struct arena *arena,
    expr_observe *observe, void *to);

/* Appends what the names below this root are worth: names that the expression
 * cannot tell apart give the same bytes, others different ones. */
void expr_signature(const struct expr *expr, enum expr_root root,
    const struct expr_names *names, struct buf *out);

/* Whether the expression refers to anything below this root. */
bool expr_uses(const struct expr *expr, enum expr_root root);

/* A value as compact JSON in the arena; lists and records too. */
struct str expr_value_json(struct arena *arena, struct expr_value value);

/* ---- order_by: "worker.level DESC, worker.cost ASC" */

#define EXPR_ORDER_MOST 8 /* terms */

struct expr_order;

/* NULL: *err as with expr_parse. ASC if neither word is there. Each reference
 * must begin with "worker.". */
struct expr_order *expr_order_parse(
    struct arena *arena, struct str text, struct err *err);

/* What the terms are worth for one Worker; `names` as above. */
struct expr_rank {
	struct {
		enum {
			EXPR_RANK_MISSING,
			EXPR_RANK_INTEGER,
			EXPR_RANK_OTHER,
		} kind;
		int64_t value;
	} terms[EXPR_ORDER_MOST];
};
void expr_order_rank(const struct expr_order *order,
    const struct expr_names *names, struct expr_rank *rank);

/* < 0: `a` comes first. A Worker that lacks the attribute comes last in both
 * directions, and so does one whose attribute is no integer: were it passed
 * over for that pair only, three Workers could each come before the next in a
 * circle. Where nobody has an integer the term decides nothing.
 * Source: https://www.twilio.com/docs/taskrouter/order-workers */
int expr_order_compare(const struct expr_order *order,
    const struct expr_rank *a, const struct expr_rank *b);

struct str expr_order_print(
    struct arena *arena, const struct expr_order *order);
bool expr_order_equal(const struct expr_order *a, const struct expr_order *b);
/* Whether one of the references begins with this name. */
bool expr_order_asks(const struct expr_order *order, struct str name);

/* ---- a reference alone: "task.agent_sid" (known_worker_sid) */

struct expr_reference {
	enum expr_root root;
	const struct expr_step *steps;
	size_t count;
};
MUST_USE bool expr_reference_parse(struct arena *arena, struct str text,
    enum expr_place place, struct expr_reference *reference, struct err *err);
bool expr_reference_equal(
    const struct expr_reference *a, const struct expr_reference *b);
/* Into the arena, with all that it refers to. */
MUST_USE bool expr_reference_copy(struct arena *arena,
    const struct expr_reference *from, struct expr_reference *to);

/* ---- what ties a Task to Workers */

/* A comparison without which the expression cannot hold: that something of the
 * Task equals something of the Worker, or an item of a list of his. */
struct expr_pivot {
	struct expr_reference task, worker;
	bool in_list; /* the Worker's is the list */
};
/* False: it has none. Of several one without a list. */
bool expr_find_pivot(const struct expr *expr, struct expr_pivot *pivot);

#endif
