/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "rules/mold.h"

#include "base/buf.h"

/* All that one value may become. */
#define MOLD_BYTES ((size_t)1 << 20)

static struct mold *read_value(
    struct reader *reader, struct str key, struct json_object *value);

static bool
read_template(struct reader *reader, struct str key, struct str text,
    struct mold *mold)
{
	struct err err;

	mold->kind = MOLD_TEMPLATE;
	mold->fill = MOLD_VALUE;
	if (template_parse(reader->arena, text, &mold->template, &err))
		return true;
	reader_say(reader, READER_ERROR, key,
	    expr_caret(reader->arena, text, err.at), "%s", err.text);
	return false;
}

static void
warn_of_lookalike(struct reader *reader, struct str key, struct str text)
{
	struct str name;

	if (template_is_meant(reader->arena, text, &name))
		reader_say(reader, READER_WARNING, key, STR_NONE,
		    "sent as it is: did you mean ${%.*s}?", STR_ARGS(name));
}

/* Goes on behind a mistake, to find all. */
static bool
read_members(struct reader *reader, struct str key,
    struct json_object *object, struct mold *mold)
{
	struct json_member member = {0};
	struct mold **last = &mold->member;
	bool good = true;

	mold->kind = MOLD_OBJECT;
	while (json_next(object, &member)) {
		struct mold *read = read_value(reader,
		    reader_key(reader, key, member.key), member.value);
		good = good && read != NULL;
		if (read == NULL)
			continue;
		read->key = json_quote(reader->arena, member.key);
		*last = read;
		last = &read->next;
	}
	return good;
}

static bool
read_items(struct reader *reader, struct str key, struct json_object *list,
    struct mold *mold)
{
	struct mold **last = &mold->member;
	bool good = true;

	mold->kind = MOLD_LIST;
	for (size_t i = 0; i < json_length(list); i++) {
		struct mold *read =
		    read_value(reader, key, json_item(list, i));
		good = good && read != NULL;
		if (read == NULL)
			continue;
		*last = read;
		last = &read->next;
	}
	return good;
}

/* Recurses as deep as the configuration may be: JSON_DEPTH. */
static struct mold *
read_value(struct reader *reader, struct str key, struct json_object *value)
{
	struct mold *mold = arena_alloc(reader->arena, sizeof *mold);
	bool good = true;

	if (mold == NULL)
		return NULL;
	mold->path = key;
	warn_of_lookalike(reader, key, json_text(value));
	if (json_type(value) == JSON_OBJECT)
		good = read_members(reader, key, value, mold);
	else if (json_type(value) == JSON_ARRAY)
		good = read_items(reader, key, value, mold);
	else if (template_is_one(json_text(value)))
		good = read_template(reader, key, json_text(value), mold);
	else
		mold->json = json_write(reader->arena, value);
	return good ? mold : NULL;
}

struct mold *
mold_read(struct reader *reader, struct str key, struct json_object *value)
{
	return read_value(reader, key, value);
}

bool
mold_is_dynamic(const struct mold *mold)
{
	if (mold->kind == MOLD_TEMPLATE)
		return true;
	for (const struct mold *m = mold->member; m != NULL; m = m->next)
		if (mold_is_dynamic(m))
			return true;
	return false;
}

static struct expr_value
find(void *context, const struct expr_reference *reference)
{
	return facts_value(context, reference);
}

static void
note_left_out(void *to, struct str path, const char *why)
{
	facts_note(to, true, "%.*s: %s", STR_ARGS(path), why);
}

struct mold_run
mold_run_for(struct facts *facts)
{
	return (struct mold_run){
		.source = {.find = find, .context = facts},
		.arena = &facts->scratch,
		.left_out = note_left_out,
		.to = facts,
	};
}

static bool
is_bare(struct str text)
{
	uint64_t number;

	return str_is(text, "true") || str_is(text, "false") ||
	    (str_to_uint(text, INT64_MAX, &number) &&
		(text.len == 1 || text.at[0] != '0'));
}

