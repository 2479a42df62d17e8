/* SPDX-License-Identifier: MIT
 *
 * References: names, and what they begin with in which place.
 */
#include "base/compat.h"

#include <string.h>

#include "expr/parser.h"

#define IN(place) (1u << EXPR_IN_##place)

/* Sources: https://www.twilio.com/docs/taskrouter/workflow-configuration for
 * task. and worker. in targets, .../taskrouter/worker-presence for workers.;
 * the others may be written where names have none. */
static const struct {
	struct str word;
	unsigned places;
} roots[] = {
	[EXPR_ROOT_TASK] = {{"task", 4}, IN(FILTER) | IN(TARGET) | IN(RULE)},
	[EXPR_ROOT_WORKER] = {{"worker", 6},
	    IN(WORKERS) | IN(TARGET) | IN(RULE)},
	[EXPR_ROOT_WORKERS] = {{"workers", 7}, IN(SKIP_IF)},
	[EXPR_ROOT_OTHER] = {{NULL, 0}, 0},
};

struct str
expr_root_word(enum expr_root root)
{
	return roots[root].word;
}

bool
expr_place_has_root(enum expr_place place, enum expr_root root)
{
	return (roots[root].places >> place & 1) != 0;
}

enum expr_root
expr_place_root(enum expr_place place)
{
	switch (place) {
	case EXPR_IN_FILTER:
		return EXPR_ROOT_TASK;
	case EXPR_IN_WORKERS:
		return EXPR_ROOT_WORKER;
	case EXPR_IN_TARGET:
	case EXPR_IN_SKIP_IF:
	case EXPR_IN_RULE:
		break;
	}
	return EXPR_ROOT_OTHER;
}

/* "task.level" is the step "level" below EXPR_ROOT_TASK; "task" alone and
 * "task[0]" are names like any other. */
static void
resolve(enum expr_place place, struct expr_reference *reference)
{
	reference->root = expr_place_root(place);
	if (reference->count < 2 || reference->steps[1].name.at == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(roots); i++) {
		enum expr_root root = (enum expr_root)i;
		if (!expr_place_has_root(place, root) ||
		    !str_equal(roots[i].word, reference->steps[0].name))
			continue;
		reference->root = root;
		reference->steps++;
		reference->count--;
		return;
	}
}

static bool
read_name(struct expr_parser *parser, struct expr_step *step)
{
	if (!expr_parser_advance(parser))
		return false;
	/* Behind a dot the words of the language are names. */
	if (!expr_token_begins_name(&parser->token))
		return expr_parser_refuse(parser, "a name");
	step->name = parser->token.text;
	return expr_parser_advance(parser);
}

static bool
read_index(struct expr_parser *parser, struct expr_step *step)
{
	uint64_t index;

	if (!expr_parser_advance(parser))
		return false;
	if (parser->token.kind != EXPR_TOKEN_NUMBER ||
	    !str_to_uint(parser->token.text, UINT32_MAX, &index))
		return expr_parser_refuse(parser, "an index from 0 on");
	step->name = STR_NONE;
	step->index = (uint32_t)index;
	if (!expr_parser_advance(parser))
		return false;
	if (parser->token.kind != EXPR_TOKEN_CLOSE_LIST)
		return expr_parser_refuse(parser, "']'");
	return expr_parser_advance(parser);
}

static bool
read_steps(struct expr_parser *parser, struct expr_step *steps, size_t *count)
{
	steps[0].name = parser->token.text;
	*count = 1;
	if (!expr_parser_advance(parser))
		return false;
	while (parser->token.kind == EXPR_TOKEN_DOT ||
	    parser->token.kind == EXPR_TOKEN_OPEN_LIST) {
		bool named = parser->token.kind == EXPR_TOKEN_DOT;
		if (*count == EXPR_REFERENCE_MOST)
			return err_set(parser->err, parser->token.at,
			    "a reference has at most %d names and indexes",
			    EXPR_REFERENCE_MOST);
		struct expr_step *step = &steps[(*count)++];
		if (named ? !read_name(parser, step)
			  : !read_index(parser, step))
			return false;
	}
	return true;
}

bool
expr_parser_reference(
    struct expr_parser *parser, struct expr_reference *reference)
{
	struct expr_step steps[EXPR_REFERENCE_MOST];
	size_t count;

	if (parser->token.kind != EXPR_TOKEN_NAME)
		return expr_parser_refuse(parser, "a name");
	if (!read_steps(parser, steps, &count))
		return false;
	struct expr_step *kept =
	    arena_array(parser->arena, count, sizeof *kept);
	if (kept == NULL)
		return expr_parser_overflow(parser);
	memcpy(kept, steps, count * sizeof *kept);
	*reference = (struct expr_reference){.steps = kept, .count = count};
	resolve(parser->place, reference);
	parser->roots |= 1u << reference->root;
	return true;
}

bool
expr_reference_parse(struct arena *arena, struct str text,
    enum expr_place place, struct expr_reference *reference, struct err *err)
{
	struct expr_parser parser;

	if (!expr_parser_start(&parser, arena, text, place, err) ||
	    !expr_parser_reference(&parser, reference))
		return false;
	return parser.token.kind == EXPR_TOKEN_END ||
	    expr_parser_refuse(&parser, "the end");
}

bool
expr_reference_equal(
    const struct expr_reference *a, const struct expr_reference *b)
{
	if (a->root != b->root || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct expr_step *x = &a->steps[i], *y = &b->steps[i];
		if ((x->name.at == NULL) != (y->name.at == NULL) ||
		    !str_equal(x->name, y->name) ||
		    (x->name.at == NULL && x->index != y->index))
			return false;
	}
	return true;
}

bool
expr_reference_copy(struct arena *arena, const struct expr_reference *from,
    struct expr_reference *to)
{
	struct expr_step *steps =
	    arena_array(arena, from->count, sizeof *steps);

	for (size_t i = 0; steps != NULL && i < from->count; i++) {
		steps[i].index = from->steps[i].index;
		steps[i].name = arena_str(arena, from->steps[i].name);
	}
	*to = (struct expr_reference){from->root, steps, from->count};
	return !arena->overflow;
}
