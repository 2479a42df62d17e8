/* SPDX-License-Identifier: MIT
 *
 * The layout of seeds: JSON on one line where it fits, else a line for each
 * item. Private to the writer of seeds.
 */
#ifndef TWILIO_SEED_TEXT_H
#define TWILIO_SEED_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/compat.h"
#include "codec/json.h"
#include "twilio/seed_names.h"

struct seed_text {
	struct buf *out;
	struct arena memory; /* of one object */
	struct seed_names names;
	size_t indent; /* levels */
	size_t line;   /* where in `out` the line begins */
	bool is_endless; /* the line */
};

/* Whether the line is no longer than it may be. */
bool seed_text_fits(const struct seed_text *text);
void seed_text_line(struct seed_text *text);

/* An array or object, its items on one line if `flat`. */
void seed_text_open(struct seed_text *text, char bracket);
void seed_text_item(struct seed_text *text, bool flat, bool first);
void seed_text_key(struct seed_text *text, struct str key);
void seed_text_close(
    struct seed_text *text, bool flat, bool empty, char bracket);

/* A value of any shape. With `has_queues`, members named "queue" that hold the
 * SID of a TaskQueue show what that is called. False: it should be flat, and
 * does not fit; only a part of it was written. */
bool seed_text_child(struct seed_text *text, struct json_object *value,
    bool has_queues, bool flat);

/* The value on a line of its own, in the memory; absent: there is none. */
struct str seed_text_flatten(
    struct seed_text *text, struct json_object *value, bool has_queues);

/* How deeply the value is nested: 0 for one that is no array or object. */
size_t seed_text_depth(struct json_object *value);

#endif