static struct str
fill_value(const struct mold *mold, struct mold_run *run, struct err *err)
{
	struct expr_value value = template_value(
	    &mold->template.parts[0], &run->source, err);

	if (value.type == EXPR_NULL)
		return STR_NONE;
	struct str json = expr_value_json(run->arena, value);
	if (json.at != NULL && json.len <= RULES_FILL_MOST)
		return json;
	(void)err_set(err, 0, "longer than %zu bytes", RULES_FILL_MOST);
	return STR_NONE;
}

/* A template as JSON; absent, with *err, if it cannot be filled. */
static struct str
fill_template(const struct mold *mold, struct mold_run *run, struct err *err)
{
	bool whole = template_is_whole(&mold->template);
	struct str text;

	if (whole && mold->fill == MOLD_VALUE)
		return fill_value(mold, run, err);
	if (!template_fill(&mold->template, &run->source,
		whole ? TEMPLATE_PLAIN : mold->encoding, RULES_FILL_MOST,
		run->arena, &text, err))
		return STR_NONE;
	if (mold->fill != MOLD_BARE)
		return json_quote(run->arena, text);
	if (is_bare(text))
		return text;
	(void)err_set(
	    err, 0, "expected a whole number from 0 on, true or false");
	return STR_NONE;
}

static void add_mold(
    struct buf *out, const struct mold *mold, struct mold_run *run);

static void
add_members(struct buf *out, const struct mold *mold, struct mold_run *run)
{
	uint64_t skip = run->skip; /* of the outermost alone */
	bool is_first = true;

	run->skip = 0;
	for (const struct mold *m = mold->member; m != NULL;
	     m = m->next, skip >>= 1) {
		struct str json = m->json;
		struct err err;
		if ((skip & 1) != 0)
			continue;
		if (m->kind == MOLD_TEMPLATE)
			json = fill_template(m, run, &err);
		if (m->kind == MOLD_TEMPLATE && json.at == NULL) {
			if (run->left_out != NULL)
				run->left_out(run->to, m->path, err.text);
			continue;
		}
		buf_add_str(out, is_first ? STR("") : STR(","));
		is_first = false;
		if (m->key.at != NULL) {
			buf_add_str(out, m->key);
			buf_add_byte(out, ':');
		}
		if (json.at != NULL)
			buf_add_str(out, json);
		else
			add_mold(out, m, run);
	}
}

/* An object or a list. Recurses as deep as the configuration may be. */
static void
add_mold(struct buf *out, const struct mold *mold, struct mold_run *run)
{
	bool is_object = mold->kind == MOLD_OBJECT;

	buf_add_byte(out, is_object ? '{' : '[');
	add_members(out, mold, run);
	buf_add_byte(out, is_object ? '}' : ']');
}

struct str
mold_fill(const struct mold *mold, struct mold_run *run)
{
	struct mold alone = *mold;
	struct mold around = {.kind = MOLD_LIST, .member = &alone};
	struct buf out;

	buf_init(&out, MOLD_BYTES);
	if (mold->kind == MOLD_OBJECT || mold->kind == MOLD_LIST) {
		add_mold(&out, mold, run);
	} else {
		alone.next = NULL;
		add_members(&out, &around, run);
	}
	bool nothing = out.len == 0;
	struct str json = arena_str(run->arena, buf_str(&out));
	if (out.failed)
		run->arena->overflow = true;
	buf_release(&out);
	return nothing ? STR_NONE : json;
}

/* Recurses as deep as the configuration may be. */
void
mold_each_name(const struct mold *mold,
    void (*visit)(void *to, const struct expr_reference *name), void *to)
{
	for (size_t i = 0;
	     mold->kind == MOLD_TEMPLATE && i < mold->template.count; i++)
		if (mold->template.parts[i].literal.at == NULL)
			visit(to, &mold->template.parts[i].reference);
	for (const struct mold *m = mold->member; m != NULL; m = m->next)
		mold_each_name(m, visit, to);
}
